//! The table of rules: one entry per catalogue row and subject, a function or a reason why not.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::facts::Facts;
use super::outcome::Outcome;
use super::{acc, cert, cons, disc, elig, emg, idv, incident, others, reg};
use crate::requirement::{Id, Subject};

/// How a row is judged for one subject.
#[derive(Clone, Copy)]
pub(super) enum Judge {
    /// By this function; one outcome per visit or inquiry, the worst counts.
    By(fn(&Facts<'_>) -> Vec<Outcome>),
    /// Not by this version, for this reason (Japanese, English).
    Not(&'static str, &'static str),
}

/// One entry of the table.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub id: Id,
    pub subject: Subject,
    pub judge: Judge,
}

/// Makes an entry that judges.
pub(super) const fn rule(
    id: &str,
    subject: Subject,
    judge: fn(&Facts<'_>) -> Vec<Outcome>,
) -> Rule {
    Rule {
        id: Id::literal(id),
        subject,
        judge: Judge::By(judge),
    }
}

/// Makes an entry that says why the row is not judged.
pub(super) const fn not_judged(
    id: &str,
    subject: Subject,
    ja: &'static str,
    en: &'static str,
) -> Rule {
    Rule {
        id: Id::literal(id),
        subject,
        judge: Judge::Not(ja, en),
    }
}

/// Every entry, by family.
const TABLE: [&[Rule]; 28] = [
    acc::RULES,
    acc::visit::RULES,
    acc::card::RULES,
    acc::absent::RULES,
    acc::told::RULES,
    idv::RULES,
    idv::pin::RULES,
    idv::pad::RULES,
    idv::card::RULES,
    cert::RULES,
    cert::backend::RULES,
    cert::refused::RULES,
    cert::validity::RULES,
    reg::RULES,
    reg::spot::RULES,
    cons::RULES,
    cons::limit::RULES,
    cons::backend::RULES,
    cons::flags::RULES,
    cons::returned::RULES,
    elig::RULES,
    elig::message::RULES,
    elig::wire::RULES,
    disc::RULES,
    disc::shown::RULES,
    emg::RULES,
    incident::RULES,
    others::RULES,
];

/// Returns how a row is judged for a subject.
pub(super) fn find(id: Id, subject: Subject) -> Option<&'static Rule> {
    // Asked for every row of every judgement.
    static INDEX: LazyLock<BTreeMap<(Id, Subject), &Rule>> = LazyLock::new(|| {
        let rules = TABLE.iter().flat_map(|rules| rules.iter());
        rules.map(|rule| ((rule.id, rule.subject), rule)).collect()
    });
    INDEX.get(&(id, subject)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::catalogue;

    #[test]
    fn every_row_and_subject_has_exactly_one_entry() {
        for row in catalogue() {
            for subject in &row.subjects {
                let entries = TABLE
                    .iter()
                    .flat_map(|rules| rules.iter())
                    .filter(|rule| rule.id == row.id && rule.subject == *subject)
                    .count();
                assert_eq!(entries, 1, "{} {subject}", row.id);
            }
        }
    }

    #[test]
    fn every_entry_belongs_to_a_row_that_concerns_its_subject() {
        for rule in TABLE.iter().flat_map(|rules| rules.iter()) {
            let row = catalogue().by_id(rule.id).unwrap();
            assert!(row.concerns(rule.subject), "{} {}", rule.id, rule.subject);
        }
    }

    #[test]
    fn reasons_stand_in_both_languages() {
        for rule in TABLE.iter().flat_map(|rules| rules.iter()) {
            if let Judge::Not(ja, en) = rule.judge {
                let english = en.contains(|char: char| char.is_ascii_lowercase());
                assert!(!ja.is_ascii() && english && ja != en, "{}", rule.id);
            }
        }
    }
}
