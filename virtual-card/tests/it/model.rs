//! Plays random sequences against a model of what the card remembers: selection, security status,
//! counters (card.md §3; §0.1 rules 4, 5, 12, 13).

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, JPKI, SECURITY_DOMAIN};
use virtual_card::card::{Card, PinName};

use crate::{card, profile, send};

/// An application as the model sees it: files that can be read, PINs, keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ap {
    Jpki,
    CardFace,
    SecurityDomain,
    /// Not on the card.
    Unknown,
}

#[derive(Clone, Debug)]
enum Step {
    Select(Ap),
    SelectFile(u16),
    Query,
    Verify(&'static str),
    Read,
    Sign,
    Reset,
    PowerCycle,
}

/// Facts of this card: application, file, PIN, tries, value.
const PINS: [(Ap, u16, PinName, u8, &str); 5] = [
    (Ap::Jpki, 0x18, PinName::User, 3, "1234"),
    (Ap::Jpki, 0x1B, PinName::Signature, 5, "ABC123"),
    (Ap::CardFace, 0x11, PinName::BirthDate, 10, "600615"),
    (Ap::CardFace, 0x12, PinName::CodeB, 10, "60061520334021"),
    (Ap::CardFace, 0x13, PinName::CodeA, 10, "900000000015"),
];
const FILES: [u16; 12] = [
    0x01, 0x02, 0x08, 0x0A, 0x11, 0x12, 0x13, 0x16, 0x17, 0x18, 0x1A, 0x1B,
];

#[derive(Clone, Debug)]
struct Model {
    selected: Option<Ap>,
    file: Option<u16>,
    verified: Vec<PinName>,
    left: [u8; 5],
}

impl Model {
    fn has(&self, file: u16) -> bool {
        match self.selected {
            Some(Ap::Jpki) => [1, 2, 6, 8, 0xA, 0xB, 0x16, 0x17, 0x18, 0x1A, 0x1B].contains(&file),
            Some(Ap::CardFace) => [2, 0x11, 0x12, 0x13, 0x1A].contains(&file),
            _ => false,
        }
    }

    /// Index in [`PINS`] of the current file.
    fn pin(&self) -> Option<usize> {
        PINS.iter()
            .position(|pin| Some(pin.0) == self.selected && Some(pin.1) == self.file)
    }

    /// What the current file needs to be read, if it can be read at all.
    fn needed_to_read(&self) -> Option<&'static [PinName]> {
        match (self.selected?, self.file?) {
            (Ap::Jpki, 0x01) => Some(&[PinName::Signature]),
            (Ap::Jpki, 0x02 | 0x06 | 0x08 | 0x0A | 0x0B) => Some(&[]),
            (Ap::CardFace, 0x02) => Some(&[PinName::CodeB, PinName::CodeA]),
            _ => None,
        }
    }

