//! Presents a card to real PC/SC software: the card's side of vpcd, the virtual reader in pcscd.
//!
//! Blocking and without a runtime, since an answer is due for every message and each read has to be
//! prepared (see [`Connection::serve`]). What is recorded or logged is the observer's business.

mod frame;

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::card::Card;

pub use frame::{Decoder, Message, encode};

/// Where vpcd listens for the first slot, unless its configuration says otherwise.
pub const DEFAULT_HOST: &str = "127.0.0.1";
/// Port of the first slot; the second has the next one.
pub const DEFAULT_PORT: u16 = 35_963;

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
    /// Answers a command.
    fn transmit(&mut self, command: &[u8]) -> Vec<u8>;
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

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        Self::transmit(self, command)
    }
}

/// What has just happened between vpcd and the card. Requests for the ATR are left out, since they
/// come several times a second to see whether the card is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exchange<'a> {
    /// The card got power.
    PowerOn,
    /// The card lost power.
    PowerOff,
    /// The card was reset.
    Reset,
    /// A command was answered; the answer is about to be sent. The bytes may hold a PIN.
    Apdu {
        /// The command APDU.
        command: &'a [u8],
        /// The response APDU.
        response: &'a [u8],
    },
}

/// Why the card is no longer presented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// [`Stop::stop`] was called.
    Stopped,
    /// vpcd closed the connection: pcscd ended.
    PeerClosed,
}

/// Why a card cannot be presented.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody accepts connections there.
    #[error(
        "nothing listens on {address}; start pcscd with the vpcd driver \
         (Debian: apt-get install pcscd vsmartcard-vpcd), see README"
    )]
    NothingListens {
        /// The address that was tried.
        address: String,
    },
    /// There is no connecting to that address.
    #[error("no connection to vpcd at {address}; expected HOST:PORT of a reachable vpcd")]
    Connect {
        /// The address that was tried.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The connection broke.
    #[error("connection to vpcd at {address} broke; look at what pcscd last said")]
    Broken {
        /// The address of the other side.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// An answer that no frame can hold.
    #[error("answer of {length} bytes, where vpcd takes at most 65535")]
    AnswerTooLong {
        /// Bytes of the answer.
        length: usize,
    },
}

/// A card in a slot of vpcd; dropping it takes the card out.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    address: String,
    stopped: Arc<AtomicBool>,
}

/// Ends [`Connection::serve`] from another thread.
#[derive(Debug)]
pub struct Stop {
    stream: TcpStream,
    stopped: Arc<AtomicBool>,
}

impl Stop {
    /// Takes the card out; a running or later [`Connection::serve`] returns [`End::Stopped`].
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Fails when the other side is gone already, which ends the loop just as well.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

impl Connection {
    /// Connects to vpcd at `address` (`HOST:PORT`): a card is put into that slot.
    ///
    /// # Errors
    ///
    /// [`Error::NothingListens`] or [`Error::Connect`] when there is no vpcd.
    pub fn open(address: &str) -> Result<Self, Error> {
        let connect = || {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let stream = connect().map_err(|source: io::Error| {
            let address = address.to_owned();
            match source.kind() {
                io::ErrorKind::ConnectionRefused => Error::NothingListens { address },
                _ => Error::Connect { address, source },
            }
        })?;
        Ok(Self {
            stream,
            address: address.to_owned(),
            stopped: Arc::default(),
        })
    }

    /// Returns a handle that can end [`Connection::serve`].
    ///
    /// # Errors
    ///
    /// [`Error::Broken`] when the system has no second handle to the socket.
    pub fn stop(&self) -> Result<Stop, Error> {
        let stream = self
            .stream
            .try_clone()
            .map_err(|source| self.broken(source))?;
        Ok(Stop {
            stream,
            stopped: Arc::clone(&self.stopped),
        })
    }

    /// Answers vpcd until it closes the connection or [`Stop::stop`] is called. The observer sees
    /// each exchange before vpcd does, so that nothing seen outside is missing from a record.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`] when the connection fails, [`Error::AnswerTooLong`] when the card answers
    /// with more than a frame holds.
    pub fn serve(
        &mut self,
        card: &mut impl SmartCard,
        mut observer: impl FnMut(&Exchange<'_>),
    ) -> Result<End, Error> {
        let mut decoder = Decoder::default();
        let mut buffer = [0; 4096];
        loop {
            while let Some(message) = decoder.next_message() {
                let Some(answer) = answer(card, &message, &mut observer) else {
                    continue;
                };
                let length = answer.len();
                let frame = encode(&answer).ok_or(Error::AnswerTooLong { length })?;
                if let Err(source) = self.stream.write_all(&frame) {
                    return self.ended(source);
                }
            }
            match self.read(&mut buffer) {
                Ok(0) if self.stopped.load(Ordering::SeqCst) => return Ok(End::Stopped),
                Ok(0) => return Ok(End::PeerClosed),
                Ok(count) => decoder.push(buffer.get(..count).unwrap_or_default()),
                Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return self.ended(source),
            }
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // vpcd sends length and payload one after the other and, without TCP_NODELAY, holds the
        // second back until we acknowledge the first: some 40 ms for each command, unless we do it
        // at once. The system takes the wish back by itself, so it is renewed for each read.
        #[cfg(target_os = "linux")]
        std::os::linux::net::TcpStreamExt::set_quickack(&self.stream, true)?;
        self.stream.read(buffer)
    }

    fn ended(&self, source: io::Error) -> Result<End, Error> {
        if self.stopped.load(Ordering::SeqCst) {
            return Ok(End::Stopped);
        }
        match source.kind() {
            // How the end of pcscd looks while something is under way.
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Ok(End::PeerClosed),
            _ => Err(self.broken(source)),
        }
    }

    fn broken(&self, source: io::Error) -> Error {
        let address = self.address.clone();
        Error::Broken { address, source }
    }
}

/// Does what the message asks and returns the payload of the answer, if one is due.
fn answer(
    card: &mut impl SmartCard,
    message: &Message,
    observer: &mut impl FnMut(&Exchange<'_>),
) -> Option<Vec<u8>> {
    match message {
        Message::PowerOff => {
            card.power_off();
            observer(&Exchange::PowerOff);
            None
        }
        Message::PowerOn => {
            card.power_on();
            observer(&Exchange::PowerOn);
            None
        }
        Message::Reset => {
            card.reset();
            observer(&Exchange::Reset);
            None
        }
        Message::Atr => Some(card.atr()),
        Message::Apdu(command) => {
            let response = card.transmit(command);
            observer(&Exchange::Apdu {
                command,
                response: &response,
            });
            Some(response)
        }
        // Nobody waits for an answer to these, as far as is known.
        Message::Unknown(_) => None,
    }
}
