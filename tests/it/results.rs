//! Known deviations, rerun, and what a finding says, as a QA team uses them; and the examples of
//! `docs/results.md`.

use std::path::Path;

use serde_json::Value;

use super::document::{blocks, run_examples};
use super::{Ran, SCENARIO, file, text, uketsuke};

const DOCUMENT: &str = include_str!("../../docs/results.md");

/// A card inquiry that a backend with `stale-insurer` answers with the insurer of before.
const MOVED: [&str; 4] = [
    "run",
    "eligibility/new-insurer-by-card",
    "--fault",
    "stale-insurer",
];

fn with(args: &[&str], more: &[&str]) -> Ran {
    uketsuke(&[args, more].concat())
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr))
}

fn known(folder: &Path, until: &str) -> String {
    let entry = format!("- {{ requirement: ELIG-01, reason: T-1, until: {until} }}");
    let path = file(
        folder,
        "known.yaml",
        &format!("version: 1\nknown:\n  {entry}\n"),
    );
    text(&path).to_owned()
}

#[test]
fn a_known_deviation_keeps_a_run_green_until_its_last_day() {
    let folder = tempfile::tempdir().unwrap();
    let report = json(&with(&MOVED, &["--format", "json"]).ends_with(1));
    assert_eq!(report["summary"]["fail"], 1);
    assert!(report["summary"].get("known").is_none());
    assert!(report.get("known").is_none());

    let path = known(folder.path(), "9999-12-31");
    let ran = with(&MOVED, &["--format", "json", "--known", &path]).ends_with(0);
    let report = json(&ran);
    let summary = &report["summary"];
    assert_eq!(
        (&summary["fail"], &summary["known"]),
        (&0.into(), &1.into())
    );
    let scenario = &report["scenarios"][0];
    assert_eq!(scenario["verdict"], "fail");
    assert_eq!(scenario["without-known"], "pass");
    let findings = scenario["findings"].as_array().unwrap();
    let failed: Vec<&Value> = findings
        .iter()
        .filter(|it| it["verdict"] == "fail")
        .collect();
    assert!(!failed.is_empty());
    for finding in failed {
        assert_eq!(finding["known"]["reason"], "T-1");
        assert_eq!(finding["known"]["until"], "9999-12-31");
        assert_eq!(finding["source"], "E §1.7");
    }
    assert_eq!(report["known"][0]["state"], "active");

    let path = known(folder.path(), "2026-01-31");
    let ran = with(&MOVED, &["--format", "json", "--known", &path]).ends_with(1);
    let report = json(&ran);
    assert_eq!(report["known"][0]["state"], "expired");
    assert_eq!(report["scenarios"][0]["without-known"], Value::Null);
    let said = with(&MOVED, &["--known", &path]).ends_with(1).stdout;
    assert!(said.contains("expired on 2026-01-31"), "{said}");
}

#[test]
fn every_format_says_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = known(folder.path(), "9999-12-31");
    for (format, said) in [
        ("text", "known deviation until 9999-12-31: T-1"),
        ("ndjson", r#""state":"active""#),
        ("junit", r#"type="known""#),
    ] {
        let ran = with(&MOVED, &["--format", format, "--known", &path]).ends_with(0);
        assert!(ran.stdout.contains(said), "{format}: {}", ran.stdout);
        assert!(ran.stdout.contains("T-1"), "{format}");
        assert!(ran.stderr.contains("1 known"), "{}", ran.stderr);
    }
}

#[test]
fn an_entry_that_met_nothing_is_stale_and_fails_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = known(folder.path(), "2020-01-01");
    let args = ["run", "eligibility/new-insurer-by-card", "--known", &path];
    let said = uketsuke(&args).ends_with(0).stdout;
    assert!(
        said.contains("stale     ELIG-01   not met in the 1"),
        "{said}"
    );
}

#[test]
fn a_bad_file_of_known_deviations_stops_the_run_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let line = "  - { requirement: ELIG-99, reason: r, until: 9999-12-31 }";
    let path = file(
        folder.path(),
        "bad.yaml",
        &format!("version: 1\nknown:\n{line}\n"),
    );
    for command in ["run", "judge"] {
        let transcript = super::transcript(folder.path(), "pin/correct");
        let what = match command {
            "run" => "pin/correct",
            _ => text(&transcript),
        };
        let ran = uketsuke(&[command, what, "--known", text(&path)]).ends_with(3);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("bad.yaml:3:"), "{}", ran.stderr);
        assert!(
            ran.stderr.contains(&format!("3 | {line}")),
            "{}",
            ran.stderr
        );
    }
    let gone = folder.path().join("gone.yaml");
    let ran = with(&MOVED, &["--known", text(&gone)]).ends_with(3);
    assert!(ran.stderr.contains("gone.yaml"), "{}", ran.stderr);
}

