//! Issues the card-verifiable (CV) certificates on the card and names the authorities behind them.
//!
//! Layout and wrappers are those of card.md §2.5 and §1.3; keys and key ids are our own. The first
//! digit of every key id is 7, which nobody uses: 5 is production, 6 the test cards, 9 terminals.
//! All cards carry the same certificates, so each is signed once. Nothing here verifies.

use std::fmt;
use std::sync::LazyLock;

use crate::key::{
    CARD_FACE_CA, CV_CARD_FACE, CV_INPUT_SUPPORT, CV_LEAF, CV_MUNICIPALITY, CV_ROOT, EXPONENT,
    INPUT_SUPPORT_CA, Key, SIGNATURE_LENGTH,
};
use crate::tlv;

/// Tags in CV certificates and public keys (card.md §2.5).
pub mod tag {
    /// The certificate as the applications hold it.
    pub const CERTIFICATE: u16 = 0x7F21;
    /// What is signed: issuer's key id, subject's key id, public key.
    pub const BODY: u16 = 0x5F4E;
    /// Signature over the body's value.
    pub const SIGNATURE: u16 = 0x5F37;
    /// List of what the body consists of, at card level only.
    pub const HEADER_LIST: u16 = 0x4D;
    /// Public exponent within a public key.
    pub const EXPONENT: u16 = 0x90;
    /// Modulus within a public key.
    pub const MODULUS: u16 = 0x91;
}

/// Bytes of a body: two key ids of 16 and a public key of 265.
pub const BODY_LENGTH: usize = 297;

/// The name of a key: 7 digits, `08 05`, 3 digits, 4 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KeyId::LENGTH]);

impl KeyId {
    /// Bytes of a key id.
    pub const LENGTH: usize = 16;

    /// Makes the key id with these digits; `last` is its last byte, 00 within applications.
    pub(crate) const fn new(number: &[u8; 7], group: &[u8; 3], last: u8) -> Self {
        let [a, b, c, d, e, f, g] = *number;
        let [h, i, j] = *group;
        Self([a, b, c, d, e, f, g, 0x08, 0x05, h, i, j, 0, 0, 0, last])
    }

    /// Returns the bytes as they stand in certificates.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

/// Shows both groups of digits, such as `7000023/001`.
impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f, g, _, _, h, i, j, ..] = self.0.map(char::from);
        write!(formatter, "{a}{b}{c}{d}{e}{f}{g}/{h}{i}{j}")
    }
}

/// Shows what [`fmt::Display`] shows, and the last byte.
impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [.., last] = self.0;
        write!(formatter, "KeyId({self} {last:02X})")
    }
}

/// An authority whose key is not on the card: who verifies CV certificates has to be given it.
#[derive(Clone, Copy, Debug)]
pub struct Authority {
    /// What the certificates that it signed name as their issuer (証明者鍵ID).
    pub key_id: KeyId,
    /// Modulus of its key; the public exponent is 65,537.
    pub modulus: &'static [u8; SIGNATURE_LENGTH],
}

/// Root at card level. Real ones are 5000020 and 6000020 with the same last byte.
const ROOT: KeyId = KeyId::new(b"7000020", b"001", 0xA8);
/// Authority of 券面事項確認AP. Real ones are 5000023 and 6000023.
const CARD_FACE: KeyId = KeyId::new(b"7000023", b"001", 0);
/// Authority of 券面入力補助AP. Real ones are 5000033 and 6000033.
const INPUT_SUPPORT: KeyId = KeyId::new(b"7000033", b"001", 0);
/// The municipality at card level, which certifies [`LEAF`]. The digits of a real one begin with
/// its 全国地方公共団体コード, which would break the rule that the first digit is 7.
pub(crate) const MUNICIPALITY: KeyId = KeyId::new(b"7999930", b"002", 0x98);
/// The key below the municipality's; what it is for on a real card is not published.
const LEAF: KeyId = KeyId::new(b"7000050", b"001", 0x40);
/// The municipality as signer of 券面事項確認AP's records.
const CARD_FACE_SIGNER: KeyId = KeyId::new(b"7999921", b"000", 0);
/// The municipality as signer of 券面入力補助AP's records.
const INPUT_SUPPORT_SIGNER: KeyId = KeyId::new(b"7999931", b"000", 0);

