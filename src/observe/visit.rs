//! One visit: the card comes, whoever uses it is watched, the card goes.

use std::ffi::OsString;
use std::future::Future;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;
use virtual_card::card::Card;
use virtual_card::timing::Timing;

use super::command::{Heard, Program};
use super::plan::{Unattended, VisitPlan};
use super::watch::{Halt, Signal, Watch};
use super::{Ended, ObserveError, Observer, Progress};
use crate::presentation::{EVENTS_MAX, Presentation, Traffic};
use crate::scenario::Step;
use crate::transcript::By;

impl Observer<'_> {
    /// Observes one visit and says how it ended.
    pub(super) async fn visit(
        &mut self,
        plan: &VisitPlan,
        stop: &mut (impl Future<Output = ()> + Unpin),
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<Ended, ObserveError> {
        let (sender, signals) = unbounded_channel();
        let deadline = Instant::now() + self.setup.limit;
        let mut watch = Watch::new(signals, deadline, stop);
        let watcher = self.watcher(sender);
        let followed = if self.answers.is_some() {
            self.attended(plan, watcher, &mut watch, told).await
        } else {
            self.unattended(plan, watcher, &mut watch, told).await
        };
        match followed {
            Ok(()) => Ok(Ended::Complete),
            Err(Halt::Ended(ended)) => Ok(ended),
            Err(Halt::Error(error)) => Err(error),
        }
    }

    /// Returns what records the traffic on the card's thread, and signals what the visit waits for.
    fn watcher(&self, signals: UnboundedSender<Signal>) -> impl FnMut(Traffic) + Send + 'static {
        let record = self.record.clone();
        move |seen| {
            record.seen(&seen);
            let signal = match seen {
                Traffic::Taken => Signal::Taken,
                Traffic::NotTaken => Signal::NotTaken,
                Traffic::Left => Signal::Left,
                Traffic::Out(why) => Signal::Out(why),
                _ if record.on_card().events == EVENTS_MAX + 1 => Signal::Flood,
                _ => return,
            };
            // Nobody listens once the visit is over.
            let _ = signals.send(signal);
        }
    }

    /// Lets a program use the card, or whoever comes, and looks at the result.
    async fn unattended<S: Future<Output = ()> + Unpin>(
        &mut self,
        plan: &VisitPlan,
        watcher: impl FnMut(Traffic) + Send + 'static,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        let claimed = !self.setup.command.is_empty();
        let alone = plan
            .unattended()
            .map_err(|why| Halt::Error(ObserveError::NotApplicable(why)))?;
        for act in &alone.arranged {
            self.arrange(act, told).await?;
        }
        if claimed {
            self.declare(&alone.before);
        }
        let declared = if claimed { &alone.stimuli[..] } else { &[] };
        let (card, timing) = self.card(plan)?;
        self.presented(plan, claimed);
        // Before any traffic: another program may use the card before ours has started.
        self.declare(declared);
        let faults = alone.faults.clone();
        let slot = Presentation::start(card, timing, faults, &self.setup.address, watcher);
        let done = self.use_card(plan, &alone, watch, told).await;
        let take = alone.take.filter(|_| claimed && done.is_ok());
        self.remove(plan.person, slot, take, watch.seen, told);
        done?;
        for act in &alone.after {
            self.arrange(act, told).await?;
        }
        Ok(())
    }

    async fn use_card<S: Future<Output = ()> + Unpin>(
        &mut self,
        plan: &VisitPlan,
        alone: &Unattended,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        watch.taken(&self.setup.address, told).await?;
        watch.deadline = Instant::now() + self.setup.limit;
        told(Progress::CardIn {
            person: plan.person,
            stimuli: &alone.stimuli,
        });
        let Some(name) = self.setup.command.first() else {
            return match watch.until(std::future::pending::<()>()).await {
                Ok(()) | Err(Ended::TimeUp) => Ok(()),
                Err(ended) => Err(ended.into()),
            };
        };
        let started = Program::start(&self.setup.command, &self.environment());
        let mut program = started.map_err(|source| {
            let program = name.to_string_lossy().into_owned();
            Halt::Error(ObserveError::Program { program, source })
        })?;
        let ended = watch.until(listen(&mut program, told)).await;
        for line in program.end().await {
            told(Progress::Said(&line));
        }
        let status = ended?.map_err(|error| Ended::Broken(error.to_string()))?;
        told(Progress::ProgramEnded(&status.to_string()));
        match status.signal() {
            Some(_) => Err(Ended::Crashed(status.to_string()).into()),
            None => Ok(()),
        }
    }

    /// Tells the program what is observed, and where our backend is.
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let fhir = self.fhir.as_ref().map(OsString::from);
        let oqs = self.setup.oqs.as_ref().map(OsString::from);
        let scenario = OsString::from(&self.playable.scenario.id);
        let visit = OsString::from(self.record.visit().to_string());
        [
            ("UKETSUKE_SCENARIO", Some(scenario)),
            ("UKETSUKE_VISIT", Some(visit)),
            ("UKETSUKE_FHIR", fhir),
            ("UKETSUKE_OQS", oqs),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// Records the steps that the command is claimed to do.
    fn declare(&self, steps: &[usize]) {
        for (index, step) in steps.iter().filter_map(|index| self.step(*index)) {
            self.record.given(index, step, By::Declared);
        }
    }

    pub(super) fn step(&self, index: usize) -> Option<(usize, &Step)> {
        let step = self.playable.scenario.steps.get(index)?;
        Some((index, step))
    }

    /// Returns the card of a visit, as it was left, with its timing.
    pub(super) fn card(&mut self, plan: &VisitPlan) -> Result<(Card, Timing), Halt> {
        let scenario = &self.playable.scenario;
        let wrong = |why: String| Halt::Error(ObserveError::Scenario(why));
        let patient = scenario
            .people
            .get(plan.person)
            .ok_or_else(|| wrong("this person is not there".to_owned()))?;
        let name = patient.card.timing.as_deref().unwrap_or("instant");
        let timing =
            Timing::standard(name).ok_or_else(|| wrong(format!("there is no timing {name:?}")))?;
        let kept = self.cards.get_mut(plan.person).and_then(Option::take);
        let profile = self.playable.profiles.get(plan.person);
        let card = kept
            .or_else(|| profile.map(|profile| Card::new(profile, scenario.seed)))
            .ok_or_else(|| wrong(format!("{} has no card", patient.name)))?;
        Ok((card, timing))
    }

    /// Records that the card of a visit is put in; `told` says whether it is known what people do.
    pub(super) fn presented(&self, plan: &VisitPlan, told: bool) {
        let person = self.playable.scenario.people.get(plan.person);
        let name = person.map_or("", |patient| patient.name.as_str());
        let step = self.step(plan.present).filter(|_| told);
        self.record.presented(name, step);
    }

    /// Takes the card out, if it is in, and keeps it for a later visit; `seen` says whether anybody
    /// knows that it was in.
    pub(super) fn remove(
        &mut self,
        person: usize,
        slot: Presentation,
        step: Option<usize>,
        seen: bool,
        told: &mut impl FnMut(Progress<'_>),
    ) {
        let card = slot.remove();
        if let Some(place) = self.cards.get_mut(person) {
            *place = Some(card);
        }
        self.record.removed(step.and_then(|step| self.step(step)));
        if seen {
            told(Progress::CardOut);
        }
    }
}

/// Passes on what a program says until it ends.
async fn listen(
    program: &mut Program,
    told: &mut impl FnMut(Progress<'_>),
) -> std::io::Result<ExitStatus> {
    loop {
        match program.next().await {
            Heard::Said(line) => told(Progress::Said(&line)),
            Heard::Ended(status) => return status,
        }
    }
}
