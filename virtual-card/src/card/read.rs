//! READ BINARY, and READ RECORD as far as a card without records answers it (card.md §4).

use crate::apdu::Command;
use crate::applications::{File, Kind};
use crate::card::Card;
use crate::status::Status;

impl Card {
    pub(super) fn read_binary(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        let (reference, offset) = match command.p1 {
            p1 @ 0x00..=0x7F => (0x80, usize::from(u16::from_be_bytes([p1, command.p2]))),
            // Bits 7 and 6 have no meaning beside a short identifier (ISO 7816-4 § 11.2.2), and
            // "no identifier" has none either.
            p1 @ 0x81..=0x9F => (p1, usize::from(command.p2)),
            _ => return Err(Status::WRONG_PARAMETERS),
        };
        let (Some(length), []) = (command.expected, command.data.as_slice()) else {
            return Err(Status::WRONG_LENGTH);
        };
        let file = self.referenced(reference)?;
        let data = self.read_file(file, offset, length)?;
        self.volatile.file = Some(file);
        Ok(data)
    }

    fn read_file(
        &mut self,
        file: &'static File,
        offset: usize,
        length: usize,
    ) -> Result<Vec<u8>, Status> {
        let Kind::Transparent { access, content } = &file.kind else {
            // Inferred: no source reads a PIN or a key.
            return Err(Status::STRUCTURE_CONFLICT);
        };
        self.permits(access)?;
        let application = self.volatile.application.ok_or(Status::NO_CURRENT_FILE)?;
        let bytes = self.content(application, file.id, *content);
        match bytes.get(offset..) {
            None | Some([]) => Err(Status::WRONG_OFFSET),
            // Fewer than asked for is no error: card.md §0.1 rule 7.
            Some(rest) => Ok(rest.get(..length).unwrap_or(rest).to_vec()),
        }
    }

    pub(super) fn read_record(&self, command: &Command) -> Result<Vec<u8>, Status> {
        // P2: short identifier in the upper 5 bits; 0 is the current file.
        self.referenced(0x80 | command.p2 >> 3)?;
        Err(Status::STRUCTURE_CONFLICT)
    }
}
