//! The kill matrix: plays every fault of the catalogue against scenarios, and says which
//! requirement catches it, where, and who else is blamed.
//!
//! A fault counts as caught where the very requirement that it breaks fails for the part that is
//! faulty, in a scenario that passes that requirement without it. A play that was cut short catches
//! nothing. A fault that shows nowhere, is caught by nothing or only by another requirement, or
//! lets nothing pass is a gap; so is a must-rule that catches no fault.

mod audience;
mod exempt;
pub mod markdown;
mod row;
pub mod text;
pub mod wire;

use serde::Serialize;

pub use audience::{Audience, Sound, was_cut_short};
pub use row::{Blame, Catch, Outcome, Row};

use crate::eligibility::Text;
use crate::judge;
use crate::requirement::{self, Confidence, Level, Requirement, Subject, catalogue};
use crate::transcript::SIMULATION;

/// A requirement for one subject, with the faults that break it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Coverage {
    /// The requirement.
    pub requirement: requirement::Id,
    /// Who has to meet it.
    pub subject: Subject,
    /// How binding it is for that subject.
    pub level: Level,
    /// How sure the duty is.
    pub confidence: Confidence,
    /// Its short title.
    pub title: Text,
    /// The faults that break it.
    pub mutants: Vec<Row>,
    /// Why there is none, where that has a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_none: Option<Text>,
}

impl Coverage {
    /// Tells whether a must-rule that is judged catches no fault, without a reason.
    pub fn is_gap(&self) -> bool {
        let catches = self
            .mutants
            .iter()
            .any(|row| row.outcome == Outcome::Caught);
        !catches && self.why_none.is_none()
    }
}

/// What of the catalogue is looked at.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Whose faults; everybody's if empty.
    pub subjects: Vec<Subject>,
    /// Those that break one of these; any if empty.
    pub requirements: Vec<requirement::Id>,
    /// One of these; any if empty. Then a rule without a fault is not looked for.
    pub faults: Vec<String>,
}

impl Selection {
    /// The subjects of whom there are faults. Nobody plants one in a desk.
    pub const SUBJECTS: [Subject; 3] = [Subject::Reader, Subject::Backend, Subject::Card];

    /// Tells whether a fault of this name and kind is wanted.
    pub fn wants(&self, name: &str, subject: Subject, breaks: requirement::Id) -> bool {
        self.wants_rule(subject, breaks)
            && (self.faults.is_empty() || self.faults.iter().any(|one| one == name))
    }

    fn wants_rule(&self, subject: Subject, id: requirement::Id) -> bool {
        (self.subjects.is_empty() || self.subjects.contains(&subject))
            && (self.requirements.is_empty() || self.requirements.contains(&id))
    }
}

/// The whole matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Matrix {
    /// That everything in it is made up.
    pub simulation: &'static str,
    /// Who was put to the test with the faults: `embedded`, or the kind of a foreign backend.
    pub backend: String,
    /// In the order of the catalogue.
    pub coverage: Vec<Coverage>,
}

impl Matrix {
    /// Puts rows into the order of the catalogue. Rules without a row are added where no single
    /// fault was asked for.
    pub fn new(rows: Vec<Row>, selection: &Selection, backend: &str) -> Matrix {
        let mut rows = rows;
        let mut coverage = Vec::new();
        for subject in Selection::SUBJECTS {
            for requirement in catalogue() {
                if !requirement.concerns(subject) || !selection.wants_rule(subject, requirement.id)
                {
                    continue;
                }
                let (mine, rest) = rows
                    .into_iter()
                    .partition(|row| row.requirement == requirement.id && row.subject == subject);
                rows = rest;
                coverage.push(covered(requirement, subject, mine));
            }
        }
        if !selection.faults.is_empty() {
            coverage.retain(|it| !it.mutants.is_empty());
        }
        Matrix {
            simulation: SIMULATION,
            backend: backend.to_owned(),
            coverage,
        }
    }

    /// Returns every row, in the order of the catalogue.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.coverage.iter().flat_map(|it| &it.mutants)
    }

    /// Returns how many faults there are, and how many of them are caught as they must be.
    pub fn caught(&self) -> (usize, usize) {
        let caught = self.rows().filter(|row| row.outcome == Outcome::Caught);
        (self.rows().count(), caught.count())
    }

    /// Returns how many must-rules catch no fault, without a reason.
    pub fn gaps(&self) -> usize {
        self.coverage.iter().filter(|it| it.is_gap()).count()
    }

    /// Tells whether every fault is caught as it must be, and every must-rule catches one.
    pub fn holds(&self) -> bool {
        let (all, caught) = self.caught();
        all == caught && self.gaps() == 0
    }
}

fn covered(requirement: &Requirement, subject: Subject, mutants: Vec<Row>) -> Coverage {
    let level = requirement.level_for(subject);
    let why_none = mutants
        .is_empty()
        .then(|| {
            judge::why_not_judged(requirement.id, subject)
                .or_else(|| exempt::reason(requirement.id, subject))
                .or_else(|| (level == Level::Should).then(exempt::recommendation))
        })
        .flatten();
    Coverage {
        requirement: requirement.id,
        subject,
        level,
        confidence: requirement.confidence_for(subject),
        title: requirement.title.clone(),
        mutants,
        why_none,
    }
}

#[cfg(test)]
mod tests;
