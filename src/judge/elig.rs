//! ELIG: the answer to a card inquiry, and what every answer owes (rows 01–03, 07, 10).

mod age;
mod aid;
pub(super) mod message;
pub(super) mod number;
pub(super) mod wire;

use super::cert::backend::each_truth;
use super::difference::qualification;
use super::facts::world::same;
use super::facts::{Case, Exchange, Facts, not_carried};
use super::outcome::{Outcome, text};
use super::refusal::wrong_refusal;
use super::rule::{Rule, not_judged, rule};
use crate::eligibility::{Eligibility, Qualification, Registry, Validity};
use crate::requirement::Subject::{Backend, Desk};

pub(super) const RULES: &[Rule] = &[
    rule("ELIG-01", Backend, elig_01),
    rule("ELIG-02", Backend, elig_02),
    rule("ELIG-03", Backend, elig_03),
    rule("ELIG-04", Backend, number::elig_04),
    rule("ELIG-05", Backend, number::elig_05),
    rule("ELIG-06", Backend, number::elig_06),
    rule("ELIG-07", Backend, number::elig_07),
    rule("ELIG-09", Backend, age::elig_09),
    rule("ELIG-10", Backend, aid::elig_10),
    not_judged(
        "ELIG-17",
        Desk,
        "職員が保険者に確かめたかは記録に現れない",
        "whether staff asked the insurer is not in the transcript",
    ),
    not_judged(
        "ELIG-18",
        Desk,
        "会計は記録に現れない",
        "what is collected from the patient is not in the transcript",
    ),
];

/// Returns the qualifications that hold on a day.
pub(super) fn current(registry: &Registry, day: jiff::civil::Date) -> Vec<&Qualification> {
    registry
        .qualifications
        .iter()
        .filter(|qualification| qualification.holds_on(day))
        .collect()
}

/// Returns the qualification that was lost last before a day.
fn last_lost(registry: &Registry, day: jiff::civil::Date) -> Option<&Qualification> {
    registry
        .qualifications
        .iter()
        .filter(|qualification| qualification.until.is_some_and(|until| until < day))
        .max_by_key(|qualification| qualification.until)
}

/// Judges each eligibility by card that a correct backend would give.
fn each_owed(
    facts: &Facts<'_>,
    id: &'static str,
    judge: impl Fn(&Exchange<'_>, &Eligibility, &Registry) -> Option<Outcome>,
) -> Vec<Outcome> {
    each_truth(facts, id, |case, truth| {
        let Some((confirm, answer)) = facts.eligibility(case) else {
            return Vec::new();
        };
        if truth.refused_by().is_some() {
            return Vec::new();
        }
        facts
            .registry(truth.person, confirm.n)
            .and_then(|registry| judge(confirm, answer, registry))
            .into_iter()
            .collect()
    })
}

fn validity_name(validity: Validity) -> &'static str {
    match validity {
        Validity::Valid => "valid",
        Validity::Invalid => "invalid",
        Validity::InvalidNewerExists => "invalid-newer-exists",
        Validity::None => "none",
        Validity::Several => "several",
        Validity::ValidUnregistered => "valid-unregistered",
    }
}

fn elig_01(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = each_owed(facts, "ELIG-01", |confirm, answer, registry| {
        let day = confirm.at.day();
        let held = current(registry, day);
        // Without the ticket of the month the validity is that of ELIG-10.
        if held.is_empty() || aid::not_yet_recorded(registry, day) {
            return None;
        }
        // Reported as ELIG-02.
        if matches!(
            answer.validity,
            Validity::InvalidNewerExists | Validity::Several
        ) {
            return None;
        }
        Some(current_answered(confirm, answer, &held))
    });
    outcomes.extend(each_truth(facts, "ELIG-01", |case, _| {
        refused_instead(facts, case).into_iter().collect()
    }));
    outcomes
}

