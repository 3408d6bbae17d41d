//! The processes of a run: started when a play needs one, handed back after it, ended at the end.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use super::child::Child;
use super::living::Living;
use super::{Failed, StartError, Terms};

/// How long the end of a run waits for its processes to be gone: longer than all the steps of
/// ending one take together.
const GONE_WITHIN: Duration = Duration::from_secs(6);

/// How a program introduces itself, in its protocol.
pub trait Introduce: Sized + Send {
    /// Returns the line that asks for it.
    fn question() -> String;

    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// [`Failed::Malformed`] where it is none, or is one of another protocol.
    fn read(line: &[u8]) -> Result<Self, Failed>;

    /// Returns the program's name.
    fn name(&self) -> &str;
}

/// The processes that run one command; `H` is how they introduce themselves.
pub struct Pool<H> {
    command: Vec<String>,
    terms: Terms,
    io: Handle,
    idle: Mutex<Vec<Running<H>>>,
    living: Living,
}

impl<H: Introduce> Pool<H> {
    /// Makes one whose pipes live on `io`, a runtime with time and I/O that somebody drives as
    /// long as the pool is used.
    pub fn new(command: &[String], terms: Terms, io: Handle) -> Pool<H> {
        Pool {
            command: command.to_vec(),
            terms,
            io,
            idle: Mutex::new(Vec::new()),
            living: Living::default(),
        }
    }

    /// Returns how long a line may be waited for.
    pub fn patience(&self) -> Duration {
        self.terms.patience
    }

    /// Starts a process and has it introduce itself.
    ///
    /// # Errors
    ///
    /// [`StartError`]; nothing is left of the process then.
    pub async fn start(&self) -> Result<Running<H>, StartError> {
        let child = Child::start(&self.command, &self.terms, &self.io, &self.living)?;
        let introduced = match child.exchange(format!("{}\n", H::question())).await {
            Ok(line) => H::read(&line),
            Err(failed) => Err(failed),
        };
        match introduced {
            Ok(hello) => Ok(Running {
                child,
                hello,
                last_id: 0,
            }),
            Err(failed) => {
                child.kill();
                Err(StartError::Failed(failed))
            }
        }
    }

    /// Returns a process that waits for a message: one that has played before, or a new one.
    ///
    /// # Errors
    ///
    /// [`Failed`] where a new one cannot be started.
    pub async fn take(&self) -> Result<Running<H>, Failed> {
        loop {
            let Some(running) = self.pop() else {
                return Ok(self.start().await?);
            };
            if running.child.is_quiet().await {
                return Ok(running);
            }
            tracing::warn!(
                name = running.hello.name(),
                "the {} ended or spoke unasked between two plays; another is started",
                self.terms.role
            );
            running.kill();
        }
    }

    fn pop(&self) -> Option<Running<H>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    /// Takes a process back after its play.
    pub fn put_back(&self, running: Running<H>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(running);
    }
}

impl<H> Drop for Pool<H> {
    fn drop(&mut self) {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        idle.clear();
        // On a runtime nobody may block: its tasks end the processes, or its own end does.
        if Handle::try_current().is_err() && !self.living.gone_within(GONE_WITHIN) {
            tracing::warn!("a process of the {} could not be ended", self.terms.role);
        }
    }
}

/// A process that has introduced itself.
pub struct Running<H> {
    child: Child,
    hello: H,
    last_id: u64,
}

impl<H> Running<H> {
    /// Returns how it introduced itself.
    pub fn hello(&self) -> &H {
        &self.hello
    }

    /// Returns the way to it.
    pub fn child(&self) -> &Child {
        &self.child
    }

    /// Returns the id of the next question.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Tells whether messages can still be sent.
    pub fn is_alive(&self) -> bool {
        self.child.is_alive()
    }

    /// Ends the process without waiting for a last word.
    pub fn kill(self) {
        self.child.kill();
    }
}
