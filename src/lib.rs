//! Plays the reception of a patient.

pub mod backend;
pub mod card_link;
pub mod check_in;
pub mod eligibility;
pub mod fault;
pub mod judge;
pub mod library;
pub mod reader;
pub mod requirement;
pub mod rules;
pub mod runner;
pub mod sanitise;
pub mod scenario;
pub mod screen;
pub mod secret;
pub mod transcript;
pub mod tui;
pub mod wording;
