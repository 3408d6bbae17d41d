//! One process: a task on the I/O runtime that owns its pipes, and what its owner holds of it.
//!
//! The task reads only while a line is awaited, so that a program that floods meets a full pipe.
//! Every wait has an end, and whatever happens the process and its descendants are gone with it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::ChildStdin;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::leader::{self, Leader};
use super::lines::{self, LINE_MAX, Lines, Stopped};
use super::living::Living;
use super::mark::{Marker, Marks};
use super::{BYE, Failed, StartError, Terms};
use crate::secret;

/// How long a program whose output has ended may take to end itself.
const END_AFTER_OUTPUT: Duration = Duration::from_millis(500);
/// What is wrong with a line that came too early, and what was expected.
const TOO_EARLY: &str = "a line that came while uketsuke had the word; the driver was expected to \
                         wait for the next message";
/// What stands in a log for what a program was told in confidence.
const HIDDEN: &str = "•••";

/// What a program was told in confidence, so that it does not come out at its standard error.
#[derive(Clone, Default)]
pub(super) struct Hidden(Arc<Mutex<Vec<Vec<u8>>>>);

impl Hidden {
    fn add(&self, told: &[u8]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|known| known == told) {
            all.push(told.to_vec());
        }
    }

    /// Returns `text` without what is hidden.
    pub(super) fn hide(&self, text: &str) -> String {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().fold(text.to_owned(), |text, told| {
            secret::replaced(&text, told, HIDDEN).unwrap_or(text)
        })
    }
}

/// What the owner of a process holds. Dropping it ends the process in good order.
pub struct Child {
    orders: mpsc::Sender<Order>,
    hidden: Hidden,
    marker: Marker,
    /// How many marks the last line stands behind.
    passed: Arc<AtomicU64>,
}

/// What the task is told to do.
enum Order {
    /// Write a line, return the next one that comes.
    Exchange {
        line: String,
        /// Whether nothing may have come that has not been asked for.
        in_turn: bool,
        reply: oneshot::Sender<Result<Vec<u8>, Failed>>,
    },
    /// Write a line.
    Tell {
        line: String,
        reply: oneshot::Sender<Result<(), Failed>>,
    },
    /// Return the next line, or nothing where none comes in time.
    Next {
        within: Duration,
        reply: oneshot::Sender<Result<Option<Vec<u8>>, Failed>>,
    },
    /// Tell whether the process lives and has not spoken unasked.
    IsQuiet(oneshot::Sender<bool>),
    /// End the process without a last word.
    Kill,
}

fn gone() -> Failed {
    Failed::Down("the program has been ended".to_owned())
}

impl Child {
    /// Starts the program on `io`, as the leader of a process group of its own.
    pub(super) fn start(
        command: &[String],
        terms: &Terms,
        io: &Handle,
        living: &Living,
    ) -> Result<Child, StartError> {
        let (leader, pipes) = {
            let _entered = io.enter();
            Leader::start(command)?
        };
        // One message is under way at a time, and a last order behind it.
        let (orders, inbox) = mpsc::channel(2);
        let (marker, marks) = Marker::new();
        let passed = Arc::<AtomicU64>::default();
        let task = Task {
            marks,
            passed: Arc::clone(&passed),
            leader,
            stdin: pipes.stdin,
            lines: Lines::new(pipes.stdout),
            patience: terms.patience,
        };
        let hidden = Hidden::default();
        let stderr = io.spawn(lines::pass_on(pipes.stderr, terms.role, hidden.clone()));
        let alive = living.one_more();
        io.spawn(async move {
            let _alive = alive;
            task.run(inbox).await;
            // A descendant that left the group may hold the pipe open.
            stderr.abort();
        });
        Ok(Child {
            orders,
            hidden,
            marker,
            passed,
        })
    }

    /// Returns what makes marks in what the program writes.
    pub fn marker(&self) -> Marker {
        self.marker.clone()
    }

