//! What a process writes: lines of bounded length, and the bounded rest that goes to the log.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{ChildStderr, ChildStdout};

use super::child::Hidden;
use crate::sanitise;

/// Bytes of a line at most, the line feed not counted.
pub(super) const LINE_MAX: usize = 4 * 1024 * 1024;
/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;
/// Bytes of one line of standard error that are passed on.
const LOG_LINE_MAX: usize = 1024;
/// Lines of standard error that are passed on.
const LOG_LINES_MAX: usize = 200;

/// Why no line came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The output ended.
    Ended,
    /// It ended in the middle of a line.
    Half,
    /// The line is too long.
    TooLong,
}

/// The lines of standard output.
pub(super) struct Lines<R = ChildStdout> {
    from: R,
    read: Vec<u8>,
    /// How much of `read` is known to hold no line feed.
    searched: usize,
    /// How many bytes have been returned as lines.
    returned: u64,
    /// Where marks stand that no line has passed, as a number of bytes from the beginning.
    marks: VecDeque<u64>,
    /// How many marks there have been, and how many of them a returned line stands behind.
    made: u64,
    passed: u64,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(from: R) -> Lines<R> {
        Lines {
            from,
            read: Vec::new(),
            searched: 0,
            returned: 0,
            marks: VecDeque::new(),
            made: 0,
            passed: 0,
        }
    }

    /// Reads `available` bytes, which have been written, and makes a mark behind them; returns its
    /// number, from 1. What nobody reads is not read without end: then it stands too early.
    async fn mark_behind(&mut self, available: usize) -> u64 {
        let end = self.read.len().saturating_add(available);
        while self.read.len() < end && end <= LINE_MAX {
            self.read.reserve(CHUNK);
            if self.from.read_buf(&mut self.read).await.unwrap_or(0) == 0 {
                break;
            }
        }
        let end = u64::try_from(end.min(self.read.len())).unwrap_or(u64::MAX);
        self.marks.push_back(self.returned.saturating_add(end));
        self.made += 1;
        self.made
    }

    /// Returns how many marks the last line stands behind: those made before it was whole.
    pub(super) fn passed(&self) -> u64 {
        self.passed
    }

    fn pass(&mut self, length: usize) {
        self.returned += u64::try_from(length).unwrap_or(u64::MAX);
        while self.marks.front().is_some_and(|mark| *mark < self.returned) {
            self.marks.pop_front();
            self.passed += 1;
        }
    }

    /// Returns the next line without its line feed. Nothing is lost when it is dropped halfway.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, Stopped> {
        loop {
            let rest = self.read.get(self.searched..).unwrap_or_default();
            let end = rest.iter().position(|byte| *byte == b'\n');
            let length = self.searched + end.unwrap_or(rest.len());
            if length > LINE_MAX {
                return Err(Stopped::TooLong);
            }
            if end.is_some() {
                let mut line: Vec<u8> = self.read.drain(..=length).collect();
                line.pop();
                self.searched = 0;
                self.pass(line.len() + 1);
                return Ok(line);
            }
            self.searched = length;
            self.read.reserve(CHUNK);
            // A broken pipe is an end like any other.
            if self.from.read_buf(&mut self.read).await.unwrap_or(0) == 0 {
                return Err(if self.read.is_empty() {
                    Stopped::Ended
                } else {
                    Stopped::Half
                });
            }
        }
    }

    /// Tells whether anything has come that nobody has read; an end is told by the next read.
    pub(super) async fn has_spoken(&mut self) -> bool {
        if self.read.is_empty() {
            let reading = self.from.read_buf(&mut self.read);
            // Nothing is lost where it is given up at once.
            let _ = tokio::time::timeout(Duration::ZERO, reading).await;
        }
        !self.read.is_empty()
    }

    /// Tells whether nothing has come, not even an end.
    pub(super) async fn are_quiet(&mut self) -> bool {
        let nothing = tokio::time::timeout(Duration::ZERO, self.next())
            .await
            .is_err();
        nothing && self.read.is_empty()
    }
}

