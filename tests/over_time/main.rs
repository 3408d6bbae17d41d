//! The embedded backend over time: the eve and the day of every dated rule of the catalogue, and
//! the lives of consents, by inquiries made directly.
//!
//! What is expected is written by hand from the catalogue and eligibility.md §2 and §3; what the
//! sources leave open is a convention of this harness, and said to be one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod borders;
mod desk;
mod lives;
