//! EMG: emergency transport and emergency hospitals.

mod view;

use super::cert::backend::silent;
use super::difference::flag;
use super::facts::case::{discloses, emergency_consent};
use super::facts::{Case, Exchange, Facts, Truth, Visit, not_ended};
use super::outcome::{Outcome, text};
use super::refusal::may_view_emergency;
use super::rule::{Rule, not_judged, rule};
use crate::eligibility::{ConsentFlag, EmergencyConsent, SiteKind};
use crate::requirement::{Id, Subject::Backend, Subject::Desk, Subject::Reader, catalogue};
use crate::scenario::{DeskStep, FaceShown, Step};
use crate::screen::ScreenId;
use crate::transcript::Role;

pub(super) const RULES: &[Rule] = &[
    rule("EMG-01", Reader, emg_01_reader),
    rule("EMG-01", Backend, emg_01_backend),
    not_judged("EMG-02", Desk, DESK.0, DESK.1),
    rule("EMG-02", Backend, emg_02),
    not_judged("EMG-03", Desk, DESK.0, DESK.1),
    rule("EMG-03", Backend, emg_03),
    rule("EMG-04", Backend, view::emg_04),
];

const DESK: (&str, &str) = (
    "救急隊や職員のことばは記録に現れないので、判定しない",
    "what crew or staff say is not in the transcript, so this is not judged",
);

/// Why nothing may be read in an emergency visit.
fn ground(visit: &Visit<'_>) -> Option<u64> {
    let act = visit.stimuli.iter().find(|given| {
        matches!(
            given.act,
            Step::Desk(
                DeskStep::NoCard
                    | DeskStep::VisualCheck(FaceShown::Mismatch)
                    | DeskStep::OralConsent(EmergencyConsent::Refused)
            )
        )
    })?;
    let matched_later = visit.stimuli.iter().any(|given| {
        given.n > act.n
            && matches!(
                given.act,
                Step::Desk(DeskStep::VisualCheck(FaceShown::Match))
            )
            && matches!(act.act, Step::Desk(DeskStep::VisualCheck(_)))
    });
    (!matched_later).then_some(act.n)
}

fn emg_01_reader(facts: &Facts<'_>) -> Vec<Outcome> {
    let id = Id::literal("EMG-01");
    facts.each_visit(id, |visit| {
        let ambulance = facts
            .world(visit.first)
            .is_some_and(|world| world.site.kind == SiteKind::Ambulance);
        let Some(ground) = ground(visit).filter(|_| ambulance || visit.emergency) else {
            return Outcome::absent(text!(
                "救急で読んではならない場面がない",
                "no emergency in which nothing may be read"
            ));
        };
        let asked = facts.exchanges.iter().find(|exchange| {
            exchange.visit == visit.number
                && exchange.from == Role::Reader
                && exchange.n > ground
        });
        match (asked, visit.shown(ScreenId::Counter, ground)) {
            (Some(exchange), _) => {
                let n = exchange.n;
                Outcome::fail(
                    &[ground, n],
                    text!(
                        "カードがないか、本人と確認できないか、断られた(項目{ground})のに、項目{n}で照会した",
                        "no card, no identity or a refusal (entry {ground}), and yet entry {n} asked"
                    ),
                )
            }
            (None, Some(n)) => Outcome::pass(
                &[ground, n],
                text!("何も読まなかった", "nothing was read"),
            ),
            (None, None) if visit.ended() && !visit.screens.is_empty() => Outcome::pass(
                &[ground],
                text!("何も読まなかった", "nothing was read"),
            ),
            (None, None) => Outcome::open(&[ground], not_ended(visit.number)),
        }
    })
}

