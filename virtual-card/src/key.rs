//! The pool of throw-away RSA-2048 keys, and signing with them.
//!
//! Two libraries sign: aws-lc-rs, which is fast and pads SHA-2 digests only, and `rsa`, which pads
//! whatever it is given, as the card must (card.md §0.1 rule 11). A test holds that they agree.

use std::sync::OnceLock;

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{self, KeyPair as _, RsaEncoding, RsaPublicKeyComponents};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use crate::profile::Profile;

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
/// Signs user certificates that nobody is to trust.
pub static UNTRUSTED_CA: Key = key!("untrusted-ca");
/// Signs card faces.
pub static CARD_FACE_CA: Key = key!("card-face-ca");
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
}

/// Returns the key that this card has for this purpose: three different ones for one card, another
/// user key after each of the first renewals.
///
/// The security code chooses, since the cards that come with the crate have consecutive ones: no
/// two of them share a user key, so that one card's signature never passes for another's.
#[must_use]
pub fn of_card(profile: &Profile, purpose: Purpose) -> &'static Key {
    let code: usize = profile.security_code.parse().unwrap_or_default();
    let renewals = profile.user_certificate.generation.saturating_sub(1) % 4;
    let place = match purpose {
        Purpose::User => code % HOLDERS.len() + renewals as usize,
        Purpose::Signature => code % HOLDERS.len() + 5,
        Purpose::Card => code % HOLDERS.len() + 8,
    };
    &HOLDERS[place % HOLDERS.len()]
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

    /// Signs `message`: PKCS#1 v1.5 over its SHA-256.
    pub fn sign_sha256(&self, message: &[u8]) -> Vec<u8> {
        let digest = digest::digest(&digest::SHA256, message);
        self.sign_digest(&signature::RSA_PKCS1_SHA256, &digest)
    }

    /// Pads `data` as it is (PKCS#1 v1.5, block type 1) and signs it, as the card does.
    ///
    /// Returns nothing when there are no data or more than 245 bytes.
    pub fn sign_verbatim(&self, data: &[u8]) -> Option<Vec<u8>> {
        if data.is_empty() || data.len() > SIGNED_MAX {
            return None;
        }
        match sha2_digest(data) {
            Some((encoding, digest)) => Some(self.sign_digest(encoding, &digest)),
            None => self.sign_slowly(data),
        }
    }

    fn sign_digest(&self, encoding: &'static dyn RsaEncoding, digest: &Digest) -> Vec<u8> {
        let mut signature = vec![0; SIGNATURE_LENGTH];
        match self.fast().sign_digest(encoding, digest, &mut signature) {
            Ok(()) => signature,
            Err(_) => unreachable!("a digest of the encoding's own algorithm fits a 2048-bit key"),
        }
    }

    fn sign_slowly(&self, data: &[u8]) -> Option<Vec<u8>> {
        let padding = Pkcs1v15Sign::new_unprefixed();
        self.verbatim().sign(padding, data).ok()
    }
}

/// Says whether `signature` is that of `modulus` (and 65,537) over the SHA-256 of `message`.
#[must_use]
pub fn verifies_sha256(modulus: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = RsaPublicKeyComponents {
        n: modulus,
        e: &EXPONENT,
    };
    key.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
        .is_ok()
}

/// Recognises a DigestInfo of SHA-256, SHA-384 or SHA-512 in its usual encoding (RFC 8017 § 9.2).
fn sha2_digest(data: &[u8]) -> Option<(&'static dyn RsaEncoding, Digest)> {
    let &[
        0x30,
        whole,
        0x30,
        0x0D,
        0x06,
        0x09,
        0x60,
        0x86,
        0x48,
        0x01,
        0x65,
        0x03,
        0x04,
        0x02,
        algorithm,
        0x05,
        0x00,
        0x04,
        length,
        ref value @ ..,
    ] = data
    else {
        return None;
    };
    if usize::from(length) != value.len() || usize::from(whole) + 2 != data.len() {
        return None;
    }
    let (encoding, algorithm): (&'static dyn RsaEncoding, _) = match algorithm {
        1 => (&signature::RSA_PKCS1_SHA256, &digest::SHA256),
        2 => (&signature::RSA_PKCS1_SHA384, &digest::SHA384),
        3 => (&signature::RSA_PKCS1_SHA512, &digest::SHA512),
        _ => return None,
    };
    let digest = Digest::import_less_safe(value, algorithm).ok()?;
    Some((encoding, digest))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256, Sha384, Sha512};

    use super::*;

    const SHA256: [u8; 19] =
        *b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";

    fn pool() -> impl Iterator<Item = &'static Key> {
        [
            &USER_CA,
            &SIGNATURE_CA,
            &UNTRUSTED_CA,
            &CARD_FACE_CA,
            &TERMINAL_CA,
            &TERMINAL,
        ]
        .into_iter()
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
        assert_eq!(moduli.len(), 17);
    }

    #[test]
    fn both_libraries_sign_alike() {
        let info = |header: &[u8], hash: &[u8]| [header, hash].concat();
        let mut header = SHA256;
        let sha256 = info(&header, &Sha256::digest(b"x"));
        (header[1], header[14], header[18]) = (0x41, 2, 48);
        let sha384 = info(&header, &Sha384::digest(b"x"));
        (header[1], header[14], header[18]) = (0x51, 3, 64);
        let sha512 = info(&header, &Sha512::digest(b"x"));
        for (key, data) in pool().zip([sha256, sha384, sha512].iter().cycle()) {
            assert!(sha2_digest(data).is_some());
            assert_eq!(key.sign_verbatim(data), key.sign_slowly(data));
        }
    }

    #[test]
    fn sha256_of_a_message_is_its_digest_info_signed() {
        let message = b"SIMULATION";
        let info = [SHA256.as_slice(), &Sha256::digest(message)].concat();
        let signature = TERMINAL.sign_sha256(message);
        assert_eq!(Some(&signature), TERMINAL.sign_slowly(&info).as_ref());
        assert!(verifies_sha256(TERMINAL.modulus(), message, &signature));
        assert!(!verifies_sha256(TERMINAL_CA.modulus(), message, &signature));
    }

    #[test]
    fn only_1_to_245_bytes_can_be_signed() {
        let data = [0xA5; 246];
        assert!(USER_CA.sign_verbatim(&data[..0]).is_none());
        assert!(USER_CA.sign_verbatim(&data[..1]).is_some());
        assert!(USER_CA.sign_verbatim(&data[..245]).is_some());
        assert!(USER_CA.sign_verbatim(&data).is_none());
    }

    #[test]
    fn keys_of_one_card_differ_and_no_two_cards_share_a_user_key() {
        let mut users: Vec<_> = Profile::standard_names()
            .iter()
            .map(|name| of_card(&Profile::standard(name).unwrap(), Purpose::User).modulus())
            .collect();
        users.sort_unstable();
        users.dedup();
        assert_eq!(users.len(), Profile::standard_names().len());
        for name in Profile::standard_names() {
            let mut profile = Profile::standard(name).unwrap();
            let keys = [Purpose::User, Purpose::Signature, Purpose::Card]
                .map(|purpose| of_card(&profile, purpose).modulus());
            assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
            profile.user_certificate.generation += 1;
            assert_ne!(of_card(&profile, Purpose::User).modulus(), keys[0]);
            assert_eq!(of_card(&profile, Purpose::Card).modulus(), keys[2]);
        }
    }
}
