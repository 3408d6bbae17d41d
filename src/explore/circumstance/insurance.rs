//! What is special about a person's insurance.

use jiff::civil::Date;

use super::{Circumstance, Ground, days_back, months_back};
use crate::eligibility::{LimitKind, LossReason, TicketKind, Treatment};
use crate::scenario::{
    DateExpr, LimitEntry, QualificationEntry, SpecificDiseaseEntry, TicketEntry,
};

impl Circumstance {
    /// Lays what concerns insurance over a document.
    pub(super) fn lay_insurance(&self, ground: &mut Ground<'_>) {
        match self {
            Circumstance::NotRecorded => ground.document.registry.qualifications = Some(Vec::new()),
            Circumstance::Lapsed(days) => {
                let until = DateExpr::Day(ground.back(*days));
                let lapsed = ground.qualification().map(|one| ended(one, until));
                ground.document.registry.qualifications = lapsed.map(|one| vec![one]);
            }
            Circumstance::NewInsurer(days) => {
                let first = ground.back(*days);
                let eve = DateExpr::Day(days_back(first, 1));
                let newer = ground.qualification().map(|one| newer(&one, first));
                let older = ground.qualification().map(|one| ended(one, eve));
                ground.document.registry.qualifications = older.zip(newer).map(|(a, b)| vec![a, b]);
            }
            Circumstance::Aged(years, days) => aged(ground, *years, *days),
            Circumstance::NoLimit => ground.document.registry.limits = Some(Vec::new()),
            Circumstance::LimitUntil(days) => {
                let limit = LimitEntry {
                    class: "A03".to_owned(),
                    kind: LimitKind::Limit,
                    from: DateExpr::Day(ground.back(days.saturating_add(300))),
                    until: DateExpr::Day(ground.back(*days)),
                    long_term: None,
                };
                ground.document.registry.limits = Some(vec![limit]);
            }
            Circumstance::Disease => {
                let disease = SpecificDiseaseEntry {
                    category: "1".to_owned(),
                    from: DateExpr::Day(ground.back(400)),
                    until: None,
                    self_pay: Some(10_000),
                };
                ground.document.registry.specific_diseases = Some(vec![disease]);
            }
            Circumstance::Ticket(months, here) => {
                let entry = ticket(ground, *months, *here);
                ground
                    .document
                    .registry
                    .tickets
                    .get_or_insert_default()
                    .push(entry);
            }
            _ => {}
        }
    }
}

fn ended(one: QualificationEntry, until: DateExpr) -> QualificationEntry {
    QualificationEntry {
        until: Some(until),
        lost_because: Some(LossReason::Other),
        ..one
    }
}

fn newer(one: &QualificationEntry, first: Date) -> QualificationEntry {
    QualificationEntry {
        insurer: "01130003".to_owned(),
        insurer_name: "別の模擬健康保険組合".to_owned(),
        symbol: "４５６".to_owned(),
        number: "７７１".to_owned(),
        from: DateExpr::Day(first),
        until: None,
        lost_because: None,
        ..one.clone()
    }
}

/// Makes the patient so old, insured as people of that age are: from 70 on with a 高齢受給者証, from
/// 75 on by an insurer 39….
fn aged(ground: &mut Ground<'_>, years: i16, days: i64) {
    let birthday = ground
        .at
        .day()
        .saturating_sub(jiff::Span::new().years(years));
    ground.birth = days_back(birthday, days);
    ground.document.card.birth_date = Some(DateExpr::Day(ground.birth));
    // The classes of a limit go by age; none fits everybody.
    ground.document.registry.limits = Some(Vec::new());
    let Some(mut one) = ground.qualification() else {
        return;
    };
    match years {
        75.. => {
            one.insurer = "39139997".to_owned();
            one.share = 10;
            one.from = DateExpr::Day(ground.back(20));
        }
        70.. => {
            one.elderly_share = Some(20);
            one.elderly_from = Some(DateExpr::Day(ground.back(40)));
            one.elderly_until = Some(DateExpr::Day(ground.back(-300)));
        }
        40.. => {}
        _ => one.from = DateExpr::Day(ground.birth),
    }
    ground.document.registry.qualifications = Some(vec![one]);
}

fn ticket(ground: &Ground<'_>, months: i64, here: bool) -> TicketEntry {
    // No two tickets share a number, also where only the institution differs.
    let place = if here { 9_000 } else { 9_100 };
    let number = format!("模券{:04}", place + months.rem_euclid(100));
    TicketEntry {
        kind: TicketKind::Care,
        month: DateExpr::Day(months_back(ground.at.day(), months)),
        from: None,
        until: None,
        number,
        treatment: Treatment::Outpatient,
        payer: "12139996".to_owned(),
        recipient: "9000009".to_owned(),
        office: "架空県模擬市福祉事務所".to_owned(),
        institution: if here { "1399999999" } else { "1399999997" }.to_owned(),
        self_pay: 0,
        combined: false,
    }
}
