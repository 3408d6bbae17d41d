//! The messages of `uketsuke-reader/1`: one JSON object per line, each with a `type`.
//!
//! Screens, inquiries and answers are the harness's own types. Members that are not known are
//! refused, so that a slip of the pen shows. Told to people in `docs/driver.md`.

mod hello;
mod whole;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check_in::PrintedFace;
use crate::eligibility::{
    Answer, Bytes, ConsentAnswer, ConsentKind, EmergencyConsent, Inquiry, Moment, Site,
};
use crate::program::{self, Failed, Reason};
use crate::screen::{Image, Method, Screen};

pub use hello::{BackendBy, CardBy, Hello};

/// The protocol and its version.
pub const PROTOCOL: &str = "uketsuke-reader/1";
/// The name of its schema.
const SCHEMA: &str = "driver";
/// That everything that follows is made up.
const SIMULATION: &str = "SIMULATION - fictitious people, test keys, no real card or registry";

/// A line of the protocol, in either direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Line {
    /// From uketsuke to the driver.
    ToReader(Box<ToReader>),
    /// From the driver to uketsuke.
    FromReader(Box<FromReader>),
}

/// What uketsuke writes to the driver's standard input.
///
/// `hello` and `bye` apart, a message gives the driver the word: its turn ends with `idle`.
/// `response` and `answer` go on with the turn in which they were asked for.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum ToReader {
    /// The first message; the driver answers `hello`.
    Hello {
        /// `uketsuke-reader/1`.
        protocol: String,
        /// Who asks, with its version.
        tool: String,
        /// That everything that follows is made up.
        simulation: String,
    },
    /// A play begins: nobody is there, and everything that came before is to be forgotten.
    Begin {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Which scenario is played, for the driver's own records.
        scenario: String,
        /// For whoever wants random choices to be the same each time.
        seed: u64,
        /// Where the reader stands.
        site: Site,
    },
    /// The reader stands elsewhere from now on. Nobody is there.
    GoTo {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Where.
        site: Site,
    },
    /// A card is put in; where the reader uses PC/SC, every program sees it by now.
    PresentCard {
        /// The instant on the scenario's clock.
        now: Moment,
        /// What is printed on it, as the reader's optics see it.
        printed: Printed,
    },
    /// The card is taken out; of a reader that uses PC/SC, also by a fault that pulled it.
    TakeCard {
        /// The instant on the scenario's clock.
        now: Moment,
    },
    /// The patient chooses a way.
    Choose {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Which.
        method: Method,
    },
    /// The patient types a PIN and confirms it.
    EnterPin {
        /// The instant on the scenario's clock.
        now: Moment,
        /// The characters.
        pin: String,
    },
    /// The patient looks into the camera.
    ShowFace {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Whether the face is the one on the card.
        matches: bool,
    },
    /// The patient answers the offer to register.
    Register {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Whether they accept.
        accept: bool,
    },
    /// The patient answers a consent question.
    Consent {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Which question; absent for the one about all at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<ConsentKind>,
        /// The answer.
        answer: ConsentAnswer,
    },
    /// The patient presses 次に進む.
    Continue {
        /// The instant on the scenario's clock.
        now: Moment,
    },
    /// Staff switch the reader to visual mode.
    VisualMode {
        /// The instant on the scenario's clock.
        now: Moment,
    },
    /// Staff compared the patient with the photo.
    VisualCheck {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Whether they match.
        matches: bool,
    },
    /// Staff record the spoken consent.
    OralConsent {
        /// The instant on the scenario's clock.
        now: Moment,
        /// What the patient said.
        consent: EmergencyConsent,
    },
    /// Staff start emergency viewing for the next card.
    Emergency {
        /// The instant on the scenario's clock.
        now: Moment,
    },
    /// Staff say that there is no card.
    NoCard {
        /// The instant on the scenario's clock.
        now: Moment,
    },
    /// To `transmit`: what the card answered.
    Response {
        /// The instant on the scenario's clock.
        now: Moment,
        /// Data and status word; absent where the card did not answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        apdu: Option<Bytes>,
        /// Why there is no answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lost: Option<LostAs>,
        /// Whether the card was pulled out just now. No `take-card` follows.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        removed: bool,
    },
    /// To `ask`: what the backend answered.
    Answer {
        /// The instant on the scenario's clock.
        now: Moment,
        /// The answer; absent where there is none that can be understood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
    },
    /// To `terminal`: the commands of the stand-in terminal, for the driver to transmit.
    Terminal {
        /// The instant on the scenario's clock.
        now: Moment,
        /// The commands, in order.
        apdus: Vec<Bytes>,
    },
    /// The last message; the driver ends.
    Bye {},
}

