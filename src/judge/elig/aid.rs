//! ELIG-10: the tickets of 医療扶助.

use jiff::civil::Date;

use crate::eligibility::{CardClass, Eligibility, MedicalTicket, Registry, Validity};
use crate::judge::dates;
use crate::judge::difference::{list, optional, word};
use crate::judge::elig::{current, each_owed};
use crate::judge::facts::{Exchange, Facts};
use crate::judge::outcome::{Outcome, text};

/// Tells whether a person is on 医療扶助 alone and has no ticket of the month yet.
pub(super) fn not_yet_recorded(registry: &Registry, day: Date) -> bool {
    let held = current(registry, day);
    !held.is_empty()
        && held.iter().all(|it| it.class == CardClass::MedicalAid)
        && of_month(registry, day).is_empty()
}

/// Returns the tickets on record for the month of a day.
fn of_month(registry: &Registry, day: Date) -> Vec<&MedicalTicket> {
    let month = dates::month_before(day, 0);
    registry
        .tickets
        .iter()
        .filter(|ticket| ticket.month == month)
        .collect()
}

pub(super) fn elig_10(facts: &Facts<'_>) -> Vec<Outcome> {
    let by_card = each_owed(facts, "ELIG-10", |confirm, answer, registry| {
        let day = confirm.at.day();
        let held = current(registry, day);
        let on_record = of_month(registry, day);
        let on_aid = held.iter().any(|it| it.class == CardClass::MedicalAid);
        if held.is_empty() || (!on_aid && on_record.is_empty() && answer.tickets.is_empty()) {
            return None;
        }
        // FHIR answers carry no tickets.
        if facts.header.roles.backend == "fhir" {
            return Some(Outcome::absent(text!(
                "この照会方式は伝えない",
                "this protocol does not carry it"
            )));
        }
        if not_yet_recorded(registry, day) && answer.tickets.is_empty() {
            return Some(unrecorded(confirm, answer));
        }
        Some(
            given(facts, confirm, answer, &on_record).unwrap_or_else(|| {
                let missing = on_record.iter().find(|one| !has(&answer.tickets, one));
                missing.map_or_else(|| right(confirm), |one| withheld(confirm, answer, one))
            }),
        )
    });
    // What a number inquiry owes is not public; what it gives must be right.
    let by_number = facts
        .exchanges
        .iter()
        .filter(|exchange| {
            matches!(exchange.inquiry, crate::eligibility::Inquiry::Number { .. })
                && exchange.fault.is_none()
        })
        .filter_map(|exchange| {
            let answer = exchange.eligibility().filter(|it| !it.tickets.is_empty())?;
            let registry = facts.registry(exchange.person?, exchange.n)?;
            let on_record = of_month(registry, exchange.at.day());
            let wrong = given(facts, exchange, answer, &on_record);
            Some(wrong.unwrap_or_else(|| right(exchange)))
        });
    let mut outcomes: Vec<Outcome> = by_card.into_iter().chain(by_number).collect();
    if !outcomes.is_empty() {
        outcomes.extend(whose_card(facts));
    }
    outcomes
}

/// Tickets are in play, and it is not known by whose card: what was right by number says nothing of
/// what was answered by card.
fn whose_card(facts: &Facts<'_>) -> Vec<Outcome> {
    let unknown = facts
        .cases
        .iter()
        .filter(|case| facts.truth(case).is_none());
    let open = |n: u64| {
        Outcome::open(
            &[n],
            text!(
                "項目{n}でどのカードが使われたか分からない",
                "whose card was used at entry {n} is not known"
            ),
        )
    };
    unknown
        .map(|case| open(facts.exchanges[case.auth].n))
        .collect()
}

fn same_ticket(one: &MedicalTicket, other: &MedicalTicket) -> bool {
    one.number == other.number && one.kind == other.kind && one.month == other.month
}

fn has(tickets: &[MedicalTicket], wanted: &MedicalTicket) -> bool {
    tickets.iter().any(|ticket| same_ticket(ticket, wanted))
}

fn right(exchange: &Exchange<'_>) -> Outcome {
    Outcome::pass(
        &exchange.entries(),
        text!(
            "その月の券と、指定医療機関に当たるかどうかを返した",
            "the tickets of the month were returned, with the match of the designated institution"
        ),
    )
}

fn withheld(exchange: &Exchange<'_>, answer: &Eligibility, ticket: &MedicalTicket) -> Outcome {
    let given: Vec<&String> = answer.tickets.iter().map(|it| &it.number).collect();
    let (n, number) = (exchange.answer_n(), &ticket.number);
    Outcome::fail(
        &exchange.entries(),
        text!(
            "その月の券{number}が記録にあるのに、項目{n}で返されていない",
            "ticket {number} of the month is on record, but entry {n} does not return it"
        ),
    )
    .differs("tickets", number, list(&given))
}

/// Returns the breach in the tickets that were given.
fn given(
    facts: &Facts<'_>,
    exchange: &Exchange<'_>,
    answer: &Eligibility,
    on_record: &[&MedicalTicket],
) -> Option<Outcome> {
    let n = exchange.answer_n();
    let institution = &facts.world(exchange.n)?.site.institution;
    let numbers: Vec<&String> = on_record.iter().map(|it| &it.number).collect();
    for ticket in &answer.tickets {
        let (number, month) = (&ticket.number, &ticket.month);
        let Some(recorded) = on_record.iter().find(|one| same_ticket(one, ticket)) else {
            return Some(Outcome::fail(
                &exchange.entries(),
                text!(
                    "項目{n}で返した券{number}({month})は、その月の記録にない",
                    "ticket {number} of {month}, returned at entry {n}, is not on record for the month of the inquiry"
                ),
            )
            .differs("tickets", list(&numbers), number));
        };
        let due = recorded.institution == *institution;
        if ticket.designated != Some(due) {
            let field = format!("tickets.{number}.designated");
            return Some(Outcome::fail(
                &exchange.entries(),
                text!(
                    "項目{n}の券{number}で、照会した機関が指定医療機関に当たるかどうかが違うか、示されていない",
                    "at entry {n}, ticket {number} does not say, or says wrongly, whether who asks is the designated institution"
                ),
            )
            .differs(field, word(&due), optional(ticket.designated.as_ref())));
        }
    }
    None
}

fn unrecorded(confirm: &Exchange<'_>, answer: &Eligibility) -> Outcome {
    let n = confirm.answer_n();
    let validity = super::validity_name(answer.validity);
    if answer.validity == Validity::ValidUnregistered {
        return Outcome::pass(
            &confirm.entries(),
            text!(
                "その月の券がまだないので、有効(未登録)と答えた",
                "the ticket of the month is not recorded yet, and the answer says valid-unregistered"
            ),
        );
    }
    Outcome::fail(
        &confirm.entries(),
        text!(
            "その月の券がまだないのに、項目{n}で{validity}と答えた。valid-unregisteredが望ましい",
            "the ticket of the month is not recorded yet, but entry {n} says {validity}; valid-unregistered is expected"
        ),
    )
    .differs("validity", "valid-unregistered", validity)
    .part("not-yet-recorded")
}
