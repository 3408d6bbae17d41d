//! Ends the presence of a card from another thread, also while an answer waits for its time.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

/// Ends [`super::Connection::serve`] from another thread.
#[derive(Debug)]
pub struct Stop {
    pub(super) stream: TcpStream,
    pub(super) stopped: Arc<Stopped>,
}

/// Whether the connection was stopped, and what wakes those who wait meanwhile.
#[derive(Default, Debug)]
pub(super) struct Stopped {
    flag: Mutex<bool>,
    raised: Condvar,
}

impl Stopped {
    pub(super) fn raise(&self) {
        *self.flag.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.raised.notify_all();
    }

    pub(super) fn is_raised(&self) -> bool {
        *self.flag.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until then, or until stopped; says whether it was stopped.
    pub(super) fn wait_until(&self, then: Instant) -> bool {
        let flag = self.flag.lock().unwrap_or_else(PoisonError::into_inner);
        let left = then.saturating_duration_since(Instant::now());
        let (flag, _) = self
            .raised
            .wait_timeout_while(flag, left, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        *flag
    }
}

impl Stop {
    /// Takes the card out; a running or later [`super::Connection::serve`] returns
    /// [`super::End::Stopped`].
    pub fn stop(&self) {
        self.stopped.raise();
        // Only the reading: what vpcd has said by now is still heard, such as that the power is off.
        // Fails when the other side is gone already, which ends the loop just as well.
        let _ = self.stream.shutdown(Shutdown::Read);
    }
}
