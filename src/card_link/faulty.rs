//! Card faults as an interposer on the way to the card. What each does is told in
//! `virtual_card::fault`; this maps the faults of scenarios onto it.

use std::num::NonZeroU32;

use virtual_card::apdu::CommandName;
use virtual_card::fault::{Fault, Kind, Plan, When as Moment};
use virtual_card::status::Status;

use super::{CardLink, Lost};
use crate::scenario::{CardFault, CardFaultKind, When};

/// A card link with the faults that a scenario has injected.
#[derive(Debug)]
pub struct FaultyLink<L> {
    inner: L,
    plan: Plan,
    gone: bool,
}

/// What a fault did to one exchange, for the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Struck {
    /// What went wrong.
    pub what: CardFaultKind,
    /// When, relative to the command.
    pub when: When,
}

impl<L: CardLink> FaultyLink<L> {
    /// Wraps a link; `faults` are those injected before the card was put in.
    pub fn new(inner: L, faults: Vec<CardFault>) -> FaultyLink<L> {
        FaultyLink {
            inner,
            plan: Plan::new(faults.iter().filter_map(planned)),
            gone: false,
        }
    }

    /// Adds a fault.
    pub fn inject(&mut self, fault: CardFault) {
        if let Some(fault) = planned(&fault) {
            self.plan.add(fault);
        }
    }

    /// Returns the link; faults that have not struck are dropped with the visit.
    pub fn into_inner(self) -> L {
        self.inner
    }

    /// Tells whether a fault has pulled the card.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Sends a command and tells which fault struck, if any.
    ///
    /// # Errors
    ///
    /// [`Lost`] beside the fault that is to blame for it.
    pub fn transmit(&mut self, command: &[u8]) -> (Result<Vec<u8>, Lost>, Option<Struck>) {
        if self.gone {
            return (Err(Lost::Gone), None);
        }
        let Some(fault) = self.plan.strike(command) else {
            return (self.inner.transmit(command), None);
        };
        let struck = struck(&fault);
        self.gone = fault.kind == Kind::Removed;
        let answer = match fault.when {
            // The card never sees the command, so there is no answer to change.
            Moment::Before => Vec::new(),
            Moment::During | Moment::After => match self.inner.transmit(command) {
                Ok(answer) => answer,
                Err(lost) => return (Err(lost), struck),
            },
        };
        if fault.when == Moment::After && self.gone {
            return (Ok(answer), struck);
        }
        let lost = if self.gone { Lost::Gone } else { Lost::Mute };
        (fault.kind.alter(answer).ok_or(lost), struck)
    }

    /// Takes the power away.
    pub fn power_off(&mut self) {
        if !self.gone {
            self.inner.power_off();
        }
    }

    /// Resets the card.
    pub fn reset(&mut self) {
        if !self.gone {
            self.inner.reset();
        }
    }
}

/// Returns a scenario's fault as the card's crate has it; nothing when it names no command that
/// there is, and so never strikes.
fn planned(fault: &CardFault) -> Option<Fault> {
    let kind = match fault.what {
        CardFaultKind::Removed => Kind::Removed,
        CardFaultKind::Mute => Kind::Mute,
        CardFaultKind::Status => Kind::Status(status_of(fault.status.as_deref())),
        CardFaultKind::Truncated => Kind::Truncated,
    };
    let command = match fault.command.as_deref() {
        None => None,
        Some(name) => Some(CommandName::from_name(name)?),
    };
    Some(Fault {
        when: match fault.when {
            When::Before => Moment::Before,
            When::During => Moment::During,
            When::After => Moment::After,
        },
        command,
        // Counting starts at 1, so what strikes always from 0 on does so from the first.
        nth: NonZeroU32::new(fault.nth).or(fault.always.then_some(NonZeroU32::MIN))?,
        always: fault.always,
        ..Fault::new(kind)
    })
}

fn struck(fault: &Fault) -> Option<Struck> {
    let what = match fault.kind {
        Kind::Removed => CardFaultKind::Removed,
        Kind::Mute => CardFaultKind::Mute,
        Kind::Status(_) => CardFaultKind::Status,
        Kind::Truncated => CardFaultKind::Truncated,
        // Scenarios have no such faults.
        Kind::Slow(_)
        | Kind::Overlong
        | Kind::Flipped { .. }
        | Kind::Doubled
        | Kind::Reset
        | Kind::Atr(_) => return None,
    };
    let when = match fault.when {
        Moment::Before => When::Before,
        Moment::During => When::During,
        Moment::After => When::After,
    };
    Some(Struck { what, when })
}

/// Returns the status word that is written there, or 6F00.
fn status_of(text: Option<&str>) -> Status {
    text.filter(|text| text.len() == 4)
        .and_then(|text| u16::from_str_radix(text, 16).ok())
        .map_or(Status::UNKNOWN_ERROR, Status)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo;

    impl CardLink for Echo {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Lost> {
            Ok(vec![1, 2, 3, 4, 0x90, 0x00])
        }

        fn power_off(&mut self) {}

        fn reset(&mut self) {}
    }

    fn fault(what: CardFaultKind, when: When) -> CardFault {
        CardFault {
            what,
            when,
            command: Some("verify".to_owned()),
            nth: 1,
            status: Some("6F00".to_owned()),
            always: false,
        }
    }

    const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34];

    #[test]
    fn a_fault_strikes_once_at_the_command_that_it_names() {
        let mut link = FaultyLink::new(Echo, vec![fault(CardFaultKind::Status, When::Before)]);
        assert_eq!(link.transmit(&[0x00, 0xA4, 0x02, 0x0C]).1, None);
        assert_eq!(link.transmit(&VERIFY).0, Ok(vec![0x6F, 0x00]));
        assert_eq!(link.transmit(&VERIFY).1, None);
    }

    #[test]
    fn a_pulled_card_stays_gone() {
        let mut link = FaultyLink::new(Echo, vec![fault(CardFaultKind::Removed, When::During)]);
        assert_eq!(link.transmit(&VERIFY).0, Err(Lost::Gone));
        assert_eq!(link.transmit(&VERIFY).0, Err(Lost::Gone));
        assert!(link.is_gone());
    }

    #[test]
    fn a_truncated_answer_keeps_its_status_word() {
        let mut link = FaultyLink::new(Echo, vec![fault(CardFaultKind::Truncated, When::During)]);
        assert_eq!(link.transmit(&VERIFY).0, Ok(vec![1, 2, 0x90, 0x00]));
    }
}
