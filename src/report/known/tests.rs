//! Known deviations: what a file may say, and what comes of it.

use super::*;
use crate::report::Report;
use crate::report::tests::{finding, judged};
use crate::requirement::{Confidence, Level};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn file(entries: &str) -> Document {
    Document::parse(&format!("version: 1\nknown:\n{entries}"), "known.yaml").unwrap()
}

/// CERT-03 accepted until the end of 2026, everywhere.
fn everywhere() -> Document {
    file("  - { requirement: CERT-03, reason: T-1, until: 2026-12-31 }\n")
}

fn failing(id: &str, findings: Vec<Finding>) -> Judged {
    judged(id, Verdict::Fail, findings)
}

/// A scenario in which CERT-03 failed and nothing else is said.
fn plain(id: &str) -> Judged {
    failing(id, vec![finding("CERT-03", Verdict::Fail, &[4, 5])])
}

fn applied(document: &Document, mut scenarios: Vec<Judged>, today: &str) -> Report {
    let known = document.apply(&mut scenarios, day(today), false);
    Report {
        known,
        ..Report::new(scenarios)
    }
}

#[test]
fn a_known_deviation_keeps_its_verdict_and_counts_apart() {
    let report = applied(&everywhere(), vec![plain("a/b")], "2026-11-22");
    let scenario = &report.scenarios[0];
    assert_eq!(scenario.verdict, Verdict::Fail);
    assert_eq!(scenario.without_known, Some(Verdict::Pass));
    let known = scenario.findings[0].known.as_ref().unwrap();
    assert_eq!((known.reason.as_str(), known.expired), ("T-1", false));
    assert_eq!(known.until, day("2026-12-31"));
    assert_eq!((report.summary.fail, report.summary.known), (0, 1));
    assert!(!report.failed(false));
    let account = &report.known[0];
    assert_eq!(
        (account.state, account.failed, account.judged),
        (State::Active, 1, 1)
    );
}

#[test]
fn the_last_day_counts_and_the_day_after_fails_again() {
    for (today, accepted) in [
        ("2026-12-30", true),
        ("2026-12-31", true),
        ("2027-01-01", false),
    ] {
        let report = applied(&everywhere(), vec![plain("a/b")], today);
        assert_eq!(report.failed(false), !accepted, "{today}");
        assert_eq!(report.summary.known, usize::from(accepted), "{today}");
        let known = report.scenarios[0].findings[0].known.as_ref().unwrap();
        assert_eq!(known.expired, !accepted, "{today}");
        let expected = if accepted {
            State::Active
        } else {
            State::Expired
        };
        assert_eq!(report.known[0].state, expected, "{today}");
    }
}

#[test]
fn an_entry_in_force_goes_before_one_that_has_expired() {
    let document = file(concat!(
        "  - { requirement: CERT-03, reason: old, until: 2025-01-01 }\n",
        "  - { requirement: CERT-03, scenarios: [a/b], reason: new, until: 2026-12-31 }\n",
    ));
    let report = applied(&document, vec![plain("a/b"), plain("c")], "2026-11-22");
    let reason = |index: usize| {
        let finding = &report.scenarios[index].findings[0];
        finding.known.as_ref().unwrap().reason.clone()
    };
    assert_eq!((reason(0), reason(1)), ("new".to_owned(), "old".to_owned()));
    assert!(report.failed(false));
    assert_eq!((report.summary.fail, report.summary.known), (1, 1));
}

#[test]
fn another_breach_beside_it_still_fails() {
    let other = finding("IDV-02", Verdict::Fail, &[9]);
    let scenario = failing(
        "a/b",
        vec![finding("CERT-03", Verdict::Fail, &[4]), other.clone()],
    );
    let report = applied(&everywhere(), vec![scenario], "2026-11-22");
    assert!(report.failed(false));
    assert_eq!(report.scenarios[0].without_known, Some(Verdict::Fail));
    assert!(report.scenarios[0].findings[1].known.is_none());
    // What counts only with `--conventions` does not stand against it without.
    let convention = Finding {
        confidence: Confidence::Low,
        ..other.clone()
    };
    let advice = Finding {
        level: Level::Should,
        ..other
    };
    let scenario = || {
        let findings = vec![
            finding("CERT-03", Verdict::Fail, &[4]),
            convention.clone(),
            advice.clone(),
        ];
        failing("a/b", findings)
    };
    let report = applied(&everywhere(), vec![scenario()], "2026-11-22");
    assert_eq!(report.summary.known, 1);
    let mut strict = vec![scenario()];
    everywhere().apply(&mut strict, day("2026-11-22"), true);
    assert_eq!(strict[0].without_known, Some(Verdict::Fail));
}

#[test]
fn only_a_fail_can_be_known() {
    for verdict in [Verdict::Inconclusive, Verdict::Error] {
        let scenario = judged("a/b", verdict, vec![finding("CERT-03", verdict, &[4])]);
        let report = applied(&everywhere(), vec![scenario], "2026-11-22");
        assert_eq!(report.scenarios[0].without_known, None, "{verdict:?}");
        assert_eq!(report.scenarios[0].findings[0].known, None, "{verdict:?}");
        assert_eq!(report.summary.known, 0, "{verdict:?}");
        assert_eq!(report.known[0].state, State::Stale);
        assert_eq!(report.known[0].judged, 1);
    }
}

