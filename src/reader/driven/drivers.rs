//! The way to a driver: it is opened once, and each play gets a process of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;

use super::Driver;
use super::message::Hello;
use crate::program::{Failed, Pool, Running, StartError, Terms};

/// How long a message of a driver may take unless the user says otherwise; a convention of this
/// harness.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// So many plays in a row with a silent driver, and the rest is not waited for; a convention of this
/// harness.
pub const SILENT_PLAYS_MAX: usize = 3;

/// How many plays in a row the driver was silent.
#[derive(Debug, Clone, Default)]
pub(super) struct Silences(Arc<AtomicUsize>);

impl Silences {
    /// Takes in that a play met silence.
    pub(super) fn one_more(&self) {
        if self.0.fetch_add(1, Ordering::Relaxed) + 1 == SILENT_PLAYS_MAX {
            tracing::warn!(
                "the driver was silent in {SILENT_PLAYS_MAX} plays in a row; the rest is not waited for"
            );
        }
    }

    /// Takes in that a play came to its end. Once given up, a driver stays so.
    pub(super) fn none(&self) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                (count < SILENT_PLAYS_MAX).then_some(0)
            });
    }

    fn are_too_many(&self) -> bool {
        SILENT_PLAYS_MAX <= self.0.load(Ordering::Relaxed)
    }
}

/// The driver could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Wrong usage: what was named cannot be a driver, with what to do.
    #[error("{0}")]
    Usage(String),
    /// It was started and did not introduce itself.
    #[error(transparent)]
    Failed(#[from] Failed),
}

/// The way to a driver, shared by the plays of a run.
pub struct Drivers {
    pool: Arc<Pool<Hello>>,
    hello: Option<Hello>,
    /// Why there is none.
    gone: Option<Failed>,
    silences: Silences,
}

/// Starts the driver and has it introduce itself; its pipes live on `io`, a runtime with time and
/// I/O that somebody drives as long as the drivers are used.
///
/// Dropping what is returned ends every process that was started, and waits for that a bounded time
/// unless it is dropped on a runtime.
///
/// # Errors
///
/// [`OpenError::Usage`] where there is no such program or it cannot be executed,
/// [`OpenError::Failed`] where it ends at once, keeps silent or does not speak the protocol.
pub async fn open(
    command: &[String],
    patience: Duration,
    io: Handle,
) -> Result<Arc<Drivers>, OpenError> {
    let terms = Terms {
        role: "reader",
        patience,
    };
    let pool = Pool::new(command, terms, io);
    let running: Running<Hello> = pool.start().await.map_err(|error| match error {
        StartError::Usage(what) => OpenError::Usage(what),
        StartError::Failed(failed) => OpenError::Failed(failed),
    })?;
    let hello = running.hello().clone();
    tracing::info!(
        name = hello.name,
        version = hello.version,
        "the reader introduced itself"
    );
    pool.put_back(running);
    Ok(Arc::new(Drivers {
        pool: Arc::new(pool),
        hello: Some(hello),
        gone: None,
        silences: Silences::default(),
    }))
}

impl Drivers {
    /// Makes the way to a driver that did not introduce itself: every play meets the same failure.
    pub fn gone(failed: Failed, io: Handle) -> Arc<Drivers> {
        let terms = Terms {
            role: "reader",
            patience: PATIENCE,
        };
        Arc::new(Drivers {
            pool: Arc::new(Pool::new(&[], terms, io)),
            hello: None,
            gone: Some(failed),
            silences: Silences::default(),
        })
    }

    /// Returns how the driver introduced itself; nothing where it did not.
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// Makes the driver of one play.
    ///
    /// # Errors
    ///
    /// [`Failed`] where none can be started.
    pub async fn connect(&self) -> Result<Driver, Failed> {
        if let Some(failed) = &self.gone {
            return Err(failed.clone());
        }
        if self.silences.are_too_many() {
            return Err(Failed::Silent { limit_ms: 0 });
        }
        match self.pool.take().await {
            Ok(running) => {
                let pool = Arc::clone(&self.pool);
                Ok(Driver::new(pool, running, self.silences.clone()))
            }
            Err(failed) => {
                if matches!(failed, Failed::Silent { .. }) {
                    self.silences.one_more();
                }
                Err(failed)
            }
        }
    }
}
