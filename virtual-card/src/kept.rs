//! What is made once and then kept in memory, up to a limit: who plays many receptions waits once for
//! what every reception begins with.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Values that follow from their key alone, each made once per process.
#[derive(Debug)]
pub struct Kept<K, V> {
    values: LazyLock<Mutex<HashMap<K, V>>>,
    most: usize,
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// Keeps at most so many values; all are forgotten before one more is.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self {
            values: LazyLock::new(Mutex::default),
            most,
        }
    }

    /// Returns the value of a key, from memory or made now. Nothing is kept where none can be made.
    pub fn get(&self, key: K, make: impl FnOnce() -> Option<V>) -> Option<V> {
        if let Some(value) = self.lock().get(&key) {
            return Some(value.clone());
        }
        // Not under the lock: others make theirs meanwhile.
        let value = make()?;
        let mut values = self.lock();
        if values.len() >= self.most {
            values.clear();
        }
        values.insert(key, value.clone());
        Some(value)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, V>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_value_is_made_once_until_there_are_too_many() {
        let made = Cell::new(0);
        let kept = Kept::new(2);
        let get = |key: u8| {
            kept.get(key, || {
                made.set(made.get() + 1);
                (key != 0).then_some(key * 10)
            })
        };
        assert_eq!((get(1), get(1), made.get()), (Some(10), Some(10), 1));
        assert_eq!((get(0), get(0), made.get()), (None, None, 3));
        assert_eq!((get(2), get(1), made.get()), (Some(20), Some(10), 4));
        // The third drives the others out.
        assert_eq!((get(3), get(1), made.get()), (Some(30), Some(10), 6));
    }
}
