//! 券面事項確認AP: what is printed on the card, as a file (card.md §2.3).
//!
//! Built: 0002 (the face), its three key references, and the card's own key. Later work: 0001 (age
//! record), 0003, 0004 and 0005; they exist on a real card, so the 6A82 given here is not the
//! real answer. Name, address and security code are drawn for the holder; the photo is a drawing.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::applications::{Access, Application, CARD_FACE, Credential, File, Kind, filled};
use crate::image;
use crate::key::{self, EXPONENT, Key, Purpose};
use crate::pin::PinName;
use crate::profile::Profile;
use crate::tlv;

pub(crate) static APPLICATION: Application = Application {
    aid: CARD_FACE,
    default_key: Some(Purpose::Card),
    files: &[
        File {
            id: 0x0002,
            kind: Kind::Transparent {
                access: Access::OneOf(&[
                    Credential::Pin(PinName::CodeB),
                    Credential::Pin(PinName::CodeA),
                ]),
                content: face,
            },
        },
        File {
            id: 0x0011,
            kind: Kind::Pin(PinName::BirthDate),
        },
        File {
            id: 0x0012,
            kind: Kind::Pin(PinName::CodeB),
        },
        File {
            id: 0x0013,
            kind: Kind::Pin(PinName::CodeA),
        },
        File {
            id: 0x001A,
            kind: Kind::Key {
                access: Access::Free,
                purpose: Purpose::Card,
            },
        },
    ],
};

/// Tags in 0002 (card.md §2.3.1).
pub mod tag {
    /// Everything.
    pub const FACE: u16 = 0xFF20;
    /// Where each of the nine objects that follow begins, from byte 0 of the file.
    pub const OFFSETS: u16 = 0xDF21;
    /// Date of birth, `YYYYMMDD`.
    pub const BIRTH_DATE: u16 = 0xDF22;
    /// Sex, one digit.
    pub const SEX: u16 = 0xDF23;
    /// The card's own public key.
    pub const PUBLIC_KEY: u16 = 0xDF24;
    /// 氏名, PNG of 216 by 12 ([`crate::image::name`]).
    pub const NAME: u16 = 0xDF25;
    /// 住所, PNG of 288 by 12 ([`crate::image::address`]).
    pub const ADDRESS: u16 = 0xDF26;
    /// 顔写真, JPEG 2000 of 378 by 472; empty on a card without photo (convention of this harness).
    pub const PHOTO: u16 = 0xDF27;
    /// Signature over the six objects from date of birth to photo.
    pub const SIGNATURE: u16 = 0xDF28;
    /// Last day of validity, `YYYYMMDD`.
    pub const EXPIRES: u16 = 0xDF29;
    /// Security code, PNG of 24 by 12 ([`crate::image::security_code`]).
    pub const SECURITY_CODE: u16 = 0xDF2A;
    /// Public exponent within the public key.
    pub const EXPONENT: u16 = 0x90;
    /// Modulus within the public key.
    pub const MODULUS: u16 = 0x91;
}

const FACE_ADULT: &[u8] = include_bytes!("../../assets/face-adult.jp2");
const FACE_CHILD: &[u8] = include_bytes!("../../assets/face-child.jp2");
const FACE_ELDER: &[u8] = include_bytes!("../../assets/face-elder.jp2");

/// Physical size of 0002, inferred: the published test card fills 3,070 bytes, others more.
const FACE_SIZE: usize = 4096;
/// What follows the objects in their file (card.md §0.1 rule 8).
const FILLER: u8 = 0xFF;

/// DigestInfo header before the three SHA-256 that DF28 signs as one value of 96 bytes.
const DIGESTS_HEADER: [u8; 19] = [
    0x30, 0x71, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x60,
];

/// Makes 0002: `FF20 { DF21 offsets, DF22 … DF2A }`, then filler.
fn face(profile: &Profile) -> Vec<u8> {
    let objects = face_objects(profile);
    let value: usize = objects.iter().map(Vec::len).sum();
    let offsets_length = 2 * objects.len();
    let offsets_header = tlv::header(tag::OFFSETS, offsets_length);
    let inner = offsets_header.len() + offsets_length + value;
    let mut file = tlv::header(tag::FACE, inner);
    let mut offset = file.len() + offsets_header.len() + offsets_length;
    file.extend(offsets_header);
    for object in &objects {
        // Absolute, from byte 0 of the file: card.md §0.1 rule 18.
        file.extend_from_slice(&(offset as u16).to_be_bytes());
        offset += object.len();
    }
    file.extend(objects.concat());
    filled(file, FACE_SIZE, FILLER)
}

fn face_objects(profile: &Profile) -> [Vec<u8>; 9] {
    let card_key = key::of_card(profile, Purpose::Card);
    let birth = tlv::write(
        tag::BIRTH_DATE,
        digits(profile.holder.birth_date).as_bytes(),
    );
    let sex = tlv::write(tag::SEX, &[profile.holder.sex.code()]);
    let public = tlv::write(tag::PUBLIC_KEY, &public_key(card_key));
    let name = tlv::write(tag::NAME, &image::name(&profile.holder.name));
    let address = tlv::write(tag::ADDRESS, &image::address(&profile.holder.address));
    let photo = tlv::write(tag::PHOTO, photo(profile));
    let signed = [
        DIGESTS_HEADER.as_slice(),
        &Sha256::digest([birth.as_slice(), &sex, &public].concat()),
        &Sha256::digest([name.as_slice(), &address].concat()),
        &Sha256::digest(&photo),
    ]
    .concat();
    let signature = key::CARD_FACE_CA.sign_verbatim(&signed).unwrap_or_default();
    let expires = digits(profile.card_expires());
    let security_code = image::security_code(&profile.security_code);
    [
        birth,
        sex,
        public,
        name,
        address,
        photo,
        tlv::write(tag::SIGNATURE, &signature),
        tlv::write(tag::EXPIRES, expires.as_bytes()),
        tlv::write(tag::SECURITY_CODE, &security_code),
    ]
}

fn photo(profile: &Profile) -> &'static [u8] {
    if !profile.photo {
        return &[];
    }
    match profile.issued.year() - profile.holder.birth_date.year() {
        ..20 => FACE_CHILD,
        20..60 => FACE_ADULT,
        60.. => FACE_ELDER,
    }
}

/// Writes a public key as the card does: `90 03 010001 91 820100 n`, 265 bytes.
pub(crate) fn public_key(key: &Key) -> Vec<u8> {
    let mut value = tlv::write(tag::EXPONENT, &EXPONENT);
    value.extend(tlv::write(tag::MODULUS, key.modulus()));
    value
}

fn digits(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}
