//! The transcript folded once: what every rule function reads instead of entries.

pub(super) mod case;
mod fold;
mod gaps;
pub(super) mod pins;
mod probing;
mod proof;
mod truth;
pub(super) mod visit;
pub(super) mod world;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub(super) use case::{Case, Exchange, Told};
pub(super) use probing::{Probing, Stay};
pub(super) use truth::{Truth, phases_of, renewal_of};
pub(super) use visit::{Method, Visit};
pub(super) use world::World;

use super::outcome::{Outcome, text};
use crate::eligibility::{Care, ConsentAnswer, ConsentKind, Eligibility, Moment, Registry, Text};
use crate::requirement::{self, catalogue};
use crate::scenario::{Patient, Scenario};
use crate::transcript::{By, Entry, Header, Transcript};

/// A stimulus that could not be given.
#[derive(Debug, Clone)]
pub(super) struct Unmet {
    pub n: u64,
    pub step: usize,
    pub reason: String,
}

/// A consent that a correct backend has on record.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    /// The entry of the inquiry that gave it; 0 for one from before the scenario.
    pub n: u64,
    pub person: usize,
    pub institution: String,
    pub kind: ConsentKind,
    pub answer: ConsentAnswer,
    pub care: Care,
    pub at: Moment,
}

/// Everything that rules ask about, in order.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub scenario: &'a Scenario,
    pub header: &'a Header,
    pub entries: &'a [Entry],
    pub visits: Vec<Visit<'a>>,
    /// What a tester did: no part of any visit, and nothing that a reader answers for.
    pub probings: Vec<Probing>,
    pub exchanges: Vec<Exchange<'a>>,
    pub cases: Vec<Case>,
    /// What is true of each case, found once: rules ask often.
    truths: Vec<Option<Truth>>,
    /// The days on which anything happened; the scenario's own day is one of them.
    pub days: Vec<Date>,
    pub worlds: Vec<World>,
    pub recorded: Vec<Recorded>,
    pub unmet: Vec<Unmet>,
    /// Where each expectation was reached, by step.
    pub reached: BTreeMap<usize, u64>,
    /// What somebody who saw the reader said of an expectation, by step: where, and whether it holds.
    pub told: BTreeMap<usize, (u64, bool)>,
    /// Where the run was cut short.
    pub cut_short: Option<(u64, String)>,
    /// Whether that was because the reader under test broke its protocol or ended.
    pub reader_failed: bool,
    /// The first entry that shows that others are missing.
    pub broken: Option<u64>,
}

