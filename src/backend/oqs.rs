//! The exchange folder: the XML files of オンライン資格確認等システム, and an adapter over them.
//!
//! The codec is pure and used in both directions, by the adapter here and by our answering side
//! (`crate::serve::exchange_folder`). The facts are eligibility.md §1; what they leave open is
//! filled by conventions of this harness, each labelled where it stands and in
//! `docs/file-exchange.md`.

pub mod code;
pub mod control;
pub mod encoding;
pub mod field;
pub mod lookup;
pub mod medical;
pub mod name;
pub mod request;
pub mod response;
pub mod xml;

pub(crate) mod folder;

mod adapter;
mod certificates;
mod consents;
mod exchange;
mod qualification;

pub use adapter::open;

/// A message lacks an element, or has one with no possible value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{element} {what}")]
pub struct Unreadable {
    /// Where.
    pub element: String,
    /// What is wrong.
    pub what: String,
}

impl Unreadable {
    fn new(element: &str, what: &str) -> Unreadable {
        Unreadable {
            element: element.to_owned(),
            what: what.to_owned(),
        }
    }
}

/// Returns a part of a message that must be there.
fn part<'a>(element: &'a xml::Element, name: &str) -> Result<&'a xml::Element, Unreadable> {
    element
        .child(name)
        .ok_or_else(|| Unreadable::new(name, "is missing"))
}
