//! Plays a scenario: the only loop that waits. It performs the reader's effects through ports and
//! feeds the answers back as events.
//!
//! A step is given when the reader waits for a person: stimuli answer the screen that is shown, an
//! expectation leaves a note that the judge reads. Every loop is bounded.

mod ask;
mod desk;
mod error;
mod on_record;
mod perform;
mod presented;
mod probe;
mod seat;
mod slot;
mod time;
pub(crate) mod traffic;
mod visit;

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::backend::{Absent, AsItIs, Backend, Cannot, Connector, embedded::InProcess};
use crate::card_link::CardLink;
use crate::eligibility::{Moment, Site, Text};
use crate::fault::Fault;
use crate::reader::driven::Drivers;
use crate::scenario::{
    BackendFaultKind, CardFault, DueFaults, FaultStep, Playable, Scenario, Step,
};
use crate::screen::Screen;
use crate::transcript::{self, Event as Entry, Note, Recorder, Role, Roles, Transcript};

pub use error::RunError;
pub(crate) use on_record::OnRecord;
use presented::Place;
pub use presented::Vpcd;
use seat::Seat;
use slot::Slot;
use visit::fault_text;

/// Virtual time of one APDU of a card without a timing; a convention of this harness, short enough
/// that a reception of pace 0 stays within the second that it began in.
const APDU_TIME: Duration = Duration::from_millis(2);
/// How long our reader waits for a card; a convention of this harness.
const CARD_PATIENCE: Duration = Duration::from_secs(5);

/// What plays in a run, beside the scenario.
#[derive(Clone, Default)]
pub struct Options {
    /// A fault between the reader, the backend or the card and the rest.
    pub fault: Option<&'static Fault>,
    /// The way to the backend; the embedded one if absent.
    pub backend: Option<Arc<dyn Connector>>,
    /// The way to a reader under test; the reference if absent.
    pub reader: Option<Arc<Drivers>>,
    /// Makes the way to a card that is not ours to put in or take out; whoever has it puts faults on
    /// it. A virtual card in this process if absent.
    pub card: Option<ElsewhereCard>,
    /// Where a reader under test that uses PC/SC finds the card; without it such a reader plays nothing.
    pub vpcd: Option<Vpcd>,
}

/// Makes the way to a card elsewhere.
pub type ElsewhereCard = Arc<dyn Fn() -> Box<dyn CardLink> + Send + Sync>;

/// Plays a scenario to its end and returns what happened.
///
/// # Errors
///
/// [`RunError`] where we could not do our work.
pub async fn play(playable: &Playable, options: &Options) -> Result<Transcript, RunError> {
    let scenario = &playable.scenario;
    let backend = connect(playable, options).await;
    for kind in scenario.inquiries() {
        backend.carries(kind).map_err(RunError::NotApplicable)?;
        // One that fell silent in the middle of a run cannot carry more than it could before.
        if let Some(connector) = &options.backend {
            connector.carries(kind).map_err(RunError::NotApplicable)?;
        }
    }
    backend
        .claims(&scenario.requirements)
        .map_err(RunError::NotApplicable)?;
    let (seat, backend, failed) = seat::fill(options, scenario, backend).await?;
    let mut run = Run::new(playable, seat, backend, options);
    if let Some(failed) = failed {
        run.reader_failed(&failed);
        return Ok(run.recorder.finish());
    }
    run.arrange(scenario.at).await?;
    run.play().await?;
    let transcript = run.recorder.finish();
    match run.place.broken {
        None => Ok(transcript),
        Some(why) => Err(RunError::Unpresented {
            why,
            transcript: Box::new(transcript),
        }),
    }
}

/// Returns the backend of a play. One that cannot be reached answers nothing.
async fn connect(playable: &Playable, options: &Options) -> Box<dyn Backend> {
    let connector: &dyn Connector = match &options.backend {
        Some(connector) => connector.as_ref(),
        None => &InProcess,
    };
    match connector.connect().await {
        Ok(backend) if connector.arranges() => backend,
        Ok(backend) => Box::new(AsItIs::new(backend, playable.portal_ids.clone())),
        Err(outage) => Box::new(Absent::new(outage)),
    }
}

