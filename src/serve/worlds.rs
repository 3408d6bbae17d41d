//! The worlds of a server: the one that it serves, and those that others arranged. None knows of
//! another's patients.

mod sound;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use self::sound::Core;
use super::clock::{Pace, WorldClock};
use super::fault::{Faults, WireFault};
use super::journal::Journal;
use crate::backend::{Backend, Outage, World};
use crate::eligibility::{Answer, Inquiry, Moment};
use crate::fault::interpose_backend;

/// How many worlds may be arranged at a time.
pub const WORLDS_MAX: usize = 1_024;

/// After how long without an inquiry an arranged world goes. A convention of this harness: much
/// longer than a play takes, short enough that what a broken-off run left behind does not stay.
pub const IDLE: Duration = Duration::from_secs(600);

/// Locks, whatever a panic elsewhere left behind: each critical section leaves whole values.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What came of an inquiry, before its protocol makes bytes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// When, on the clock of the world.
    pub at: Moment,
    /// The answer; an outage where a fault swallowed it.
    pub answer: Result<Answer, Outage>,
    /// What is to go wrong with it on its way.
    pub fault: Option<WireFault>,
}

/// A world that answers.
#[derive(Debug)]
pub struct LiveWorld {
    inner: tokio::sync::Mutex<Inner>,
    world: Mutex<Arc<World>>,
    faults: Arc<Mutex<Faults>>,
    clock: Mutex<WorldClock>,
    used: Mutex<Instant>,
    ended: watch::Sender<bool>,
    asked: Arc<AtomicU64>,
}

struct Inner {
    core: Core,
    backend: Box<dyn Backend>,
    /// The faults that stand before `core`.
    generation: u64,
    journal: Option<Journal>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl LiveWorld {
    /// Returns what the world's clock shows.
    pub fn now(&self) -> Moment {
        lock(&self.clock).now()
    }

    /// Sets the world's clock.
    pub fn set_clock(&self, at: Moment) {
        self.touch();
        lock(&self.clock).set(at);
    }

    /// Puts `world` in place of what is on record; what was recorded in visits stays. `note` is
    /// called before the next inquiry is answered, for whoever writes down that it has changed.
    pub async fn change(&self, world: &World, note: impl FnOnce()) {
        self.touch();
        let mut inner = self.inner.lock().await;
        // Nobody's PIN is any business of a backend.
        let world = Arc::new(World::new(&world.people, &world.incidents));
        *lock(&self.world) = Arc::clone(&world);
        let now = self.now();
        inner.arrange(&world, now).await;
        note();
    }

    /// Returns what is on record.
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&lock(&self.world))
    }

    /// Counts something that came over a protocol, and returns what strikes its answer.
    pub fn strike(&self) -> Option<WireFault> {
        lock(&self.faults).strike()
    }

    /// Answers an inquiry that came over a protocol, and records it.
    pub async fn ask(&self, inquiry: &Inquiry) -> Asking {
        let fault = self.strike();
        self.ask_with(inquiry, None, fault).await
    }

    /// As [`LiveWorld::ask`], about the instant `at` in place of now, with a fault that has struck.
    pub async fn ask_with(
        &self,
        inquiry: &Inquiry,
        at: Option<Moment>,
        fault: Option<WireFault>,
    ) -> Asking {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut inner = self.inner.lock().await;
        self.answer(&mut inner, inquiry, at, fault).await
    }

    /// Begins a visit in which a card is used here, without a protocol between. No other inquiry
    /// comes in until what is returned is dropped.
    pub async fn visit(&self, person: &str) -> Visit<'_> {
        let mut inner = self.inner.lock().await;
        let now = self.now();
        if let Some(journal) = &mut inner.journal {
            journal.presented(now, person);
        }
        Visit { world: self, inner }
    }

    async fn answer(
        &self,
        inner: &mut Inner,
        inquiry: &Inquiry,
        at: Option<Moment>,
        fault: Option<WireFault>,
    ) -> Asking {
        self.touch();
        let now = self.now();
        let at = at.unwrap_or(now);
        self.stand_faults(inner, now).await;
        let (fault, declared) = {
            let mut faults = lock(&self.faults);
            let struck = fault.or_else(|| faults.strike_declared(inquiry.kind()));
            (struck, faults.declared())
        };
        let n = inner
            .journal
            .as_mut()
            .map(|journal| journal.inquiry(now, inquiry));
        let answer = match fault.filter(|fault| fault.swallows()) {
            Some(fault) => Err(Outage::Down(format!("fault {}", fault.name()))),
            None => inner.backend.ask(inquiry, at).await,
        };
        if let (Some(journal), Some(n)) = (&mut inner.journal, n) {
            match (fault, declared) {
                (Some(fault), _) => journal.fault(now, n, fault.name()),
                (None, Some(fault)) => journal.fault(now, n, &format!("wrong: {}", fault.name)),
                (None, None) => {}
            }
            match fault.filter(|fault| fault.spoils()) {
                Some(fault) => {
                    let spoilt = Err(Outage::Malformed(format!("fault {}", fault.name())));
                    journal.answer(now, inquiry, n, &spoilt);
                }
                None => journal.answer(now, inquiry, n, &answer),
            }
        }
        // A backend whose answer has no form sends what nobody can read.
        let formless = matches!(answer, Err(Outage::Malformed(_))).then_some(WireFault::Garbage);
        Asking {
            at,
            fault: fault.or(formless),
            answer,
        }
    }

    /// Puts the faults in effect before the sound backend, where they have changed.
    async fn stand_faults(&self, inner: &mut Inner, now: Moment) {
        let flaws = {
            let faults = lock(&self.faults);
            if faults.generation() == inner.generation {
                return;
            }
            inner.generation = faults.generation();
            faults.of_backend()
        };
        let sound: Box<dyn Backend> = Box::new(inner.core.clone());
        inner.backend = flaws
            .into_iter()
            .fold(sound, |backend, flaw| interpose_backend(flaw, backend));
        let world = self.world();
        inner.arrange(&world, now).await;
    }

    /// Returns why the transcript of this world is not whole, where it has one and it is not.
    pub async fn transcript_failure(&self) -> Option<String> {
        let inner = self.inner.lock().await;
        let failure = inner.journal.as_ref().and_then(Journal::failure);
        failure.map(ToString::to_string)
    }

    /// Returns what turns true once the world has ended.
    pub fn ended(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }

    fn touch(&self) {
        *lock(&self.used) = Instant::now();
    }

    fn idle(&self) -> Duration {
        lock(&self.used).elapsed()
    }
}

