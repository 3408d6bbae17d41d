//! Stage 1: who is there. Face, a 4-digit PIN, or the staff's eye.

use virtual_card::apdu::{Command, Response};
use virtual_card::status::Status;

use super::{CARD_FACE_AP, CardReply, CheckIn, Effect, Event, JPKI_AP, Stage, Turn, Visit};
use super::{ignored, leave, pin_pad, prove, unlock};
use crate::eligibility::{Care, EmergencyConsent};
use crate::rules::identity;
use crate::screen::{Method, Screen};

/// 利用者証明用 PIN (card.md §3).
const USER_PIN: u16 = 0x0018;
/// 照合番号B of 券面事項確認AP (card.md §2.3).
const CODE_B: u16 = 0x0012;
/// The card face with the photo (card.md §2.3).
const CARD_FACE: u16 = 0x0002;
/// Failed face checks after which the reader offers the other ways; a convention of this harness.
const FACE_FAILURES_MAX: u8 = 3;
/// The longest card face that we read, a bound for damaged lengths.
const CARD_FACE_MAX: usize = 16 * 1024;
/// Bytes of its tag and length at most.
const CARD_FACE_HEADER: usize = 5;

/// Where identification stands.
#[derive(Debug)]
pub(super) enum Step {
    /// The patient chooses a way.
    Choosing,
    /// PIN: selecting the application, then the PIN.
    OpeningPin { application: bool },
    /// PIN: asking how many tries are left.
    CountingTries,
    /// PIN: the patient types.
    Typing,
    /// PIN: VERIFY is under way.
    Verifying,
    /// PIN: locked; other ways may be open.
    Locked,
    /// Face: opening the card face with what is printed on it.
    OpeningFace(FaceStep),
    /// Face: reading the card face.
    ReadingFace { read: Vec<u8> },
    /// Face: the patient looks into the camera.
    Looking,
    /// Staff compare the face with the photo.
    Staff,
    /// In an emergency, staff record the spoken consent.
    Speaking,
}

/// The order in which the card face is opened.
#[derive(Debug, Clone, Copy)]
pub(super) enum FaceStep {
    Application,
    Reference,
    Verify,
    File,
}

impl CheckIn {
    /// Offers the ways that card and site leave open.
    pub(super) fn offer_methods(&mut self, visit: Visit) -> Turn {
        let mut methods = identity::on_offer(visit.card_face(), self.site.kind);
        if visit.face_closed {
            methods.retain(|method| *method != Method::Face);
        }
        // To a card without PINs staff's eye is left where there is no camera, or its printed code
        // does not open it (IDV-11, convention 6); not after the camera has seen another face.
        if methods.is_empty() && visit.face_failures == 0 {
            return self.ask_staff(visit);
        }
        if methods.is_empty() {
            return leave([Screen::Counter]);
        }
        let screen = Screen::ChooseMethod { methods };
        (
            Stage::Identify(Step::Choosing, visit),
            vec![Effect::Show(screen)],
        )
    }

    /// Asks staff to compare the face with the photo, if there is one.
    pub(super) fn ask_staff(&mut self, visit: Visit) -> Turn {
        if !identity::allows_visual_check(visit.card_face(), self.site.kind) {
            return leave([Screen::Counter]);
        }
        (
            Stage::Identify(Step::Staff, visit),
            vec![Effect::Show(Screen::VisualCheck)],
        )
    }

    /// Takes an event while identity is being established.
    pub(super) fn identify(&mut self, step: Step, visit: Visit, event: Event) -> Turn {
        match (step, event) {
            (
                Step::Choosing | Step::Typing | Step::Locked | Step::Looking,
                Event::Chosen(method),
            ) => self.chosen(method, visit),
            (step, Event::CardReplied(CardReply::Response(response))) => {
                self.card_answered(step, visit, &response)
            }
            (_, Event::CardReplied(_)) => leave([Screen::Unreadable]),
            (Step::Typing, Event::PinEntered(pin)) => type_pin(visit, &pin),
            (Step::Looking, Event::FaceSeen { matches }) => self.face_seen(visit, matches),
            (Step::Staff, Event::VisuallyChecked { matches }) => {
                self.visually_checked(visit, matches)
            }
            (Step::Speaking, Event::OralConsentRecorded(consent)) => {
                self.oral_consent(visit, consent)
            }
            (step, _) => ignored(Stage::Identify(step, visit)),
        }
    }

