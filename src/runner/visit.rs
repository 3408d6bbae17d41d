//! The slot of the reader: cards come, answer, and go.

use std::collections::BTreeMap;
use std::time::Duration;

use virtual_card::apdu::Response;
use virtual_card::fault::{Fault as CardFault, Kind, When};
use virtual_card::profile::Profile;
use virtual_card::timing::Timing;

use super::presented::{Place, Presented, Seen, Vpcd};
use super::{APDU_TIME, CARD_PATIENCE, ElsewhereCard, Options, Run};
use crate::card_link::{CardLink, Exchanged, FaultyLink, InProcess, Lost};
use crate::check_in::{CardReply, Event, PrintedFace};
use crate::eligibility::SiteKind;
use crate::fault::{self, Fault};
use crate::program::Marker;
use crate::scenario::Playable;
use crate::transcript::{CardEvent, Event as Entry, Role};

/// The cards of a scenario, one of them perhaps in the slot.
pub(super) struct Slot {
    profiles: BTreeMap<String, Profile>,
    timings: BTreeMap<String, Timing>,
    /// Cards that are not in the slot, with what they have kept.
    cards: BTreeMap<String, Box<dyn CardLink>>,
    inside: Option<Inside>,
    seed: u64,
    fault: Option<&'static Fault>,
    /// Makes the way to a card that others put in.
    elsewhere: Option<ElsewhereCard>,
    first: String,
}

struct Inside {
    person: String,
    held: Held,
}

/// How the card in the slot is reached.
enum Held {
    /// By us, for the reader or a tester.
    Link(FaultyLink<Box<dyn CardLink>>),
    /// By the reader, through PC/SC.
    Presented(Presented),
}

impl Inside {
    /// Returns the way to the card, where it is ours.
    fn link(&mut self) -> Option<&mut FaultyLink<Box<dyn CardLink>>> {
        match &mut self.held {
            Held::Link(link) => Some(link),
            Held::Presented(_) => None,
        }
    }
}

impl Slot {
    pub(super) fn new(playable: &Playable, options: &Options) -> Slot {
        let fault = options.fault;
        let names = playable
            .scenario
            .people
            .iter()
            .map(|patient| patient.name.clone());
        Slot {
            first: names.clone().next().unwrap_or_default(),
            timings: playable
                .scenario
                .people
                .iter()
                .filter_map(|patient| {
                    // Resolution has refused names that there are not.
                    let timing = Timing::standard(patient.card.timing.as_deref()?)?;
                    Some((patient.name.clone(), timing))
                })
                .collect(),
            profiles: names
                .zip(
                    playable
                        .profiles
                        .iter()
                        .map(|profile| fault::issued(fault, profile)),
                )
                .collect(),
            cards: BTreeMap::new(),
            inside: None,
            seed: playable.scenario.seed,
            fault,
            elsewhere: options.card.clone(),
        }
    }

    /// Returns the name of the patient, the first of the people.
    pub(super) fn patient(&self) -> &str {
        &self.first
    }

    /// Returns whose card is in the slot.
    pub(super) fn person(&self) -> Option<&str> {
        self.inside.as_ref().map(|inside| inside.person.as_str())
    }

    /// Tells whether there is no card in the slot.
    pub(super) fn is_empty(&self) -> bool {
        self.inside.is_none()
    }

    fn insert(&mut self, person: &str, faults: Vec<CardFault>) -> Option<PrintedFace> {
        let card = self.card_of(person)?;
        self.inside = Some(Inside {
            person: person.to_owned(),
            held: Held::Link(FaultyLink::new(card, faults)),
        });
        self.printed(person)
    }

