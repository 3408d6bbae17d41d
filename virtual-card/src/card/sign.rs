//! COMPUTE DIGITAL SIGNATURE with the caller's data padded as they are (card.md §4.1).
//!
//! The other forms of P1 (hash on card, PSS) are later work and get 6A86.

use crate::apdu::Command;
use crate::applications::Kind;
use crate::card::Card;
use crate::key::{self, Purpose, SIGNATURE_LENGTH, SIGNED_MAX};
use crate::status::Status;

/// P1: pad what is given, verbatim.
const VERBATIM: u8 = 0x00;
/// P2: the application's own key.
const DEFAULT_KEY: u8 = 0x00;

impl Card {
    pub(super) fn compute_signature(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        if command.p1 != VERBATIM {
            return Err(Status::WRONG_PARAMETERS);
        }
        let purpose = self.signing_key(command.p2)?;
        let room = command.expected.unwrap_or(SIGNATURE_LENGTH);
        if !(1..=SIGNED_MAX).contains(&command.data.len()) || room < SIGNATURE_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        let key = key::of_card(&self.profile, purpose);
        key.sign_verbatim(&command.data)
            .ok_or(Status::UNKNOWN_ERROR)
    }

    fn signing_key(&mut self, p2: u8) -> Result<Purpose, Status> {
        if p2 == DEFAULT_KEY {
            let application = self.volatile.application;
            return application
                .and_then(|application| application.default_key)
                .ok_or(Status::WRONG_PARAMETERS);
        }
        let file = self.referenced(p2)?;
        let Kind::Key { access, purpose } = &file.kind else {
            return Err(Status::STRUCTURE_CONFLICT);
        };
        self.permits(access)?;
        self.volatile.file = Some(file);
        Ok(*purpose)
    }
}
