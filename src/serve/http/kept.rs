//! What was asked and answered by create, and asynchronously, kept for a while to be fetched.

use std::collections::BTreeMap;

use axum::body::Bytes;

/// Which world: the number of an arranged one, none for the one that is served.
pub(super) type WorldId = Option<u64>;

/// How many exchanges are kept.
const KEPT_MAX: usize = 4_096;
/// How many bytes they may have together.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// An inquiry and its answer, as resources.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    /// The request as it was created.
    pub(super) request: Bytes,
    /// The response.
    pub(super) response: Bytes,
}

/// The exchanges that are kept, the oldest go first.
#[derive(Debug, Default)]
pub(super) struct Kept {
    last: u64,
    bytes: usize,
    exchanges: BTreeMap<u64, (WorldId, Exchange)>,
}

impl Kept {
    /// Returns the number of the next exchange.
    pub(super) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Keeps an exchange under its number, and lets the oldest go where there are too many.
    pub(super) fn keep(&mut self, number: u64, world: WorldId, exchange: Exchange) {
        self.bytes += size(&exchange);
        self.exchanges.insert(number, (world, exchange));
        while self.exchanges.len() > KEPT_MAX || self.bytes > BYTES_MAX {
            let Some((_, (_, oldest))) = self.exchanges.pop_first() else {
                return;
            };
            self.bytes -= size(&oldest);
        }
    }

    /// Returns an exchange of a world.
    pub(super) fn get(&self, number: u64, world: WorldId) -> Option<Exchange> {
        let (kept_for, exchange) = self.exchanges.get(&number)?;
        (*kept_for == world).then(|| exchange.clone())
    }
}

fn size(exchange: &Exchange) -> usize {
    exchange.request.len() + exchange.response.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(length: usize) -> Exchange {
        Exchange {
            request: vec![b'q'; length].into(),
            response: vec![b'a'; length].into(),
        }
    }

    #[test]
    fn a_world_sees_its_own_alone() {
        let mut kept = Kept::default();
        let number = kept.number();
        kept.keep(number, Some(1), exchange(1));
        assert!(kept.get(number, Some(1)).is_some());
        assert!(kept.get(number, Some(2)).is_none());
        assert!(kept.get(number, None).is_none());
    }

    #[test]
    fn number_and_bytes_are_bounded_and_the_oldest_go() {
        let mut kept = Kept::default();
        for _ in 0..KEPT_MAX + 10 {
            let number = kept.number();
            kept.keep(number, None, exchange(1));
        }
        assert_eq!(kept.exchanges.len(), KEPT_MAX);
        assert!(kept.get(10, None).is_none());
        assert!(kept.get(11, None).is_some());
        for _ in 0..40 {
            let number = kept.number();
            kept.keep(number, None, exchange(1024 * 1024));
        }
        assert!(kept.bytes <= BYTES_MAX);
        assert!(kept.get(kept.last, None).is_some());
    }
}
