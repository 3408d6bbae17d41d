//! GET CHALLENGE, and the card's side of the stand-in for terminal authentication.
//!
//! Only the first two commands, `80 A2`, are known to exist on the real card; what they do here,
//! and all that follows, is a convention of this harness (card.md §8, [`crate::terminal`]).

use sha2::{Digest, Sha256};

use crate::apdu::Command;
use crate::applications::{File, Kind};
use crate::card::Card;
use crate::key::{self, DIGEST_LENGTH};
use crate::status::Status;
use crate::terminal::{self, BODY_COMMAND, CHALLENGE_LENGTH, SIGNATURE_COMMAND};

impl Card {
    pub(super) fn get_challenge(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        const CHALLENGE_MAX: usize = 256;
        if (command.p1, command.p2) != (0, 0) {
            return Err(Status::WRONG_PARAMETERS);
        }
        let (Some(length), []) = (command.expected, command.data.as_slice()) else {
            return Err(Status::WRONG_LENGTH);
        };
        if length > CHALLENGE_MAX {
            return Err(Status::CONDITIONS_NOT_SATISFIED);
        }
        let challenge = self.random(length);
        self.volatile.challenge = Some(challenge.clone());
        Ok(challenge)
    }

    /// Returns bytes that follow from the seed alone, other ones each time.
    fn random(&mut self, length: usize) -> Vec<u8> {
        (0..).flat_map(self.draw()).take(length).collect()
    }

    /// Returns the salt of the next PSS signature.
    pub(super) fn salt(&mut self) -> [u8; DIGEST_LENGTH] {
        self.draw()(0)
    }

    /// Returns a source of numbered random blocks, another one each time.
    fn draw(&mut self) -> impl Fn(u64) -> [u8; DIGEST_LENGTH] + use<> {
        let (seed, number) = (self.seed, self.persistent.draws);
        self.persistent.draws += 1;
        move |block| {
            Sha256::new()
                .chain_update(seed.to_be_bytes())
                .chain_update(number.to_be_bytes())
                .chain_update(block.to_be_bytes())
                .finalize()
                .into()
        }
    }

    pub(super) fn terminal_certificate(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        match (command.p1, command.p2) {
            BODY_COMMAND => self.terminal_body(&command.data),
            SIGNATURE_COMMAND => self.terminal_signature(&command.data),
            _ => Err(Status::WRONG_PARAMETERS),
        }
    }

    fn terminal_body(&mut self, data: &[u8]) -> Result<Vec<u8>, Status> {
        if data.len() != terminal::BODY_FIELD_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        is_terminal_authority(self.volatile.file)?;
        let body = terminal::body_of(data).ok_or(Status::WRONG_DATA)?;
        self.volatile.terminal_body = Some(body.to_vec());
        Ok(Vec::new())
    }

    fn terminal_signature(&mut self, data: &[u8]) -> Result<Vec<u8>, Status> {
        // Before anything else: 256 bytes with no file selected get 6700 (card.md §8).
        if data.len() != terminal::SIGNATURE_FIELD_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        is_terminal_authority(self.volatile.file)?;
        let signature = terminal::signature_of(data).ok_or(Status::WRONG_DATA)?;
        let body = self
            .volatile
            .terminal_body
            .take()
            .ok_or(Status::CONDITIONS_NOT_SATISFIED)?;
        let authority = key::TERMINAL_CA.modulus();
        let genuine = key::verifies_sha256(authority, &body, signature);
        if !self.profile.accept_stand_in || !genuine {
            return Err(Status::SECURITY_NOT_SATISFIED);
        }
        let modulus = terminal::modulus_of(&body).ok_or(Status::WRONG_DATA)?;
        self.volatile.terminal_key = Some(modulus.to_vec());
        Ok(Vec::new())
    }

    pub(super) fn external_authenticate(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(Status::WRONG_PARAMETERS);
        }
        if command.data.len() != key::SIGNATURE_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        let key = self.volatile.terminal_key.as_deref();
        let key = key.ok_or(Status::CONDITIONS_NOT_SATISFIED)?;
        let challenge = self
            .volatile
            .challenge
            .take()
            .filter(|challenge| challenge.len() == CHALLENGE_LENGTH)
            .ok_or(Status::CONDITIONS_NOT_SATISFIED)?;
        let proven = key::verifies_sha256(key, &challenge, &command.data);
        self.volatile.terminal_authenticated = proven;
        if proven {
            Ok(Vec::new())
        } else {
            Err(Status::SECURITY_NOT_SATISFIED)
        }
    }
}

fn is_terminal_authority(file: Option<&File>) -> Result<(), Status> {
    match file.map(|file| &file.kind) {
        Some(Kind::TerminalAuthority) => Ok(()),
        Some(_) => Err(Status::STRUCTURE_CONFLICT),
        None => Err(Status::NO_CURRENT_FILE),
    }
}
