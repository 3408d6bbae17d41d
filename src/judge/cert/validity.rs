//! CERT: how long the certificate and the card last that a card shows (row 08), judged where the
//! card is under test.

use jiff::civil::{Date, Time, time};

use crate::eligibility::Moment;
use crate::judge::dates::validity::{Ends, card_ends, certificate_ends};
use crate::judge::facts::{Facts, Stay};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::judge::session::{card_end, certificate_end, whole_certificate};
use crate::requirement::Subject::Card;
use crate::scenario::ValidityFacts;

pub(in crate::judge) const RULES: &[Rule] = &[rule("CERT-08", Card, cert_08)];

/// The last second of a day.
const LAST_SECOND: Time = time(23, 59, 59, 0);
/// What the catalogue is less sure of.
const DETAILS: &str = "details";

fn cert_08(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (person, patient) in facts.scenario.people.iter().enumerate() {
        let Some(stated) = patient.card.validity else {
            continue;
        };
        let birth = patient.registry.person.birth_date;
        let mut card = None;
        for stay in facts.stays(person) {
            if let Some((day, entries)) = card_end(stay.undisturbed()) {
                outcomes.push(of_card(day, &entries, &card_ends(birth, &stated)));
                card = Some(day);
            }
            outcomes.extend(of_certificate(&stay, birth, &stated, card));
        }
    }
    outcomes
}

fn of_card(day: Date, entries: &[u64], ends: &Ends) -> Outcome {
    let expected = listed(&ends.days);
    let outcome = if ends.days.contains(&day) {
        Outcome::pass(
            entries,
            text!("カードの期限は{day}である", "the card lasts to {day}"),
        )
    } else {
        Outcome::fail(
            entries,
            text!(
                "カードの期限が{day}になっているが、{expected}が正しい",
                "the card says that it lasts to {day} where {expected} is right"
            ),
        )
        .differs("card.expires", expected.as_str(), day.to_string())
    };
    weighed(outcome, ends)
}

/// Counts an outcome among the details where the days rest on those.
fn weighed(outcome: Outcome, ends: &Ends) -> Outcome {
    if ends.by_details {
        outcome.part(DETAILS)
    } else {
        outcome
    }
}

fn of_certificate(
    stay: &Stay<'_>,
    birth: Date,
    stated: &ValidityFacts,
    card: Option<Date>,
) -> Vec<Outcome> {
    let Some((der, entries)) = whole_certificate(stay.undisturbed()) else {
        return Vec::new();
    };
    let Some(end) = certificate_end(&der) else {
        let message = text!(
            "000Aから読んだものを証明書として解釈できないので、期限を判定できない",
            "what was read of 000A is no certificate that could be decoded, so its end cannot be judged"
        );
        return vec![Outcome::open(&entries, message)];
    };
    if let Some(not_after) = stated.not_after {
        return vec![as_stated(end, not_after, &entries)];
    }
    let ends = certificate_ends(birth, stated);
    let (day, expected) = (end.day(), listed(&ends.days));
    let mut outcomes = Vec::new();
    let outcome = if ends.days.contains(&day) {
        Outcome::pass(
            &entries,
            text!(
                "証明書の最終日は{day}である",
                "the certificate's last day is {day}"
            ),
        )
    } else {
        Outcome::fail(
            &entries,
            text!(
                "証明書の最終日が{day}になっているが、{expected}が正しい",
                "the certificate's last day is {day} where {expected} is right"
            ),
        )
        .differs("certificate.not-after", expected.as_str(), day.to_string())
    };
    outcomes.push(weighed(outcome, &ends));
    let at = end.zoned().time();
    if at != LAST_SECOND {
        let message = text!(
            "証明書が{day}の{at}(日本時間)に切れる。23:59:59まで有効とする",
            "the certificate ends at {at} JST on {day}; it lasts to 23:59:59"
        );
        let breach = Outcome::fail(&entries, message).differs(
            "certificate.not-after",
            LAST_SECOND.to_string(),
            at.to_string(),
        );
        outcomes.push(breach.part(DETAILS));
    }
    if let Some(card) = card.filter(|card| *card < day) {
        let message = text!(
            "証明書の最終日{day}が、カードの期限{card}を越えている",
            "the certificate's last day, {day}, lies beyond the card's, {card}"
        );
        let breach = Outcome::fail(&entries, message).differs(
            "certificate.not-after",
            format!("≤ {card}"),
            day.to_string(),
        );
        outcomes.push(breach.part(DETAILS));
    }
    outcomes
}

/// Judges a certificate whose end the scenario states instead of leaving it to the rule.
fn as_stated(end: Moment, not_after: Moment, entries: &[u64]) -> Outcome {
    if end == not_after {
        Outcome::pass(
            entries,
            text!(
                "証明書は、シナリオのとおり{end}まで有効である",
                "the certificate lasts to {end}, as the scenario states"
            ),
        )
    } else {
        Outcome::fail(
            entries,
            text!(
                "証明書が{end}まで有効になっているが、シナリオでは{not_after}である",
                "the certificate lasts to {end} where the scenario states {not_after}"
            ),
        )
        .differs(
            "certificate.not-after",
            not_after.to_string(),
            end.to_string(),
        )
    }
}

fn listed(days: &[Date]) -> String {
    let days: Vec<String> = days.iter().map(Date::to_string).collect();
    days.join(" / ")
}
