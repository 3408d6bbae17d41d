//! A slot of vpcd and the card that belongs to it: put in, taken out, swapped, and put in again
//! when pcscd comes back.
//!
//! Belongs to the shell: a thread of its own talks to vpcd, and [`Slot`] is the hand at the reader.
//! Which state follows which stands in `presence`, without threads and clocks.

mod driver;
mod presence;
mod shared;

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::fault::{Fault, Faulty};
use crate::smart_card::SmartCard;
use crate::timing::Timed;
use crate::vpcd::{Error, Exchange};

use presence::Change;
pub use presence::{Ending, Patience, Presence};
use shared::Shared;

/// What has happened in a slot, for those who watch.
#[derive(Debug)]
pub enum Event<'a> {
    /// The card is in the reader: vpcd has taken the connection.
    Inserted,
    /// vpcd is not to be reached; another attempt follows.
    Waiting(&'a Error),
    /// pcscd has ended; its return is awaited.
    Lost,
    /// A fault has pulled the card.
    Left,
    /// Something between vpcd and the card.
    Exchange(&'a Exchange<'a>),
    /// Nothing more will come of this slot unless somebody acts; with what went wrong, if so.
    Out(Option<&'a Error>),
}

/// A slot with its card. Dropping it takes the card out.
#[derive(Debug)]
pub struct Slot<C: SmartCard + Send + 'static> {
    shared: Arc<Shared<C>>,
    thread: Option<JoinHandle<Result<Ending, Error>>>,
}

impl<C: SmartCard + Send + 'static> Slot<C> {
    /// Puts a card into the slot at `address` (`HOST:PORT`) and keeps it there, on a thread of its
    /// own. The watcher is called on that thread; the card waits meanwhile.
    pub fn start(
        card: Timed<Faulty<C>>,
        address: &str,
        patience: Patience,
        watcher: impl FnMut(&Event<'_>) + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared::new(card, patience));
        let driver = driver::Driver {
            shared: Arc::clone(&shared),
            address: address.to_owned(),
            patience,
            watcher,
        };
        let thread = std::thread::spawn(move || driver.run());
        Self {
            shared,
            thread: Some(thread),
        }
    }

    /// Returns where the card is.
    #[must_use]
    pub fn presence(&self) -> Presence {
        self.shared.lock().presence
    }

    /// Puts the card in and returns where it is after the first attempt: [`Presence::In`], or what
    /// the patience makes of a vpcd that is not there.
    pub fn insert(&self) -> Presence {
        self.shared.change(Change::Insert);
        self.shared
            .wait_while(|inside| inside.presence == Presence::COMING)
    }

    /// Takes the card out; when this returns, the connection to vpcd is closed.
    pub fn remove(&self) -> Presence {
        self.shared.change(Change::Remove);
        self.shared.wait_while(|inside| inside.stop.is_some())
    }

    /// Takes the card out, if it is in, and puts another in its place; returns the one that was
    /// there, with all that it has counted. Faults that are still to strike stay with the slot.
    pub fn swap(&self, card: C) -> (C, Presence) {
        let was_in = matches!(self.presence(), Presence::In | Presence::Coming { .. });
        let mut presence = self.remove();
        let card = self.shared.lock().card.card_mut().swap(card);
        if was_in {
            presence = self.insert();
        }
        (card, presence)
    }

    /// Lets the card lose its power for a moment, where it lies; vpcd does not hear of it.
    pub fn power_cycle(&self) {
        self.shared.lock().card.card_mut().power_cycle();
    }

    /// Resets the card, where it lies; vpcd does not hear of it.
    pub fn reset(&self) {
        self.shared.lock().card.reset();
    }

    /// Adds faults to those that are still to strike.
    pub fn add_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        let mut inside = self.shared.lock();
        let plan = inside.card.card_mut().plan_mut();
        faults.into_iter().for_each(|fault| plan.add(fault));
    }

    /// Takes away the faults that are still to strike.
    pub fn clear_faults(&self) {
        self.shared.lock().card.card_mut().plan_mut().clear();
    }

    /// Shows the card, between two commands.
    pub fn look<T>(&self, look: impl FnOnce(&Faulty<C>) -> T) -> T {
        look(self.shared.lock().card.card())
    }

    /// Takes the card out for good; [`Slot::finish`] then returns soon.
    pub fn stop(&self) {
        self.shared.change(Change::Stop);
    }

    /// Waits until nothing more will come of this slot, and returns why.
    ///
    /// # Errors
    ///
    /// [`Error`] when vpcd was not to be reached or the connection broke.
    pub fn finish(mut self) -> Result<Ending, Error> {
        self.thread
            .take()
            // A thread that panicked has said so itself.
            .and_then(|thread| thread.join().ok())
            .unwrap_or(Ok(Ending::Failed))
    }
}

impl<C: SmartCard + Send + 'static> Drop for Slot<C> {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.stop();
            // What it returns has been told to the watcher.
            let _ = thread.join();
        }
    }
}
