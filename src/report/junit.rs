//! The report as JUnit XML, for continuous-integration servers.
//!
//! A test case per scenario, its folder as class name. Fail is a failure, inconclusive and error
//! are errors, not applicable is skipped. No times: the virtual clock has none worth comparing.

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::{Judged, Report};
use crate::eligibility::Text;
use crate::judge::Verdict;
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
    case
}

fn status(judged: &Judged) -> TestCaseStatus {
    let mut status = match judged.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::NotApplicable => TestCaseStatus::skipped(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive | Verdict::Error => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
    };
    let lines = lines(judged);
    status.set_type(judged.verdict.name());
    status.set_message(lines.first().map_or("", String::as_str));
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
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let problem = judged.problem.iter().map(both);
    problem
        .chain(findings.into_iter().map(|finding| {
            let entries = match finding.entries.as_slice() {
                [] => String::new(),
                list => format!(" [entries {}]", super::text::entries(list)),
            };
            format!(
                "{} {} ({}, {}, {}): {}{entries}",
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
    use crate::report::tests::{approve, every_verdict};

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
}
