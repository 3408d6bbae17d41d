//! Our reader as a driver: JSON lines over standard input and output, as `docs/driver.md` tells.
//!
//! A sound one shows that the protocol carries whatever a reader does; with faults it is a faulty
//! reader in a process of its own.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};

use virtual_card::apdu::Response;

use crate::card_link::{CardLink, Lost};
use crate::check_in::{BackendReply, CardReply, Effect, Event};
use crate::eligibility::{Bytes, Moment, Site};
use crate::fault::{Fault, interpose_reader};
use crate::reader::driven::message::{
    BackendBy, CardBy, FromReader, Hello, LostAs, PROTOCOL, ToReader,
};
use crate::reader::{Reader, Reference};

/// How long a line may be: as long as one that uketsuke takes.
const LINE_MAX: u64 = 4 * 1024 * 1024;

/// Why standard input or output could not be served to its end.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// A stream failed.
    #[error("standard input or output: {0}")]
    Stream(#[from] io::Error),
    /// A line is no message of the protocol, or not the one that was due.
    #[error("line {line} is no message that was due: {why}; `uketsuke schema driver` says what is")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong; it quotes nothing of the line, which may hold a PIN.
        why: String,
    },
}

/// The reference with what a reader tells of itself: a log without secrets, and no image kept.
struct Telling {
    inner: Box<dyn Reader>,
}

impl Reader for Telling {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn start(&mut self) -> Vec<Effect> {
        self.inner.start()
    }

    fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let line = match &event {
            Event::Presented(_) => Some("SIMULATION: a card was put in"),
            Event::PinEntered(_) => Some("SIMULATION: a PIN was typed (not logged)"),
            Event::Removed => Some("SIMULATION: the card is out"),
            _ => None,
        };
        let removed = event == Event::Removed;
        let mut effects: Vec<Effect> = line
            .map(|line| Effect::Log(line.to_owned()))
            .into_iter()
            .collect();
        effects.extend(self.inner.handle(event, now));
        if removed {
            effects.push(Effect::Kept(Vec::new()));
        }
        effects
    }

    fn move_to(&mut self, site: Site) {
        self.inner.move_to(site);
    }
}

/// Returns a reader at `site`, with these faults.
fn reader(site: Site, seed: u64, faults: &[&'static Fault]) -> Box<dyn Reader> {
    let sound: Box<dyn Reader> = Box::new(Telling {
        inner: Box::new(Reference::new(site, seed)),
    });
    faults
        .iter()
        .fold(sound, |reader, fault| interpose_reader(fault, reader))
}

/// Makes the way to a card that has just been put in, where it does not lie behind the pipe.
pub type NewCard<'a> = &'a dyn Fn() -> Box<dyn CardLink>;

/// The two streams, and the card where the reader reaches it by itself.
struct Lines<'a, R, W> {
    input: R,
    output: W,
    read: u64,
    new_card: Option<NewCard<'a>>,
    card: Option<Box<dyn CardLink>>,
    /// The instant that the last message told.
    now: Option<Moment>,
}

