//! Every way in which a command can end.

use serde_json::Value;

use super::{SCENARIO, file, text, transcript, uketsuke};

/// The code that a report stands for, from its summary alone (design §5).
fn code_of(report: &Value) -> i32 {
    let count = |verdict: &str| report["summary"][verdict].as_u64().unwrap();
    match (
        count("fail"),
        count("inconclusive") + count("error"),
        count("pass"),
    ) {
        (1.., ..) => 1,
        (_, 1.., _) => 5,
        (_, _, 0) => 4,
        _ => 0,
    }
}

#[test]
fn a_run_ends_as_its_report_says() {
    let ran = uketsuke(&["run", "pin/correct", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, code_of(&report), "{}", ran.stdout);
}

#[test]
fn a_judgement_ends_as_its_report_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), "pin/correct");
    let ran = uketsuke(&["judge", text(&path), "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, code_of(&report), "{}", ran.stdout);
    assert_eq!(report["scenarios"][0]["id"], "pin/correct");
    // Nothing was ever shown to a patient in it.
    assert_ne!(ran.code, 0);
}

#[test]
fn what_is_asked_wrongly_is_a_usage_error() {
    for args in [
        &["fly"][..],
        &["run", "--no-such-option"],
        &["run", "--format", "pdf"],
        &["run", "--jobs", "0"],
        &["run", "--requirement", "CERT-99"],
        &["run", "--backend", "fhir:ftp://127.0.0.1:1"],
        &["run", "--backend", "oqs:no/such/folder"],
        &["run", "--backend", "process:no-such-program"],
        &["run", "--reader", "process:x"],
        &["show", "CERT-99"],
        &["show"],
        &["judge"],
        &["schema", "everything"],
        &["completions", "command.com"],
        &["play"],
        &[],
    ] {
        let ran = uketsuke(args).ends_with(2);
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn an_unknown_backend_is_named_with_what_there_is() {
    let ran = uketsuke(&["run", "--backend", "soap:x"]).ends_with(2);
    assert!(ran.stderr.contains("embedded"), "{}", ran.stderr);
}

#[test]
fn a_backend_that_is_not_there_leaves_everything_undecided() {
    let ran =
        uketsuke(&["run", "pin/correct", "--backend", "fhir:http://127.0.0.1:1"]).ends_with(5);
    assert!(ran.stdout.contains("INCONCLUSIVE"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("FAIL"), "{}", ran.stdout);
}

#[test]
fn without_a_terminal_the_ui_points_to_run() {
    let ran = uketsuke(&["play", "pin/correct"]).ends_with(2);
    assert!(ran.stderr.contains("uketsuke run"), "{}", ran.stderr);
}

#[test]
fn an_unknown_scenario_is_invalid_and_the_nearest_is_named() {
    for command in ["run", "show", "lint", "play"] {
        let ran = uketsuke(&[command, "pin/corect"]).ends_with(3);
        // What `lint` finds is its result.
        let said = if command == "lint" {
            &ran.stdout
        } else {
            &ran.stderr
        };
        assert!(said.contains("did you mean pin/correct?"), "{said}");
    }
    let ran = uketsuke(&["run", "pin/correct#last-day"]).ends_with(3);
    assert!(ran.stderr.contains("no case"), "{}", ran.stderr);
}

#[test]
fn one_broken_file_stops_the_run_before_anything_is_played_or_written() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "in/good.yaml", SCENARIO);
    file(folder.path(), "in/bad.yaml", "title: 1\n");
    file(folder.path(), "in/worse.yaml", "steps: 1\n");
    let before = file(folder.path(), "out/report.json", "before");
    let transcripts = folder.path().join("transcripts");
    let ran = uketsuke(&[
        "run",
        text(&folder.path().join("in")),
        "--format",
        "json",
        "--output",
        text(&before),
        "--transcripts",
        text(&transcripts),
    ])
    .ends_with(3);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("bad.yaml:1:"), "{}", ran.stderr);
    assert!(ran.stderr.contains("worse.yaml:1:"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(&before).unwrap(), "before");
    assert!(!transcripts.exists());
}

#[test]
fn two_scenarios_of_one_id_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let one = file(folder.path(), "one/x.yaml", SCENARIO);
    let two = file(folder.path(), "two/x.yaml", SCENARIO);
    let ran = uketsuke(&["run", text(&one), text(&two)]).ends_with(3);
    assert!(ran.stderr.contains("both scenario \"x\""), "{}", ran.stderr);
}

#[test]
fn a_transcript_with_holes_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let good = transcript(folder.path(), "pin/correct");
    let header = std::fs::read_to_string(&good).unwrap();
    let entry = r#"{"n":2,"at":"2025-12-20T09:15:00+09:00","visit":0,"from":"harness","to":"harness","kind":"fault","data":"x"}"#;
    let holes = file(folder.path(), "holes.ndjson", &format!("{header}{entry}\n"));
    let ran = uketsuke(&["judge", text(&good), text(&holes)]).ends_with(3);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("holes.ndjson: line 2"),
        "{}",
        ran.stderr
    );
    uketsuke(&["judge", "no/such/file"]).ends_with(3);
}

#[test]
fn a_transcript_is_judged_against_one_other_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), "pin/correct");
    let other = file(folder.path(), "other.yaml", SCENARIO);
    let ran = uketsuke(&[
        "judge",
        text(&path),
        "--scenario",
        text(&other),
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["scenarios"][0]["id"], "other");
    file(folder.path(), "many/a.yaml", SCENARIO);
    file(folder.path(), "many/b.yaml", SCENARIO);
    let many = folder.path().join("many");
    let ran = uketsuke(&["judge", text(&path), "--scenario", text(&many)]).ends_with(2);
    assert!(ran.stderr.contains("2 scenarios"), "{}", ran.stderr);
}

#[test]
fn selecting_nothing_has_a_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let empty = text(folder.path());
    uketsuke(&["run", "--tag", "no-such-tag"]).ends_with(4);
    uketsuke(&["run", empty]).ends_with(4);
    uketsuke(&["lint", empty]).ends_with(4);
    uketsuke(&["play", empty]).ends_with(4);
}

#[test]
fn tags_and_requirements_select() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "a.yaml", SCENARIO);
    file(
        folder.path(),
        "b.yaml",
        &SCENARIO
            .replace("smoke", "other")
            .replace("IDV-02", "IDV-01"),
    );
    let ids = |args: &[&str]| {
        let mut all = vec!["run", text(folder.path()), "--format", "json"];
        all.extend(args);
        let report: Value = serde_json::from_str(&uketsuke(&all).stdout).unwrap();
        let scenarios = report["scenarios"].as_array().unwrap();
        let ids: Vec<String> = scenarios
            .iter()
            .map(|s| s["id"].as_str().unwrap().to_owned())
            .collect();
        ids.join(" ")
    };
    assert_eq!(ids(&[]), "a b");
    assert_eq!(ids(&["--tag", "smoke"]), "a");
    assert_eq!(ids(&["--tag", "smoke", "--tag", "other"]), "a b");
    assert_eq!(ids(&["--requirement", "IDV-01"]), "b");
}

#[test]
fn help_and_version_are_results() {
    let help = uketsuke(&["--help"]).ends_with(0);
    for line in ["  0  all pass", " 70  bug", "130  interrupted"] {
        assert!(help.stdout.contains(line), "{}", help.stdout);
    }
    assert!(help.stdout.contains("SIMULATION"));
    assert_eq!(uketsuke(&["--version"]).ends_with(0).stderr, "");
    uketsuke(&["run", "--help"]).ends_with(0);
}
