//! Reads what other software recorded of card traffic: the logs of `pcscd --apdu` and of `pcsc-spy`.
//!
//! Each reader slot of a log becomes one transcript. The card may be a real one, so that nothing is
//! kept but headers of commands, names in SELECTs, lengths and status words; what is hidden has an
//! alias, so that equality stays judgeable (`docs/recordings.md`). No error repeats what a log says.
//! A log that ends or breaks off in the middle gives as much as is there, marked as cut.

mod assemble;
mod line;
mod pcsc_spy;
mod pcscd;
mod seen;

use jiff::Timestamp;

use crate::eligibility::{Moment, Site, Text};
use crate::requirement::Id;
use crate::scenario::{Scenario, UnderTest};
use crate::transcript::Transcript;

/// The longest log that is read, in bytes.
pub const LOG_MAX: usize = 64 * 1024 * 1024;
/// The longest line, in bytes: the longest APDU there is, in hexadecimal digits with spaces.
pub const LINE_MAX: usize = 256 * 1024;
/// The most exchanges between programs and cards in one log.
pub const EXCHANGES_MAX: usize = 100_000;

/// The requirements of which card traffic alone decides every case (requirements.md, "seen in"):
/// the purpose of a recording of which no scenario is known.
pub const DECIDED: [&str; 10] = [
    "ACC-01", "ACC-02", "ACC-03", "ACC-05", "ACC-08", "ACC-10", "IDV-03", "IDV-09", "IDV-12",
    "IDV-18",
];

/// Who wrote the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `pcscd --foreground --apdu`, with or without `--debug`.
    Pcscd,
    /// The log of `libpcscspy`, as it is or as `pcsc-spy` shows it.
    PcscSpy,
}

/// What a log shows of one reader slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The slot's name; empty where the log does not name any.
    pub slot: String,
    /// The traffic, masked.
    pub transcript: Transcript,
    /// What the reader of the verdict should know of the log, each once.
    pub remarks: Vec<Text>,
}

/// The text is not a log that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// Longer than is read.
    #[error("the log is longer than {LOG_MAX} bytes; cut out the part to judge")]
    TooLong,
    /// Not text of one byte per character or UTF-8.
    #[error("the log is UTF-16; save it as UTF-8")]
    Encoding,
    /// A line is longer than any APDU.
    #[error(
        "line {line}: longer than {LINE_MAX} bytes, which no APDU needs; this is not such a log"
    )]
    LongLine {
        /// Line, from 1.
        line: usize,
    },
    /// A line is not what must stand there.
    #[error("line {line}: {expected} was expected")]
    Line {
        /// Line, from 1.
        line: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// More exchanges than are judged at once.
    #[error("line {line}: more than {EXCHANGES_MAX} commands; cut out the part to judge")]
    TooMany {
        /// Line, from 1.
        line: usize,
    },
    /// It breaks off before anything in it could be judged.
    #[error("line {line}: {why}; nothing before it can be judged")]
    Broken {
        /// Line, from 1.
        line: usize,
        /// Why.
        why: &'static str,
    },
    /// No command was found.
    #[error("no command to a card in {lines} lines: {hint}")]
    NoTraffic {
        /// How many lines were read.
        lines: usize,
        /// What to look at.
        hint: &'static str,
    },
}

/// Reads a log. `scenario` is what was acted out, its PIN in clear, or nothing where that is not
/// known; `at` is when the log begins, where it does not say so itself.
///
/// # Errors
///
/// [`RecordingError`] with the line and what was expected there.
pub fn read(
    format: Format,
    log: &[u8],
    scenario: Option<&Scenario>,
    at: Moment,
) -> Result<Vec<Recording>, RecordingError> {
    if log.len() > LOG_MAX {
        return Err(RecordingError::TooLong);
    }
    let lines = line::Lines::new(log)?;
    let read = match format {
        Format::Pcscd => pcscd::read(lines)?,
        Format::PcscSpy => pcsc_spy::read(lines)?,
    };
    let at = read.start.unwrap_or(at);
    // Transcripts have milliseconds: what is written must be what was judged.
    let at = Timestamp::from_millisecond(at.0.as_millisecond()).map_or(at, Moment);
    let unknown = unknown(at);
    let recordings = assemble::recordings(&read, scenario.unwrap_or(&unknown), at);
    match read.cut {
        Some(cut) if recordings.is_empty() => Err(RecordingError::Broken {
            line: cut.line,
            why: cut.why.text(),
        }),
        _ => Ok(recordings),
    }
}

/// Returns the scenario of a recording of which nothing is known but its traffic.
pub fn unknown(at: Moment) -> Scenario {
    Scenario {
        id: "recording".to_owned(),
        title: Text::new(
            "カード通信の記録(カード通信だけで決まる要件)",
            "a recording of card traffic: what it alone decides",
        ),
        about: None,
        requirements: DECIDED.map(Id::literal).to_vec(),
        tags: Vec::new(),
        under_test: UnderTest::Reader,
        at,
        seed: 0,
        pace_ms: 0,
        site: Site::default(),
        people: Vec::new(),
        incidents: Vec::new(),
        steps: Vec::new(),
    }
}
