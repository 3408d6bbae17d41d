//! What can lie in a reader, and what the reader gets from it: an answer, none, or a card that is
//! gone.
//!
//! Pure: a delay is a number here; who presents the card adds it to a clock or waits.

use std::time::Duration;

use crate::card::Card;
use crate::fault::Fault;

/// Something that can lie in a virtual reader: a [`Card`], or something that stands before one.
pub trait SmartCard {
    /// Returns the answer to reset.
    fn atr(&self) -> Vec<u8>;
    /// Gives the card power.
    fn power_on(&mut self);
    /// Takes its power away.
    fn power_off(&mut self);
    /// Resets it while it keeps its power.
    fn reset(&mut self);
    /// Takes a command.
    fn transmit(&mut self, command: &[u8]) -> Outcome;
}

/// What comes of one command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What the reader gets.
    pub reply: Reply,
    /// How long after the command the reader gets it.
    pub delay: Duration,
    /// Whether the card is out of the reader from then on.
    pub leaves: bool,
    /// The fault that struck, if one did.
    pub struck: Option<Fault>,
}

/// What the reader gets for a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// These bytes: a response APDU, unless a fault has made something else of it.
    Answer(Vec<u8>),
    /// Nothing, although the card is there.
    Silence,
    /// Nothing, since the card is not there any more.
    Gone,
}

impl Outcome {
    /// The card is gone, and with it the answer.
    pub const GONE: Self = Self {
        reply: Reply::Gone,
        delay: Duration::ZERO,
        leaves: true,
        struck: None,
    };
    /// The card does not answer.
    pub const SILENCE: Self = Self {
        reply: Reply::Silence,
        delay: Duration::ZERO,
        leaves: false,
        struck: None,
    };
}

/// An answer at once.
impl From<Vec<u8>> for Outcome {
    fn from(answer: Vec<u8>) -> Self {
        Self {
            reply: Reply::Answer(answer),
            delay: Duration::ZERO,
            leaves: false,
            struck: None,
        }
    }
}

impl SmartCard for Card {
    fn atr(&self) -> Vec<u8> {
        Self::atr(self).to_vec()
    }

    fn power_on(&mut self) {
        Self::power_on(self);
    }

    fn power_off(&mut self) {
        Self::power_off(self);
    }

    fn reset(&mut self) {
        Self::reset(self);
    }

    fn transmit(&mut self, command: &[u8]) -> Outcome {
        Self::transmit(self, command).into()
    }
}
