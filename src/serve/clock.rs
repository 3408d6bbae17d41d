//! The clock of a served world: the system's, or a virtual one that ticks or stands.

use std::time::Instant;

use crate::clock::system_now;
use crate::eligibility::Moment;

/// Whether a virtual clock goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// It ticks with real time.
    #[default]
    Ticking,
    /// It stands until it is set.
    Fixed,
}

/// A clock that can be set.
#[derive(Debug, Clone)]
pub struct WorldClock {
    pace: Pace,
    /// What it was set to, and when; the system's time where it never was.
    set: Option<(Moment, Instant)>,
}

impl WorldClock {
    /// Makes a clock that shows `at` now, or the system's time for none.
    pub fn new(at: Option<Moment>, pace: Pace) -> WorldClock {
        let at = match pace {
            Pace::Ticking => at,
            Pace::Fixed => Some(at.unwrap_or_else(system_now)),
        };
        WorldClock {
            pace,
            set: at.map(|at| (at, Instant::now())),
        }
    }

    /// Sets the clock; it keeps its pace.
    pub fn set(&mut self, at: Moment) {
        self.set = Some((at, Instant::now()));
    }

    /// Returns what the clock shows.
    pub fn now(&self) -> Moment {
        match (&self.set, self.pace) {
            (None, _) => system_now(),
            (Some((at, _)), Pace::Fixed) => *at,
            (Some((at, since)), Pace::Ticking) => {
                at.plus_ms(u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX))
            }
        }
    }

    /// Tells whether it has ever been set.
    pub fn is_virtual(&self) -> bool {
        self.set.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "2025-12-20T09:15+09:00";

    #[test]
    fn a_fixed_clock_stands_where_it_was_set() {
        let at: Moment = AT.parse().unwrap();
        let mut clock = WorldClock::new(Some(at), Pace::Fixed);
        assert_eq!(clock.now(), at);
        let later = at.plus_ms(86_400_000);
        clock.set(later);
        assert_eq!(clock.now(), later);
    }

    #[test]
    fn a_ticking_clock_starts_where_it_was_set_and_never_goes_back() {
        let at: Moment = AT.parse().unwrap();
        let clock = WorldClock::new(Some(at), Pace::Ticking);
        let first = clock.now();
        assert!(first >= at && first.ms_since(at) < 60_000);
        assert!(clock.now() >= first);
    }

    #[test]
    fn a_clock_that_was_never_set_is_the_systems() {
        let clock = WorldClock::new(None, Pace::Ticking);
        assert!(!clock.is_virtual());
        assert!(clock.now() <= system_now());
    }
}
