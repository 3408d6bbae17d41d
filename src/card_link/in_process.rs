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

    /// Takes the card out; what it keeps without power it keeps.
    pub fn into_card(mut self) -> Card {
        self.card.power_off();
        self.card
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
}
