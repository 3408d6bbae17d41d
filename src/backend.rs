//! The backend seam (design §4): whatever answers the inquiries.

pub mod embedded;

use std::future::Future;
use std::pin::Pin;

use crate::eligibility::{Answer, Inquiry, InquiryKind, Moment};
use crate::scenario::Patient;

/// What an adapter returns: the answer, some time later.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<Answer, Outage>> + Send + 'a>>;

/// No answer could be had. Never a finding by itself: silence is inconclusive (design §3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Outage {
    /// No connection.
    #[error("no connection to the backend: {0}")]
    Down(String),
    /// No answer in time.
    #[error("no answer from the backend within {limit_ms} ms")]
    Silent {
        /// How long was waited.
        limit_ms: u64,
    },
    /// Something came that is no answer in its protocol (ELIG-15).
    #[error("what the backend sent is no answer: {0}")]
    Malformed(String),
}

/// A state of the world cannot be arranged at this backend, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cannot(pub String);

/// What a backend must know before a scenario plays.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// The people with their cards and what is on record of them.
    pub people: Vec<Patient>,
}

/// A backend: ours, or an adapter to one that others wrote.
pub trait Backend: Send {
    /// The name of the adapter, for a transcript's header.
    fn name(&self) -> &'static str;

    /// Tells whether the protocol can carry such an inquiry, else why not.
    ///
    /// # Errors
    ///
    /// The reason, which makes the scenario's requirements not applicable.
    fn carries(&self, kind: InquiryKind) -> Result<(), String>;

    /// Makes the backend know `world`. What was recorded in earlier visits (consents,
    /// registrations) stays.
    ///
    /// # Errors
    ///
    /// [`Cannot`] where the backend does not allow it.
    fn arrange(&mut self, world: &World, at: Moment) -> Result<(), Cannot>;

    /// Asks; `now` is the instant on the scenario's clock.
    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a>;
}
