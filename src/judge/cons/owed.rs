//! CONS: what was agreed to and is on record, which the backend owes (row 12).

use crate::eligibility::{
    Answer, CardClass, CertificatePhase, ConsentAnswer, ConsentKind, Inquiry, MedicalKind, Period,
    Registry, SiteKind,
};
use crate::judge::cert::backend::silent;
use crate::judge::cons::backend::ordinary;
use crate::judge::cons::gate::{Gate, gate};
use crate::judge::dates;
use crate::judge::difference::{ABSENT, PRESENT, answer as kind_of, list, word};
use crate::judge::facts::case::{consents, governed_by};
use crate::judge::facts::world::names;
use crate::judge::facts::{Exchange, Facts, phases_of};
use crate::judge::outcome::{Outcome, text};
use crate::transcript::Role;

/// Returns the months of the records of a kind that surely may be and must be returned, of those
/// that the period touches.
fn certain_months(
    registry: &Registry,
    kind: MedicalKind,
    period: Option<&Period>,
    day: jiff::civil::Date,
) -> Vec<String> {
    let first = match kind {
        MedicalKind::Drug => "2021-09",
        MedicalKind::Diagnosis if day >= dates::DIAGNOSES_START => "2022-06",
        MedicalKind::Checkup => "2020-04",
        MedicalKind::Surgery if day >= dates::SURGERY_STARTS => "2022-06",
        _ => return Vec::new(),
    };
    // How long records are kept differs between sources: three years are sure.
    let oldest = dates::month_before(day, 36);
    let newest = dates::month_before(day, 1);
    let mut months: Vec<String> = registry
        .medical
        .iter()
        .filter(|record| record.kind == kind)
        .map(|record| record.month.clone())
        .filter(|month| {
            first <= month.as_str() && oldest.as_str() <= month.as_str() && *month <= newest
        })
        .collect();
    months.sort_unstable_by(|one, other| other.cmp(one));
    if kind == MedicalKind::Checkup {
        months.truncate(5);
    }
    if let Some(period) = period {
        let (from, until) = (
            dates::month_before(period.from, 0),
            dates::month_before(period.until, 0),
        );
        months.retain(|month| from <= *month && *month <= until);
    }
    months
}

pub(super) fn cons_12(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = agreed_diseases(facts);
    for (case, truth, confirm, _) in ordinary(facts, "CONS-12") {
        if truth.site.kind == SiteKind::EligibilityOnly {
            continue;
        }
        for exchange in case.medical.iter().map(|index| &facts.exchanges[*index]) {
            let months = owed(facts, truth.person, exchange);
            if !months.is_empty() {
                outcomes.push(must_return(&[confirm.n], exchange, &months));
            }
        }
    }
    outcomes.extend(fetched_by_number(facts));
    outcomes
}

/// A fetch by number under a consent on record is as good as one after the card (CONS-08).
fn fetched_by_number(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in &facts.exchanges {
        let (Some(person), Inquiry::Medical { site, .. }) = (exchange.person, exchange.inquiry)
        else {
            continue;
        };
        let Some((patient, registry)) =
            facts.person(person).zip(facts.registry(person, exchange.n))
        else {
            continue;
        };
        // What a card in its grace period, or none at all, does to an earlier consent is not said.
        let in_service = phases_of(&patient.card, exchange.at)
            .iter()
            .all(|phase| *phase < CertificatePhase::Grace);
        let usable = in_service
            && exchange.from != Role::Reader
            && site.kind != SiteKind::EligibilityOnly
            && registry.withheld_by.is_empty();
        let months = owed(facts, person, exchange);
        if usable && !months.is_empty() {
            outcomes.push(must_return(&[], exchange, &months));
        }
    }
    outcomes
}

