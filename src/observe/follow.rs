//! Tells whoever follows an observation what has been recorded, as it comes.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::plan::Beside;
use super::record::{Pending, Record};
use super::{Progress, Setup};
use crate::runner::roles_of;
use crate::transcript::{By, Event, Note, Stimulus, Transcript};

/// The shortest time between two reports: faster than anyone reads.
const PACE: Duration = Duration::from_millis(20);
/// How many times as long as a report took nothing is reported, so that a long transcript does not
/// hold the observation up.
const REST: u32 = 4;
/// How often inquiries to the backend beside it are looked for: it wakes nobody.
const LOOK: Duration = Duration::from_millis(100);

/// What has been recorded so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recorded<'a> {
    /// What has been recorded, as it would be kept if the observation ended now.
    pub transcript: &'a Transcript,
    pending: Option<Pending>,
}

impl Recorded<'_> {
    /// Returns the number of the entry that keeps the place of what an operator is asked to do, until
    /// they have answered.
    pub fn asked(&self) -> Option<u64> {
        let n = self.pending?.n;
        let unmet = |event: &Event| matches!(event, Event::Note(Note::Unmet { .. }));
        let mut entries = self.transcript.entries.iter();
        entries.find(|it| it.n == n && unmet(&it.event)).map(|_| n)
    }

    /// Returns what can be judged already. What an operator is asked to do may be under way: it is
    /// taken to be claimed until they have answered and its traffic has come, so that a PIN on its
    /// way is neither missing nor typed by nobody. A convention of this harness.
    pub fn so_far(&self) -> Transcript {
        let mut transcript = self.transcript.clone();
        let Some(Pending { n, step }) = self.pending else {
            return transcript;
        };
        // The steps of the header are masked already.
        let Some(act) = transcript.header.scenario.steps.get(step).cloned() else {
            return transcript;
        };
        if let Some(entry) = transcript.entries.iter_mut().find(|entry| entry.n == n) {
            (entry.from, entry.to) = roles_of(&act);
            entry.by = Some(By::Declared);
            entry.event = Event::Stimulus(Stimulus { step, act });
        }
        transcript
    }
}

impl Record {
    /// Tells what has been recorded each time that it changes, where that is wanted; never ends.
    pub(super) async fn report(
        &self,
        setup: &Setup,
        told: &RefCell<impl FnMut(Progress<'_>)>,
    ) -> Infallible {
        if !setup.follow {
            return pending().await;
        }
        let beside = setup.beside() != Beside::default();
        let mut known = 0;
        loop {
            let woken = match beside {
                true => timeout(LOOK, self.changed.notified()).await.is_ok(),
                false => {
                    self.changed.notified().await;
                    true
                }
            };
            if !woken && self.length() == known {
                continue;
            }
            let begun = Instant::now();
            let (transcript, pending) = self.now();
            known = transcript.entries.len();
            (*told.borrow_mut())(Progress::Recorded(Recorded {
                transcript: &transcript,
                pending,
            }));
            sleep(PACE.max(begun.elapsed() * REST)).await;
        }
    }
}
