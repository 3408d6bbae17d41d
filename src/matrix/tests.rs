//! What counts as a catch, and how the matrix is put into words.

use super::*;
use crate::wording::Language;

fn row(fault: &str, requirement: &str, outcome: Outcome) -> Row {
    Row {
        fault: fault.to_owned(),
        about: Text::new("何か", "something"),
        requirement: requirement.parse().unwrap(),
        subject: Subject::Backend,
        outcome,
        played: 5,
        shown: 2,
        caught_by: vec![Catch {
            scenario: "certificate/grace".to_owned(),
            by_rule: true,
        }],
        also_blamed: Vec::new(),
    }
}

fn backend(requirements: &[&str]) -> Selection {
    Selection {
        subjects: vec![Subject::Backend],
        requirements: requirements.iter().map(|id| id.parse().unwrap()).collect(),
        faults: Vec::new(),
    }
}

#[test]
fn a_must_rule_that_catches_no_fault_is_a_gap() {
    let of = |rows| Matrix::new(rows, &backend(&["CERT-03"]), "embedded");
    assert!(of(vec![row("one", "CERT-03", Outcome::Caught)]).holds());
    let none = of(Vec::new());
    assert_eq!((none.holds(), none.gaps()), (false, 1));
    for outcome in [
        Outcome::OnlyByAnother,
        Outcome::ByNothing,
        Outcome::OnlyByExpectation,
        Outcome::NeverShows,
        Outcome::BreaksEverything,
    ] {
        let missed = of(vec![row("one", "CERT-03", outcome)]);
        assert_eq!(
            (missed.holds(), missed.gaps(), missed.caught()),
            (false, 1, (1, 0))
        );
        // One that is caught closes the gap, and the other stays missed.
        let both = of(vec![
            row("one", "CERT-03", outcome),
            row("two", "CERT-03", Outcome::Caught),
        ]);
        assert_eq!(
            (both.holds(), both.gaps(), both.caught()),
            (false, 0, (2, 1))
        );
    }
}

#[test]
fn a_rule_without_a_fault_is_no_gap_where_that_has_a_reason() {
    // A `should`, and one that no reader of ours gives a backend the chance to break.
    let matrix = Matrix::new(Vec::new(), &backend(&["CERT-11", "EMG-01"]), "embedded");
    assert!(matrix.holds());
    assert!(matrix.coverage.iter().all(|it| it.why_none.is_some()));
    assert_eq!(matrix.coverage.len(), 2);
}

#[test]
fn rules_without_a_fault_are_left_out_where_one_fault_was_asked_for() {
    let selection = Selection {
        faults: vec!["one".to_owned()],
        ..backend(&[])
    };
    let matrix = Matrix::new(
        vec![row("one", "CERT-03", Outcome::Caught)],
        &selection,
        "embedded",
    );
    assert!(matrix.holds());
    assert_eq!(matrix.coverage.len(), 1);
}

#[test]
fn the_text_fits_into_80_columns_in_both_languages() {
    let mut long = row(&"x".repeat(34), "CERT-03", Outcome::OnlyByAnother);
    long.caught_by = (0..9)
        .map(|n| Catch {
            scenario: format!("certificate/a-long-name-of-a-scenario-{n}#case"),
            by_rule: true,
        })
        .collect();
    let matrix = Matrix::new(vec![long], &backend(&[]), "embedded");
    for language in [Language::Ja, Language::En] {
        let text = text::render(&matrix, language, false);
        for line in text.lines() {
            assert!(crate::report::page::width(line) <= 80, "{line}");
        }
        assert!(text.contains("SIMULATION") && text.contains('✗'));
    }
}
