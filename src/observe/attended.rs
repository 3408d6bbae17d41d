//! A visit with an operator, step by step: what they are asked to do is recorded once they confirm
//! it, at the time when they were asked, so that nothing that follows from it stands before it.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::plan::{Act, VisitPlan};
use super::record::OnCard;
use super::watch::{Halt, Watch};
use super::{Answered, Ended, Observer, Progress, Question};
use crate::presentation::{Presentation, Traffic};

/// How long nothing must come to the card after an operator has confirmed a step, before what
/// follows is looked at; and how long that is waited for. Conventions of this harness.
const QUIET: Duration = Duration::from_millis(500);
const QUIET_WITHIN: Duration = Duration::from_secs(3);

impl Observer<'_> {
    /// Goes through a visit step by step with an operator.
    pub(super) async fn attended<S: Future<Output = ()> + Unpin>(
        &mut self,
        plan: &VisitPlan,
        watcher: impl FnMut(Traffic) + Send + 'static,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        for act in &plan.before {
            self.beside_the_card(act, watch, told).await?;
        }
        let place = plan.present;
        if !plan.card {
            self.record.without_card();
            self.give(place, watch, told).await?;
            for act in &plan.acts {
                self.beside_the_card(act, watch, told).await?;
            }
            return Ok(());
        }
        self.ready(Question::Insert(place), watch, told).await?;
        let (card, timing) = self.card(plan)?;
        self.presented(plan, true);
        let slot = Presentation::start(card, timing, Vec::new(), &self.setup.address, watcher);
        let done = self.act(plan, &slot, watch, told).await;
        self.remove(plan.person, slot, None, watch.seen, told);
        done
    }

    async fn act<S: Future<Output = ()> + Unpin>(
        &mut self,
        plan: &VisitPlan,
        slot: &Presentation,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        watch.taken(&self.setup.address, told).await?;
        told(Progress::CardIn {
            person: plan.person,
            stimuli: &[],
        });
        for act in &plan.acts {
            match act {
                Act::Fault(fault) => slot.add_faults([fault.clone()]),
                Act::Take(step) => {
                    self.ready(Question::Take(*step), watch, told).await?;
                    watch.inside = false;
                    slot.take_out();
                    self.record.removed(self.step(*step));
                }
                act => self.beside_the_card(act, watch, told).await?,
            }
        }
        Ok(())
    }

    /// Does what needs no card of ours.
    async fn beside_the_card<S: Future<Output = ()> + Unpin>(
        &mut self,
        act: &Act,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        match act {
            Act::Give(step) => self.give(*step, watch, told).await,
            Act::Move(step) => self.moved(*step, watch, told).await,
            Act::Look(step) => self.look(*step, watch, told).await,
            act => self.arrange(act, told).await,
        }
    }

    /// Asks the operator to do a step, and waits until what follows from it has come.
    async fn give<S: Future<Output = ()> + Unpin>(
        &mut self,
        index: usize,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        let n = self.record.asked(index);
        // Whoever cannot say whether it is done has not told that it is not.
        let done = loop {
            match self.ask(Question::Give(index), watch, told).await? {
                Answered::Yes | Answered::Enter => break true,
                Answered::No => break false,
                Answered::Unknown | Answered::Else => {}
            }
        };
        if let (true, Some((_, step))) = (done, self.step(index)) {
            self.record.done(n, index, step);
        }
        self.quiet(watch).await?;
        self.record.settled();
        Ok(())
    }

    /// Waits until nothing comes to the card.
    async fn quiet<S: Future<Output = ()> + Unpin>(
        &self,
        watch: &mut Watch<'_, S>,
    ) -> Result<(), Halt> {
        let give_up = Instant::now() + QUIET_WITHIN;
        let mut before = self.record.on_card().events;
        loop {
            watch.until(sleep(QUIET)).await?;
            let OnCard { events, .. } = self.record.on_card();
            if events == before || Instant::now() >= give_up {
                return Ok(());
            }
            before = events;
        }
    }

    /// Waits until the operator lets the card go in or out.
    async fn ready<S: Future<Output = ()> + Unpin>(
        &mut self,
        question: Question,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        loop {
            if let Answered::Enter | Answered::Yes = self.ask(question, watch, told).await? {
                return Ok(());
            }
        }
    }

    /// Asks the operator what the reader shows. Where they cannot tell, the step is not reached.
    async fn look<S: Future<Output = ()> + Unpin>(
        &mut self,
        step: usize,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        let holds = loop {
            match self.ask(Question::Look(step), watch, told).await? {
                Answered::Enter | Answered::Else => {}
                Answered::Yes => break true,
                Answered::No => break false,
                Answered::Unknown => return Ok(()),
            }
        };
        self.record.told(step, holds);
        Ok(())
    }

    pub(super) async fn ask<S: Future<Output = ()> + Unpin>(
        &mut self,
        question: Question,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<Answered, Halt> {
        let Some(answers) = &mut self.answers else {
            return Err(Ended::Deserted.into());
        };
        // What was typed before the question is no answer to it.
        while answers.try_recv().is_ok() {}
        told(Progress::Asked(question));
        match watch.until(answers.recv()).await? {
            Some(answered) => Ok(answered),
            None => Err(Ended::Deserted.into()),
        }
    }
}
