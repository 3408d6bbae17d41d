//! The pool of throw-away RSA-2048 keys, and which of them a card uses for what.
//!
//! What can be done with a key stands in `signing`, `kept` and `delivery`.

mod delivery;
mod kept;
mod signing;

use std::sync::OnceLock;

use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;

use crate::profile::Profile;

pub use delivery::DeliveryError;
pub use signing::{DIGEST_LENGTH, verifies_sha256};

/// Bytes of a modulus, and so of a signature.
pub const SIGNATURE_LENGTH: usize = 256;
/// Most bytes that PKCS#1 v1.5 leaves room for in a block of 256.
pub const SIGNED_MAX: usize = SIGNATURE_LENGTH - 11;
/// The public exponent of every key, 65,537.
pub const EXPONENT: [u8; 3] = [0x01, 0x00, 0x01];

/// A key of the pool, parsed when first used.
pub struct Key {
    der: &'static [u8],
    fast: OnceLock<KeyPair>,
    verbatim: OnceLock<RsaPrivateKey>,
    modulus: OnceLock<[u8; SIGNATURE_LENGTH]>,
}

macro_rules! key {
    ($name:literal) => {
        Key::new(include_bytes!(concat!("../keys/", $name, ".der")))
    };
}

/// Signs user certificates.
pub static USER_CA: Key = key!("user-ca");
/// Signs signature certificates.
pub static SIGNATURE_CA: Key = key!("signature-ca");
/// Signed user certificates before [`USER_CA`], under the same name, oldest first.
pub static EARLIER_USER_CAS: [Key; 2] = [key!("user-ca-1"), key!("user-ca-2")];
/// Signed signature certificates before [`SIGNATURE_CA`], under the same name, oldest first.
pub static EARLIER_SIGNATURE_CAS: [Key; 2] = [key!("signature-ca-1"), key!("signature-ca-2")];
/// Signs user certificates that nobody is to trust.
pub static UNTRUSTED_CA: Key = key!("untrusted-ca");
/// Signs card faces.
pub static CARD_FACE_CA: Key = key!("card-face-ca");
/// Signs what 券面入力補助AP holds.
pub static INPUT_SUPPORT_CA: Key = key!("input-support-ca");
/// Root of the card-verifiable certificates at card level.
pub static CV_ROOT: Key = key!("cv-root");
/// Certified by [`CV_ROOT`]: the municipality.
pub static CV_MUNICIPALITY: Key = key!("cv-municipality");
/// Certified by [`CV_MUNICIPALITY`]; what it is for on a real card is not published.
pub static CV_LEAF: Key = key!("cv-leaf");
/// Certifies [`CARD_FACE_CA`].
pub static CV_CARD_FACE: Key = key!("cv-card-face");
/// Certifies [`INPUT_SUPPORT_CA`].
pub static CV_INPUT_SUPPORT: Key = key!("cv-input-support");
/// Signs certificates of stand-in terminals.
pub static TERMINAL_CA: Key = key!("terminal-ca");
/// The one stand-in terminal.
pub static TERMINAL: Key = key!("terminal");

static HOLDERS: [Key; 11] = [
    key!("holder-0"),
    key!("holder-1"),
    key!("holder-2"),
    key!("holder-3"),
    key!("holder-4"),
    key!("holder-5"),
    key!("holder-6"),
    key!("holder-7"),
    key!("holder-8"),
    key!("holder-9"),
    key!("holder-10"),
];

/// What a card uses a key of its own for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// 利用者証明用秘密鍵 (JPKI 0017).
    User,
    /// 署名用秘密鍵 (JPKI 001A).
    Signature,
    /// The key of the card itself, used without PIN (券面事項確認AP).
    Card,
    /// The key that 券面入力補助AP uses without PIN (its 0013, public half in 0007).
    InputSupport,
    /// The key under which a terminal sends its session key (券面入力補助AP 0006).
    Session,
    /// The key of INTERNAL AUTHENTICATE (共通カードAP 0019).
    Common,
}

/// Returns the key that this card has for this purpose: different ones for one card, another user
/// key or signature key after each of the first renewals of its certificate.
///
/// The security code chooses, since the cards that come with the crate have consecutive ones. The
/// pool is small: of the first eleven no two share a user key, so that the signature of one never
/// passes for that of another; the cards in rare states after them take the same keys again.
#[must_use]
pub fn of_card(profile: &Profile, purpose: Purpose) -> &'static Key {
    let code: usize = profile.security_code.parse().unwrap_or_default();
    let renewals = profile.user_certificate.generation.saturating_sub(1) % 4;
    let place = match purpose {
        Purpose::User => code % HOLDERS.len() + renewals as usize,
        Purpose::Signature => code % HOLDERS.len() + signature_place(profile),
        Purpose::Card => code % HOLDERS.len() + 8,
        Purpose::InputSupport => code % HOLDERS.len() + 4,
        Purpose::Session => code % HOLDERS.len() + 6,
        Purpose::Common => code % HOLDERS.len() + 7,
    };
    &HOLDERS[place % HOLDERS.len()]
}

