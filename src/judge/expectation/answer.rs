//! Compares an expected answer with the one that was given.

mod insurance;

use crate::eligibility::{Answer, Eligibility, Ground, InquiryKind, MedicalKind, Validity};
use crate::judge::expectation::{asked, foreign, unseen};
use crate::judge::facts::case::discloses;
use crate::judge::facts::world;
use crate::judge::facts::{Exchange, Facts, not_carried};
use crate::judge::outcome::{Outcome, text};
use crate::scenario::{AnswerFields, Presence};
use crate::transcript::{Reply, Role};

/// One field of an answer that differs: what was expected and what was there.
struct Difference {
    what: &'static str,
    expected: String,
    found: String,
}

pub(in crate::judge) fn answer(facts: &Facts<'_>, n: u64, expected: &AnswerFields) -> Outcome {
    let asked = asked(facts, n);
    let eligibility = asked
        .iter()
        .rev()
        .find_map(|exchange| exchange.eligibility().map(|answer| (*exchange, answer)));
    let mut differences = Vec::new();
    let mut entries = vec![n];
    let mut unasked = false;
    if let Some(ground) = expected.refused {
        let silent = eligibility.is_some_and(|(_, answer)| !discloses(answer));
        match refused(facts, &asked, ground, silent) {
            Ok((proof, difference)) => {
                entries.extend(proof);
                differences.extend(difference);
            }
            Err(outcome) => return outcome,
        }
    }
    if let Some(medical) = &expected.medical {
        if let Some(exchange) = undelivered(&asked) {
            return Outcome::open(&exchange.entries(), crate::judge::cert::backend::silent());
        }
        let found = returned_kinds(&asked, &mut entries);
        let owed = foreign::owed_kinds(facts, &asked, &medical.kinds(), &found);
        unasked = owed != medical.kinds();
        differ(
            &mut differences,
            "medical",
            &format!("{owed:?}"),
            &format!("{found:?}"),
        );
    }
    if needs_eligibility(expected) {
        match eligibility {
            Some((exchange, answer)) => {
                entries.extend(exchange.entries());
                let limit = answer.limit.is_some() || limit_given(&asked);
                let expected = foreign::owed(facts, expected);
                if !needs_eligibility(&expected) && differences.is_empty() {
                    return Outcome::absent(not_carried());
                }
                fields(&expected, answer, limit, &mut differences);
            }
            None => match lost(&asked) {
                Some(outcome) => return outcome,
                None if asked.is_empty() => {
                    return unseen(facts, n).unwrap_or_else(|| nothing_answered(&entries));
                }
                None => return nothing_answered(&entries),
            },
        }
    }
    if unasked && differences.is_empty() {
        return Outcome::absent(foreign::never_asked());
    }
    of_part(expected, &differences, verdict(&entries, &differences))
}

/// Names the exception that a difference belongs to: one of ELIG-10 is of a lower level than the
/// rest of it; another row has no such exception.
fn of_part(expected: &AnswerFields, differences: &[Difference], outcome: Outcome) -> Outcome {
    match (expected.validity, differences) {
        (Some(Validity::ValidUnregistered), [one]) if one.what == "validity" => {
            outcome.part("not-yet-recorded")
        }
        _ => outcome,
    }
}

