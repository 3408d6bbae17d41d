//! The thread of a slot: does what the presence asks for.

use std::sync::Arc;

use super::Event;
use super::presence::{Action, Change, Ending, Patience, Presence};
use super::shared::{Handed, Shared};
use crate::smart_card::SmartCard;
use crate::vpcd::{Connection, End, Error};

pub(super) struct Driver<C, W> {
    pub(super) shared: Arc<Shared<C>>,
    pub(super) address: String,
    pub(super) patience: Patience,
    pub(super) watcher: W,
}

impl<C: SmartCard, W: FnMut(&Event<'_>)> Driver<C, W> {
    pub(super) fn run(mut self) -> Result<Ending, Error> {
        let mut failure = None;
        loop {
            let presence = self.shared.lock().presence;
            match presence.action() {
                Action::Wait => {
                    (self.watcher)(&Event::Out(failure.take().as_ref()));
                    self.shared
                        .wait_while(|inside| inside.presence == Presence::Out);
                }
                Action::Connect(wait) => {
                    self.shared.wait_for(wait, presence);
                    if self.shared.lock().presence == presence {
                        failure = self.connect().err();
                    }
                }
                // Unreachable in practice: the card is only in while `connect` serves. Should it
                // be, the connection is gone.
                Action::Serve => self.shared.closed(Some(Change::PeerClosed)),
                Action::End(ending) => {
                    (self.watcher)(&Event::Out(failure.as_ref()));
                    return match (ending, failure) {
                        (Ending::Failed, Some(failure)) => Err(failure),
                        (ending, _) => Ok(ending),
                    };
                }
            }
        }
    }

    /// Puts the card in and answers vpcd until it is out again.
    fn connect(&mut self) -> Result<(), Error> {
        match self.put_in(|connection| connection)? {
            Some(End::Unnoticed) => self.put_in(Connection::again).map(drop),
            _ => Ok(()),
        }
    }

    /// Puts the card in and answers vpcd; returns how that ended, if it began.
    fn put_in(&mut self, again: impl Fn(Connection) -> Connection) -> Result<Option<End>, Error> {
        let opened = Connection::open(&self.address)
            .and_then(|connection| Ok((connection.stop()?, again(connection))));
        let (stop, mut connection) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.shared.change(Change::Refused);
                if let Presence::Coming { .. } = self.shared.lock().presence {
                    (self.watcher)(&Event::Waiting(&error));
                }
                return Err(error);
            }
        };
        if !self.shared.connected(stop) {
            return Ok(None);
        }
        (self.watcher)(&Event::Inserted);
        let watcher = &mut self.watcher;
        let end = connection.serve(&mut Handed(Arc::clone(&self.shared)), |exchange| {
            watcher(&Event::Exchange(exchange));
        });
        drop(connection);
        match &end {
            // Unnoticed, it is put in again at once.
            Ok(End::Stopped | End::Unnoticed) => self.shared.closed(None),
            Ok(End::CardLeft) => {
                (self.watcher)(&Event::Left);
                self.shared.closed(Some(Change::CardLeft));
            }
            Ok(End::PeerClosed) => {
                if self.patience.reconnect.is_some() {
                    (self.watcher)(&Event::Lost);
                }
                self.shared.closed(Some(Change::PeerClosed));
            }
            Err(_) => self.shared.closed(Some(Change::Broken)),
        }
        end.map(Some)
    }
}
