//! The log of `pcscd --foreground --apdu`, with or without `--debug` and colours, and as a system
//! log keeps it.
//!
//! `--apdu` alone shows commands and answers. With `--debug` there stand lines between them from
//! which it is seen which client talks to which reader, and when cards come, go and lose power.

use std::collections::BTreeMap;

use super::line::{Line, Lines, bytes};
use super::seen::{Answer, Cut, Event, Seen, What, Why};
use super::{EXCHANGES_MAX, RecordingError};

/// So many lines at the start may be of something else before one of pcscd must have come.
const PREAMBLE: usize = 1_000;
/// So many words of a system log may stand before the line of pcscd.
const PREFIX_WORDS: usize = 8;
const HINT: &str = "pcscd writes them when it is started with --apdu";

/// A line of pcscd, taken apart.
struct Entry<'a> {
    /// Microseconds since the line before.
    delta: u64,
    /// The number of the thread, which coloured logs have.
    thread: Option<&'a str>,
    /// The function that wrote it, where it says so.
    function: &'a str,
    message: &'a str,
}

/// A TRANSMIT that is going on.
struct Pending {
    client: Option<u32>,
    thread: Option<String>,
    slot: String,
    command: Option<Vec<u8>>,
    since: u64,
}

#[derive(Default)]
struct Reading {
    seen: Seen,
    us: u64,
    pending: Vec<Pending>,
    /// The readers to which each client has a connection.
    clients: BTreeMap<u32, Vec<String>>,
    /// The client that gave the last order.
    current: Option<u32>,
    /// The readers with a card in.
    present: Vec<String>,
    any: bool,
}

/// Reads the log.
///
/// # Errors
///
/// [`RecordingError`] with the line and what was expected there.
pub(super) fn read(mut lines: Lines<'_>) -> Result<Seen, RecordingError> {
    let mut reading = Reading::default();
    while let Some(line) = lines.next()? {
        if reading.seen.cut.is_some() {
            break;
        }
        match taken_apart(&line.text) {
            Some(entry) => {
                reading.any = true;
                reading.us = reading.us.saturating_add(entry.delta);
                reading.take(&line, &entry)?;
            }
            None if !reading.any && line.number > PREAMBLE => {
                return Err(RecordingError::Line {
                    line: line.number,
                    expected: "a line of pcscd, such as \"00000027 APDU: 00 20 00 80\",",
                });
            }
            None => {}
        }
    }
    if reading.seen.exchanges == 0 {
        return Err(RecordingError::NoTraffic {
            lines: lines.number,
            hint: HINT,
        });
    }
    reading.end(lines.number);
    Ok(reading.seen)
}

/// Takes a line apart: microseconds, the thread's number, place and function, message.
fn taken_apart(text: &str) -> Option<Entry<'_>> {
    let mut rest = text;
    let mut delta = None;
    for _ in 0..PREFIX_WORDS {
        let (word, after) = rest.trim_start().split_once(' ')?;
        rest = after;
        if word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_digit()) {
            delta = Some(word.parse().unwrap_or(0));
            break;
        }
    }
    let delta = delta?;
    let mut thread = None;
    if let Some((number, after)) = rest.strip_prefix('[').and_then(|it| it.split_once("] ")) {
        thread = Some(number);
        rest = after;
    }
    let place = rest
        .split_once(' ')
        .filter(|(place, _)| place.ends_with("()") && place.contains(':'));
    let (function, message) = match place {
        Some((place, message)) => (place.rsplit(':').next().unwrap_or_default(), message),
        None => ("", rest),
    };
    Some(Entry {
        delta,
        thread,
        function,
        message,
    })
}

