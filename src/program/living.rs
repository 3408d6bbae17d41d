//! Counts the processes of a run, so that its end can wait until none is left.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How many processes live: what the end of a run waits for.
#[derive(Clone, Default)]
pub(super) struct Living(Arc<(Mutex<usize>, Condvar)>);

impl Living {
    /// Counts one more, as long as what is returned is held.
    pub(super) fn one_more(&self) -> Alive {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Alive(self.clone())
    }

    /// Waits until none lives any more; tells whether that came about in time.
    pub(super) fn gone_within(&self, limit: Duration) -> bool {
        let (count, changed) = &*self.0;
        let count = count.lock().unwrap_or_else(PoisonError::into_inner);
        changed
            .wait_timeout_while(count, limit, |count| *count > 0)
            .is_ok_and(|(_, timeout)| !timeout.timed_out())
    }
}

/// Counts as long as it is held.
pub(super) struct Alive(Living);

impl Drop for Alive {
    fn drop(&mut self) {
        let (count, changed) = &*self.0.0;
        *count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        changed.notify_all();
    }
}
