//! Plays the reception of a patient.
