//! The PIN pad: ten keys in an order of their own each time (IDV-06).

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// Returns the ten digits in a random order.
pub(super) fn shuffled(random: &mut ChaCha20Rng) -> String {
    let mut keys: Vec<u8> = (b'0'..=b'9').collect();
    // Fisher-Yates; the slight bias of the remainder does not matter for ten keys.
    for last in (1..keys.len()).rev() {
        let other = random.next_u32() as usize % (last + 1);
        keys.swap(last, other);
    }
    keys.into_iter().map(char::from).collect()
}

/// Returns `length` random bytes, for a challenge.
pub(super) fn challenge(random: &mut ChaCha20Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    bytes
}
