//! The card of a play whose reader, behind its driver, uses PC/SC: it lies in a slot of vpcd from the
//! step that presents it to the step that takes it.
//!
//! What crosses comes over a channel, from the card's thread, before the reader sees the answer. A mark
//! in the driver's output tells which lines were written before it: those are handled first, and it is
//! taken in before any later line. So the transcript has cause before effect.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use virtual_card::card::Card;
use virtual_card::fault::{Fault as CardFault, Kind};
use virtual_card::timing::Timing;

use super::{APDU_TIME, Run, traffic};
use crate::check_in::Event;
use crate::eligibility::Moment;
use crate::presentation::{EVENTS_MAX, Presentation, TAKEN_WITHIN, Traffic, ended, not_taken};
use crate::program::{Failed, Marker};
use crate::transcript::{CardEvent, Event as Entry, Note, Role, reason};

/// So many cards in a row that vpcd did not take, and the rest is not waited for; a convention of this
/// harness.
const UNTAKEN_MAX: usize = 3;

/// The slot of vpcd in which the cards of a run are presented, one at a time. A clone is of the same
/// slot.
#[derive(Debug, Clone)]
pub struct Vpcd {
    address: String,
    health: Arc<Mutex<Health>>,
}

/// What has become of the cards so far.
#[derive(Debug, Default)]
struct Health {
    took_one: bool,
    untaken: usize,
    given_up: Option<String>,
}

impl Vpcd {
    /// Names the slot at `address` (`HOST:PORT`). Nothing is done before the first card.
    pub fn new(address: &str) -> Vpcd {
        Vpcd {
            address: address.to_owned(),
            health: Arc::default(),
        }
    }

    /// Returns why no card could be presented, where not one could: there is no pcscd, or the slot is
    /// in use. Whoever started the run can mend that.
    pub fn refusal(&self) -> Option<String> {
        let health = self.health();
        health.given_up.clone().filter(|_| !health.took_one)
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn given_up(&self) -> Option<String> {
        self.health().given_up.clone()
    }

    fn took(&self) {
        let mut health = self.health();
        health.took_one = true;
        health.untaken = 0;
    }

    /// Takes in that a card was not taken. Where none was before, none will be; later pcscd may come
    /// back, so what fails at once is tried again each time.
    fn failed(&self, why: &str, after_waiting: bool) {
        let mut health = self.health();
        health.untaken += usize::from(after_waiting);
        if !health.took_one || health.untaken >= UNTAKEN_MAX {
            health.given_up = Some(why.to_owned());
        }
    }
}

/// What a play knows of the slot.
#[derive(Default)]
pub(super) struct Place {
    /// Where it is; nothing where the card is reached otherwise.
    pub(super) vpcd: Option<Vpcd>,
    /// Commands, resets and losses of power of this play.
    events: Arc<AtomicUsize>,
    /// A fault has pulled the card, and the driver has not been told.
    pulled: bool,
    /// Why no card can be presented any more.
    pub(super) broken: Option<String>,
}

impl Place {
    /// Makes one for a play that begins.
    pub(super) fn at(vpcd: Option<Vpcd>) -> Place {
        Place {
            vpcd,
            ..Place::default()
        }
    }
}

/// What comes over the channel.
pub(super) enum Seen {
    /// Something at the slot, when, and the mark behind which the driver said what it says later.
    Traffic(Instant, u64, Traffic),
    /// More than [`EVENTS_MAX`] events.
    Flood,
}

impl Seen {
    /// Tells whether a line of the driver that stands behind so many marks came later.
    fn is_before(&self, passed: u64) -> bool {
        match self {
            Seen::Traffic(_, mark, _) => *mark <= passed,
            Seen::Flood => true,
        }
    }
}

/// A card in the slot.
pub(super) struct Presented {
    presentation: Presentation,
    queue: Queue,
}

/// What crosses, in order.
struct Queue {
    seen: UnboundedReceiver<Seen>,
    /// What came and is not to be taken in yet.
    later: Option<Seen>,
}

impl Queue {
    /// Returns what crossed next, if it was before a line that stands behind so many marks.
    fn next(&mut self, passed: u64) -> Option<Seen> {
        let seen = self.later.take().or_else(|| self.seen.try_recv().ok())?;
        if seen.is_before(passed) {
            return Some(seen);
        }
        self.later = Some(seen);
        None
    }
}

impl Presented {
    /// Puts a card in.
    pub(super) fn start(
        card: Card,
        timing: Timing,
        faults: Vec<CardFault>,
        place: &Place,
        vpcd: &Vpcd,
        marker: Option<Marker>,
    ) -> Presented {
        let (sender, seen) = unbounded_channel();
        let events = Arc::clone(&place.events);
        let watcher = move |traffic: Traffic| {
            let at_the_card = matches!(
                traffic,
                Traffic::PowerOff | Traffic::Reset | Traffic::Apdu { .. }
            );
            let seen = match at_the_card.then(|| events.fetch_add(1, Ordering::Relaxed)) {
                Some(before) if before > EVENTS_MAX => return,
                Some(EVENTS_MAX) => Seen::Flood,
                Some(_) => {
                    let at = Instant::now();
                    let mark = marker.as_ref().map_or(0, Marker::mark);
                    Seen::Traffic(at, mark, traffic)
                }
                None => Seen::Traffic(Instant::now(), 0, traffic),
            };
            // Nobody listens once the card is out.
            let _ = sender.send(seen);
        };
        Presented {
            presentation: Presentation::start(card, timing, faults, &vpcd.address, watcher),
            queue: Queue { seen, later: None },
        }
    }

