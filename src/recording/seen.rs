//! What a log shows, whoever wrote it.

use crate::eligibility::Moment;

/// A log, read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// When it begins, where it says so.
    pub start: Option<Moment>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Where it broke off, and why.
    pub cut: Option<Cut>,
    /// How many commands are in it.
    pub exchanges: usize,
    /// Whether several programs used one card at the same time.
    pub shared: bool,
}

/// One thing that happened at a slot.
#[derive(Debug)]
pub(super) struct Event {
    /// Microseconds since the log begins.
    pub us: u64,
    /// The slot's name; empty where unknown.
    pub slot: String,
    pub what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// A card came in.
    Inserted,
    /// The card went.
    Removed,
    /// The slot took the card's power away.
    PowerOff,
    /// The card was reset; whether it lost its power for a moment the log may not say.
    Reset,
    /// A command, and what came back after so many microseconds.
    Exchange {
        command: Vec<u8>,
        answer: Answer,
        us: u64,
    },
    /// A reader with keys of its own was told to ask for a PIN: what it sent is not in the log.
    Keypad,
}

/// What came back for a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Bytes(Vec<u8>),
    /// No answer: the card was gone.
    Gone,
    /// No answer, for another reason.
    Mute,
    /// The log breaks off before it.
    Missing,
}

/// Why a log is judged up to a line and no further.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub line: usize,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It ends in the middle of a line or of an exchange.
    Ends,
    /// Lines are missing in the middle.
    Gap,
    /// Lines of several programs are mixed, and nothing says whose is whose.
    Mixed,
}

impl Why {
    /// Returns the reason for people.
    pub fn text(self) -> &'static str {
        match self {
            Why::Ends => "the log ends in the middle of a line or of an exchange",
            Why::Gap => "lines are missing from the log",
            Why::Mixed => {
                "lines of several programs or readers are mixed, and nothing says whose is whose"
            }
        }
    }
}