/// Compares a refusal: what proves it and how it differs, or why that cannot be said. `silent`
/// tells that an answer came which discloses nothing.
fn refused(
    facts: &Facts<'_>,
    asked: &[&Exchange<'_>],
    ground: Ground,
    silent: bool,
) -> Result<(Vec<u64>, Vec<Difference>), Outcome> {
    let refusal = asked
        .iter()
        .rev()
        .filter(|exchange| asks_for_eligibility(exchange))
        .find_map(|exchange| exchange.refusal().map(|refusal| (*exchange, refusal)));
    let expected = crate::judge::refusal::ground_name(ground);
    let mut differences = Vec::new();
    let Some((exchange, refusal)) = refusal else {
        if let Some(outcome) = lost(asked) {
            return Err(outcome);
        }
        // That nothing is disclosed is as strict as a refusal.
        if !(silent && facts.backend_is_foreign()) {
            differ(&mut differences, "refused", expected, "-");
        }
        return Ok((Vec::new(), differences));
    };
    // Another ground is as strict (convention 1), and not every protocol carries one.
    if refusal.ground != Ground::Unstated && !facts.backend_is_foreign() {
        let found = crate::judge::refusal::ground_name(refusal.ground);
        differ(&mut differences, "refused", expected, found);
    }
    Ok((exchange.entries(), differences))
}

fn nothing_answered(entries: &[u64]) -> Outcome {
    Outcome::fail(
        entries,
        text!(
            "資格の回答が期待されたが、この受診では答えられなかった",
            "an eligibility answer was expected, but none was given in this visit"
        ),
    )
}

fn verdict(entries: &[u64], differences: &[Difference]) -> Outcome {
    if differences.is_empty() {
        return Outcome::pass(
            entries,
            text!("回答は期待どおりだった", "the answer is what was expected"),
        );
    }
    let list = |word: &str| {
        let parts: Vec<String> = differences
            .iter()
            .map(|it| format!("{}: {} {word} {}", it.what, it.found, it.expected))
            .collect();
        parts.join("; ")
    };
    let (ja, en) = (list("≠"), list("where expected:"));
    Outcome::fail(
        entries,
        text!(
            "回答が期待と違う。{ja}",
            "the answer differs from what was expected: {en}"
        ),
    )
}

fn differ(differences: &mut Vec<Difference>, what: &'static str, expected: &str, found: &str) {
    if expected != found {
        differences.push(Difference {
            what,
            expected: expected.to_owned(),
            found: found.to_owned(),
        });
    }
}

/// Says so where the last inquiry was lost rather than answered.
fn lost(asked: &[&Exchange<'_>]) -> Option<Outcome> {
    asked
        .iter()
        .rev()
        .find(|exchange| asks_for_eligibility(exchange))
        .filter(|exchange| !matches!(exchange.reply, Some((_, Reply::Answer(_)))))
        .map(|exchange| Outcome::open(&exchange.entries(), crate::judge::cert::backend::silent()))
}

/// What the reader asks, and what staff ask past it but for the fetch of records.
fn asks_for_eligibility(exchange: &Exchange<'_>) -> bool {
    let by_staff = matches!(
        exchange.inquiry.kind(),
        InquiryKind::Number | InquiryKind::Person
    );
    exchange.from == Role::Reader || by_staff
}

fn undelivered<'f, 'a>(asked: &[&'f Exchange<'a>]) -> Option<&'f Exchange<'a>> {
    asked.iter().copied().find(|exchange| {
        exchange.inquiry.kind() == InquiryKind::Medical && exchange.answer().is_none()
    })
}

fn returned_kinds(asked: &[&Exchange<'_>], entries: &mut Vec<u64>) -> Vec<MedicalKind> {
    let mut kinds = Vec::new();
    for exchange in asked.iter().filter(|exchange| exchange.returned_records()) {
        entries.push(exchange.answer_n());
        kinds.extend(exchange.medical().map(|answer| answer.kind));
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn needs_eligibility(expected: &AnswerFields) -> bool {
    let without = AnswerFields {
        refused: None,
        medical: None,
        requirement: None,
        ..expected.clone()
    };
    without != AnswerFields::default()
}

/// Tells whether the limit came on its own, asked for after completion (before 2024-10-07).
fn limit_given(asked: &[&Exchange<'_>]) -> bool {
    asked.iter().any(
        |exchange| matches!(exchange.answer(), Some(Answer::Limit(given)) if given.limit.is_some()),
    )
}

fn fields(
    expected: &AnswerFields,
    answer: &Eligibility,
    limit: bool,
    differences: &mut Vec<Difference>,
) {
    let qualification = answer.qualification.as_ref();
    if let Some(validity) = expected.validity {
        differ(
            differences,
            "validity",
            &format!("{validity:?}"),
            &format!("{:?}", answer.validity),
        );
    }
    let address = answer
        .person
        .as_ref()
        .is_some_and(|person| person.address.is_some() || person.postcode.is_some());
    let present = [
        ("limit", expected.limit, limit),
        (
            "specific-diseases",
            expected.specific_diseases,
            !answer.specific_diseases.is_empty(),
        ),
        ("address", expected.address, address),
        (
            "qualification",
            expected.qualification,
            qualification.is_some(),
        ),
        (
            "side-information",
            expected.side_information,
            answer.side_information.is_some(),
        ),
    ];
    for (what, wanted, there) in present {
        let word = |there: bool| if there { "present" } else { "absent" };
        if let Some(wanted) = wanted {
            differ(
                differences,
                what,
                word(wanted == Presence::Present),
                word(there),
            );
        }
    }
    if let Some(insurer) = &expected.insurer {
        let found = qualification.map_or("-", |it| it.insurer.as_str());
        if world::insurer(insurer) != world::insurer(found) {
            differ(differences, "insurer", insurer, found);
        }
    }
    if let Some(share) = expected.share {
        let found = qualification.is_some_and(|it| {
            it.share == share
                || it
                    .elderly
                    .as_ref()
                    .is_some_and(|elderly| elderly.share == share)
        });
        let shown = qualification.map_or("-".to_owned(), |it| it.share.to_string());
        if !found {
            differ(
                differences,
                "share",
                &share.to_string(),
                &format!("{shown} "),
            );
        }
    }
    if let Some(preschool) = expected.preschool {
        let found = qualification.and_then(|it| it.preschool).unwrap_or(false);
        differ(
            differences,
            "preschool",
            &preschool.to_string(),
            &found.to_string(),
        );
    }
    insurance::fields(expected, answer, differences);
    for (kind, flag) in expected.consents.iter().flatten() {
        let found = answer.consents.iter().find(|state| state.kind == *kind);
        let found = found.map_or("-".to_owned(), |state| format!("{:?}", state.flag));
        differ(differences, "consent", &format!("{flag:?}"), &found);
    }
}
