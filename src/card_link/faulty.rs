//! Card faults as an interposer on the way to the card.

use super::{CardLink, Lost};
use crate::scenario::{CardFault, CardFaultKind, When};

/// A card link with the faults that a scenario has injected.
#[derive(Debug)]
pub struct FaultyLink<L> {
    inner: L,
    faults: Vec<(CardFault, u32)>,
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
            faults: faults.into_iter().map(|fault| (fault, 0)).collect(),
            gone: false,
        }
    }

    /// Adds a fault.
    pub fn inject(&mut self, fault: CardFault) {
        self.faults.push((fault, 0));
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
        let Some(fault) = self.due(command) else {
            return (self.inner.transmit(command), None);
        };
        let struck = Some(Struck {
            what: fault.what,
            when: fault.when,
        });
        if fault.what == CardFaultKind::Removed {
            self.gone = true;
        }
        if fault.when == When::Before {
            // The card never sees the command.
            return (self.instead(&fault, Vec::new()), struck);
        }
        let answer = match self.inner.transmit(command) {
            Ok(answer) => answer,
            Err(lost) => return (Err(lost), struck),
        };
        if fault.when == When::After && fault.what == CardFaultKind::Removed {
            return (Ok(answer), struck);
        }
        (self.instead(&fault, answer), struck)
    }

    fn instead(&self, fault: &CardFault, answer: Vec<u8>) -> Result<Vec<u8>, Lost> {
        match fault.what {
            CardFaultKind::Removed => Err(Lost::Gone),
            CardFaultKind::Mute => Err(Lost::Mute),
            CardFaultKind::Status => {
                Ok(status_of(fault.status.as_deref()).unwrap_or(vec![0x6F, 0x00]))
            }
            CardFaultKind::Truncated => {
                let data = answer.len().saturating_sub(2);
                let mut half = answer.get(..data / 2).unwrap_or_default().to_vec();
                half.extend_from_slice(answer.get(data..).unwrap_or(&[0x90, 0x00]));
                Ok(half)
            }
        }
    }

    /// Returns the fault that strikes at this command.
    fn due(&mut self, command: &[u8]) -> Option<CardFault> {
        let name = command_name(command);
        let mut due = None;
        for (index, (fault, seen)) in self.faults.iter_mut().enumerate() {
            let fits = fault.command.as_deref().is_none_or(|wanted| name == wanted);
            if !fits {
                continue;
            }
            *seen += 1;
            if *seen == fault.nth || (fault.always && *seen > fault.nth) {
                due = Some((index, fault.clone()));
                break;
            }
        }
        let (index, fault) = due?;
        if !fault.always {
            self.faults.remove(index);
        }
        Some(fault)
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

/// Returns the name of a command by its instruction, as scenario files write it.
pub(crate) fn command_name(command: &[u8]) -> &'static str {
    match command {
        [_, 0x20, _, _] => "pin-status",
        [_, instruction, ..] => match instruction {
            0xA4 => "select",
            0xB0 => "read-binary",
            0xB2 => "read-record",
            0x20 => "verify",
            0x2A => "sign",
            0x84 => "get-challenge",
            0x82 => "external-authenticate",
            0xA2 => "terminal-certificate",
            _ => "other",
        },
        _ => "other",
    }
}

fn status_of(text: Option<&str>) -> Option<Vec<u8>> {
    hex::decode(text?).ok().filter(|bytes| bytes.len() == 2)
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
