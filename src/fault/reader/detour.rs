//! Faulty readers that do with the card what no reader has to do.

use jiff::civil::date;
use virtual_card::apdu::{Command, Response};
use virtual_card::applications::INPUT_SUPPORT;

use super::{Faulty, ReaderFlaw, VERIFY, replied};
use crate::check_in::{BackendReply, CARD_FACE_AP, CardReply, Effect, Event, JPKI_AP};
use crate::eligibility::{
    Answer, CertificatePhase, ConsentAnswer, ConsentKind, Inquiry, Moment, NumberKey, Site,
};
use crate::screen::Screen;

const SELECT: u8 = 0xA4;
/// How often a command is sent again that met an error. Without an end the play would be cut short,
/// and such a play proves nothing.
const RETRIES: u8 = 12;
/// Tag and length before the digits of a My Number in 券面入力補助AP 0001 (card.md §2.2.1).
const MY_NUMBER_OBJECT: [u8; 3] = [0xFF, 0x10, 12];

/// What the flaw does with the card beside what the reader does.
#[derive(Default)]
pub(super) struct Detour {
    /// 照合番号B as printed on the card in the reader.
    code_b: String,
    /// The My Number that was read.
    my_number: String,
    /// The last command, and how often it was sent again.
    last: Option<(Command, u8)>,
    /// A command that waits for what the card says of its signature certificate.
    held: Option<Command>,
    /// The card was asked for its signature certificate in this visit.
    inquired: bool,
}

impl Detour {
    /// Returns the commands to send in place of one, of which the last one's answer is the
    /// reader's; nothing where it is sent alone.
    pub(super) fn around(&mut self, flaw: ReaderFlaw, command: &Command) -> Option<Vec<Command>> {
        let verifies =
            |length: usize| command.instruction == VERIFY && command.data.len() == length;
        let names = |file: [u8; 2]| command.instruction == SELECT && command.data == file;
        let pin = [
            Command::select_application(&JPKI_AP),
            Command::select_file(0x0018),
            command.clone(),
        ];
        match flaw {
            ReaderFlaw::ErrorRetriedForEver => {
                self.last = Some((command.clone(), 0));
                None
            }
            ReaderFlaw::SignatureCertificateRead if names([0x00, 0x0A]) => Some(vec![
                Command::select_file(0x0001),
                Command::read_binary(0, 256),
                command.clone(),
            ]),
            ReaderFlaw::PhotoReadInPinMode if verifies(4) => {
                let photo = [
                    Command::select_application(&CARD_FACE_AP),
                    Command::select_file(0x0012),
                    Command::verify(self.code_b.as_bytes()),
                    Command::select_file(0x0002),
                    Command::read_binary(0, 256),
                ];
                Some(photo.into_iter().chain(pin).collect())
            }
            ReaderFlaw::CodeBSentElsewhere if verifies(14) => Some(vec![
                Command::select_application(INPUT_SUPPORT),
                Command::select_file(0x0015),
                command.clone(),
                Command::select_application(&CARD_FACE_AP),
                Command::select_file(0x0012),
                command.clone(),
            ]),
            ReaderFlaw::MyNumberSent if verifies(4) => {
                let number = [
                    Command::select_application(INPUT_SUPPORT),
                    Command::select_file(0x0011),
                    command.clone(),
                    Command::select_file(0x0001),
                    Command::read_binary(0, 17),
                ];
                Some(number.into_iter().chain(pin).collect())
            }
            ReaderFlaw::SignatureCertificateDemanded if names([0x00, 0x0A]) && !self.inquired => {
                self.inquired = true;
                self.held = Some(command.clone());
                Some(vec![
                    Command::select_file(0x0008),
                    Command::read_binary(0, 3),
                ])
            }
            _ => None,
        }
    }

    /// Takes in what the card answered to what the reader did not send.
    pub(super) fn overheard(&mut self, reply: &CardReply) {
        let CardReply::Response(response) = reply else {
            return;
        };
        if let Some(rest) = response.data.strip_prefix(&MY_NUMBER_OBJECT)
            && let Some(digits) = rest.get(..12)
        {
            self.my_number = String::from_utf8_lossy(digits).into_owned();
        }
    }

