//! What ends a visit from outside: the slot, the time, the user.

use std::future::Future;
use std::pin::pin;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::{Ended, ObserveError, Progress};
use crate::presentation::{TAKEN_WITHIN, ended, not_taken};

/// What the thread of the card tells whoever waits; the traffic itself it records.
pub(super) enum Signal {
    Taken,
    NotTaken,
    Left,
    Out(Option<String>),
    Flood,
}

/// Why a visit does not go on.
pub(super) enum Halt {
    Ended(Ended),
    Error(ObserveError),
}

impl From<Ended> for Halt {
    fn from(ended: Ended) -> Halt {
        Halt::Ended(ended)
    }
}

/// What ends a visit from outside.
pub(super) struct Watch<'s, S> {
    signals: UnboundedReceiver<Signal>,
    pub(super) deadline: Instant,
    stop: &'s mut S,
    /// The card is in; a fault may pull it.
    pub(super) inside: bool,
    /// Every program has seen the card.
    pub(super) seen: bool,
}

impl<'s, S: Future<Output = ()> + Unpin> Watch<'s, S> {
    pub(super) fn new(
        signals: UnboundedReceiver<Signal>,
        deadline: Instant,
        stop: &'s mut S,
    ) -> Watch<'s, S> {
        Watch {
            signals,
            deadline,
            stop,
            inside: false,
            seen: false,
        }
    }

    /// Waits for something that is wanted, as long as the visit may go on.
    pub(super) async fn until<T>(&mut self, wanted: impl Future<Output = T>) -> Result<T, Ended> {
        let mut wanted = pin!(wanted);
        loop {
            tokio::select! {
                biased;
                signal = self.signals.recv(), if self.inside => match signal {
                    Some(Signal::Taken | Signal::NotTaken) => {}
                    // The slot says next that it is empty; that is no failure.
                    Some(Signal::Left) => self.inside = false,
                    Some(Signal::Flood) => return Err(Ended::Flood),
                    Some(Signal::Out(why)) => {
                        return Err(Ended::Broken(ended(why)));
                    }
                    None => return Err(Ended::Broken("the slot is gone".to_owned())),
                },
                value = &mut wanted => return Ok(value),
                () = sleep_until(self.deadline) => return Err(Ended::TimeUp),
                () = &mut *self.stop => return Err(Ended::Interrupted),
            }
        }
    }

    /// Waits until every program sees the card.
    pub(super) async fn taken(
        &mut self,
        address: &str,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        let give_up = Instant::now() + TAKEN_WITHIN;
        loop {
            tokio::select! {
                biased;
                signal = self.signals.recv() => match signal {
                    Some(Signal::Taken) => {
                        self.inside = true;
                        self.seen = true;
                        return Ok(());
                    }
                    Some(Signal::NotTaken) => told(Progress::NotTaken),
                    Some(Signal::Out(why)) => {
                        return Err(Halt::Error(ObserveError::NoReader(ended(why))));
                    }
                    Some(Signal::Left | Signal::Flood) => {}
                    None => return Err(Ended::Broken("the slot is gone".to_owned()).into()),
                },
                () = sleep_until(give_up) => {
                    return Err(Halt::Error(ObserveError::NoReader(not_taken(address))));
                }
                () = &mut *self.stop => return Err(Ended::Interrupted.into()),
            }
        }
    }
}