    pub(super) fn add_fault(&self, fault: CardFault) {
        self.presentation.add_faults([fault]);
    }

    /// Returns what crossed next, if it was before a line that stands behind so many marks.
    pub(super) fn next(&mut self, passed: u64) -> Option<Seen> {
        self.queue.next(passed)
    }

    /// Waits for what crosses next.
    pub(super) async fn wait(&mut self) -> Option<Seen> {
        match self.queue.later.take() {
            Some(seen) => Some(seen),
            None => self.queue.seen.recv().await,
        }
    }

    /// Takes the card out; returns it, and what crossed until then.
    pub(super) fn remove(mut self) -> (Card, Vec<Seen>) {
        let was_in = self.presentation.is_in();
        let card = self.presentation.remove();
        let mut rest = Vec::new();
        while let Some(seen) = self.queue.next(u64::MAX) {
            // That the slot is empty now is our own doing, unless it was before.
            if !(was_in && matches!(seen, Seen::Traffic(.., Traffic::Out(_)))) {
                rest.push(seen);
            }
        }
        (card, rest)
    }
}

impl Run<'_> {
    /// Takes in what has crossed between reader and card, and tells the driver of a card that a fault
    /// has pulled. Only while nobody else has the word.
    pub(super) async fn notice(&mut self) {
        self.catch_up(u64::MAX);
        if !self.cut_short && self.was_pulled() {
            let told = self.tell_pulled().await;
            self.perform(told).await;
        }
    }

    /// Takes in what has crossed between reader and card before a line that stands behind so many
    /// marks.
    pub(super) fn catch_up(&mut self, passed: u64) {
        while let Some(seen) = self.slot.seen(passed) {
            self.saw(seen);
        }
        self.tick();
    }

    /// Tells whether a fault has pulled the card, and the driver does not know.
    pub(super) fn was_pulled(&self) -> bool {
        self.place.pulled
    }

    /// Tells the driver that the card is out: the optics of its reader see it.
    pub(super) async fn tell_pulled(&mut self) -> Result<(), Failed> {
        self.eject();
        self.place.pulled = false;
        self.seat.give(Event::Removed, self.now).await
    }

    /// Takes the card out of wherever it is.
    pub(super) fn eject(&mut self) {
        for seen in self.slot.eject() {
            self.saw(seen);
        }
    }

