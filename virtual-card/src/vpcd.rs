//! Presents a card to real PC/SC software: the card's side of vpcd, the virtual reader in pcscd.
//!
//! Blocking and without a runtime, since an answer is due for every message and each read has to be
//! prepared (see [`Connection::serve`]). What is recorded or logged is the observer's business.

mod error;
mod exchange;
mod frame;
mod stop;
mod taking;

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use crate::smart_card::{Outcome, Reply, SmartCard};
pub use error::Error;
pub use exchange::{End, Exchange};
pub use frame::{Decoder, Message, encode};
pub use stop::Stop;
use stop::Stopped;
use taking::Taking;

/// Where vpcd listens for the first slot, unless its configuration says otherwise.
pub const DEFAULT_HOST: &str = "127.0.0.1";
/// Port of the first slot; the second has the next one.
pub const DEFAULT_PORT: u16 = 35_963;

/// How long vpcd may take to accept a connection. Where it does not, others wait for it as well.
const ACCEPTANCE: Duration = Duration::from_secs(5);
/// How long vpcd may be silent before the observer hears of it; it asks for the card every 400 ms.
const SILENCE: Duration = Duration::from_secs(2);
/// How often in a row pcscd looks for a new card without giving it power before it is clear that it
/// takes it for the card before. A card that it notices gets power after the first look.
const UNNOTICED: u8 = 3;
/// No system counts timeouts of sockets in steps longer than this.
const TICK: Duration = Duration::from_millis(20);
/// How long vpcd is still heard once the card is taken out: what it has said by then counts, and it sends
/// length and payload one after the other.
const REST: Duration = Duration::from_millis(200);
/// The most bytes that are read after the end, so that closing does not look like a failure.
const DRAINED_MAX: usize = 1 << 20;

/// A card in a slot of vpcd; dropping it takes the card out.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    address: String,
    stopped: Arc<Stopped>,
    silence: Duration,
    again: bool,
}

impl Connection {
    /// Connects to vpcd at `address` (`HOST:PORT`): a card is put into that slot.
    ///
    /// # Errors
    ///
    /// [`Error::NothingListens`], [`Error::Taken`] after five seconds, or [`Error::Connect`] when
    /// there is no vpcd that takes the card.
    pub fn open(address: &str) -> Result<Self, Error> {
        let stream = connect(address).map_err(|source| {
            let address = address.to_owned();
            match source.kind() {
                io::ErrorKind::ConnectionRefused => Error::NothingListens { address },
                io::ErrorKind::TimedOut => Error::Taken { address },
                _ => Error::Connect { address, source },
            }
        })?;
        Ok(Self {
            stream,
            address: address.to_owned(),
            stopped: Arc::default(),
            silence: SILENCE,
            again: false,
        })
    }

    /// Sets how long vpcd may be silent at first before the observer sees [`Exchange::NotTaken`].
    #[must_use]
    pub const fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Says that this card was in already and ended as [`End::Unnoticed`]. It does not end so
    /// again: a pcscd that gives no power until a program asks for it has taken the card as well.
    #[must_use]
    pub const fn again(mut self) -> Self {
        self.again = true;
        self
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

    /// Answers vpcd until it closes the connection, the card leaves or [`Stop::stop`] is called.
    /// The observer sees each exchange before vpcd does, so that nothing seen outside is missing
    /// from a record. A delay that the card asks for is waited here; a stop ends the wait.
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
        let end = self.answer_all(card, &mut observer);
        self.drain();
        end
    }

    fn answer_all(
        &mut self,
        card: &mut impl SmartCard,
        observer: &mut impl FnMut(&Exchange<'_>),
    ) -> Result<End, Error> {
        let mut decoder = Decoder::default();
        let mut buffer = [0; 4096];
        let mut heard = false;
        let mut taking = Taking::Unpowered(0);
        let mut rest = None;
        if let Err(source) = self.stream.set_read_timeout(Some(self.silence)) {
            return self.ended(source);
        }
        loop {
            while let Some(message) = decoder.next_message() {
                match taking.after(&message) {
                    Taking::Unpowered(UNNOTICED) if !self.again => return Ok(End::Unnoticed),
                    Taking::Unpowered(UNNOTICED) | Taking::Seen => {
                        taking = Taking::Over;
                        observer(&Exchange::Taken);
                    }
                    other => taking = other,
                }
                let Due { answer, at, leaves } = answer(card, &message, observer);
                if let Some(answer) = answer {
                    let length = answer.len();
                    let frame = encode(&answer).ok_or(Error::AnswerTooLong { length })?;
                    if let Some(at) = at
                        && let Some(end) = self.wait_until(at, &mut decoder, &mut buffer)?
                    {
                        return Ok(end);
                    }
                    if let Err(source) = self.stream.write_all(&frame) {
                        return self.ended(source);
                    }
                }
                if leaves {
                    return Ok(End::CardLeft);
                }
            }
            if self.stopped.is_raised()
                && *rest.get_or_insert_with(|| Instant::now() + REST) <= Instant::now()
            {
                return Ok(End::Stopped);
            }
            match self.read(&mut buffer) {
                Ok(0) if !decoder.is_empty() && self.stopped.is_raised() => {
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                }
                Ok(0) => return Ok(self.closed()),
                Ok(count) => decoder.push(buffer.get(..count).unwrap_or_default()),
                Err(source) if source.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) if !heard && is_timeout(&source) => {
                    observer(&Exchange::NotTaken);
                }
                Err(source) => return self.ended(source),
            }
            if !heard {
                heard = true;
                if let Err(source) = self.stream.set_read_timeout(None) {
                    return self.ended(source);
                }
            }
        }
    }

