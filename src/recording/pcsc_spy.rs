//! The log of `libpcscspy`: as the library writes it (`cat ~/pcsc-spy > FILE`), and as the program
//! `pcsc-spy` shows it, coloured or not, with or without `--thread` and `--diffable`.
//!
//! Both become the same calls. A call names the connection that it uses, so that commands of
//! several readers are told apart; a log that is `--diffable` does not.

mod raw;
mod shown;

use std::collections::BTreeMap;

use super::line::{Line, Lines};
use super::seen::{Answer, Cut, Event, Seen, What, Why};
use super::{EXCHANGES_MAX, RecordingError};

const HINT: &str = "there must be calls of SCardTransmit in it";
const EXPECTED: &str = "a log of libpcscspy (\"7F…@>|seconds|microseconds|SCardConnect\") or what pcsc-spy shows of it (\"SCardConnect\")";
/// The state of a slot without a card, and with one (PC/SC, SCARD_STATE_…).
const EMPTY: u32 = 0x10;
const PRESENT: u32 = 0x20;
/// A structure with which a PIN is asked for has this much before the APDU (PC/SC part 10).
const PIN_STRUCTURE: usize = 19;

/// A call of PC/SC, read to its end.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Call {
    pub line: usize,
    pub name: String,
    pub handle: String,
    pub reader: String,
    pub disposition: Option<u32>,
    pub initialization: Option<u32>,
    pub sent: Vec<u8>,
    pub received: Vec<u8>,
    /// What SCardGetStatusChange found: reader, and its state.
    pub states: Vec<(String, u32)>,
    pub result: u32,
    /// Microseconds since the log begins, and that the call took.
    pub us: u64,
    pub took: u64,
    /// Something in it could not be read: where, and what was expected.
    pub wrong: Option<(usize, &'static str)>,
}

/// What reads one form of the log, line by line.
enum Form {
    Raw(raw::Reader),
    Shown(shown::Reader),
}

#[derive(Default)]
struct Reading {
    seen: Seen,
    /// The reader of each connection.
    connections: BTreeMap<String, String>,
    present: BTreeMap<String, bool>,
}

/// Reads the log.
///
/// # Errors
///
/// [`RecordingError`] with the line and what was expected there.
pub(super) fn read(mut lines: Lines<'_>) -> Result<Seen, RecordingError> {
    let mut reading = Reading::default();
    let mut form = None;
    let mut whole = true;
    while let Some(line) = lines.next()? {
        whole = line.whole;
        if line.text.trim().is_empty() && form.is_none() {
            continue;
        }
        let form = match &mut form {
            Some(form) => form,
            None => form.insert(form_of(&line)?),
        };
        if !line.whole && !line.text.trim().is_empty() {
            break;
        }
        let call = match form {
            Form::Raw(raw) => raw.take(&line)?,
            Form::Shown(shown) => shown.take(&line),
        };
        if let Some(call) = call {
            reading.call(call)?;
        }
        if reading.seen.cut.is_some() {
            return Ok(reading.seen);
        }
    }
    let (start, unfinished) = match form {
        Some(Form::Raw(raw)) => (raw.start(), raw.unfinished()),
        Some(Form::Shown(shown)) => (None, shown.unfinished()),
        None => (None, Vec::new()),
    };
    reading.seen.start = start;
    reading.end(unfinished, whole, lines.number);
    if reading.seen.exchanges == 0 {
        return Err(RecordingError::NoTraffic {
            lines: lines.number,
            hint: HINT,
        });
    }
    Ok(reading.seen)
}

fn form_of(line: &Line) -> Result<Form, RecordingError> {
    if raw::is_first(&line.text) {
        Ok(Form::Raw(raw::Reader::default()))
    } else if shown::is_first(&line.text) {
        Ok(Form::Shown(shown::Reader::default()))
    } else {
        Err(RecordingError::Line {
            line: line.number,
            expected: EXPECTED,
        })
    }
}

impl Reading {
    fn event(&mut self, us: u64, slot: &str, what: What) {
        let slot = slot.to_owned();
        self.seen.events.push(Event { us, slot, what });
    }

    fn slot(&self, handle: &str) -> String {
        self.connections.get(handle).cloned().unwrap_or_default()
    }

    fn call(&mut self, call: Call) -> Result<(), RecordingError> {
        if let Some((line, expected)) = call.wrong {
            return Err(RecordingError::Line { line, expected });
        }
        let slot = self.slot(&call.handle);
        let end = call.us.saturating_add(call.took);
        match call.name.as_str() {
            "SCardConnect" if call.result == 0 => {
                self.connections.insert(call.handle, call.reader);
            }
            "SCardTransmit" => self.transmit(call, &slot)?,
            "SCardGetStatusChange" => {
                for (reader, state) in &call.states {
                    self.state(end, reader, *state);
                }
            }
            "SCardReconnect" => match call.initialization {
                Some(1) => self.event(end, &slot, What::Reset),
                Some(2 | 3) => self.event(end, &slot, What::PowerOff),
                _ => {}
            },
            "SCardDisconnect" | "SCardEndTransaction" => match call.disposition {
                Some(1) => self.event(end, &slot, What::Reset),
                Some(2 | 3) => self.event(end, &slot, What::PowerOff),
                _ => {}
            },
            // The library says "SCardControl", the program that shows its log "SCarControl".
            "SCardControl" | "SCarControl" | "SCardControl132"
                if call.sent.len() >= PIN_STRUCTURE =>
            {
                self.event(end, &slot, What::Keypad);
            }
            _ => {}
        }
        Ok(())
    }

    fn state(&mut self, us: u64, reader: &str, state: u32) {
        let present = match state & (EMPTY | PRESENT) {
            EMPTY => false,
            PRESENT => true,
            _ => return,
        };
        let before = self.present.insert(reader.to_owned(), present);
        if before != Some(present) {
            let what = if present {
                What::Inserted
            } else {
                What::Removed
            };
            self.event(us, reader, what);
        }
    }

    fn transmit(&mut self, call: Call, slot: &str) -> Result<(), RecordingError> {
        if call.sent.is_empty() {
            return Err(RecordingError::Line {
                line: call.line,
                expected: "an SCardTransmit with a command in bSendBuffer",
            });
        }
        self.seen.exchanges += 1;
        if self.seen.exchanges > EXCHANGES_MAX {
            return Err(RecordingError::TooMany { line: call.line });
        }
        let answer = match call.result {
            0 if call.received.len() >= 2 => Answer::Bytes(call.received),
            0x8010_0069 | 0x8010_000C | 0x8010_0017 => Answer::Gone,
            _ => Answer::Mute,
        };
        let what = What::Exchange {
            command: call.sent,
            answer,
            us: call.took,
        };
        self.event(call.us, slot, what);
        Ok(())
    }

    /// The log ends: what had begun and was not finished has no answer.
    fn end(&mut self, unfinished: Vec<Call>, whole: bool, lines: usize) {
        let mut open = !whole;
        for call in unfinished {
            let is_command = call.name == "SCardTransmit" && call.wrong.is_none();
            open |= is_command;
            if is_command && whole && !call.sent.is_empty() {
                self.seen.exchanges += 1;
                let slot = self.slot(&call.handle);
                let what = What::Exchange {
                    command: call.sent,
                    answer: Answer::Missing,
                    us: 0,
                };
                self.event(call.us, &slot, what);
            }
        }
        if open {
            let line = lines;
            self.seen.cut.get_or_insert(Cut {
                line,
                why: Why::Ends,
            });
        }
    }
}