impl Reading {
    fn take(&mut self, line: &Line, entry: &Entry<'_>) -> Result<(), RecordingError> {
        let message = entry.message;
        if let Some(apdu) = message.strip_prefix("APDU:") {
            return self.command(line, entry, apdu);
        }
        if let Some(apdu) = message.strip_prefix("SW:") {
            return self.answer(line, entry, apdu);
        }
        if let Some(reader) = message.strip_prefix("Card inserted into ") {
            self.present.push(reader.to_owned());
            self.event(reader.to_owned(), What::Inserted);
        } else if let Some(reader) = message.strip_prefix("Card Removed From ") {
            self.present.retain(|it| it != reader);
            self.event(reader.to_owned(), What::Removed);
        } else if message.ends_with("POWER_STATE_UNPOWERED") {
            self.unpowered(entry.function);
        } else if message == "Reset complete." || is_reset(entry) {
            if let Some(slot) = self.slot_of(self.current) {
                self.event(slot, What::Reset);
            }
        } else if message.starts_with("Card not transacted: rv=") {
            self.lost(None, message);
        } else {
            self.client(entry);
        }
        Ok(())
    }

    /// Follows what a client orders, and how that ends.
    fn client(&mut self, entry: &Entry<'_>) {
        let message = entry.message;
        if let Some(rest) = message.strip_prefix("Received command: ") {
            let Some((order, client)) = rest.split_once(" from client ") else {
                return;
            };
            self.current = client.trim().parse().ok();
            if order == "TRANSMIT" {
                self.begin(entry.thread);
            }
        } else if let Some(rest) = message.strip_prefix("Attempting Connect to ") {
            let reader = rest.rsplit_once(" using protocol").map_or(rest, |it| it.0);
            if let Some(client) = self.current {
                let open = self.clients.entry(client).or_default();
                open.push(reader.to_owned());
            }
            let users = self
                .clients
                .values()
                .filter(|it| it.iter().any(|it| it == reader));
            self.seen.shared |= users.count() > 1;
        } else if let Some(client) = message.strip_prefix("Client die: ") {
            if let Ok(client) = client.trim().parse() {
                self.clients.remove(&client);
                self.pending
                    .retain(|it| it.client != Some(client) || it.command.is_some());
            }
        } else if let Some((order, rest)) = message.split_once(" for client ") {
            let Some((client, result)) = rest.split_once(", rv=") else {
                return;
            };
            if let Ok(client) = client.parse() {
                self.ended(order, client, result);
            }
        }
    }

    fn ended(&mut self, order: &str, client: u32, result: &str) {
        let succeeded = result == "SCARD_S_SUCCESS";
        match order {
            "TRANSMIT" => {
                self.lost(Some(client), result);
                self.pending.retain(|it| it.client != Some(client));
            }
            "DISCONNECT" if succeeded => {
                self.clients.entry(client).or_default().pop();
            }
            "CONNECT" if !succeeded => {
                self.clients.entry(client).or_default().pop();
            }
            _ => {}
        }
    }

    fn event(&mut self, slot: String, what: What) {
        let us = self.us;
        self.seen.events.push(Event { us, slot, what });
    }