/// Returns the authorities of all cards: that of the card level (data object 00F8), of 券面事項確認AP
/// (its 0004) and of 券面入力補助AP (its 0004).
///
/// That of stand-in terminals is not among them: it is no authority for anything on a card.
#[must_use]
pub fn authorities() -> [Authority; 3] {
    [
        (ROOT, &CV_ROOT),
        (CARD_FACE, &CV_CARD_FACE),
        (INPUT_SUPPORT, &CV_INPUT_SUPPORT),
    ]
    .map(|(key_id, key)| Authority {
        key_id,
        modulus: key.modulus(),
    })
}

/// Returns 0004 of 券面事項確認AP, 568 bytes: certifies the key that signs its records.
pub(crate) fn card_face() -> &'static [u8] {
    static CERTIFICATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let body = body(CARD_FACE, CARD_FACE_SIGNER, &CARD_FACE_CA);
        tlv::write(tag::CERTIFICATE, &signed(&CV_CARD_FACE, &body))
    });
    &CERTIFICATE
}

/// Returns 0004 of 券面入力補助AP, 568 bytes: certifies the key that signs its records.
pub(crate) fn input_support() -> &'static [u8] {
    static CERTIFICATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let body = body(INPUT_SUPPORT, INPUT_SUPPORT_SIGNER, &INPUT_SUPPORT_CA);
        tlv::write(tag::CERTIFICATE, &signed(&CV_INPUT_SUPPORT, &body))
    });
    &CERTIFICATE
}

/// Returns data object 00F8, 575 bytes: the root certifies the municipality.
pub(crate) fn municipality() -> &'static [u8] {
    static CERTIFICATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let body = body(ROOT, MUNICIPALITY, &CV_MUNICIPALITY);
        at_card_level(&signed(&CV_ROOT, &body))
    });
    &CERTIFICATE
}

/// Returns data object 7F21, 575 bytes: the municipality certifies the key below it.
pub(crate) fn leaf() -> &'static [u8] {
    static CERTIFICATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let body = body(MUNICIPALITY, LEAF, &CV_LEAF);
        at_card_level(&signed(&CV_MUNICIPALITY, &body))
    });
    &CERTIFICATE
}

/// Writes a body: issuer's key id, subject's key id, subject's public key.
pub(crate) fn body(issuer: KeyId, subject: KeyId, key: &Key) -> Vec<u8> {
    [issuer.0.as_slice(), &subject.0, &public_key(key)].concat()
}

/// Writes a public key as the card does: `90 03 010001 91 820100 n`, 265 bytes.
pub(crate) fn public_key(key: &Key) -> Vec<u8> {
    let mut value = tlv::write(tag::EXPONENT, &EXPONENT);
    value.extend(tlv::write(tag::MODULUS, key.modulus()));
    value
}

/// Writes `5F4E` and `5F37`: the body and its signature.
fn signed(issuer: &Key, body: &[u8]) -> Vec<u8> {
    let signature = issuer.sign_sha256(body);
    [
        tlv::write(tag::BODY, body),
        tlv::write(tag::SIGNATURE, &signature),
    ]
    .concat()
}

/// Puts before a certificate what stands there at card level: tags and lengths of the body's
/// parts, `4D 0A 42 10 5F20 10 5F49 820109`.
fn at_card_level(certificate: &[u8]) -> Vec<u8> {
    const ISSUER: u16 = 0x42;
    const SUBJECT: u16 = 0x5F20;
    const PUBLIC_KEY: u16 = 0x5F49;
    let parts = [
        tlv::header(ISSUER, KeyId::LENGTH),
        tlv::header(SUBJECT, KeyId::LENGTH),
        tlv::header(PUBLIC_KEY, BODY_LENGTH - 2 * KeyId::LENGTH),
    ];
    let mut object = tlv::write(tag::HEADER_LIST, &parts.concat());
    object.extend_from_slice(certificate);
    object
}
