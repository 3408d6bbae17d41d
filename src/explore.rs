//! Searches for a breach by a backend: draws cases, plays and judges them, shrinks what fails, and
//! writes it as a scenario file.
//!
//! A [`plan`] is a person of the deck under a few [`circumstance`]s, at a moment that often lies at
//! a [`border`] of a dated rule, with what happens then. Strategies [`draw`] plans; each renders to a
//! [`Document`](crate::scenario::Document), the same as a scenario file, and is [tried](trial). The
//! judge knows nothing of plans: it judges by what the scenario states.
//!
//! Same seed, same number of cases ⇒ the same report, whatever the number of jobs.

pub mod border;
pub mod circumstance;
pub mod counterexample;
pub mod draw;
pub mod minimise;
pub mod plan;
pub mod reach;
pub mod relation;
pub mod report;
mod script;
pub mod search;
pub mod trial;
mod written;

pub use counterexample::{Counterexample, NoCounterexample};
pub use report::{Found, Report};
pub use search::{Breach, Counts, Explored, Explorer, Key, name};
pub use trial::{Outcome, Played, Stage};
