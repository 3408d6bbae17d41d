//! Explores one case after the other, each for itself, so that any number of threads may.

use std::collections::BTreeMap;

use serde::Serialize;

use super::draw::{self, Plans};
use super::reach::Reach;
use super::relation::{self, Relation};
use super::trial::{Outcome, Played, Stage};
use crate::eligibility::Text;
use crate::judge::Finding;
use crate::requirement;

thread_local! {
    /// Strategies cannot be shared between threads, and are dear to make.
    static PLANS: Plans = draw::plans();
}

/// Why a case fails: what a counterexample has to fail for as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The requirement that is breached.
    pub requirement: requirement::Id,
    /// The relation that shows it; none where the judge's rule does.
    pub relation: Option<&'static str>,
}

/// A breach in one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// Why it fails.
    pub key: Key,
    /// Whether it counts: a `should` never does, a convention of this harness where it is wanted.
    pub counts: bool,
    /// What was seen.
    pub message: Text,
}

/// How many cases ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Drawn.
    pub cases: u32,
    /// Played and judged.
    pub played: u32,
    /// Described no situation that could be.
    pub discarded: u32,
    /// Beyond what the backend's protocol carries, or what it can be arranged to be.
    pub not_applicable: u32,
    /// Met nobody at the backend.
    pub unreached: u32,
    /// We could not do our work.
    pub broken: u32,
    /// Plays more than one per case, for the relations.
    pub compared: u32,
    /// Receptions in which a card signed.
    pub receptions: u32,
    /// Steps that met no screen.
    pub unmet_steps: u32,
}

/// What came of one case.
#[derive(Debug, Clone, Default)]
pub struct Explored {
    /// Its number.
    pub case: u32,
    /// How it ended, and what that took.
    pub counts: Counts,
    /// Its breaches.
    pub breaches: Vec<Breach>,
    /// What it reached.
    pub reach: Reach,
    /// Why it was discarded, does not apply, met nobody, or could not be played.
    pub reason: Option<String>,
}

/// What is explored, and how.
#[derive(Clone)]
pub struct Explorer {
    /// What plays.
    pub stage: Stage,
    /// From which the cases are drawn.
    pub seed: u64,
    /// Whether breaches of conventions of this harness count.
    pub conventions: bool,
    /// Every how many cases a relation is tried; 0 for never.
    pub relations_every: u32,
}

impl Explorer {
    /// Draws, plays and judges one case.
    pub fn explore(&self, case: u32) -> Explored {
        let plan = PLANS.with(|plans| draw::draw(plans, self.seed, case));
        let mut explored = Explored {
            case,
            ..Explored::default()
        };
        explored.counts.cases = 1;
        let Some(plan) = plan.map(|tree| tree.current()) else {
            explored.counts.discarded = 1;
            return explored;
        };
        let document = plan.document(&self.stage.deck);
        match self.stage.try_out(&document, &name(self.seed, case)) {
            Outcome::Played(played) => {
                explored.counts.played = 1;
                count(&mut explored.counts, &played);
                explored.breaches = self.breaches(&played);
                explored.reach = Reach::of(&plan, &played);
                if self.relations_every > 0 && case.is_multiple_of(self.relations_every) {
                    self.relate(&document, &played, &mut explored);
                }
            }
            Outcome::Discarded(why) => {
                explored.counts.discarded = 1;
                explored.reason = Some(why);
            }
            Outcome::NotApplicable(why) => {
                explored.counts.not_applicable = 1;
                explored.reason = Some(why.en);
            }
            Outcome::Unreached(why) => {
                explored.counts.unreached = 1;
                explored.reason = Some(why.en);
            }
            Outcome::Broken(why) => {
                explored.counts.broken = 1;
                explored.reason = Some(why);
            }
        }
        explored
    }

    fn relate(
        &self,
        document: &crate::scenario::Document,
        played: &Played,
        explored: &mut Explored,
    ) {
        for relation in relation::RELATIONS {
            let Some(other) = relation.other(&self.stage, document) else {
                continue;
            };
            explored.counts.compared += 1;
            count(&mut explored.counts, &other);
            if let Some(message) = (relation.compare)(played, &other) {
                explored.breaches.push(self.broken(relation, message));
            }
        }
    }

    fn broken(&self, relation: &'static Relation, message: Text) -> Breach {
        Breach {
            key: Key {
                requirement: relation.requirement,
                relation: Some(relation.name),
            },
            counts: relation.counts(self.conventions),
            message,
        }
    }

    /// Returns what the judge's rules say was breached, one breach per requirement.
    pub fn breaches(&self, played: &Played) -> Vec<Breach> {
        let mut found: BTreeMap<Key, Breach> = BTreeMap::new();
        for finding in played.failed() {
            let key = Key {
                requirement: finding.requirement,
                relation: None,
            };
            let breach = found
                .entry(key)
                .or_insert_with(|| self.breach(key, finding));
            breach.counts |= finding.counts(self.conventions);
        }
        found.into_values().collect()
    }

    fn breach(&self, key: Key, finding: &Finding) -> Breach {
        Breach {
            key,
            counts: finding.counts(self.conventions),
            message: finding.message.clone(),
        }
    }
}

fn count(counts: &mut Counts, played: &Played) {
    counts.receptions += u32::try_from(played.signed()).unwrap_or(u32::MAX);
    counts.unmet_steps += u32::try_from(played.unmet()).unwrap_or(u32::MAX);
}

/// Returns the id of a case as a scenario.
pub fn name(seed: u64, case: u32) -> String {
    format!("explore-{seed}-{case}")
}

impl Counts {
    /// Adds those of other cases.
    pub fn add(&mut self, other: &Counts) {
        self.cases += other.cases;
        self.played += other.played;
        self.discarded += other.discarded;
        self.not_applicable += other.not_applicable;
        self.unreached += other.unreached;
        self.broken += other.broken;
        self.compared += other.compared;
        self.receptions += other.receptions;
        self.unmet_steps += other.unmet_steps;
    }
}