impl Inner {
    async fn arrange(&mut self, world: &World, at: Moment) {
        // Ours arranges whatever it is told.
        if let Err(error) = self.backend.arrange(world, at).await {
            tracing::error!("our own backend could not be arranged: {error}");
        }
    }
}

/// A visit in which a card is used here.
#[derive(Debug)]
pub struct Visit<'a> {
    world: &'a LiveWorld,
    inner: tokio::sync::MutexGuard<'a, Inner>,
}

impl Visit<'_> {
    /// Returns what the world's clock shows.
    pub fn now(&self) -> Moment {
        self.world.now()
    }

    /// Answers an inquiry of the visit.
    pub async fn ask(&mut self, inquiry: &Inquiry) -> Result<Answer, Outage> {
        self.world
            .answer(&mut self.inner, inquiry, None, None)
            .await
            .answer
    }
}

/// There are too many worlds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{WORLDS_MAX} worlds are arranged already; end those that are done with, or wait until idle ones go"
)]
pub struct TooMany;

/// The worlds of a server.
#[derive(Debug)]
pub struct Worlds {
    served: Arc<LiveWorld>,
    arranged: Mutex<BTreeMap<u64, Arc<LiveWorld>>>,
    next: AtomicU64,
    faults: Arc<Mutex<Faults>>,
    asked: Arc<AtomicU64>,
}

impl Worlds {
    /// Makes the store with the world that is served.
    pub async fn new(world: &World, clock: WorldClock, journal: Option<Journal>) -> Worlds {
        let faults = Arc::new(Mutex::new(Faults::default()));
        let asked = Arc::new(AtomicU64::new(0));
        let served = live(world, clock, journal, &faults, &asked).await;
        Worlds {
            served,
            arranged: Mutex::default(),
            next: AtomicU64::new(1),
            faults,
            asked,
        }
    }

    /// Returns the world that is served.
    pub fn served(&self) -> &Arc<LiveWorld> {
        &self.served
    }

    /// Returns an arranged world.
    pub fn arranged(&self, id: u64) -> Option<Arc<LiveWorld>> {
        lock(&self.arranged).get(&id).cloned()
    }

    /// Arranges a new world whose clock stands at `at`, and returns its number.
    ///
    /// # Errors
    ///
    /// [`TooMany`] where there are [`WORLDS_MAX`] that are in use.
    pub async fn arrange(&self, world: &World, at: Moment) -> Result<u64, TooMany> {
        self.evict();
        let clock = WorldClock::new(Some(at), Pace::Fixed);
        let live = live(world, clock, None, &self.faults, &self.asked).await;
        let mut arranged = lock(&self.arranged);
        if arranged.len() >= WORLDS_MAX {
            return Err(TooMany);
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        arranged.insert(id, live);
        Ok(id)
    }

    /// Ends an arranged world; says whether there was one.
    pub fn end(&self, id: u64) -> bool {
        let removed = lock(&self.arranged).remove(&id);
        removed.is_some_and(|world| {
            world.ended.send_replace(true);
            true
        })
    }

    /// Ends every world, the served one too: whoever watches a folder for it stops.
    pub fn end_all(&self) {
        self.served.ended.send_replace(true);
        for (_, world) in std::mem::take(&mut *lock(&self.arranged)) {
            world.ended.send_replace(true);
        }
    }

    /// Ends the arranged worlds that nobody has used for [`IDLE`].
    pub fn evict(&self) {
        self.evict_after(IDLE);
    }

    fn evict_after(&self, idle: Duration) {
        lock(&self.arranged).retain(|id, world| {
            let stays = world.idle() < idle;
            if !stays {
                tracing::info!(world = id, "idle, so ended");
                world.ended.send_replace(true);
            }
            stays
        });
    }

    /// Returns how many worlds are arranged.
    pub fn len(&self) -> usize {
        lock(&self.arranged).len()
    }

    /// Tells whether no world is arranged.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the faults in effect, in every world.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    /// Returns how many inquiries came over a protocol.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn live(
    world: &World,
    clock: WorldClock,
    journal: Option<Journal>,
    faults: &Arc<Mutex<Faults>>,
    asked: &Arc<AtomicU64>,
) -> Arc<LiveWorld> {
    let at = clock.now();
    let core = Core::default();
    let mut inner = Inner {
        backend: Box::new(core.clone()),
        core,
        generation: 0,
        journal,
    };
    let world = World::new(&world.people, &world.incidents);
    inner.arrange(&world, at).await;
    Arc::new(LiveWorld {
        inner: tokio::sync::Mutex::new(inner),
        world: Mutex::new(Arc::new(world)),
        faults: Arc::clone(faults),
        clock: Mutex::new(clock),
        used: Mutex::new(Instant::now()),
        ended: watch::Sender::new(false),
        asked: Arc::clone(asked),
    })
}

#[cfg(test)]
mod tests;