impl<R: BufRead, W: Write> Lines<'_, R, W> {
    fn next(&mut self) -> Result<Option<ToReader>, DriveError> {
        let mut line = Vec::new();
        let mut bounded = io::Read::take(&mut self.input, LINE_MAX);
        if bounded.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        self.read += 1;
        let message = serde_json::from_slice(&line).map_err(|error| {
            let (line, column) = (self.read, error.column());
            DriveError::Line {
                line,
                why: format!("it is not of the schema at column {column}"),
            }
        })?;
        Ok(Some(message))
    }

    fn say(&mut self, message: &FromReader) -> Result<(), DriveError> {
        // Our own types with string keys always serialise.
        let line = serde_json::to_string(message).unwrap_or_default();
        writeln!(self.output, "{line}")?;
        self.output.flush()?;
        Ok(())
    }

    fn undue(&self, expected: &str) -> DriveError {
        DriveError::Line {
            line: self.read,
            why: format!("{expected} was expected"),
        }
    }

    /// Takes in what happened: a card comes, or goes.
    fn happened(&mut self, event: &Event, now: Moment) {
        self.now = Some(now);
        match event {
            Event::Presented(_) => self.card = self.new_card.map(|make| make()),
            Event::Removed => self.card = None,
            _ => {}
        }
    }

    /// Does what the reader does, depth first, until it waits for a person.
    fn turn(&mut self, reader: &mut dyn Reader, effects: Vec<Effect>) -> Result<(), DriveError> {
        let mut queue: VecDeque<Effect> = effects.into();
        while let Some(effect) = queue.pop_front() {
            let answered = match effect {
                Effect::Show(screen) => self.told(&FromReader::Screen(screen))?,
                Effect::PowerOff if self.new_card.is_some() => {
                    if let Some(card) = &mut self.card {
                        card.power_off();
                    }
                    Vec::new()
                }
                Effect::PowerOff => self.told(&FromReader::PowerOff {})?,
                Effect::Log(text) => self.told(&FromReader::Log { text })?,
                Effect::Kept(images) => self.told(&FromReader::Kept { images })?,
                Effect::Transmit(command) if self.new_card.is_some() => {
                    let reply = self.transmit(&command.to_bytes());
                    let now = self.now.ok_or_else(|| self.undue("what somebody does"))?;
                    reader.handle(Event::CardReplied(reply), now)
                }
                Effect::Transmit(command) => {
                    let apdu = Bytes(command.to_bytes());
                    self.say(&FromReader::Transmit { apdu })?;
                    self.response(reader)?
                }
                Effect::Ask(inquiry) => {
                    self.say(&FromReader::Ask { inquiry })?;
                    self.answer(reader)?
                }
            };
            for effect in answered.into_iter().rev() {
                queue.push_front(effect);
            }
        }
        self.say(&FromReader::Idle { more: false })
    }

    fn told(&mut self, message: &FromReader) -> Result<Vec<Effect>, DriveError> {
        self.say(message)?;
        Ok(Vec::new())
    }

    /// Sends a command to the card that the reader reaches by itself. That it was pulled is told to
    /// the reader by a message.
    fn transmit(&mut self, command: &[u8]) -> CardReply {
        let Some(card) = &mut self.card else {
            return CardReply::Gone;
        };
        match card.transmit(command) {
            Ok(answer) => {
                Response::from_bytes(&answer).map_or(CardReply::Mute, CardReply::Response)
            }
            Err(Lost::Gone) => CardReply::Gone,
            Err(Lost::Mute) => CardReply::Mute,
        }
    }

    fn response(&mut self, reader: &mut dyn Reader) -> Result<Vec<Effect>, DriveError> {
        let Some(ToReader::Response {
            now,
            apdu,
            lost,
            removed,
        }) = self.next()?
        else {
            return Err(self.undue("`response`"));
        };
        let reply = match (apdu, lost) {
            (Some(apdu), _) => {
                Response::from_bytes(&apdu.0).map_or(CardReply::Mute, CardReply::Response)
            }
            (None, Some(LostAs::Gone)) => CardReply::Gone,
            (None, _) => CardReply::Mute,
        };
        let mut effects = reader.handle(Event::CardReplied(reply), now);
        if removed {
            effects.extend(reader.handle(Event::Removed, now));
        }
        Ok(effects)
    }

    fn answer(&mut self, reader: &mut dyn Reader) -> Result<Vec<Effect>, DriveError> {
        let Some(ToReader::Answer { now, answer }) = self.next()? else {
            return Err(self.undue("`answer`"));
        };
        self.now = Some(now);
        let reply = answer.map_or(BackendReply::Outage, BackendReply::Answer);
        Ok(reader.handle(Event::Replied(reply), now))
    }
}

fn hello(card: CardBy) -> Hello {
    Hello {
        protocol: PROTOCOL.to_owned(),
        name: "uketsuke reference (SIMULATION)".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sets_date: true,
        card,
        backend: BackendBy::Pipe,
    }
}

