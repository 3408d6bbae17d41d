//! Writes a transcript as things happen, masking secrets on the way in.

use std::borrow::Cow;

use super::my_number::Finder;
use super::{
    By, Entry, Event, FORMAT, Header, RECORDING, Reply, Report, Role, Roles, SIMULATION,
    Transcript, mask,
};
use crate::eligibility::{Inquiry, Moment, Wire};
use crate::scenario::{Scenario, Step};
use crate::secret::Masker;

/// Records what crosses between roles and persons, in order and once.
#[derive(Debug)]
pub struct Recorder {
    transcript: Transcript,
    masker: Masker,
    /// The forms of each My Number that must never appear in clear.
    my_numbers: Vec<Vec<String>>,
    /// Looks for them in what a card answers.
    finder: Finder,
    visit: u32,
    /// Whether what the reader does is known from a driver.
    driven: bool,
    /// How many entries have been taken away.
    taken: u64,
}

impl Recorder {
    /// Starts a transcript; `my_numbers` are what must never appear in it in clear.
    pub fn new(
        scenario: &Scenario,
        roles: Roles,
        clock: &str,
        my_numbers: Vec<String>,
    ) -> Recorder {
        let mut masker = Masker::default();
        let header = Header {
            format: FORMAT.to_owned(),
            simulation: SIMULATION.to_owned(),
            tool: concat!("uketsuke ", env!("CARGO_PKG_VERSION")).to_owned(),
            roles,
            clock: clock.to_owned(),
            statement: None,
            scenario: scenario.masked(&mut masker),
        };
        Recorder {
            transcript: Transcript {
                header,
                entries: Vec::new(),
            },
            masker,
            finder: Finder::new(&my_numbers),
            my_numbers: my_numbers.iter().map(|number| forms_of(number)).collect(),
            visit: 0,
            driven: false,
            taken: 0,
        }
    }

    /// Starts a transcript of what other software recorded.
    pub fn of_recording(scenario: &Scenario, roles: Roles) -> Recorder {
        let mut recorder = Recorder::new(scenario, roles, "system", Vec::new());
        RECORDING.clone_into(&mut recorder.transcript.header.simulation);
        recorder
    }

    /// Marks what the reader does from now on as known from a driver.
    pub fn driven(&mut self) {
        self.driven = true;
    }

    /// Records what we have seen ourselves of what the reader does.
    pub fn by_ourselves(&mut self, record: impl FnOnce(&mut Recorder)) {
        let driven = std::mem::take(&mut self.driven);
        record(self);
        self.driven = driven;
    }

    /// Adds a line of a reader's own log, secrets and My Numbers in it replaced (ACC-17).
    pub fn log(&mut self, at: Moment, line: &str) -> u64 {
        let (text, holds) = self.mask_text(line);
        let report = Event::Report(Report::Log { text, holds });
        self.record(at, Role::Reader, Role::Harness, None, report)
    }

    /// Returns text from outside with secrets and My Numbers in it replaced, and their aliases.
    pub fn mask_text(&self, text: &str) -> (String, Vec<String>) {
        let (mut text, mut holds) = self.masker.mask_text(text);
        for (index, forms) in self.my_numbers.iter().enumerate() {
            let alias = format!("my-number#{}", index + 1);
            for form in forms.iter().filter(|form| !form.is_empty()) {
                if text.contains(form.as_str()) {
                    text = text.replace(form.as_str(), &alias);
                    if !holds.contains(&alias) {
                        holds.push(alias.clone());
                    }
                }
            }
        }
        (text, holds)
    }

    /// Begins the next visit.
    pub fn begin_visit(&mut self) {
        self.visit += 1;
    }

    /// Returns the visit that is going on or was the last, 0 before the first.
    pub fn visit(&self) -> u32 {
        self.visit
    }

    /// Adds an entry and returns its number.
    pub fn record(
        &mut self,
        at: Moment,
        from: Role,
        to: Role,
        re: Option<u64>,
        event: Event,
    ) -> u64 {
        let n = self.taken + self.transcript.entries.len() as u64 + 1;
        self.transcript.entries.push(Entry {
            n,
            at,
            visit: self.visit,
            from,
            to,
            re,
            by: (self.driven && from == Role::Reader).then_some(By::Driven),
            elapsed_ms: None,
            wire: None,
            event,
        });
        n
    }

    /// Adds a command APDU as it reaches the card, the data of a VERIFY masked.
    pub fn command(&mut self, at: Moment, from: Role, apdu: &[u8]) -> u64 {
        let event = Event::Command(mask::command(&mut self.masker, apdu));
        self.record(at, from, Role::Card, None, event)
    }

    /// Adds the card's answer; of one that holds a My Number, only the length.
    pub fn response(&mut self, at: Moment, to: Role, re: u64, answer: Result<&[u8], &str>) -> u64 {
        let response = mask::response(answer);
        let data = response.data.0.clone();
        let n = self.record(at, Role::Card, to, Some(re), Event::Response(response));
        for holding in self.finder.seen(n, &data) {
            self.withhold(holding);
        }
        n
    }

