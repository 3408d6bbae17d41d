//! A backend that is a program: JSON lines over its standard input and output.
//!
//! The program is started without a shell, answers one message at a time, and is handed from play
//! to play: each play begins by arranging anew. One that breaks the protocol, dies or keeps silent
//! is ended, and the next play starts another. The protocol is told in `docs/process.md`.

pub mod message;

use std::sync::Arc;

use tokio::runtime::Handle;

use super::{Access, Asked, Backend, Cannot, Connector, OpenError, Outage, Pending, World};
use crate::eligibility::{Answer, Inquiry, InquiryKind, Moment, Text, Wire};
use crate::program::{self, Failed, StartError, Terms};
use crate::requirement::{self, Subject, catalogue};
use message::{FromBackend, Hello, ToBackend};

type Pool = program::Pool<Hello>;
type Running = program::Running<Hello>;

/// Starts the program and has it introduce itself; its pipes live on `io`, a runtime with time and
/// I/O that somebody drives as long as the connector is used.
///
/// Dropping the connector and its backends ends every process that was started, and waits for that
/// a bounded time unless it is dropped on a runtime.
///
/// # Errors
///
/// [`OpenError::Usage`] where there is no such program or it cannot be executed,
/// [`OpenError::Unreachable`] where it ends at once, keeps silent or does not speak the protocol.
pub async fn open(
    command: &[String],
    access: &Access,
    io: Handle,
) -> Result<Arc<dyn Connector>, OpenError> {
    let terms = Terms {
        role: "backend",
        patience: access.patience,
    };
    let pool = Pool::new(command, terms, io);
    let running = pool.start().await.map_err(|error| match error {
        StartError::Usage(what) => OpenError::Usage(what),
        StartError::Failed(failed) => OpenError::Unreachable(failed.into()),
    })?;
    let hello = running.hello().clone();
    tracing::info!(
        name = hello.name,
        version = hello.version,
        "the backend introduced itself"
    );
    pool.put_back(running);
    Ok(Arc::new(Programs {
        pool: Arc::new(pool),
        arranges: hello.arranges,
    }))
}

/// The way to a program: each play gets a process of its own.
struct Programs {
    pool: Arc<Pool>,
    arranges: bool,
}

impl Connector for Programs {
    fn arranges(&self) -> bool {
        self.arranges
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        Box::pin(async {
            let running = self.pool.take().await?;
            let program = Program {
                hello: running.hello().clone(),
                running: Some(running),
                pool: Arc::clone(&self.pool),
                arranged: false,
                wire: None,
            };
            Ok(Box::new(program) as Box<dyn Backend>)
        })
    }
}

/// A process in the hands of one play.
struct Program {
    hello: Hello,
    /// Absent while a message is under way, and for good once the process has failed.
    running: Option<Running>,
    pool: Arc<Pool>,
    arranged: bool,
    wire: Option<Wire>,
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.pool.put_back(running);
        }
    }
}

impl Program {
    /// Sends a message and has its reply read; a process that breaks the protocol is ended.
    async fn exchange<T>(
        &mut self,
        message: &ToBackend,
        read: impl FnOnce(FromBackend) -> Result<T, Outage>,
    ) -> Result<T, Outage> {
        let Some(running) = self.running.take() else {
            return Err(Outage::Down(
                "the program was ended after it had failed in this play".to_owned(),
            ));
        };
        let reply = match message.to_line() {
            Ok(line) => running.child().exchange(line).await.map_err(Outage::from),
            Err(outage) => Err(outage),
        };
        let read = reply
            .and_then(|line| FromBackend::of_line(&line))
            .and_then(read);
        match &read {
            Ok(_) | Err(Outage::Down(_)) if running.is_alive() => self.running = Some(running),
            _ => running.kill(),
        }
        read
    }

