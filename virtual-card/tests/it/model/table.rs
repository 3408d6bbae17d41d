//! What lies on the card, written once more from card.md §2 and §3, so that the model does not share
//! the tables of the card.

use virtual_card::applications;
use virtual_card::card::PinName;

/// An application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ap {
    /// What is selected at power-on.
    Domain,
    Jpki,
    CardFace,
    InputSupport,
    Common,
    ResidentRegister,
}

impl Ap {
    pub const ALL: [Self; 6] = [
        Self::Domain,
        Self::Jpki,
        Self::CardFace,
        Self::InputSupport,
        Self::Common,
        Self::ResidentRegister,
    ];

    pub fn aid(self) -> &'static [u8] {
        match self {
            Self::Domain => applications::SECURITY_DOMAIN,
            Self::Jpki => applications::JPKI,
            Self::CardFace => applications::CARD_FACE,
            Self::InputSupport => applications::INPUT_SUPPORT,
            Self::Common => applications::COMMON,
            Self::ResidentRegister => applications::RESIDENT_REGISTER,
        }
    }

    pub fn file(self, id: u16) -> Option<Holds> {
        let files = match self {
            Self::Domain => DOMAIN,
            Self::Jpki => JPKI,
            Self::CardFace => CARD_FACE,
            Self::InputSupport => INPUT_SUPPORT,
            Self::Common => COMMON,
            Self::ResidentRegister => RESIDENT_REGISTER,
        };
        let found = files.iter().find(|(known, _)| *known == id);
        found.map(|(_, holds)| *holds)
    }

    /// Says whether it has a key that signs without PIN where P2 names none.
    pub fn has_default_key(self) -> bool {
        matches!(self, Self::CardFace | Self::InputSupport)
    }
}

/// What an elementary file holds; the PINs are those of which one must be verified, none for free.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    Bytes(&'static [PinName]),
    /// Bytes that no credential opens.
    Sealed,
    /// One record.
    Record,
    Pin(PinName),
    Key(&'static [PinName]),
    /// The key of INTERNAL AUTHENTICATE.
    Authenticates,
    /// The key of the terminals' authority.
    Terminals,
    Unknown,
}

use Holds::{Authenticates, Bytes, Key, Pin, Record, Sealed, Terminals, Unknown};

const FREE: &[PinName] = &[];
const DOMAIN: &[(u16, Holds)] = &[(0x1E, Unknown)];
const JPKI: &[(u16, Holds)] = &[
    (0x01, Bytes(&[PinName::Signature])),
    (0x02, Bytes(FREE)),
    (0x05, Unknown),
    (0x06, Bytes(FREE)),
    (0x08, Bytes(FREE)),
    (0x09, Sealed),
    (0x0A, Bytes(FREE)),
    (0x0B, Bytes(FREE)),
    (0x10, Unknown),
    (0x16, Terminals),
    (0x17, Key(&[PinName::User])),
    (0x18, Pin(PinName::User)),
    (0x19, Unknown),
    (0x1A, Key(&[PinName::Signature])),
    (0x1B, Pin(PinName::Signature)),
    (0x1C, Unknown),
    (0x1E, Unknown),
];
const CARD_FACE: &[(u16, Holds)] = &[
    (0x01, Bytes(&[PinName::BirthDate])),
    (0x02, Bytes(&[PinName::CodeA, PinName::CodeB])),
    (0x03, Bytes(FREE)),
    (0x04, Bytes(FREE)),
    (0x05, Bytes(&[PinName::CodeA])),
    (0x06, Bytes(&[PinName::CodeA, PinName::CodeB])),
    (0x11, Pin(PinName::BirthDate)),
    (0x12, Pin(PinName::CodeB)),
    (0x13, Pin(PinName::CodeA)),
    (0x14, Unknown),
    (0x15, Unknown),
    (0x1A, Key(FREE)),
    (0x1C, Unknown),
    (0x1E, Unknown),
];
const PIN: PinName = PinName::InputSupport;
const A: PinName = PinName::InputSupportCodeA;
const B: PinName = PinName::InputSupportCodeB;
const INPUT_SUPPORT: &[(u16, Holds)] = &[
    (0x01, Bytes(&[PIN, A])),
    (0x02, Bytes(&[PIN, B])),
    (0x03, Bytes(&[PIN, A, B])),
    (0x04, Bytes(FREE)),
    (0x05, Bytes(FREE)),
    (0x06, Bytes(&[PIN, A, B])),
    (0x07, Bytes(&[PIN, A, B])),
    (0x08, Bytes(&[PIN, A, B])),
    (0x10, Unknown),
    (0x11, Pin(PIN)),
    (0x12, Pin(PinName::InputSupportLocked)),
    (0x13, Key(FREE)),
    (0x14, Pin(A)),
    (0x15, Pin(B)),
    (0x1C, Unknown),
    (0x1E, Unknown),
];
const COMMON: &[(u16, Holds)] = &[
    (0x01, Record),
    (0x02, Record),
    (0x19, Authenticates),
    (0x1C, Pin(PinName::Common)),
];
const RESIDENT_REGISTER: &[(u16, Holds)] =
    &[(0x02, Record), (0x1C, Pin(PinName::ResidentRegister))];

/// The PINs of `adult`: tries on a new card, the right entry, the instruction that changes it.
pub fn pin(name: PinName) -> (u8, &'static str, Option<u8>) {
    const CHANGE_REFERENCE_DATA: Option<u8> = Some(0x24);
    const CHANGE_KEY: Option<u8> = Some(0x32);
    match name {
        PinName::User | PinName::InputSupport => (3, "1234", CHANGE_REFERENCE_DATA),
        PinName::Signature => (5, "ABC123", CHANGE_REFERENCE_DATA),
        PinName::Common | PinName::ResidentRegister => (3, "1234", CHANGE_KEY),
        PinName::CodeA | PinName::InputSupportCodeA => (10, "900000000015", None),
        PinName::CodeB | PinName::InputSupportCodeB => (10, "60061520334021", None),
        PinName::BirthDate => (10, "600615", None),
        PinName::InputSupportLocked => (0, "", None),
    }
}
