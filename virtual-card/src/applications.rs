//! The applications of the card as tables: AIDs, files, and what opens which.
//!
//! Nothing here has state. Another application is another file below `applications/` and one more
//! line in `ALL`; 共通カードAP, 住基AP and 券面入力補助AP are not built yet and answer 6A82.

pub mod card_face;
pub mod jpki;

use crate::key::Purpose;
use crate::pin::PinName;
use crate::profile::Profile;

/// AID of 公的個人認証AP.
pub const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// AID of 券面事項確認AP.
pub const CARD_FACE: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
/// AID of 券面入力補助AP; not on this card yet.
pub const INPUT_SUPPORT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
/// AID of 住基AP; not on this card yet.
pub const RESIDENT_REGISTER: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];
/// AID of 共通カードAP; not on this card yet.
pub const COMMON: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];
/// AID of the GlobalPlatform issuer security domain, which is selected at power-on.
pub const SECURITY_DOMAIN: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// The applications that this card has, in the order in which a partial AID finds them (inferred).
pub(crate) static ALL: [&Application; 3] = [
    &jpki::APPLICATION,
    &card_face::APPLICATION,
    &Application {
        aid: SECURITY_DOMAIN,
        default_key: None,
        files: &[],
    },
];

/// Returns what people call the application with this AID, whether or not this card has it.
#[must_use]
pub fn name_of(aid: &[u8]) -> Option<&'static str> {
    [
        (JPKI, "公的個人認証AP"),
        (CARD_FACE, "券面事項確認AP"),
        (INPUT_SUPPORT, "券面入力補助AP"),
        (RESIDENT_REGISTER, "住基AP"),
        (COMMON, "共通カードAP"),
        (SECURITY_DOMAIN, "issuer security domain"),
    ]
    .into_iter()
    .find(|(known, _)| *known == aid)
    .map(|(_, name)| name)
}

/// An application: a dedicated file.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) aid: &'static [u8],
    /// The key that signs where P2 is 00, without PIN.
    pub(crate) default_key: Option<Purpose>,
    pub(crate) files: &'static [File],
}

impl Application {
    /// Finds the application for SELECT: the whole AID, or at least its first 5 bytes (a prefix
    /// selects, card.md §1.4; the least length is that of a registered identifier, ISO 7816-4).
    pub(crate) fn find(aid: &[u8]) -> Option<&'static Self> {
        const PREFIX_MIN: usize = 5;
        ALL.into_iter()
            .find(|application| aid.len() >= PREFIX_MIN && application.aid.starts_with(aid))
    }

    pub(crate) fn file(&self, id: u16) -> Option<&'static File> {
        self.files.iter().find(|file| file.id == id)
    }
}

/// An elementary file; its short identifier is the low 5 bits of `id`.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) id: u16,
    pub(crate) kind: Kind,
}

/// What an elementary file holds.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Bytes to be read, made from the profile when first read.
    Transparent {
        access: Access,
        content: fn(&Profile) -> Vec<u8>,
    },
    /// A PIN for VERIFY.
    Pin(PinName),
    /// A private key for COMPUTE DIGITAL SIGNATURE.
    Key { access: Access, purpose: Purpose },
    /// The key of the authority that certifies terminals (card.md §8).
    TerminalAuthority,
}

/// Who may use a file.
#[derive(Debug)]
pub(crate) enum Access {
    /// Everybody.
    Free,
    /// Who has shown at least one of these.
    OneOf(&'static [Credential]),
}

/// Something that opens a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Credential {
    /// A verified PIN.
    Pin(PinName),
    /// An authenticated terminal (stand-in).
    Terminal,
}

/// Brings a file's content to its physical size, or leaves it if it is longer.
fn filled(mut content: Vec<u8>, size: usize, filler: u8) -> Vec<u8> {
    if content.len() < size {
        content.resize(size, filler);
    }
    content
}
