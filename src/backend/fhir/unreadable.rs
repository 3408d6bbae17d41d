//! Why a JSON document is not what was expected: where, and what was expected.

/// A document that cannot be read without guessing its meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {expected}")]
pub struct Unreadable {
    /// Where, as a FHIRPath such as `CoverageEligibilityResponse.insurance[0].inforce`.
    pub at: String,
    /// What was expected there, and what was found.
    pub expected: String,
}

impl Unreadable {
    /// Makes one.
    pub fn new(at: impl Into<String>, expected: impl Into<String>) -> Unreadable {
        Unreadable {
            at: at.into(),
            expected: expected.into(),
        }
    }

    /// Returns it as seen from outside `outer`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Unreadable {
        self.at = match self.at.as_str() {
            "" => outer.to_owned(),
            inner if inner.starts_with('[') => format!("{outer}{inner}"),
            inner => format!("{outer}.{inner}"),
        };
        self
    }
}
