//! Compares what the scenario states literally with what happened.
//!
//! What each step means is documented at `crate::scenario`'s expectations; the judge reads what had
//! happened by the note that the expectation was reached.

mod answer;
mod card;
mod claimed;
mod foreign;
mod portal;
mod screen;

use super::assemble::finding;
use super::difference::{ABSENT, PRESENT, answer as kind_of, word};
use super::facts::{Exchange, Facts, Visit};
use super::outcome::{Outcome, text};
use super::session::{Act, App, Command, USER_PIN};
use super::verdict::Finding;
use crate::eligibility::{InquiryKind, Text, Validity};
use crate::requirement::{Confidence, Id, Subject, catalogue};
use crate::scenario::{AnswerExpectation, Probe, ScreenExpectation, Step};
use crate::transcript::reason::spoken;

/// Returns a finding per expectation of the scenario.
pub(super) fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let steps = facts.scenario.steps.iter().enumerate();
    steps
        .flat_map(|(index, step)| match step {
            Step::Probe(probes) => of_probe(facts, index, probes),
            step => of_step(facts, index, step).into_iter().collect(),
        })
        .collect()
}

/// Returns a finding per status word that a probe expects.
fn of_probe(facts: &Facts<'_>, index: usize, probes: &[Probe]) -> Vec<Finding> {
    let expected = probes.iter().filter_map(|probe| match probe {
        Probe::Expect(expected) => Some(expected.fields()),
        _ => None,
    });
    expected
        .enumerate()
        .filter_map(|(nth, fields)| {
            let judge = || card::status(facts, index, nth, &fields.status);
            expected_of(facts, index, (fields.requirement, Subject::Card), judge)
        })
        .collect()
}

fn of_step(facts: &Facts<'_>, index: usize, step: &Step) -> Option<Finding> {
    let (named, subject) = match step {
        Step::ExpectScreen(ScreenExpectation::Fields(fields)) => {
            (fields.requirement, Subject::Reader)
        }
        Step::ExpectScreen(ScreenExpectation::Id(_))
        | Step::ExpectNoInquiry(_)
        | Step::ExpectPinTries(_) => (None, Subject::Reader),
        Step::ExpectAnswer(AnswerExpectation::Fields(fields)) => {
            (fields.requirement, Subject::Backend)
        }
        Step::ExpectAnswer(AnswerExpectation::None(_)) => (None, Subject::Backend),
        Step::ExpectPortal(expected) => (expected.requirement, Subject::Backend),
        Step::ExpectCertificate(expected) => (expected.requirement, Subject::Card),
        Step::ExpectCard(expected) => (expected.requirement, Subject::Card),
        _ => return None,
    };
    let judge = || match (facts.told.get(&index), facts.reached.get(&index)) {
        (Some((n, holds)), _) => foreign::told(*n, *holds),
        (None, Some(n)) => compare(facts, step, *n),
        (None, None) => Outcome::open(&[], not_reached(facts, index)),
    };
    let mut finding = expected_of(facts, index, (named, subject), judge)?;
    if matches!(step, Step::ExpectAnswer(AnswerExpectation::Fields(fields)) if fields.convention) {
        finding.confidence = Confidence::Low;
    }
    Some(finding)
}

/// Makes the finding on one expectation, under the requirement that it names or the first listed.
fn expected_of(
    facts: &Facts<'_>,
    index: usize,
    (named, subject): (Option<Id>, Subject),
    judge: impl Fn() -> Outcome,
) -> Option<Finding> {
    let id: Id = named.or(facts.scenario.requirements.first().copied())?;
    let row = catalogue().by_id(id)?;
    let subject = if row.concerns(subject) {
        subject
    } else {
        *row.subjects.first()?
    };
    let outcome = if facts.days.iter().any(|day| row.in_force(*day)) {
        judge()
    } else {
        let day = facts.scenario.at.day();
        Outcome::absent(text!("{day}には効力がない", "not in force on {day}"))
    };
    let mut finding = finding(facts, row, subject, outcome);
    finding.step = Some(index);
    finding.listed = true;
    Some(finding)
}

fn not_reached(facts: &Facts<'_>, index: usize) -> Text {
    let step = index + 1;
    match facts.unmet.first() {
        Some(unmet) => {
            let at = unmet.step + 1;
            let Text { ja, en } = spoken(&unmet.reason);
            text!(
                "手順{step}に届かなかった。手順{at}を行えなかったため: {ja}",
                "step {step} was not reached, because step {at} could not be given: {en}"
            )
        }
        None => text!("手順{step}に届かなかった", "step {step} was not reached"),
    }
}

fn compare(facts: &Facts<'_>, step: &Step, n: u64) -> Outcome {
    match step {
        Step::ExpectScreen(expected) => {
            foreign::excused(facts, n, screen::screen(facts, n, &expected.fields()))
        }
        Step::ExpectAnswer(AnswerExpectation::None(_)) => no_answer(facts, n),
        Step::ExpectAnswer(AnswerExpectation::Fields(fields)) => answer::answer(facts, n, fields),
        Step::ExpectNoInquiry(kind) => foreign::excused(facts, n, no_inquiry(facts, n, *kind)),
        Step::ExpectPinTries(left) => pin_tries(facts, n, *left),
        Step::ExpectPortal(expected) => portal::portal(facts, n, expected),
        Step::ExpectCertificate(expected) => card::certificate(facts, n, expected),
        Step::ExpectCard(expected) => card::card(facts, n, expected),
        _ => unreachable!("only expectations are compared"),
    }
}

