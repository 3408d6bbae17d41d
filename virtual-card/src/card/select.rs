//! SELECT (card.md §1.4, §4).

use crate::apdu::Command;
use crate::applications::{Application, INPUT_SUPPORT, SECURITY_DOMAIN};
use crate::card::Card;
use crate::card::read::whole;
use crate::card::state::Volatile;
use crate::status::Status;
use crate::tlv;

/// P1: by AID.
const BY_AID: u8 = 0x04;
/// P1: elementary file of the selected application.
const BY_FILE: u8 = 0x02;
/// P2 of a file, and part of P2 of an application: no answer wanted.
const NO_ANSWER: u8 = 0x0C;
/// Part of P2: the next application that the name fits, not the first.
const NEXT: u8 = 0x02;
/// Most bytes of an AID (JICSAP, ISO 7816-4).
const AID_MAX: usize = 16;
/// Fewest bytes of a partial AID, those of a registered identifier (ISO 7816-4; inferred here).
const AID_MIN: usize = 5;

/// Tag of the file control information.
const FCI: u16 = 0x6F;
/// Tag of the AID within it.
const FCI_AID: u16 = 0x84;

impl Card {
    pub(super) fn select(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        match (command.p1, command.data.as_slice()) {
            (BY_AID, aid) => self.select_application(aid, command),
            (BY_FILE, data) => self.select_file(data, command.p2),
            // Nothing happens, but only with an application selected is that a success.
            (0x00, []) if !self.is_at_card_level() => Ok(Vec::new()),
            (0x00, []) => Err(Status::WRONG_PARAMETERS),
            (0x00, _) => Err(Status::FILE_NOT_FOUND),
            _ => Err(Status::WRONG_PARAMETERS),
        }
    }

    fn select_application(&mut self, aid: &[u8], command: &Command) -> Result<Vec<u8>, Status> {
        if !(1..=AID_MAX).contains(&aid.len()) {
            return Err(Status::WRONG_LENGTH);
        }
        let (described, next) = match command.p2 {
            0x00 => (true, false),
            NEXT => (true, true),
            NO_ANSWER => (false, false),
            p2 if p2 == NO_ANSWER | NEXT => (false, true),
            _ => return Err(Status::WRONG_PARAMETERS),
        };
        // An unknown one leaves everything as it was: convention of this harness.
        let application = self.find(aid, next).ok_or(Status::FILE_NOT_FOUND)?;
        let answer = match command.expected {
            Some(room) if described => description(application, room)?,
            _ => Vec::new(),
        };
        if self.is_selected(application) {
            self.volatile.file = None;
        } else {
            self.volatile = Volatile::of(application);
        }
        Ok(answer)
    }

    /// Finds the application whose AID begins with `name` (a prefix selects, card.md §1.4).
    ///
    /// "Next" counts from the selected application if the name fits that one, else from the
    /// beginning, and does not start over at the end: convention of this harness.
    fn find(&self, name: &[u8], next: bool) -> Option<&'static Application> {
        if name.len() < AID_MIN {
            return None;
        }
        let token = self.profile.token;
        let mut fitting = Application::named(name).filter(|application| application.is_on(token));
        if next && self.volatile.application.aid.starts_with(name) {
            fitting.find(|application| self.is_selected(application))?;
        }
        fitting.next()
    }

    fn is_selected(&self, application: &Application) -> bool {
        self.volatile.application.aid == application.aid
    }

    /// Says whether no application but the issuer security domain is selected.
    pub(super) fn is_at_card_level(&self) -> bool {
        self.volatile.application.aid == SECURITY_DOMAIN
    }

    /// Says whether 券面入力補助AP is selected, the one that has secure messaging.
    pub(super) fn is_at_input_support(&self) -> bool {
        self.volatile.application.aid == INPUT_SUPPORT
    }

    fn select_file(&mut self, data: &[u8], p2: u8) -> Result<Vec<u8>, Status> {
        if p2 != NO_ANSWER {
            return Err(Status::WRONG_PARAMETERS);
        }
        let &[high, low] = data else {
            return Err(Status::WRONG_LENGTH);
        };
        let id = u16::from_be_bytes([high, low]);
        let file = self.volatile.application.file(id);
        self.volatile.file = Some(file.ok_or(Status::FILE_NOT_FOUND)?);
        Ok(Vec::new())
    }
}

/// Returns the file control information `6F { 84 AID }`.
///
/// That a card answers with a 6F object is known (card.md §1.4), what stands in it is not: its
/// content is a convention of this harness, as is refusing an Le that has no room for it.
fn description(application: &Application, room: usize) -> Result<Vec<u8>, Status> {
    whole(tlv::write(FCI, &tlv::write(FCI_AID, application.aid)), room)
}
