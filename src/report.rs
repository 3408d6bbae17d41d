//! What a run says in the end, as one value; each format of it only reads that value.
//!
//! The same report gives the same bytes in every machine format, whatever the language, folder or
//! number of jobs; only [`text`] speaks one language. Nothing here judges.

mod breach;
pub mod earlier;
pub mod json;
pub mod junit;
pub mod known;
pub mod ndjson;
pub mod page;
pub mod tally;
pub mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::Text;
use crate::judge::{Finding, Judgement, Verdict};
use crate::requirement;
use crate::scenario::Scenario;
use crate::statement::Statement;
use crate::transcript::SIMULATION;

/// How many scenarios had each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Summary {
    /// Passed.
    pub pass: usize,
    /// Could not be decided.
    pub inconclusive: usize,
    /// Failed, in more than known deviations.
    pub fail: usize,
    /// We could not do our work.
    pub error: usize,
    /// Does not apply.
    pub not_applicable: usize,
    /// Failed in nothing but known deviations (`run --known`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub known: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Summary {
    fn add(&mut self, judged: &Judged) {
        if judged.is_known() {
            self.known += 1;
            return;
        }
        *match judged.without_known.unwrap_or(judged.verdict) {
            Verdict::Pass => &mut self.pass,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::Fail => &mut self.fail,
            Verdict::Error => &mut self.error,
            Verdict::NotApplicable => &mut self.not_applicable,
        } += 1;
    }
}

/// What is said of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Judged {
    /// The scenario's id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What it is for.
    pub requirements: Vec<requirement::Id>,
    /// Its seed.
    pub seed: u64,
    /// The transcript that was judged, as the user named it; absent where the scenario was played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// What the scenario counts as once known deviations are left out; absent where it has none.
    /// `pass` then means that it failed in nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_known: Option<Verdict>,
    /// Why we could not do our work, why the scenario does not apply, or why the backend was not
    /// reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Text>,
    /// Every finding, passing ones too, in catalogue order.
    pub findings: Vec<Finding>,
}

impl Judged {
    /// Says what the judge found.
    pub fn new(scenario: &Scenario, judgement: Judgement) -> Judged {
        Judged {
            id: scenario.id.clone(),
            title: scenario.title.clone(),
            requirements: scenario.requirements.clone(),
            seed: scenario.seed,
            transcript: None,
            verdict: judgement.verdict,
            without_known: None,
            problem: None,
            findings: judgement.findings,
        }
    }

    /// Says that the scenario could not be played.
    pub fn not_played(scenario: &Scenario, why: &str) -> Judged {
        let judgement = Judgement {
            verdict: Verdict::Error,
            findings: Vec::new(),
        };
        Judged {
            problem: Some(Text::new(
                format!("再生できませんでした: {why}"),
                format!("it could not be played: {why}"),
            )),
            ..Judged::new(scenario, judgement)
        }
    }

    /// Says that the scenario does not apply to the parts that took part, and why.
    pub fn not_applicable(scenario: &Scenario, why: &Text) -> Judged {
        let judgement = Judgement {
            verdict: Verdict::NotApplicable,
            findings: Vec::new(),
        };
        Judged {
            problem: Some(why.clone()),
            ..Judged::new(scenario, judgement)
        }
    }

    /// Tells whether the scenario failed in nothing but known deviations.
    pub fn is_known(&self) -> bool {
        self.without_known
            .is_some_and(|verdict| verdict <= Verdict::Pass)
    }

    /// Tells whether a must-requirement failed, also where a worse verdict hides it; known
    /// deviations apart.
    fn failed(&self, conventions: bool) -> bool {
        let hidden = self.verdict == Verdict::Error
            && self.findings.iter().any(|finding| {
                finding.verdict == Verdict::Fail
                    && finding.counts(conventions)
                    && !finding.is_accepted()
            });
        self.without_known.unwrap_or(self.verdict) == Verdict::Fail || hidden
    }
}

/// What a run says in the end (design §5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Report {
    /// The tool that wrote it, with its version.
    pub tool: String,
    /// The mark that nothing in it is real, or what of it may be: the card of a recording.
    pub simulation: String,
    /// The seed, where all scenarios share one; each scenario states its own.
    pub seed: Option<u64>,
    /// The kind of the backend, where others wrote it; absent for the embedded one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// The implementation conformance statement in effect, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Statement>,
    /// How many scenarios had each verdict.
    pub summary: Summary,
    /// What became of each known deviation of the user's file, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<known::Account>,
    /// What all scenarios together say of each requirement, where that was asked for
    /// (`observe --suite`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<tally::Tally>,
    /// What is said of each scenario, in the order in which they were selected.
    pub scenarios: Vec<Judged>,
}