    /// Returns how many marks the last line that came stands behind.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::Acquire)
    }

    /// Keeps what the program is told from now on out of the log of its standard error.
    pub fn hide(&self, told: &[u8]) {
        self.hidden.add(told);
    }

    /// Sends a line and returns the one that answers it.
    ///
    /// # Errors
    ///
    /// [`Failed`], and the process is ended; also where a line came before this one was read.
    pub async fn exchange(&self, line: String) -> Result<Vec<u8>, Failed> {
        let in_turn = false;
        self.order(|reply| Order::Exchange {
            line,
            in_turn,
            reply,
        })
        .await
    }

    /// As [`Child::exchange`], for a program that may say more than one line in a row: what it has
    /// said before it could read this line is malformed.
    ///
    /// # Errors
    ///
    /// [`Failed`], and the process is ended.
    pub async fn exchange_in_turn(&self, line: String) -> Result<Vec<u8>, Failed> {
        let in_turn = true;
        self.order(|reply| Order::Exchange {
            line,
            in_turn,
            reply,
        })
        .await
    }

    /// Sends a line.
    ///
    /// # Errors
    ///
    /// [`Failed`] where it is not taken in time, and the process is ended.
    pub async fn tell(&self, line: String) -> Result<(), Failed> {
        self.order(|reply| Order::Tell { line, reply }).await
    }

    /// Returns the next line, or nothing where none comes within this time.
    ///
    /// # Errors
    ///
    /// [`Failed`] where none can come any more, and the process is ended.
    pub async fn next(&self, within: Duration) -> Result<Option<Vec<u8>>, Failed> {
        self.order(|reply| Order::Next { within, reply }).await
    }

    async fn order<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, Failed>>) -> Order,
    ) -> Result<T, Failed> {
        let (reply, replied) = oneshot::channel();
        let sent = self.orders.send(order(reply)).await;
        sent.map_err(|_| gone())?;
        replied.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Tells whether the process lives and has not spoken unasked.
    pub(super) async fn is_quiet(&self) -> bool {
        let (reply, replied) = oneshot::channel();
        self.orders.send(Order::IsQuiet(reply)).await.is_ok() && replied.await.unwrap_or(false)
    }

    /// Tells whether messages can still be sent.
    pub fn is_alive(&self) -> bool {
        !self.orders.is_closed()
    }

    /// Ends the process without a last word.
    pub fn kill(self) {
        // A task that is not there any more has ended its process already.
        let _ = self.orders.try_send(Order::Kill);
    }
}

