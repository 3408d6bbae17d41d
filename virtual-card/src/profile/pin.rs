//! A PIN or password that does not show itself.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A PIN or password of the card.
///
/// `Debug` and `Display` print a mask; a profile file holds it in the clear, since it is its
/// owner's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Pin(String);

impl Pin {
    /// Makes a PIN of any text; whether the card would take it is for [`Pin::fits_user`] and
    /// [`Pin::fits_signature`] to say.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the PIN itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the bytes that VERIFY sends.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Says whether it can be a 利用者証明用 PIN: 4 digits (card.md §3).
    #[must_use]
    pub fn fits_user(&self) -> bool {
        fits_user(self.as_bytes())
    }

    /// Says whether it can be a 署名用 password: 6 to 16 of A–Z and 0–9 (card.md §3).
    #[must_use]
    pub fn fits_signature(&self) -> bool {
        fits_signature(self.as_bytes())
    }
}

pub(crate) fn fits_user(bytes: &[u8]) -> bool {
    bytes.len() == 4 && bytes.iter().all(u8::is_ascii_digit)
}

pub(crate) fn fits_signature(bytes: &[u8]) -> bool {
    (6..=16).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

impl fmt::Display for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("****")
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pin(****)")
    }
}

impl From<&str> for Pin {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Pin;

    #[test]
    fn pin_never_shows_itself() {
        let pin = Pin::new("4649");
        assert!(!format!("{pin} {pin:?} {:?}", Some(&pin)).contains("4649"));
        assert_eq!(pin.as_str(), "4649");
    }

    #[test]
    fn pin_formats_are_those_of_the_card() {
        assert!(Pin::new("0123").fits_user());
        assert!(!Pin::new("012").fits_user() && !Pin::new("012a").fits_user());
        assert!(
            Pin::new("ABC123").fits_signature() && Pin::new("A23456789012345F").fits_signature()
        );
        assert!(!Pin::new("abc123").fits_signature() && !Pin::new("ABC12").fits_signature());
    }
}
