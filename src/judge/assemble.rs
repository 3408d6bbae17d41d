//! Turns outcomes into findings, and findings into the verdict on a scenario (design §3).

use std::collections::BTreeMap;

use super::expectation;
use super::facts::Facts;
use super::outcome::{Outcome, text, worst};
use super::quote::quoted;
use super::rule::{self, Judge};
use super::verdict::{Finding, Verdict};
use crate::eligibility::Text;
use crate::requirement::{Medium, Requirement, Subject, catalogue};
use crate::scenario::UnderTest;
use crate::transcript::reason::spoken;

/// Returns every finding, in the order of the catalogue; expectations follow their row.
pub(super) fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut expected: BTreeMap<_, Vec<Finding>> = BTreeMap::new();
    for finding in expectation::findings(facts) {
        expected
            .entry(finding.requirement)
            .or_default()
            .push(finding);
    }
    let mut findings = Vec::new();
    for row in catalogue() {
        findings.extend(of_row(facts, row));
        findings.extend(expected.remove(&row.id).unwrap_or_default());
    }
    let statement = facts.header.statement.as_ref();
    let scenario = statement.and_then(|it| it.excludes(facts.scenario));
    for finding in &mut findings {
        guard(facts, finding);
        excuse(facts, finding, scenario.as_ref());
    }
    findings
}

/// Takes a finding back that rests on a function that the reader lacks by its statement: that of a
/// row that asks for it, and, in a scenario that needs it, all but what a rule saw broken. What is
/// forbidden stays forbidden.
fn excuse(facts: &Facts<'_>, finding: &mut Finding, scenario: Option<&Text>) {
    let of_reader = finding.subject == Subject::Reader;
    let row = facts.excluded(finding.requirement).filter(|_| of_reader);
    let stated = finding.step.is_some();
    let broken = finding.verdict == Verdict::Fail;
    let undecided = finding.verdict == Verdict::Inconclusive && finding.listed;
    let situation = scenario.filter(|_| stated || undecided || (of_reader && !broken));
    if let Some(why) = row.as_ref().or(situation) {
        finding.verdict = Verdict::NotApplicable;
        finding.message = why.clone();
        finding.entries.clear();
        finding.decided_at = None;
        finding.differences.clear();
    }
}

/// Returns the verdict on the scenario: the worst of what it lists and of what failed unlisted.
/// A breach that does not count changes nothing.
pub(super) fn verdict(findings: &[Finding], conventions: bool) -> Verdict {
    findings
        .iter()
        .filter_map(|finding| {
            let failed = finding.verdict == Verdict::Fail;
            if failed && !finding.counts(conventions) {
                return finding.listed.then_some(Verdict::Pass);
            }
            (finding.listed || finding.verdict >= Verdict::Fail).then_some(finding.verdict)
        })
        .max()
        .unwrap_or(Verdict::NotApplicable)
}

fn is_under_test(under_test: UnderTest, subject: Subject) -> bool {
    match under_test {
        UnderTest::Any => matches!(subject, Subject::Reader | Subject::Backend),
        UnderTest::Reader => subject == Subject::Reader,
        UnderTest::Backend => subject == Subject::Backend,
        UnderTest::Desk => subject == Subject::Desk,
        UnderTest::Card => subject == Subject::Card,
    }
}

fn of_row(facts: &Facts<'_>, row: &Requirement) -> Vec<Finding> {
    let under_test = facts.scenario.under_test;
    let mut findings = Vec::new();
    for subject in &row.subjects {
        if is_under_test(under_test, *subject) {
            let outcomes = outcomes(facts, row, *subject);
            findings.extend(by_part(facts, row, *subject, &outcomes));
        }
    }
    let first = row.subjects.first().filter(|_| facts.lists(row.id));
    if let (Some(subject), true) = (first, findings.is_empty()) {
        let outcome = Outcome::absent(text!(
            "このシナリオで調べる対象に{subject}は含まれない",
            "the scenario does not put the {subject} under test"
        ));
        findings.push(finding(facts, row, *subject, outcome));
    }
    findings
}

fn outcomes(facts: &Facts<'_>, row: &Requirement, subject: Subject) -> Vec<Outcome> {
    if !facts.days.iter().any(|day| row.in_force(*day)) {
        let day = facts.scenario.at.day();
        return vec![Outcome::absent(text!(
            "{day}には効力がない",
            "not in force on {day}"
        ))];
    }
    let judge = rule::find(row.id, subject).map(|rule| rule.judge);
    match judge {
        Some(Judge::By(judge)) => judge(facts),
        Some(Judge::Not(ja, en)) if facts.lists(row.id) => {
            vec![Outcome::open(&[], Text::new(ja, en))]
        }
        Some(Judge::Not(ja, en)) => vec![Outcome::absent(Text::new(ja, en))],
        None => unreachable!("a test holds that each row and subject has an entry"),
    }
}

