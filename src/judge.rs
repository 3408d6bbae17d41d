//! Judges a transcript against a scenario.
//!
//! Pure: the same two inputs give the same judgement. Shares no code with what it judges: the
//! dated rules stand here a second time, in `judge::dates`, from the same sources as
//! `crate::rules` but not from the same code (design §2).
//!
//! `facts` folds the transcript once; one file per requirement family holds functions from those
//! facts to outcomes, and `rule` is the table of them; `expectation` compares what the scenario
//! states literally; `difference` names what differs in an answer. What is not positively observed
//! is inconclusive, with the reason.

mod acc;
mod assemble;
mod cert;
mod cons;
mod dates;
mod difference;
mod disc;
mod elig;
mod emg;
mod expectation;
mod facts;
mod idv;
mod incident;
mod others;
mod outcome;
mod quote;
mod refusal;
mod reg;
mod rule;
mod session;
#[cfg(test)]
mod tests;
mod verdict;

pub use difference::Difference;
pub use verdict::{Deviation, Finding, Judgement, Verdict};

use crate::eligibility::Text;
use crate::requirement::{Id, Subject};
use crate::scenario::Scenario;
use crate::transcript::Transcript;

/// Judges what happened. `scenario` is the one in the transcript's header, secrets masked.
///
/// A breach of a convention of this harness (confidence L) is a finding and does not count.
pub fn judge(scenario: &Scenario, transcript: &Transcript) -> Judgement {
    judge_with(scenario, transcript, false)
}

/// Judges what happened; with `conventions`, a breach of a convention of this harness counts.
pub fn judge_with(scenario: &Scenario, transcript: &Transcript, conventions: bool) -> Judgement {
    let facts = facts::Facts::new(scenario, transcript);
    let findings = assemble::findings(&facts);
    Judgement {
        verdict: assemble::verdict(&findings, conventions),
        findings,
    }
}

/// Returns why a row of the catalogue is not judged for a subject, or nothing where it is.
pub fn why_not_judged(id: Id, subject: Subject) -> Option<Text> {
    match rule::find(id, subject)?.judge {
        rule::Judge::By(_) => None,
        rule::Judge::Not(ja, en) => Some(Text::new(ja, en)),
    }
}
