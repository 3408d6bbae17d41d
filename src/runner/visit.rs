//! The slot of the reader: cards come, answer, and go.

use std::collections::BTreeMap;

use virtual_card::apdu::Response;
use virtual_card::profile::Profile;

use super::{APDU_MS, CARD_PATIENCE_MS, Run};
use crate::card_link::{CardLink, FaultyLink, Lost};
use crate::check_in::{CardReply, Event, PrintedFace};
use crate::eligibility::SiteKind;
use crate::fault::{self, Fault};
use crate::scenario::{CardFault, Playable};
use crate::transcript::{CardEvent, Event as Entry, Role};

/// The cards of a scenario, one of them perhaps in the slot.
pub(super) struct Slot {
    profiles: BTreeMap<String, Profile>,
    /// Cards that are not in the slot, with what they have kept.
    cards: BTreeMap<String, Box<dyn CardLink>>,
    inside: Option<Inside>,
    seed: u64,
    fault: Option<&'static Fault>,
    first: String,
}

struct Inside {
    person: String,
    link: FaultyLink<Box<dyn CardLink>>,
}

impl Slot {
    pub(super) fn new(playable: &Playable, fault: Option<&'static Fault>) -> Slot {
        let names = playable
            .scenario
            .people
            .iter()
            .map(|patient| patient.name.clone());
        Slot {
            first: names.clone().next().unwrap_or_default(),
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
        }
    }

    /// Returns the name of the patient, the first of the people.
    pub(super) fn patient(&self) -> &str {
        &self.first
    }

    /// Tells whether there is no card in the slot.
    pub(super) fn is_empty(&self) -> bool {
        self.inside.is_none()
    }

    fn insert(&mut self, person: &str, faults: Vec<CardFault>) -> Option<PrintedFace> {
        let profile = self.profiles.get(person)?;
        let card = self
            .cards
            .remove(person)
            .unwrap_or_else(|| fault::card_link(self.fault, profile, self.seed));
        self.inside = Some(Inside {
            person: person.to_owned(),
            link: FaultyLink::new(card, faults),
        });
        Some(PrintedFace {
            photo: profile.photo,
            pinless: profile.pins.user.is_none(),
            code_b: profile.code_b(),
        })
    }

    fn eject(&mut self) {
        if let Some(inside) = self.inside.take() {
            let mut card = inside.link.into_inner();
            card.power_off();
            self.cards.insert(inside.person, card);
        }
    }
}

impl Run<'_> {
    /// Puts a person's card in.
    pub(super) fn present(&mut self, person: Option<&str>, n: u64) -> Option<Event> {
        let person = person.unwrap_or(&self.slot.first).to_owned();
        self.emergency =
            std::mem::take(&mut self.emergency_next) || self.site.kind == SiteKind::Ambulance;
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
        self.slot.eject();
        self.recorder.record(
            self.now,
            by,
            reader_of(by),
            re,
            Entry::Card(CardEvent::Removed),
        );
    }

    pub(super) fn inject_card_fault(&mut self, fault: CardFault) {
        match &mut self.slot.inside {
            Some(inside) => inside.link.inject(fault),
            None => self.card_faults.push(fault),
        }
    }

    pub(super) fn power_off(&mut self, by: Role) {
        if let Some(inside) = &mut self.slot.inside {
            inside.link.power_off();
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
        if let Some(inside) = &mut self.slot.inside {
            inside.link.reset();
            let event = Entry::Card(CardEvent::Reset);
            self.recorder.record(self.now, by, Role::Card, None, event);
        }
    }

    /// Sends a command to the card and records both, once, here. Tells beside the reply whether a
    /// fault pulled the card just now.
    pub(super) fn transmit(&mut self, from: Role, command: &[u8]) -> (CardReply, bool) {
        let n = self.recorder.command(self.now, from, command);
        let (answer, struck) = match &mut self.slot.inside {
            Some(inside) => inside.link.transmit(command),
            None => (Err(Lost::Gone), None),
        };
        if let Some(struck) = struck {
            let text = format!("card {:?} {:?} the command", struck.what, struck.when);
            self.recorder.record(
                self.now,
                Role::Harness,
                Role::Card,
                Some(n),
                Entry::Fault(text.to_lowercase()),
            );
        }
        self.now = self.now.plus_ms(match answer {
            Err(Lost::Mute) => CARD_PATIENCE_MS,
            _ => APDU_MS,
        });
        let recorded = match &answer {
            Ok(bytes) => Ok(bytes.as_slice()),
            Err(lost) => Err(lost.word()),
        };
        self.recorder.response(self.now, from, n, recorded);
        let pulled = self
            .slot
            .inside
            .as_ref()
            .is_some_and(|inside| inside.link.is_gone());
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
}

/// Returns the reader into which a card is put.
fn reader_of(by: Role) -> Role {
    match by {
        Role::Tester => Role::Card,
        _ => Role::Reader,
    }
}
