//! The virtual card, called directly.

use virtual_card::card::Card;

use super::{CardLink, Lost};

/// A virtual card in the slot of a reader in this process.
#[derive(Debug)]
pub struct InProcess {
    card: Card,
    powered: bool,
}

impl InProcess {
    /// Puts `card` into the slot.
    pub fn new(mut card: Card) -> InProcess {
        card.power_on();
        InProcess {
            card,
            powered: true,
        }
    }

    /// Returns the card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Puts another card in its place, as it is.
    pub fn replace(&mut self, card: Card) {
        self.card = card;
    }
}

impl CardLink for InProcess {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Lost> {
        if !self.powered {
            self.card.power_on();
            self.powered = true;
        }
        Ok(self.card.transmit(command))
    }

    fn power_off(&mut self) {
        self.card.power_off();
        self.powered = false;
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn into_card(self: Box<Self>) -> Option<Card> {
        Some(self.card)
    }
}