/// The task that owns a process.
struct Task {
    leader: Leader,
    stdin: ChildStdin,
    lines: Lines,
    marks: Marks,
    passed: Arc<AtomicU64>,
    patience: Duration,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Order>) {
        loop {
            let order = tokio::select! {
                order = inbox.recv() => order,
                wanted = self.marks.wanted() => {
                    wanted.make(&mut self.lines).await;
                    continue;
                }
            };
            let Some(order) = order else { break };
            let failed = match order {
                Order::Exchange {
                    line,
                    in_turn,
                    reply,
                } => {
                    let result = self.exchange(&line, in_turn).await;
                    answered(result, reply, &mut inbox)
                }
                Order::Tell { line, reply } => {
                    let result = self.tell(&line).await;
                    answered(result, reply, &mut inbox)
                }
                Order::Next { within, reply } => {
                    let result = self.next(within).await;
                    answered(result, reply, &mut inbox)
                }
                Order::IsQuiet(reply) => {
                    let quiet = self.leader.ended().is_none() && self.lines.are_quiet().await;
                    let _ = reply.send(quiet);
                    false
                }
                Order::Kill => true,
            };
            if failed {
                return self.leader.kill().await;
            }
        }
        self.say_goodbye().await;
    }

    /// Sends `bye`, closes standard input and waits; then the process is ended by force.
    async fn say_goodbye(mut self) {
        let bye = format!("{BYE}\n");
        let writing = self.stdin.write_all(bye.as_bytes());
        // Nobody may be reading. What the program writes from here on is not read either.
        let _ = tokio::time::timeout(leader::GOODBYE, writing).await;
        drop(self.stdin);
        drop(self.lines);
        self.leader.end().await;
    }

    async fn exchange(&mut self, line: &str, in_turn: bool) -> Result<Vec<u8>, Failed> {
        if in_turn && self.lines.has_spoken().await {
            return Err(Failed::Malformed(TOO_EARLY.to_owned()));
        }
        let next = self.marks.next_line(&mut self.lines);
        let talking = talk(&mut self.stdin, next, line);
        let Ok((asked, answer)) = tokio::time::timeout(self.patience, talking).await else {
            return Err(self.silent());
        };
        self.passed.store(self.lines.passed(), Ordering::Release);
        match answer {
            Ok(line) if asked => Ok(line),
            Ok(_) if in_turn => Err(Failed::Malformed(TOO_EARLY.to_owned())),
            Ok(_) => Err(Failed::Malformed(
                "a line that came before the question was read; one reply to each message was \
                 expected"
                    .to_owned(),
            )),
            Err(stopped) => Err(self.stopped(stopped).await),
        }
    }

    async fn tell(&mut self, line: &str) -> Result<(), Failed> {
        let writing = self.stdin.write_all(line.as_bytes());
        match tokio::time::timeout(self.patience, writing).await {
            Ok(Ok(())) => Ok(()),
            // A pipe that nobody reads is an end: its last lines say more than the write does.
            Ok(Err(_)) => Err(self.stopped(Stopped::Ended).await),
            Err(_) => Err(self.silent()),
        }
    }

    async fn next(&mut self, within: Duration) -> Result<Option<Vec<u8>>, Failed> {
        let next = self.marks.next_line(&mut self.lines);
        let came = tokio::time::timeout(within, next).await;
        self.passed.store(self.lines.passed(), Ordering::Release);
        match came {
            Ok(Ok(line)) => Ok(Some(line)),
            Ok(Err(stopped)) => Err(self.stopped(stopped).await),
            Err(_) => match self.leader.ended() {
                Some(how) => Err(Failed::Down(how)),
                None => Ok(None),
            },
        }
    }

    fn silent(&self) -> Failed {
        match self.leader.ended() {
            Some(how) => Failed::Down(how),
            None => Failed::Silent {
                limit_ms: u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX),
            },
        }
    }

    async fn stopped(&mut self, stopped: Stopped) -> Failed {
        match stopped {
            Stopped::TooLong => Failed::Malformed(format!("a line of more than {LINE_MAX} bytes")),
            Stopped::Half => Failed::Malformed(
                "output that ends in the middle of a line; a line feed was expected".to_owned(),
            ),
            Stopped::Ended => {
                let how = self.leader.ended_within(END_AFTER_OUTPUT).await;
                Failed::Down(
                    how.unwrap_or_else(|| "the program closed its standard output".to_owned()),
                )
            }
        }
    }
}

/// Passes a result on; says whether the process is to be ended, and lets no further order in then.
fn answered<T>(
    result: Result<T, Failed>,
    reply: oneshot::Sender<Result<T, Failed>>,
    inbox: &mut mpsc::Receiver<Order>,
) -> bool {
    let failed = result.is_err();
    if failed {
        inbox.close();
    }
    let _ = reply.send(result);
    failed
}

/// Writes a line while reading the next one; tells whether the question was out when it came.
async fn talk(
    stdin: &mut ChildStdin,
    next: impl Future<Output = Result<Vec<u8>, Stopped>>,
    line: &str,
) -> (bool, Result<Vec<u8>, Stopped>) {
    let writing = stdin.write_all(line.as_bytes());
    tokio::pin!(writing, next);
    let mut written = None;
    loop {
        tokio::select! {
            biased;
            result = &mut writing, if written.is_none() => written = Some(result.is_ok()),
            answer = &mut next => return (written == Some(true), answer),
        }
    }
}
