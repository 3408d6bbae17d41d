//! The faults that are still to strike, and the count of commands until they do.

use super::{Atr, Fault, Kind};
use crate::apdu::CommandName;

/// Faults in the order in which they were added; at one command at most one strikes.
#[derive(Clone, Default, Debug)]
pub struct Plan {
    /// Each with the number of commands seen that fit.
    pending: Vec<(Fault, u32)>,
    atr: Option<Atr>,
}

impl Plan {
    /// Makes a plan of these faults.
    #[must_use]
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        let mut plan = Self::default();
        faults.into_iter().for_each(|fault| plan.add(fault));
        plan
    }

    /// Adds a fault; it counts commands from now on.
    pub fn add(&mut self, fault: Fault) {
        match fault.kind {
            Kind::Atr(atr) => self.atr = Some(atr),
            _ => self.pending.push((fault, 0)),
        }
    }

    /// Takes every fault away, also that of the answer to reset.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns how many faults are still to strike; one that always strikes counts for ever.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len() + usize::from(self.atr.is_some())
    }

    /// Counts this command and returns the fault that strikes at it.
    pub fn strike(&mut self, command: &[u8]) -> Option<Fault> {
        if self.pending.is_empty() {
            return None;
        }
        let name = CommandName::of(command);
        for index in 0..self.pending.len() {
            let Some((fault, seen)) = self.pending.get_mut(index) else {
                break;
            };
            if fault.command.is_some_and(|wanted| wanted != name) {
                continue;
            }
            *seen = seen.saturating_add(1);
            let nth = fault.nth.get();
            if *seen < nth || (*seen > nth && !fault.always) {
                continue;
            }
            return Some(if fault.always {
                fault.clone()
            } else {
                self.pending.remove(index).0
            });
        }
        None
    }

    /// Returns the answer to reset that the reader gets in place of the card's own.
    #[must_use]
    pub fn atr(&self, mut own: Vec<u8>) -> Vec<u8> {
        match &self.atr {
            None => own,
            Some(Atr::Bytes(bytes)) => bytes.clone(),
            Some(Atr::Short) => {
                own.truncate(own.len() / 2);
                own
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34];
    const SELECT: [u8; 7] = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x0A];

    fn plan(text: &str) -> Plan {
        Plan::new(Fault::parse_list(text, "test").unwrap())
    }

    fn kinds(plan: &mut Plan, commands: &[&[u8]]) -> Vec<Option<Kind>> {
        let strike = |command: &&[u8]| plan.strike(command).map(|fault| fault.kind);
        commands.iter().map(strike).collect()
    }

    #[test]
    fn fault_strikes_once_at_the_nth_command_that_fits() {
        let mut plan = plan("{ what: mute, command: verify, nth: 2 }");
        let struck = kinds(&mut plan, &[&SELECT, &VERIFY, &SELECT, &VERIFY, &VERIFY]);
        assert_eq!(struck, [None, None, None, Some(Kind::Mute), None]);
        assert_eq!(plan.pending(), 0);
    }

    #[test]
    fn always_goes_on_from_the_nth() {
        let mut plan = plan("{ what: mute, nth: 2, always: true }");
        let mute = Some(Kind::Mute);
        let struck = kinds(&mut plan, &[&SELECT, &VERIFY, &SELECT]);
        assert_eq!(struck, [None, mute.clone(), mute]);
        assert_eq!(plan.pending(), 1);
    }

    #[test]
    fn faults_for_the_same_command_strike_one_after_the_other() {
        let mut plan = plan("[{ what: mute, command: verify }, { what: removed }]");
        let struck = kinds(&mut plan, &[&VERIFY, &VERIFY, &VERIFY]);
        assert_eq!(struck, [Some(Kind::Mute), Some(Kind::Removed), None]);
    }

    #[test]
    fn answer_to_reset_can_be_replaced_and_comes_back() {
        let mut plan = plan("{ what: atr, bytes: short }");
        assert_eq!(plan.atr(vec![1, 2, 3]), [1]);
        plan.add(Fault::new(Kind::Atr(Atr::Bytes(vec![9]))));
        assert_eq!(plan.atr(vec![1, 2, 3]), [9]);
        plan.clear();
        assert_eq!(plan.atr(vec![1, 2, 3]), [1, 2, 3]);
    }
}