    fn chosen(&mut self, method: Method, mut visit: Visit) -> Turn {
        let offered = identity::on_offer(visit.card_face(), self.site.kind);
        match method {
            Method::Visual => self.ask_staff(visit),
            Method::Pin if offered.contains(&Method::Pin) => {
                visit.method = Some(Method::Pin);
                let step = Step::OpeningPin { application: true };
                transmit(step, visit, Command::select_application(&JPKI_AP))
            }
            Method::Face if offered.contains(&Method::Face) && !visit.face_closed => {
                visit.method = Some(Method::Face);
                if visit.photo_read {
                    return self.look(visit);
                }
                let step = Step::OpeningFace(FaceStep::Application);
                transmit(step, visit, Command::select_application(&CARD_FACE_AP))
            }
            Method::Pin | Method::Face => ignored(Stage::Identify(Step::Choosing, visit)),
        }
    }

    fn card_answered(&mut self, step: Step, visit: Visit, response: &Response) -> Turn {
        let status = response.status;
        match step {
            Step::OpeningPin { application: true } if status.is_success() => {
                let step = Step::OpeningPin { application: false };
                transmit(step, visit, Command::select_file(USER_PIN))
            }
            Step::OpeningPin { application: false } if status.is_success() => {
                transmit(Step::CountingTries, visit, Command::pin_status())
            }
            Step::CountingTries => match status.left() {
                Some(0) => self.pin_locked(visit),
                Some(left) => self.show_pad(visit, |keys| Screen::PinPad {
                    left: Some(left),
                    keys,
                    masked: None,
                }),
                None => leave([Screen::Unreadable]),
            },
            Step::Verifying => self.verified(visit, status),
            Step::OpeningFace(step) => self.open_face(step, visit, status),
            Step::ReadingFace { read } => self.read_face(read, visit, response),
            Step::OpeningPin { .. } => leave([Screen::Unreadable]),
            step @ (Step::Choosing
            | Step::Typing
            | Step::Locked
            | Step::Looking
            | Step::Staff
            | Step::Speaking) => ignored(Stage::Identify(step, visit)),
        }
    }

    fn show_pad(&mut self, visit: Visit, screen: impl FnOnce(String) -> Screen) -> Turn {
        let keys = pin_pad::shuffled(&mut self.random);
        (
            Stage::Identify(Step::Typing, visit),
            vec![Effect::Show(screen(keys))],
        )
    }

    fn verified(&mut self, visit: Visit, status: Status) -> Turn {
        if status.is_success() {
            return prove::begin(visit);
        }
        match status.left() {
            Some(left) if left > 0 => self.show_pad(visit, |keys| Screen::PinWrong {
                left: Some(left),
                keys,
                masked: None,
            }),
            Some(_) => self.pin_locked(visit),
            None if status == Status::REFERENCE_LOCKED => self.pin_locked(visit),
            None => leave([Screen::Unreadable]),
        }
    }

    /// A locked PIN does not end the visit: the other ways stay open (IDV-07).
    fn pin_locked(&mut self, visit: Visit) -> Turn {
        let mut methods = identity::on_offer(visit.card_face(), self.site.kind);
        methods.retain(|method| *method == Method::Face && !visit.face_closed);
        if identity::allows_visual_check(visit.card_face(), self.site.kind) {
            methods.push(Method::Visual);
        }
        let screen = Screen::PinLocked {
            methods: methods.clone(),
        };
        if methods.is_empty() {
            return leave([screen, Screen::Counter]);
        }
        (
            Stage::Identify(Step::Locked, visit),
            vec![Effect::Show(screen)],
        )
    }