/// Makes one finding of what concerns the row as a whole, and one of each exception that failed
/// or stands alone: those differ in level or confidence.
fn by_part(
    facts: &Facts<'_>,
    row: &Requirement,
    subject: Subject,
    outcomes: &[Outcome],
) -> Vec<Finding> {
    let mut parts: BTreeMap<Option<&'static str>, Vec<Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        parts.entry(outcome.part).or_default().push(outcome.clone());
    }
    let combined: Vec<Outcome> = parts
        .values()
        .filter_map(|outcomes| worst(outcomes))
        .collect();
    let main = combined
        .iter()
        .any(|outcome| outcome.part.is_none() && outcome.verdict != Verdict::NotApplicable);
    let mut findings: Vec<Finding> = combined
        .into_iter()
        .filter(|outcome| match outcome.part {
            None => true,
            Some(_) if main => outcome.verdict == Verdict::Fail,
            Some(_) => outcome.verdict != Verdict::NotApplicable,
        })
        .map(|outcome| finding(facts, row, subject, outcome))
        .collect();
    // What does not occur is not said beside an exception that does.
    if findings.len() > 1 {
        findings.retain(|finding| finding.verdict != Verdict::NotApplicable);
    }
    if findings.is_empty() {
        let outcome = Outcome::absent(text!(
            "このシナリオでは、該当する場面が起きない",
            "the situation does not occur in this scenario"
        ));
        findings.push(finding(facts, row, subject, outcome));
    }
    findings
}

/// Makes a finding, with level and confidence of the row or of the exception it is about.
pub(super) fn finding(
    facts: &Facts<'_>,
    row: &Requirement,
    subject: Subject,
    outcome: Outcome,
) -> Finding {
    let exception = outcome.part.and_then(|name| row.exception(name));
    let mut message = outcome.message;
    let about_the_card = subject == Subject::Reader && row.seen_in.contains(&Medium::Apdu);
    if outcome.verdict == Verdict::Fail
        && about_the_card
        && let Some(quoted) = quoted(facts, &outcome.entries)
    {
        message.ja.push_str(&quoted.ja);
        message.en.push_str(&quoted.en);
    }
    Finding {
        requirement: row.id,
        subject,
        level: exception
            .and_then(|exception| exception.level)
            .unwrap_or_else(|| row.level_for(subject)),
        confidence: exception
            .and_then(|exception| exception.confidence)
            .unwrap_or_else(|| row.confidence_for(subject)),
        source: row.source.clone(),
        verdict: outcome.verdict,
        message,
        entries: outcome.entries,
        decided_at: outcome.decided_at,
        listed: facts.lists(row.id),
        step: None,
        differences: outcome.differences,
        known: None,
    }
}

/// Takes back what cannot be said: a pass where entries are missing, and any verdict short of a
/// breach on the scenario's purpose where a stimulus could not be given or the run was cut short.
fn guard(facts: &Facts<'_>, finding: &mut Finding) {
    if let (Verdict::Pass, Some(n)) = (finding.verdict, facts.broken) {
        reopen(
            finding,
            text!(
                "記録が欠けている(項目{n}の前後)ので、守られたとは言えない",
                "entries are missing from the transcript (around entry {n}), so it cannot be said to have held"
            ),
        );
    }
    if facts.is_recording() && is_unseen(facts, finding) {
        return reopen(
            finding,
            text!(
                "カード通信の記録には現れないので、判定できない",
                "a recording of card traffic does not show it, so it cannot be decided"
            ),
        );
    }
    if !finding.listed || finding.verdict >= Verdict::Fail {
        return;
    }
    let out_of_force = finding.verdict == Verdict::NotApplicable
        && catalogue()
            .by_id(finding.requirement)
            .is_some_and(|row| !facts.days.iter().any(|day| row.in_force(*day)));
    if out_of_force {
        return;
    }
    if let (true, Some((n, reason))) = (facts.reader_failed, &facts.cut_short) {
        // Whoever drives the reader did not do as agreed: nothing is said of the reader.
        reopen(
            finding,
            text!(
                "読取機のドライバーが約束どおりに動かなかった: {reason}",
                "the driver of the reader did not do its part: {reason}"
            ),
        );
        finding.verdict = Verdict::Error;
        finding.entries.push(*n);
        return;
    }
    if finding.verdict == Verdict::Inconclusive {
        return;
    }
    if let Some(unmet) = facts.unmet.first() {
        let step = unmet.step + 1;
        let name = facts
            .scenario
            .steps
            .get(unmet.step)
            .map_or("?", |step| step.kind().name);
        let Text { ja, en } = spoken(&unmet.reason);
        reopen(
            finding,
            text!(
                "手順{step}({name})を行えなかったので、この要件を確かめられない: {ja}",
                "step {step} ({name}) could not be given, so this cannot be decided: {en}"
            ),
        );
        finding.entries.push(unmet.n);
    } else if let Some((n, reason)) = &facts.cut_short {
        let Text { ja, en } = spoken(reason);
        reopen(
            finding,
            text!(
                "実行が途中で打ち切られた: {ja}",
                "the run was cut short: {en}"
            ),
        );
        finding.entries.push(*n);
    } else if facts.entries.is_empty() {
        reopen(
            finding,
            text!("何も記録されていない", "nothing is recorded"),
        );
    }
}

/// Tells whether a row in force is seen, wholly or in part, in what cannot be in a recording of card
/// traffic: then it has not held for that, nor is its situation known not to have come about.
fn is_unseen(facts: &Facts<'_>, finding: &Finding) -> bool {
    let Some(row) = catalogue().by_id(finding.requirement) else {
        return false;
    };
    let in_force = facts.days.iter().any(|day| row.in_force(*day));
    let in_traffic = row.seen_in.contains(&Medium::Apdu);
    let elsewhere = row.seen_in.iter().any(|medium| *medium != Medium::Apdu);
    let unseen = match finding.verdict {
        Verdict::Pass => !in_traffic,
        Verdict::NotApplicable => elsewhere,
        _ => false,
    };
    unseen && in_force && finding.subject == Subject::Reader
}

fn reopen(finding: &mut Finding, message: Text) {
    finding.verdict = Verdict::Inconclusive;
    finding.message = message;
    finding.decided_at = None;
}
