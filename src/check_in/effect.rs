//! What reaches the reader and what it does: events in, effects out.

use virtual_card::apdu::{Command, Response};

use super::BackendReply;
use crate::eligibility::{ConsentAnswer, ConsentKind, EmergencyConsent, Inquiry};
use crate::screen::{Image, Method, Screen};

/// What the reader's optics read off the card when it is put in.
#[derive(Clone, PartialEq, Eq)]
pub struct PrintedFace {
    /// Whether there is a photo.
    pub photo: bool,
    /// Whether it says 顔認証: a card without PINs.
    pub pinless: bool,
    /// 照合番号B: birth date, year of expiry and security code as printed, 14 digits.
    pub code_b: String,
}

impl std::fmt::Debug for PrintedFace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "PrintedFace {{ photo: {}, pinless: {} }}",
            self.photo, self.pinless
        )
    }
}

/// What the card answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardReply {
    /// A response APDU.
    Response(Response),
    /// Nothing in time.
    Mute,
    /// The card is not there any more.
    Gone,
}

/// What reaches the reader.
#[derive(Clone, PartialEq)]
pub enum Event {
    /// A card was put in.
    Presented(PrintedFace),
    /// The card was taken out.
    Removed,
    /// The card answered, or did not.
    CardReplied(CardReply),
    /// The patient chose a way.
    Chosen(Method),
    /// The patient confirmed a PIN.
    PinEntered(String),
    /// The camera compared the face with the photo.
    FaceSeen {
        /// Whether they match.
        matches: bool,
    },
    /// The patient answered the offer to register.
    RegistrationAnswered {
        /// Whether they accept.
        accepted: bool,
    },
    /// The patient answered a question; `None` is "all".
    ConsentAnswered {
        /// The question.
        kind: Option<ConsentKind>,
        /// The answer.
        answer: ConsentAnswer,
    },
    /// The patient pressed 次に進む.
    Continued,
    /// Staff switched to visual mode.
    VisualModeSwitched,
    /// Staff compared the patient with the photo.
    VisuallyChecked {
        /// Whether they match.
        matches: bool,
    },
    /// Staff recorded the spoken consent.
    OralConsentRecorded(EmergencyConsent),
    /// Staff started emergency viewing.
    EmergencyStarted,
    /// Staff said that there is no card.
    NoCard,
    /// The backend answered, or did not.
    Replied(BackendReply),
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A PIN is never printed.
        let name = match self {
            Event::Presented(_) => "Presented",
            Event::Removed => "Removed",
            Event::CardReplied(reply) => return write!(f, "CardReplied({reply:?})"),
            Event::Chosen(method) => return write!(f, "Chosen({method:?})"),
            Event::PinEntered(_) => "PinEntered(…)",
            Event::FaceSeen { matches } => return write!(f, "FaceSeen({matches})"),
            Event::RegistrationAnswered { accepted } => {
                return write!(f, "RegistrationAnswered({accepted})");
            }
            Event::ConsentAnswered { kind, answer } => {
                return write!(f, "ConsentAnswered({kind:?}, {answer:?})");
            }
            Event::Continued => "Continued",
            Event::VisualModeSwitched => "VisualModeSwitched",
            Event::VisuallyChecked { matches } => return write!(f, "VisuallyChecked({matches})"),
            Event::OralConsentRecorded(consent) => {
                return write!(f, "OralConsentRecorded({consent:?})");
            }
            Event::EmergencyStarted => "EmergencyStarted",
            Event::NoCard => "NoCard",
            Event::Replied(reply) => return write!(f, "Replied({reply:?})"),
        };
        f.write_str(name)
    }
}

/// What the reader does.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Shows a screen.
    Show(Screen),
    /// Sends an APDU; the answer comes back as [`Event::CardReplied`].
    Transmit(Command),
    /// Takes the power off the card.
    PowerOff,
    /// Asks the backend; the answer comes back as [`Event::Replied`].
    Ask(Inquiry),
    /// Writes a line into its own log. `CheckIn` has none: what plays it as a driver does.
    Log(String),
    /// Tells which face images it still has, once the card is out. As for [`Effect::Log`].
    Kept(Vec<Image>),
}
