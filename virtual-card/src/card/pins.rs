//! VERIFY, PIN status query, CHANGE REFERENCE DATA and CHANGE KEY (card.md §3).

use crate::apdu::Command;
use crate::card::{Card, PinName, pin_of};
use crate::pin::{PinChange, Reference};
use crate::profile::Pin;
use crate::status::Status;

/// Most bytes of a PIN.
const PIN_MAX: usize = 16;

impl Card {
    pub(super) fn verify(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        if command.p1 != 0 {
            return Err(Status::WRONG_PARAMETERS);
        }
        let file = self.referenced(command.p2)?;
        let name = pin_of(file)?;
        if command.data.is_empty() {
            // The count even when verified, but on the cards of one source: card.md §0.1 rule 4, §3.
            return if self.profile.status_tells_verified && self.is_verified(name) {
                Ok(Vec::new())
            } else {
                Err(Status::tries_left(self.tries(name)))
            };
        }
        if command.data.len() > PIN_MAX {
            return Err(Status::WRONG_LENGTH);
        }
        self.compare(name, &command.data)?;
        self.volatile.file = Some(file);
        Ok(Vec::new())
    }

    /// Spends a try or restores them all (card.md §0.1 rule 5).
    fn compare(&mut self, name: PinName, data: &[u8]) -> Result<(), Status> {
        let Reference { value, left } = self.persistent.pins.get_mut(name);
        let Some(value) = value else {
            return Err(Status::REFERENCE_LOCKED);
        };
        if *left == 0 {
            return Err(Status::REFERENCE_LOCKED);
        }
        let right = value.as_bytes() == data;
        // A wrong entry also takes back an earlier right one (inferred, as ISO 7816-4 has it).
        *self.volatile.verified.get_mut(name) = right;
        if right {
            *left = name.tries_max();
            Ok(())
        } else {
            *left -= 1;
            Err(Status::tries_left(*left))
        }
    }

    pub(super) fn change_reference_data(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        /// P1: the data field is the new value alone.
        const NEW_VALUE: u8 = 0x01;
        self.change(command, NEW_VALUE, PinChange::ReferenceData)
    }

    pub(super) fn change_key(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        self.change(command, 0x00, PinChange::Key)
    }

    /// Gives a PIN another value. The counter is full by then, since it was verified.
    ///
    /// What a card answers to the command that changes other PINs, and whether it looks at the form
    /// of the new value at all, is not published: inferred.
    fn change(&mut self, command: &Command, p1: u8, how: PinChange) -> Result<Vec<u8>, Status> {
        if command.p1 != p1 {
            return Err(Status::WRONG_PARAMETERS);
        }
        let file = self.referenced(command.p2)?;
        let name = pin_of(file)?;
        if name.change() != Some(how) {
            return Err(Status::CONDITIONS_NOT_SATISFIED);
        }
        if !(1..=PIN_MAX).contains(&command.data.len()) {
            return Err(Status::WRONG_LENGTH);
        }
        if !self.is_verified(name) {
            return Err(Status::SECURITY_NOT_SATISFIED);
        }
        let new = std::str::from_utf8(&command.data)
            .ok()
            .filter(|new| name.takes(new))
            .ok_or(Status::WRONG_DATA)?;
        self.persistent.pins.get_mut(name).value = Some(Pin::new(new));
        self.volatile.file = Some(file);
        Ok(Vec::new())
    }
}
