//! Signatures that are made once: those that stand on a card from the day on which it was issued,
//! and those of the stand-in terminal.
//!
//! A real card comes with the former; ours is made anew for each reception. The same key gives the
//! same data the same signature (PKCS#1 v1.5), so who plays many receptions waits for each once. What
//! the card itself signs for a reader is signed each time.

use aws_lc_rs::digest::{self, Context};

use super::{DIGEST_LENGTH, Key};
use crate::kept::Kept;

/// Key and data of a signature, by their SHA-256.
type Place = [u8; DIGEST_LENGTH];

static SIGNATURES: Kept<Place, Vec<u8>> = Kept::new(16_384);

impl Key {
    /// Returns what [`Key::sign_sha256`] gives, from memory where it was asked before.
    pub fn sign_sha256_once(&self, message: &[u8]) -> Vec<u8> {
        let sign = || Some(self.sign_sha256(message));
        match SIGNATURES.get(self.place(b'm', message), sign) {
            Some(signature) => signature,
            None => unreachable!("a SHA-256 can always be signed"),
        }
    }

    /// Returns what [`Key::sign_verbatim`] gives, from memory where it was asked before.
    pub fn sign_verbatim_once(&self, data: &[u8]) -> Option<Vec<u8>> {
        SIGNATURES.get(self.place(b'v', data), || self.sign_verbatim(data))
    }

    fn place(&self, form: u8, data: &[u8]) -> Place {
        let mut context = Context::new(&digest::SHA256);
        context.update(self.modulus());
        context.update(&[form]);
        context.update(data);
        let mut place = Place::default();
        place.copy_from_slice(context.finish().as_ref());
        place
    }
}

#[cfg(test)]
mod tests {
    use crate::key::{CARD_FACE_CA, INPUT_SUPPORT_CA};

    #[test]
    fn the_second_signature_is_that_of_the_same_key_form_and_data() {
        for data in [b"SIMULATION 1", b"SIMULATION 2"] {
            for key in [&CARD_FACE_CA, &INPUT_SUPPORT_CA] {
                for _ in 0..2 {
                    assert_eq!(key.sign_sha256_once(data), key.sign_sha256(data));
                    assert_eq!(key.sign_verbatim_once(data), key.sign_verbatim(data));
                }
            }
        }
        for _ in 0..2 {
            assert!(CARD_FACE_CA.sign_verbatim_once(&[0; 246]).is_none());
        }
    }
}