impl Lines {
    /// Makes a mark behind all that has been written by now and returns its number, from 1.
    pub(super) async fn mark(&mut self) -> u64 {
        let available = rustix::io::ioctl_fionread(&self.from).unwrap_or(0);
        self.mark_behind(usize::try_from(available).unwrap_or(0))
            .await
    }
}

/// Passes standard error on to the log, sanitised and up to a bound; the rest is read and dropped,
/// so that the program never waits for us.
pub(super) async fn pass_on(mut stderr: ChildStderr, role: &'static str, hidden: Hidden) {
    let mut left = LOG_LINES_MAX;
    let mut line = Vec::new();
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = stderr.read(&mut chunk).await {
        for byte in chunk.iter().take(length) {
            match byte {
                b'\n' => log(role, &hidden, &mut left, &mut line),
                _ if line.len() < LOG_LINE_MAX => line.push(*byte),
                _ => {}
            }
            if left == 0 {
                break;
            }
        }
    }
    if !line.is_empty() {
        log(role, &hidden, &mut left, &mut line);
    }
}

fn log(role: &str, hidden: &Hidden, left: &mut usize, line: &mut Vec<u8>) {
    let Some(fewer) = left.checked_sub(1) else {
        return;
    };
    *left = fewer;
    let text = hidden.hide(&String::from_utf8_lossy(line));
    tracing::info!("the {role}'s standard error: {}", sanitise::one_line(&text));
    line.clear();
    if fewer == 0 {
        tracing::info!("the {role}'s standard error: cut after {LOG_LINES_MAX} lines");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(bytes: &[u8]) -> (Vec<Vec<u8>>, Stopped) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut lines = Lines::new(bytes);
            let mut read = Vec::new();
            loop {
                match lines.next().await {
                    Ok(line) => read.push(line),
                    Err(stopped) => return (read, stopped),
                }
            }
        })
    }

    #[test]
    fn lines_end_at_line_feeds() {
        let (lines, stopped) = lines_of(b"one\n\ntwo\r\n");
        assert_eq!(lines, [b"one".to_vec(), Vec::new(), b"two\r".to_vec()]);
        assert_eq!(stopped, Stopped::Ended);
        assert_eq!(lines_of(b"one\nha").1, Stopped::Half);
    }

    #[test]
    fn a_line_passes_the_marks_that_were_made_before_it_was_whole() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut lines = Lines::new(b"a\nbb\nccc\n".as_slice());
            // Behind the first line, and within the second.
            assert_eq!(lines.mark_behind(2).await, 1);
            assert_eq!(lines.next().await, Ok(b"a".to_vec()));
            assert_eq!(lines.passed(), 0);
            // All has been read by now: what nobody has taken counts as written before.
            assert_eq!(lines.mark_behind(0).await, 2);
            assert_eq!(lines.next().await, Ok(b"bb".to_vec()));
            assert_eq!(lines.passed(), 1);
            assert_eq!(lines.next().await, Ok(b"ccc".to_vec()));
            assert_eq!(lines.passed(), 1);
            assert_eq!(lines.mark_behind(0).await, 3);
            assert_eq!(lines.next().await, Err(Stopped::Ended));
            assert_eq!(lines.passed(), 1);
        });
    }

    #[test]
    fn a_line_of_the_longest_length_is_read_and_one_longer_is_not() {
        let mut bytes = vec![b'x'; LINE_MAX];
        bytes.push(b'\n');
        assert_eq!(lines_of(&bytes).0.len(), 1);
        bytes.insert(0, b'x');
        assert_eq!(lines_of(&bytes), (Vec::new(), Stopped::TooLong));
        assert_eq!(lines_of(&vec![b'x'; LINE_MAX + 1]).1, Stopped::TooLong);
    }
}
