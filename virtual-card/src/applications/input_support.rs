//! 券面入力補助AP: My Number and the four attributes as text (card.md §2.2).
//!
//! What 0003 and 0007 hold is signed by the key that 0004 certifies.

use sha2::{Digest, Sha256};

use crate::applications::{
    Access, Application, Credential, INPUT_SUPPORT, date_digits, filled, free, key, pin, sex_digit,
    transparent, unknown, with_offsets,
};
use crate::cv_certificate::{self, KeyId, public_key};
use crate::key::{self, Purpose};
use crate::pin::PinName;
use crate::profile::Profile;
use crate::tlv;

const PIN: Credential = Credential::Pin(PinName::InputSupport);
const CODE_A: Credential = Credential::Pin(PinName::InputSupportCodeA);
const CODE_B: Credential = Credential::Pin(PinName::InputSupportCodeB);
const ANY: &[Credential] = &[PIN, CODE_A, CODE_B];

pub(crate) static APPLICATION: Application = Application {
    aid: INPUT_SUPPORT,
    default_key: Some(Purpose::InputSupport),
    files: &[
        transparent(0x0001, Access::OneOf(&[PIN, CODE_A]), my_number),
        transparent(0x0002, Access::OneOf(&[PIN, CODE_B]), attributes),
        transparent(0x0003, Access::OneOf(ANY), integrity_record),
        free(0x0004, certificate),
        free(0x0005, application_information),
        transparent(0x0006, Access::OneOf(ANY), session_key),
        transparent(0x0007, Access::OneOf(ANY), signed_key),
        // Who may read it is not published: inferred.
        transparent(0x0008, Access::OneOf(ANY), filler),
        unknown(0x0010),
        pin(0x0011, PinName::InputSupport),
        pin(0x0012, PinName::InputSupportLocked),
        key(0x0013, Access::Free, Purpose::InputSupport),
        pin(0x0014, PinName::InputSupportCodeA),
        pin(0x0015, PinName::InputSupportCodeB),
        unknown(0x001C),
        unknown(0x001E),
    ],
};

/// Tags in 0001 to 0007 (card.md §2.2).
pub mod tag {
    /// 個人番号, 12 digits: everything in 0001.
    pub const MY_NUMBER: u16 = 0xFF10;
    /// Everything in 0002.
    pub const ATTRIBUTES: u16 = 0xFF20;
    /// Where each of the four attributes begins, from byte 0 of the file.
    pub const OFFSETS: u16 = 0xDF21;
    /// 氏名, UTF-8.
    pub const NAME: u16 = 0xDF22;
    /// 住所, UTF-8.
    pub const ADDRESS: u16 = 0xDF23;
    /// Date of birth, `YYYYMMDD`.
    pub const BIRTH_DATE: u16 = 0xDF24;
    /// Sex, one digit.
    pub const SEX: u16 = 0xDF25;
    /// Everything in 0003.
    pub const INTEGRITY: u16 = 0xFF30;
    /// SHA-256 of 0001, filler and all.
    pub const MY_NUMBER_DIGEST: u16 = 0xDF31;
    /// SHA-256 of the four attributes as objects, without the offsets before them.
    pub const ATTRIBUTES_DIGEST: u16 = 0xDF32;
    /// Signature over the two digests as objects.
    pub const INTEGRITY_SIGNATURE: u16 = 0xDF33;
    /// Everything in 0005.
    pub const INFORMATION: u16 = 0xFF40;
    /// The key under which a terminal sends its session key: everything in 0006.
    pub const SESSION_KEY: u16 = 0xA1;
    /// Everything in 0007.
    pub const SIGNED_KEY: u16 = 0xFF50;
    /// The public key of 0013.
    pub const PUBLIC_KEY: u16 = 0xDF51;
    /// Signature over the public key as an object.
    pub const PUBLIC_KEY_SIGNATURE: u16 = 0xDF52;
}

/// Physical size of 0001, known (card.md §0.1 rule 17).
const MY_NUMBER_SIZE: usize = 17;
/// Physical size of 0002, inferred: longer ones than the published 104 bytes must have room.
const ATTRIBUTES_SIZE: usize = 512;
/// Physical size of 0005; known is that it is no less (card.md §2.2).
const INFORMATION_SIZE: usize = 256;
/// What follows the objects in their file (card.md §0.1 rule 8).
const FILLER: u8 = 0xFF;

