//! One fault with what came of showing it to scenarios.

use std::collections::BTreeMap;

use serde::Serialize;

use super::audience::{Sound, was_cut_short};
use crate::eligibility::{Text, Wire};
use crate::judge::{Finding, Judgement, Verdict};
use crate::requirement::{self, Subject};
use crate::transcript::{Event, Transcript};

/// A scenario that catches a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Catch {
    /// The scenario.
    pub scenario: String,
    /// Whether the rule itself notices, not only what the scenario states literally.
    pub by_rule: bool,
}

/// Another requirement that fails under the fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Blame {
    /// The requirement.
    pub requirement: requirement::Id,
    /// Who is blamed.
    pub subject: Subject,
    /// In how many scenarios.
    pub scenarios: usize,
}

/// What came of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The requirement that it breaks catches it.
    Caught,
    /// Only other requirements fail.
    OnlyByAnother,
    /// It shows, and nothing fails.
    ByNothing,
    /// A literal expectation of a scenario catches it, and the rule does not. What a card answers
    /// can always be stated literally, so that is not enough for one.
    OnlyByExpectation,
    /// It plays like a sound part everywhere.
    NeverShows,
    /// It is caught, and next to nothing passes any more.
    BreaksEverything,
}

/// A fault with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Name of the fault.
    pub fault: String,
    /// What it does.
    pub about: Text,
    /// The requirement that it breaks, and that must catch it.
    pub requirement: requirement::Id,
    /// Who is faulty.
    pub subject: Subject,
    /// What came of it.
    pub outcome: Outcome,
    /// In how many scenarios it was played.
    pub played: usize,
    /// In how many of them it shows.
    pub shown: usize,
    /// The scenarios that catch it.
    pub caught_by: Vec<Catch>,
    /// Which other requirements fail.
    pub also_blamed: Vec<Blame>,
}

impl Row {
    /// Returns the scenario files that catch it; the cases of one file are one situation.
    pub fn files(&self) -> Vec<&str> {
        let ids = self.caught_by.iter().map(|it| it.scenario.as_str());
        let mut files: Vec<&str> = ids
            .map(|id| id.split_once('#').map_or(id, |(file, _)| file))
            .collect();
        files.dedup();
        files
    }
}

/// Returns what a transcript shows: what happened, and how it looked on its way. Times and the names
/// of files differ from play to play.
fn seen(transcript: &Transcript) -> Vec<(Event, Option<Wire>)> {
    let entries = transcript.entries.iter();
    entries
        .map(|entry| {
            let wire = entry.wire.clone().map(|wire| Wire {
                request: String::new(),
                response: None,
                ..wire
            });
            (entry.event.clone(), wire)
        })
        .collect()
}

/// Counts what scenarios make of a fault.
pub(super) struct Tally {
    breaks: requirement::Id,
    subject: Subject,
    played: usize,
    shown: usize,
    passing: usize,
    caught_by: Vec<Catch>,
    blamed: BTreeMap<(requirement::Id, Subject), usize>,
}

impl Tally {
    pub(super) fn new(breaks: requirement::Id, subject: Subject) -> Tally {
        Tally {
            breaks,
            subject,
            played: 0,
            shown: 0,
            passing: 0,
            caught_by: Vec::new(),
            blamed: BTreeMap::new(),
        }
    }

    pub(super) fn is_caught(&self) -> bool {
        self.caught_by.iter().any(|it| self.is_enough(it))
    }

    pub(super) fn passing(&self) -> usize {
        self.passing
    }

    fn is_enough(&self, caught: &Catch) -> bool {
        caught.by_rule || self.subject != Subject::Card
    }

    fn fails<'a>(&self, judgement: &'a Judgement) -> Vec<&'a Finding> {
        judgement
            .findings
            .iter()
            .filter(|finding| {
                finding.requirement == self.breaks
                    && finding.subject == self.subject
                    && finding.verdict == Verdict::Fail
            })
            .collect()
    }

    /// Takes in how a scenario played with the fault.
    pub(super) fn take(&mut self, sound: &Sound, transcript: &Transcript, judgement: &Judgement) {
        self.played += 1;
        let fails = match self.fails(&sound.judgement).is_empty() {
            true => self.fails(judgement),
            false => Vec::new(),
        };
        self.passing += usize::from(fails.is_empty() && judgement.verdict == Verdict::Pass);
        if seen(transcript) == seen(&sound.transcript) {
            return;
        }
        self.shown += 1;
        if !fails.is_empty() && !was_cut_short(transcript) {
            self.caught_by.push(Catch {
                scenario: sound.playable.scenario.id.clone(),
                by_rule: fails.iter().any(|finding| finding.step.is_none()),
            });
        }
        let mut others: Vec<_> = judgement
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Fail)
            .map(|finding| (finding.requirement, finding.subject))
            .filter(|blamed| *blamed != (self.breaks, self.subject))
            .collect();
        others.sort_unstable();
        others.dedup();
        for blamed in others {
            *self.blamed.entry(blamed).or_default() += 1;
        }
    }

    fn outcome(&self, passing_min: usize) -> Outcome {
        if self.shown == 0 {
            Outcome::NeverShows
        } else if self.caught_by.is_empty() && self.blamed.is_empty() {
            Outcome::ByNothing
        } else if self.caught_by.is_empty() {
            Outcome::OnlyByAnother
        } else if !self.is_caught() {
            Outcome::OnlyByExpectation
        } else if self.passing < passing_min {
            Outcome::BreaksEverything
        } else {
            Outcome::Caught
        }
    }

    /// Returns the row; `passing_min` scenarios have to pass all the same.
    pub(super) fn row(self, fault: &str, about: Text, passing_min: usize) -> Row {
        Row {
            fault: fault.to_owned(),
            about,
            requirement: self.breaks,
            subject: self.subject,
            outcome: self.outcome(passing_min),
            played: self.played,
            shown: self.shown,
            caught_by: self.caught_by,
            also_blamed: self
                .blamed
                .into_iter()
                .map(|((requirement, subject), scenarios)| Blame {
                    requirement,
                    subject,
                    scenarios,
                })
                .collect(),
        }
    }
}
