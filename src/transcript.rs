//! The one ordered record of everything that crossed between roles and persons.
//!
//! NDJSON: line 1 is a [`Header`], every further line an [`Entry`]. The terminal UI, the reports,
//! the snapshots and the judge read nothing else. No secret is in it (`crate::secret`).

mod codec;
mod entry;
mod mask;
mod my_number;
pub mod reason;
mod recorder;

pub use codec::{FORMAT, ReadError};
pub use entry::{
    By, CardEvent, CommandApdu, Entry, Event, Header, Note, OF_RECORDING, RECORDING, Reply, Report,
    ResponseApdu, Role, Roles, SIMULATION, Stimulus,
};
pub use recorder::Recorder;

/// A header with its entries, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// What was played, by whom.
    pub header: Header,
    /// What happened; `entries[i].n == i + 1`.
    pub entries: Vec<Entry>,
}
