//! EMG-04: who views in an emergency, which items, and how far back.
//!
//! Records have months and no days: a month that lies in part within a period counts as a whole (a
//! convention of this harness). Items are known again by what the scenario has on record.

use super::{each_emergency, nothing_read};
use crate::eligibility::{Care, Inquiry, MedicalKind, MedicalRecord, Registry, SiteKind, Text};
use crate::judge::dates;
use crate::judge::difference::{ABSENT, Difference, PRESENT, word};
use crate::judge::facts::{Exchange, Facts};
use crate::judge::outcome::{Outcome, text};
use crate::judge::refusal::may_view_emergency;
use crate::requirement::Id;

/// Months that drugs and diagnoses reach back in the summary (eligibility.md §2).
const RECENT: i32 = 3;
/// Months that surgery reaches back in the summary, and everything in the normal view. What is
/// known by no item gets this longest period.
const LONGEST: i32 = 60;

pub(super) fn emg_04(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = each_emergency(facts, "EMG-04", |case, truth, confirm| {
        if may_view_emergency(&truth.site, confirm.at.day()) != Some(false) {
            return None;
        }
        let why = text!(
            "この施設には救急時の権限がない",
            "the site has no right in an emergency"
        );
        Some(nothing_read(facts, case, confirm, &why))
    });
    let id = Id::literal("EMG-04");
    outcomes.extend(
        facts
            .exchanges
            .iter()
            .filter(|it| Facts::in_force(id, it.at.day()) && it.fault.is_none())
            .filter_map(|exchange| fetched(facts, exchange)),
    );
    outcomes
}

/// Judges one fetch of records in an emergency.
fn fetched(facts: &Facts<'_>, exchange: &Exchange<'_>) -> Option<Outcome> {
    let Inquiry::Medical {
        kind, care, site, ..
    } = exchange.inquiry
    else {
        return None;
    };
    let summary = *kind == MedicalKind::EmergencySummary;
    let ambulance = site.kind == SiteKind::Ambulance;
    if !summary && !ambulance && *care != Care::Emergency {
        return None;
    }
    exchange.answer()?;
    let may = may_view_emergency(site, exchange.at.day())? && (summary || !ambulance);
    let (n, returned) = (exchange.answer_n(), exchange.returned_records());
    if !may {
        return Some(if returned {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "この施設が見られないものを、項目{n}で返した",
                    "entry {n} returns what this site may not see"
                ),
            )
            .returned_wrongly(exchange)
        } else {
            Outcome::pass(
                &exchange.entries(),
                text!(
                    "権限のないものを返さなかった",
                    "nothing beyond the site's right was returned"
                ),
            )
        });
    }
    if !returned {
        return None;
    }
    Some(match beyond(facts, exchange) {
        Some((why, difference)) => {
            Outcome::fail(&exchange.entries(), why).all_differ(vec![difference])
        }
        None => Outcome::pass(
            &exchange.entries(),
            text!(
                "決められた項目と期間の範囲で返した",
                "what was returned lies within its items and periods"
            ),
        ),
    })
}

/// Finds a record that lies beyond its period, or is none of the items.
fn beyond(facts: &Facts<'_>, exchange: &Exchange<'_>) -> Option<(Text, Difference)> {
    let answer = exchange.medical()?;
    let registry = exchange
        .person
        .and_then(|person| facts.registry(person, exchange.n));
    let n = exchange.answer_n();
    let summary = answer.kind == MedicalKind::EmergencySummary;
    let field = |of: &str| format!("medical.{}.{of}", word(&answer.kind));
    for record in &answer.records {
        let months = match registry {
            Some(registry) if summary => months_of(record, registry),
            _ => Some(LONGEST),
        };
        let Some(months) = months else {
            let why = text!(
                "救急用サマリー(項目{n})に健診の結果がある。載せるのは実施日だけである",
                "the summary at entry {n} has the result of a check-up; it carries the date alone"
            );
            let difference = Difference::new(field("checkup-result"), ABSENT, PRESENT);
            return Some((why, difference));
        };
        let first = dates::month_before(exchange.at.day(), months);
        let month = &record.month;
        if *month < first {
            let why = text!(
                "項目{n}で{month}の記録を返した。{first}より前のものは見られない",
                "entry {n} returns a record of {month}; nothing before {first} may be seen"
            );
            let difference = Difference::new(field("month"), format!("≥ {first}"), month);
            return Some((why, difference));
        }
    }
    None
}

/// Returns how many months the item reaches back for which a line of the summary stands; nothing
/// for a check-up's result, which is no item.
fn months_of(line: &MedicalRecord, registry: &Registry) -> Option<i32> {
    let stands_for = |record: &&MedicalRecord| {
        !record.text.is_empty() && line.text.contains(record.text.as_str())
    };
    let mut written = registry
        .medical
        .iter()
        .filter(|record| record.kind == MedicalKind::EmergencySummary && record.text == line.text);
    if written.next().is_some() {
        return Some(LONGEST);
    }
    let mut sources = registry.medical.iter().filter(stands_for);
    if sources
        .clone()
        .any(|source| source.kind == MedicalKind::Checkup)
    {
        return None;
    }
    let recent = sources.any(|source| {
        let short = matches!(source.kind, MedicalKind::Drug | MedicalKind::Diagnosis);
        short && source.month == line.month
    });
    Some(if recent { RECENT } else { LONGEST })
}