/// Plays the reader that `input` drives, with these faults, until `bye` or the end of `input`. With
/// `new_card` it reaches the card by itself, without it through the pipe.
///
/// # Errors
///
/// [`DriveError`]; what was said before stands.
pub fn serve(
    input: impl BufRead,
    output: impl Write,
    faults: &[&'static Fault],
    new_card: Option<NewCard<'_>>,
) -> Result<(), DriveError> {
    let mut lines = Lines {
        input,
        output,
        read: 0,
        new_card,
        card: None,
        now: None,
    };
    let card_by = match new_card {
        Some(_) => CardBy::Pcsc,
        None => CardBy::Pipe,
    };
    let mut playing: Option<Box<dyn Reader>> = None;
    while let Some(message) = lines.next()? {
        match message {
            ToReader::Hello { .. } => lines.say(&FromReader::Hello(hello(card_by)))?,
            ToReader::Bye {} => break,
            ToReader::Begin { seed, site, .. } => {
                lines.card = None;
                let reader = playing.insert(reader(site, seed, faults));
                let effects = reader.start();
                lines.turn(reader.as_mut(), effects)?;
            }
            message => {
                let Some(reader) = &mut playing else {
                    return Err(lines.undue("`begin`"));
                };
                let effects = match message {
                    ToReader::GoTo { site, .. } => {
                        reader.move_to(site);
                        Vec::new()
                    }
                    message => match event_of(message) {
                        Some((event, now)) => {
                            lines.happened(&event, now);
                            reader.handle(event, now)
                        }
                        None => return Err(lines.undue("what somebody does")),
                    },
                };
                lines.turn(reader.as_mut(), effects)?;
            }
        }
    }
    Ok(())
}

/// Returns what happened, and when; nothing for a message that tells of nothing.
fn event_of(message: ToReader) -> Option<(Event, Moment)> {
    Some(match message {
        ToReader::PresentCard { now, printed } => (Event::Presented(printed.into()), now),
        ToReader::TakeCard { now } => (Event::Removed, now),
        ToReader::Choose { now, method } => (Event::Chosen(method), now),
        ToReader::EnterPin { now, pin } => (Event::PinEntered(pin), now),
        ToReader::ShowFace { now, matches } => (Event::FaceSeen { matches }, now),
        ToReader::Register { now, accept } => {
            let accepted = accept;
            (Event::RegistrationAnswered { accepted }, now)
        }
        ToReader::Consent { now, kind, answer } => (Event::ConsentAnswered { kind, answer }, now),
        ToReader::Continue { now } => (Event::Continued, now),
        ToReader::VisualMode { now } => (Event::VisualModeSwitched, now),
        ToReader::VisualCheck { now, matches } => (Event::VisuallyChecked { matches }, now),
        ToReader::OralConsent { now, consent } => (Event::OralConsentRecorded(consent), now),
        ToReader::Emergency { now } => (Event::EmergencyStarted, now),
        ToReader::NoCard { now } => (Event::NoCard, now),
        ToReader::Hello { .. }
        | ToReader::Begin { .. }
        | ToReader::GoTo { .. }
        | ToReader::Response { .. }
        | ToReader::Answer { .. }
        | ToReader::Terminal { .. }
        | ToReader::Bye {} => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(input: &str) -> (String, Result<(), DriveError>) {
        let mut output = Vec::new();
        let result = serve(input.as_bytes(), &mut output, &[], None);
        (String::from_utf8(output).unwrap(), result)
    }

    #[test]
    fn it_introduces_itself_and_ends_with_bye() {
        let hello = ToReader::hello().to_line();
        let (output, result) = said(&format!("{hello}{}\n", r#"{"type":"bye"}"#));
        result.unwrap();
        assert!(output.starts_with(r#"{"type":"hello","protocol":"uketsuke-reader/1""#));
        assert_eq!(output.lines().count(), 1);
    }

    #[test]
    fn a_line_that_was_not_due_is_named_and_not_quoted() {
        for (line, expected) in [
            (
                r#"{"type":"enter-pin","now":"2025-12-20T09:15:00+09:00","pin":8642}"#,
                "column",
            ),
            (
                r#"{"type":"continue","now":"2025-12-20T09:15:00+09:00"}"#,
                "`begin` was expected",
            ),
        ] {
            let error = said(line).1.unwrap_err().to_string();
            assert!(
                error.starts_with("line 1 ") && error.contains(expected),
                "{error}"
            );
            assert!(!error.contains("8642"), "{error}");
        }
    }
}