/// Returns the visit in which an entry lies.
fn visit_at<'f, 'a>(facts: &'f Facts<'a>, n: u64) -> Option<&'f Visit<'a>> {
    facts.visits.iter().rev().find(|visit| visit.first <= n)
}

/// Returns the inquiries of the visit of entry `n` (before the first, all) made before it.
fn asked<'f, 'a>(facts: &'f Facts<'a>, n: u64) -> Vec<&'f Exchange<'a>> {
    let visit = visit_at(facts, n).map(|visit| visit.number);
    facts
        .exchanges
        .iter()
        .filter(|exchange| exchange.n < n)
        .filter(|exchange| visit.is_none_or(|visit| exchange.visit == visit))
        .collect()
}

fn no_answer(facts: &Facts<'_>, n: u64) -> Outcome {
    let asked = asked(facts, n);
    let given = asked.iter().find(|exchange| {
        exchange
            .eligibility()
            .is_some_and(|answer| answer.validity != Validity::None)
            || exchange.returned_records()
    });
    match given {
        Some(exchange) => {
            let at = exchange.answer_n();
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "資格の回答はないはずだが、項目{at}にある",
                    "no eligibility was expected, but entry {at} answers it"
                ),
            )
            .differs("answer", "none", kind_of(exchange))
        }
        None => match unseen(facts, n) {
            Some(why) => why,
            None => Outcome::pass(
                &[n],
                text!(
                    "期待どおり、資格は答えられなかった",
                    "no eligibility was answered, as expected"
                ),
            ),
        },
    }
}

/// Says why the absence of something proves nothing: nothing of the visit was seen at all.
fn unseen(facts: &Facts<'_>, n: u64) -> Option<Outcome> {
    let visit = visit_at(facts, n)?;
    let dark = visit.screens.is_empty()
        && !facts
            .exchanges
            .iter()
            .any(|exchange| exchange.visit == visit.number);
    let completed = visit.shown(crate::screen::ScreenId::Done, visit.first);
    let number = visit.number;
    if dark {
        return Some(Outcome::open(
            &[n],
            text!(
                "受診{number}の画面も照会も記録されていない",
                "neither screens nor inquiries of visit {number} are recorded"
            ),
        ));
    }
    completed.map(|done| {
        Outcome::open(
            &[done, n],
            text!(
                "受付は完了した(項目{done})のに、照会が記録されていない",
                "the check-in was completed (entry {done}), but no inquiry is recorded"
            ),
        )
    })
}

fn no_inquiry(facts: &Facts<'_>, n: u64, kind: InquiryKind) -> Outcome {
    let made = asked(facts, n)
        .into_iter()
        .find(|exchange| exchange.inquiry.kind() == kind);
    let name = word(&kind);
    match made {
        Some(exchange) => {
            let at = exchange.n;
            Outcome::fail(
                &[at],
                text!(
                    "照会{name}はないはずだが、項目{at}にある",
                    "no {name} inquiry was expected, but entry {at} is one"
                ),
            )
            .differs(format!("inquiry.{name}"), ABSENT, PRESENT)
        }
        None => match visit_at(facts, n) {
            Some(visit) if visit.screens.is_empty() && visit.commands.is_empty() => {
                Outcome::open(&[n], super::facts::no_screens())
            }
            Some(visit)
                if kind == InquiryKind::Confirm
                    && visit
                        .shown(crate::screen::ScreenId::Done, visit.first)
                        .is_some_and(|done| done < n) =>
            {
                unseen(facts, n).unwrap_or_else(|| Outcome::open(&[n], super::facts::no_screens()))
            }
            _ => Outcome::pass(
                &[n],
                text!(
                    "期待どおり、照会{name}はなかった",
                    "no {name} inquiry was made, as expected"
                ),
            ),
        },
    }
}

fn pin_tries(facts: &Facts<'_>, n: u64, expected: u8) -> Outcome {
    let visit = visit_at(facts, n);
    let person = visit.and_then(|visit| visit.person).unwrap_or(0);
    let Some(patient) = facts.person(person) else {
        return Outcome::open(&[n], super::facts::no_traffic());
    };
    let (mut left, mut entries, mut seen) = (patient.card.user_pin_tries, vec![n], false);
    for stay in facts.stays(person) {
        for command in stay.commands.iter().filter(|command| command.n < n) {
            seen = true;
            if let Some(told) = tries_after(command) {
                left = told;
                entries = vec![command.n, n];
            }
        }
    }
    if !seen {
        return Outcome::open(&[n], super::facts::no_traffic());
    }
    if left == expected {
        Outcome::pass(
            &entries,
            text!(
                "期待どおり、残り{left}回である",
                "{left} tries left, as expected"
            ),
        )
    } else {
        Outcome::fail(
            &entries,
            text!(
                "残り{expected}回のはずだが、カードによれば{left}回である",
                "{expected} tries were expected to be left; by the card's answers it is {left}"
            ),
        )
        .differs("pin-tries", expected.to_string(), left.to_string())
    }
}

/// Returns the tries of the user PIN after a command, where its answer tells.
fn tries_after(command: &Command) -> Option<u8> {
    let verify = command.is(Act::Verify, App::Jpki, USER_PIN);
    let status = command.is(Act::PinStatus, App::Jpki, USER_PIN);
    match (verify && command.done(), verify || status) {
        (true, _) => Some(3),
        (false, true) => command.tries_told(),
        (false, false) => None,
    }
}
