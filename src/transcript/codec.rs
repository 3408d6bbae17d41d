//! Transcripts as NDJSON.

use super::{Entry, Header, Transcript};

/// The format that this version writes and reads.
pub const FORMAT: &str = "uketsuke-transcript/1";

/// The text is not a transcript of ours.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing in it.
    #[error("the transcript is empty; line 1 must be a header of format {FORMAT}")]
    Empty,
    /// Line 1 is of another format.
    #[error("line 1: format {found:?} where {FORMAT} was expected")]
    Format {
        /// What line 1 says.
        found: String,
    },
    /// A line cannot be read.
    #[error("line {line}{}", place_and_reason(.source))]
    Line {
        /// Line, from 1.
        line: usize,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Entries are missing or out of order.
    #[error("line {line}: entry {found} where entry {expected} was expected")]
    Order {
        /// Line, from 1.
        line: usize,
        /// The number found.
        found: u64,
        /// The number expected.
        expected: u64,
    },
}

/// Says where in its line and why something is not what it must be: serde_json counts a line alone.
fn place_and_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.rsplit_once(" at line 1 ").map_or(&*text, |it| it.0);
    match error.column() {
        0 => format!(": {reason}"),
        column => format!(", column {column}: {reason}"),
    }
}

impl Transcript {
    /// Returns the transcript as NDJSON: a header line, then a line per entry.
    pub fn to_ndjson(&self) -> String {
        let mut text = self.header.to_line();
        for entry in &self.entries {
            text.push_str(&entry.to_line());
        }
        text
    }

    /// Reads NDJSON.
    ///
    /// # Errors
    ///
    /// [`ReadError`] with the line where the text is not a transcript of this format. An entry
    /// that is missing is an error: a verdict over a transcript with holes could not be trusted.
    pub fn from_ndjson(text: &str) -> Result<Transcript, ReadError> {
        let mut lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        let (_, first) = lines.next().ok_or(ReadError::Empty)?;
        let probe: serde_json::Value =
            serde_json::from_str(first).map_err(|source| ReadError::Line { line: 1, source })?;
        let found = probe
            .get("format")
            .and_then(|format| format.as_str())
            .unwrap_or_default();
        if found != FORMAT {
            return Err(ReadError::Format {
                found: found.to_owned(),
            });
        }
        let header: Header =
            serde_json::from_str(first).map_err(|source| ReadError::Line { line: 1, source })?;
        let mut entries: Vec<Entry> = Vec::new();
        for (index, text) in lines {
            let line = index + 1;
            let entry: Entry =
                serde_json::from_str(text).map_err(|source| ReadError::Line { line, source })?;
            let expected = entries.len() as u64 + 1;
            if entry.n != expected {
                return Err(ReadError::Order {
                    line,
                    found: entry.n,
                    expected,
                });
            }
            entries.push(entry);
        }
        Ok(Transcript { header, entries })
    }
}

impl Header {
    /// Returns the header as the first line of a transcript, its end included.
    pub fn to_line(&self) -> String {
        line(self)
    }
}

impl Entry {
    /// Returns the entry as a line of a transcript, its end included.
    pub fn to_line(&self) -> String {
        line(self)
    }
}

fn line<T: serde::Serialize>(value: &T) -> String {
    // Serialising our own types to a string cannot fail: string keys, no foreign writer.
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}
