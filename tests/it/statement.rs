//! `--statement`: what a reader lacks is not applicable, what it claims is judged; and the examples
//! of `docs/statement.md`.

use std::path::Path;

use serde_json::Value;

use super::document::{blocks, run_examples};
use super::{file, text, uketsuke};

const DOCUMENT: &str = include_str!("../../docs/statement.md");

fn statement(folder: &Path, name: &str, rest: &str) -> String {
    let text_of = format!("version: 1\nreader: Kiosk 9 (made up)\n{rest}\n");
    text(&file(folder, name, &text_of)).to_owned()
}

/// Plays a scenario with a fault and returns where its transcript is.
fn recorded(folder: &Path, id: &str, fault: &str) -> String {
    let out = folder.join(fault);
    let args = ["run", id, "--fault", fault, "--transcripts", text(&out)];
    uketsuke(&args).ends_with(1);
    text(&out.join(format!("{id}.ndjson"))).to_owned()
}

/// Judges a transcript under a statement, and returns what is said of it.
fn judged(transcript: &str, statement: &str) -> Value {
    let args = ["judge", transcript, "--statement", statement];
    let ran = uketsuke(&[&args[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["statement"]["reader"], "Kiosk 9 (made up)");
    report["scenarios"][0].clone()
}

/// Returns verdict and message of the reader on a row, by the rule itself.
fn on(scenario: &Value, id: &str) -> (String, String) {
    let findings = scenario["findings"].as_array().unwrap().iter();
    let mut of_row = findings.filter(|it| {
        it["requirement"] == id && it["subject"] == "reader" && it.get("step").is_none()
    });
    let finding = of_row.next().unwrap();
    let said = |value: &Value| value.as_str().unwrap().to_owned();
    (said(&finding["verdict"]), said(&finding["message"]["en"]))
}

#[test]
fn what_is_claimed_and_not_done_fails_and_what_is_lacking_does_not_apply() {
    let cases = [
        (
            "registration/on-the-spot",
            "registration-not-offered",
            "REG-01",
            "registration: false",
        ),
        ("face/match", "pin-not-offered", "IDV-16", "identity: [pin]"),
        (
            "pin/locked-then-face",
            "locked-pin-ends-visit",
            "IDV-07",
            "identity: [pin]",
        ),
        (
            "consent/agree-to-all",
            "agree-to-some",
            "CONS-11",
            "agree-to-all: false",
        ),
        (
            "visual/staff-mismatch",
            "staff-word-ignored",
            "IDV-19",
            "identity: [pin, face]",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let all = statement(folder.path(), "all.yaml", "");
    for (id, fault, row, lacking) in cases {
        // A breach of a convention counts with --conventions alone.
        let out = folder.path().join(fault);
        let args = [
            "run",
            id,
            "--fault",
            fault,
            "--conventions",
            "--transcripts",
            text(&out),
        ];
        uketsuke(&args).ends_with(1);
        let transcript = text(&out.join(format!("{id}.ndjson"))).to_owned();
        let claimed = uketsuke(&[
            "judge",
            &transcript,
            "--statement",
            &all,
            "--conventions",
            "--format",
            "json",
        ])
        .ends_with(1);
        let claimed: Value = serde_json::from_str(&claimed.stdout).unwrap();
        assert_eq!(on(&claimed["scenarios"][0], row).0, "fail", "{fault}");
        let some = statement(folder.path(), "some.yaml", lacking);
        // Other rows may fail beside it, and the backend may have done its part.
        let (verdict, message) = on(&judged(&transcript, &some), row);
        assert_eq!(verdict, "not-applicable", "{fault}");
        assert!(
            message.contains("the statement says that the reader has no"),
            "{message}"
        );
    }
}

#[test]
fn what_is_forbidden_stays_forbidden() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = recorded(folder.path(), "face/match", "my-number-read");
    let without = statement(folder.path(), "s.yaml", "identity: [pin]");
    let scenario = judged(&transcript, &without);
    assert_eq!(scenario["verdict"], "fail");
    assert_eq!(on(&scenario, "ACC-02").0, "fail");
    assert_eq!(on(&scenario, "IDV-16").0, "not-applicable");
}

#[test]
fn a_scenario_that_needs_what_is_lacking_is_not_played() {
    let folder = tempfile::tempdir().unwrap();
    let path = statement(folder.path(), "s.yaml", "identity: [pin]");
    let out = folder.path().join("out");
    let args = ["run", "face/match", "pin/correct", "--statement", &path];
    let more = ["--format", "json", "--transcripts", text(&out)];
    let ran = uketsuke(&[&args[..], &more].concat()).ends_with(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["summary"]["not-applicable"], 1);
    let why = report["scenarios"][0]["problem"]["en"].as_str().unwrap();
    assert_eq!(why, "the statement says that the reader has no face check");
    assert!(!out.join("face/match.ndjson").exists());
    assert_eq!(report["scenarios"][1]["verdict"], "pass");
    // In PIN mode alone nothing is asked of the choice.
    assert_eq!(on(&report["scenarios"][1], "IDV-16").0, "not-applicable");
}

#[test]
fn every_format_prints_the_statement_and_transcripts_carry_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = statement(folder.path(), "s.yaml", "phones: []");
    let out = folder.path().join("out");
    let args = [
        "run",
        "pin/correct",
        "--statement",
        &path,
        "--transcripts",
        text(&out),
    ];
    let ran = uketsuke(&args).ends_with(0);
    assert!(
        ran.stdout
            .contains("statement: Kiosk 9 (made up): it has no Android phone, no iPhone"),
        "{}",
        ran.stdout
    );
    let transcript = out.join("pin/correct.ndjson");
    let header = std::fs::read_to_string(&transcript).unwrap();
    let header: Value = serde_json::from_str(header.lines().next().unwrap()).unwrap();
    assert_eq!(header["statement"]["phones"], serde_json::json!([]));
    for format in ["text", "json", "ndjson", "junit"] {
        let args = ["judge", text(&transcript), "--format", format];
        let stdout = uketsuke(&args).ends_with(0).stdout;
        assert!(stdout.contains("Kiosk 9 (made up)"), "{format}: {stdout}");
    }
    let other = folder.path().join("other");
    uketsuke(&["run", "pin/given-up", "--transcripts", text(&other)]).ends_with(0);
    let other = other.join("pin/given-up.ndjson");
    let mixed = ["judge", text(&transcript), text(&other)];
    let ran = uketsuke(&mixed).ends_with(2);
    assert!(
        ran.stderr.contains("different statements"),
        "{}",
        ran.stderr
    );
    uketsuke(&[&mixed[..], &["--statement", &path]].concat()).ends_with(0);
}

#[test]
fn what_is_no_statement_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = statement(folder.path(), "s.yaml", "phonse: []");
    for command in ["run", "judge"] {
        let transcript = super::transcript(folder.path(), "pin/correct");
        let what = match command {
            "run" => "pin/correct",
            _ => text(&transcript),
        };
        let ran = uketsuke(&[command, what, "--statement", &path]).ends_with(3);
        assert!(ran.stderr.contains("s.yaml:3:1: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("3 | phonse: []"), "{}", ran.stderr);
        uketsuke(&[command, what, "--statement", "/nowhere"]).ends_with(3);
    }
}

#[test]
fn every_example_of_the_document_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "kiosk.yaml", &blocks(DOCUMENT, "yaml")[0]);
    let (commands, lines) = run_examples(DOCUMENT, folder.path());
    assert!(commands == 5 && lines == 8, "{commands} {lines}");
}
