//! Connections, bounded: how many there are, how long a request may take to arrive, how long an
//! answer may take to be fetched. And the way to cut one, for the faults that do.

use std::future::Future as _;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

/// How many connections there may be; further ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 256;
/// How long a connection may be idle between two requests.
const IDLE: Duration = Duration::from_secs(60);
/// How long a request may take from its first byte to its last.
const ARRIVAL: Duration = Duration::from_secs(10);
/// How long an answer may wait for whoever fetches it.
const DELIVERY: Duration = Duration::from_secs(30);
/// How long we wait after the system could give us no connection.
const RETRY: Duration = Duration::from_millis(200);

/// What goes on on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// No request is under way.
    Idle = 0,
    /// A request is coming in.
    Arriving = 1,
    /// A request is here, and its answer is being made or sent.
    Answering = 2,
}

/// Nothing is to be cut.
const WHOLE: u64 = u64::MAX;
/// Not even the head of the answer goes out.
const NOTHING: u64 = u64::MAX - 1;

/// What handlers and a connection tell each other.
#[derive(Debug)]
struct Link {
    /// How many bytes of the answer's body go out: [`WHOLE`], [`NOTHING`] or a number.
    body: AtomicU64,
    phase: AtomicU8,
}

impl Default for Link {
    fn default() -> Link {
        Link {
            body: AtomicU64::new(WHOLE),
            phase: AtomicU8::new(Phase::Idle as u8),
        }
    }
}

impl Link {
    fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Arriving,
            _ => Phase::Answering,
        }
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    address: SocketAddr,
    link: Arc<Link>,
}

impl Peer {
    /// Tells whether it is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.address.ip().to_canonical().is_loopback()
    }

    /// Closes the connection before another byte goes out.
    pub(super) fn cut(&self) {
        self.link.body.store(NOTHING, Ordering::Relaxed);
    }

    /// Closes the connection after so many bytes of the answer's body.
    pub(super) fn cut_after(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(WHOLE);
        self.link.body.store(bytes, Ordering::Relaxed);
    }

    /// The whole request is here.
    pub(super) fn arrived(&self) {
        self.link.enter(Phase::Answering);
    }

    /// The answer is on its way.
    pub(super) fn answered(&self) {
        self.link.enter(Phase::Idle);
    }
}

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Peer {
        Peer {
            address: *stream.remote_addr(),
            link: Arc::clone(&stream.io().link),
        }
    }
}

/// A listener that takes a bounded number of connections.
#[derive(Debug)]
pub(super) struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Bounded {
    /// Bounds a listener.
    pub(super) fn new(listener: TcpListener) -> Bounded {
        Bounded {
            listener,
            places: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        }
    }
}

impl Listener for Bounded {
    type Io = Guarded;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guarded, SocketAddr) {
        loop {
            // Never closed, so that there is always a place in the end.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                return std::future::pending().await;
            };
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!("answers may be late: {error}");
                    }
                    return (Guarded::new(stream, place), address);
                }
                Err(error) => {
                    tracing::warn!("a connection could not be taken: {error}");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with its bounds.
#[derive(Debug)]
pub(super) struct Guarded {
    stream: TcpStream,
    link: Arc<Link>,
    /// What the reading deadline is about.
    phase: Phase,
    /// The reading deadline.
    until: Instant,
    /// Wakes us to look at the reading deadline: at most [`ARRIVAL`] ahead, so that no deadline is
    /// missed and a timer need not be set anew for each request.
    reading: Pin<Box<Sleep>>,
    writing: Pin<Box<Sleep>>,
    /// An answer waits to be fetched.
    stuck: bool,
    /// The head of an answer that is to be cut has gone out.
    head_sent: bool,
    _place: OwnedSemaphorePermit,
}

impl Guarded {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit) -> Guarded {
        Guarded {
            stream,
            link: Arc::default(),
            phase: Phase::Idle,
            // A connection that never says anything is kept no longer than a request takes.
            until: Instant::now() + ARRIVAL,
            reading: Box::pin(tokio::time::sleep(ARRIVAL)),
            writing: Box::pin(tokio::time::sleep(DELIVERY)),
            stuck: false,
            head_sent: false,
            _place: place,
        }
    }

    /// Sets the reading deadline anew where the connection has come into another phase.
    fn turn(&mut self) {
        let phase = self.link.phase();
        if phase == self.phase {
            return;
        }
        self.phase = phase;
        let span = match phase {
            Phase::Idle => IDLE,
            Phase::Arriving => ARRIVAL,
            Phase::Answering => return,
        };
        self.until = Instant::now() + span;
    }

    /// Waits for the reading deadline.
    fn overdue(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.reading.as_mut().poll(context));
            let now = Instant::now();
            if now >= self.until {
                return Poll::Ready(());
            }
            self.reading.as_mut().reset(self.until.min(now + ARRIVAL));
        }
    }

    fn check_cut(&self) -> io::Result<()> {
        match self.link.body.load(Ordering::Relaxed) {
            NOTHING => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
            _ => Ok(()),
        }
    }

    /// Returns how many of these bytes may go out; hyper writes the head before the body.
    ///
    /// # Errors
    ///
    /// Where the answer is cut here.
    fn allowed(&self, bytes: &[u8]) -> io::Result<usize> {
        let body = self.link.body.load(Ordering::Relaxed);
        if body == WHOLE {
            return Ok(bytes.len());
        }
        self.check_cut()?;
        let head = match self.head_sent {
            true => 0,
            false => head_length(bytes),
        };
        let allowed = head.saturating_add(usize::try_from(body).unwrap_or(usize::MAX));
        match allowed.min(bytes.len()) {
            0 => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
            some => Ok(some),
        }
    }

    /// Counts what went out of an answer that is to be cut.
    fn count(&mut self, bytes: &[u8], written: usize) {
        let body = self.link.body.load(Ordering::Relaxed);
        if body == WHOLE {
            return;
        }
        let head = match std::mem::replace(&mut self.head_sent, true) {
            true => 0,
            false => head_length(bytes),
        };
        let of_body = u64::try_from(written.saturating_sub(head)).unwrap_or(WHOLE);
        self.link
            .body
            .store(body.saturating_sub(of_body), Ordering::Relaxed);
    }

    /// Bounds a write that waits.
    fn delivered<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = false;
            return written;
        }
        if !self.stuck {
            self.stuck = true;
            self.writing.as_mut().reset(Instant::now() + DELIVERY);
        }
        ready!(self.writing.as_mut().poll(context));
        Poll::Ready(Err(io::Error::from(io::ErrorKind::TimedOut)))
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_cut()?;
        self.turn();
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(read) => {
                if buffer.filled().len() > before && self.phase == Phase::Idle {
                    self.link.enter(Phase::Arriving);
                    self.turn();
                }
                Poll::Ready(read)
            }
            Poll::Pending if self.phase == Phase::Answering => Poll::Pending,
            Poll::Pending => {
                ready!(self.overdue(context));
                Poll::Ready(Err(io::Error::from(io::ErrorKind::TimedOut)))
            }
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = self.allowed(bytes)?;
        let bytes = bytes.get(..allowed).unwrap_or(bytes);
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(written)) = &written {
            self.count(bytes, *written);
        }
        self.delivered(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.delivered(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Returns the length of an answer's head: to the empty line, that included.
fn head_length(bytes: &[u8]) -> usize {
    bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map_or(bytes.len(), |at| at + 4)
}
