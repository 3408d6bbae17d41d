//! Whether a card is in its slot, as a state machine: events in, the next thing to do out.
//!
//! Pure: how long has been waited is counted, not measured.

use std::time::Duration;

/// The first wait before another attempt to reach vpcd; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Where the card is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// Beside the reader.
    Out,
    /// On its way into the reader, with this many attempts behind it since it was there last.
    Coming {
        /// How often vpcd was not to be reached.
        attempts: u32,
        /// How long was waited between the attempts.
        waited: Duration,
    },
    /// In the reader.
    In,
    /// Put away for good.
    Ended(Ending),
}

/// Why the card was put away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// As it was asked to be.
    Stopped,
    /// A fault has pulled it, and nobody is there to put it back.
    CardLeft,
    /// pcscd has ended, and its return is not awaited.
    PeerClosed,
    /// vpcd is not to be reached, or the connection broke.
    Failed,
}

/// What has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Somebody puts the card in.
    Insert,
    /// Somebody takes the card out.
    Remove,
    /// Somebody puts everything away.
    Stop,
    /// vpcd has the card.
    Connected,
    /// vpcd is not to be reached.
    Refused,
    /// A fault has pulled the card.
    CardLeft,
    /// vpcd closed the connection.
    PeerClosed,
    /// The connection broke in another way.
    Broken,
}

/// How long to stand by a slot.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Patience {
    /// How long to wait for a vpcd that is not there, between attempts; not at all if absent.
    pub reconnect: Option<Duration>,
    /// Whether somebody is there who may put the card in again once it is out.
    pub attended: bool,
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Wait until somebody changes something.
    Wait,
    /// Wait this long, then try to reach vpcd.
    Connect(Duration),
    /// Answer vpcd.
    Serve,
    /// End.
    End(Ending),
}

impl Presence {
    /// A card that is about to be put in.
    pub const COMING: Self = Self::Coming {
        attempts: 0,
        waited: Duration::ZERO,
    };

    /// Returns what follows when something happens.
    #[must_use]
    pub fn after(self, change: Change, patience: Patience) -> Self {
        match (self, change) {
            (Self::Ended(_), _) => self,
            (_, Change::Stop) => Self::Ended(Ending::Stopped),
            (_, Change::Remove) => Self::Out,
            (Self::Out, Change::Insert) => Self::COMING,
            (Self::Coming { .. }, Change::Connected) => Self::In,
            (Self::Coming { attempts, waited }, Change::Refused) => {
                Self::refused(attempts, waited, patience)
            }
            (Self::In, Change::CardLeft) => Self::out(Ending::CardLeft, patience),
            // Not at once: a pcscd that is about to end may still accept, and for ever.
            (Self::In, Change::PeerClosed) if patience.reconnect.is_some() => Self::Coming {
                attempts: 1,
                waited: FIRST_WAIT,
            },
            (Self::In, Change::PeerClosed) => Self::out(Ending::PeerClosed, patience),
            (Self::In, Change::Broken) => Self::out(Ending::Failed, patience),
            // Already as it is asked to be.
            (Self::In | Self::Coming { .. }, Change::Insert) => self,
            // What a connection tells that is no longer wanted.
            (
                Self::Out,
                Change::Connected
                | Change::Refused
                | Change::CardLeft
                | Change::PeerClosed
                | Change::Broken,
            )
            | (Self::Coming { .. }, Change::CardLeft | Change::PeerClosed | Change::Broken)
            | (Self::In, Change::Connected | Change::Refused) => self,
        }
    }

    const fn out(ending: Ending, patience: Patience) -> Self {
        if patience.attended {
            Self::Out
        } else {
            Self::Ended(ending)
        }
    }

    fn refused(attempts: u32, waited: Duration, patience: Patience) -> Self {
        let wait = wait_after(attempts);
        match patience.reconnect {
            Some(limit) if waited + wait <= limit => Self::Coming {
                attempts: attempts.saturating_add(1),
                waited: waited + wait,
            },
            _ => Self::out(Ending::Failed, patience),
        }
    }

