//! The cards of a scenario, and the one that is in the reader: reached by us, or by the reader itself
//! through a slot of vpcd.

use std::collections::BTreeMap;
use std::time::Duration;

use virtual_card::fault::Fault as CardFault;
use virtual_card::profile::Profile;
use virtual_card::timing::Timing;

use super::presented::{Place, Presented, Seen, Vpcd};
use super::{ElsewhereCard, Options};
use crate::card_link::{CardLink, Exchanged, FaultyLink, InProcess, Lost};
use crate::check_in::PrintedFace;
use crate::fault::{self, Fault};
use crate::program::Marker;
use crate::scenario::Playable;

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

    /// Returns the way to the card, where it is ours.
    pub(super) fn link(&mut self) -> Option<&mut FaultyLink<Box<dyn CardLink>>> {
        match &mut self.inside.as_mut()?.held {
            Held::Link(link) => Some(link),
            Held::Presented(_) => None,
        }
    }

    /// Adds a fault to the card that is in; returns it where there is none.
    pub(super) fn inject(&mut self, fault: CardFault) -> Option<CardFault> {
        match self.inside.as_mut().map(|inside| &mut inside.held) {
            Some(Held::Link(link)) => link.inject(fault),
            Some(Held::Presented(presented)) => presented.add_fault(fault),
            None => return Some(fault),
        }
        None
    }

    /// Puts a person's card in, reached by us.
    pub(super) fn insert(&mut self, person: &str, faults: Vec<CardFault>) -> Option<PrintedFace> {
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

    /// Sends a command to the card, where we reach it.
    pub(super) fn exchange(&mut self, command: &[u8]) -> Exchanged {
        match self.link() {
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
