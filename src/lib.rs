//! Plays the reception of a patient.

pub mod eligibility;
pub mod requirement;
pub mod screen;
pub mod secret;
