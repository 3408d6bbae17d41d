//! The one transcript of an observation, written by whoever sees something: the card's thread, the
//! backend beside it, and the observer. Each writes under one lock before anyone outside sees what
//! follows, so that the order is that of cause and effect.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::clock::system_now;
use crate::eligibility::Answer;
use crate::presentation::{EVENTS_MAX, Traffic};
use crate::runner::{roles_of, traffic};
use crate::scenario::{Scenario, Step};
use crate::serve::journal::SharedRecorder;
use crate::transcript::{
    By, CardEvent, Event, Note, Recorder, Reply, Role, Roles, Stimulus, Transcript, reason,
};

/// A transcript that several write to.
#[derive(Debug, Clone)]
pub(super) struct Record {
    recorder: SharedRecorder,
    card: Arc<Mutex<OnCard>>,
    /// What people are asked to do just now.
    pending: Arc<Mutex<Option<Pending>>>,
    /// Wakes whoever follows; the backend that is served beside does not.
    pub(super) changed: Arc<Notify>,
}

/// A step that somebody is asked to do, and whose traffic may come before they confirm it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    /// The entry that keeps its place.
    pub(super) n: u64,
    /// The step, by index.
    pub(super) step: usize,
}

/// What has crossed between card and reader.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OnCard {
    /// Commands, resets and losses of power.
    pub(super) events: usize,
    /// Commands.
    pub(super) commands: usize,
    /// A card lies in the reader.
    inside: bool,
}

impl Record {
    pub(super) fn new(scenario: &Scenario, roles: Roles, my_numbers: Vec<String>) -> Record {
        let recorder = Recorder::new(scenario, roles, "system", my_numbers);
        Record {
            recorder: Arc::new(Mutex::new(recorder)),
            card: Arc::default(),
            pending: Arc::default(),
            changed: Arc::default(),
        }
    }

    /// Returns the recorder, for the backend that is served beside.
    pub(super) fn shared(&self) -> SharedRecorder {
        Arc::clone(&self.recorder)
    }

    /// Returns what has been recorded.
    pub(super) fn transcript(&self) -> Transcript {
        self.read().transcript().clone()
    }

    /// Returns the number of the visit.
    pub(super) fn visit(&self) -> u32 {
        self.read().visit()
    }

    /// Returns what has crossed between card and reader so far.
    pub(super) fn on_card(&self) -> OnCard {
        *self.card.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what has been recorded, with what is asked for.
    pub(super) fn now(&self) -> (Transcript, Option<Pending>) {
        let recorder = self.read();
        (recorder.transcript().clone(), *self.pending())
    }

    /// Returns how many entries there are.
    pub(super) fn length(&self) -> usize {
        self.read().transcript().entries.len()
    }

    fn pending(&self) -> MutexGuard<'_, Option<Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the recorder to write; a panic elsewhere leaves whole entries behind. Whoever follows
    /// wakes and waits for the lock.
    fn lock(&self) -> MutexGuard<'_, Recorder> {
        let recorder = self.read();
        self.changed.notify_one();
        recorder
    }

    /// Locks the recorder to read.
    fn read(&self) -> MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn card(&self) -> MutexGuard<'_, OnCard> {
        self.card.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whom the backend has registered since there were `known` entries, each by the card
    /// that lay in the reader.
    pub(super) fn registered_since(&self, known: usize) -> Vec<String> {
        let recorder = self.read();
        let mut holder = None;
        let mut registered = Vec::new();
        for (index, entry) in recorder.transcript().entries.iter().enumerate() {
            match &entry.event {
                Event::Card(CardEvent::Presented { person }) => holder = Some(person),
                Event::Answer(Reply::Answer(Answer::Registered)) if index >= known => {
                    registered.extend(holder.cloned());
                }
                _ => {}
            }
        }
        registered
    }

    /// Begins a visit in which there is no card.
    pub(super) fn without_card(&self) {
        self.lock().begin_visit();
    }

    /// Begins a visit with a person's card.
    pub(super) fn presented(&self, person: &str, step: Option<(usize, &Step)>) {
        let mut recorder = self.lock();
        recorder.begin_visit();
        self.card().inside = true;
        let n = step.map(|(index, step)| stimulus(&mut recorder, index, step, None));
        let event = Event::Card(CardEvent::Presented {
            person: person.to_owned(),
        });
        recorder.record(system_now(), Role::Patient, Role::Reader, n, event);
    }

