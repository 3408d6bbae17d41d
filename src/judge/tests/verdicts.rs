//! How findings combine to the verdict on a scenario, and what is taken back.

use super::story::{JPKI, Story, answered, valid};
use crate::judge::Verdict::{self, Error, Fail, Inconclusive, NotApplicable, Pass};
use crate::judge::assemble::verdict;
use crate::judge::{Finding, judge, judge_with};
use crate::requirement::{Confidence, Level, Subject};
use crate::scenario::UnderTest;
use crate::screen::Screen;
use crate::transcript::Note;

fn finding(verdict: Verdict, listed: bool, level: Level, confidence: Confidence) -> Finding {
    Finding {
        requirement: "IDV-02".parse().unwrap(),
        subject: Subject::Reader,
        level,
        confidence,
        source: String::new(),
        verdict,
        message: Default::default(),
        entries: Vec::new(),
        decided_at: None,
        listed,
        step: None,
        differences: Vec::new(),
        known: None,
    }
}

fn must(verdict: Verdict, listed: bool) -> Finding {
    finding(verdict, listed, Level::Must, Confidence::High)
}

fn check(findings: &[Finding], expect: Verdict) {
    assert_eq!(verdict(findings, false), expect, "{findings:?}");
}

#[test]
fn listed_findings_combine_to_the_worst() {
    check(&[], NotApplicable);
    check(&[must(NotApplicable, true)], NotApplicable);
    check(&[must(NotApplicable, true), must(Pass, true)], Pass);
    check(&[must(Pass, true), must(Inconclusive, true)], Inconclusive);
    check(&[must(Inconclusive, true), must(Fail, true)], Fail);
    check(&[must(Fail, true), must(Error, true)], Error);
}

#[test]
fn unlisted_findings_count_when_they_failed() {
    check(&[must(Pass, true), must(Inconclusive, false)], Pass);
    check(
        &[must(NotApplicable, true), must(Pass, false)],
        NotApplicable,
    );
    check(&[must(Pass, true), must(Fail, false)], Fail);
}

#[test]
fn a_breach_of_what_only_should_be_changes_nothing() {
    let should = |listed| finding(Fail, listed, Level::Should, Confidence::High);
    check(&[must(Pass, true), should(false)], Pass);
    check(&[should(true)], Pass);
    assert_eq!(verdict(&[should(true)], true), Pass);
}

#[test]
fn a_breach_of_a_convention_counts_when_conventions_do() {
    let convention = |listed| finding(Fail, listed, Level::Must, Confidence::Low);
    check(&[must(Pass, true), convention(false)], Pass);
    check(&[convention(true)], Pass);
    assert_eq!(verdict(&[must(Pass, true), convention(false)], true), Fail);
    assert_eq!(verdict(&[convention(true)], true), Fail);
}

/// A sound visit by PIN.
fn visit(requirement: &str) -> Story {
    let mut story = Story::new(&[requirement]);
    story.card_in().methods().act("choose: pin").at_the_pin();
    story.screen(Screen::PinPad {
        left: Some(3),
        keys: "1234567890".to_owned(),
        masked: None,
    });
    story.act("enter-pin: \"1234\"").verify("1234", "9000");
    story.authenticate(None).confirm(answered(valid()));
    story
        .screen(Screen::Done)
        .screen(Screen::TakeCard)
        .card_out();
    story
}

#[test]
fn a_convention_is_a_finding_either_way() {
    let mut story = visit("IDV-02");
    let twice = "802a0080 33 303130";
    story.card_in().methods().apdu(JPKI, "9000").select("0017");
    story.apdu(twice, "9000").apdu(twice, "9000").card_out();
    let transcript = story.transcript();
    for (conventions, expect) in [(false, Pass), (true, Fail)] {
        let judgement = judge_with(&story.scenario, &transcript, conventions);
        assert_eq!(judgement.verdict, expect);
        let failed = judgement.findings.iter().find(|it| it.verdict == Fail);
        assert_eq!(failed.unwrap().requirement.to_string(), "ACC-05");
    }
}

#[test]
fn an_unmet_stimulus_leaves_the_purpose_open_and_is_named() {
    let mut story = visit("IDV-02");
    assert_eq!(story.judgement().verdict, Pass);
    let step = story.scenario.steps.len();
    story.scenario.steps.push(crate::scenario::Step::Continue);
    let reason = "the reader shows take-card".to_owned();
    story.note(Note::Unmet { step, reason });
    let findings = story.findings("IDV-02", Subject::Reader);
    assert_eq!(findings[0].verdict, Inconclusive);
    assert!(
        findings[0].message.en.contains("step 3 (continue)"),
        "{:?}",
        findings[0].message
    );
    // What is not its purpose stays as it was seen.
    assert_eq!(story.reader("IDV-01"), Pass);
}

#[test]
fn a_breach_stands_whatever_was_cut_short() {
    let mut story = visit("IDV-02");
    story.card_in().at_the_pin().verify("1111", "63C2");
    let reason = "too many entries".to_owned();
    story.note(Note::CutShort { reason });
    assert_eq!(story.reader("IDV-02"), Fail);
    let mut story = visit("IDV-01");
    story.note(Note::CutShort {
        reason: "too many entries".to_owned(),
    });
    assert_eq!(story.reader("IDV-01"), Inconclusive);
}

#[test]
fn a_gap_in_the_numbers_takes_every_pass_back() {
    let story = visit("IDV-02");
    let mut transcript = story.transcript();
    transcript.entries.remove(1);
    let judgement = judge(&story.scenario, &transcript);
    assert!(judgement.findings.iter().all(|it| it.verdict != Pass));
}

#[test]
fn before_full_operation_nothing_applies() {
    let mut story = Story::new(&["IDV-02"]).at("2021-10-19T09:00+09:00");
    story.card_in().methods().card_out();
    let judgement = story.judgement();
    assert_eq!(judgement.verdict, NotApplicable);
    assert!(
        judgement
            .findings
            .iter()
            .all(|it| it.verdict == NotApplicable)
    );
}

#[test]
fn only_who_is_under_test_is_judged() {
    let mut story = visit("IDV-02");
    story.scenario.under_test = UnderTest::Backend;
    let judgement = story.judgement();
    assert!(judgement.findings.iter().all(|it| {
        it.subject == Subject::Backend || (it.listed && it.verdict == NotApplicable)
    }));
    story.scenario.under_test = UnderTest::Desk;
    story.scenario.requirements = vec!["IDV-14".parse().unwrap()];
    assert_eq!(story.judgement().verdict, Inconclusive);
}

#[test]
fn an_expectation_is_judged_where_it_was_reached() {
    let mut story = Story::new(&["IDV-05"]);
    story
        .card_in()
        .methods()
        .expect("expect-screen: choose-method");
    story.expect("expect-screen: { id: pin-wrong, left: 2, requirement: IDV-02 }");
    story
        .expect("expect-answer: { validity: valid }")
        .card_out();
    let judgement = story.judgement();
    let of = |step: usize| {
        let found = judgement.findings.iter().find(|it| it.step == Some(step));
        found.unwrap()
    };
    assert_eq!(
        (of(0).verdict, of(0).requirement.to_string().as_str()),
        (Pass, "IDV-05")
    );
    assert_eq!(
        (of(1).verdict, of(1).requirement.to_string().as_str()),
        (Fail, "IDV-02")
    );
    assert_eq!(of(2).verdict, Fail);
    assert_eq!(of(2).subject, Subject::Reader, "IDV-05 concerns no backend");
}