#[test]
fn what_was_undecided_before_the_breach_stays_undecided() {
    for (entries, left) in [
        (&[5, 6][..], Verdict::Pass),
        (&[6], Verdict::Pass),
        (&[], Verdict::Pass),
        (&[2, 4], Verdict::Pass),
        (&[2, 3], Verdict::Inconclusive),
    ] {
        let findings = vec![
            finding("CERT-03", Verdict::Fail, &[4, 5]),
            finding("ELIG-01", Verdict::Inconclusive, entries),
        ];
        let report = applied(&everywhere(), vec![failing("a/b", findings)], "2026-11-22");
        assert_eq!(report.scenarios[0].without_known, Some(left), "{entries:?}");
        let undecided = usize::from(left == Verdict::Inconclusive);
        assert_eq!(report.summary.inconclusive, undecided, "{entries:?}");
        assert!(!report.failed(false));
    }
}

#[test]
fn an_error_of_ours_hides_no_unknown_fail_and_shows_no_known_one() {
    let scenario = |id: &str| {
        let findings = vec![finding(id, Verdict::Fail, &[4])];
        judged("a/b", Verdict::Error, findings)
    };
    let known = applied(&everywhere(), vec![scenario("CERT-03")], "2026-11-22");
    assert!(!known.failed(false));
    assert_eq!((known.summary.error, known.summary.known), (1, 0));
    let other = applied(&everywhere(), vec![scenario("CERT-04")], "2026-11-22");
    assert!(other.failed(false));
}

#[test]
fn an_entry_that_meets_nothing_is_stale_and_says_what_was_judged() {
    let passing = judged(
        "a/b",
        Verdict::Pass,
        vec![finding("CERT-03", Verdict::Pass, &[4])],
    );
    let apart = judged(
        "a/c",
        Verdict::Pass,
        vec![finding("CERT-03", Verdict::NotApplicable, &[])],
    );
    let report = applied(&everywhere(), vec![passing, apart], "2027-06-01");
    let account = &report.known[0];
    assert_eq!(
        (account.state, account.failed, account.judged),
        (State::Stale, 0, 1)
    );
    assert!(!report.failed(false));
}

#[test]
fn an_entry_covers_its_subject_and_its_scenarios_alone() {
    let document =
        file("  - { requirement: CERT-03, subject: backend, reason: r, until: 2026-12-31 }\n");
    // The finding is about the reader.
    assert!(applied(&document, vec![plain("a/b")], "2026-11-22").failed(false));
    let document =
        file("  - { requirement: CERT-03, scenarios: [a/b], reason: r, until: 2026-12-31 }\n");
    assert!(!applied(&document, vec![plain("a/b")], "2026-11-22").failed(false));
    assert!(!applied(&document, vec![plain("a/b#one")], "2026-11-22").failed(false));
    assert!(applied(&document, vec![plain("a/bc")], "2026-11-22").failed(false));
}

#[test]
fn patterns_name_scenarios() {
    for (pattern, id, fits) in [
        ("a/b", "a/b", true),
        ("a/b", "a/b#case", true),
        ("a/b#case", "a/b#case", true),
        ("a/b#case", "a/b#other", false),
        ("a/*", "a/b#case", true),
        ("a/*", "ab", false),
        ("*", "anything", true),
        ("*border*", "a/border-day#x", true),
        ("a*c*e", "abcde", true),
        ("a*c*e", "abde", false),
        ("ab*ba", "aba", false),
        ("*#last", "a/b#last", true),
        ("A/B", "a/b", false),
    ] {
        assert_eq!(names(pattern, id), fits, "{pattern} {id}");
    }
}

/// What is wrong with a file, where, and what is said of it.
#[test]
fn a_bad_file_is_refused_with_place_and_line() {
    let entry = |entry: &str| format!("version: 1\nknown:\n  - {entry}\n");
    let good = "requirement: CERT-03, reason: r, until: 2026-12-31";
    let twice = format!("{{ {good} }}\n  - {{ {good} }}");
    for (text, place, said) in [
        ("".to_owned(), "", "begins with `version: 1`"),
        ("version: 2\n".to_owned(), ":1:10: ", "version 2"),
        ("version: 1\nknwon: []\n".to_owned(), ":2:1: ", "knwon"),
        (
            entry("{ requirement: CERT-99, reason: r, until: 2026-12-31 }"),
            ":3:",
            "CERT-99",
        ),
        (
            entry("{ requirement: CERT-03, reason: r, until: 2026-02-30 }"),
            ":3:",
            "02-30",
        ),
        (
            entry("{ requirement: CERT-03, until: 2026-12-31 }"),
            ":3:",
            "reason",
        ),
        (entry("{ requirement: CERT-03, reason: r }"), ":3:", "until"),
        (
            entry("{ requirement: CERT-03, reason: \" \", until: 2026-12-31 }"),
            ":3:37: ",
            "a reason is missing",
        ),
        (
            entry(&format!("{{ {good}, scenarios: [] }}")),
            ":3:70: ",
            "leave `scenarios` out",
        ),
        (
            entry(&format!("{{ {good}, subject: card }}")),
            ":3:68: ",
            "reader, backend",
        ),
        (entry(&twice), ":4:20: ", "keep one"),
    ] {
        let error = Document::parse(&text, "known.yaml")
            .unwrap_err()
            .to_string();
        let start = format!("known.yaml{place}");
        assert!(error.starts_with(&start), "{text}: {error}");
        assert!(error.contains(said), "{text}: {error}");
        if let Some(line) = text.lines().last().filter(|_| place.starts_with(":3")) {
            assert!(error.contains(&format!("3 | {line}")), "{error}");
        }
    }
}
