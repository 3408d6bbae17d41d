//! Opening what a terminal encrypted for a key of the card: RSAES-OAEP with SHA-256 (card.md §4.2).

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};

use crate::key::{Key, SIGNATURE_LENGTH};

/// Why a cryptogram could not be opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DeliveryError {
    /// As a number it is not below the modulus, so it is the result of no encryption.
    #[error("cryptogram not below the modulus; encrypt for the key in 0006")]
    TooLarge,
    /// Another key, another label or another padding.
    #[error("cryptogram without the expected padding; use RSAES-OAEP with SHA-256 and no label")]
    Padding,
}

impl Key {
    /// Decrypts a cryptogram of 256 bytes: RSAES-OAEP, SHA-256 for label and MGF1, empty label.
    ///
    /// # Errors
    ///
    /// [`DeliveryError`], which tells the two cases apart as the card does (6F00 and 6A80).
    pub fn decrypt(&self, cryptogram: &[u8; SIGNATURE_LENGTH]) -> Result<Vec<u8>, DeliveryError> {
        if cryptogram >= self.modulus() {
            return Err(DeliveryError::TooLarge);
        }
        let key = PrivateDecryptingKey::from_pkcs8(self.der)
            .ok()
            .and_then(|key| OaepPrivateDecryptingKey::new(key).ok())
            .ok_or(DeliveryError::Padding)?;
        let mut message = vec![0; SIGNATURE_LENGTH];
        let opened = key.decrypt(&OAEP_SHA256_MGF1SHA256, cryptogram, &mut message, None);
        opened
            .map(|message| message.to_vec())
            .map_err(|_| DeliveryError::Padding)
    }
}
