//! `matrix`: which requirement catches which fault.

use serde_json::Value;

use super::{text, uketsuke};

#[test]
fn a_fault_that_is_caught_ends_with_0_and_says_where() {
    let ran = uketsuke(&["matrix", "--fault", "registered-although-not-recorded"]).ends_with(0);
    assert!(ran.stdout.contains("SIMULATION"), "{}", ran.stdout);
    assert!(ran.stdout.contains("REG-07"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("registration/nothing-recorded-yet"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_fault_that_nothing_catches_ends_with_1() {
    // Nobody answers there, so that a fault in its answers cannot show.
    let nobody = "fhir:http://127.0.0.1:1/fhir";
    let ran = uketsuke(&["matrix", "--fault", "limit-withheld", "--backend", nobody]).ends_with(1);
    assert!(ran.stdout.contains("missed"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("0 of 1 faults caught"),
        "{}",
        ran.stdout
    );
}

#[test]
fn json_and_markdown_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("matrix.json");
    let select = ["matrix", "--requirement", "REG-05", "--subject", "backend"];
    let json = [&select[..], &["--format", "json", "--output", text(&path)]].concat();
    assert!(uketsuke(&json).ends_with(0).stdout.is_empty());
    let json: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let coverage = json["coverage"].as_array().unwrap();
    assert_eq!(coverage.len(), 1);
    assert_eq!(coverage[0]["requirement"], "REG-05");
    let row = &coverage[0]["mutants"][0];
    assert_eq!(row["fault"], "registered-although-withheld");
    assert_eq!(row["outcome"], "caught");
    let markdown = [&select[..], &["--format", "markdown"]].concat();
    let page = uketsuke(&markdown).ends_with(0).stdout;
    assert!(
        page.contains("| `registered-although-withheld` |"),
        "{page}"
    );
}

#[test]
fn what_is_no_fault_is_a_usage_error_that_names_the_nearest() {
    // `down` breaks no requirement: silence is inconclusive.
    for name in ["grace-forgoten", "down"] {
        let ran = uketsuke(&["matrix", "--fault", name]).ends_with(2);
        assert!(ran.stderr.contains("did you mean"), "{}", ran.stderr);
    }
    let ran = uketsuke(&["matrix", "--fault", "grace-forgoten"]);
    assert!(ran.stderr.contains("grace-forgotten"), "{}", ran.stderr);
}
