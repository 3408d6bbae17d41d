//! Signing with a key of the pool, in every form that the card has (card.md §4.1).
//!
//! Two libraries sign: aws-lc-rs, which is fast and pads SHA-2 digests only, and `rsa`, which pads
//! whatever it is given and takes the salt from outside, as the card must (card.md §0.1 rule 11)
//! and a repeatable run needs. A test holds that they agree.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::{self, RsaEncoding, RsaPublicKeyComponents};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::{Pkcs1v15Sign, Pss};
use sha2::Sha256;

use crate::key::{EXPONENT, Key, SIGNATURE_LENGTH, SIGNED_MAX};

/// Bytes of a SHA-256, and of the salt that goes with it.
pub const DIGEST_LENGTH: usize = 32;

impl Key {
    /// Signs `message`: PKCS#1 v1.5 over its SHA-256.
    pub fn sign_sha256(&self, message: &[u8]) -> Vec<u8> {
        let digest = digest::digest(&digest::SHA256, message);
        self.sign_digest(&signature::RSA_PKCS1_SHA256, &digest)
    }

    /// Signs a SHA-256 that was made elsewhere: PKCS#1 v1.5 over its DigestInfo.
    pub fn sign_sha256_digest(&self, digest: &[u8; DIGEST_LENGTH]) -> Vec<u8> {
        match Digest::import_less_safe(digest, &digest::SHA256) {
            Ok(digest) => self.sign_digest(&signature::RSA_PKCS1_SHA256, &digest),
            Err(_) => unreachable!("a SHA-256 has 32 bytes"),
        }
    }

    /// Signs a SHA-256 with RSASSA-PSS: MGF1 with SHA-256, and this salt.
    pub fn sign_pss(&self, digest: &[u8; DIGEST_LENGTH], salt: [u8; DIGEST_LENGTH]) -> Vec<u8> {
        let padding = Pss::new_with_salt::<Sha256>(DIGEST_LENGTH);
        let signature = self
            .verbatim()
            .sign_with_rng(&mut Salt(salt), padding, digest);
        match signature {
            Ok(signature) => signature,
            Err(_) => unreachable!("digest and salt of 32 bytes fit a 2048-bit key"),
        }
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

/// Hands a salt to the library that asks for random bytes; nothing else is drawn from it.
struct Salt([u8; DIGEST_LENGTH]);

impl RngCore for Salt {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_be_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for (to, from) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *to = *from;
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Salt {}

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
    use aws_lc_rs::signature::RSA_PSS_2048_8192_SHA256;
    use sha2::{Digest as _, Sha256, Sha384, Sha512};

    use super::*;
    use crate::key::tests::pool;
    use crate::key::{TERMINAL, TERMINAL_CA, USER_CA};

    const SHA256: [u8; 19] =
        *b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";

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
    fn pss_verifies_in_the_other_library_and_follows_from_its_salt() {
        let digest: [u8; 32] = Sha256::digest(b"SIMULATION").into();
        let signature = TERMINAL.sign_pss(&digest, [7; 32]);
        let key = RsaPublicKeyComponents {
            n: TERMINAL.modulus().as_slice(),
            e: EXPONENT.as_slice(),
        };
        let verified = key.verify(&RSA_PSS_2048_8192_SHA256, b"SIMULATION", &signature);
        assert!(verified.is_ok());
        assert_eq!(TERMINAL.sign_pss(&digest, [7; 32]), signature);
        assert_ne!(TERMINAL.sign_pss(&digest, [8; 32]), signature);
    }
}
