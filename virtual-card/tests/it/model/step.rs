//! What a sequence is made of, as data and as the bytes that go to a card.

use proptest::prelude::*;
use virtual_card::apdu::Command;

use super::table::Ap;

/// The file that a command is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The current one.
    Current,
    /// By short identifier.
    Named(u8),
}

impl Place {
    pub fn p2(self) -> u8 {
        match self {
            Self::Current => 0x80,
            Self::Named(short) => 0x80 | short,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Step {
    Select(Ap),
    SelectUnknown,
    SelectFile(u16),
    Query(Place),
    Verify(Place, &'static str),
    /// With CHANGE REFERENCE DATA or CHANGE KEY: instruction 24 or 32.
    Change(u8, Place, &'static str),
    Read(Place),
    ReadPastEnd,
    ReadRecord(Place, u8),
    /// COMPUTE DIGITAL SIGNATURE in the form P1, with a key by name or the application's own.
    Sign(u8, Option<Place>),
    Authenticate(Place),
    GetData(u16),
    Challenge(usize),
    Reset,
    PowerCycle,
}

/// A DigestInfo, which is as good as any other data where a form takes those.
const DIGEST_INFO: &[u8; 51] = b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\
    \x00\x04\x20 0123456789ABCDEF0123456789ABCDE";

impl Step {
    /// Returns the command, or nothing where the step is none.
    pub fn command(&self) -> Option<Command> {
        let command = match *self {
            Self::Select(ap) => Command::select_application(ap.aid()),
            Self::SelectUnknown => Command::select_application(b"\xA0\x00\x00\x03\x08"),
            Self::SelectFile(file) => Command::select_file(file),
            Self::Query(place) => Command::new(0x00, 0x20, 0x00, place.p2()),
            Self::Verify(place, entry) => {
                Command::new(0x00, 0x20, 0x00, place.p2()).with_data(entry)
            }
            Self::Change(0x24, place, new) => {
                Command::new(0x00, 0x24, 0x01, place.p2()).with_data(new)
            }
            Self::Change(instruction, place, new) => {
                Command::new(0x80, instruction, 0x00, place.p2()).with_data(new)
            }
            Self::Read(Place::Current) => Command::read_binary(0, 256),
            Self::Read(place) => Command::new(0x00, 0xB0, place.p2(), 0).with_expected(256),
            Self::ReadPastEnd => Command::read_binary(0x7FFF, 16),
            Self::ReadRecord(place, number) => {
                let short = place.p2() & 0x1F;
                Command::new(0x00, 0xB2, number, short << 3 | 0x04).with_expected(256)
            }
            Self::Sign(form @ 0x00, key) => sign(form, key).with_data(DIGEST_INFO),
            Self::Sign(form, key) => sign(form, key).with_data([0x5A; 32]),
            Self::Authenticate(place) => Command::new(0x00, 0x88, 0x00, place.p2())
                .with_data([0xC3; 16])
                .with_expected(256),
            Self::GetData(tag) => {
                let [high, low] = tag.to_be_bytes();
                Command::new(0x00, 0xCA, high, low).with_expected(65_536)
            }
            Self::Challenge(length) => Command::get_challenge(length),
            Self::Reset | Self::PowerCycle => return None,
        };
        Some(command)
    }

    /// Any step, those more often that lead on.
    pub fn any() -> BoxedStrategy<Self> {
        let files = prop_oneof![
            12 => 0x01..=0x1E_u16,
            1 => Just(0x3F00),
        ];
        prop_oneof![
            6 => prop::sample::select(Ap::ALL.to_vec()).prop_map(Self::Select),
            1 => Just(Self::SelectUnknown),
            14 => files.prop_map(Self::SelectFile),
            4 => place().prop_map(Self::Query),
            14 => (place(), entry()).prop_map(|(place, entry)| Self::Verify(place, entry)),
            3 => (prop::sample::select(vec![0x24, 0x32]), place(), entry())
                .prop_map(|(instruction, place, new)| Self::Change(instruction, place, new)),
            8 => place().prop_map(Self::Read),
            1 => Just(Self::ReadPastEnd),
            2 => (place(), 1..=2_u8).prop_map(|(place, number)| Self::ReadRecord(place, number)),
            3 => (form(), prop::option::weighted(0.7, place()))
                .prop_map(|(form, key)| Self::Sign(form, key)),
            1 => place().prop_map(Self::Authenticate),
            1 => prop::sample::select(vec![0x0045, 0x00F8, 0x5F51, 0x9999]).prop_map(Self::GetData),
            1 => (1..=256_usize).prop_map(Self::Challenge),
            2 => Just(Self::Reset),
            1 => Just(Self::PowerCycle),
        ]
        .boxed()
    }
}

fn sign(form: u8, key: Option<Place>) -> Command {
    Command::new(0x80, 0x2A, form, key.map_or(0x00, Place::p2)).with_expected(256)
}

/// The current file, or one of those that hold PINs and keys more often than others.
fn place() -> BoxedStrategy<Place> {
    let pins = vec![
        0x11, 0x12, 0x13, 0x14, 0x15, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C,
    ];
    prop_oneof![
        4 => Just(Place::Current),
        3 => prop::sample::select(pins).prop_map(Place::Named),
        2 => (0x01..=0x1E_u8).prop_map(Place::Named),
    ]
    .boxed()
}

/// Right entries, new ones, and one that is never right.
fn entry() -> BoxedStrategy<&'static str> {
    prop_oneof![
        6 => Just("1234"),
        3 => Just("ABC123"),
        2 => Just("600615"),
        3 => Just("60061520334021"),
        3 => Just("900000000015"),
        2 => Just("5678"),
        1 => Just("NEWPASS9"),
        2 => Just("9999"),
    ]
    .boxed()
}

/// The forms without random salt more often than those with it, which are slow, and one that is none.
fn form() -> BoxedStrategy<u8> {
    prop_oneof![6 => Just(0x00), 3 => Just(0x02), 3 => Just(0x03), 1 => 0x04..=0x06_u8].boxed()
}
