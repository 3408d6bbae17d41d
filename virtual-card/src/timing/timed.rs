//! A card that takes its time.

use std::sync::Arc;

use super::Timing;
use crate::smart_card::{Outcome, Reply, SmartCard};

/// A card whose outcomes are delayed as a timing tells; the delay is only told, not waited.
#[derive(Clone, Debug)]
pub struct Timed<C> {
    card: C,
    timing: Arc<Timing>,
}

impl<C> Timed<C> {
    /// Gives a card its timing.
    pub const fn new(card: C, timing: Arc<Timing>) -> Self {
        Self { card, timing }
    }

    /// Returns the card.
    pub const fn card(&self) -> &C {
        &self.card
    }

    /// Returns the card, to change it.
    pub const fn card_mut(&mut self) -> &mut C {
        &mut self.card
    }
}

impl<C: SmartCard> SmartCard for Timed<C> {
    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn power_on(&mut self) {
        self.card.power_on();
    }

    fn power_off(&mut self) {
        self.card.power_off();
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Outcome {
        let mut outcome = self.card.transmit(command);
        if let Reply::Answer(answer) = &outcome.reply {
            let time = self.timing.time_of(command, answer.len());
            outcome.delay = outcome.delay.saturating_add(time);
        }
        outcome
    }
}