    /// Records that the card is out, unless it was out before.
    pub(super) fn removed(&self, step: Option<(usize, &Step)>) {
        let mut recorder = self.lock();
        let was_in = std::mem::take(&mut self.card().inside);
        if !was_in {
            if let Some((step, _)) = step {
                note(&mut recorder, Note::Moot { step });
            }
            return;
        }
        let n = step.map(|(index, step)| stimulus(&mut recorder, index, step, None));
        let event = Event::Card(CardEvent::Removed);
        recorder.record(system_now(), Role::Patient, Role::Reader, n, event);
    }

    /// Records what has just happened at the card. Beyond [`EVENTS_MAX`] nothing is recorded.
    pub(super) fn seen(&self, seen: &Traffic) {
        let mut recorder = self.lock();
        let mut card = self.card();
        match seen {
            Traffic::PowerOff | Traffic::Reset | Traffic::Apdu { .. } => card.events += 1,
            Traffic::Left => {
                let was_in = std::mem::take(&mut card.inside);
                if was_in {
                    let event = Event::Card(CardEvent::Removed);
                    recorder.record(system_now(), Role::Patient, Role::Reader, None, event);
                }
                return;
            }
            Traffic::Taken | Traffic::NotTaken | Traffic::Out(_) => return,
        }
        if card.events > EVENTS_MAX {
            return;
        }
        card.commands += usize::from(matches!(seen, Traffic::Apdu { .. }));
        let now = system_now();
        traffic::record(&mut recorder, seen, now, now);
    }

    /// Records that a person did a step, as far as `by` tells.
    pub(super) fn given(&self, index: usize, step: &Step, by: By) {
        stimulus(&mut self.lock(), index, step, Some(by));
    }

    /// Records a step that a person did before our own eyes.
    pub(super) fn seen_done(&self, index: usize, step: &Step) {
        stimulus(&mut self.lock(), index, step, None);
    }

    /// Records that an operator has made the change of a step.
    pub(super) fn changed_by_hand(&self, step: usize) {
        let mut recorder = self.lock();
        let n = note(&mut recorder, Note::Changed { step });
        recorder.known_by(n, By::Confirmed);
    }

    /// Keeps a place for what a person is asked to do now, and returns its number.
    pub(super) fn asked(&self, index: usize) -> u64 {
        let reason = reason::UNCONFIRMED.to_owned();
        let unmet = Note::Unmet {
            step: index,
            reason,
        };
        let mut recorder = self.lock();
        let n = note(&mut recorder, unmet);
        *self.pending() = Some(Pending { n, step: index });
        n
    }

    /// Says of what a person was asked to do, at place `n`, that they did it.
    pub(super) fn done(&self, n: u64, index: usize, step: &Step) {
        let mut recorder = self.lock();
        let act = recorder.mask_step(step);
        let event = Event::Stimulus(Stimulus { step: index, act });
        let (from, to) = roles_of(step);
        recorder.settle(n, from, to, By::Confirmed, event);
    }

    /// Says that what follows from what people were asked to do has come.
    pub(super) fn settled(&self) {
        *self.pending() = None;
        self.changed.notify_one();
    }

    /// Records what an operator said of an expectation.
    pub(super) fn told(&self, step: usize, holds: bool) {
        let mut recorder = self.lock();
        let n = note(&mut recorder, Note::Told { step, holds });
        recorder.known_by(n, By::Confirmed);
    }

    /// Records a remark.
    pub(super) fn note(&self, remark: Note) {
        note(&mut self.lock(), remark);
    }
}

fn stimulus(recorder: &mut Recorder, index: usize, step: &Step, by: Option<By>) -> u64 {
    let act = recorder.mask_step(step);
    let (from, to) = roles_of(step);
    let event = Event::Stimulus(Stimulus { step: index, act });
    let n = recorder.record(system_now(), from, to, None, event);
    if let Some(by) = by {
        recorder.known_by(n, by);
    }
    n
}

fn note(recorder: &mut Recorder, remark: Note) -> u64 {
    let harness = Role::Harness;
    recorder.record(system_now(), harness, harness, None, Event::Note(remark))
}
