//! READ BINARY, READ RECORD and GET DATA (card.md §1.3, §4).

use crate::apdu::Command;
use crate::applications::{File, Kind, security_domain};
use crate::card::Card;
use crate::status::Status;

/// The data object that is to be had with an application selected too: the contact interface's
/// answer to reset.
const CONTACT_ATR: u16 = 0x5F51;

impl Card {
    pub(super) fn read_binary(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        let (reference, offset) = match command.p1 {
            p1 @ 0x00..=0x7F => (0x80, usize::from(u16::from_be_bytes([p1, command.p2]))),
            // Bits 7 and 6 have no meaning beside a short identifier (ISO 7816-4 § 11.2.2), and
            // "no identifier" has none either.
            p1 @ 0x81..=0x9F => (p1, usize::from(command.p2)),
            _ => return Err(Status::WRONG_PARAMETERS),
        };
        let length = length_wanted(command)?;
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
            // Known of records and of 001E at card level, inferred of PINs and keys.
            return Err(Status::STRUCTURE_CONFLICT);
        };
        self.permits(access)?;
        let application = self.volatile.application;
        let make = || content(&self.profile);
        let bytes = self.contents.transparent(application, file.id, make);
        match bytes.get(offset..) {
            None | Some([]) => Err(Status::WRONG_OFFSET),
            // Fewer than asked for is no error: card.md §0.1 rule 7.
            Some(rest) => Ok(answer(rest, length)),
        }
    }

    pub(super) fn read_record(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        /// The part of P2 that is no short identifier: record P1.
        const BY_NUMBER: u8 = 0x04;
        /// Record P1 and all that follow it.
        const FROM_NUMBER: u8 = 0x05;
        let form = command.p2 & 0x07;
        if !matches!(form, BY_NUMBER | FROM_NUMBER) {
            return Err(Status::WRONG_PARAMETERS);
        }
        let length = length_wanted(command)?;
        // P2: short identifier in the upper 5 bits; 0 is the current file.
        let file = self.referenced(0x80 | command.p2 >> 3)?;
        let Kind::Records { access, records } = &file.kind else {
            return Err(Status::STRUCTURE_CONFLICT);
        };
        if form == FROM_NUMBER {
            return Err(Status::FUNCTION_NOT_SUPPORTED);
        }
        self.permits(access)?;
        let application = self.volatile.application;
        let make = || records(&self.profile);
        let records = self.contents.records(application, file.id, make);
        let record = numbered(records, command.p1).ok_or(Status::RECORD_NOT_FOUND)?;
        // An Le that is shorter or longer is treated as with READ BINARY: inferred.
        let data = answer(record, length);
        self.volatile.file = Some(file);
        Ok(data)
    }

    /// Answers GET DATA: the value alone, without tag and length.
    ///
    /// A card refuses a short Le for its large objects with 6700; that it does so whenever the Le
    /// has no room for the object is inferred.
    pub(super) fn get_data(&self, command: &Command) -> Result<Vec<u8>, Status> {
        let room = length_wanted(command)?;
        let tag = u16::from_be_bytes([command.p1, command.p2]);
        if !self.is_at_card_level() && tag != CONTACT_ATR {
            return Err(Status::DATA_NOT_FOUND);
        }
        let object = security_domain::data_object(&self.profile, tag);
        whole(object.ok_or(Status::DATA_NOT_FOUND)?, room)
    }
}

/// Returns the record with this number. The first is 1; 0 would be the current record, and this
/// card keeps none (inferred).
fn numbered(records: &[Vec<u8>], number: u8) -> Option<&[u8]> {
    let index = usize::from(number).checked_sub(1)?;
    records.get(index).map(Vec::as_slice)
}

/// Returns an object for which the Le must have room.
pub(super) fn whole(object: Vec<u8>, room: usize) -> Result<Vec<u8>, Status> {
    if object.len() > room {
        return Err(Status::WRONG_LENGTH);
    }
    Ok(object)
}

/// Returns Ne of a command that reads: it must have an Le and no data.
fn length_wanted(command: &Command) -> Result<usize, Status> {
    match (command.expected, command.data.as_slice()) {
        (Some(length), []) => Ok(length),
        _ => Err(Status::WRONG_LENGTH),
    }
}

/// Copies at most `length` bytes, with room for the status word that will follow.
fn answer(bytes: &[u8], length: usize) -> Vec<u8> {
    let bytes = bytes.get(..length).unwrap_or(bytes);
    let mut answer = Vec::with_capacity(bytes.len() + size_of::<Status>());
    answer.extend_from_slice(bytes);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_count_from_1_and_end_with_the_last() {
        let records = [vec![1], vec![2, 2]];
        let found = [0, 1, 2, 3, 255].map(|number| numbered(&records, number));
        assert_eq!(found, [None, Some(&[1][..]), Some(&[2, 2][..]), None, None]);
    }

    #[test]
    fn object_is_refused_where_the_le_has_no_room_for_it() {
        let object = vec![0x4D; 575];
        assert_eq!(whole(object.clone(), 256), Err(Status::WRONG_LENGTH));
        assert_eq!(whole(object.clone(), 574), Err(Status::WRONG_LENGTH));
        assert_eq!(whole(object.clone(), 575), Ok(object.clone()));
        assert_eq!(whole(object.clone(), 65_536), Ok(object));
    }

    #[test]
    fn answers_end_with_the_bytes_there_are_and_hold_a_status_word_without_growing() {
        for (length, expected) in [(1, 1), (3, 3), (4, 3), (65_536, 3)] {
            let answer = answer(&[7; 3], length);
            assert_eq!(answer, [7; 3][..expected]);
            assert!(answer.capacity() >= expected + 2);
        }
    }
}