thread_local! {
    /// The runtime of a thread that plays: making one costs as much as a short play.
    static RUNTIME: OnceCell<tokio::runtime::Runtime> = const { OnceCell::new() };
}

/// Plays a scenario to its end on the runtime of this thread, for a thread that may wait.
///
/// # Errors
///
/// [`RunError`] where we could not do our work.
pub fn play_blocking(playable: &Playable, options: &Options) -> Result<Transcript, RunError> {
    RUNTIME.with(|kept| {
        let runtime = match kept.get() {
            Some(runtime) => runtime,
            None => {
                let made = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                kept.get_or_init(|| made)
            }
        };
        runtime.block_on(play(playable, options))
    })
}

/// One run of one scenario.
struct Run<'a> {
    scenario: &'a Scenario,
    on_record: OnRecord,
    site: Site,
    seat: Seat,
    backend: Box<dyn Backend>,
    recorder: Recorder,
    now: Moment,
    /// What has passed beyond `now`, less than a millisecond.
    below_ms: Duration,
    /// Where the clock is the real one: when it was started.
    real: Option<Instant>,
    slot: Slot,
    place: Place,
    screen: Screen,
    card_faults: Vec<CardFault>,
    backend_faults: DueFaults,
    /// The way in which the backend decides wrongly, since a step said so.
    wrong: Option<&'static Fault>,
    /// Staff started emergency viewing: for the next card, and for the one that is in.
    emergency_next: bool,
    emergency: bool,
    /// The reader ran in circles or failed; the scenario ends here.
    cut_short: bool,
    /// The reader cannot do what the scenario needs.
    declined: Option<Text>,
}

