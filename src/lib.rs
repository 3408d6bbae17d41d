//! Plays the reception of a patient.

pub mod requirement;