impl std::fmt::Debug for ToReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What the patient types, and what is printed on a card, is never printed.
        f.write_str("ToReader")
    }
}

/// What is printed on a card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Printed {
    /// Whether there is a photo.
    pub photo: bool,
    /// Whether it says 顔認証: a card without PINs.
    pub pinless: bool,
    /// 照合番号B: birth date, year of expiry and security code, 14 digits.
    pub code_b: String,
}

impl From<PrintedFace> for Printed {
    fn from(face: PrintedFace) -> Printed {
        Printed {
            photo: face.photo,
            pinless: face.pinless,
            code_b: face.code_b,
        }
    }
}

impl From<Printed> for PrintedFace {
    fn from(printed: Printed) -> PrintedFace {
        PrintedFace {
            photo: printed.photo,
            pinless: printed.pinless,
            code_b: printed.code_b,
        }
    }
}

/// Why a card did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LostAs {
    /// It is not there any more.
    Gone,
    /// It says nothing.
    Mute,
}

impl ToReader {
    /// Returns the message that introduces us.
    pub fn hello() -> ToReader {
        ToReader::Hello {
            protocol: PROTOCOL.to_owned(),
            tool: concat!("uketsuke ", env!("CARGO_PKG_VERSION")).to_owned(),
            simulation: SIMULATION.to_owned(),
        }
    }

    /// Returns the message as a line.
    pub fn to_line(&self) -> String {
        // Our own types with string keys always serialise.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

/// What the driver writes to its standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum FromReader {
    /// To `hello`.
    Hello(Hello),
    /// The reader shows something.
    Screen(Screen),
    /// A command for the card; answered by `response`.
    Transmit {
        /// The bytes, at least the four of a header.
        apdu: Bytes,
    },
    /// Asks for the commands that unlock the card's key without a PIN, after face or visual check;
    /// answered by `terminal`. How a real terminal does it is not published: this stand-in is a
    /// convention of this harness, for readers that have none of their own.
    Terminal {
        /// Absent for the commands that show the terminal's certificate; then what the card answered
        /// to GET CHALLENGE, for the command that answers it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        challenge: Option<Bytes>,
    },
    /// The reader takes the power off the card.
    PowerOff {},
    /// The reader resets the card and leaves the power on.
    Reset {},
    /// An inquiry for uketsuke's backend; answered by `answer`.
    Ask {
        /// The inquiry.
        inquiry: Inquiry,
    },
    /// An inquiry that the reader made at a backend of its own, once it is over.
    Asked {
        /// The inquiry.
        inquiry: Inquiry,
        /// What came back; absent where nothing came that can be understood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
    },
    /// A line that the reader wrote into its own log or report (ACC-17).
    Log {
        /// The line.
        text: String,
    },
    /// The face images that the reader still has, told once the card is out (ACC-09).
    Kept {
        /// Which; empty where it has none.
        images: Vec<Image>,
    },
    /// The end of a turn: the reader waits for somebody.
    Idle {
        /// Whether screens may follow by themselves before anybody does anything.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    /// To `begin`, `go-to` and `emergency`: the reader cannot do this. The scenario is not applicable.
    Cannot {
        /// Why.
        reason: Reason,
    },
}

impl FromReader {
    /// Returns the `type`.
    pub fn type_name(&self) -> &'static str {
        match self {
            FromReader::Hello(_) => "hello",
            FromReader::Screen(_) => "screen",
            FromReader::Transmit { .. } => "transmit",
            FromReader::Terminal { .. } => "terminal",
            FromReader::PowerOff {} => "power-off",
            FromReader::Reset {} => "reset",
            FromReader::Ask { .. } => "ask",
            FromReader::Asked { .. } => "asked",
            FromReader::Log { .. } => "log",
            FromReader::Kept { .. } => "kept",
            FromReader::Idle { .. } => "idle",
            FromReader::Cannot { .. } => "cannot",
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`Failed::Malformed`] with what is wrong and what was expected.
    pub fn of_line(line: &[u8]) -> Result<FromReader, Failed> {
        let message = program::read_line(line, SCHEMA)?;
        match &message {
            FromReader::Screen(screen) => whole::screen(line, screen)?,
            FromReader::Transmit { apdu } if apdu.0.len() < 4 => {
                return Err(Failed::Malformed(format!(
                    "a command of {} bytes; a header of four was expected",
                    apdu.0.len()
                )));
            }
            _ => {}
        }
        Ok(message)
    }
}

#[cfg(test)]
mod tests;