    /// What the current file needs to sign, if it is a key.
    fn needed_to_sign(&self) -> Option<&'static [PinName]> {
        match (self.selected?, self.file?) {
            (Ap::Jpki, 0x17) => Some(&[PinName::User]),
            (Ap::Jpki, 0x1A) => Some(&[PinName::Signature]),
            (Ap::CardFace, 0x1A) => Some(&[]),
            _ => None,
        }
    }

    fn gate(&self, needed: Option<&[PinName]>) -> u16 {
        match needed {
            _ if self.file.is_none() => 0x6986,
            None => 0x6981,
            Some([]) => 0x9000,
            Some(needed) if needed.iter().any(|name| self.verified.contains(name)) => 0x9000,
            Some(_) => 0x6982,
        }
    }

    /// The status word that the step must get in this state.
    fn expected(&self, step: &Step) -> Option<u16> {
        Some(match step {
            Step::Select(Ap::Unknown) => 0x6A82,
            Step::Select(_) => 0x9000,
            Step::SelectFile(file) if self.has(*file) => 0x9000,
            Step::SelectFile(_) => 0x6A82,
            Step::Query | Step::Verify(_) if self.file.is_none() => 0x6986,
            Step::Query => self
                .pin()
                .map_or(0x6981, |pin| 0x63C0 + u16::from(self.left[pin])),
            Step::Verify(entry) => match self.pin() {
                None => 0x6981,
                Some(pin) if self.left[pin] == 0 => 0x6984,
                Some(pin) if *entry == PINS[pin].4 => 0x9000,
                Some(pin) => 0x63C0 + u16::from(self.left[pin] - 1),
            },
            Step::Read => self.gate(self.needed_to_read()),
            Step::Sign => self.gate(self.needed_to_sign()),
            Step::Reset | Step::PowerCycle => return None,
        })
    }

    fn forget(&mut self) {
        self.selected = None;
        self.file = None;
        self.verified.clear();
    }

    fn verify(&mut self, entry: &str) {
        let Some(pin) = self.pin().filter(|pin| self.left[*pin] > 0) else {
            return;
        };
        let (_, _, name, full, right) = PINS[pin];
        self.verified.retain(|verified| *verified != name);
        if entry == right {
            self.verified.push(name);
            self.left[pin] = full;
        } else {
            self.left[pin] -= 1;
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let left = PINS.map(|pin| pin.3);
        Just(Self {
            selected: None,
            file: None,
            verified: Vec::new(),
            left,
        })
        .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let ap = prop_oneof![
            4 => Just(Ap::Jpki),
            3 => Just(Ap::CardFace),
            1 => Just(Ap::SecurityDomain),
            1 => Just(Ap::Unknown),
        ];
        let entry = prop::sample::select(vec![
            "1234",
            "ABC123",
            "600615",
            "60061520334021",
            "900000000015",
            "9999",
        ]);
        prop_oneof![
            2 => ap.prop_map(Step::Select),
            6 => prop::sample::select(FILES.to_vec()).prop_map(Step::SelectFile),
            2 => Just(Step::Query),
            5 => entry.prop_map(Step::Verify),
            3 => Just(Step::Read),
            2 => Just(Step::Sign),
            1 => Just(Step::Reset),
            1 => Just(Step::PowerCycle),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        match *step {
            Step::Select(Ap::Unknown) | Step::Query | Step::Read | Step::Sign | Step::Reset => {}
            Step::Select(ap) => {
                if state.selected != Some(ap) {
                    state.forget();
                }
                state.selected = Some(ap);
                state.file = None;
            }
            Step::SelectFile(file) => {
                if state.has(file) {
                    state.file = Some(file);
                }
            }
            Step::Verify(entry) => state.verify(entry),
            Step::PowerCycle => state.forget(),
        }
        state
    }
}

/// The card under test, and what the model said before each step.
struct CardAgainstModel;

impl StateMachineTest for CardAgainstModel {
    type SystemUnderTest = (Card, Model);
    type Reference = Model;

    fn init_test(model: &Model) -> (Card, Model) {
        (card("adult"), model.clone())
    }

    fn apply((mut card, before): (Card, Model), after: &Model, step: Step) -> (Card, Model) {
        let command = match &step {
            Step::Select(ap) => Some(Command::select_application(match ap {
                Ap::Jpki => JPKI,
                Ap::CardFace => CARD_FACE,
                Ap::SecurityDomain => SECURITY_DOMAIN,
                Ap::Unknown => b"\xA0\x00\x00\x03\x08",
            })),
            Step::SelectFile(file) => Some(Command::select_file(*file)),
            Step::Query => Some(Command::pin_status()),
            Step::Verify(entry) => Some(Command::verify(entry.as_bytes())),
            Step::Read => Some(Command::read_binary(0, 16)),
            Step::Sign => Some(Command::sign(SHA256_INFO)),
            Step::Reset => {
                card.reset();
                None
            }
            Step::PowerCycle => {
                card.power_off();
                card.power_on();
                None
            }
        };
        let got = command.map(|command| send(&mut card, &command).status.0);
        assert_eq!(got, before.expected(&step), "{step:?} in {before:?}");
        (card, after.clone())
    }

    fn check_invariants((card, _): &(Card, Model), model: &Model) {
        for (pin, left) in PINS.iter().zip(model.left) {
            assert_eq!(card.tries(pin.2), left);
            assert_eq!(card.is_verified(pin.2), model.verified.contains(&pin.2));
        }
        assert_eq!(card.current_file(), model.file);
    }
}

/// A DigestInfo, which the fast of the two libraries signs.
const SHA256_INFO: &[u8] = b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \x04\x20 0123456789ABCDEF0123456789ABCDE";

#[test]
fn model_has_the_numbers_of_the_profile() {
    let adult = profile("adult");
    assert_eq!(PINS[2].4, adult.birth_digits());
    assert_eq!(PINS[3].4, adult.code_b());
    assert_eq!(PINS[4].4, adult.code_a());
    for (_, _, name, tries, _) in PINS {
        assert_eq!(name.tries_max(), tries);
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 128, .. ProptestConfig::default() })]

    #[test]
    fn card_remembers_what_the_model_remembers(sequential 1..60 => CardAgainstModel);
}