fn current_answered(
    confirm: &Exchange<'_>,
    answer: &Eligibility,
    held: &[&Qualification],
) -> Outcome {
    let n = confirm.answer_n();
    let validity = validity_name(answer.validity);
    let right = answer
        .qualification
        .as_ref()
        .is_some_and(|returned| held.iter().any(|it| same(it, returned)));
    if answer.validity != Validity::Valid {
        return Outcome::fail(
            &confirm.entries(),
            text!(
                "有効な資格があるのに、項目{n}で{validity}と答えた",
                "a qualification holds on that day, but entry {n} says {validity}"
            ),
        )
        .differs("validity", "valid", validity);
    }
    if right {
        return Outcome::pass(
            &confirm.entries(),
            text!(
                "その日に有効な資格を返した",
                "the qualification that holds on that day was returned"
            ),
        );
    }
    let returned = answer.qualification.as_ref();
    let due = held
        .first()
        .map_or_else(Vec::new, |due| qualification(due, returned));
    Outcome::fail(
        &confirm.entries(),
        text!(
            "項目{n}の資格が、その日に有効な資格ではない",
            "the qualification at entry {n} is not one that holds on that day"
        ),
    )
    .all_differ(due)
}

/// A refusal that nothing calls for and no more specific row names.
fn refused_instead(facts: &Facts<'_>, case: &Case) -> Option<Outcome> {
    let wrong = wrong_refusal(facts, case).filter(|wrong| wrong.row == "ELIG-01")?;
    let ground = wrong.ground.title();
    Some(wrong.breach(text!(
        [ground],
        "断る理由がないのに断った({ground})。現在の資格を返す",
        "refused ({ground}) without any reason; the current qualification is returned"
    )))
}

fn elig_02(facts: &Facts<'_>) -> Vec<Outcome> {
    each_owed(facts, "ELIG-02", |confirm, answer, registry| {
        let n = confirm.answer_n();
        let due = match current(registry, confirm.at.day()).as_slice() {
            [] => "invalid",
            _ => "valid",
        };
        Some(match answer.validity {
            Validity::InvalidNewerExists => Outcome::fail(
                &confirm.entries(),
                text!(
                    "カードでの照会に、項目{n}で「無効(新しい資格あり)」と答えた。新しい資格そのものを返す",
                    "entry {n} answers a card inquiry \"invalid, newer exists\"; the newer one itself is returned"
                ),
            )
            .differs("validity", due, "invalid-newer-exists"),
            Validity::Several => Outcome::fail(
                &confirm.entries(),
                text!(
                    "カードでの照会に、項目{n}で「複数該当」と答えた",
                    "entry {n} answers a card inquiry \"several match\""
                ),
            )
            .differs("validity", due, "several")
            .part("several-match"),
            _ => Outcome::pass(
                &confirm.entries(),
                text!(
                    "カードの持ち主の資格として答えた",
                    "the card inquiry was answered for its holder"
                ),
            ),
        })
    })
}

fn elig_03(facts: &Facts<'_>) -> Vec<Outcome> {
    each_owed(facts, "ELIG-03", |confirm, answer, registry| {
        let day = confirm.at.day();
        let lost = last_lost(registry, day).filter(|_| current(registry, day).is_empty())?;
        if answer.validity == Validity::InvalidNewerExists {
            return None;
        }
        let n = confirm.answer_n();
        let validity = validity_name(answer.validity);
        let reference = answer
            .qualification
            .as_ref()
            .is_some_and(|returned| same(lost, returned));
        Some(if answer.validity != Validity::Invalid {
            Outcome::fail(
                &confirm.entries(),
                text!(
                    "資格を失って新しい資格もないのに、項目{n}で{validity}と答えた。正しくはinvalid",
                    "the qualification is lost and there is no newer one, but entry {n} says {validity}; invalid is right"
                ),
            )
            .differs("validity", "invalid", validity)
        } else if reference {
            Outcome::pass(
                &confirm.entries(),
                text!(
                    "無効とし、最後の資格を参考に示した",
                    "invalid, with the last qualification as reference"
                ),
            )
        } else if !facts.carries(|answer| {
            answer.validity == Validity::Invalid && answer.qualification.is_some()
        }) {
            Outcome::open(&confirm.entries(), not_carried())
        } else {
            Outcome::fail(
                &confirm.entries(),
                text!(
                    "項目{n}は無効としたが、最後の資格が参考に示されていない",
                    "entry {n} says invalid, but without the last qualification as reference"
                ),
            )
            .all_differ(qualification(lost, answer.qualification.as_ref()))
        })
    })
}
