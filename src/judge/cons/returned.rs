//! CONS: which medical information the backend returns, on which consent (rows 01, 03–05, 10, 12, 13).

use crate::eligibility::{
    Answer, CardClass, CertificatePhase, ConsentAnswer, ConsentFlag, ConsentKind, Inquiry,
    MedicalKind, Period, Registry, SiteKind,
};
use crate::judge::cert::backend::silent;
use crate::judge::cons::backend::ordinary;
use crate::judge::cons::gate::{Gate, gate};
use crate::judge::cons::kind_name;
use crate::judge::dates;
use crate::judge::facts::case::{consents, governed_by};
use crate::judge::facts::world::names;
use crate::judge::facts::{Exchange, Facts, phases_of};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Backend};
use crate::transcript::Role;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("CONS-01", Backend, |facts| returned(facts, "CONS-01")),
    rule("CONS-03", Backend, |facts| returned(facts, "CONS-03")),
    rule("CONS-04", Backend, |facts| returned(facts, "CONS-04")),
    rule("CONS-05", Backend, |facts| returned(facts, "CONS-05")),
    rule("CONS-10", Backend, cons_10),
    rule("CONS-12", Backend, cons_12),
    rule("CONS-13", Backend, cons_13),
];

/// Judges each fetch that `row` closes.
fn returned(facts: &Facts<'_>, row: &'static str) -> Vec<Outcome> {
    let id = Id::literal(row);
    facts
        .exchanges
        .iter()
        .filter(|exchange| Facts::in_force(id, exchange.at.day()))
        .filter_map(|exchange| match gate(facts, exchange) {
            Gate::Closed(by, part) if by == row => Some((exchange, part)),
            _ => None,
        })
        .map(|(exchange, part)| {
            let outcome = nothing_returned(exchange, row, part);
            match part {
                Some(part) => outcome.part(part),
                None => outcome,
            }
        })
        .chain(by_flags(facts, row))
        .collect()
}

/// Judges that a fetch that is closed returns nothing.
fn nothing_returned(
    exchange: &Exchange<'_>,
    row: &'static str,
    part: Option<&'static str>,
) -> Outcome {
    let n = exchange.answer_n();
    if exchange.returned_records() {
        return Outcome::fail(
            &exchange.entries(),
            match row {
                "CONS-03" if part == Some("withdrawn") => text!(
                    "取り消された同意で、項目{n}で情報を返した",
                    "information was returned at entry {n} on a consent that was withdrawn"
                ),
                "CONS-03" => text!(
                    "24時間を過ぎた同意で、項目{n}で情報を返した",
                    "information was returned at entry {n} on a consent older than 24 hours"
                ),
                "CONS-04" => text!(
                    "別の施設で得た同意で、項目{n}で情報を返した",
                    "information was returned at entry {n} on a consent given at another institution"
                ),
                "CONS-05" => text!(
                    "健診は同意されていないのに、項目{n}で健診情報を返した",
                    "check-ups were refused, yet returned at entry {n}"
                ),
                _ => text!(
                    "同意のない情報を項目{n}で返した",
                    "information that nobody agreed to was returned at entry {n}"
                ),
            },
        );
    }
    match exchange.answer() {
        _ if exchange.fault.is_some() => Outcome::open(&exchange.entries(), silent()),
        Some(_) => Outcome::pass(
            &exchange.entries(),
            text!("情報を返さなかった", "nothing was returned"),
        ),
        None => Outcome::open(&exchange.entries(), silent()),
    }
}

/// A refusal that was honoured shows in the flags too, where nothing was fetched.
fn by_flags(facts: &Facts<'_>, row: &'static str) -> Vec<Outcome> {
    if row != "CONS-01" && row != "CONS-05" {
        return Vec::new();
    }
    let mut outcomes = Vec::new();
    for (_, _, confirm, answer) in ordinary(facts, row) {
        for consent in consents(confirm.inquiry) {
            let mine = (consent.kind == ConsentKind::Checkup) == (row == "CONS-05");
            let asked =
                consent.kind != ConsentKind::Limit && consent.answer == ConsentAnswer::Refuse;
            let state = answer
                .consents
                .iter()
                .find(|state| state.kind == consent.kind);
            let (true, true, Some(state)) = (mine, asked, state) else {
                continue;
            };
            let name = kind_name(consent.kind);
            outcomes.push(if state.flag == ConsentFlag::Given {
                Outcome::fail(
                    &confirm.entries(),
                    text!(
                        "断られた{name}が同意ありとされた",
                        "{name} was refused, yet flagged as given"
                    ),
                )
            } else {
                Outcome::pass(
                    &confirm.entries(),
                    text!(
                        "{name}の拒否が記された",
                        "the refusal of {name} was recorded"
                    ),
                )
            });
        }
    }
    outcomes
}

fn cons_10(facts: &Facts<'_>) -> Vec<Outcome> {
    let id = Id::literal("CONS-10");
    facts
        .exchanges
        .iter()
        .filter(|exchange| exchange.medical_kind() == Some(MedicalKind::Surgery))
        .filter(|exchange| Facts::in_force(id, exchange.at.day()))
        .filter_map(
            |exchange| match (gate(facts, exchange), exchange.answer()) {
                (Gate::Unknown, _) => None,
                (_, None) => Some(Outcome::open(&exchange.entries(), silent())),
                (Gate::Closed(by, _), _) if exchange.returned_records() => Some(Outcome::open(
                    &exchange.entries(),
                    text!("{by}の違反として示す", "reported as a breach of {by}"),
                )),
                _ => Some(Outcome::pass(
                    &exchange.entries(),
                    text!(
                        "手術情報は、手術への同意によってだけ扱われた",
                        "surgery information followed the consent to surgery alone"
                    ),
                )),
            },
        )
        .collect()
}

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

fn cons_12(facts: &Facts<'_>) -> Vec<Outcome> {
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
        ),
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
            outcomes.push(Outcome::fail(
                &confirm.entries(),
                text!(
                    "同意のある特定疾病が返されていない",
                    "特定疾病 was agreed to and is on record, but was not returned"
                ),
            ));
        }
    }
    outcomes
}

fn cons_13(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in &facts.exchanges {
        let Some(medical) = exchange.medical() else {
            continue;
        };
        let (first, most) = match medical.kind {
            MedicalKind::Drug => ("2021-09", usize::MAX),
            MedicalKind::Checkup => ("2020-04", 5),
            _ => continue,
        };
        if medical.records.is_empty() {
            continue;
        }
        let (n, count) = (exchange.answer_n(), medical.records.len());
        let old = medical
            .records
            .iter()
            .find(|record| record.month.as_str() < first);
        outcomes.push(match old {
            Some(record) => {
                let month = &record.month;
                Outcome::fail(
                    &exchange.entries(),
                    text!(
                        "項目{n}で{month}の記録を返した。{first}より前のものは返さない",
                        "entry {n} returns a record of {month}; nothing before {first} is returned"
                    ),
                )
            }
            None if count > most => Outcome::fail(
                &exchange.entries(),
                text!(
                    "項目{n}で健診を{count}回分返した。最近の{most}回までを返す",
                    "entry {n} returns {count} check-ups; at most the last {most}"
                ),
            ),
            None => Outcome::pass(
                &exchange.entries(),
                text!(
                    "さかのぼれる範囲の記録だけを返した",
                    "only records within reach were returned"
                ),
            ),
        });
    }
    outcomes
}
