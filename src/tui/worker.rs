//! Plays scenarios away from the screen: what the user waits for first, the rest when there is
//! time. One thread, so that the machine stays usable.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::Stage;
use super::events::Arrival;
use super::model::{Message, Played};

/// Scenarios that are played unasked at most, so that a huge library does not heat the room.
const LATER_MAX: usize = 2_000;

#[derive(Default)]
struct Queue {
    urgent: VecDeque<String>,
    later: VecDeque<String>,
    stopped: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // The queue is whole whenever the lock is free: no call in between can panic.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next id; nothing once stopped.
    fn next(&self) -> Option<String> {
        let mut queue = self.lock();
        loop {
            if queue.stopped {
                return None;
            }
            if let Some(id) = queue.urgent.pop_front().or_else(|| queue.later.pop_front()) {
                return Some(id);
            }
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The thread that plays. It ends after the scenario it is at once this is dropped.
pub struct Worker {
    shared: Arc<Shared>,
}

impl Worker {
    /// Starts the thread; what it played goes to `sender`.
    ///
    /// # Errors
    ///
    /// Where no thread can be started.
    pub fn start(stage: Arc<dyn Stage>, sender: Sender<Arrival>) -> std::io::Result<Worker> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("play".to_owned())
            .spawn(move || {
                while let Some(id) = theirs.next() {
                    let outcome = play(stage.as_ref(), &id);
                    let message = Message::Finished { id, outcome };
                    if sender.send(Arrival::Message(message)).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Worker { shared })
    }

    /// Plays a scenario before anything else that waits.
    pub fn play(&self, id: String) {
        let mut queue = self.shared.lock();
        queue.later.retain(|waiting| *waiting != id);
        queue.urgent.retain(|waiting| *waiting != id);
        queue.urgent.push_front(id);
        self.shared.changed.notify_one();
    }

    /// Plays scenarios when there is time, each once.
    pub fn play_later(&self, ids: Vec<String>) {
        let mut queue = self.shared.lock();
        queue.later = ids.into_iter().take(LATER_MAX).collect();
        self.shared.changed.notify_one();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_one();
    }
}

/// Plays a scenario; a panic becomes a reason, because the screen has to survive it.
fn play(stage: &dyn Stage, id: &str) -> Result<Box<Played>, String> {
    match catch_unwind(AssertUnwindSafe(|| stage.play(id))) {
        Ok(Ok((transcript, judgement))) => Ok(Box::new(Played {
            transcript,
            judgement,
        })),
        Ok(Err(reason)) => Err(reason),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(format!(
                "bug in uketsuke: {}",
                text.unwrap_or("a panic without a text")
            ))
        }
    }
}
