//! FHIR R4: the mapping of inquiries and answers, in both directions, and the adapter `fhir:URL`.
//!
//! The mapping is pure functions over JSON, used by the adapter here and by `uketsuke serve`:
//! [`request`] and [`inquiry`], [`response`] and [`answer`]. What FHIR R4 and JP Core have a place
//! for stands there; the rest stands in extensions under [`system::LOCAL`], a convention of this
//! harness (`docs/fhir.md`). Writing is strict, reading lenient where no meaning is at stake.

mod adapter;
mod announced;
mod control;
mod coverage;
mod eligibility;
mod form;
mod inquiry;
mod look;
mod medical;
mod outcome;
mod patient;
mod reply;
mod request;
mod response;
pub mod system;
mod talk;
mod tree;
mod unreadable;

pub use adapter::open;
pub use announced::Announced;
pub use control::{Arranged, Arrangement, NOW_HEADER, WORLDS};
pub use form::{FORMS, Form, Kind};
pub use inquiry::{inquiry, inquiry_in};
pub use outcome::operation_outcome;
pub use reply::{Heard, Reply, answer};
pub use request::{request, request_tree};
pub use response::{queued, response, response_tree};
pub use tree::Value as Tree;
pub use unreadable::Unreadable;
