//! Bindings: which people of a foreign backend stand for the people of the deck (design §4).
//!
//! A backend whose registry we cannot arrange is played with as it is. A [`State`] is what a
//! scenario needs of a person, whoever that is: a lapsed insurance, a revoked certificate. States
//! have readable names ([`States`]); a [`Bindings`] file says who has each state at the backend, so
//! that the judge compares with what the backend really has. [`template`] writes such a file, and
//! [`people()`] are those whom it names: a registry against which it can be tried as it is.

mod bind;
mod file;
mod people;
mod state;
mod states;
mod template;

pub use bind::{bind, cannot_run};
pub use file::{Bindings, Bound, BoundCertificate, Document};
pub use people::people;
pub use state::State;
pub use states::{Named, States};
pub use template::template;

#[cfg(test)]
mod tests;
