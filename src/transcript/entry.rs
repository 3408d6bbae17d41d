//! What one line of a transcript holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::{Answer, Bytes, Inquiry, Moment, Wire};
use crate::scenario::{Scenario, Step};
use crate::screen::{Image, Screen};
use crate::secret::Masked;
use crate::statement::Statement;

/// The mark that everything shown or written carries.
pub const SIMULATION: &str = "SIMULATION - fictitious people, test keys, no real card or registry";

/// The mark on a transcript that was made of a recording of other software.
pub const RECORDING: &str =
    "SIMULATION - made of a recording of other software; nothing that the card answered is kept";

/// The mark on what is said of such transcripts: their card may be a real one.
pub const OF_RECORDING: &str = "SIMULATION - scenario, people and registry are fictitious; judged from a recording of other software, whose card may be real";

/// Who takes part (design §1): three roles, two persons, and the harness itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The patient.
    Patient,
    /// Staff at the desk, or an ambulance crew.
    Desk,
    /// The card.
    Card,
    /// The face-authentication card reader with its software.
    Reader,
    /// Whatever answers the inquiry.
    Backend,
    /// A tester with a PC/SC reader of their own: no part of what is received.
    Tester,
    /// uketsuke itself.
    Harness,
}

/// Where an entry is known from, when not observed by us (design §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// An operator said so.
    Confirmed,
    /// A driver reported it.
    Driven,
    /// A command that is claimed to do it.
    Declared,
}

/// Who plays each role in this run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// `virtual`, `recorded`.
    pub card: String,
    /// `reference`, `process`, `observed`.
    pub reader: String,
    /// `embedded`, `fhir`, `oqs`, `process`; `absent` where no inquiry is seen.
    pub backend: String,
}

/// Line 1 of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// `uketsuke-transcript/1`.
    pub format: String,
    /// [`SIMULATION`], or [`RECORDING`].
    pub simulation: String,
    /// The tool that wrote it, with its version.
    pub tool: String,
    /// Who plays each role.
    pub roles: Roles,
    /// `virtual` or `system`.
    pub clock: String,
    /// The implementation conformance statement in effect, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Statement>,
    /// The scenario, dates resolved and secrets masked.
    pub scenario: Scenario,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Number, from 1.
    pub n: u64,
    /// When.
    pub at: Moment,
    /// The visit, from 1; 0 outside any.
    pub visit: u32,
    /// Who did it.
    pub from: Role,
    /// To whom.
    pub to: Role,
    /// The entry that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub re: Option<u64>,
    /// Where it is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// Real milliseconds since the entry answered, for foreign roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
    /// How an answer of a foreign backend looked on its way, where the protocol shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened: the `kind` and the `data` of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "data", rename_all = "kebab-case")]
pub enum Event {
    /// A person did something.
    Stimulus(Stimulus),
    /// The reader showed something.
    Screen(Screen),
    /// An APDU went to the card.
    Command(CommandApdu),
    /// The card answered.
    Response(ResponseApdu),
    /// An inquiry went to the backend.
    Inquiry(Inquiry),
    /// The backend answered, or did not.
    Answer(Reply),
    /// The card came, went, or was reset.
    Card(CardEvent),
    /// A fault was injected: a stimulus, never a finding against the role it hit.
    Fault(String),
    /// A reader under test told something of itself.
    Report(Report),
    /// A remark of the harness.
    Note(Note),
}

impl Event {
    /// Tells whether this is a fault that changed bytes of an answer's data and kept its status
    /// word: what was read or signed then is not what the card has.
    pub fn garbles(&self) -> bool {
        const GARBLING: [&str; 3] = ["card flipped ", "card overlong ", "card doubled "];
        matches!(self, Event::Fault(what) if GARBLING.iter().any(|kind| what.starts_with(kind)))
    }

    /// Returns the `kind` as it stands in a transcript.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Stimulus(_) => "stimulus",
            Event::Screen(_) => "screen",
            Event::Command(_) => "command",
            Event::Response(_) => "response",
            Event::Inquiry(_) => "inquiry",
            Event::Answer(_) => "answer",
            Event::Card(_) => "card",
            Event::Fault(_) => "fault",
            Event::Report(_) => "report",
            Event::Note(_) => "note",
        }
    }
}

/// Something that a person does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stimulus {
    /// The index of the step in the scenario, from 0.
    pub step: usize,
    /// The step, secrets masked.
    pub act: Step,
}

/// A command APDU as it reached the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandApdu {
    /// The bytes; header and length only where the data are a secret.
    pub apdu: Bytes,
    /// The data of a VERIFY, CHANGE REFERENCE DATA or RESET RETRY COUNTER, masked; of a recording,
    /// the data of every command but a SELECT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Masked>,
    /// Whether the command is a convention of this harness: the part of the terminal's unlock of
    /// which nothing is published (card.md §8).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub convention: bool,
}

/// A response APDU as it left the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseApdu {
    /// Status word, four hexadecimal digits; absent where the card fell silent or was gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Response data.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub data: Bytes,
    /// How many bytes of data came, where they are not kept: in a recording of a card that may be
    /// real, or because they hold a My Number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<usize>,
    /// Why there is no answer: `gone` or `mute`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
}

fn is_empty(bytes: &Bytes) -> bool {
    bytes.0.is_empty()
}

/// What came back for an inquiry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// An answer in the terms of the seam.
    Answer(Answer),
    /// No answer: silence or no connection, with the reason.
    Outage(String),
    /// Something came that is no answer in its protocol (ELIG-15), with the reason.
    Malformed(String),
}

/// The card came, went, or was reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum CardEvent {
    /// A card was put in; the optics saw its face.
    Presented {
        /// Whose, by name in the deck.
        person: String,
    },
    /// The card was taken out.
    Removed,
    /// The reader took the power away.
    PowerOff,
    /// The reader reset the card and kept the power on.
    Reset,
    /// The card lost its power for a moment, by a declared fault and not by the reader.
    PowerLost,
}

/// What a reader under test tells of itself beside its screens; only a driver does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "report", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Report {
    /// A line of its own log (ACC-17).
    Log {
        /// The line, secrets in it replaced by their aliases.
        text: String,
        /// The aliases of the secrets that stood in it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        holds: Vec<String>,
    },
    /// The face images that it still has (ACC-09).
    Kept {
        /// Which; empty where it has none.
        images: Vec<Image>,
    },
}

/// A remark of the harness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "note", rename_all = "kebab-case")]
pub enum Note {
    /// An expectation was reached here; the judge reads what had happened by now.
    Reached {
        /// The index of the step.
        step: usize,
    },
    /// Somebody who sees the reader was asked whether what a step expects is there, and said so.
    Told {
        /// The index of the step.
        step: usize,
        /// Whether it is there.
        holds: bool,
    },
    /// A stimulus could not be given, because the reader never showed a screen that it answers, or
    /// nobody gave it.
    Unmet {
        /// The index of the step.
        step: usize,
        /// Why, for people.
        reason: String,
    },
    /// A step had no object any more: the card that it takes out is out already.
    Moot {
        /// The index of the step.
        step: usize,
    },
    /// Virtual time passed between visits.
    Waited {
        /// The index of the step.
        step: usize,
    },
    /// The world changed: the site, or what the registry knows.
    Changed {
        /// The index of the step.
        step: usize,
    },
    /// The reader under test broke its protocol or ended; the run ends here.
    ReaderFailed {
        /// What happened, and what was expected.
        reason: String,
    },
    /// The run was cut short, with the reason.
    CutShort {
        /// Why.
        reason: String,
    },
}
