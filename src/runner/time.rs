//! The clock of a play: a virtual one, or the real one where the reader's date cannot be set.

use std::time::Duration;

use super::Run;

impl Run<'_> {
    /// Lets virtual time pass. It shows milliseconds; what is below them is kept for the next time,
    /// so that many short exchanges take as long as they should.
    pub(super) fn pass(&mut self, time: Duration) {
        let time = time.saturating_add(self.below_ms);
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.below_ms = time.saturating_sub(Duration::from_millis(ms));
        self.later(ms);
    }

    /// Lets virtual milliseconds pass; the real clock goes by itself.
    pub(super) fn later(&mut self, ms: u64) {
        match self.real {
            None => self.now = self.now.plus_ms(ms),
            Some(_) => self.tick(),
        }
    }

    /// Reads the real clock, where it is the one that counts.
    pub(super) fn tick(&mut self) {
        if let Some(started) = self.real {
            let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.now = self.scenario.at.plus_ms(ms);
        }
    }
}
