//! Why a command could not be carried out, and with which exit code it ends.

use std::io;

use crate::exit_code::ExitCode;
use crate::library::LibraryError;
use crate::scenario::ParseError;

/// A command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The command line cannot be carried out.
    #[error("{0}")]
    Usage(String),
    /// A scenario, a transcript or the configuration is invalid.
    #[error("{0}")]
    Invalid(String),
    /// Nothing was selected.
    #[error("{0}")]
    Nothing(String),
    /// A result could not be written.
    #[error("cannot write to {to}: {source}")]
    Output {
        /// Where to.
        to: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What a test excludes happened.
    #[error("bug in uketsuke: {0}; please report it")]
    Bug(String),
}

impl Failure {
    /// Returns the exit code.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Usage(_) => ExitCode::Usage,
            Failure::Invalid(_) => ExitCode::Invalid,
            Failure::Nothing(_) => ExitCode::Nothing,
            Failure::Output { .. } => ExitCode::Undecided,
            Failure::Bug(_) => ExitCode::Bug,
        }
    }
}

impl From<LibraryError> for Failure {
    fn from(error: LibraryError) -> Failure {
        Failure::Invalid(match &error {
            LibraryError::Parse(error) => shown(error),
            other => other.to_string(),
        })
    }
}

/// Returns an error in a file as it is shown: with the PINs of the line masked.
pub(super) fn shown(error: &ParseError) -> String {
    let mut error = error.clone();
    if let Some(excerpt) = &error.excerpt
        && let Some(secret) = pin_of(excerpt)
    {
        let mask = "•".repeat(secret.chars().count());
        error.message = error.message.replace(&secret, &mask);
        error.excerpt = Some(excerpt.replace(&secret, &mask));
    }
    error.to_string()
}

/// Finds the PIN on a line of a scenario.
fn pin_of(line: &str) -> Option<String> {
    let (_, value) = line.split_once("enter-pin")?;
    let value = value.trim_start_matches(|c: char| "\"':[".contains(c) || c.is_whitespace());
    let end = value
        .find(|c: char| "\"'}],#".contains(c) || c.is_whitespace())
        .unwrap_or(value.len());
    let pin = value.get(..end)?;
    (!pin.is_empty()).then(|| pin.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Document;

    #[test]
    fn a_pin_is_found_in_every_way_of_writing_it() {
        for line in [
            "  - enter-pin: \"8642\"",
            "  - enter-pin: 8642 # right",
            "  - { enter-pin: '8642' }",
            "  - {\"enter-pin\": \"8642\"}",
            "  - enter-pin: [8642]",
        ] {
            assert_eq!(pin_of(line).as_deref(), Some("8642"), "{line}");
        }
        assert_eq!(pin_of("  - take-card"), None);
        assert_eq!(pin_of("  - enter-pin"), None);
    }

    #[test]
    fn an_error_never_shows_a_pin() {
        let text = "title: { ja: a, en: b }\nsteps:\n  - enter-pin: [8642]\n";
        let error = shown(&Document::parse(text, "x.yaml").unwrap_err());
        assert!(error.contains("x.yaml:"), "{error}");
        assert!(!error.contains("8642"), "{error}");
    }
}
