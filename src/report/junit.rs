//! The report as JUnit XML, for continuous-integration servers.
//!
//! A test case per scenario, its folder as class name. Fail is a failure, inconclusive and error
//! are errors, not applicable is skipped. A scenario that failed in nothing but known deviations is
//! skipped too, with reason and date as its message: that is what servers show apart without
//! turning red, and how other test tools report an expected failure. No times: the virtual clock
//! has none worth comparing.

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::known::State;
use super::{Judged, Report};
use crate::eligibility::Text;
use crate::judge::{Deviation, Verdict};
use crate::sanitise;

/// The class name of a scenario that stands in no folder.
const TOP: &str = "scenarios";

/// The report cannot be written as XML.
#[derive(Debug, thiserror::Error)]
#[error("the JUnit report cannot be written: {0}")]
pub struct JunitError(#[from] quick_junit::SerializeError);

/// Returns the report as JUnit XML.
///
/// # Errors
///
/// [`JunitError`] where the XML writer gives up.
pub fn render(report: &Report) -> Result<String, JunitError> {
    let mut suite = TestSuite::new("uketsuke");
    suite.add_property(Property::new("simulation", report.simulation.as_str()));
    suite.add_property(Property::new("tool", report.tool.as_str()));
    if let Some(backend) = &report.backend {
        suite.add_property(Property::new("backend", &*sanitise::one_line(backend)));
    }
    if let Some(statement) = &report.statement {
        let text = both(&statement.summary());
        suite.add_property(Property::new("statement", text.as_str()));
    }
    for account in &report.known {
        let state = match account.state {
            State::Active => continue,
            State::Expired => "known-expired",
            State::Stale => "known-stale",
        };
        let (id, until) = (account.requirement, account.until);
        let text = format!("{id} until {until}: {}", account.reason);
        suite.add_property(Property::new(state, &*sanitise::one_line(&text)));
    }
    suite.add_test_cases(report.scenarios.iter().map(case));
    let mut junit = quick_junit::Report::new(report.tool.as_str());
    junit.add_test_suite(suite);
    Ok(junit.to_string()?)
}

fn case(judged: &Judged) -> TestCase {
    let (folder, name) = judged.id.rsplit_once('/').unwrap_or((TOP, &judged.id));
    let mut case = TestCase::new(&*sanitise::one_line(name), status(judged));
    case.set_classname(&*sanitise::one_line(folder));
    case.add_property(Property::new("title", both(&judged.title)));
    case.add_property(Property::new("seed", judged.seed.to_string()));
    if let Some(transcript) = &judged.transcript {
        case.add_property(Property::new(
            "transcript",
            &*sanitise::one_line(transcript),
        ));
    }
    for id in &judged.requirements {
        case.add_property(Property::new("requirement", id.to_string()));
    }
    let mut failed: Vec<_> = judged
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
        .map(|finding| (finding.requirement, finding.is_accepted()))
        .collect();
    failed.sort_unstable();
    failed.dedup();
    for (id, accepted) in failed {
        let name = if accepted {
            "known-requirement"
        } else {
            "failed-requirement"
        };
        case.add_property(Property::new(name, id.to_string()));
    }
    case
}

fn status(judged: &Judged) -> TestCaseStatus {
    let mut status = match judged.without_known.unwrap_or(judged.verdict) {
        _ if judged.is_known() => TestCaseStatus::skipped(),
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::NotApplicable => TestCaseStatus::skipped(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive | Verdict::Error => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
    };
    let lines = lines(judged);
    status.set_type(match judged.is_known() {
        true => "known",
        false => judged.without_known.unwrap_or(judged.verdict).name(),
    });
    let first = lines.first().and_then(|text| text.lines().next());
    status.set_message(first.unwrap_or_default());
    status.set_description(lines.join("\n"));
    status
}

/// Returns what led to the verdict, the worst first.
fn lines(judged: &Judged) -> Vec<String> {
    let mut findings: Vec<_> = judged
        .findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Pass)
        .collect();
    findings.sort_by_key(|finding| {
        // Of what failed, what is new comes first.
        (std::cmp::Reverse(finding.verdict), finding.is_accepted())
    });
    let problem = judged.problem.iter().map(both);
    problem
        .chain(findings.into_iter().map(|finding| {
            let entries = match finding.entries.as_slice() {
                [] => String::new(),
                list => format!(" [entries {}]", super::text::entries(list)),
            };
            let known = finding.known.as_ref().map(known);
            let differences = finding.differences.iter().map(|it| {
                let (field, expected, got) = (&it.field, &it.expected, &it.got);
                let text = format!("{field}: expected {expected}, got {got}");
                format!("\n  {}", sanitise::one_line(&text))
            });
            let source = Some(&finding.source)
                .filter(|source| finding.verdict == Verdict::Fail && !source.is_empty())
                .map(|source| format!("\n  source {source}"));
            let details: String = differences.chain(source).collect();
            format!(
                "{}{} {} ({}, {}, {}): {}{entries}{details}",
                known.unwrap_or_default(),
                finding.verdict.word(),
                finding.requirement,
                finding.subject,
                finding.level,
                finding.confidence,
                both(&finding.message)
            )
        }))
        .collect()
}

/// Says that a breach is known, in front of it.
fn known(known: &Deviation) -> String {
    let (until, reason) = (known.until, sanitise::one_line(&known.reason));
    if known.expired {
        format!("known deviation, expired on {until} ({reason}): ")
    } else {
        format!("known deviation until {until} ({reason}): ")
    }
}

/// Returns both languages, as every machine format carries them.
fn both(text: &Text) -> String {
    format!(
        "{} / {}",
        sanitise::one_line(&text.en),
        sanitise::one_line(&text.ja)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Difference;
    use crate::report::tests::{approve, every_verdict, finding, judged};

    #[test]
    fn each_verdict_has_its_place_and_the_xml_is_read_back() {
        let xml = render(&every_verdict()).unwrap();
        assert!(!xml.contains('\u{1b}'));
        let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        assert_eq!((read.tests, read.failures, read.errors), (5, 1, 2));
        let skipped = |case: &&TestCase| matches!(case.status, TestCaseStatus::Skipped { .. });
        assert_eq!(
            read.test_suites[0]
                .test_cases
                .iter()
                .filter(skipped)
                .count(),
            1
        );
        approve("junit", &xml);
    }

    #[test]
    fn the_folder_is_the_class_and_the_case_stays_with_the_name() {
        let read =
            quick_junit::Report::deserialize_from_str(&render(&every_verdict()).unwrap()).unwrap();
        let names: Vec<String> = read.test_suites[0]
            .test_cases
            .iter()
            .map(|case| {
                format!(
                    "{}|{}",
                    case.classname.as_ref().unwrap().as_str(),
                    case.name.as_str()
                )
            })
            .collect();
        assert_eq!(
            names,
            [
                "pin|correct",
                "certificate|border#last-day",
                "scenarios|silent",
                "fault|mute",
                "old|limit"
            ]
        );
    }

    #[test]
    fn a_known_deviation_is_skipped_with_its_reason_and_an_expired_one_fails() {
        let text = concat!(
            "version: 1\nknown:\n",
            "  - { requirement: CERT-03, reason: T-1, until: 2026-12-31 }\n",
            "  - { requirement: IDV-02, reason: T-2, until: 2026-06-30 }\n",
            "  - { requirement: OUT-01, reason: T-3, until: 2026-12-31 }\n",
        );
        let document = crate::report::known::Document::parse(text, "known.yaml").unwrap();
        let mut scenarios = vec![
            judged(
                "a/one",
                Verdict::Fail,
                vec![finding("CERT-03", Verdict::Fail, &[4])],
            ),
            judged(
                "a/two",
                Verdict::Fail,
                vec![finding("IDV-02", Verdict::Fail, &[4])],
            ),
        ];
        scenarios[0].findings[0].differences = vec![Difference {
            field: "validity".to_owned(),
            expected: "valid".to_owned(),
            got: "no\u{1b}ne".to_owned(),
        }];
        let known = document.apply(&mut scenarios, "2026-11-22".parse().unwrap(), false);
        let report = Report {
            known,
            ..Report::new(scenarios)
        };
        let xml = render(&report).unwrap();
        let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        assert_eq!((read.tests, read.failures, read.errors), (2, 1, 0));
        approve("junit-known", &xml);
    }
}