    /// Puts a person's card into the slot and waits until every program sees it.
    pub(super) async fn present_at(&mut self, vpcd: &Vpcd, person: &str, n: u64) -> Option<Event> {
        if let Some(why) = vpcd.given_up() {
            self.unpresented(why);
            return None;
        }
        let faults = std::mem::take(&mut self.card_faults);
        let marker = self.seat.marker();
        let put = self
            .slot
            .put_into(vpcd, &self.place, person, faults, marker);
        let Some(printed) = put else {
            self.unpresented(format!("the card of {person} cannot be put into a slot"));
            return None;
        };
        let event = Entry::Card(CardEvent::Presented {
            person: person.to_owned(),
        });
        self.recorder
            .record(self.now, Role::Patient, Role::Reader, Some(n), event);
        let until = tokio::time::Instant::now() + TAKEN_WITHIN;
        loop {
            match tokio::time::timeout_at(until, self.slot.next_seen()).await {
                Ok(Some(Seen::Traffic(.., Traffic::Taken))) => break,
                Ok(Some(Seen::Traffic(.., Traffic::NotTaken))) => tracing::warn!(
                    "vpcd has not asked for the card; another card may lie in its slot"
                ),
                Ok(Some(seen)) => self.saw(seen),
                Ok(None) => self.unpresented(ended(None)),
                Err(_) => {
                    let why = not_taken(&vpcd.address);
                    vpcd.failed(&why, true);
                    self.unpresented(why);
                }
            }
            if let Some(why) = &self.place.broken {
                vpcd.failed(why, false);
                return None;
            }
        }
        vpcd.took();
        self.tick();
        Some(Event::Presented(printed))
    }

    fn saw(&mut self, seen: Seen) {
        match seen {
            Seen::Flood if self.cut_short => {}
            Seen::Flood => {
                self.cut_short = true;
                self.note(Note::CutShort {
                    reason: reason::flood(EVENTS_MAX),
                });
            }
            Seen::Traffic(.., Traffic::Out(why)) if !self.place.pulled => {
                self.unpresented(ended(why));
            }
            Seen::Traffic(.., Traffic::Left) if !self.place.pulled => self.pulled(),
            Seen::Traffic(at, _, traffic) => self.crossed(at, &traffic),
        }
    }

    /// Records what crossed, on the clock of the play.
    fn crossed(&mut self, at: Instant, traffic: &Traffic) {
        let came = self.moment_of(at);
        if let (
            Traffic::Apdu {
                command, answer, ..
            },
            None,
        ) = (traffic, self.real)
        {
            let length = answer.as_ref().map_or(0, Vec::len);
            let time = match self.slot.timing() {
                Some(timing) => timing.time_of(command, length),
                None => APDU_TIME,
            };
            self.pass(time.saturating_add(delay(traffic)));
        }
        let answered = self.moment_of(at);
        self.recorder
            .by_ourselves(|recorder| traffic::record(recorder, traffic, came, answered));
        let pulls = |fault: &CardFault| fault.kind == Kind::Removed;
        if let Traffic::Apdu {
            struck: Some(fault),
            ..
        } = traffic
            && pulls(fault)
        {
            // That it left is seen only after the reader has its answer.
            self.pulled();
        }
    }

    /// Returns when something happened: on the real clock where it is the one that counts.
    fn moment_of(&self, at: Instant) -> Moment {
        let Some(started) = self.real else {
            return self.now;
        };
        let since = at.saturating_duration_since(started).as_millis();
        let at = self.scenario.at;
        let moment = at.plus_ms(u64::try_from(since).unwrap_or(u64::MAX));
        moment.max(self.now)
    }

    fn pulled(&mut self) {
        self.place.pulled = true;
        let event = Entry::Card(CardEvent::Removed);
        self.recorder
            .record(self.now, Role::Patient, Role::Reader, None, event);
    }

    /// Ends the play because its card cannot be presented, or not any more.
    fn unpresented(&mut self, reason: String) {
        if self.place.broken.is_none() {
            self.cut_short = true;
            self.place.broken = Some(reason.clone());
            self.note(Note::CutShort { reason });
        }
    }
}

/// Returns how much later than usual an answer came.
fn delay(traffic: &Traffic) -> Duration {
    match traffic {
        Traffic::Apdu {
            struck:
                Some(CardFault {
                    kind: Kind::Slow(by),
                    ..
                }),
            ..
        } => *by,
        _ => Duration::ZERO,
    }
}
