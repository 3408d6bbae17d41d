//! What the thread of a slot and the hand at the reader share.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::presence::{Change, Patience, Presence};
use crate::fault::Faulty;
use crate::smart_card::{Outcome, SmartCard};
use crate::timing::Timed;
use crate::vpcd::Stop;

/// The card and where it is.
#[derive(Debug)]
pub(super) struct Inside<C> {
    pub(super) card: Timed<Faulty<C>>,
    pub(super) presence: Presence,
    /// Ends the connection; there from its beginning until it is closed.
    pub(super) stop: Option<Stop>,
}

#[derive(Debug)]
pub(super) struct Shared<C> {
    inside: Mutex<Inside<C>>,
    changed: Condvar,
    patience: Patience,
}

impl<C: SmartCard> Shared<C> {
    pub(super) fn new(card: Timed<Faulty<C>>, patience: Patience) -> Self {
        Self {
            inside: Mutex::new(Inside {
                card,
                presence: Presence::COMING,
                stop: None,
            }),
            changed: Condvar::new(),
            patience,
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inside<C>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the presence follow a change, ends a connection that is no longer wanted, and wakes
    /// who waits.
    pub(super) fn change(&self, change: Change) {
        let mut inside = self.lock();
        inside.presence = inside.presence.after(change, self.patience);
        if let (Presence::Out | Presence::Ended(_), Some(stop)) = (inside.presence, &inside.stop) {
            stop.stop();
        }
        drop(inside);
        self.changed.notify_all();
    }

    /// The connection is there: unless it is no longer wanted, the card is in.
    pub(super) fn connected(&self, stop: Stop) -> bool {
        let mut inside = self.lock();
        inside.presence = inside.presence.after(Change::Connected, self.patience);
        let wanted = inside.presence == Presence::In;
        if wanted {
            inside.card.card_mut().put_back();
            inside.stop = Some(stop);
        }
        drop(inside);
        self.changed.notify_all();
        wanted
    }

    /// The connection is closed: the card has no power, and is out unless it is to come again.
    pub(super) fn closed(&self, change: Option<Change>) {
        let mut inside = self.lock();
        inside.card.card_mut().take_out();
        inside.stop = None;
        drop(inside);
        match change {
            Some(change) => self.change(change),
            None => self.changed.notify_all(),
        }
    }

    /// Waits while this holds and returns where the card is then.
    pub(super) fn wait_while(&self, holds: impl Fn(&Inside<C>) -> bool) -> Presence {
        self.changed
            .wait_while(self.lock(), |inside| holds(inside))
            .unwrap_or_else(PoisonError::into_inner)
            .presence
    }

    /// Waits this long, or until the presence is another.
    pub(super) fn wait_for(&self, time: Duration, seen: Presence) {
        drop(
            self.changed
                .wait_timeout_while(self.lock(), time, |inside| inside.presence == seen),
        );
    }
}

/// The card as the connection sees it; locked for each message, so that the hand may reach in.
pub(super) struct Handed<C>(pub(super) Arc<Shared<C>>);

impl<C: SmartCard> SmartCard for Handed<C> {
    fn atr(&self) -> Vec<u8> {
        self.0.lock().card.atr()
    }

    fn power_on(&mut self) {
        self.0.lock().card.power_on();
    }

    fn power_off(&mut self) {
        self.0.lock().card.power_off();
    }

    fn reset(&mut self) {
        self.0.lock().card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Outcome {
        self.0.lock().card.transmit(command)
    }
}