    /// Returns an inquiry by the My Number that was read, if one was.
    pub(super) fn by_my_number(&mut self) -> Vec<Inquiry> {
        let number = std::mem::take(&mut self.my_number);
        if number.is_empty() {
            return Vec::new();
        }
        vec![Inquiry::Number {
            key: NumberKey {
                insurer: "01139999".to_owned(),
                symbol: String::new(),
                number,
                branch: None,
                birth_date: date(1985, 6, 15),
            },
            limit_consent: false,
            disaster: None,
            site: Site::default(),
        }]
    }

    /// Returns the command to send once more after such an answer.
    fn again(&mut self, response: &Response) -> Option<Command> {
        let status = response.status;
        let (command, times) = self.last.as_mut()?;
        let is_error = !status.is_success() && status.left().is_none();
        if !is_error || *times == RETRIES {
            return None;
        }
        *times += 1;
        Some(command.clone())
    }
}

impl Faulty {
    /// Returns what reaches the reader; `Err` keeps it from the reader and does this instead.
    pub(super) fn on_detour(&mut self, event: Event) -> Result<Event, Vec<Effect>> {
        match (self.flaw, event) {
            (_, Event::Presented(face)) => {
                self.detour = Detour {
                    code_b: face.code_b.clone(),
                    ..Detour::default()
                };
                Ok(Event::Presented(face))
            }
            (
                ReaderFlaw::ErrorRetriedForEver,
                Event::CardReplied(CardReply::Response(response)),
            ) => match self.detour.again(&response) {
                Some(command) => Err(vec![Effect::Transmit(command)]),
                None => Ok(Event::CardReplied(CardReply::Response(response))),
            },
            (
                ReaderFlaw::SignatureCertificateDemanded,
                Event::CardReplied(CardReply::Response(response)),
            ) => match self.detour.held.take() {
                Some(_) if response.data.first() == Some(&0) => Err(vec![
                    Effect::Show(Screen::Counter),
                    Effect::PowerOff,
                    Effect::Show(Screen::TakeCard),
                ]),
                Some(command) => Err(vec![Effect::Transmit(command)]),
                None => Ok(Event::CardReplied(CardReply::Response(response))),
            },
            (ReaderFlaw::StaffWordIgnored, Event::VisuallyChecked { .. }) => {
                Ok(Event::VisuallyChecked { matches: true })
            }
            (
                ReaderFlaw::GraceTakenForValid | ReaderFlaw::NoticeTooEarly,
                Event::Replied(BackendReply::Answer(Answer::Authenticated(mut accepted))),
            ) => {
                accepted.phase = match (self.flaw, accepted.phase) {
                    (ReaderFlaw::GraceTakenForValid, Some(CertificatePhase::Grace)) => {
                        Some(CertificatePhase::Valid)
                    }
                    (ReaderFlaw::NoticeTooEarly, Some(CertificatePhase::Valid)) => {
                        Some(CertificatePhase::Ending)
                    }
                    (_, phase) => phase,
                };
                Ok(replied(Answer::Authenticated(accepted)))
            }
            (
                ReaderFlaw::LastAnswersNotShown,
                Event::Replied(BackendReply::Answer(Answer::Authenticated(mut accepted))),
            ) => {
                accepted.earlier.clear();
                Ok(replied(Answer::Authenticated(accepted)))
            }
            (_, event) => Ok(event),
        }
    }

    /// Returns what the reader does that leaves a screen out, or the screen.
    pub(super) fn cut_off(&mut self, screen: Screen, now: Moment) -> Vec<Effect> {
        match (self.flaw, screen) {
            (ReaderFlaw::FailedFaceEndsVisit, Screen::Face { failures: 1.. }) => {
                vec![Effect::PowerOff, Effect::Show(Screen::TakeCard)]
            }
            (ReaderFlaw::SurgeryNotAsked, Screen::Consent { kind, .. })
                if kind == ConsentKind::Surgery =>
            {
                let refused = Event::ConsentAnswered {
                    kind: Some(kind),
                    answer: ConsentAnswer::Refuse,
                };
                let effects = self.inner.handle(refused, now);
                self.effects(effects, now)
            }
            (_, screen) => vec![Effect::Show(screen)],
        }
    }
}
