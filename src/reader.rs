//! The reader: the reference, or an implementation under test.

mod reference;

use crate::check_in::{Effect, Event};
use crate::eligibility::{Moment, Site};

pub use reference::Reference;

/// A reader that takes events and says what it does.
pub trait Reader: Send {
    /// The name, for a transcript's header.
    fn name(&self) -> &'static str;

    /// Returns what the reader does before anyone comes.
    fn start(&mut self) -> Vec<Effect>;

    /// Takes one event at `now` and returns what the reader does, in order.
    fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect>;

    /// Moves the reader to another site, between visits.
    fn move_to(&mut self, site: Site);
}
