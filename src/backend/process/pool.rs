//! The processes of a run: started when a play needs one, handed back after it, ended at the end.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use super::child::{Child, Living, StartError};
use super::message::{FromBackend, Hello, ToBackend};
use crate::backend::Outage;

/// How long the end of a run waits for its processes to be gone: longer than all the steps of
/// ending one take together.
const GONE_WITHIN: Duration = Duration::from_secs(6);

/// The processes that run one command.
pub(super) struct Pool {
    command: Vec<String>,
    patience: Duration,
    io: Handle,
    idle: Mutex<Vec<Running>>,
    living: Living,
}

impl Pool {
    pub(super) fn new(command: &[String], patience: Duration, io: Handle) -> Pool {
        Pool {
            command: command.to_vec(),
            patience,
            io,
            idle: Mutex::new(Vec::new()),
            living: Living::default(),
        }
    }

    /// Starts a process and has it introduce itself.
    pub(super) async fn start(&self) -> Result<Running, StartError> {
        let child = Child::start(&self.command, self.patience, &self.io, &self.living)?;
        let hello = match introduce(&child).await {
            Ok(hello) => hello,
            Err(outage) => {
                child.kill();
                return Err(StartError::Failed(outage));
            }
        };
        Ok(Running {
            child,
            hello,
            last_id: 0,
        })
    }

    /// Returns a process that waits for a message: one that has played before, or a new one.
    pub(super) async fn take(&self) -> Result<Running, Outage> {
        loop {
            let Some(running) = self.pop() else {
                return self.start().await.map_err(StartError::into_outage);
            };
            if running.child.is_quiet().await {
                return Ok(running);
            }
            tracing::warn!(
                name = running.hello.name,
                "the backend ended or spoke unasked between two plays; another is started"
            );
            running.kill();
        }
    }

    fn pop(&self) -> Option<Running> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    /// Takes a process back after its play.
    pub(super) fn put_back(&self, running: Running) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(running);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        idle.clear();
        // On a runtime nobody may block: its tasks end the processes, or its own end does.
        if Handle::try_current().is_err() && !self.living.gone_within(GONE_WITHIN) {
            tracing::warn!("a process of the backend could not be ended");
        }
    }
}

async fn introduce(child: &Child) -> Result<Hello, Outage> {
    let line = child.exchange(&ToBackend::hello()).await?;
    match FromBackend::of_line(&line)? {
        FromBackend::Hello(hello) => hello.checked(),
        other => Err(super::unexpected("`hello`", &other)),
    }
}

/// A process that has introduced itself.
pub(super) struct Running {
    child: Child,
    hello: Hello,
    last_id: u64,
}

impl Running {
    pub(super) fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Returns the id of the next question.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Sends a message and reads its reply.
    pub(super) async fn exchange(&mut self, message: &ToBackend) -> Result<FromBackend, Outage> {
        FromBackend::of_line(&self.child.exchange(message).await?)
    }

    /// Tells whether messages can still be sent.
    pub(super) fn is_alive(&self) -> bool {
        self.child.is_alive()
    }

    /// Ends the process without waiting for a last word.
    pub(super) fn kill(self) {
        self.child.kill();
    }
}
