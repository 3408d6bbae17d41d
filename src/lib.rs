//! Plays the reception of a patient.

pub mod backend;
pub mod check_in;
pub mod eligibility;
pub mod library;
pub mod requirement;
pub mod rules;
pub mod sanitise;
pub mod scenario;
pub mod screen;
pub mod secret;
pub mod transcript;
