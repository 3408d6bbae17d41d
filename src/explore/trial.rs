//! Plays one case and says what came of it.

use std::collections::BTreeSet;

use crate::backend::Absent;
use crate::eligibility::{Answer, InquiryKind, Moment, Text};
use crate::judge::{Finding, Verdict, judge};
use crate::requirement::{self, Subject};
use crate::runner::{self, RunError, play_blocking};
use crate::scenario::{Deck, Document, Lint, Playable};
use crate::transcript::{Event, Note, Reply, Transcript};

/// What exploration plays with.
#[derive(Clone)]
pub struct Stage {
    /// The people.
    pub deck: Deck,
    /// What plays beside the case: the backend and a fault.
    pub options: runner::Options,
    /// The moment that `at: now` stands for; plans have dates of their own.
    pub now: Moment,
}

/// What came of one case.
pub enum Outcome {
    /// It is no situation that could be: it was not played.
    Discarded(String),
    /// The backend's protocol cannot carry it, or the backend cannot be arranged for it.
    NotApplicable(Text),
    /// The backend could not be reached.
    Unreached(Text),
    /// We could not do our work.
    Broken(String),
    /// It was played and judged.
    Played(Box<Played>),
}

/// A case that was played.
pub struct Played {
    /// What the judge says of the backend.
    pub findings: Vec<Finding>,
    /// What happened.
    pub transcript: Transcript,
}

impl Played {
    /// Returns the requirements that the backend breaches.
    pub fn breaches(&self) -> BTreeSet<requirement::Id> {
        self.failed().map(|finding| finding.requirement).collect()
    }

    /// Returns the findings of a breach by the backend.
    pub fn failed(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| is_breach(finding))
    }

    /// Returns how many stimuli met no screen.
    pub fn unmet(&self) -> usize {
        let entries = self.transcript.entries.iter();
        entries
            .filter(|entry| matches!(entry.event, Event::Note(Note::Unmet { .. })))
            .count()
    }

    /// Returns how many times the card signed for the backend: the receptions.
    pub fn signed(&self) -> usize {
        let entries = self.transcript.entries.iter();
        entries
            .filter(|entry| match &entry.event {
                Event::Inquiry(inquiry) => inquiry.kind() == InquiryKind::Authenticate,
                _ => false,
            })
            .count()
    }

    /// Returns the answers, in order.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.transcript
            .entries
            .iter()
            .filter_map(|entry| match &entry.event {
                Event::Answer(Reply::Answer(answer)) => Some(answer),
                _ => None,
            })
    }
}

/// Tells whether a finding is a breach by the backend, seen by a rule: what a file states literally is
/// no reason of its own, for any change of the file could break it.
pub fn is_breach(finding: &Finding) -> bool {
    finding.subject == Subject::Backend
        && finding.verdict == Verdict::Fail
        && finding.step.is_none()
}

impl Stage {
    /// Makes a document ready to play.
    ///
    /// # Errors
    ///
    /// Why it describes no situation that could be.
    pub fn playable(&self, document: &Document, id: &str) -> Result<Playable, String> {
        let playables = document
            .resolve(id, &self.deck, self.now)
            .map_err(|error| error.to_string())?;
        let Some(playable) = playables.into_iter().next() else {
            return Err("it has no case".to_owned());
        };
        match Lint::errors(&playable.scenario).into_iter().next() {
            None => Ok(playable),
            Some(lint) => Err(lint.message),
        }
    }

    /// Plays a document and judges what happened.
    pub fn try_out(&self, document: &Document, id: &str) -> Outcome {
        match self.playable(document, id) {
            Ok(playable) => self.play(&playable),
            Err(why) => Outcome::Discarded(why),
        }
    }

    /// Plays what is ready and judges what happened.
    pub fn play(&self, playable: &Playable) -> Outcome {
        match play_blocking(playable, &self.options) {
            Ok(transcript) => match unreached(&transcript) {
                Some(why) => Outcome::Unreached(why),
                None => Outcome::Played(Box::new(Played {
                    findings: judge(&transcript.header.scenario, &transcript).findings,
                    transcript,
                })),
            },
            Err(RunError::NotApplicable(why)) => Outcome::NotApplicable(why),
            Err(why) => Outcome::Broken(why.to_string()),
        }
    }
}

/// Says why a case met nobody at the backend.
fn unreached(transcript: &Transcript) -> Option<Text> {
    let absent = transcript.header.roles.backend == Absent::NAME;
    let replies = transcript
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Answer(reply) => Some(reply),
            _ => None,
        });
    let mut outage = None;
    for reply in replies {
        match reply {
            Reply::Outage(why) => outage = Some(why),
            _ if absent => {}
            _ => return None,
        }
    }
    outage.map(|why| {
        Text::new(
            format!("照会先に届かなかった: {why}"),
            format!("the backend was not reached: {why}"),
        )
    })
}