    /// Puts a person's card into a slot of vpcd; nothing where that cannot be.
    pub(super) fn put_into(
        &mut self,
        vpcd: &Vpcd,
        place: &Place,
        person: &str,
        faults: Vec<CardFault>,
        marker: Option<Marker>,
    ) -> Option<PrintedFace> {
        let card = self.card_of(person)?.into_card()?;
        let timing = match self.timings.get(person) {
            Some(timing) => timing.clone(),
            None => Timing::standard("instant")?,
        };
        self.inside = Some(Inside {
            person: person.to_owned(),
            held: Held::Presented(Presented::start(card, timing, faults, place, vpcd, marker)),
        });
        self.printed(person)
    }

    /// Returns a person's card as it was left.
    fn card_of(&mut self, person: &str) -> Option<Box<dyn CardLink>> {
        let profile = self.profiles.get(person)?;
        let kept = self.cards.remove(person);
        Some(kept.unwrap_or_else(|| match &self.elsewhere {
            Some(make) => make(),
            None => fault::card_link(self.fault, profile, self.seed),
        }))
    }

    fn printed(&self, person: &str) -> Option<PrintedFace> {
        let profile = self.profiles.get(person)?;
        Some(PrintedFace {
            photo: profile.photo,
            pinless: profile.pins.user.is_none(),
            code_b: profile.code_b(),
        })
    }

    /// Returns what has crossed next at a slot of vpcd, if it was before a line that stands behind so
    /// many marks.
    pub(super) fn seen(&mut self, passed: u64) -> Option<Seen> {
        match &mut self.inside.as_mut()?.held {
            Held::Presented(presented) => presented.next(passed),
            Held::Link(_) => None,
        }
    }

    /// Waits for what crosses next at a slot of vpcd; nothing where nothing can.
    pub(super) async fn next_seen(&mut self) -> Option<Seen> {
        match &mut self.inside.as_mut()?.held {
            Held::Presented(presented) => presented.wait().await,
            Held::Link(_) => None,
        }
    }

    /// Returns the timing of the card in the slot, if its scenario gives one.
    pub(super) fn timing(&self) -> Option<&Timing> {
        self.timings.get(&self.inside.as_ref()?.person)
    }

    fn exchange(&mut self, command: &[u8]) -> Exchanged {
        match self.inside.as_mut().and_then(Inside::link) {
            Some(link) => link.transmit(command),
            None => Exchanged {
                answer: Err(Lost::Gone),
                delay: Duration::ZERO,
                struck: None,
            },
        }
    }

    /// Takes the card out and keeps it; returns what still crossed at a slot of vpcd.
    pub(super) fn eject(&mut self) -> Vec<Seen> {
        let Some(Inside { person, held }) = self.inside.take() else {
            return Vec::new();
        };
        let (mut card, seen): (Box<dyn CardLink>, _) = match held {
            Held::Link(link) => (link.into_inner(), Vec::new()),
            Held::Presented(presented) => {
                let (card, seen) = presented.remove();
                (Box::new(InProcess::new(card)), seen)
            }
        };
        // Whoever takes out a card that others put in takes its power, not we.
        if self.elsewhere.is_none() {
            card.power_off();
            self.cards.insert(person, card);
        }
        seen
    }
}

impl Run<'_> {
    /// Puts a person's card in.
    pub(super) async fn present(&mut self, person: Option<&str>, n: u64) -> Option<Event> {
        let person = person.unwrap_or(&self.slot.first).to_owned();
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
        match self.slot.inside.as_mut().map(|inside| &mut inside.held) {
            Some(Held::Link(link)) => link.inject(fault),
            Some(Held::Presented(presented)) => presented.add_fault(fault),
            None => self.card_faults.push(fault),
        }
    }

    pub(super) fn power_off(&mut self, by: Role) {
        if let Some(link) = self.slot.inside.as_mut().and_then(Inside::link) {
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
        if let Some(link) = self.slot.inside.as_mut().and_then(Inside::link) {
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
        let pulled = self
            .slot
            .inside
            .as_mut()
            .and_then(Inside::link)
            .is_some_and(|link| link.is_gone());
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
