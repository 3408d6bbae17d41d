//! How requirements stand while a reception is looked at, and in which order they are shown.

use crate::judge::{Finding, Judgement, Verdict};
use crate::requirement::{self, Subject};

/// How a requirement stands at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Decided.
    Decided(Verdict),
    /// Something was seen, and it held so far.
    SoFar,
    /// Nothing was seen yet.
    Unseen,
}

/// An entry at which something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The entry.
    pub at: usize,
    /// The worst verdict that fell there.
    pub verdict: Verdict,
    /// Whether it counts: a breach of a `should` or of a convention does not.
    pub counts: bool,
}

/// Names a finding, so that it is known again in another judgement of the same scenario.
pub fn identity(finding: &Finding) -> (requirement::Id, Subject, Option<usize>) {
    (finding.requirement, finding.subject, finding.step)
}

/// Returns the order in which findings are shown.
pub fn order(judgement: &Judgement) -> Vec<usize> {
    let mut order: Vec<usize> = (0..judgement.findings.len()).collect();
    order.sort_by_key(|index| {
        judgement.findings.get(*index).map(|finding| {
            let applies = finding.verdict != Verdict::NotApplicable;
            (!applies, !finding.listed, finding.verdict < Verdict::Fail)
        })
    });
    order
}
