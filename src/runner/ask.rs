//! Asks the backend, with the faults that the scenario has injected.

use std::time::Instant;

use super::{Run, RunError};
use crate::backend::{Absent, Outage};
use crate::check_in::BackendReply;
use crate::eligibility::{Answer, Inquiry};
use crate::fault;
use crate::scenario::{BackendFault, BackendFaultKind};
use crate::transcript::{Event as Entry, Reply, Role};

/// Virtual milliseconds of one inquiry, and of a slow one; a convention of this harness.
const INQUIRY_MS: u64 = 100;
const SLOW_INQUIRY_MS: u64 = 6_000;
/// How long our reader waits for a backend (ELIG-14 expects an answer within 7 s).
const PATIENCE_MS: u64 = 10_000;

impl Run<'_> {
    /// Asks the backend, with the faults that the scenario has injected.
    pub(super) async fn ask(&mut self, from: Role, inquiry: &Inquiry) -> BackendReply {
        let n = self.recorder.inquiry(self.now, from, inquiry);
        let fault = self.backend_faults.strike(inquiry.kind());
        let said = match (fault, self.wrong) {
            (Some(fault), _) => Some(format!("backend {fault:?}").to_lowercase()),
            (None, Some(wrong)) => Some(format!("backend wrong: {}", wrong.name)),
            (None, None) => None,
        };
        if let Some(text) = said {
            self.recorder.record(
                self.now,
                Role::Harness,
                Role::Backend,
                Some(n),
                Entry::Fault(text),
            );
        }
        let started = Instant::now();
        let (took, answer) = match fault {
            Some(BackendFaultKind::Down) => (
                INQUIRY_MS,
                Err(Outage::Down("connection refused".to_owned())),
            ),
            Some(BackendFaultKind::Silent) => (
                PATIENCE_MS,
                Err(Outage::Silent {
                    limit_ms: PATIENCE_MS,
                }),
            ),
            Some(BackendFaultKind::Garbage) => (
                INQUIRY_MS,
                Err(Outage::Malformed("four random bytes".to_owned())),
            ),
            Some(BackendFaultKind::Slow) => {
                self.later(SLOW_INQUIRY_MS);
                (INQUIRY_MS, self.backend.ask(inquiry, self.now).await)
            }
            // What decides wrongly stands before the backend already.
            Some(BackendFaultKind::Wrong) | None => {
                (INQUIRY_MS, self.backend.ask(inquiry, self.now).await)
            }
        };
        // Real time counts for foreign backends alone: else a transcript would not be repeatable.
        let elapsed = (self.backend.is_foreign() && fault.is_none())
            .then(|| u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
        self.later(took);
        let (reply, event) = match answer {
            Ok(answer) => {
                if answer == Answer::Registered {
                    let person = self.slot.person().unwrap_or_default();
                    self.on_record.registered(person);
                }
                (Reply::Answer(answer.clone()), BackendReply::Answer(answer))
            }
            Err(Outage::Malformed(reason)) => (Reply::Malformed(reason), BackendReply::Outage),
            Err(outage) => (Reply::Outage(outage.to_string()), BackendReply::Outage),
        };
        let answered = self.recorder.answer(self.now, from, n, &reply);
        if let Some(elapsed) = elapsed {
            self.recorder
                .observed(answered, elapsed, self.backend.wire());
        }
        event
    }

    /// Puts a fault of a backend before the one that plays, and tells it of the people again.
    pub(super) async fn decide_wrongly(
        &mut self,
        index: usize,
        step: &BackendFault,
    ) -> Result<(), RunError> {
        let name = step.name.as_deref().unwrap_or_default();
        let fault = fault::of_backend(name).map_err(|reason| RunError::Scenario {
            id: self.scenario.id.clone(),
            step: index,
            reason,
        })?;
        let nobody = Absent::new(Outage::Down("it is being replaced".to_owned()));
        let sound = std::mem::replace(&mut self.backend, Box::new(nobody));
        self.backend = fault::interpose_backend(fault, sound);
        self.wrong = Some(fault);
        self.arrange(self.now).await
    }
}
