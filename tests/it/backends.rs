//! `run --backend`: what the command line makes of backends that others wrote.

use serde_json::Value;

use super::{file, program, text, uketsuke};

#[test]
fn what_is_no_backend_is_a_usage_error() {
    for spec in ["fihr:x", "fhir:ftp://127.0.0.1", "oqs:", "process:", ""] {
        let ran = uketsuke(&["run", "pin/correct", "--backend", spec]).ends_with(2);
        assert!(ran.stdout.is_empty(), "{spec}: {}", ran.stdout);
        assert!(ran.stderr.contains("--backend"), "{spec}: {}", ran.stderr);
    }
}

#[test]
fn options_of_a_foreign_backend_need_one() {
    let folder = tempfile::tempdir().unwrap();
    let some = file(folder.path(), "file", "x");
    for option in [
        ["--bindings", text(&some)],
        ["--timeout", "5"],
        ["--token-file", text(&some)],
        ["--ca", text(&some)],
    ] {
        let mut args = vec!["run", "pin/correct"];
        args.extend(option);
        let ran = uketsuke(&args).ends_with(2);
        assert!(ran.stderr.contains(option[0]), "{}", ran.stderr);
    }
    uketsuke(&["run", "pin/correct", "--backend", "embedded"]).ends_with(0);
}

#[test]
fn a_timeout_is_some_seconds() {
    for seconds in ["0", "601", "x"] {
        uketsuke(&["run", "--timeout", seconds]).ends_with(2);
    }
}

#[test]
fn a_bad_token_or_authority_is_said_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let token = file(folder.path(), "token", "two s3cret words");
    let args = ["run", "pin/correct", "--backend", "fhir:http://127.0.0.1:9"];
    let with = |more: [&str; 2]| {
        let mut all = args.to_vec();
        all.extend(more);
        uketsuke(&all)
    };
    let ran = with(["--token-file", text(&token)]).ends_with(3);
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
    let ran = with(["--ca", text(&token)]).ends_with(3);
    assert!(ran.stderr.contains("PEM"), "{}", ran.stderr);
    with(["--token-file", "/nowhere/token"]).ends_with(3);
    let mut command = program(&args);
    command.env("UKETSUKE_TOKEN", "two s3cret words");
    let ran = super::Ran::of(command.output().unwrap()).ends_with(3);
    assert!(ran.stderr.contains("UKETSUKE_TOKEN"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
}

#[test]
fn the_report_names_a_backend_only_where_others_wrote_it() {
    let ran = uketsuke(&["run", "pin/correct", "--format", "json"]).ends_with(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report.get("backend"), None);
}

#[test]
fn the_help_says_what_a_backend_may_be() {
    let help = uketsuke(&["run", "--help"]).ends_with(0).stdout;
    for part in [
        "fhir:URL",
        "oqs:DIR",
        "process:COMMAND",
        "--bindings",
        "UKETSUKE_TOKEN",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
}
