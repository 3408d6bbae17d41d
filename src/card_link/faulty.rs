//! Card faults as an interposer on the way to the card.
//!
//! What each does is told and done in `virtual_card::fault`; this only puts a link in the place of
//! the card there. A fault of the answer to reset never shows: a link has none.

use std::time::Duration;

use virtual_card::fault::{Fault, Faulty, Plan};
use virtual_card::smart_card::{Outcome, Reply, SmartCard};

use super::{CardLink, Lost};

/// A card link with the faults that a scenario has injected.
#[derive(Debug)]
pub struct FaultyLink<L> {
    faulty: Faulty<Linked<L>>,
}

/// What came of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// The answer's bytes, or why there are none.
    pub answer: Result<Vec<u8>, Lost>,
    /// How much later than usual the answer comes.
    pub delay: Duration,
    /// The fault that struck, if one did.
    pub struck: Option<Fault>,
}

/// The card behind a link, as the faults know cards.
#[derive(Debug)]
struct Linked<L>(L);

impl<L: CardLink> FaultyLink<L> {
    /// Wraps a link; `faults` are those injected before the card was put in.
    pub fn new(inner: L, faults: Vec<Fault>) -> FaultyLink<L> {
        FaultyLink {
            faulty: Faulty::new(Linked(inner), Plan::new(faults)),
        }
    }

    /// Adds a fault.
    pub fn inject(&mut self, fault: Fault) {
        self.faulty.plan_mut().add(fault);
    }

    /// Returns the link; faults that have not struck are dropped with the visit.
    pub fn into_inner(self) -> L {
        self.faulty.into_card().0
    }

    /// Tells whether a fault has pulled the card.
    pub fn is_gone(&self) -> bool {
        self.faulty.is_gone()
    }

    /// Sends a command.
    pub fn transmit(&mut self, command: &[u8]) -> Exchanged {
        let outcome = self.faulty.transmit(command);
        Exchanged {
            answer: match outcome.reply {
                Reply::Answer(answer) => Ok(answer),
                Reply::Silence => Err(Lost::Mute),
                Reply::Gone => Err(Lost::Gone),
            },
            delay: outcome.delay,
            struck: self.faulty.struck().cloned(),
        }
    }

    /// Takes the power away.
    pub fn power_off(&mut self) {
        self.faulty.power_off();
    }

    /// Resets the card.
    pub fn reset(&mut self) {
        self.faulty.reset();
    }
}

impl<L: CardLink> SmartCard for Linked<L> {
    fn atr(&self) -> Vec<u8> {
        Vec::new()
    }

    fn power_on(&mut self) {
        // A link without power takes it with the next command.
    }

    fn power_off(&mut self) {
        self.0.power_off();
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Outcome {
        match self.0.transmit(command) {
            Ok(answer) => answer.into(),
            Err(Lost::Mute) => Outcome::SILENCE,
            Err(Lost::Gone) => Outcome::GONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use virtual_card::fault::{Kind, When};

    use super::*;

    /// Counts how often it lost its power.
    #[derive(Default)]
    struct Echo(u32);

    impl CardLink for Echo {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Lost> {
            Ok(vec![1, 2, 3, 4, 0x90, 0x00])
        }

        fn power_off(&mut self) {
            self.0 += 1;
        }

        fn reset(&mut self) {}
    }

    const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34];

    fn link(fault: &str) -> FaultyLink<Echo> {
        FaultyLink::new(Echo(0), Fault::parse_list(fault, "test").unwrap())
    }

    #[test]
    fn a_fault_strikes_once_at_the_command_that_it_names() {
        let mut link = link("{ what: status, status: \"6F00\", command: verify }");
        assert_eq!(link.transmit(&[0x00, 0xA4, 0x02, 0x0C]).struck, None);
        let struck = link.transmit(&VERIFY);
        assert_eq!(struck.answer, Ok(vec![0x6F, 0x00]));
        assert_eq!(struck.struck.map(|fault| fault.when), Some(When::Before));
        assert_eq!(link.transmit(&VERIFY).struck, None);
    }

    #[test]
    fn a_pulled_card_stays_gone() {
        let mut link = link("{ what: removed, when: during }");
        assert_eq!(link.transmit(&VERIFY).answer, Err(Lost::Gone));
        assert_eq!(link.transmit(&VERIFY).answer, Err(Lost::Gone));
        assert!(link.is_gone());
    }

    #[test]
    fn a_late_answer_tells_by_how_much() {
        let mut link = link("{ what: slow, by: 300ms }");
        let late = link.transmit(&VERIFY);
        assert_eq!(late.delay, Duration::from_millis(300));
        assert_eq!(late.answer, Ok(vec![1, 2, 3, 4, 0x90, 0x00]));
    }

    #[test]
    fn a_reset_takes_the_power_of_the_card_behind_the_link() {
        let mut link = link("{ what: reset, when: after }");
        let answered = link.transmit(&VERIFY);
        assert_eq!(answered.answer, Ok(vec![1, 2, 3, 4, 0x90, 0x00]));
        assert_eq!(answered.struck.map(|fault| fault.kind), Some(Kind::Reset));
        assert_eq!(link.into_inner().0, 1);
    }
}
