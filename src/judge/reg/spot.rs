//! REG: registration on the spot (rows 01, 02).

use crate::eligibility::{Answer, CertificatePhase};
use crate::judge::cert::backend::{each_truth, silent};
use crate::judge::cert::refused::must_be_refused;
use crate::judge::facts::{Case, Exchange, Facts, Told, Truth, no_screens, not_ended};
use crate::judge::outcome::{Outcome, text};
use crate::judge::refusal::{registered_here, wrong_refusal};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Backend, Subject::Reader};
use crate::scenario::{Decision, Step};
use crate::screen::ScreenId;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("REG-01", Reader, reg_01),
    rule("REG-02", Reader, reg_02_reader),
    rule("REG-02", Backend, reg_02_backend),
];

fn reg_01(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_case(Id::literal("REG-01"), |case| {
        let Told::Accepted(accepted) = facts.told(case) else {
            return Vec::new();
        };
        let Some(visit) = facts.visit(case.visit) else {
            return Vec::new();
        };
        let truth = facts.truth(case);
        // Convention 4: in grace there is no registration on the spot.
        let grace = beyond_service(accepted.phase, truth.as_ref());
        if accepted.registered || grace || visit.emergency {
            return Vec::new();
        }
        let at = facts.exchanges[case.auth].answer_n();
        let misled = truth
            .as_ref()
            .is_some_and(|truth| truth.registered && !registered_here(facts, case));
        let pinless = truth
            .and_then(|truth| facts.person(truth.person))
            .is_some_and(|patient| patient.card.user_pin.is_none());
        let gone = visit.card_gone();
        let outcome = match visit.shown(ScreenId::OfferRegistration, at) {
            Some(n) => Outcome::pass(
                &[at, n],
                text!(
                    "未登録のカードに、その場での登録を案内した",
                    "registration was offered on the spot"
                ),
            ),
            None if visit.screens.is_empty() => Outcome::open(&[at], no_screens()),
            None if misled => Outcome::open(
                &[at],
                text!(
                    "照会先が登録の有無を誤って伝えたので、読取機は判定しない",
                    "the backend told wrong of the registration, so the reader is not judged"
                ),
            ),
            None if !visit.ended() || visit.fault_since(at) || gone.is_some_and(|gone| {
                visit.shown(ScreenId::TakeCard, at).is_none_or(|n| gone < n)
            }) =>
            {
                Outcome::open(&[at], not_ended(visit.number))
            }
            None => Outcome::fail(
                &[at],
                text!(
                    "未登録と伝えられた(項目{at})のに、その場での登録を案内しなかった",
                    "the card was said to be unregistered at entry {at}, but registration was never offered"
                ),
            ),
        };
        vec![if pinless {
            outcome.part("pinless-card")
        } else {
            outcome
        }]
    })
}

/// Tells whether the certificate is in grace or after it: by the backend's word, or by the
/// certificate's own dates where the protocol does not carry the phase.
pub(in crate::judge) fn beyond_service(
    told: Option<CertificatePhase>,
    truth: Option<&Truth>,
) -> bool {
    let late = |phase: &CertificatePhase| *phase >= CertificatePhase::Grace;
    match (told, truth) {
        (Some(told), _) => late(&told),
        (None, Some(truth)) => truth.phases.iter().any(late),
        (None, None) => false,
    }
}

/// Returns what the patient decided about registration in a visit.
fn decision(facts: &Facts<'_>, case: &Case) -> Option<(u64, Decision)> {
    facts
        .visit(case.visit)?
        .stimuli
        .iter()
        .find_map(|given| match given.act {
            Step::Register(decision) => Some((given.n, *decision)),
            _ => None,
        })
}

