//! How our reader reaches the card.

mod faulty;
mod in_process;
#[cfg(feature = "pcsc")]
mod pcsc;

pub use faulty::{Exchanged, FaultyLink};
pub use in_process::InProcess;
#[cfg(feature = "pcsc")]
pub use pcsc::Pcsc;
use virtual_card::card::Card;

/// Why there is no response APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The card is not there any more.
    #[error("the card is gone")]
    Gone,
    /// The card does not answer.
    #[error("the card does not answer")]
    Mute,
}

impl Lost {
    /// Returns the word that a transcript has for it.
    pub fn word(self) -> &'static str {
        match self {
            Lost::Gone => "gone",
            Lost::Mute => "mute",
        }
    }
}

/// A way to the card that is in the reader.
pub trait CardLink: Send {
    /// Sends a command APDU.
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer comes.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Lost>;

    /// Takes the power away: the security status goes with it (card.md §3).
    fn power_off(&mut self);

    /// Resets the card while it keeps its power: the security status stays (card.md §3).
    fn reset(&mut self);

    /// Returns the card itself, where it is ours and in this process.
    fn into_card(self: Box<Self>) -> Option<Card> {
        None
    }
}

impl<L: CardLink + ?Sized> CardLink for Box<L> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Lost> {
        (**self).transmit(command)
    }

    fn power_off(&mut self) {
        (**self).power_off();
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    fn into_card(self: Box<Self>) -> Option<Card> {
        (*self).into_card()
    }
}
