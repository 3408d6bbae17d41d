//! The backend seam (design §4): whatever answers the inquiries.
//!
//! A [`Connector`] knows how to reach a backend; each play of a scenario gets a [`Backend`] of its
//! own from it, so that plays never see one another's patients.

mod as_it_is;
mod breaker;
pub mod embedded;
pub mod fhir;
mod http;
mod open;
pub mod oqs;
pub mod process;
mod spec;

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::eligibility::{Answer, Incident, Inquiry, InquiryKind, Moment, Text, Wire};
use crate::requirement;
use crate::scenario::{Patient, Scenario};

pub use as_it_is::AsItIs;
pub use breaker::{Breaker, SILENT_PLAYS_MAX};
pub use open::{Gone, open};
pub use spec::{Access, OpenError, PATIENCE, Spec, SpecError};

/// What comes some time later.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What an adapter returns: the answer, some time later.
pub type Asked<'a> = Pending<'a, Result<Answer, Outage>>;

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

/// The world could not be made as the scenario needs it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Cannot {
    /// The backend does not allow it: the scenario is not applicable, for this reason.
    #[error("{}", .0.en)]
    Arrange(Text),
    /// The backend could not be reached.
    #[error(transparent)]
    Reach(#[from] Outage),
}

/// What a backend must know before a scenario plays. No secret is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct World {
    /// The people with their cards and what is on record of them.
    pub people: Vec<Patient>,
    /// Disaster and outage functions that are switched on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
}

impl World {
    /// Returns the world of a scenario with these people, their PINs left out.
    pub fn new(people: &[Patient], incidents: &[Incident]) -> World {
        let mut people = people.to_vec();
        for patient in &mut people {
            patient.card.user_pin = None;
        }
        World {
            people,
            incidents: incidents.to_vec(),
        }
    }

    /// Returns the world in which a scenario begins.
    pub fn of(scenario: &Scenario) -> World {
        World::new(&scenario.people, &scenario.incidents)
    }
}

/// Who answers a play's inquiries: ours, or an adapter to one that others wrote.
pub trait Backend: Send {
    /// The name of the adapter, for a transcript's header.
    fn name(&self) -> &'static str;

    /// Tells whether others wrote it, so that real time counts.
    fn is_foreign(&self) -> bool {
        false
    }

    /// Tells whether the protocol can carry such an inquiry, else why not.
    ///
    /// # Errors
    ///
    /// The reason, which makes the scenario's requirements not applicable.
    fn carries(&self, kind: InquiryKind) -> Result<(), Text>;

    /// Tells whether the backend asks to be judged by these requirements of a scenario, else why
    /// not. Those in which a backend has no part do not count.
    ///
    /// # Errors
    ///
    /// The reason, which makes the scenario not applicable.
    fn claims(&self, _requirements: &[requirement::Id]) -> Result<(), Text> {
        Ok(())
    }

    /// Makes the backend know `world`. The first call of a play begins anew; in later ones what
    /// was recorded in earlier visits (consents, registrations) stays.
    ///
    /// # Errors
    ///
    /// [`Cannot`] where the backend does not allow it, or cannot be reached.
    fn arrange<'a>(&'a mut self, world: &'a World, at: Moment) -> Pending<'a, Result<(), Cannot>>;

    /// Asks; `now` is the instant on the scenario's clock.
    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a>;

    /// Returns how the last exchange looked on its way, where the protocol shows it.
    fn wire(&self) -> Option<Wire> {
        None
    }
}

/// A backend that could not be reached: every inquiry meets the same outage.
#[derive(Debug)]
pub struct Absent {
    outage: Outage,
}

impl Absent {
    /// The name of a backend that could not be reached, for a transcript's header.
    pub const NAME: &'static str = "absent";

    /// Makes one that is out for this reason.
    pub fn new(outage: Outage) -> Absent {
        Absent { outage }
    }
}

impl Backend for Absent {
    fn name(&self) -> &'static str {
        Absent::NAME
    }

    fn is_foreign(&self) -> bool {
        true
    }

    fn carries(&self, _kind: InquiryKind) -> Result<(), Text> {
        Ok(())
    }

    fn arrange<'a>(
        &'a mut self,
        _world: &'a World,
        _at: Moment,
    ) -> Pending<'a, Result<(), Cannot>> {
        Box::pin(std::future::ready(Err(Cannot::Reach(self.outage.clone()))))
    }

    fn ask<'a>(&'a mut self, _inquiry: &'a Inquiry, _now: Moment) -> Asked<'a> {
        Box::pin(std::future::ready(Err(self.outage.clone())))
    }
}

/// The way to a backend, shared by the plays of a run.
pub trait Connector: Send + Sync {
    /// Tells whether the backend lets us arrange the world and set its date. Else its people are
    /// mapped by bindings, and today is its date.
    fn arranges(&self) -> bool;

    /// Tells whether such an inquiry can be carried at all, as far as is known without a connection.
    ///
    /// # Errors
    ///
    /// The reason, as [`Backend::carries`] gives it.
    fn carries(&self, _kind: InquiryKind) -> Result<(), Text> {
        Ok(())
    }

    /// Makes the backend of one play.
    ///
    /// # Errors
    ///
    /// [`Outage`] where there is no connection.
    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>>;
}