/// Returns which of the keys that no other purpose of the card takes is for its signatures.
fn signature_place(profile: &Profile) -> usize {
    let held = profile.signature_certificate.as_ref();
    match held.map_or(1, |held| held.generation) % 3 {
        1 => 5,
        2 => 9,
        _ => 10,
    }
}

impl Key {
    const fn new(der: &'static [u8]) -> Self {
        Self {
            der,
            fast: OnceLock::new(),
            verbatim: OnceLock::new(),
            modulus: OnceLock::new(),
        }
    }

    fn fast(&self) -> &KeyPair {
        self.fast
            .get_or_init(|| match KeyPair::from_pkcs8(self.der) {
                Ok(key) => key,
                Err(_) => {
                    unreachable!("the keys of the pool are part of the program; a test parses all")
                }
            })
    }

    fn verbatim(&self) -> &RsaPrivateKey {
        self.verbatim
            .get_or_init(|| match RsaPrivateKey::from_pkcs8_der(self.der) {
                Ok(key) => key,
                Err(_) => {
                    unreachable!("the keys of the pool are part of the program; a test parses all")
                }
            })
    }

    /// Returns the modulus, 256 bytes.
    pub fn modulus(&self) -> &[u8; SIGNATURE_LENGTH] {
        // RSAPublicKey is 30 82 010A, 02 82 0101 00 and the modulus, for every key of 2048 bits.
        const MODULUS_AT: usize = 9;
        self.modulus.get_or_init(|| {
            let public_key = self.fast().public_key().as_ref();
            let modulus = public_key.get(MODULUS_AT..).and_then(<[u8]>::first_chunk);
            match modulus {
                Some(modulus) => *modulus,
                None => unreachable!("the keys of the pool have 2048 bits; a test looks at all"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn pool() -> impl Iterator<Item = &'static Key> {
        [
            &USER_CA,
            &SIGNATURE_CA,
            &UNTRUSTED_CA,
            &CARD_FACE_CA,
            &INPUT_SUPPORT_CA,
            &CV_ROOT,
            &CV_MUNICIPALITY,
            &CV_LEAF,
            &CV_CARD_FACE,
            &CV_INPUT_SUPPORT,
            &TERMINAL_CA,
            &TERMINAL,
        ]
        .into_iter()
        .chain(&EARLIER_USER_CAS)
        .chain(&EARLIER_SIGNATURE_CAS)
        .chain(&HOLDERS)
    }

    #[test]
    fn every_key_parses_in_both_libraries_and_none_comes_twice() {
        let mut moduli: Vec<_> = pool().map(|key| *key.modulus()).collect();
        for key in pool() {
            let other = rsa::traits::PublicKeyParts::n(key.verbatim()).to_bytes_be();
            assert_eq!(other, key.modulus());
        }
        moduli.sort_unstable();
        moduli.dedup();
        assert_eq!(moduli.len(), 27);
    }

    #[test]
    fn keys_of_one_card_differ_and_the_first_eleven_cards_share_no_user_key() {
        let mut users: Vec<_> = Profile::standard_names()
            .iter()
            .take(HOLDERS.len())
            .map(|name| of_card(&Profile::standard(name).unwrap(), Purpose::User).modulus())
            .collect();
        users.sort_unstable();
        users.dedup();
        assert_eq!(users.len(), HOLDERS.len());
        for name in Profile::standard_names() {
            let mut profile = Profile::standard(name).unwrap();
            let purposes = [
                Purpose::User,
                Purpose::Signature,
                Purpose::Card,
                Purpose::InputSupport,
                Purpose::Session,
                Purpose::Common,
            ];
            let keys = purposes.map(|purpose| of_card(&profile, purpose).modulus());
            let mut distinct = keys.to_vec();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), purposes.len());
            profile.user_certificate.generation += 1;
            assert_ne!(of_card(&profile, Purpose::User).modulus(), keys[0]);
            assert_eq!(of_card(&profile, Purpose::Card).modulus(), keys[2]);
            if let Some(held) = &mut profile.signature_certificate {
                held.generation += 1;
                assert!(!keys.contains(&of_card(&profile, Purpose::Signature).modulus()));
            }
        }
    }
}
