//! CONS: which medical information the backend returns, on which consent (rows 01, 03–05, 10, 13).

use crate::eligibility::{ConsentAnswer, ConsentFlag, ConsentKind, MedicalKind};
use crate::judge::cert::backend::silent;
use crate::judge::cons::backend::ordinary;
use crate::judge::cons::gate::{Gate, gate};
use crate::judge::cons::owed;
use crate::judge::difference::{flag, word};
use crate::judge::facts::case::consents;
use crate::judge::facts::{Exchange, Facts};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Backend};

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("CONS-01", Backend, |facts| returned(facts, "CONS-01")),
    rule("CONS-03", Backend, |facts| returned(facts, "CONS-03")),
    rule("CONS-04", Backend, |facts| returned(facts, "CONS-04")),
    rule("CONS-05", Backend, |facts| returned(facts, "CONS-05")),
    rule("CONS-10", Backend, cons_10),
    rule("CONS-12", Backend, owed::cons_12),
    rule("CONS-13", Backend, cons_13),
];

/// Judges each fetch that `row` closes.
pub(in crate::judge) fn returned(facts: &Facts<'_>, row: &'static str) -> Vec<Outcome> {
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
                "CONS-08" => text!(
                    "番号での照会のほかに何もないのに、項目{n}で情報を返した。番号での照会は同意にならない",
                    "information was returned at entry {n} after nothing but a number inquiry, which is no consent"
                ),
                _ => text!(
                    "同意のない情報を項目{n}で返した",
                    "information that nobody agreed to was returned at entry {n}"
                ),
            },
        )
        .returned_wrongly(exchange);
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
            let name = consent.kind.title();
            outcomes.push(if state.flag == ConsentFlag::Given {
                Outcome::fail(
                    &confirm.entries(),
                    text!(
                        [name],
                        "断られた{name}が同意ありとされた",
                        "{name} was refused, yet flagged as given"
                    ),
                )
                .all_differ(vec![flag(consent.kind, ConsentFlag::No, Some(state))])
            } else {
                Outcome::pass(
                    &confirm.entries(),
                    text!(
                        [name],
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
        let field = format!("medical.{}", word(&medical.kind));
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
                .differs(format!("{field}.month"), format!("≥ {first}"), month)
            }
            None if count > most => Outcome::fail(
                &exchange.entries(),
                text!(
                    "項目{n}で健診を{count}回分返した。最近の{most}回までを返す",
                    "entry {n} returns {count} check-ups; at most the last {most}"
                ),
            )
            .differs(
                format!("{field}.count"),
                format!("≤ {most}"),
                count.to_string(),
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
