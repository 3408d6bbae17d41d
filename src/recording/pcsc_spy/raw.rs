//! The log as the library writes it: `THREAD@>|seconds|microseconds|FUNCTION`, a line for each
//! parameter, `THREAD@<|seconds|microseconds|FUNCTION|text|result`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Call;
use crate::eligibility::Moment;
use crate::recording::RecordingError;
use crate::recording::line::{Line, bytes};

/// So many parameters of one call are kept: more than any has.
const PARAMETERS_MAX: usize = 512;
/// So many threads may be in a call at the same time.
const THREADS_MAX: usize = 256;

/// A call that has begun.
#[derive(Debug, Clone)]
struct Open {
    line: usize,
    name: String,
    us: u64,
    parameters: Vec<(usize, String)>,
}

#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Microseconds since 1970 at the first call.
    first: Option<u64>,
    open: BTreeMap<String, Open>,
}

/// Tells whether a line can be the first of such a log.
pub(super) fn is_first(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(_, rest)| rest.starts_with(">|"))
}

impl Reader {
    /// Takes a line in, and returns the call that it ends.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Line`] where the line is none of such a log.
    pub fn take(&mut self, line: &Line) -> Result<Option<Call>, RecordingError> {
        let wrong = |expected| RecordingError::Line {
            line: line.number,
            expected,
        };
        if line.text.trim().is_empty() {
            return Ok(None);
        }
        let (thread, rest) = line
            .text
            .split_once('@')
            .ok_or(wrong("\"THREAD@\" and a call or a parameter"))?;
        if let Some(begun) = rest.strip_prefix(">|") {
            let mut parts = begun.split('|');
            let (time, name) = (self.time(&mut parts), parts.next());
            let (Some(us), Some(name)) = (time, name) else {
                return Err(wrong("\">|seconds|microseconds|FUNCTION\""));
            };
            if self.open.len() >= THREADS_MAX {
                return Err(wrong("the end of a call that has begun"));
            }
            let open = Open {
                line: line.number,
                name: name.trim().to_owned(),
                us,
                parameters: Vec::new(),
            };
            self.open.insert(thread.to_owned(), open);
            return Ok(None);
        }
        if let Some(ended) = rest.strip_prefix("<|") {
            let mut parts = ended.split('|');
            let time = self.time(&mut parts);
            let result = parts.next_back().and_then(number);
            let (Some(us), Some(result)) = (time, result) else {
                return Err(wrong("\"<|seconds|microseconds|FUNCTION|text|result\""));
            };
            return Ok(self.open.remove(thread).map(|open| {
                let took = us.saturating_sub(open.us);
                call(&open, result, took)
            }));
        }
        // A parameter of a call that began before the log is of no use.
        if let Some(open) = self.open.get_mut(thread)
            && open.parameters.len() < PARAMETERS_MAX
        {
            open.parameters.push((line.number, rest.to_owned()));
        }
        Ok(None)
    }

    fn time<'t>(&mut self, parts: &mut impl Iterator<Item = &'t str>) -> Option<u64> {
        let seconds: u64 = parts.next()?.trim().parse().ok()?;
        let rest: u64 = parts.next()?.trim().parse().ok()?;
        let us = seconds.checked_mul(1_000_000)?.checked_add(rest)?;
        let first = *self.first.get_or_insert(us);
        Some(us.saturating_sub(first))
    }

    /// Returns when the log begins.
    pub fn start(&self) -> Option<Moment> {
        let us = i64::try_from(self.first?).ok()?;
        Timestamp::from_microsecond(us).ok().map(Moment)
    }

    /// Returns the calls that have not ended.
    pub fn unfinished(&self) -> Vec<Call> {
        self.open.values().map(|open| call(open, 0, 0)).collect()
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("0x")?;
    u32::from_str_radix(digits, 16).ok()
}

/// Returns the bytes of a buffer of `length`, or where it is wrong.
fn buffer(
    length: Option<&(usize, String)>,
    buffer: Option<&(usize, String)>,
) -> Result<Vec<u8>, (usize, &'static str)> {
    let (Some((_, length)), Some((line, text))) = (length, buffer) else {
        return Ok(Vec::new());
    };
    if text == "NULL" {
        return Ok(Vec::new());
    }
    let read = bytes(text).ok_or((*line, "a buffer in hexadecimal bytes"))?;
    let stated = number(length).and_then(|it| usize::try_from(it).ok());
    match stated {
        Some(stated) if stated == read.len() => Ok(read),
        _ => Err((*line, "as many bytes as the length before them says")),
    }
}

/// Reads the parameters of a call, by their order (winscard spy library of pcsc-lite).
fn call(open: &Open, result: u32, took: u64) -> Call {
    let at = |index: usize| open.parameters.get(index);
    let text = |index: usize| at(index).map(|(_, text)| text.clone()).unwrap_or_default();
    let value = |index: usize| at(index).and_then(|(_, text)| number(text));
    let mut call = Call {
        line: open.line,
        name: open.name.clone(),
        result,
        us: open.us,
        took,
        ..Call::default()
    };
    match open.name.as_str() {
        "SCardConnect" => (call.reader, call.handle) = (text(1), text(6)),
        "SCardReconnect" => (call.handle, call.initialization) = (text(0), value(3)),
        "SCardDisconnect" | "SCardEndTransaction" => {
            (call.handle, call.disposition) = (text(0), value(1));
        }
        "SCardTransmit" => {
            call.handle = text(0);
            take(&mut call, buffer(at(3), at(4)), true);
            if result == 0 {
                take(&mut call, buffer(at(7), at(8)), false);
            }
        }
        "SCardControl" | "SCardControl132" => {
            call.handle = text(0);
            take(&mut call, buffer(at(2), at(3)), true);
        }
        "SCardGetStatusChange" if result == 0 => {
            let count = value(2)
                .and_then(|it| usize::try_from(it).ok())
                .unwrap_or(0);
            // Five lines for each reader before the call, and five after it.
            let readers = (0..count.min(PARAMETERS_MAX))
                .map(|index| 3 + 5 * (count.min(PARAMETERS_MAX) + index));
            call.states = readers
                .filter_map(|first| Some((text(first), value(first + 2)?)))
                .collect();
        }
        _ => {}
    }
    call
}

fn take(call: &mut Call, read: Result<Vec<u8>, (usize, &'static str)>, sent: bool) {
    match read {
        Ok(bytes) if sent => call.sent = bytes,
        Ok(bytes) => call.received = bytes,
        Err(wrong) => {
            call.wrong.get_or_insert(wrong);
        }
    }
}