    /// Takes the data of an answer away again, unless the entry itself has been taken.
    fn withhold(&mut self, n: u64) {
        let index = n.checked_sub(self.taken + 1);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let entry = index.and_then(|index| self.transcript.entries.get_mut(index));
        if let Some(Event::Response(response)) = entry.map(|entry| &mut entry.event) {
            let length = response.withheld.unwrap_or(response.data.0.len());
            response.withheld = Some(length);
            response.data.0.clear();
        }
    }

    /// Adds a command that a recording shows: no data but the name in a SELECT are kept.
    pub fn recorded_command(&mut self, at: Moment, apdu: &[u8]) -> u64 {
        let event = Event::Command(mask::recorded_command(&mut self.masker, apdu));
        self.record(at, Role::Reader, Role::Card, None, event)
    }

    /// Adds an answer that a recording shows: of its data only the length is kept.
    pub fn recorded_response(&mut self, at: Moment, re: u64, answer: Result<&[u8], &str>) -> u64 {
        let event = Event::Response(mask::recorded_response(answer));
        self.record(at, Role::Card, Role::Reader, Some(re), event)
    }

    /// Adds an inquiry, a My Number in it replaced by a mark (ELIG-08).
    pub fn inquiry(&mut self, at: Moment, from: Role, inquiry: &Inquiry) -> u64 {
        let inquiry = self.without_my_number(inquiry);
        self.record(at, from, Role::Backend, None, Event::Inquiry(inquiry))
    }

    /// Adds what came back for an inquiry, a My Number in it replaced by a mark (ELIG-08).
    pub fn answer(&mut self, at: Moment, to: Role, re: u64, reply: &Reply) -> u64 {
        let reply = self.without_my_number(reply);
        self.record(at, Role::Backend, to, Some(re), Event::Answer(reply))
    }

    /// Adds to entry `n` what was seen of it beside its meaning: the real milliseconds since the
    /// question, and how it looked on its way.
    pub fn observed(&mut self, n: u64, elapsed_ms: u64, wire: Option<Wire>) {
        let wire = wire.map(|wire| self.without_my_number(&wire));
        if let Some(entry) = self.entry_mut(n) {
            entry.elapsed_ms = Some(elapsed_ms);
            entry.wire = wire;
        }
    }

    /// Says of entry `n` where it is known from.
    pub fn known_by(&mut self, n: u64, by: By) {
        if let Some(entry) = self.entry_mut(n) {
            entry.by = Some(by);
        }
    }

    /// Puts into the place of entry `n`, at its time, what turned out to have happened then. For
    /// what somebody is asked to do and confirms later: nothing that follows from it comes before.
    pub fn settle(&mut self, n: u64, from: Role, to: Role, by: By, event: Event) {
        if let Some(entry) = self.entry_mut(n) {
            entry.from = from;
            entry.to = to;
            entry.by = Some(by);
            entry.event = event;
        }
    }

    fn entry_mut(&mut self, n: u64) -> Option<&mut Entry> {
        let index = n
            .checked_sub(self.taken + 1)
            .and_then(|n| usize::try_from(n).ok())?;
        self.transcript.entries.get_mut(index)
    }

    /// Returns the step with its secret masked.
    pub fn mask_step(&mut self, step: &Step) -> Step {
        step.masked(&mut self.masker)
    }

    /// Returns what has been recorded so far.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Takes away what has been recorded since the last time; the numbers go on. For a recording
    /// that has no end and is written as it happens.
    pub fn take(&mut self) -> Vec<Entry> {
        let entries = std::mem::take(&mut self.transcript.entries);
        self.taken += entries.len() as u64;
        entries
    }

    /// Ends the recording.
    pub fn finish(self) -> Transcript {
        self.transcript
    }

    /// Returns `value` with each My Number in it (plain, spaced, full-width) marked.
    fn without_my_number<T: Clone + serde::Serialize + serde::de::DeserializeOwned>(
        &self,
        value: &T,
    ) -> T {
        let Ok(text) = serde_json::to_string(value) else {
            return value.clone();
        };
        let mut marked = Cow::Borrowed(text.as_str());
        for (index, forms) in self.my_numbers.iter().enumerate() {
            for form in forms {
                if marked.contains(form) {
                    let alias = format!("my-number#{}", index + 1);
                    marked = Cow::Owned(marked.replace(form, &alias));
                }
            }
        }
        match marked {
            Cow::Borrowed(_) => value.clone(),
            Cow::Owned(marked) => serde_json::from_str(&marked).unwrap_or_else(|_| value.clone()),
        }
    }
}

/// The forms in which a My Number might slip out.
fn forms_of(number: &str) -> Vec<String> {
    let wide: String = number
        .chars()
        .map(|digit| match digit.to_digit(10) {
            Some(value) => char::from_u32(0xFF10 + value).unwrap_or(digit),
            None => digit,
        })
        .collect();
    let spaced = |separator: &str| {
        number
            .as_bytes()
            .chunks(4)
            .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
            .collect::<Vec<_>>()
            .join(separator)
    };
    vec![number.to_owned(), spaced(" "), spaced("-"), wide]
}