    /// Returns what to do in this state.
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::Out => Action::Wait,
            Self::Coming { attempts: 0, .. } => Action::Connect(Duration::ZERO),
            Self::Coming { attempts, .. } => Action::Connect(wait_after(attempts - 1)),
            Self::In => Action::Serve,
            Self::Ended(ending) => Action::End(ending),
        }
    }
}

/// Returns the wait after this many failed attempts and one more.
fn wait_after(attempts: u32) -> Duration {
    2_u32
        .checked_pow(attempts)
        .and_then(|factor| FIRST_WAIT.checked_mul(factor))
        .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALONE: Patience = Patience {
        reconnect: None,
        attended: false,
    };
    const ATTENDED: Patience = Patience {
        attended: true,
        ..ALONE
    };

    const fn reconnecting(seconds: u64) -> Patience {
        Patience {
            reconnect: Some(Duration::from_secs(seconds)),
            ..ALONE
        }
    }

    fn after(changes: &[Change], patience: Patience) -> Presence {
        let change = |presence: Presence, change: &Change| presence.after(*change, patience);
        changes.iter().fold(Presence::COMING, change)
    }

    #[test]
    fn card_that_is_taken_out_can_be_put_in_again() {
        use Change::{Connected, Insert, Remove};
        assert_eq!(after(&[Connected], ALONE), Presence::In);
        assert_eq!(after(&[Connected, Remove], ALONE), Presence::Out);
        assert_eq!(after(&[Connected, Remove, Insert], ALONE), Presence::COMING);
    }

    #[test]
    fn without_anybody_there_the_first_end_is_the_last() {
        use Change::{CardLeft, Connected, PeerClosed, Refused};
        for (changes, ending) in [
            (&[Connected, PeerClosed][..], Ending::PeerClosed),
            (&[Connected, CardLeft], Ending::CardLeft),
            (&[Refused], Ending::Failed),
        ] {
            assert_eq!(after(changes, ALONE), Presence::Ended(ending));
            assert_eq!(after(changes, ATTENDED), Presence::Out);
        }
    }

    #[test]
    fn waits_for_pcscd_grow_to_a_second_and_end_at_the_limit() {
        let patience = reconnecting(3);
        let mut presence = after(&[Change::Connected, Change::PeerClosed], patience);
        let mut waits = Vec::new();
        while let Action::Connect(wait) = presence.action() {
            waits.push(wait.as_millis());
            presence = presence.after(Change::Refused, patience);
        }
        assert_eq!(waits, [50, 100, 200, 400, 800, 1000]);
        assert_eq!(presence, Presence::Ended(Ending::Failed));
    }

    fn any_change() -> impl Strategy<Value = Change> {
        prop::sample::select(vec![
            Change::Insert,
            Change::Remove,
            Change::Connected,
            Change::Refused,
            Change::CardLeft,
            Change::PeerClosed,
            Change::Broken,
        ])
    }

    proptest! {
        #[test]
        fn stop_ends_whatever_came_before_and_nothing_undoes_it(
            before in prop::collection::vec(any_change(), 0..20),
            later in prop::collection::vec(any_change(), 0..5),
        ) {
            let stopped = after(&[&before[..], &[Change::Stop]].concat(), ATTENDED);
            prop_assert_eq!(stopped, Presence::Ended(Ending::Stopped));
            let end = later.iter().fold(stopped, |end, change| end.after(*change, ATTENDED));
            prop_assert_eq!(end, stopped);
        }

        #[test]
        fn attended_slot_never_ends_by_itself(
            changes in prop::collection::vec(any_change(), 0..40),
        ) {
            let patience = Patience { attended: true, ..reconnecting(1) };
            prop_assert!(!matches!(after(&changes, patience), Presence::Ended(_)));
        }
    }
}
