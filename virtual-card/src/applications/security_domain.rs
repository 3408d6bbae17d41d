//! The card level: the GlobalPlatform issuer security domain, which is selected at power-on
//! (card.md §1.3, §1.4).
//!
//! It has no files to read; its data objects are for GET DATA. Which of them answer in which state
//! is the command's affair.

use jiff::civil::Date;

use crate::applications::{Application, SECURITY_DOMAIN, date_digits, unknown};
use crate::cv_certificate::{self, KeyId};
use crate::profile::{Atr, Profile};

pub(crate) static APPLICATION: Application = Application {
    aid: SECURITY_DOMAIN,
    default_key: None,
    files: &[unknown(0x001E)],
};

/// P1-P2 of the data objects.
pub mod tag {
    /// Issuer identification number: 16 bytes, the id of a key.
    pub const ISSUER: u16 = 0x0042;
    /// Number of the card, 15 digits.
    pub const CARD_NUMBER: u16 = 0x0045;
    /// Card recognition data of GlobalPlatform.
    pub const RECOGNITION: u16 = 0x0066;
    /// 全国地方公共団体コード of the issuer, 5 digits.
    pub const MUNICIPALITY: u16 = 0x00F0;
    /// Last day of validity, `YYYYMMDD`.
    pub const EXPIRES: u16 = 0x00F2;
    /// Id of the key that signed [`LEAF_CERTIFICATE`].
    pub const MUNICIPALITY_KEY: u16 = 0x00F7;
    /// CV certificate by the root for the municipality.
    pub const MUNICIPALITY_CERTIFICATE: u16 = 0x00F8;
    /// CV certificate by the municipality; older cards have none.
    pub const LEAF_CERTIFICATE: u16 = 0x7F21;
    /// ATR of the contacts, without its first byte 3B.
    pub const CONTACT_ATR: u16 = 0x5F51;
}

/// Made-up content in the form of GlobalPlatform Card Specification 2.3, appendix H: the object
/// identifiers for card management 2.2, the identification scheme, and secure channel protocol 02
/// with option 15. Known of the real one is only the arc 1.2.840.114283 (card.md §1.3).
const RECOGNITION: [u8; 48] = [
    0x73, 0x2E, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x01, 0x60, 0x0B, 0x06, 0x09, 0x2A,
    0x86, 0x48, 0x86, 0xFC, 0x6B, 0x02, 0x02, 0x02, 0x63, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86,
    0xFC, 0x6B, 0x03, 0x64, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x04, 0x02, 0x15,
];

/// First day of issue on which cards have a leaf certificate. Real cards differ, when they began
/// to is not published: a convention of this harness.
const LEAF_SINCE: Date = Date::constant(2023, 1, 1);

/// Makes the data object that GET DATA returns for `tag`, P1-P2; nothing where there is none.
pub(crate) fn data_object(profile: &Profile, tag: u16) -> Option<Vec<u8>> {
    // Published is that it is a key id, not which: here it names no key of this simulation.
    const ISSUER: KeyId = KeyId::new(b"7000000", b"001", 0);
    if profile.token.is_phone() {
        return None;
    }
    Some(match tag {
        tag::ISSUER => ISSUER.as_bytes().to_vec(),
        tag::CARD_NUMBER => profile.card_serial().into_bytes(),
        tag::RECOGNITION => RECOGNITION.to_vec(),
        tag::MUNICIPALITY => profile.municipality().as_bytes().to_vec(),
        tag::EXPIRES => date_digits(profile.card_expires()).into_bytes(),
        tag::MUNICIPALITY_KEY => cv_certificate::MUNICIPALITY.as_bytes().to_vec(),
        tag::MUNICIPALITY_CERTIFICATE => cv_certificate::municipality().to_vec(),
        tag::LEAF_CERTIFICATE if profile.issued >= LEAF_SINCE => cv_certificate::leaf().to_vec(),
        tag::CONTACT_ATR => Atr::Contact.bytes().get(1..)?.to_vec(),
        _ => return None,
    })
}
