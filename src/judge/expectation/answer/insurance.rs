//! Compares what a scenario states of class, loss, limit, disease and tickets.

use super::{Difference, differ, list as list_of, optional, word};
use crate::eligibility::{Eligibility, MedicalTicket, SpecificDisease};
use crate::scenario::AnswerFields;

pub(super) fn fields(
    expected: &AnswerFields,
    answer: &Eligibility,
    differences: &mut Vec<Difference>,
) {
    let qualification = answer.qualification.as_ref();
    let limit = answer.limit.as_ref();
    let mut same = |what, expected: Option<String>, found: Option<String>| {
        if let Some(expected) = expected {
            differ(differences, what, expected, optional(found.as_ref()));
        }
    };
    same(
        "qualification.class",
        expected.class.as_ref().map(word),
        qualification.map(|one| word(&one.class)),
    );
    same(
        "qualification.lost-because",
        expected.loss.as_ref().map(word),
        qualification
            .and_then(|one| one.lost_because.as_ref())
            .map(word),
    );
    same(
        "limit.class",
        expected.limit_class.clone(),
        limit.map(|limit| limit.class.clone()),
    );
    same(
        "limit.kind",
        expected.limit_kind.as_ref().map(word),
        limit.map(|limit| word(&limit.kind)),
    );
    same(
        "qualification.elderly",
        expected
            .elderly_period
            .map(|period| format!("{} – {}", period.from, period.until)),
        qualification
            .and_then(|one| one.elderly.as_ref())
            .map(|one| format!("{} – {}", one.from, one.until)),
    );
    let (wanted, found) = diseases(expected, answer);
    same("specific-diseases", wanted, found);
    let (wanted, found) = tickets(expected, answer);
    same("tickets", wanted, found);
}

/// Returns the specific disease expected, and what was found in its place.
fn diseases(expected: &AnswerFields, answer: &Eligibility) -> (Option<String>, Option<String>) {
    let Some(wanted) = &expected.specific_disease else {
        return (None, None);
    };
    let shown = shown_disease(&wanted.category, wanted.self_pay);
    let fits = |found: &SpecificDisease| {
        found.category == wanted.category
            && (wanted.self_pay.is_none() || found.self_pay == wanted.self_pay)
    };
    let diseases = &answer.specific_diseases;
    let found = if diseases.iter().any(fits) {
        Some(shown.clone())
    } else {
        let other = diseases.first();
        other.map(|other| shown_disease(&other.category, other.self_pay))
    };
    (Some(shown), found)
}

/// Returns the tickets expected and those found.
fn tickets(expected: &AnswerFields, answer: &Eligibility) -> (Option<String>, Option<String>) {
    let Some(wanted) = &expected.tickets else {
        return (None, None);
    };
    let list = |mut shown: Vec<String>| {
        shown.sort_unstable();
        Some(list_of(&shown))
    };
    let wanted = wanted
        .iter()
        .map(|ticket| shown_ticket(&ticket.number, ticket.designated));
    let found = answer
        .tickets
        .iter()
        .map(|ticket| shown_ticket(&ticket.number, stated(expected, ticket)));
    (list(wanted.collect()), list(found.collect()))
}

/// Returns the designation of a ticket, where the scenario states one for this ticket.
fn stated(expected: &AnswerFields, ticket: &MedicalTicket) -> Option<bool> {
    let wanted = expected.tickets.iter().flatten();
    wanted
        .filter(|wanted| wanted.number == ticket.number)
        .any(|wanted| wanted.designated.is_some())
        .then_some(ticket.designated)?
}

fn shown_disease(category: &str, self_pay: Option<u32>) -> String {
    match self_pay {
        Some(yen) => format!("{category} ({yen} yen)"),
        None => category.to_owned(),
    }
}

fn shown_ticket(number: &str, designated: Option<bool>) -> String {
    match designated {
        Some(true) => format!("{number} (designated)"),
        Some(false) => format!("{number} (not designated)"),
        None => number.to_owned(),
    }
}