#[test]
fn a_recorded_transcript_is_judged_with_known_deviations() {
    let folder = tempfile::tempdir().unwrap();
    let transcripts = folder.path().join("transcripts");
    with(&MOVED, &["--transcripts", text(&transcripts)]).ends_with(1);
    let transcript = transcripts.join("eligibility/new-insurer-by-card.ndjson");
    let args = ["judge", text(&transcript)];
    uketsuke(&args).ends_with(1);
    let path = known(folder.path(), "9999-12-31");
    with(&args, &["--known", &path]).ends_with(0);
}

#[test]
fn what_failed_is_played_again_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let select = [
        "run",
        "--requirement",
        "ELIG-01",
        "--fault",
        "stale-insurer",
    ];
    for format in ["json", "ndjson"] {
        let report = path(format);
        let report = text(&report);
        let args = ["--format", format, "--output", report];
        with(&select, &args).ends_with(1);
        let first = json(&with(&select, &["--format", "json"]).ends_with(1));
        let failed: Vec<&Value> = first["scenarios"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["verdict"] == "fail")
            .map(|it| &it["id"])
            .collect();
        assert!(failed.len() > 1);
        let again = uketsuke(&["run", "--rerun", report, "--format", "json"]).ends_with(0);
        let again = json(&again);
        let scenarios = again["scenarios"].as_array().unwrap();
        let played: Vec<&Value> = scenarios.iter().map(|it| &it["id"]).collect();
        assert_eq!(played, failed, "{format}");
        // Together with a name, both select.
        let one = [
            "run",
            "today",
            "pin/correct",
            "eligibility/new-insurer-by-card",
        ];
        let some = with(
            &one[..1],
            &[one[3], one[2], "--rerun", report, "--format", "json"],
        );
        let some = json(&some.ends_with(0));
        assert_eq!(some["scenarios"].as_array().unwrap().len(), 1);
        assert_eq!(some["scenarios"][0]["id"], one[3]);
    }
    let passed = path("passed.json");
    let args = [
        "run",
        "pin/correct",
        "--format",
        "json",
        "--output",
        text(&passed),
    ];
    uketsuke(&args).ends_with(0);
    let ran = uketsuke(&["run", "--rerun", text(&passed)]).ends_with(4);
    assert!(
        ran.stderr.contains("nothing to play again"),
        "{}",
        ran.stderr
    );
}

#[test]
fn scenarios_that_are_gone_are_named() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "in/a.yaml", SCENARIO);
    let scenarios = folder.path().join("in");
    let report = |ids: &[&str]| {
        let scenarios: Vec<String> = ids
            .iter()
            .map(|id| format!(r#"{{"id":"{id}","verdict":"inconclusive"}}"#))
            .collect();
        let report = format!(r#"{{"scenarios":[{}]}}"#, scenarios.join(","));
        file(folder.path(), "report.json", &report)
    };
    let rerun = |path: &Path| uketsuke(&["run", text(&scenarios), "--rerun", text(path)]);
    let ran = rerun(&report(&["a", "b/gone"])).ends_with(0);
    assert!(ran.stderr.contains("b/gone"), "{}", ran.stderr);
    let ran = rerun(&report(&["b/gone"])).ends_with(4);
    assert!(ran.stderr.contains("b/gone"), "{}", ran.stderr);
    let broken = file(folder.path(), "broken.json", "{\n\"scenarios\": 1\n");
    let ran = rerun(&broken).ends_with(3);
    assert!(
        ran.stderr.contains("broken.json: line 2: "),
        "{}",
        ran.stderr
    );
}

/// Runs each command of the document in its order, in a folder with the file that it shows.
#[test]
fn every_example_of_the_document_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let yaml = blocks(DOCUMENT, "yaml");
    // The day in the document passes some time.
    let lasting = yaml[0].replace("2027-03-31", "9999-12-31");
    assert_ne!(lasting, yaml[0]);
    file(folder.path(), "known.yaml", &lasting);
    let (commands, lines) = run_examples(DOCUMENT, folder.path());
    assert!(commands >= 6 && lines >= 12, "{commands} {lines}");
    let report = std::fs::read_to_string(folder.path().join("nightly.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let shown: Value = serde_json::from_str(&blocks(DOCUMENT, "json")[0]).unwrap();
    let scenarios = report["scenarios"].as_array().unwrap().iter();
    let mut differences = scenarios
        .flat_map(|it| it["findings"].as_array().unwrap())
        .filter_map(|it| it["differences"].as_array())
        .flatten();
    assert!(differences.any(|it| *it == shown));
}
