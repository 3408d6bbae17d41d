//! 券面事項確認AP: what is printed on the card, as a file (card.md §2.3).
//!
//! Three records, each signed by the key that 0004 certifies and each for another reader: the date
//! of birth (0001), the face (0002), 個人番号 (0005). Name, address, security code and number are
//! drawn for the holder; the photo is a drawing.

use sha2::{Digest, Sha256};

use crate::applications::{
    Access, Application, CARD_FACE, Credential, date_digits, filled, free, key, pin, sex_digit,
    transparent, unknown, with_offsets,
};
use crate::cv_certificate::{self, KeyId, public_key};
use crate::image;
use crate::key::{self, Purpose};
use crate::pin::PinName;
use crate::profile::Profile;
use crate::tlv;

const BIRTH_DATE: Credential = Credential::Pin(PinName::BirthDate);
const CODE_A: Credential = Credential::Pin(PinName::CodeA);
const CODE_B: Credential = Credential::Pin(PinName::CodeB);

pub(crate) static APPLICATION: Application = Application {
    aid: CARD_FACE,
    default_key: Some(Purpose::Card),
    files: &[
        transparent(0x0001, Access::OneOf(&[BIRTH_DATE]), age_record),
        transparent(0x0002, Access::OneOf(&[CODE_B, CODE_A]), face),
        free(0x0003, application_information),
        free(0x0004, certificate),
        transparent(0x0005, Access::OneOf(&[CODE_A]), my_number),
        transparent(0x0006, Access::OneOf(&[CODE_B, CODE_A]), filler),
        pin(0x0011, PinName::BirthDate),
        pin(0x0012, PinName::CodeB),
        pin(0x0013, PinName::CodeA),
        unknown(0x0014),
        unknown(0x0015),
        key(0x001A, Access::Free, Purpose::Card),
        unknown(0x001C),
        unknown(0x001E),
    ],
};

/// Makes 0001, 547 bytes: date of birth and the card's public key, signed.
fn age_record(profile: &Profile) -> Vec<u8> {
    let card_key = key::of_card(profile, Purpose::Card);
    let birth = date_digits(profile.holder.birth_date);
    let mut record = tlv::write(tag::AGE_BIRTH_DATE, birth.as_bytes());
    record.extend(tlv::write(tag::AGE_PUBLIC_KEY, &public_key(card_key)));
    signed(tag::AGE, record, tag::AGE_SIGNATURE)
}

/// Makes 0003, 320 bytes: what the application is, and who issued the card. Nothing in it is
/// signed.
fn application_information(profile: &Profile) -> Vec<u8> {
    const IDENTIFICATION: u16 = 0xDF31;
    const KEY: u16 = 0xDF32;
    const VERSION: u16 = 0xDF33;
    const MUNICIPALITY: u16 = 0xDF34;
    const REFERENCE: u16 = 0xDF35;
    // Both name keys that nothing on the card is signed with; for what is not published.
    let named = KeyId::new(b"7000024", b"001", 0);
    let of_reference = KeyId::new(b"7900025", b"001", 0);
    // What the 256 bytes say is not published: here they say nothing.
    let opaque = (0..8).flat_map(|block| profile.digest("card face reference", block));
    let mut reference = of_reference.as_bytes().to_vec();
    reference.extend(opaque);
    let objects = [
        tlv::write(IDENTIFICATION, &[0x06, 0x03, 0x0E, 0x01]),
        tlv::write(KEY, named.as_bytes()),
        tlv::write(VERSION, &[0x00]),
        tlv::write(MUNICIPALITY, profile.municipality().as_bytes()),
        tlv::write(REFERENCE, &reference),
    ];
    tlv::write(tag::INFORMATION, &objects.concat())
}

fn certificate(_: &Profile) -> Vec<u8> {
    cv_certificate::card_face().to_vec()
}

/// Makes 0005: the number as it is printed and the card's public key, signed.
fn my_number(profile: &Profile) -> Vec<u8> {
    let card_key = key::of_card(profile, Purpose::Card);
    let image = image::my_number(&profile.my_number);
    let mut record = tlv::write(tag::NUMBER_IMAGE, &image);
    record.extend(tlv::write(tag::NUMBER_PUBLIC_KEY, &public_key(card_key)));
    signed(tag::NUMBER, record, tag::NUMBER_SIGNATURE)
}

/// Writes `objects` within `outer`, followed by the signature over them (card.md §2.3).
fn signed(outer: u16, mut objects: Vec<u8>, signature_tag: u16) -> Vec<u8> {
    let signature = key::CARD_FACE_CA.sign_sha256_once(&objects);
    objects.extend(tlv::write(signature_tag, &signature));
    tlv::write(outer, &objects)
}

/// Makes 0006: nothing but filler (card.md §2.3).
fn filler(_: &Profile) -> Vec<u8> {
    vec![FILLER; 16]
}

/// Tags in 0001, 0002, 0003 and 0005 (card.md §2.3).
pub mod tag {
    /// Everything in 0001.
    pub const AGE: u16 = 0xFF10;
    /// Date of birth in 0001, `YYYYMMDD`.
    pub const AGE_BIRTH_DATE: u16 = 0xDF11;
    /// The card's own public key in 0001.
    pub const AGE_PUBLIC_KEY: u16 = 0xDF12;
    /// Signature over the two objects before it in 0001.
    pub const AGE_SIGNATURE: u16 = 0xDF13;
    /// Everything in 0003.
    pub const INFORMATION: u16 = 0xFF30;
    /// Everything in 0005.
    pub const NUMBER: u16 = 0xFF40;
    /// 個人番号 in 0005, PNG of 72 by 12.
    pub const NUMBER_IMAGE: u16 = 0xDF41;
    /// The card's own public key in 0005.
    pub const NUMBER_PUBLIC_KEY: u16 = 0xDF42;
    /// Signature over the two objects before it in 0005.
    pub const NUMBER_SIGNATURE: u16 = 0xDF43;
    /// Everything in 0002, to which all that follow belong.
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
    pub use crate::cv_certificate::tag::{EXPONENT, MODULUS};
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
    let file = with_offsets(tag::FACE, tag::OFFSETS, &face_objects(profile));
    filled(file, FACE_SIZE, FILLER)
}

fn face_objects(profile: &Profile) -> [Vec<u8>; 9] {
    let card_key = key::of_card(profile, Purpose::Card);
    let birth = date_digits(profile.holder.birth_date);
    let birth = tlv::write(tag::BIRTH_DATE, birth.as_bytes());
    let sex = tlv::write(tag::SEX, &[sex_digit(profile.holder.sex)]);
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
    let signature = key::CARD_FACE_CA
        .sign_verbatim_once(&signed)
        .unwrap_or_default();
    let expires = date_digits(profile.card_expires());
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
