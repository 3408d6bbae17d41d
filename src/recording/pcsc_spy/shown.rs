//! The log as the program `pcsc-spy` shows it: the name of a function, ` i ` and ` o ` before what
//! goes in and out, ` => ` before the result.

use std::collections::BTreeMap;

use super::Call;
use crate::recording::line::Line;

/// Columns of one line of bytes: an offset, sixteen bytes, and the same as text.
const BYTES_COLUMNS: usize = 47;
/// Each thread stands this much further to the right.
const INDENT: usize = 4;
/// So many readers of one call are kept.
const STATES_MAX: usize = 64;

#[derive(Debug, Default)]
struct Open {
    call: Call,
    /// The buffer of which bytes are being read, and the length that it must have.
    into: Option<Into>,
    lengths: [Option<usize>; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Into {
    Sent,
    Received,
}

#[derive(Debug, Default)]
pub(super) struct Reader {
    us: u64,
    open: BTreeMap<usize, Open>,
}

/// Tells whether a line can be the first of such a log.
pub(super) fn is_first(text: &str) -> bool {
    let (_, rest) = thread(text);
    rest.starts_with("SCar")
}

/// Splits what stands before a line of a thread off: its number, by its mark or by its place.
fn thread(text: &str) -> (usize, &str) {
    let trimmed = text.trim_start_matches(' ');
    let marked = trimmed
        .strip_prefix("(t")
        .and_then(|it| it.split_once(") "));
    match marked.and_then(|(number, rest)| Some((number.parse().ok()?, rest))) {
        Some((number, rest)) => (number, rest.trim_start_matches(' ')),
        None => ((text.len() - trimmed.len()) / INDENT, trimmed),
    }
}

impl Reader {
    /// Takes a line in, and returns the call that it ends.
    pub fn take(&mut self, line: &Line) -> Option<Call> {
        let (thread, text) = thread(&line.text);
        if text.starts_with("SCar") {
            let name = text.trim().to_owned();
            let call = Call {
                line: line.number,
                name,
                us: self.us,
                ..Call::default()
            };
            let open = Open {
                call,
                ..Open::default()
            };
            self.open.insert(thread, open);
            return None;
        }
        if let Some(result) = text.strip_prefix("=> ") {
            let open = self.open.remove(&thread)?;
            return self.ended(open, result, line.number);
        }
        let open = self.open.get_mut(&thread)?;
        let (goes_in, rest) = match (text.strip_prefix("i "), text.strip_prefix("o ")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return None,
        };
        open.field(goes_in, rest, line.number);
        None
    }

    fn ended(&mut self, mut open: Open, result: &str, line: usize) -> Option<Call> {
        let code = result
            .split_once("[0x")
            .and_then(|(_, rest)| rest.split_once(']'));
        open.call.result = code
            .and_then(|(digits, _)| u32::from_str_radix(digits, 16).ok())
            .unwrap_or(u32::MAX);
        let took = result
            .rsplit_once('[')
            .and_then(|(_, rest)| rest.split_once(']'));
        open.call.took = took.and_then(|(text, _)| microseconds(text)).unwrap_or(0);
        self.us = self.us.saturating_add(open.call.took);
        let buffers = [open.call.sent.len(), open.call.received.len()];
        let fits = |index: usize| {
            buffers[index] == 0 || open.lengths[index].is_none_or(|it| it == buffers[index])
        };
        if open.call.name == "SCardTransmit" && !(fits(0) && (fits(1) || open.call.result != 0)) {
            let wrong = (line, "as many bytes before this line as the lengths say");
            open.call.wrong.get_or_insert(wrong);
        }
        Some(open.call)
    }

    /// Returns the calls that have not ended.
    pub fn unfinished(&self) -> Vec<Call> {
        let whole = |open: &Open| open.lengths[0] == Some(open.call.sent.len());
        let mut calls = Vec::new();
        for open in self.open.values() {
            let mut call = open.call.clone();
            if !whole(open) {
                call.sent.clear();
            }
            calls.push(call);
        }
        calls
    }
}

/// Reads `0.002526`, seconds, as microseconds.
fn microseconds(text: &str) -> Option<u64> {
    let (seconds, rest) = text.split_once('.')?;
    let seconds: u64 = seconds.parse().ok()?;
    let rest: u64 = rest.parse().ok()?;
    seconds.checked_mul(1_000_000)?.checked_add(rest)
}

/// Returns the number in `… (0x00000002)`, `0x00000002 (2)` or `0x00000002`.
fn number(text: &str) -> Option<u32> {
    let (_, rest) = text.rsplit_once("0x")?;
    let digits: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    u32::from_str_radix(&digits, 16).ok()
}

impl Open {
    fn field(&mut self, goes_in: bool, text: &str, line: usize) {
        if let Some(into) = self.into
            && text.starts_with(' ')
        {
            return self.bytes(into, text, line);
        }
        self.into = None;
        let (label, value) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let value = value.trim();
        match label.trim_end_matches(':') {
            "hCard" | "phCard" => value
                .split(' ')
                .next()
                .unwrap_or_default()
                .clone_into(&mut self.call.handle),
            "szReader" if self.call.name == "SCardConnect" => {
                value.clone_into(&mut self.call.reader);
            }
            "szReader" if !goes_in && self.call.states.len() < STATES_MAX => {
                self.call.states.push((value.to_owned(), 0));
            }
            "dwEventState" if !goes_in => {
                if let (Some(last), Some(state)) = (self.call.states.last_mut(), number(value)) {
                    last.1 = state;
                }
            }
            "dwDisposition" => self.call.disposition = number(value),
            "dwInitialization" => self.call.initialization = number(value),
            "bSendLength" => self.lengths[0] = length(value),
            "bRecvLength" => self.lengths[1] = length(value),
            "bSendBuffer" => self.into = Some(Into::Sent),
            "bRecvBuffer" => self.into = Some(Into::Received),
            _ => {}
        }
    }

    /// Takes a line of bytes in: an offset, and at fixed columns the bytes.
    fn bytes(&mut self, into: Into, text: &str, line: usize) {
        let rest = text.trim_start();
        if rest == "NULL" {
            return;
        }
        let columns = rest.split_once(' ').map(|(_, rest)| rest);
        let columns = columns.and_then(|it| it.get(..BYTES_COLUMNS));
        match columns.and_then(crate::recording::line::bytes) {
            Some(bytes) => match into {
                Into::Sent => self.call.sent.extend(bytes),
                Into::Received => self.call.received.extend(bytes),
            },
            None => {
                let wrong = (line, "an offset and up to sixteen hexadecimal bytes");
                self.call.wrong.get_or_insert(wrong);
            }
        }
    }
}

fn length(value: &str) -> Option<usize> {
    let first = value.split(' ').next()?;
    number(first).and_then(|it| usize::try_from(it).ok())
}