/// Makes 0001: the number and two bytes of filler.
fn my_number(profile: &Profile) -> Vec<u8> {
    let number = tlv::write(tag::MY_NUMBER, profile.my_number.as_bytes());
    filled(number, MY_NUMBER_SIZE, FILLER)
}

/// Makes 0002: `FF20 { DF21 offsets, DF22 … DF25 }`, then filler.
fn attributes(profile: &Profile) -> Vec<u8> {
    let objects = attribute_objects(profile);
    let file = with_offsets(tag::ATTRIBUTES, tag::OFFSETS, &objects);
    filled(file, ATTRIBUTES_SIZE, FILLER)
}

fn attribute_objects(profile: &Profile) -> [Vec<u8>; 4] {
    let holder = &profile.holder;
    let birth = date_digits(holder.birth_date);
    [
        tlv::write(tag::NAME, holder.name.as_bytes()),
        tlv::write(tag::ADDRESS, holder.address.as_bytes()),
        tlv::write(tag::BIRTH_DATE, birth.as_bytes()),
        tlv::write(tag::SEX, &[sex_digit(holder.sex)]),
    ]
}

/// Makes 0003, 336 bytes: digests of 0001 and 0002, signed (card.md §2.2.2).
fn integrity_record(profile: &Profile) -> Vec<u8> {
    let my_number = Sha256::digest(my_number(profile));
    let attributes = Sha256::digest(attribute_objects(profile).concat());
    let mut digests = tlv::write(tag::MY_NUMBER_DIGEST, &my_number);
    digests.extend(tlv::write(tag::ATTRIBUTES_DIGEST, &attributes));
    signed(tag::INTEGRITY, digests, tag::INTEGRITY_SIGNATURE)
}

fn certificate(_: &Profile) -> Vec<u8> {
    cv_certificate::input_support().to_vec()
}

/// Makes 0005: what the application is, 164 bytes of objects. Nothing in it is signed.
fn application_information(profile: &Profile) -> Vec<u8> {
    const IDENTIFICATION: u16 = 0xDF41;
    const KEY: u16 = 0xDF42;
    const OPAQUE: u16 = 0xDF43;
    const OPAQUE_SIZE: usize = 128;
    // Names a key that nothing on the card is signed with; for what is not published.
    let named = KeyId::new(b"7000034", b"001", 0);
    // 32 bytes before the filler; what they say is not published: here they say nothing.
    let opaque = profile.digest("input support information", 0).to_vec();
    let objects = [
        tlv::write(IDENTIFICATION, &[0x01, 0x03, 0x0E, 0x01]),
        tlv::write(KEY, named.as_bytes()),
        tlv::write(OPAQUE, &filled(opaque, OPAQUE_SIZE, FILLER)),
    ];
    let file = tlv::write(tag::INFORMATION, &objects.concat());
    filled(file, INFORMATION_SIZE, FILLER)
}

/// Makes 0006, 269 bytes.
fn session_key(profile: &Profile) -> Vec<u8> {
    let key = key::of_card(profile, Purpose::Session);
    tlv::write(tag::SESSION_KEY, &public_key(key))
}

/// Makes 0007, 536 bytes.
fn signed_key(profile: &Profile) -> Vec<u8> {
    let key = key::of_card(profile, Purpose::InputSupport);
    let object = tlv::write(tag::PUBLIC_KEY, &public_key(key));
    signed(tag::SIGNED_KEY, object, tag::PUBLIC_KEY_SIGNATURE)
}

/// Makes 0008: nothing but filler (card.md §2.2).
fn filler(_: &Profile) -> Vec<u8> {
    vec![FILLER; 16]
}

/// Writes `objects` within `outer`, followed by the signature over them.
fn signed(outer: u16, mut objects: Vec<u8>, signature_tag: u16) -> Vec<u8> {
    let signature = key::INPUT_SUPPORT_CA.sign_sha256_once(&objects);
    objects.extend(tlv::write(signature_tag, &signature));
    tlv::write(outer, &objects)
}
