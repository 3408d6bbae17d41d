//! The answering side of the exchange folder: takes requests from `req`, answers into `res`, and
//! pushes the results of card uses into `face` (eligibility.md §1.2). Everything is a SIMULATION.
//!
//! [`ExchangeFolder`] knows files and messages, and nothing of worlds, clocks or transcripts: those
//! stand behind [`Answering`]. [`ControlFolder`] does the same for the orders that arrange worlds.

mod control;
mod face;
mod lists;
mod reply;
mod state;
mod watch;

use std::time::Duration;

use crate::backend::oqs::control::{Arranged, Order};
use crate::backend::oqs::encoding::Encoding;
use crate::backend::{Asked, Pending};
use crate::eligibility::{Care, Eligibility, Inquiry, Moment, Refusal, Site};
use crate::scenario::Patient;

pub use control::ControlFolder;
pub use watch::ExchangeFolder;

/// What can be chosen of a folder.
#[derive(Debug, Clone)]
pub struct Options {
    /// The encoding of answers; that of the request if absent, and UTF-8 in `face`.
    pub encoding: Option<Encoding>,
    /// How often a bulk result is "in progress" before it is there (ELIG-12).
    pub in_progress: u32,
    /// How long a request file that is not whole may stay unchanged before it is refused.
    pub settle: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            encoding: None,
            in_progress: 1,
            settle: Duration::from_secs(2),
        }
    }
}

/// Who answers what comes through a folder. One world stands behind each folder.
pub trait Answering: Send {
    /// Returns the present instant of this world.
    fn now(&self) -> Moment;

    /// Answers an inquiry. `at` is the instant asked about: now, or this time of day on the
    /// confirmation date that the request names.
    ///
    /// An outage (of kind `Down` or `Silent`) leaves the request without any answer file.
    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, at: Moment) -> Asked<'a>;

    /// Returns the people on record. Requests for medical information name no birth date, and the
    /// lists (home visits, online care, tickets) name nobody: both are looked up here.
    fn people(&self) -> Vec<Patient>;

    /// Returns the site that has this institution code. A request carries nothing else of it.
    fn site(&self, institution: &str) -> Site {
        Site {
            institution: institution.to_owned(),
            ..Site::default()
        }
    }

    /// Returns how the next answer is to be spoilt on its way. Asked once for each request file.
    fn spoil(&mut self) -> Option<Spoil> {
        None
    }
}

/// How an answer file is spoilt on demand, for software that must bear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoil {
    /// The request is taken, and no answer comes.
    Silent,
    /// Bytes that are no XML.
    Garbage,
    /// The first half of the answer, and never the rest.
    Half,
    /// The other encoding than the one that is declared.
    WrongEncoding,
    /// Without the identifier of the request (ELIG-11).
    IdentifierLost,
    /// An abnormal result that says to come back later.
    Busy,
}

/// The use of a card at a reader, as its result stands in `face`.
#[derive(Debug, Clone)]
pub struct CardUse<'a> {
    /// What the backend answered: eligibility, or a refusal.
    pub result: Result<&'a Eligibility, &'a Refusal>,
    /// The institution's code.
    pub institution: &'a str,
    /// The kind of care.
    pub care: Care,
    /// When.
    pub at: Moment,
}

/// Who carries out the orders that come through the control folder.
pub trait Controlling: Send {
    /// Carries out an order.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong; it becomes the order's answer.
    fn control(&mut self, order: Order) -> Pending<'_, Result<Arranged, String>>;
}
