//! The lines of a log, bounded, without colours.

use super::{LINE_MAX, RecordingError};

/// A line without its end.
#[derive(Debug)]
pub(super) struct Line {
    /// From 1.
    pub number: usize,
    pub text: String,
    /// Whether its end is there: a log may be cut in the middle of its last line.
    pub whole: bool,
}

/// Goes through the lines of a log.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    /// How many were read.
    pub number: usize,
}

impl<'a> Lines<'a> {
    /// Begins at the start.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Encoding`] for UTF-16.
    pub fn new(log: &'a [u8]) -> Result<Lines<'a>, RecordingError> {
        if log.starts_with(&[0xFF, 0xFE]) || log.starts_with(&[0xFE, 0xFF]) {
            return Err(RecordingError::Encoding);
        }
        let rest = log.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(log);
        Ok(Lines { rest, number: 0 })
    }

    /// Returns the next line, or nothing at the end.
    ///
    /// # Errors
    ///
    /// [`RecordingError::LongLine`].
    pub fn next(&mut self) -> Result<Option<Line>, RecordingError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let end = self
            .rest
            .iter()
            .take(LINE_MAX + 1)
            .position(|it| *it == b'\n');
        let (line, whole) = match end {
            Some(end) => (self.rest.get(..end), true),
            None if self.rest.len() > LINE_MAX => {
                return Err(RecordingError::LongLine { line: self.number });
            }
            None => (Some(self.rest), false),
        };
        let line = line.unwrap_or_default();
        self.rest = self.rest.get(line.len() + 1..).unwrap_or_default();
        Ok(Some(Line {
            number: self.number,
            text: plain(&String::from_utf8_lossy(line)),
            whole,
        }))
    }
}

/// Returns the text without colours and without the end of a line of DOS.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.trim_end_matches('\r').chars().peekable();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' && chars.peek() == Some(&'[') {
            chars.next();
            while chars.next().is_some_and(|it| !('@'..='~').contains(&it)) {}
        } else {
            plain.push(char);
        }
    }
    plain
}

/// Reads bytes that stand as pairs of hexadecimal digits with spaces between them.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    text.split_ascii_whitespace()
        .map(|pair| {
            let mut digits = pair.chars();
            match (digits.next()?.to_digit(16)?, digits.next()?.to_digit(16)?) {
                (high, low) if digits.next().is_none() => u8::try_from(high << 4 | low).ok(),
                _ => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_colours_and_keep_whether_they_end() {
        let mut lines = Lines::new(b"\xEF\xBB\xBF\x1b[36m0001\x1b[0m APDU\r\n\nSW: 9").unwrap();
        let mut next = || {
            let line = lines.next().unwrap();
            line.map(|it| (it.number, it.text, it.whole))
        };
        assert_eq!(next(), Some((1, "0001 APDU".to_owned(), true)));
        assert_eq!(next(), Some((2, String::new(), true)));
        assert_eq!(next(), Some((3, "SW: 9".to_owned(), false)));
        assert_eq!(next(), None);
    }

    #[test]
    fn what_no_log_has_is_refused() {
        assert_eq!(
            Lines::new(b"\xFF\xFE0\0").unwrap_err(),
            RecordingError::Encoding
        );
        let long = vec![b'x'; LINE_MAX + 1];
        let error = Lines::new(&long).unwrap().next().unwrap_err();
        assert_eq!(error, RecordingError::LongLine { line: 1 });
        assert!(Lines::new(&long[1..]).unwrap().next().is_ok());
    }

    #[test]
    fn bytes_are_pairs_of_digits() {
        assert_eq!(bytes(" 00 a4 FF "), Some(vec![0x00, 0xA4, 0xFF]));
        assert_eq!(bytes(""), Some(Vec::new()));
        for wrong in ["0", "000", "0g", "00 1", "+1"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
