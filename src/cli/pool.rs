//! Does many pieces of work on several threads, in a result order that does not depend on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::sync::mpsc;

/// How the work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// All of it is done.
    Complete,
    /// The interrupt came first; what was under way is left alone.
    Interrupted,
    /// A piece of work panicked.
    Panicked,
}

/// Does `work` on every item, at most `jobs` at a time, until `interrupt` is ready.
///
/// Returns the results in the order of the items, nothing for what was not done. `finished` sees
/// each result as it comes, on the thread of the caller, so that what it writes is never cut off.
pub(super) async fn work_through<T, R>(
    items: Vec<T>,
    jobs: usize,
    work: impl Fn(&T) -> R + Send + Sync + 'static,
    interrupt: impl Future<Output = ()>,
    mut finished: impl FnMut(&mut R),
) -> (Vec<Option<R>>, Ending)
where
    T: Send + Sync + 'static,
    R: Send + 'static,
{
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let workers = jobs.clamp(1, items.len().max(1));
    let shared = Arc::new((items, AtomicUsize::new(0), work));
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let threads: Vec<_> = (0..workers)
        .map(|_| {
            let shared = Arc::clone(&shared);
            let sender = sender.clone();
            thread::spawn(move || {
                let (items, next, work) = &*shared;
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    // Nobody listens any more once the work is interrupted.
                    if sender.send((index, work(item))).is_err() {
                        break;
                    }
                }
            })
        })
        .collect();
    drop(sender);
    let mut keep = |(index, mut result): (usize, R)| {
        finished(&mut result);
        if let Some(place) = results.get_mut(index) {
            *place = Some(result);
        }
    };
    let mut interrupt = std::pin::pin!(interrupt);
    loop {
        tokio::select! {
            biased;
            () = &mut interrupt => {
                // What was finished by now is kept, and no more is begun.
                receiver.close();
                while let Ok(received) = receiver.try_recv() {
                    keep(received);
                }
                return (results, Ending::Interrupted);
            }
            received = receiver.recv() => match received {
                Some(received) => keep(received),
                None => break,
            },
        }
    }
    // The channel is closed, so every thread has ended or is about to.
    let panicked = threads
        .into_iter()
        .map(thread::JoinHandle::join)
        .filter(Result::is_err)
        .count();
    let ending = match panicked {
        0 => Ending::Complete,
        _ => Ending::Panicked,
    };
    (results, ending)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn the_order_does_not_depend_on_the_number_of_jobs() {
        let double = |jobs| {
            let items: Vec<u32> = (0..50).collect();
            block_on(work_through(
                items,
                jobs,
                |n| n * 2,
                std::future::pending(),
                |_| {},
            ))
        };
        let (one, ending) = double(1);
        assert_eq!(ending, Ending::Complete);
        assert_eq!(one, (0..50).map(|n| Some(n * 2)).collect::<Vec<_>>());
        assert_eq!(double(7), (one, Ending::Complete));
    }

    #[test]
    fn an_interrupt_keeps_what_was_finished() {
        // The second piece of work waits for ever; the interrupt comes once the first is done.
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let mut stop = Some(stop);
        let (_never, wait) = std::sync::mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        let work = move |n: &u32| {
            if *n == 1 {
                let _ = wait.lock().unwrap().recv();
            }
            *n
        };
        let interrupt = async move {
            let _ = stopped.await;
        };
        let finished = |_: &mut u32| drop(stop.take());
        let (results, ending) = block_on(work_through(vec![0, 1, 2], 1, work, interrupt, finished));
        assert_eq!(
            (results, ending),
            (vec![Some(0), None, None], Ending::Interrupted)
        );
    }

    #[test]
    fn a_panic_loses_its_own_result_alone() {
        let work = |n: &u32| {
            assert!(*n != 1, "on purpose");
            *n
        };
        let (results, ending) = block_on(work_through(
            vec![0, 1, 2, 3],
            2,
            work,
            std::future::pending(),
            |_| {},
        ));
        assert_eq!(ending, Ending::Panicked);
        assert_eq!(results, [Some(0), None, Some(2), Some(3)]);
    }
}
