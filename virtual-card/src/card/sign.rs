//! COMPUTE DIGITAL SIGNATURE in its six forms (card.md §4.1), and INTERNAL AUTHENTICATE (§2.4).

use sha2::{Digest, Sha256};

use crate::apdu::Command;
use crate::applications::{Access, File, Kind};
use crate::card::Card;
use crate::key::{self, DIGEST_LENGTH, Key, Purpose, SIGNATURE_LENGTH, SIGNED_MAX};
use crate::status::Status;

/// P1: pad what is given, verbatim.
const VERBATIM: u8 = 0x00;
/// P1: hash what is given and pad the hash as it is.
const BARE_HASH: u8 = 0x01;
/// P1: pad the DigestInfo of the hash that is given.
const HASHED: u8 = 0x02;
/// P1: hash what is given and pad the DigestInfo.
const MESSAGE: u8 = 0x03;
/// P1: PSS over the hash that is given.
const PSS_HASHED: u8 = 0x04;
/// P1: hash what is given, PSS over the hash.
const PSS_MESSAGE: u8 = 0x05;

/// P2: the application's own key.
const DEFAULT_KEY: u8 = 0x00;
/// Most bytes that the card hashes, and the longest challenge: a short Lc.
const MESSAGE_MAX: usize = 255;

impl Card {
    pub(super) fn compute_signature(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        if command.p1 > PSS_MESSAGE {
            return Err(Status::WRONG_PARAMETERS);
        }
        let (file, purpose) = self.signing_key(command.p2)?;
        has_room(command)?;
        let key = key::of_card(&self.profile, purpose);
        let signature = self.sign_as(command.p1, key, &command.data)?;
        self.volatile.file = file.or(self.volatile.file);
        Ok(signature)
    }

    /// Signs in the form that P1 names.
    ///
    /// A card refuses input that does not fit with 6985 or 6700; which one when is inferred: 6700
    /// where the length alone decides, 6985 where something is no SHA-256.
    fn sign_as(&mut self, form: u8, key: &Key, data: &[u8]) -> Result<Vec<u8>, Status> {
        let length_max = match form {
            VERBATIM => SIGNED_MAX,
            _ => MESSAGE_MAX,
        };
        if !(1..=length_max).contains(&data.len()) {
            return Err(Status::WRONG_LENGTH);
        }
        let given = <&[u8; DIGEST_LENGTH]>::try_from(data);
        let given = given.map_err(|_| Status::CONDITIONS_NOT_SATISFIED);
        match form {
            BARE_HASH => key.sign_verbatim(&Sha256::digest(data)),
            HASHED => Some(key.sign_sha256_digest(given?)),
            MESSAGE => Some(key.sign_sha256(data)),
            PSS_HASHED => Some(key.sign_pss(given?, self.salt())),
            PSS_MESSAGE => Some(key.sign_pss(&Sha256::digest(data).into(), self.salt())),
            _ => key.sign_verbatim(data),
        }
        .ok_or(Status::UNKNOWN_ERROR)
    }

    /// Finds the key that P2 names, and its file unless it is the application's own key.
    fn signing_key(&self, p2: u8) -> Result<(Option<&'static File>, Purpose), Status> {
        if p2 == DEFAULT_KEY {
            // What an application without such a key answers is not published: inferred.
            let purpose = self.volatile.application.default_key;
            return Ok((None, purpose.ok_or(Status::WRONG_PARAMETERS)?));
        }
        let file = self.referenced(p2)?;
        let Kind::Key { access, purpose } = &file.kind else {
            return Err(Status::STRUCTURE_CONFLICT);
        };
        self.permits(access)?;
        Ok((Some(file), *purpose))
    }

    /// Answers INTERNAL AUTHENTICATE: PKCS#1 v1.5 over the SHA-256 of the challenge, without PIN.
    ///
    /// Of the keys for COMPUTE DIGITAL SIGNATURE, one behind a PIN is refused with 6982 and one
    /// without with 6985; that the first holds with its PIN verified too is inferred.
    pub(super) fn internal_authenticate(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        if command.p1 != 0 {
            return Err(Status::WRONG_PARAMETERS);
        }
        let file = self.referenced(command.p2)?;
        let purpose = match &file.kind {
            Kind::AuthenticationKey(purpose) => *purpose,
            Kind::Key { access, .. } => {
                return Err(match access {
                    Access::Free => Status::CONDITIONS_NOT_SATISFIED,
                    _ => Status::SECURITY_NOT_SATISFIED,
                });
            }
            _ => return Err(Status::STRUCTURE_CONFLICT),
        };
        has_room(command)?;
        if !(1..=MESSAGE_MAX).contains(&command.data.len()) {
            return Err(Status::WRONG_LENGTH);
        }
        let signature = key::of_card(&self.profile, purpose).sign_sha256(&command.data);
        self.volatile.file = Some(file);
        Ok(signature)
    }
}

/// Says whether the Le, if there is one, has room for a signature; over T=0 it is stripped
/// (card.md §0.1 rule 10).
fn has_room(command: &Command) -> Result<(), Status> {
    match command.expected {
        Some(..SIGNATURE_LENGTH) => Err(Status::WRONG_LENGTH),
        _ => Ok(()),
    }
}