impl Report {
    /// Sums up what is said of each scenario.
    pub fn new(scenarios: Vec<Judged>) -> Report {
        let mut summary = Summary::default();
        for scenario in &scenarios {
            summary.add(scenario);
        }
        let seed = scenarios
            .first()
            .map(|first| first.seed)
            .filter(|seed| scenarios.iter().all(|scenario| scenario.seed == *seed));
        Report {
            tool: concat!("uketsuke ", env!("CARGO_PKG_VERSION")).to_owned(),
            simulation: SIMULATION.to_owned(),
            seed,
            backend: None,
            statement: None,
            summary,
            known: Vec::new(),
            requirements: Vec::new(),
            scenarios,
        }
    }

    /// Tells whether a must-requirement failed in any scenario; `conventions` as on the command
    /// line.
    pub fn failed(&self, conventions: bool) -> bool {
        self.scenarios
            .iter()
            .any(|scenario| scenario.failed(conventions))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::requirement::{Confidence, Level, Subject};

    /// Makes a finding for the tests of every format.
    pub(crate) fn finding(id: &str, verdict: Verdict, entries: &[u64]) -> Finding {
        Finding {
            requirement: id.parse().unwrap(),
            subject: Subject::Reader,
            level: Level::Must,
            confidence: Confidence::High,
            source: "S3, E §1.5".to_owned(),
            verdict,
            message: Text::new("理由 <b>\u{1b}[31m", "reason <b>\u{1b}[31m"),
            entries: entries.to_vec(),
            decided_at: entries.last().copied(),
            listed: true,
            step: None,
            differences: Vec::new(),
            known: None,
        }
    }

    /// Makes what is said of a scenario with these findings.
    pub(crate) fn judged(id: &str, verdict: Verdict, findings: Vec<Finding>) -> Judged {
        Judged {
            id: id.to_owned(),
            title: Text::new("題名", "Title"),
            requirements: findings.iter().map(|f| f.requirement).collect(),
            seed: 7,
            transcript: None,
            verdict,
            without_known: None,
            problem: None,
            findings,
        }
    }

    /// Compares with what was approved, in `snapshots/report`.
    pub(crate) fn approve(name: &str, text: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/report"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }

    /// Makes a report with every verdict in it and hostile text.
    pub(crate) fn every_verdict() -> Report {
        let mut error = judged("fault/mute", Verdict::Error, Vec::new());
        error.problem = Some(Text::new("カードなし\u{202e}", "no card\u{202e}"));
        Report::new(vec![
            judged(
                "pin/correct",
                Verdict::Pass,
                vec![finding("IDV-02", Verdict::Pass, &[12, 17])],
            ),
            judged(
                "certificate/border#last-day",
                Verdict::Fail,
                vec![
                    finding("IDV-02", Verdict::Pass, &[3]),
                    finding("CERT-03", Verdict::Fail, &[4, 5]),
                ],
            ),
            judged(
                "silent",
                Verdict::Inconclusive,
                vec![finding("OUT-01", Verdict::Inconclusive, &[])],
            ),
            error,
            judged(
                "old/limit",
                Verdict::NotApplicable,
                vec![finding("CONS-01", Verdict::NotApplicable, &[])],
            ),
        ])
    }

    #[test]
    fn a_fail_is_not_hidden_by_an_error_of_ours() {
        let scenario = judged(
            "x",
            Verdict::Error,
            vec![finding("IDV-02", Verdict::Fail, &[1])],
        );
        assert!(Report::new(vec![scenario]).failed(false));
    }

    #[test]
    fn the_summary_counts_every_scenario_once() {
        let summary = every_verdict().summary;
        let counts = [
            summary.pass,
            summary.inconclusive,
            summary.fail,
            summary.error,
            summary.not_applicable,
        ];
        assert_eq!(counts, [1; 5]);
    }

    #[test]
    fn the_seed_is_that_of_all_or_of_none() {
        let mut report = every_verdict();
        assert_eq!(report.seed, Some(7));
        report.scenarios[1].seed = 8;
        assert_eq!(Report::new(report.scenarios).seed, None);
    }
}
