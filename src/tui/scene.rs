//! Folds a transcript up to the cursor into what the panes show.
//!
//! A pure function of the transcript and the cursor, so that going back in time is nothing but
//! folding less. It follows what is written down and applies no rule of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::eligibility::{Answer, CertificatePhase};
use crate::scenario::{Patient, Step};
use crate::screen::Screen;
use crate::transcript::{CardEvent, Entry, Event, Reply, ResponseApdu, Role, Transcript};

use super::decode::{Kind, Meaning, Place, decode, status};

/// Tries of a user PIN that was never mistyped (card.md §3).
pub const TRIES_MAX: u8 = 3;

/// Where the card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whereabouts {
    /// Not shown yet.
    #[default]
    Nowhere,
    /// In the reader, powered.
    Powered,
    /// In the reader, without power.
    Unpowered,
    /// Taken out.
    Taken,
}

/// What was done with a file or key of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Read; so many bytes came.
    Read(usize),
    /// A secret was accepted.
    Unlocked,
    /// A signature was made.
    Signed,
    /// The card refused.
    Refused,
}

/// The card at the cursor.
#[derive(Debug, Clone, Default)]
pub struct CardScene {
    /// Where it is.
    pub whereabouts: Whereabouts,
    /// What is selected on it.
    pub place: Place,
    /// What was used, in order, each file once.
    pub used: Vec<(Place, Use)>,
    /// Whether the stand-in for the terminal unlock was accepted in this visit.
    pub stand_in: bool,
}

/// Everything at the cursor.
#[derive(Debug, Clone, Default)]
pub struct Scene<'a> {
    /// The entry under the cursor.
    pub entry: Option<&'a Entry>,
    /// The last screen, and who sees it.
    pub screen: Option<(&'a Screen, Role)>,
    /// What a person did since that screen.
    pub act: Option<&'a Step>,
    /// Digits typed since that screen.
    pub typed: usize,
    /// The card.
    pub card: CardScene,
    /// Tries left of the user PIN, by person.
    tries: BTreeMap<&'a str, u8>,
    /// Whose card was shown last.
    pub patient: Option<&'a Patient>,
    /// Where the backend says the certificate stands.
    pub phase: Option<CertificatePhase>,
}

impl<'a> Scene<'a> {
    /// Folds the first `cursor` entries.
    pub fn at(transcript: &'a Transcript, cursor: usize) -> Scene<'a> {
        let mut scene = Scene::default();
        let people = &transcript.header.scenario.people;
        for patient in people {
            scene
                .tries
                .insert(&patient.name, patient.card.user_pin_tries);
        }
        scene.patient = people.first();
        for entry in transcript.entries.iter().take(cursor) {
            scene.take(transcript, entry);
        }
        scene
    }

    /// Returns the tries left of the user PIN of the card shown.
    pub fn tries(&self) -> Option<u8> {
        self.tries.get(self.patient?.name.as_str()).copied()
    }

    fn take(&mut self, transcript: &'a Transcript, entry: &'a Entry) {
        self.entry = Some(entry);
        match &entry.event {
            Event::Screen(screen) => {
                self.screen = Some((screen, entry.to));
                self.act = None;
                self.typed = 0;
            }
            Event::Stimulus(stimulus) => {
                self.act = Some(&stimulus.act);
                if let Step::EnterPin(secret) = &stimulus.act {
                    self.typed = secret.length();
                }
            }
            Event::Card(event) => self.card_event(transcript, event),
            Event::Response(response) => self.response(transcript, entry, response),
            Event::Answer(Reply::Answer(Answer::Authenticated(authenticated))) => {
                self.phase = authenticated.phase;
            }
            _ => {}
        }
    }

    fn card_event(&mut self, transcript: &'a Transcript, event: &CardEvent) {
        match event {
            CardEvent::Presented { person } => {
                self.card = CardScene {
                    whereabouts: Whereabouts::Powered,
                    ..CardScene::default()
                };
                self.phase = None;
                let scenario = &transcript.header.scenario;
                self.patient = scenario.patient(Some(person)).or(self.patient);
            }
            CardEvent::Removed => {
                self.card.whereabouts = Whereabouts::Taken;
                self.card.place = Place::default();
            }
            CardEvent::PowerOff => {
                self.card.whereabouts = Whereabouts::Unpowered;
                self.card.place = Place::default();
            }
            CardEvent::Reset => self.card.whereabouts = Whereabouts::Powered,
            CardEvent::PowerLost => {
                self.card.whereabouts = Whereabouts::Powered;
                self.card.place = Place::default();
            }
        }
    }

    fn response(&mut self, transcript: &Transcript, entry: &Entry, response: &ResponseApdu) {
        let Some(Event::Command(command)) = answered(transcript, entry).map(|entry| &entry.event)
        else {
            return;
        };
        self.card.whereabouts = match response.lost.as_deref() {
            Some("gone") => Whereabouts::Taken,
            _ => Whereabouts::Powered,
        };
        let Some(word) = &response.status else { return };
        let decoded = decode(&command.apdu.0, self.card.place);
        let meaning = status(word);
        let done = meaning == Meaning::Done;
        match decoded.kind {
            Kind::SelectApplication(_) | Kind::SelectFile(_) if done => {
                self.card.place = decoded.place;
            }
            Kind::ReadBinary(_) if done => {
                self.used(decoded.place, Use::Read(response.data.0.len()));
            }
            Kind::Verify if done => self.used(decoded.place, Use::Unlocked),
            Kind::Sign if done => self.used(decoded.place, Use::Signed),
            Kind::ReadBinary(_) | Kind::Sign if meaning == Meaning::Fixed("status-security") => {
                self.used(decoded.place, Use::Refused);
            }
            Kind::ExternalAuthenticate if done => self.card.stand_in = true,
            _ => {}
        }
        if decoded.place.is_user_pin() && matches!(decoded.kind, Kind::Verify | Kind::PinStatus) {
            self.count(meaning);
        }
    }

    fn count(&mut self, meaning: Meaning) {
        let Some(patient) = self.patient else { return };
        let left = match meaning {
            Meaning::Done => TRIES_MAX,
            Meaning::Left(left) => left,
            Meaning::Fixed("status-locked") => 0,
            Meaning::Fixed(_) => return,
        };
        self.tries.insert(&patient.name, left);
    }

    fn used(&mut self, place: Place, how: Use) {
        let known = self.card.used.iter_mut().find(|(at, before)| {
            *at == place && std::mem::discriminant(before) == std::mem::discriminant(&how)
        });
        match (known, how) {
            (Some((_, Use::Read(before))), Use::Read(more)) => *before += more,
            (Some(_), _) => {}
            (None, how) => self.card.used.push((place, how)),
        }
    }
}

/// Returns the entry that this one answers.
pub fn answered<'a>(transcript: &'a Transcript, entry: &Entry) -> Option<&'a Entry> {
    let index = usize::try_from(entry.re?).ok()?.checked_sub(1)?;
    transcript.entries.get(index)
}

/// Returns what was selected on the card when each entry began, by entry.
pub fn places(transcript: &Transcript) -> Vec<Place> {
    let mut scene = Scene::default();
    let mut places = Vec::with_capacity(transcript.entries.len());
    for entry in &transcript.entries {
        places.push(scene.card.place);
        scene.take(transcript, entry);
    }
    places
}

/// Returns the visits that the transcript has seen.
pub fn visits(transcript: &Transcript) -> BTreeSet<u32> {
    let visits = transcript.entries.iter().map(|entry| entry.visit);
    visits.filter(|visit| *visit > 0).collect()
}