    fn open_face(&mut self, step: FaceStep, mut visit: Visit, status: Status) -> Turn {
        if !status.is_success() {
            // The printed code was misread or is locked: the other ways stay open.
            visit.face_closed = true;
            return self.offer_methods(visit);
        }
        let (step, command) = match step {
            FaceStep::Application => (
                Step::OpeningFace(FaceStep::Reference),
                Command::select_file(CODE_B),
            ),
            FaceStep::Reference => {
                let code = visit
                    .printed
                    .as_ref()
                    .map(|face| face.code_b.clone())
                    .unwrap_or_default();
                (
                    Step::OpeningFace(FaceStep::Verify),
                    Command::verify(code.as_bytes()),
                )
            }
            FaceStep::Verify => (
                Step::OpeningFace(FaceStep::File),
                Command::select_file(CARD_FACE),
            ),
            FaceStep::File => (
                Step::ReadingFace { read: Vec::new() },
                Command::read_binary(0, prove::BLOCK),
            ),
        };
        transmit(step, visit, command)
    }

    fn read_face(&mut self, mut read: Vec<u8>, visit: Visit, response: &Response) -> Turn {
        if !response.status.is_success() || response.data.is_empty() {
            return leave([Screen::Unreadable]);
        }
        read.extend_from_slice(&response.data);
        // What does not begin as a card face, or claims to be longer than any, was garbled.
        let whole = match card_face_length(&read) {
            Some(whole) if whole <= CARD_FACE_MAX => whole,
            None if read.len() < CARD_FACE_HEADER => CARD_FACE_HEADER,
            _ => return leave([Screen::Unreadable]),
        };
        if read.len() < whole {
            let Ok(offset) = u16::try_from(read.len()) else {
                return leave([Screen::Unreadable]);
            };
            let command = Command::read_binary(offset, prove::BLOCK);
            return transmit(Step::ReadingFace { read }, visit, command);
        }
        // The photo is compared by the camera and kept nowhere (ACC-09).
        self.look(visit)
    }

    fn look(&mut self, mut visit: Visit) -> Turn {
        visit.photo_read = true;
        let screen = Screen::Face {
            failures: visit.face_failures,
        };
        (
            Stage::Identify(Step::Looking, visit),
            vec![Effect::Show(screen)],
        )
    }

    /// A failed face check leads to another try, the PIN, or the counter (IDV-13).
    fn face_seen(&mut self, mut visit: Visit, matches: bool) -> Turn {
        if matches {
            return unlock::begin(visit);
        }
        visit.face_failures += 1;
        if visit.face_failures < FACE_FAILURES_MAX {
            return self.look(visit);
        }
        visit.face_closed = true;
        self.offer_methods(visit)
    }

    fn visually_checked(&mut self, mut visit: Visit, matches: bool) -> Turn {
        if !matches {
            return leave([Screen::Counter]);
        }
        visit.method = Some(Method::Visual);
        if visit.care == Care::Emergency {
            return (
                Stage::Identify(Step::Speaking, visit),
                vec![Effect::Show(Screen::OralConsent)],
            );
        }
        unlock::begin(visit)
    }

    /// A refusal ends it: nothing is read (EMG-01).
    fn oral_consent(&mut self, mut visit: Visit, consent: EmergencyConsent) -> Turn {
        visit.emergency = Some(consent);
        match consent {
            EmergencyConsent::Refused => leave([Screen::Counter]),
            EmergencyConsent::Given | EmergencyConsent::Unobtainable => unlock::begin(visit),
        }
    }
}

fn transmit(step: Step, visit: Visit, command: Command) -> Turn {
    (
        Stage::Identify(step, visit),
        vec![Effect::Transmit(command)],
    )
}

/// One confirmed entry is one VERIFY (IDV-02), and only four digits are ever sent (IDV-09).
fn type_pin(visit: Visit, pin: &str) -> Turn {
    if pin.len() != 4 || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return ignored(Stage::Identify(Step::Typing, visit));
    }
    transmit(Step::Verifying, visit, Command::verify(pin.as_bytes()))
}

/// Returns the length of the card face file's object: `FF20 82 xxxx …` (card.md §2.3.1).
fn card_face_length(read: &[u8]) -> Option<usize> {
    match read {
        [0xFF, 0x20, 0x82, high, low, ..] => {
            Some(5 + usize::from(u16::from_be_bytes([*high, *low])))
        }
        [0xFF, 0x20, 0x81, length, ..] => Some(4 + usize::from(*length)),
        [0xFF, 0x20, length @ 0..=0x7F, ..] => Some(3 + usize::from(*length)),
        _ => None,
    }
}
