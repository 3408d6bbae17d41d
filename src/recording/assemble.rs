//! Makes transcripts of what a log shows, one for each slot.

use super::Recording;
use super::seen::{Answer, Cut, Event as Shown, Seen, What};
use crate::eligibility::{Moment, Text};
use crate::scenario::{Scenario, Step};
use crate::transcript::{CardEvent, Event, Note, Recorder, Role, Roles};

/// Whose card it is where no scenario says so.
const UNKNOWN_PERSON: &str = "unknown";

/// Returns the recording of each slot at which a command was sent, in the order of the first ones.
pub(super) fn recordings(seen: &Seen, scenario: &Scenario, at: Moment) -> Vec<Recording> {
    let mut slots: Vec<Slot<'_>> = Vec::new();
    for event in &seen.events {
        let known = slots.iter().position(|slot| slot.name == event.slot);
        let index = known.unwrap_or_else(|| {
            slots.push(Slot::new(&event.slot, scenario));
            slots.len() - 1
        });
        if let Some(slot) = slots.get_mut(index) {
            slot.take(event, at);
        }
    }
    slots
        .into_iter()
        .filter(|slot| slot.recorder.visit() > 0)
        .map(|slot| slot.finish(seen, at))
        .collect()
}

struct Slot<'a> {
    name: &'a str,
    scenario: &'a Scenario,
    recorder: Recorder,
    /// Whether a visit is open: a card is in, and was sent a command.
    open: bool,
    /// Whether the log showed that the card came in.
    inserted: bool,
    /// Whether the card was sent a command since it got power.
    used: bool,
    last: u64,
    keypad: bool,
    assumed: bool,
    missing: bool,
}

impl<'a> Slot<'a> {
    fn new(name: &'a str, scenario: &'a Scenario) -> Slot<'a> {
        let roles = Roles {
            card: "recorded".to_owned(),
            reader: "observed".to_owned(),
            backend: "absent".to_owned(),
        };
        Slot {
            name,
            scenario,
            recorder: Recorder::of_recording(scenario, roles),
            open: false,
            inserted: false,
            used: false,
            last: 0,
            keypad: false,
            assumed: false,
            missing: false,
        }
    }

    fn take(&mut self, shown: &Shown, start: Moment) {
        let at = start.plus_ms(shown.us / 1000);
        self.last = shown.us;
        match &shown.what {
            What::Inserted => {
                self.open = false;
                self.inserted = true;
                self.used = false;
            }
            What::Removed => {
                if self.open {
                    self.card(at, Role::Patient, CardEvent::Removed);
                }
                self.open = false;
                self.inserted = false;
                self.used = false;
            }
            What::PowerOff => {
                if self.open && self.used {
                    self.card(at, Role::Reader, CardEvent::PowerOff);
                }
                self.used = false;
            }
            What::Reset => {
                if self.open {
                    self.card(at, Role::Reader, CardEvent::Reset);
                }
            }
            What::Exchange {
                command,
                answer,
                us,
            } => self.exchange(at, command, answer, *us),
            What::Keypad => {
                self.begin(at);
                self.keypad = true;
            }
        }
    }

    fn card(&mut self, at: Moment, from: Role, event: CardEvent) {
        let event = Event::Card(event);
        self.recorder.record(at, from, Role::Card, None, event);
    }

    /// Begins a visit with the first command: a card that nobody used was no visit.
    fn begin(&mut self, at: Moment) {
        if self.open {
            return;
        }
        self.open = true;
        self.assumed |= !self.inserted;
        self.recorder.begin_visit();
        let person = self.person();
        self.card(at, Role::Patient, CardEvent::Presented { person });
    }

    /// Returns whose card the scenario puts in at this visit; after the last one, nobody's.
    fn person(&self) -> String {
        let visit = usize::try_from(self.recorder.visit()).unwrap_or(usize::MAX);
        let put_in = self.scenario.steps.iter().filter_map(|step| match step {
            Step::PresentCard(person) => Some(person.as_deref()),
            _ => None,
        });
        let named = put_in.into_iter().nth(visit.saturating_sub(1));
        named
            .and_then(|name| self.scenario.patient(name))
            .map_or_else(|| UNKNOWN_PERSON.to_owned(), |it| it.name.clone())
    }

    fn exchange(&mut self, at: Moment, command: &[u8], answer: &Answer, us: u64) {
        self.begin(at);
        self.used = true;
        let n = self.recorder.recorded_command(at, command);
        let answer = match answer {
            Answer::Bytes(bytes) => Ok(bytes.as_slice()),
            Answer::Gone => Err("gone"),
            Answer::Mute => Err("mute"),
            Answer::Missing => {
                self.missing = true;
                return;
            }
        };
        let n = self
            .recorder
            .recorded_response(at.plus_ms(us / 1000), n, answer);
        self.recorder.observed(n, us / 1000, None);
    }

    fn finish(mut self, seen: &Seen, start: Moment) -> Recording {
        let at = start.plus_ms(self.last / 1000);
        let mut remarks = Vec::new();
        if let Some(Cut { line, why }) = seen.cut {
            let reason = format!("line {line}: {}", why.text());
            remarks.push(Text::new(
                format!("{line}行目で記録が途切れている。そこまでを判定する"),
                format!("{reason}; judged up to there"),
            ));
            self.cut_short(at, reason);
        } else if self.missing {
            self.cut_short(at, "an answer is missing from the log".to_owned());
        }
        if self.keypad {
            let reason = "a PIN was asked for on keys of the card reader itself, and what was sent is not in the log";
            remarks.push(Text::new(
                "読取機本体のキーで暗証番号が入力された。カードに送られたものは記録にない",
                reason,
            ));
            self.cut_short(at, reason.to_owned());
        }
        if self.assumed {
            remarks.push(Text::new(
                "カードの出し入れが記録されていない(pcscdなら--debugも付ける)。終わりまで守られたかは判定できないことがある",
                "the log does not show the card come in (with pcscd, add --debug); whether a rule held to the end may stay open",
            ));
        }
        if seen.shared {
            remarks.push(Text::new(
                "複数のプログラムが同時に接続していた。すべての命令を読取機のものとして判定する",
                "several programs were connected at the same time; every command is judged as the reader's",
            ));
        }
        Recording {
            slot: self.name.to_owned(),
            transcript: self.recorder.finish(),
            remarks,
        }
    }

    fn cut_short(&mut self, at: Moment, reason: String) {
        let note = Event::Note(Note::CutShort { reason });
        self.recorder
            .record(at, Role::Harness, Role::Harness, None, note);
    }
}
