//! A program that others wrote: JSON lines over its standard input and output, whatever they say.
//!
//! It is started without a shell, leads a process group of its own, and is gone at the end with
//! everything that it started. Every wait has an end and every line a greatest length. What the
//! lines mean is told where they are spoken: `backend::process` and `reader::driven`.

mod child;
mod leader;
mod lines;
mod living;
mod mark;
mod pool;

use std::time::Duration;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::eligibility::Text;
use crate::sanitise;

pub use child::Child;
pub use mark::Marker;
pub use pool::{Introduce, Pool, Running};

/// The last line that a program is sent.
const BYE: &str = r#"{"type":"bye"}"#;
/// Characters of outside text that go into a message for people.
const TEXT_MAX: usize = 300;

/// What a program is to us, and how long it may take.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What it plays, for the log: `backend` or `reader`.
    pub role: &'static str,
    /// How long a line of it may be waited for.
    pub patience: Duration,
}

/// A program did not do its part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// It ended, or could not be started.
    #[error("{0}")]
    Down(String),
    /// Nothing came in time.
    #[error("nothing came within {limit_ms} ms")]
    Silent {
        /// How long was waited.
        limit_ms: u64,
    },
    /// What came is not of its protocol.
    #[error("{0}")]
    Malformed(String),
}

/// A program could not be started.
#[derive(Debug)]
pub enum StartError {
    /// There is no such program, or it cannot be executed.
    Usage(String),
    /// It was started and failed.
    Failed(Failed),
}

impl From<StartError> for Failed {
    fn from(error: StartError) -> Failed {
        match error {
            StartError::Usage(what) => Failed::Down(what),
            StartError::Failed(failed) => failed,
        }
    }
}

/// Reads a line; `schema` is the name under which `uketsuke schema` prints what it must be.
///
/// # Errors
///
/// [`Failed::Malformed`] with what is wrong and what was expected.
pub fn read_line<T: DeserializeOwned>(line: &[u8], schema: &str) -> Result<T, Failed> {
    let text = std::str::from_utf8(line).map_err(|error| {
        Failed::Malformed(format!(
            "a line that is not UTF-8 (byte {}); JSON in UTF-8 was expected",
            error.valid_up_to() + 1
        ))
    })?;
    serde_json::from_str(text).map_err(|error| {
        let expected = match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) if value.is_object() => format!("a message of the schema `{schema}`"),
            Ok(_) => "an object with a `type`".to_owned(),
            Err(_) => "one line with one JSON object".to_owned(),
        };
        let what = plain(&error.to_string());
        Failed::Malformed(format!("{what}; {expected} was expected"))
    })
}

/// Returns text from outside on one line, with nothing hidden in it, and cut where it is long.
pub fn plain(text: &str) -> String {
    let shown = sanitise::one_line(text);
    match shown.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown.into_owned(),
    }
}

/// A reason, in both languages or in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Reason {
    /// In both.
    Both(Text),
    /// In one, used for both.
    One(String),
}

impl From<Reason> for Text {
    fn from(reason: Reason) -> Text {
        match reason {
            Reason::Both(text) => Text::new(plain(&text.ja), plain(&text.en)),
            Reason::One(text) => Text::new(plain(&text), plain(&text)),
        }
    }
}

/// Splits a command at spaces; quotation marks, double or single, keep a word together. Nothing
/// else is special, and no shell is involved.
///
/// # Errors
///
/// What is wrong, where a quotation mark is never closed.
pub fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    if let Some(open) = quote {
        return Err(format!("the quotation mark {open} is never closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_from_outside_is_cut() {
        let long = plain(&"あ".repeat(TEXT_MAX + 1));
        assert_eq!(long.chars().count(), TEXT_MAX + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_command_is_split_at_spaces_and_quotation_marks_keep_words_together() {
        let expected = ["python3", "my reader.py", "--flag", ""].map(str::to_owned);
        assert_eq!(
            words("python3 'my reader.py'  --flag \"\""),
            Ok(expected.to_vec())
        );
        assert!(words("a 'b").unwrap_err().contains("never closed"));
    }
}
