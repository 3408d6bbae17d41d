//! One process: a task on the I/O runtime that owns its pipes, and what its owner holds of it.
//!
//! The task reads only while a reply is awaited, so that a program that floods meets a full pipe.
//! Every wait has an end, and whatever happens the process and its descendants are gone with it.

mod leader;
mod lines;

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::ChildStdin;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::message::ToBackend;
use crate::backend::Outage;
use leader::Leader;
use lines::{LINE_MAX, Lines, Stopped};

/// How long a program whose output has ended may take to end itself.
const END_AFTER_OUTPUT: Duration = Duration::from_millis(500);

/// A process could not be started.
#[derive(Debug)]
pub(super) enum StartError {
    /// There is no such program, or it cannot be executed.
    Usage(String),
    /// It was started and failed.
    Failed(Outage),
}

impl StartError {
    pub(super) fn into_outage(self) -> Outage {
        match self {
            StartError::Usage(what) => Outage::Down(what),
            StartError::Failed(outage) => outage,
        }
    }
}

/// What the owner of a process holds. Dropping it ends the process in good order.
pub(super) struct Child {
    orders: mpsc::Sender<Order>,
}

/// What the task is told to do.
enum Order {
    /// Write a line, return the next one that comes.
    Exchange {
        line: String,
        reply: oneshot::Sender<Result<Vec<u8>, Outage>>,
    },
    /// Tell whether the process lives and has not spoken unasked.
    IsQuiet(oneshot::Sender<bool>),
    /// End the process without a last word.
    Kill,
}

impl Child {
    /// Starts the program on `io`, as the leader of a process group of its own.
    pub(super) fn start(
        command: &[String],
        patience: Duration,
        io: &Handle,
        living: &Living,
    ) -> Result<Child, StartError> {
        let (leader, pipes) = {
            let _entered = io.enter();
            Leader::start(command)?
        };
        // One message is under way at a time, and a last order behind it.
        let (orders, inbox) = mpsc::channel(2);
        let task = Task {
            leader,
            stdin: pipes.stdin,
            lines: Lines::new(pipes.stdout),
            patience,
        };
        let stderr = io.spawn(lines::pass_on(pipes.stderr));
        let alive = living.one_more();
        io.spawn(async move {
            let _alive = alive;
            task.run(inbox).await;
            // A descendant that left the group may hold the pipe open.
            stderr.abort();
        });
        Ok(Child { orders })
    }

    /// Sends a message and returns the line that answers it.
    pub(super) async fn exchange(&self, message: &ToBackend) -> Result<Vec<u8>, Outage> {
        let mut line = serde_json::to_string(message)
            .map_err(|error| Outage::Down(format!("the message could not be written: {error}")))?;
        line.push('\n');
        let (reply, replied) = oneshot::channel();
        let gone = || Outage::Down("the program has been ended".to_owned());
        self.orders
            .send(Order::Exchange { line, reply })
            .await
            .map_err(|_| gone())?;
        replied.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Tells whether the process lives and has not spoken unasked.
    pub(super) async fn is_quiet(&self) -> bool {
        let (reply, replied) = oneshot::channel();
        self.orders.send(Order::IsQuiet(reply)).await.is_ok() && replied.await.unwrap_or(false)
    }

    /// Tells whether messages can still be sent.
    pub(super) fn is_alive(&self) -> bool {
        !self.orders.is_closed()
    }

    /// Ends the process without a last word.
    pub(super) fn kill(self) {
        // A task that is not there any more has ended its process already.
        let _ = self.orders.try_send(Order::Kill);
    }
}

/// The task that owns a process.
struct Task {
    leader: Leader,
    stdin: ChildStdin,
    lines: Lines,
    patience: Duration,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Order>) {
        while let Some(order) = inbox.recv().await {
            match order {
                Order::Exchange { line, reply } => {
                    let result = self.exchange(&line).await;
                    let failed = result.is_err();
                    if failed {
                        inbox.close();
                    }
                    let _ = reply.send(result);
                    if failed {
                        return self.leader.kill().await;
                    }
                }
                Order::IsQuiet(reply) => {
                    let quiet = self.leader.ended().is_none() && self.lines.are_quiet().await;
                    let _ = reply.send(quiet);
                }
                Order::Kill => return self.leader.kill().await,
            }
        }
        self.say_goodbye().await;
    }

    /// Sends `bye`, closes standard input and waits; then the process is ended by force.
    async fn say_goodbye(mut self) {
        let bye = serde_json::to_string(&ToBackend::Bye {}).unwrap_or_default() + "\n";
        let writing = self.stdin.write_all(bye.as_bytes());
        // Nobody may be reading. What the program writes from here on is not read either.
        let _ = tokio::time::timeout(leader::GOODBYE, writing).await;
        drop(self.stdin);
        drop(self.lines);
        self.leader.end().await;
    }

    async fn exchange(&mut self, line: &str) -> Result<Vec<u8>, Outage> {
        let talking = talk(&mut self.stdin, &mut self.lines, line);
        let Ok((asked, answer)) = tokio::time::timeout(self.patience, talking).await else {
            return Err(match self.leader.ended() {
                Some(how) => Outage::Down(how),
                None => Outage::Silent {
                    limit_ms: u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX),
                },
            });
        };
        match answer {
            Ok(line) if asked => Ok(line),
            Ok(_) => Err(Outage::Malformed(
                "a line that came before the question was read; one reply to each message was \
                 expected"
                    .to_owned(),
            )),
            Err(Stopped::TooLong) => Err(Outage::Malformed(format!(
                "a line of more than {LINE_MAX} bytes"
            ))),
            Err(Stopped::Half) => Err(Outage::Malformed(
                "output that ends in the middle of a line; a line feed was expected".to_owned(),
            )),
            Err(Stopped::Ended) => {
                let how = self.leader.ended_within(END_AFTER_OUTPUT).await;
                Err(Outage::Down(how.unwrap_or_else(|| {
                    "the program closed its standard output".to_owned()
                })))
            }
        }
    }
}

/// Writes a line while reading the next one; tells whether the question was out when it came.
async fn talk(
    stdin: &mut ChildStdin,
    lines: &mut Lines,
    line: &str,
) -> (bool, Result<Vec<u8>, Stopped>) {
    let writing = stdin.write_all(line.as_bytes());
    tokio::pin!(writing);
    let mut written = None;
    loop {
        tokio::select! {
            biased;
            result = &mut writing, if written.is_none() => written = Some(result.is_ok()),
            answer = lines.next() => return (written == Some(true), answer),
        }
    }
}

/// How many processes live: what the end of a run waits for.
#[derive(Clone, Default)]
pub(super) struct Living(Arc<(Mutex<usize>, Condvar)>);

impl Living {
    fn one_more(&self) -> Alive {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Alive(self.clone())
    }

    /// Waits until none lives any more; tells whether that came about in time.
    pub(super) fn gone_within(&self, limit: Duration) -> bool {
        let (count, changed) = &*self.0;
        let count = count.lock().unwrap_or_else(PoisonError::into_inner);
        changed
            .wait_timeout_while(count, limit, |count| *count > 0)
            .is_ok_and(|(_, timeout)| !timeout.timed_out())
    }
}

/// Counts as long as it is held.
struct Alive(Living);

impl Drop for Alive {
    fn drop(&mut self) {
        let (count, changed) = &*self.0.0;
        *count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        changed.notify_all();
    }
}
