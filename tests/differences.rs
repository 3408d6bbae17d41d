//! What a faulty backend is blamed for says which field of the answer differs, what was expected
//! there and what was got.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use uketsuke::eligibility::Moment;
use uketsuke::fault::{FAULTS, Fault};
use uketsuke::judge::{Finding, Verdict, judge};
use uketsuke::library::Library;
use uketsuke::requirement::Subject;
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::Playable;

/// Rows whose breach is that something else than an answer of the right kind came, or that it came
/// in the wrong way: their differences need not name a field of the seam's messages.
const WITHOUT_FIELD: &[&str] = &[
    "CERT-01", "CERT-02", "CERT-06", "CERT-07", "CERT-10", "CERT-11", "DISC-09", "ELIG-11",
    "ELIG-14", "ELIG-15", "EMG-01", "EMG-02", "REG-02", "REG-05", "REG-07",
];

fn playables() -> &'static [Playable] {
    static PLAYABLES: OnceLock<Vec<Playable>> = OnceLock::new();
    PLAYABLES.get_or_init(|| {
        let library = Library::bundled().unwrap();
        let now: Moment = "2026-11-21T09:00:00+09:00".parse().unwrap();
        let sources = library.sources().iter();
        sources
            .flat_map(|source| source.playables(library.deck(), now).unwrap())
            .collect()
    })
}

/// Plays a fault in every scenario whose purpose is what it breaks, and in one in twenty others.
fn breaches(fault: &'static Fault) -> Vec<(String, Finding)> {
    let options = Options {
        fault: Some(fault),
        ..Options::default()
    };
    let audience = playables().iter().enumerate().filter(|(index, playable)| {
        let requirements = &playable.scenario.requirements;
        index.is_multiple_of(20) || requirements.contains(&fault.breaks)
    });
    audience
        .flat_map(|(_, playable)| {
            let transcript = play_blocking(playable, &options).unwrap();
            let judgement = judge(&transcript.header.scenario, &transcript);
            let id = &playable.scenario.id;
            let findings = judgement.findings.into_iter();
            findings
                .filter(|it| it.verdict == Verdict::Fail && it.subject == Subject::Backend)
                .map(|it| (format!("{} in {id}", fault.name), it))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn of_backends() -> &'static [(String, Finding)] {
    static BREACHES: OnceLock<Vec<(String, Finding)>> = OnceLock::new();
    BREACHES.get_or_init(|| {
        let faults = FAULTS.iter().filter(|it| it.subject() == Subject::Backend);
        faults.flat_map(breaches).collect()
    })
}

#[test]
fn every_breach_of_a_backend_says_what_differs() {
    let mut silent = Vec::new();
    for (place, finding) in of_backends() {
        let sound = |field: &str| !field.is_empty();
        let told = finding
            .differences
            .iter()
            .any(|it| sound(&it.field) && sound(&it.expected) && sound(&it.got));
        if !told || finding.differences.iter().any(|it| it.expected == it.got) {
            let (row, message) = (finding.requirement, &finding.message.en);
            silent.push(format!(
                "{place}: {row} {message}: {:?}",
                finding.differences
            ));
        }
    }
    assert!(of_backends().len() > 150, "{}", of_backends().len());
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn a_field_of_the_answer_is_named_but_for_the_rows_that_are_about_none() {
    let mut fields: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (_, finding) in of_backends() {
        // An expectation compares whatever the scenario states.
        if finding.step.is_none() {
            let named = fields.entry(finding.requirement.to_string()).or_default();
            named.extend(finding.differences.iter().map(|it| it.field.as_str()));
        }
    }
    let of_no_field = |field: &&str| {
        let words = ["answer", "elapsed"];
        words.contains(field) || field.starts_with("wire.")
    };
    let mut wrong = Vec::new();
    for (row, named) in &fields {
        let bare = named.iter().all(of_no_field);
        if bare != WITHOUT_FIELD.contains(&row.as_str()) {
            wrong.push(format!("{row}: named are {named:?}"));
        }
    }
    assert!(fields.len() > 25, "{fields:?}");
    assert!(wrong.is_empty(), "{}\n{fields:#?}", wrong.join("\n"));
}

#[test]
fn the_source_and_the_confidence_are_those_of_the_catalogue() {
    for (place, finding) in of_backends() {
        let row = uketsuke::requirement::catalogue()
            .by_id(finding.requirement)
            .unwrap();
        assert!(!row.source.is_empty());
        assert_eq!(finding.source, row.source, "{place}");
    }
}

/// A few breaches with the difference that their fault makes, as its description says.
#[test]
fn the_difference_is_the_one_that_the_fault_makes() {
    let mut missed = Vec::new();
    for (name, row, field, expected, got) in EXPECTED {
        let fault = Fault::named(name).unwrap_or_else(|| panic!("{name}"));
        let found = of_backends().iter().any(|(place, finding)| {
            place.starts_with(&format!("{} in ", fault.name))
                && finding.requirement.to_string() == *row
                && finding.differences.iter().any(|it| {
                    it.field == *field
                        && (expected.is_empty() || it.expected == *expected)
                        && (got.is_empty() || it.got == *got)
                })
        });
        let told: BTreeSet<String> = of_backends()
            .iter()
            .filter(|(place, _)| place.starts_with(&format!("{} in ", fault.name)))
            .map(|(_, it)| format!("{} {:?}", it.requirement, it.differences))
            .collect();
        if !found {
            missed.push(format!("{name}: {told:#?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Fault, row, field, expected, got; nothing where the scenario decides it.
const EXPECTED: &[(&str, &str, &str, &str, &str)] = &[
    ("limit-withheld", "CONS-07", "limit", "present", "absent"),
    (
        "address-shown",
        "DISC-03",
        "person.address",
        "absent",
        "present",
    ),
    (
        "preschool-unmarked",
        "ELIG-09",
        "qualification.preschool",
        "true",
        "",
    ),
    (
        "newer-exists-by-card",
        "ELIG-02",
        "validity",
        "invalid",
        "invalid-newer-exists",
    ),
    (
        "portal-shows-history",
        "DISC-06",
        "portal.exchange-history",
        "absent",
        "present",
    ),
    (
        "grace-to-the-day",
        "CERT-03",
        "answer",
        "",
        "refused (certificate-lapsed)",
    ),
    (
        "specific-disease-unasked",
        "CONS-14",
        "specific-diseases",
        "absent",
        "present",
    ),
    (
        "late-elderly-share-wrong",
        "ELIG-09",
        "qualification.share",
        "",
        "30",
    ),
    (
        "answers-not-carried-over",
        "CONS-09",
        "earlier.care",
        "",
        "absent",
    ),
    (
        "nobody-found-is-failure",
        "ELIG-05",
        "answer",
        "eligibility",
        "",
    ),
    (
        "unregistered-accepted",
        "REG-06",
        "registered",
        "false",
        "true",
    ),
    ("stale-insurer", "ELIG-01", "qualification.insurer", "", ""),
    (
        "registered-although-withheld",
        "REG-05",
        "answer",
        "refused",
        "registered",
    ),
    (
        "consent-times-missing",
        "CONS-02",
        "consents.care.until",
        "",
        "",
    ),
    (
        "number-called-invalid",
        "VAR-05",
        "validity",
        "valid",
        "invalid",
    ),
    (
        "unrecorded-ticket-invalid",
        "ELIG-10",
        "validity",
        "valid-unregistered",
        "invalid",
    ),
    (
        "medical-in-grace",
        "CERT-03",
        "consents.care.flag",
        "no",
        "given",
    ),
];