    /// Waits until an answer is due; returns the end, should it come before.
    fn wait_until(
        &mut self,
        at: Instant,
        decoder: &mut Decoder,
        buffer: &mut [u8],
    ) -> Result<Option<End>, Error> {
        // Reading notices when pcscd ends, but its timeouts are only as fine as the system's tick.
        let left = |at: Instant| at.saturating_duration_since(Instant::now());
        while left(at) > 2 * TICK {
            let timeout = Some(left(at).saturating_sub(TICK));
            let read = self
                .stream
                .set_read_timeout(timeout)
                .and_then(|()| self.read(buffer));
            match read {
                Ok(0) => return Ok(Some(self.closed())),
                Ok(count) => decoder.push(buffer.get(..count).unwrap_or_default()),
                Err(source) if is_timeout(&source) => break,
                Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return self.ended(source).map(Some),
            }
        }
        if let Err(source) = self.stream.set_read_timeout(None) {
            return self.ended(source).map(Some);
        }
        Ok(self.stopped.wait_until(at).then_some(End::Stopped))
    }

    /// Closes our direction and reads what has already come: closing with bytes unread would be a
    /// reset, after which vpcd 3.3 goes on with a length that it never got.
    fn drain(&mut self) {
        let mut buffer = [0; 4096];
        let mut drained = 0;
        // Any failure means that there is nothing more to read.
        let _ = self.stream.shutdown(Shutdown::Both);
        while drained < DRAINED_MAX {
            match self.stream.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => drained += count,
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

    fn closed(&self) -> End {
        if self.stopped.is_raised() {
            End::Stopped
        } else {
            End::PeerClosed
        }
    }

    fn ended(&self, source: io::Error) -> Result<End, Error> {
        if self.stopped.is_raised() {
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

/// Says whether a read ended since its time was up, on Unix or on Windows.
fn is_timeout(error: &io::Error) -> bool {
    use io::ErrorKind::{TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut)
}

/// Connects within a bounded time: to the first of the addresses that takes us.
fn connect(address: &str) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, ACCEPTANCE) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// What is due after a message.
#[derive(Default)]
struct Due {
    /// The payload of the answer, if there is one.
    answer: Option<Vec<u8>>,
    /// When, unless at once.
    at: Option<Instant>,
    /// Whether the card then leaves.
    leaves: bool,
}

impl Due {
    fn at_once(answer: Vec<u8>) -> Self {
        Self {
            answer: Some(answer),
            ..Self::default()
        }
    }
}

/// Does what the message asks.
fn answer(
    card: &mut impl SmartCard,
    message: &Message,
    observer: &mut impl FnMut(&Exchange<'_>),
) -> Due {
    match message {
        Message::PowerOff => {
            card.power_off();
            observer(&Exchange::PowerOff);
            Due::default()
        }
        Message::PowerOn => {
            card.power_on();
            observer(&Exchange::PowerOn);
            Due::default()
        }
        Message::Reset => {
            card.reset();
            observer(&Exchange::Reset);
            Due::default()
        }
        Message::Atr => Due::at_once(card.atr()),
        Message::Apdu(command) => {
            let came = Instant::now();
            let Outcome {
                reply,
                delay,
                leaves,
                struck,
            } = card.transmit(command);
            let struck = struck.as_ref();
            let at = (!delay.is_zero())
                .then(|| came.checked_add(delay))
                .flatten();
            let gone = reply == Reply::Gone;
            let Reply::Answer(response) = reply else {
                observer(&Exchange::Unanswered {
                    command,
                    gone,
                    struck,
                });
                let leaves = leaves || gone;
                return Due {
                    leaves,
                    ..Due::default()
                };
            };
            observer(&Exchange::Apdu {
                command,
                response: &response,
                struck,
            });
            Due {
                answer: Some(response),
                at,
                leaves,
            }
        }
        // Nobody waits for an answer to these, as far as is known.
        Message::Unknown(_) => Due::default(),
    }
}
