//! One result per requirement, over all scenarios of a report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Judged;
use super::page::{Cell, Page, Style};
use crate::judge::{Finding, Verdict};
use crate::requirement::{Id, Subject};

/// What all scenarios together say of a requirement for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tally {
    /// The requirement.
    pub requirement: Id,
    /// Whom it binds.
    pub subject: Subject,
    /// The worst of all scenarios.
    pub verdict: Verdict,
    /// In how many scenarios it passed.
    pub pass: usize,
    /// In how many it could not be decided, though it is their purpose.
    pub inconclusive: usize,
    /// In how many it failed.
    pub fail: usize,
}

/// Returns a result for each requirement of which anything is said for the subject, in catalogue
/// order. What is undecided and not the purpose of a scenario does not count, nor does a breach
/// that changes no verdict; `conventions` as on the command line.
pub fn of(scenarios: &[Judged], subject: Subject, conventions: bool) -> Vec<Tally> {
    let mut tallies: BTreeMap<Id, Tally> = BTreeMap::new();
    for judged in scenarios {
        let mut worst: BTreeMap<Id, Verdict> = BTreeMap::new();
        let findings = judged.findings.iter();
        for finding in findings.filter(|it| it.subject == subject) {
            let Some(verdict) = counted(finding, conventions) else {
                continue;
            };
            let kept = worst.entry(finding.requirement).or_insert(verdict);
            *kept = verdict.max(*kept);
        }
        for (requirement, verdict) in worst {
            let tally = tallies.entry(requirement).or_insert(Tally {
                requirement,
                subject,
                verdict,
                pass: 0,
                inconclusive: 0,
                fail: 0,
            });
            tally.verdict = tally.verdict.max(verdict);
            match verdict {
                Verdict::NotApplicable => {}
                Verdict::Pass => tally.pass += 1,
                Verdict::Inconclusive => tally.inconclusive += 1,
                Verdict::Fail | Verdict::Error => tally.fail += 1,
            }
        }
    }
    tallies.into_values().collect()
}

fn counted(finding: &Finding, conventions: bool) -> Option<Verdict> {
    match finding.verdict {
        Verdict::Fail if !finding.counts(conventions) || finding.is_accepted() => None,
        Verdict::Inconclusive if !finding.listed => None,
        verdict => Some(verdict),
    }
}

/// Writes the results as a table; nothing where there are none.
pub(super) fn table(page: &mut Page, tallies: &[Tally]) {
    if tallies.is_empty() {
        return;
    }
    let heading = page.pick("要件ごとの結果", "Result per requirement");
    page.heading(heading);
    let (pass, inconclusive, fail) = (
        page.pick("合格", "pass").to_owned(),
        page.pick("判定不能", "inconclusive").to_owned(),
        page.pick("不合格", "fail").to_owned(),
    );
    let (others, judged): (Vec<&Tally>, Vec<&Tally>) = tallies
        .iter()
        .partition(|tally| tally.verdict == Verdict::NotApplicable);
    let rows: Vec<Vec<Cell>> = judged
        .iter()
        .map(|tally| {
            let counts = [
                (tally.pass, &pass),
                (tally.inconclusive, &inconclusive),
                (tally.fail, &fail),
            ];
            let counts: Vec<String> = counts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| format!("{count} {word}"))
                .collect();
            let style = Style::of(tally.verdict);
            let symbol = super::text::symbol(tally.verdict);
            vec![
                Cell::styled(style, format!("{symbol} {}", tally.verdict.word())),
                Cell::styled(Style::Plain, tally.requirement.to_string()),
                Cell::styled(Style::Plain, counts.join(" · ")),
            ]
        })
        .collect();
    page.table(2, &rows);
    if !others.is_empty() {
        let ids: Vec<String> = others.iter().map(|it| it.requirement.to_string()).collect();
        let what = page.pick("対象外", "not applicable").to_owned();
        page.block(2, &format!("{what}: {}", ids.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{finding, judged};

    #[test]
    fn a_requirement_has_the_worst_of_all_scenarios_and_undecided_extras_do_not_count() {
        let unlisted = |verdict| Finding {
            listed: false,
            ..finding("ACC-02", verdict, &[])
        };
        let scenarios = [
            judged(
                "a",
                Verdict::Pass,
                vec![
                    finding("IDV-02", Verdict::Pass, &[1]),
                    finding("IDV-02", Verdict::Inconclusive, &[]),
                    unlisted(Verdict::Pass),
                ],
            ),
            judged(
                "b",
                Verdict::Fail,
                vec![
                    finding("IDV-02", Verdict::Fail, &[1]),
                    unlisted(Verdict::Inconclusive),
                    finding("CERT-03", Verdict::NotApplicable, &[]),
                ],
            ),
        ];
        let of = of(&scenarios, Subject::Reader, false);
        let seen: Vec<_> = of
            .iter()
            .map(|it| {
                (
                    it.requirement.to_string(),
                    it.verdict,
                    [it.pass, it.inconclusive, it.fail],
                )
            })
            .collect();
        let expected = [
            ("ACC-02", Verdict::Pass, [1, 0, 0]),
            ("IDV-02", Verdict::Fail, [0, 1, 1]),
            ("CERT-03", Verdict::NotApplicable, [0, 0, 0]),
        ];
        for (id, verdict, counts) in expected {
            assert!(
                seen.contains(&(id.to_owned(), verdict, counts)),
                "{id}: {seen:?}"
            );
        }
        assert_eq!(seen.len(), expected.len());
    }
}
