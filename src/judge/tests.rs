//! Tests of the judge with transcripts written by hand: what no part of ours would do.
//!
//! What our parts and their faults do is judged in `tests/judged.rs`, from real runs.

mod aid;
mod card;
mod convention;
mod fields;
mod foreign;
mod lives;
mod observed;
mod probe;
mod reader;
mod specific;
mod story;
mod traffic;
mod verdicts;
mod way;
mod wire;