    /// The reader took a card's power away: by order of a client, or on its own when nobody used it.
    fn unpowered(&mut self, function: &str) {
        let slot = match function {
            "EHStatusHandlerThread()" => match self.present.as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            },
            _ => self.slot_of(self.current),
        };
        if let Some(slot) = slot {
            self.event(slot, What::PowerOff);
        }
    }

    /// Returns the reader that a client uses; nothing where it has several, or none is known of.
    fn slot_of(&self, client: Option<u32>) -> Option<String> {
        let open = client.and_then(|client| self.clients.get(&client));
        match open.map(Vec::as_slice) {
            Some([one]) => Some(one.clone()),
            Some([first, others @ ..]) => {
                others.iter().all(|it| it == first).then(|| first.clone())
            }
            // The log began after the connection: one card, one reader.
            _ => match self.present.as_slice() {
                [one] => Some(one.clone()),
                [] => Some(String::new()),
                _ => None,
            },
        }
    }

    fn begin(&mut self, thread: Option<&str>) {
        // A client that gives an order has had the answer to the one before.
        self.pending.retain(|it| it.client != self.current);
        self.pending.push(Pending {
            client: self.current,
            thread: thread.map(str::to_owned),
            slot: String::new(),
            command: None,
            since: self.us,
        });
    }

    fn command(
        &mut self,
        line: &Line,
        entry: &Entry<'_>,
        apdu: &str,
    ) -> Result<(), RecordingError> {
        if !line.whole {
            self.cut(line.number, Why::Ends);
            return Ok(());
        }
        let command = bytes(apdu).filter(|it| !it.is_empty());
        let command = command.ok_or(RecordingError::Line {
            line: line.number,
            expected: "a command in hexadecimal bytes after \"APDU:\"",
        })?;
        self.seen.exchanges += 1;
        if self.seen.exchanges > EXCHANGES_MAX {
            return Err(RecordingError::TooMany { line: line.number });
        }
        if self.pending.is_empty() {
            self.current = None;
            self.begin(entry.thread);
        }
        let free = |it: &Pending| it.command.is_none();
        let Some(index) = self.chosen(entry.thread, free) else {
            let why = if self.pending.iter().any(free) {
                Why::Mixed
            } else {
                Why::Gap
            };
            self.cut(line.number, why);
            return Ok(());
        };
        let slot = self.slot_of(self.pending[index].client);
        let Some(slot) = slot else {
            self.cut(line.number, Why::Mixed);
            return Ok(());
        };
        let us = self.us;
        let pending = &mut self.pending[index];
        (pending.slot, pending.command, pending.since) = (slot, Some(command), us);
        Ok(())
    }

    /// Finds the one TRANSMIT that a line can be of.
    fn chosen(&self, thread: Option<&str>, fits: impl Fn(&Pending) -> bool) -> Option<usize> {
        let same = |it: &Pending| thread.is_none() || it.thread.as_deref() == thread;
        let mut found = self
            .pending
            .iter()
            .enumerate()
            .filter(|(_, it)| fits(it) && same(it));
        let (index, _) = found.next()?;
        found.next().is_none().then_some(index)
    }

    fn answer(&mut self, line: &Line, entry: &Entry<'_>, apdu: &str) -> Result<(), RecordingError> {
        if !line.whole {
            self.cut(line.number, Why::Ends);
            return Ok(());
        }
        let answer = bytes(apdu).ok_or(RecordingError::Line {
            line: line.number,
            expected: "an answer in hexadecimal bytes after \"SW:\"",
        })?;
        let asked = |it: &Pending| it.command.is_some();
        match self.chosen(entry.thread, asked) {
            Some(index) => {
                let answer = match answer.len() {
                    0 | 1 => Answer::Mute,
                    _ => Answer::Bytes(answer),
                };
                self.complete(index, answer);
            }
            // The log began in the middle of an exchange.
            None if self.seen.exchanges == 0 => {}
            None if self.pending.iter().any(asked) => self.cut(line.number, Why::Mixed),
            None => self.cut(line.number, Why::Gap),
        }
        Ok(())
    }

    fn complete(&mut self, index: usize, answer: Answer) {
        let pending = self.pending.remove(index);
        let Some(command) = pending.command else {
            return;
        };
        let us = self.us.saturating_sub(pending.since);
        self.seen.events.push(Event {
            us: pending.since,
            slot: pending.slot,
            what: What::Exchange {
                command,
                answer,
                us,
            },
        });
    }

    /// A TRANSMIT ended without an answer.
    fn lost(&mut self, client: Option<u32>, result: &str) {
        const GONE: [&str; 3] = [
            "SCARD_W_REMOVED_CARD",
            "SCARD_E_NO_SMARTCARD",
            "SCARD_E_READER_UNAVAILABLE",
        ];
        let asked =
            |it: &Pending| it.command.is_some() && (client.is_none() || it.client == client);
        if let Some(index) = self.chosen(None, asked) {
            let gone = GONE.iter().any(|it| result.ends_with(it));
            self.complete(index, if gone { Answer::Gone } else { Answer::Mute });
        }
    }

    fn cut(&mut self, line: usize, why: Why) {
        self.seen.cut.get_or_insert(Cut { line, why });
        while !self.pending.is_empty() {
            self.complete(0, Answer::Missing);
        }
    }

    fn end(&mut self, lines: usize) {
        if self.pending.iter().any(|it| it.command.is_some()) {
            self.cut(lines, Why::Ends);
        }
    }
}

/// Tells whether a client lets go of the card and has it reset.
fn is_reset(entry: &Entry<'_>) -> bool {
    let lets_go = matches!(
        entry.function,
        "SCardDisconnect()" | "SCardEndTransaction()"
    );
    lets_go && entry.message == "dwDisposition: 1"
}
