//! SELECT (card.md §1.4, §4).

use crate::apdu::Command;
use crate::applications::Application;
use crate::card::Card;
use crate::card::state::Volatile;
use crate::status::Status;

/// P1: by AID.
const BY_AID: u8 = 0x04;
/// P1: elementary file of the selected application.
const BY_FILE: u8 = 0x02;
/// P2: first occurrence, no answer wanted.
const NO_ANSWER: u8 = 0x0C;

impl Card {
    pub(super) fn select(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        match (command.p1, command.data.as_slice()) {
            (BY_AID, []) => Err(Status::WRONG_LENGTH),
            (BY_AID, aid) => self.select_application(aid, command.p2),
            (BY_FILE, data) => self.select_file(data, command.p2),
            // Nothing happens, but only with an application selected is that a success.
            (0x00, []) if self.volatile.application.is_some() => Ok(Vec::new()),
            (0x00, []) => Err(Status::WRONG_PARAMETERS),
            (0x00, _) => Err(Status::FILE_NOT_FOUND),
            _ => Err(Status::WRONG_PARAMETERS),
        }
    }

    fn select_application(&mut self, aid: &[u8], p2: u8) -> Result<Vec<u8>, Status> {
        // An unknown one leaves everything as it was: convention of this harness.
        let application = Application::find(aid).ok_or(Status::FILE_NOT_FOUND)?;
        // With P2 00 a card would describe the application in bytes that nobody has published.
        if p2 != NO_ANSWER {
            return Err(Status::WRONG_PARAMETERS);
        }
        let same = self
            .volatile
            .application
            .is_some_and(|selected| selected.aid == application.aid);
        if same {
            self.volatile.file = None;
        } else {
            self.volatile = Volatile {
                application: Some(application),
                ..Volatile::default()
            };
        }
        Ok(Vec::new())
    }

    fn select_file(&mut self, data: &[u8], p2: u8) -> Result<Vec<u8>, Status> {
        if p2 != NO_ANSWER {
            return Err(Status::WRONG_PARAMETERS);
        }
        let &[high, low] = data else {
            return Err(Status::WRONG_LENGTH);
        };
        let file = self
            .volatile
            .application
            .and_then(|application| application.file(u16::from_be_bytes([high, low])))
            .ok_or(Status::FILE_NOT_FOUND)?;
        self.volatile.file = Some(file);
        Ok(Vec::new())
    }
}