fn reg_02_reader(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_case(Id::literal("REG-02"), |case| {
        let Some((decided, decision)) = decision(facts, case) else {
            return Vec::new();
        };
        let Some(visit) = facts.visit(case.visit) else {
            return Vec::new();
        };
        let confirm = facts.confirm(case).filter(|confirm| confirm.n > decided);
        let register = case.register.map(|index| &facts.exchanges[index]);
        if decision == Decision::Decline {
            return vec![declined(visit, decided, register.or(confirm))];
        }
        let Some(register) = register else {
            return vec![not_registered(visit, decided)];
        };
        match (register.answer(), confirm) {
            (Some(Answer::Registered), Some(confirm)) => vec![
                Outcome::pass(
                    &[decided, register.n, confirm.n],
                    text!(
                        "登録の後、そのまま受付を続けた",
                        "after registration the check-in went on"
                    ),
                )
                .part("goes-on"),
            ],
            (Some(Answer::Registered), None) => vec![stopped(visit, register)],
            (Some(Answer::Refused(_)), Some(confirm)) => vec![Outcome::fail(
                &[register.n, confirm.n],
                text!(
                    "登録が断られたのに、資格を照会した",
                    "registration was refused, yet eligibility was asked for"
                ),
            )],
            (Some(Answer::Refused(_)), None) => vec![Outcome::pass(
                &register.entries(),
                text!(
                    "登録が断られ、資格を照会しなかった",
                    "registration was refused and eligibility not asked for"
                ),
            )],
            _ => vec![Outcome::open(&register.entries(), silent())],
        }
    })
}

fn declined(
    visit: &crate::judge::facts::Visit<'_>,
    decided: u64,
    asked: Option<&Exchange<'_>>,
) -> Outcome {
    match asked {
        Some(exchange) => {
            let n = exchange.n;
            Outcome::fail(
                &[decided, n],
                text!(
                    "登録を断った(項目{decided})のに、項目{n}で照会を続けた",
                    "registration was declined at entry {decided}, yet entry {n} went on"
                ),
            )
        }
        None if visit.ended() => Outcome::pass(
            &[decided],
            text!(
                "登録を断った後、資格を照会しなかった",
                "after registration was declined nothing was asked"
            ),
        ),
        None => Outcome::open(&[decided], not_ended(visit.number)),
    }
}

fn not_registered(visit: &crate::judge::facts::Visit<'_>, decided: u64) -> Outcome {
    if visit.ended()
        && !visit.fault_since(decided)
        && visit.shown(ScreenId::TakeCard, decided).is_some()
    {
        Outcome::fail(
            &[decided],
            text!(
                "登録を受け入れた(項目{decided})のに、登録されなかった",
                "registration was accepted at entry {decided}, but never made"
            ),
        )
    } else {
        Outcome::open(&[decided], not_ended(visit.number))
    }
}

fn stopped(visit: &crate::judge::facts::Visit<'_>, register: &Exchange<'_>) -> Outcome {
    let at = register.answer_n();
    let finished = visit.shown(ScreenId::TakeCard, at).is_some();
    let outcome = if visit.ended() && finished && !visit.fault_since(at) {
        Outcome::fail(
            &register.entries(),
            text!(
                "登録できた(項目{at})のに、受付を続けなかった",
                "registered at entry {at}, but the check-in did not go on"
            ),
        )
    } else {
        Outcome::open(&register.entries(), not_ended(visit.number))
    };
    outcome.part("goes-on")
}

fn reg_02_backend(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "REG-02", |case, truth| {
        if registered_here(facts, case) {
            return vec![after_registration(facts, case)];
        }
        let declined = decision(facts, case).is_some_and(|(_, it)| it == Decision::Decline);
        if !declined || truth.registered || case.confirm.is_none() {
            return Vec::new();
        }
        let why = text!("登録は断られた", "registration was declined");
        vec![must_be_refused(facts, case, &why)]
    })
}

fn after_registration(facts: &Facts<'_>, case: &Case) -> Outcome {
    let wrong = wrong_refusal(facts, case).filter(|wrong| wrong.row == "REG-02");
    let outcome = match (wrong, facts.eligibility(case)) {
        (Some(wrong), _) => wrong.breach(text!(
            "登録したばかりのカードを未登録として断った",
            "a card registered a moment ago was refused as unregistered"
        )),
        (None, Some((confirm, _))) => Outcome::pass(
            &confirm.entries(),
            text!(
                "登録の後、同じ受付で資格が答えられた",
                "after registration eligibility was answered in the same session"
            ),
        ),
        (None, None) => Outcome::open(
            &[],
            text!(
                "登録の後、資格が答えられるところまで進まなかった",
                "after registration the check-in did not get to eligibility"
            ),
        ),
    };
    outcome.part("goes-on")
}