/// Judges each emergency inquiry whose facts are known and undisturbed.
fn each_emergency(
    facts: &Facts<'_>,
    id: &'static str,
    judge: impl Fn(&Case, &Truth, &Exchange<'_>) -> Option<Outcome>,
) -> Vec<Outcome> {
    facts.each_case(Id::literal(id), |case| {
        let Some(truth) = facts.truth(case).filter(Truth::is_emergency) else {
            return Vec::new();
        };
        let Some(confirm) = facts.confirm(case) else {
            return Vec::new();
        };
        if facts.disturbed(case).is_some() || truth.other_certificate {
            return vec![Outcome::open(&confirm.entries(), silent())];
        }
        judge(case, &truth, confirm).into_iter().collect()
    })
}

/// Finds what an emergency inquiry got, eligibility or records.
fn read<'f, 'a>(facts: &'f Facts<'a>, case: &Case) -> Option<&'f Exchange<'a>> {
    let records = case
        .medical
        .iter()
        .map(|index| &facts.exchanges[*index])
        .find(|exchange| exchange.returned_records());
    let eligibility = facts
        .eligibility(case)
        .filter(|(_, answer)| discloses(answer))
        .map(|(confirm, _)| confirm);
    records.or(eligibility)
}

/// Judges that nothing is read.
fn nothing_read(
    facts: &Facts<'_>,
    case: &Case,
    confirm: &Exchange<'_>,
    why: &crate::eligibility::Text,
) -> Outcome {
    let (ja, en) = (&why.ja, &why.en);
    if let Some(exchange) = read(facts, case) {
        let n = exchange.answer_n();
        return Outcome::fail(
            &exchange.entries(),
            text!(
                "{ja}のに、項目{n}で情報を返した",
                "{en}, yet entry {n} returns information"
            ),
        )
        .returned_wrongly(exchange);
    }
    match confirm.answer() {
        Some(_) => Outcome::pass(
            &confirm.entries(),
            text!("何も返さなかった", "nothing was returned"),
        ),
        None => Outcome::open(&confirm.entries(), silent()),
    }
}

fn emg_01_backend(facts: &Facts<'_>) -> Vec<Outcome> {
    each_emergency(facts, "EMG-01", |case, _, confirm| {
        if emergency_consent(confirm.inquiry) != Some(EmergencyConsent::Refused) {
            return None;
        }
        let why = text!("患者が断った", "the patient refused");
        Some(nothing_read(facts, case, confirm, &why))
    })
}

fn emg_02(facts: &Facts<'_>) -> Vec<Outcome> {
    each_emergency(
        facts,
        "EMG-02",
        |case, truth, confirm| match emergency_consent(confirm.inquiry) {
            None => {
                let why = text!(
                    "口頭の同意が記録されていない",
                    "no oral consent is recorded"
                );
                Some(nothing_read(facts, case, confirm, &why))
            }
            Some(EmergencyConsent::Given) => owed(facts, case, truth, confirm),
            Some(_) => None,
        },
    )
}

/// Judges that an authorised inquiry with a recorded ground is answered.
fn owed(facts: &Facts<'_>, case: &Case, truth: &Truth, confirm: &Exchange<'_>) -> Option<Outcome> {
    if truth.refused_by().is_some()
        || facts.asks_with_another_token(case)
        || may_view_emergency(&truth.site, confirm.at.day()) != Some(true)
    {
        return None;
    }
    Some(match (confirm.refusal(), facts.eligibility(case)) {
        (Some(_), _) => Outcome::fail(
            &confirm.entries(),
            text!(
                "同意か取得困難の理由が記録されているのに断った",
                "refused although a consent, or why there is none, is recorded"
            ),
        )
        .refused_wrongly(confirm),
        (None, Some(_)) => Outcome::pass(
            &confirm.entries(),
            text!("記録の後に読ませた", "read after it was recorded"),
        ),
        (None, None) => Outcome::open(&confirm.entries(), silent()),
    })
}

fn emg_03(facts: &Facts<'_>) -> Vec<Outcome> {
    let hospital = catalogue()
        .get("EMG-03")
        .and_then(|row| row.exception("hospital"))
        .and_then(|exception| exception.period.as_ref());
    let mut outcomes = each_emergency(facts, "EMG-03", |case, truth, confirm| {
        let unobtainable =
            emergency_consent(confirm.inquiry) == Some(EmergencyConsent::Unobtainable);
        let early = truth.site.kind == SiteKind::Hospital
            && hospital.is_some_and(|period| !period.contains(confirm.at.day()));
        if !unobtainable || early {
            return None;
        }
        owed(facts, case, truth, confirm)
    });
    outcomes.extend(each_emergency(facts, "EMG-03", |case, _, confirm| {
        let unobtainable =
            emergency_consent(confirm.inquiry) == Some(EmergencyConsent::Unobtainable);
        let (_, answer) = facts.eligibility(case).filter(|_| unobtainable)?;
        let state = answer.consents.first()?;
        Some(
            if state.flag == ConsentFlag::Unobtainable {
                Outcome::pass(
                    &confirm.entries(),
                    text!(
                        "同意取得困難(3)と記された",
                        "recorded as consent not obtainable (3)"
                    ),
                )
            } else {
                Outcome::fail(
                    &confirm.entries(),
                    text!(
                        "同意取得困難が3として記されていない",
                        "consent not obtainable is not recorded as 3"
                    ),
                )
                .all_differ(vec![flag(
                    state.kind,
                    ConsentFlag::Unobtainable,
                    Some(state),
                )])
            }
            .part("coding"),
        )
    }));
    outcomes
}
