//! The applications of the card as tables: AIDs, files, and what opens which.
//!
//! Nothing here has state. Another application is another file below `applications/` and one more
//! line in `ALL`.

pub mod card_face;
mod common;
pub mod input_support;
pub mod jpki;
mod resident_register;
pub mod security_domain;

use jiff::civil::Date;

use crate::key::Purpose;
use crate::pin::PinName;
use crate::profile::{Profile, Sex, Token};
use crate::tlv;

/// AID of 公的個人認証AP.
pub const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// AID of 券面事項確認AP.
pub const CARD_FACE: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
/// AID of 券面入力補助AP.
pub const INPUT_SUPPORT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
/// AID of 住基AP.
pub const RESIDENT_REGISTER: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];
/// AID of 共通カードAP.
pub const COMMON: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];
/// AID of the GlobalPlatform issuer security domain, which is selected at power-on.
pub const SECURITY_DOMAIN: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// The applications that this card has, in the order in which a partial AID finds them (inferred).
pub(crate) static ALL: [&Application; 6] = [
    &jpki::APPLICATION,
    &card_face::APPLICATION,
    &input_support::APPLICATION,
    &common::APPLICATION,
    &resident_register::APPLICATION,
    &security_domain::APPLICATION,
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
    /// Returns the applications whose AID begins with `name`, in the order in which SELECT finds
    /// them.
    pub(crate) fn named(name: &[u8]) -> impl Iterator<Item = &'static Self> {
        ALL.into_iter()
            .filter(move |application| application.aid.starts_with(name))
    }

    /// Says whether this kind of token has it: a phone holds 公的個人認証AP, and no face, number or
    /// register (inferred from what its software offers).
    pub(crate) fn is_on(&self, token: Token) -> bool {
        !token.is_phone() || self.aid == JPKI || self.aid == SECURITY_DOMAIN
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
    /// Numbered records, from 1, made from the profile when first read.
    Records {
        access: Access,
        records: fn(&Profile) -> Vec<Vec<u8>>,
    },
    /// A PIN for VERIFY.
    Pin(PinName),
    /// A private key for COMPUTE DIGITAL SIGNATURE.
    Key { access: Access, purpose: Purpose },
    /// A private key for INTERNAL AUTHENTICATE.
    AuthenticationKey(Purpose),
    /// The key of the authority that certifies terminals (card.md §8).
    TerminalAuthority,
    /// Nobody has published what it is; it can be selected, and no command fits it (inferred).
    Unknown,
}

/// Who may use a file.
#[derive(Debug)]
pub(crate) enum Access {
    /// Everybody.
    Free,
    /// Who has shown at least one of these.
    OneOf(&'static [Credential]),
    /// Everybody, but on this kind of token only who has shown at least one of these.
    FreeUnless(Token, &'static [Credential]),
    /// Nobody, whatever is shown.
    Never,
}

/// Something that opens a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Credential {
    /// A verified PIN.
    Pin(PinName),
    /// An authenticated terminal (stand-in).
    Terminal,
}

/// A file of records that everybody may read.
const fn records(id: u16, records: fn(&Profile) -> Vec<Vec<u8>>) -> File {
    let access = Access::Free;
    let kind = Kind::Records { access, records };
    File { id, kind }
}

/// A file to be read.
const fn transparent(id: u16, access: Access, content: fn(&Profile) -> Vec<u8>) -> File {
    let kind = Kind::Transparent { access, content };
    File { id, kind }
}

/// A file that everybody may read.
const fn free(id: u16, content: fn(&Profile) -> Vec<u8>) -> File {
    transparent(id, Access::Free, content)
}

/// A PIN.
const fn pin(id: u16, name: PinName) -> File {
    let kind = Kind::Pin(name);
    File { id, kind }
}

/// A private key for COMPUTE DIGITAL SIGNATURE.
const fn key(id: u16, access: Access, purpose: Purpose) -> File {
    let kind = Kind::Key { access, purpose };
    File { id, kind }
}

/// A file of which only the id is known.
const fn unknown(id: u16) -> File {
    let kind = Kind::Unknown;
    File { id, kind }
}

/// Writes objects within `outer`, and before them under `table` where each of them begins, in two
/// bytes each, from byte 0 of the file (card.md §0.1 rule 18).
fn with_offsets(outer: u16, table: u16, objects: &[Vec<u8>]) -> Vec<u8> {
    let value: usize = objects.iter().map(Vec::len).sum();
    let table_length = 2 * objects.len();
    let table_header = tlv::header(table, table_length);
    let mut file = tlv::header(outer, table_header.len() + table_length + value);
    let mut offset = file.len() + table_header.len() + table_length;
    file.extend(table_header);
    for object in objects {
        // Two bytes are enough: READ BINARY reaches no further than 15 bits.
        file.extend_from_slice(&(offset as u16).to_be_bytes());
        offset += object.len();
    }
    file.extend(objects.concat());
    file
}

/// Writes a date as the card does, `YYYYMMDD`.
fn date_digits(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// Returns the digit that stands for a sex in the files: 1 and 2 as read on cards (card.md §2.2.1);
/// 9, "not applicable" of JIS X 0303, where none is stated (inferred, no such card is published).
const fn sex_digit(sex: Sex) -> u8 {
    match sex {
        Sex::Male => b'1',
        Sex::Female => b'2',
        Sex::Unstated => b'9',
    }
}

/// Brings a file's content to its physical size, or leaves it if it is longer.
fn filled(mut content: Vec<u8>, size: usize, filler: u8) -> Vec<u8> {
    if content.len() < size {
        content.resize(size, filler);
    }
    content
}