impl<'a> Facts<'a> {
    /// Folds a transcript.
    pub fn new(scenario: &'a Scenario, transcript: &'a Transcript) -> Facts<'a> {
        let mut facts = fold::fold(scenario, transcript);
        facts.days = days(scenario, transcript);
        facts.cases = case::cases(&facts);
        facts.truths = facts.cases.iter().map(|it| facts.find_truth(it)).collect();
        facts.recorded = case::recorded(&facts);
        facts
    }

    /// Returns the person of that index.
    pub fn person(&self, index: usize) -> Option<&'a Patient> {
        self.scenario.people.get(index)
    }

    /// Returns the world as it was at an entry.
    pub fn world(&self, n: u64) -> Option<&World> {
        self.worlds.iter().rev().find(|world| world.from <= n)
    }

    /// Returns what the eligibility system knew of a person at an entry.
    pub fn registry(&self, person: usize, n: u64) -> Option<&Registry> {
        self.world(n).and_then(|world| world.registries.get(person))
    }

    /// Returns why a row does not apply to this reader, by the statement in effect.
    pub fn excluded(&self, id: requirement::Id) -> Option<Text> {
        let statement = self.header.statement.as_ref()?;
        statement.excludes_row(id)
    }

    /// Tells whether the reader is foreign software that reports nothing of itself.
    pub fn reader_is_observed(&self) -> bool {
        self.header.roles.reader == "observed"
    }

    /// Tells whether inquiries would not be seen: card traffic alone is recorded.
    pub fn inquiries_unseen(&self) -> bool {
        self.reader_is_observed() && self.header.roles.backend == "absent"
    }

    /// Tells whether this is a recording of other software: nothing but card traffic can be in it.
    pub fn is_recording(&self) -> bool {
        self.header.roles.card == "recorded"
    }

    /// Tells whether what people did in a visit is declared: a command is claimed to do it, and nobody
    /// saw when.
    pub fn acts_declared(&self, visit: &Visit<'_>) -> bool {
        let mut stimuli = visit.stimuli.iter();
        stimuli.any(|given| self.known_by(given.n) == Some(By::Declared))
    }

    /// Returns where an entry is known from, where we did not see it ourselves.
    pub fn known_by(&self, n: u64) -> Option<By> {
        let index = n.checked_sub(1).and_then(|n| usize::try_from(n).ok())?;
        self.entries.get(index)?.by
    }

    /// Tells whether the backend is not ours.
    pub fn backend_is_foreign(&self) -> bool {
        self.header.roles.backend != "embedded"
    }

    /// Tells whether the protocol of the backend carries a member of an eligibility answer, which
    /// `seen` finds. FHIR R4 has no place of its own for most of them: what no answer of the
    /// transcript shows is taken for not carried, a convention of this harness.
    pub fn carries(&self, seen: impl Fn(&Eligibility) -> bool) -> bool {
        let mut answers = self.exchanges.iter().filter_map(Exchange::eligibility);
        self.header.roles.backend != "fhir" || answers.any(seen)
    }

    /// Tells whether the scenario names the row as its purpose.
    pub fn lists(&self, id: requirement::Id) -> bool {
        self.scenario.requirements.contains(&id)
    }

    /// Tells whether the row is in force on the day.
    pub fn in_force(id: requirement::Id, day: Date) -> bool {
        catalogue().by_id(id).is_some_and(|row| row.in_force(day))
    }

    /// Returns what a correct backend must have found; nothing where it is unknown whose card it is.
    pub fn truth(&self, case: &Case) -> Option<Truth> {
        let index = self.cases.iter().position(|it| it.auth == case.auth)?;
        self.truths.get(index)?.clone()
    }

    /// Judges each visit on whose day the row is in force.
    pub fn each_visit(
        &self,
        id: requirement::Id,
        judge: impl Fn(&Visit<'a>) -> Outcome,
    ) -> Vec<Outcome> {
        self.visits
            .iter()
            .filter(|visit| Self::in_force(id, visit.at.day()))
            .map(judge)
            .collect()
    }

    /// Judges each visit in which a card was presented.
    pub fn each_card(
        &self,
        id: requirement::Id,
        judge: impl Fn(&Visit<'a>) -> Outcome,
    ) -> Vec<Outcome> {
        self.each_visit(id, |visit| {
            if visit.presented.is_none() {
                Outcome::absent(text!("カードが置かれていない", "no card was presented"))
            } else {
                judge(visit)
            }
        })
    }

    /// Judges each card inquiry made on a day on which the row is in force.
    pub fn each_case(
        &self,
        id: requirement::Id,
        judge: impl Fn(&Case) -> Vec<Outcome>,
    ) -> Vec<Outcome> {
        self.cases
            .iter()
            .filter(|case| Self::in_force(id, self.exchanges[case.auth].at.day()))
            .flat_map(judge)
            .collect()
    }

    /// Returns the visit of that number.
    pub fn visit(&self, number: u32) -> Option<&Visit<'a>> {
        self.visits.iter().find(|visit| visit.number == number)
    }
}

fn days(scenario: &Scenario, transcript: &Transcript) -> Vec<Date> {
    let mut moments: Vec<Moment> = transcript.entries.iter().map(|entry| entry.at).collect();
    moments.push(scenario.at);
    let mut days: Vec<Date> = moments.into_iter().map(Moment::day).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// The protocol has no place for it.
pub(super) fn not_carried() -> Text {
    text!("この照会方式は伝えない", "this protocol does not carry it")
}

/// Reasons that several families give.
pub(super) fn no_traffic() -> Text {
    text!(
        "カードとのやりとりが記録されていないので、判定できない",
        "no card traffic is recorded, so this cannot be decided"
    )
}

/// The reader reports no screens.
pub(super) fn no_screens() -> Text {
    text!(
        "読取機の画面が記録されていないので、判定できない",
        "the reader reports no screens, so this cannot be decided"
    )
}

/// Inquiries are not seen.
pub(super) fn no_inquiries() -> Text {
    text!(
        "照会が記録されていないので、判定できない",
        "no inquiries are recorded, so this cannot be decided"
    )
}

/// The visit did not come to an end.
pub(super) fn not_ended(visit: u32) -> Text {
    text!(
        "受診{visit}が終わりまで記録されていない(カードの取り出しか案内の終わりが見えない)ので、禁止を守ったとは言えない",
        "visit {visit} is not recorded to its end (card out, or giving up), so the prohibition cannot be said to have held"
    )
}
