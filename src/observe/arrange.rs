//! What a scenario does beside the reader: our backend is arranged or goes wrong, the portal is
//! opened there, and whoever attends the reader sets it to another site.

use std::future::Future;

use super::plan::Act;
use super::watch::{Halt, Watch};
use super::{Answered, Ended, ObserveError, Observer, Progress, Question};
use crate::eligibility::Inquiry;
use crate::scenario::{FaultStep, Step};
use crate::serve::worlds::LiveWorld;
use crate::transcript::Note;

impl Observer<'_> {
    /// Does at our backend what a plan has put there, or notes that an expectation is reached.
    pub(super) async fn arrange(
        &mut self,
        act: &Act,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        match act {
            Act::Arrange(index) => {
                self.changes(*index).await?;
                told(Progress::Arranged(*index));
            }
            Act::Portal(index) => {
                self.portal(*index).await;
                told(Progress::Arranged(*index));
            }
            Act::Check(step) => self.record.note(Note::Reached { step: *step }),
            Act::Fault(_) | Act::Give(_) | Act::Move(_) | Act::Take(_) | Act::Look(_) => {}
        }
        Ok(())
    }

    fn served(&self) -> Option<&LiveWorld> {
        let server = self.server.as_ref()?;
        Some(server.worlds().served().as_ref())
    }

    /// Changes what is on record, or lets something go wrong at the next inquiry that fits.
    async fn changes(&mut self, index: usize) -> Result<(), Halt> {
        let wrong = |why: String| Halt::Error(ObserveError::Scenario(why));
        let playable = self.playable;
        match playable.scenario.steps.get(index) {
            Some(Step::ChangeRegistry(overrides)) => {
                for person in self.record.registered_since(self.followed) {
                    self.on_record.registered(&person);
                }
                self.followed = self.record.length();
                let changed = self.on_record.change(overrides);
                changed.map_err(|error| wrong(error.to_string()))?;
                if let Some(served) = self.served() {
                    let note = || self.record.note(Note::Changed { step: index });
                    served.change(&self.on_record.world(), note).await;
                }
            }
            Some(Step::Fault(FaultStep::Backend(fault))) => {
                if let Some(server) = &self.server {
                    server.worlds().faults().declare(fault).map_err(wrong)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Opens the portal of our backend, as a person does who reads in their own.
    async fn portal(&self, index: usize) {
        let Some((index, step)) = self.step(index) else {
            return;
        };
        let name = match step {
            Step::OpenPortal(person) => person.as_deref(),
            _ => None,
        };
        let (Some(person), Some(served)) = (self.on_record.person(name), self.served()) else {
            return;
        };
        self.record.seen_done(index, step);
        let person = person.name.clone();
        served.ask(&Inquiry::Portal { person }).await;
    }

    /// Has whoever attends the reader set it to another site. Where they cannot, what follows says
    /// nothing of the reader.
    pub(super) async fn moved<S: Future<Output = ()> + Unpin>(
        &mut self,
        step: usize,
        watch: &mut Watch<'_, S>,
        told: &mut impl FnMut(Progress<'_>),
    ) -> Result<(), Halt> {
        loop {
            match self.ask(Question::Move(step), watch, told).await? {
                Answered::Enter | Answered::Yes => break,
                Answered::No => return Err(Ended::NotMoved.into()),
                Answered::Unknown | Answered::Else => {}
            }
        }
        self.record.changed_by_hand(step);
        if let (Some((_, Step::GoTo(change))), Some(server)) = (self.step(step), &self.server) {
            server.move_to(change);
        }
        Ok(())
    }
}