    async fn arrange(&mut self, world: &World, at: Moment) -> Result<(), Cannot> {
        let anew = !std::mem::replace(&mut self.arranged, true);
        if !self.hello.arranges {
            if anew {
                return Ok(());
            }
            return Err(Cannot::Arrange(Text::new(
                "このプログラムは途中で状態を変えられない",
                "this program cannot be put into another state in the middle of a play",
            )));
        }
        let message = ToBackend::Arrange {
            at,
            anew,
            world: world.clone(),
        };
        let done = self.exchange(&message, |reply| match reply {
            FromBackend::Arranged {} => Ok(Ok(())),
            FromBackend::Cannot { reason } => Ok(Err(reason.into())),
            FromBackend::Outage { id: None, reason } => Err(Outage::Down(message::plain(&reason))),
            other => Err(unexpected("`arranged` or `cannot`", &other)),
        });
        match done.await? {
            Ok(()) => Ok(()),
            Err(reason) => Err(Cannot::Arrange(reason)),
        }
    }

    async fn answer(&mut self, inquiry: &Inquiry, now: Moment) -> Result<Answer, Outage> {
        self.wire = None;
        let kind = inquiry.kind();
        if self.carries(kind).is_err() {
            return Err(Outage::Down(format!(
                "the program does not carry {} inquiries",
                message::kind_name(kind)
            )));
        }
        let id = self.running.as_mut().map_or(0, Running::next_id);
        let message = ToBackend::Ask {
            id,
            now,
            inquiry: inquiry.clone(),
        };
        let mut wire = Wire {
            protocol: "process".to_owned(),
            request: format!("ask {id} {}", message::kind_name(kind)),
            ..Wire::default()
        };
        let answer = self.exchange(&message, |reply| {
            if let FromBackend::Answer { id: echo, .. } = &reply {
                wire.response = Some(format!("answer {echo}"));
                wire.echoed = Some(*echo == id);
            }
            match reply {
                FromBackend::Answer { id: echo, answer } if echo == id => {
                    message::check(kind, answer)
                }
                FromBackend::Answer { id: echo, .. } => Err(Outage::Malformed(format!(
                    "an answer with the id {echo} where {id} was asked"
                ))),
                FromBackend::Outage {
                    id: Some(echo),
                    reason,
                } if echo == id => Err(Outage::Down(message::plain(&reason))),
                other => Err(unexpected(&format!("`answer` with the id {id}"), &other)),
            }
        });
        let answer = answer.await;
        self.wire = Some(wire);
        answer
    }
}

impl From<Failed> for Outage {
    fn from(failed: Failed) -> Outage {
        match failed {
            Failed::Down(how) => Outage::Down(how),
            Failed::Silent { limit_ms } => Outage::Silent { limit_ms },
            Failed::Malformed(what) => Outage::Malformed(what),
        }
    }
}

fn unexpected(expected: &str, got: &FromBackend) -> Outage {
    Outage::Malformed(format!(
        "a message of type `{}` where {expected} was expected",
        got.type_name()
    ))
}

impl Backend for Program {
    fn name(&self) -> &'static str {
        "process"
    }

    fn is_foreign(&self) -> bool {
        true
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        if self.hello.carries.contains(&kind) {
            return Ok(());
        }
        let kind = message::kind_name(kind);
        Err(Text::new(
            format!("このプログラムは照会{kind}を扱わないと述べている"),
            format!("the program does not say that it carries {kind} inquiries"),
        ))
    }

    fn claims(&self, requirements: &[requirement::Id]) -> Result<(), Text> {
        let concerns_backend = |id: &requirement::Id| {
            catalogue()
                .by_id(*id)
                .is_some_and(|row| row.concerns(Subject::Backend))
        };
        let unclaimed = requirements
            .iter()
            .filter(|id| concerns_backend(id))
            .find(|id| !self.hello.claims(**id));
        match unclaimed {
            None => Ok(()),
            Some(id) => Err(Text::new(
                format!("このプログラムは要件{id}を満たすと述べていない"),
                format!("the program does not claim requirement {id}"),
            )),
        }
    }

    fn arrange<'a>(&'a mut self, world: &'a World, at: Moment) -> Pending<'a, Result<(), Cannot>> {
        Box::pin(self.arrange(world, at))
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        Box::pin(self.answer(inquiry, now))
    }

    fn wire(&self) -> Option<Wire> {
        self.wire.clone()
    }
}
