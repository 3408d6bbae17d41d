//! Compares an expected answer with the one that was given.

mod insurance;

use crate::eligibility::{
    Answer, Eligibility, Ground, InquiryKind, MedicalKind, Qualification, Validity,
};
use crate::judge::difference::{
    ABSENT, Difference, answer as kind_of, flag, list, optional, presence, word,
};
use crate::judge::expectation::{asked, claimed, foreign, unseen};
use crate::judge::facts::case::discloses;
use crate::judge::facts::world;
use crate::judge::facts::{Exchange, Facts, not_carried};
use crate::judge::outcome::{Outcome, text};
use crate::scenario::AnswerFields;
use crate::transcript::{Reply, Role};

pub(in crate::judge) fn answer(facts: &Facts<'_>, n: u64, expected: &AnswerFields) -> Outcome {
    let asked = asked(facts, n);
    if asked.is_empty()
        && let Some(outcome) = claimed::nobody_asked(facts, n)
    {
        return outcome;
    }
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
            Err(outcome) => return *outcome,
        }
    }
    if let Some(medical) = &expected.medical {
        if let Some(exchange) = undelivered(&asked) {
            return Outcome::open(&exchange.entries(), crate::judge::cert::backend::silent());
        }
        let found = returned_kinds(&asked, &mut entries);
        let owed = foreign::owed_kinds(facts, &asked, &medical.kinds(), &found);
        unasked = owed != medical.kinds();
        let words = |kinds: &[MedicalKind]| list(&kinds.iter().map(word).collect::<Vec<_>>());
        differ(&mut differences, "medical", words(&owed), words(&found));
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
                    return unseen(facts, n).unwrap_or_else(|| nothing_answered(&entries, &asked));
                }
                None => {
                    return foreign::undecided(facts, &asked)
                        .unwrap_or_else(|| nothing_answered(&entries, &asked));
                }
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
        (Some(Validity::ValidUnregistered), [one]) if one.field == "validity" => {
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
) -> Result<(Vec<u64>, Vec<Difference>), Box<Outcome>> {
    let refusal = asked
        .iter()
        .rev()
        .filter(|exchange| asks_for_eligibility(exchange))
        .find_map(|exchange| exchange.refusal().map(|refusal| (*exchange, refusal)));
    let expected = crate::judge::refusal::ground_name(ground);
    let mut differences = Vec::new();
    let Some((exchange, refusal)) = refusal else {
        if let Some(outcome) = lost(asked) {
            return Err(Box::new(outcome));
        }
        // That nothing is disclosed is as strict as a refusal.
        if !(silent && facts.backend_is_foreign()) {
            let last = asked
                .iter()
                .rfind(|exchange| asks_for_eligibility(exchange));
            let found = last.map_or_else(|| ABSENT.to_owned(), |exchange| kind_of(exchange));
            let expected = format!("refused ({expected})");
            differences.push(Difference::new("answer", expected, found));
        }
        return Ok((Vec::new(), differences));
    };
    // Another ground is as strict (convention 1), and not every protocol carries one.
    if refusal.ground != Ground::Unstated && !facts.backend_is_foreign() {
        let found = crate::judge::refusal::ground_name(refusal.ground);
        differ(&mut differences, "refusal.ground", expected, found);
    }
    Ok((exchange.entries(), differences))
}

fn nothing_answered(entries: &[u64], asked: &[&Exchange<'_>]) -> Outcome {
    let found = asked
        .last()
        .map_or_else(|| ABSENT.to_owned(), |exchange| kind_of(exchange));
    Outcome::fail(
        entries,
        text!(
            "資格の回答が期待されたが、この受診では答えられなかった",
            "an eligibility answer was expected, but none was given in this visit"
        ),
    )
    .differs("answer", "eligibility", found)
}

fn verdict(entries: &[u64], differences: &[Difference]) -> Outcome {
    if differences.is_empty() {
        return Outcome::pass(
            entries,
            text!("回答は期待どおりだった", "the answer is what was expected"),
        );
    }
    let parts = differences.iter().map(|it| {
        let Difference {
            field,
            expected,
            got,
        } = it;
        (
            format!("{field}: 期待は{expected}、回答は{got}"),
            format!("{field}: {expected} expected, {got} answered"),
        )
    });
    let (ja, en): (Vec<_>, Vec<_>) = parts.unzip();
    let (ja, en) = (ja.join("。"), en.join("; "));
    Outcome::fail(
        entries,
        text!(
            "回答が期待と違う。{ja}",
            "the answer differs from what was expected: {en}"
        ),
    )
    .all_differ(differences.to_vec())
}

fn differ(
    differences: &mut Vec<Difference>,
    field: &str,
    expected: impl Into<String>,
    found: impl Into<String>,
) {
    let (expected, found) = (expected.into(), found.into());
    if expected != found {
        differences.push(Difference::new(field, expected, found));
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
        convention: false,
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
    if let Some(validity) = expected.validity {
        differ(
            differences,
            "validity",
            word(&validity),
            word(&answer.validity),
        );
    }
    presences(expected, answer, limit, differences);
    of_qualification(expected, answer.qualification.as_ref(), differences);
    insurance::fields(expected, answer, differences);
    for (kind, due) in expected.consents.iter().flatten() {
        let found = answer.consents.iter().find(|state| state.kind == *kind);
        if found.map(|state| state.flag) != Some(*due) {
            differences.push(flag(*kind, *due, found));
        }
    }
}

/// Compares what is only expected to be there or not.
fn presences(
    expected: &AnswerFields,
    answer: &Eligibility,
    limit: bool,
    differences: &mut Vec<Difference>,
) {
    let address = answer
        .person
        .as_ref()
        .is_some_and(|person| person.address.is_some() || person.postcode.is_some());
    let fields = [
        ("limit", expected.limit, limit),
        (
            "specific-diseases",
            expected.specific_diseases,
            !answer.specific_diseases.is_empty(),
        ),
        ("person.address", expected.address, address),
        (
            "qualification",
            expected.qualification,
            answer.qualification.is_some(),
        ),
        (
            "side-information",
            expected.side_information,
            answer.side_information.is_some(),
        ),
    ];
    for (field, wanted, there) in fields {
        if let Some(wanted) = wanted {
            differ(differences, field, word(&wanted), presence(there));
        }
    }
}

fn of_qualification(
    expected: &AnswerFields,
    returned: Option<&Qualification>,
    differences: &mut Vec<Difference>,
) {
    if let Some(insurer) = &expected.insurer {
        let found = returned.map(|it| &it.insurer);
        if Some(world::insurer(insurer)) != found.map(|found| world::insurer(found)) {
            let found = optional(found);
            differences.push(Difference::new("qualification.insurer", insurer, found));
        }
    }
    if let Some(share) = expected.share {
        let elderly = returned.and_then(|it| it.elderly.as_ref());
        let shares = [returned.map(|it| it.share), elderly.map(|it| it.share)];
        if !shares.contains(&Some(share)) {
            let found: Vec<String> = shares.iter().flatten().map(u8::to_string).collect();
            let field = "qualification.share";
            differences.push(Difference::new(field, share.to_string(), list(&found)));
        }
    }
    if let Some(preschool) = expected.preschool {
        let found = returned.and_then(|it| it.preschool).unwrap_or(false);
        let field = "qualification.preschool";
        differ(differences, field, word(&preschool), word(&found));
    }
}
