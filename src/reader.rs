//! The reader: the reference, or an implementation under test.

pub mod driven;
mod reference;

use crate::check_in::{Effect, Event};
use crate::eligibility::{Answer, Inquiry, Moment, Site};
use crate::screen::{Image, Screen};

pub use reference::Reference;

/// Something that a reader does, ours or one under test.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// It shows a screen.
    Show(Screen),
    /// It sends an APDU to the card and waits for the answer.
    Transmit(Vec<u8>),
    /// It asks for the commands of the stand-in terminal: those that show its certificate, or the
    /// one that answers this challenge of the card.
    Terminal(Option<Vec<u8>>),
    /// It takes the power off the card.
    PowerOff,
    /// It resets the card and leaves the power on.
    Reset,
    /// It asks our backend and waits for the answer.
    Ask(Inquiry),
    /// It has asked a backend of its own; no answer where none came that can be understood.
    Asked(Inquiry, Option<Answer>),
    /// It wrote a line into its own log.
    Log(String),
    /// It told which face images it still has.
    Kept(Vec<Image>),
}

impl From<Effect> for Act {
    fn from(effect: Effect) -> Act {
        match effect {
            Effect::Show(screen) => Act::Show(screen),
            Effect::Transmit(command) => Act::Transmit(command.to_bytes()),
            Effect::PowerOff => Act::PowerOff,
            Effect::Ask(inquiry) => Act::Ask(inquiry),
            Effect::Log(line) => Act::Log(line),
            Effect::Kept(images) => Act::Kept(images),
        }
    }
}

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
