//! What goes on with the card in the reader: it comes, answers, and goes.

use std::time::Duration;

use virtual_card::apdu::Response;
use virtual_card::fault::{Fault as CardFault, Kind, When};

use super::{APDU_TIME, CARD_PATIENCE, Run};
use crate::card_link::{Exchanged, Lost};
use crate::check_in::{CardReply, Event, PrintedFace};
use crate::eligibility::SiteKind;
use crate::transcript::{CardEvent, Event as Entry, Role};

impl Run<'_> {
    /// Puts a person's card in.
    pub(super) async fn present(&mut self, person: Option<&str>, n: u64) -> Option<Event> {
        let person = person.unwrap_or(self.slot.patient()).to_owned();
        self.emergency =
            std::mem::take(&mut self.emergency_next) || self.site.kind == SiteKind::Ambulance;
        if let Some(vpcd) = self.place.vpcd.clone() {
            return self.present_at(&vpcd, &person, n).await;
        }
        self.insert(&person, Role::Patient, Some(n))
            .map(Event::Presented)
    }

    /// Puts a person's card into the reader of the patient's visit, or into the tester's own.
    pub(super) fn insert(
        &mut self,
        person: &str,
        by: Role,
        re: Option<u64>,
    ) -> Option<PrintedFace> {
        let faults = std::mem::take(&mut self.card_faults);
        let printed = self.slot.insert(person, faults)?;
        let person = person.to_owned();
        self.recorder.record(
            self.now,
            by,
            reader_of(by),
            re,
            Entry::Card(CardEvent::Presented { person }),
        );
        Some(printed)
    }

    /// Takes the card out.
    pub(super) fn take(&mut self, n: u64) -> Option<Event> {
        self.removed(Role::Patient, Some(n));
        Some(Event::Removed)
    }

    pub(super) fn removed(&mut self, by: Role, re: Option<u64>) {
        self.eject();
        self.recorder.record(
            self.now,
            by,
            reader_of(by),
            re,
            Entry::Card(CardEvent::Removed),
        );
    }

    pub(super) fn inject_card_fault(&mut self, fault: CardFault) {
        // One that comes before the card is put in with it.
        self.card_faults.extend(self.slot.inject(fault));
    }

    pub(super) fn power_off(&mut self, by: Role) {
        if let Some(link) = self.slot.link() {
            link.power_off();
            self.recorder.record(
                self.now,
                by,
                Role::Card,
                None,
                Entry::Card(CardEvent::PowerOff),
            );
        }
    }

    pub(super) fn reset(&mut self, by: Role) {
        if let Some(link) = self.slot.link() {
            link.reset();
            let event = Entry::Card(CardEvent::Reset);
            self.recorder.record(self.now, by, Role::Card, None, event);
        }
    }

    /// Sends a command to the card and records both, once, here. Tells beside the reply whether a
    /// fault pulled the card just now.
    pub(super) fn transmit(&mut self, from: Role, command: &[u8]) -> (CardReply, bool) {
        let n = self.recorder.command(self.now, from, command);
        let Exchanged {
            answer,
            delay,
            struck,
        } = self.slot.exchange(command);
        let loses_power = match &struck {
            Some(fault) if fault.kind == Kind::Reset => Some(fault.when),
            _ => None,
        };
        if let Some(fault) = &struck {
            self.card_entry(n, Entry::Fault(fault_text(fault)));
        }
        if matches!(loses_power, Some(When::Before | When::During)) {
            self.card_entry(n, Entry::Card(CardEvent::PowerLost));
        }
        let answer = self.wait(command, answer, delay);
        let recorded = match &answer {
            Ok(bytes) => Ok(bytes.as_slice()),
            Err(lost) => Err(lost.word()),
        };
        self.recorder.response(self.now, from, n, recorded);
        if loses_power == Some(When::After) {
            self.card_entry(n, Entry::Card(CardEvent::PowerLost));
        }
        let pulled = self.slot.link().is_some_and(|link| link.is_gone());
        if pulled {
            let by = match from {
                Role::Tester => Role::Tester,
                _ => Role::Patient,
            };
            self.removed(by, None);
        }
        let reply = match answer {
            // An answer of fewer than two bytes is none: a reader sees silence.
            Ok(bytes) => Response::from_bytes(&bytes).map_or(CardReply::Mute, CardReply::Response),
            Err(Lost::Mute) => CardReply::Mute,
            Err(Lost::Gone) => CardReply::Gone,
        };
        (reply, pulled)
    }

    /// Records what befalls the card at command `n`.
    fn card_entry(&mut self, n: u64, entry: Entry) {
        self.recorder
            .record(self.now, Role::Harness, Role::Card, Some(n), entry);
    }

    /// Lets the time of an exchange pass; an answer beyond the reader's patience does not count.
    fn wait(
        &mut self,
        command: &[u8],
        answer: Result<Vec<u8>, Lost>,
        delay: Duration,
    ) -> Result<Vec<u8>, Lost> {
        let timing = self.slot.timing();
        let time = |length| match timing {
            Some(timing) => timing.time_of(command, length),
            None => APDU_TIME,
        };
        let (took, answer) = match answer {
            Ok(bytes) => (time(bytes.len()).saturating_add(delay), Ok(bytes)),
            Err(Lost::Gone) => (time(0), Err(Lost::Gone)),
            Err(Lost::Mute) => (CARD_PATIENCE, Err(Lost::Mute)),
        };
        if took >= CARD_PATIENCE {
            self.pass(CARD_PATIENCE);
            return Err(Lost::Mute);
        }
        self.pass(took);
        answer
    }
}

/// Returns what a transcript says of a fault that struck.
pub(crate) fn fault_text(fault: &CardFault) -> String {
    let when = match fault.when {
        When::Before => "before",
        When::During => "during",
        When::After => "after",
    };
    format!("card {} {when} the command", fault.kind.what().as_str())
}

/// Returns the reader into which a card is put.
fn reader_of(by: Role) -> Role {
    match by {
        Role::Tester => Role::Card,
        _ => Role::Reader,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The judge goes by the words: they must say the same as what the fault does to an answer.
    #[test]
    fn the_words_for_a_fault_tell_whether_it_changes_data() {
        let answer = vec![1, 2, 3, 4, 0x90, 0x00];
        for text in [
            "what: removed",
            "what: mute",
            "{ what: slow, by: 1s }",
            "{ what: status, status: \"6F00\" }",
            "what: truncated",
            "what: overlong",
            "what: flipped",
            "what: doubled",
            "what: reset",
        ] {
            for fault in CardFault::parse_list(text, "test").unwrap() {
                let altered = fault.kind.alter(answer.clone());
                // Half of the data is whole as far as it goes.
                let garbled = altered.is_some_and(|altered| {
                    altered.ends_with(&[0x90, 0x00])
                        && !answer.starts_with(&altered[..altered.len() - 2])
                });
                let entry = Entry::Fault(fault_text(&fault));
                assert_eq!(entry.garbles(), garbled, "{text}");
            }
        }
    }
}