/// Tells whether a fetch names a qualification under which it is not sure that any medical
/// information is kept: 自衛官 and 医療扶助 (eligibility.md §3.5).
fn keeps_none(facts: &Facts<'_>, exchange: &Exchange<'_>) -> bool {
    let Inquiry::Medical { key, .. } = exchange.inquiry else {
        return false;
    };
    let registry = exchange
        .person
        .and_then(|person| facts.registry(person, exchange.n));
    registry.is_some_and(|registry| {
        registry.qualifications.iter().any(|it| {
            names(key, it)
                && matches!(
                    it.class,
                    CardClass::SelfDefenceForces | CardClass::MedicalAid
                )
        })
    })
}

/// Returns the months of the records that a fetch surely must get; none where it is closed.
fn owed(facts: &Facts<'_>, person: usize, exchange: &Exchange<'_>) -> Vec<String> {
    let Inquiry::Medical {
        kind, period, site, ..
    } = exchange.inquiry
    else {
        return Vec::new();
    };
    let offered = governed_by(*kind).is_some_and(|it| site.offers.contains(&it));
    if keeps_none(facts, exchange) || !offered || !matches!(gate(facts, exchange), Gate::Open) {
        return Vec::new();
    }
    facts
        .registry(person, exchange.n)
        .map(|registry| certain_months(registry, *kind, period.as_ref(), exchange.at.day()))
        .unwrap_or_default()
}

fn must_return(proof: &[u64], exchange: &Exchange<'_>, months: &[String]) -> Outcome {
    let mut entries = exchange.entries();
    entries.extend(proof);
    if exchange.fault.is_some() {
        return Outcome::open(&entries, silent());
    }
    let Some(answer) = exchange.answer() else {
        return Outcome::open(&entries, silent());
    };
    let returned: Vec<&str> = match answer {
        Answer::Medical(medical) => medical.records.iter().map(|it| it.month.as_str()).collect(),
        _ => Vec::new(),
    };
    let missing: Vec<&String> = months
        .iter()
        .filter(|month| !returned.contains(&month.as_str()))
        .collect();
    let n = exchange.answer_n();
    let (field, got) = match (exchange.medical_kind(), answer) {
        (Some(kind), Answer::Medical(_)) => (format!("medical.{}", word(&kind)), list(&returned)),
        _ => ("answer".to_owned(), kind_of(exchange)),
    };
    match missing.first() {
        None => Outcome::pass(
            &entries,
            text!(
                "同意のある情報が返された",
                "what was agreed to and is on record was returned"
            ),
        ),
        Some(month) => Outcome::fail(
            &entries,
            text!(
                "同意があり記録もある情報({month}など)が、項目{n}で返されていない",
                "what was agreed to and is on record ({month} and perhaps more) was not returned at entry {n}"
            ),
        )
        .differs(field, list(months), got),
    }
}

/// 特定疾病 comes with the eligibility answer.
fn agreed_diseases(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (_, truth, confirm, answer) in ordinary(facts, "CONS-12") {
        let agreed = consents(confirm.inquiry).iter().any(|consent| {
            consent.kind == ConsentKind::SpecificDisease && consent.answer == ConsentAnswer::Agree
        });
        let on_record = facts
            .registry(truth.person, confirm.n)
            .is_some_and(|registry| {
                let day = confirm.at.day();
                registry
                    .specific_diseases
                    .iter()
                    .any(|it| it.from <= day && it.until.is_none_or(|until| day <= until))
            });
        let offered = truth.site.offers.contains(&ConsentKind::SpecificDisease);
        let carried = facts.carries(|answer| !answer.specific_diseases.is_empty());
        if agreed && on_record && offered && carried && answer.specific_diseases.is_empty() {
            outcomes.push(
                Outcome::fail(
                    &confirm.entries(),
                    text!(
                        "同意のある特定疾病が返されていない",
                        "特定疾病 was agreed to and is on record, but was not returned"
                    ),
                )
                .differs("specific-diseases", PRESENT, ABSENT),
            );
        }
    }
    outcomes
}