impl<'a> Run<'a> {
    fn new(
        playable: &'a Playable,
        seat: Seat,
        backend: Box<dyn Backend>,
        options: &Options,
    ) -> Run<'a> {
        let scenario = &playable.scenario;
        let roles = Roles {
            card: "virtual".to_owned(),
            reader: seat.name().to_owned(),
            backend: seat.own_backend().unwrap_or(backend.name()).to_owned(),
        };
        let clock = if seat.sets_date() {
            "virtual"
        } else {
            "system"
        };
        let my_numbers = playable
            .profiles
            .iter()
            .map(|profile| profile.my_number.clone())
            .collect();
        let mut recorder = Recorder::new(scenario, roles, clock, my_numbers);
        if seat.is_driven() {
            recorder.driven();
        }
        Run {
            recorder,
            real: (!seat.sets_date()).then(Instant::now),
            on_record: OnRecord::of(scenario),
            site: scenario.site.clone(),
            now: scenario.at,
            below_ms: Duration::ZERO,
            slot: Slot::new(playable, options),
            place: Place::at(options.vpcd.clone().filter(|_| seat.uses_pcsc())),
            screen: Screen::InsertCard,
            card_faults: Vec::new(),
            backend_faults: DueFaults::default(),
            wrong: None,
            emergency_next: false,
            emergency: false,
            cut_short: false,
            declined: None,
            scenario,
            seat,
            backend,
        }
    }

    /// Makes the backend know the people as they are now. One that cannot be reached is left
    /// alone: its silence will show.
    async fn arrange(&mut self, at: Moment) -> Result<(), RunError> {
        let world = self.on_record.world();
        match self.backend.arrange(&world, at).await {
            Ok(()) | Err(Cannot::Reach(_)) => Ok(()),
            Err(Cannot::Arrange(reason)) => Err(RunError::NotApplicable(reason)),
        }
    }

    async fn play(&mut self) -> Result<(), RunError> {
        let site = self.site.clone();
        let begun = self
            .seat
            .begin(self.now, &self.scenario.id, self.scenario.seed, site)
            .await;
        self.perform(begun).await;
        for (index, step) in self.scenario.steps.iter().enumerate() {
            if !self.cut_short {
                self.notice().await;
            }
            if self.cut_short {
                break;
            }
            self.step(index, step).await?;
        }
        self.declined
            .take()
            .map_or(Ok(()), |reason| Err(RunError::NotApplicable(reason)))
    }

    async fn step(&mut self, index: usize, step: &Step) -> Result<(), RunError> {
        match step {
            Step::Wait(span) => {
                self.now = span.after(self.now).map_err(|error| RunError::Scenario {
                    id: self.scenario.id.clone(),
                    step: index,
                    reason: error.to_string(),
                })?;
                self.note(Note::Waited { step: index });
            }
            Step::GoTo(change) => {
                change.apply(&mut self.site);
                self.note(Note::Changed { step: index });
                let moved = self.seat.move_to(self.now, self.site.clone()).await;
                self.perform(moved).await;
            }
            Step::ChangeRegistry(overrides) => {
                self.on_record
                    .change(overrides)
                    .map_err(|error| RunError::Scenario {
                        id: self.scenario.id.clone(),
                        step: index,
                        reason: error.to_string(),
                    })?;
                self.arrange(self.now).await?;
                self.note(Note::Changed { step: index });
            }
            Step::Fault(FaultStep::Card(fault)) => self.inject_card_fault(fault.clone()),
            Step::Fault(FaultStep::Backend(fault)) if fault.what == BackendFaultKind::Wrong => {
                self.decide_wrongly(index, fault).await?;
            }
            Step::Fault(FaultStep::Backend(fault)) => self.backend_faults.add(fault.clone()),
            Step::ExpectScreen(expected) => {
                self.wait_for(&[expected.fields().id]).await;
                self.note(Note::Reached { step: index });
            }
            Step::ExpectAnswer(_)
            | Step::ExpectNoInquiry(_)
            | Step::ExpectPinTries(_)
            | Step::ExpectPortal(_)
            | Step::ExpectCertificate(_)
            | Step::ExpectCard(_) => self.note(Note::Reached { step: index }),
            Step::Probe(probes) => self.probe(index, probes),
            stimulus => self.stimulus(index, stimulus).await,
        }
        Ok(())
    }

    fn note(&mut self, note: Note) {
        self.recorder.record(
            self.now,
            Role::Harness,
            Role::Harness,
            None,
            Entry::Note(note),
        );
    }

    /// Gives a stimulus, if the reader shows a screen that it answers.
    async fn stimulus(&mut self, index: usize, step: &Step) {
        let kind = step.kind();
        self.wait_for(kind.screens).await;
        self.notice().await;
        let shown = self.screen.id();
        if self.cut_short {
            return;
        }
        if matches!(step, Step::TakeCard) && self.slot.is_empty() {
            // A fault pulled the card already.
            self.note(Note::Moot { step: index });
            return;
        }
        if !kind.screens.is_empty() && !kind.screens.contains(&shown) {
            let reason = format!(
                "the reader shows {}; `{}` answers {}",
                shown.name(),
                kind.name,
                kind.screens
                    .iter()
                    .map(|screen| screen.name())
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            self.note(Note::Unmet {
                step: index,
                reason,
            });
            return;
        }
        self.later(self.scenario.pace_ms);
        if matches!(step, Step::PresentCard(_))
            || matches!(step, Step::Desk(crate::scenario::DeskStep::NoCard))
        {
            self.recorder.begin_visit();
        }
        let act = self.recorder.mask_step(step);
        let (from, to) = roles_of(step);
        let n = self.recorder.record(
            self.now,
            from,
            to,
            None,
            Entry::Stimulus(transcript::Stimulus { step: index, act }),
        );
        if let Some(inquiry) = self.desk_inquiry(step) {
            self.ask(from, &inquiry).await;
            return;
        }
        if let Some(event) = self.event_of(step, n).await {
            let given = self.seat.give(event, self.now).await;
            self.perform(given).await;
        }
    }
}

/// Returns who gives a stimulus, and to whom.
pub(crate) fn roles_of(step: &Step) -> (Role, Role) {
    use crate::scenario::{Actor, DeskStep};
    let from = match step.kind().actor {
        Actor::Desk => Role::Desk,
        _ => Role::Patient,
    };
    let to = match step {
        Step::OpenPortal(_)
        | Step::Desk(
            DeskStep::NumberInquiry(_) | DeskStep::PersonInquiry(_) | DeskStep::MedicalInquiry(_),
        ) => Role::Backend,
        _ => Role::Reader,
    };
    (from, to)
}
