//! CONS: what the reader asks the patient, and what it passes on.

pub(super) mod backend;
pub(super) mod flags;
mod gate;
pub(super) mod limit;
mod owed;
pub(super) mod returned;

use super::facts::case::consents;
use super::facts::visit::Question;
use super::facts::{Case, Facts, Told, Visit, no_screens};
use super::outcome::{Outcome, text};
use super::reg::spot::beyond_service;
use super::rule::{Rule, rule};
use crate::eligibility::{
    Authenticated, Consent, ConsentAnswer, ConsentKind, MedicalKind, SiteKind, Text,
};
use crate::requirement::{Id, Subject::Reader};
use crate::screen::Screen;
use crate::transcript::Role;

pub(super) const RULES: &[Rule] = &[
    rule("CONS-01", Reader, cons_01),
    rule("CONS-05", Reader, cons_05),
    rule("CONS-09", Reader, cons_09),
    rule("CONS-10", Reader, cons_10),
    rule("CONS-11", Reader, cons_11),
];

/// Returns what was answered, for people.
fn answer_name(answer: Option<ConsentAnswer>) -> Text {
    match answer {
        Some(ConsentAnswer::Agree) => Text::new("同意する", "agree"),
        Some(ConsentAnswer::Refuse) => Text::new("同意しない", "refuse"),
        None => Text::new("なし", "none"),
    }
}

/// Returns the last answered question of a kind.
pub(super) fn answered(
    questions: &[Question],
    kind: ConsentKind,
) -> Option<(u64, ConsentAnswer, bool)> {
    questions
        .iter()
        .rev()
        .filter(|question| question.kind == kind)
        .find_map(|question| question.answer.map(|(n, answer)| (n, answer, question.all)))
}

fn sent(consents: &[Consent], kind: ConsentKind) -> Option<ConsentAnswer> {
    consents
        .iter()
        .rev()
        .find(|consent| consent.kind == kind)
        .map(|consent| consent.answer)
}

/// Judges each confirmation of the reader in a visit that puts questions.
fn each_confirm(
    facts: &Facts<'_>,
    id: &'static str,
    judge: impl Fn(&Visit<'_>, u64, &[Consent], &[Question]) -> Vec<Outcome>,
) -> Vec<Outcome> {
    facts.each_case(Id::literal(id), |case| {
        let (Some(visit), Some(confirm)) = (facts.visit(case.visit), facts.confirm(case)) else {
            return Vec::new();
        };
        if visit.emergency {
            return Vec::new();
        }
        if visit.screens.is_empty() {
            return vec![Outcome::open(&[confirm.n], no_screens())];
        }
        let questions = visit.questions();
        judge(visit, confirm.n, consents(confirm.inquiry), &questions)
    })
}

fn cons_01(facts: &Facts<'_>) -> Vec<Outcome> {
    each_confirm(facts, "CONS-01", |_, n, consents, questions| {
        let kinds = [
            ConsentKind::Care,
            ConsentKind::Checkup,
            ConsentKind::Surgery,
            ConsentKind::SpecificDisease,
        ];
        let mut outcomes = Vec::new();
        for kind in kinds {
            let given = answered(questions, kind);
            let passed_on = sent(consents, kind);
            outcomes.extend(compare(n, kind, given, passed_on));
        }
        outcomes
    })
}

/// Compares one answer with what was passed on; CONS-05 and CONS-11 have their own cases.
fn compare(
    n: u64,
    kind: ConsentKind,
    given: Option<(u64, ConsentAnswer, bool)>,
    passed_on: Option<ConsentAnswer>,
) -> Option<Outcome> {
    let name = kind.title();
    match (given, passed_on) {
        (None, Some(ConsentAnswer::Agree)) => Some(Outcome::fail(
            &[n],
            text!(
                [name],
                "尋ねていない{name}に、項目{n}で同意ありと送った。答えは問いごとに得る",
                "entry {n} passes on an agreement to {name}, which was never asked; each question has its own answer"
            ),
        )),
        (None, _) => None,
        // Reported as CONS-11 and CONS-05.
        (Some((_, ConsentAnswer::Agree, true)), _) => None,
        (Some((_, ConsentAnswer::Refuse, _)), Some(ConsentAnswer::Agree))
            if kind == ConsentKind::Checkup =>
        {
            None
        }
        (Some((at, ConsentAnswer::Agree, _)), None | Some(ConsentAnswer::Refuse))
        | (Some((at, ConsentAnswer::Refuse, _)), Some(ConsentAnswer::Agree)) => {
            let said = answer_name(given.map(|(_, answer, _)| answer));
            let told = answer_name(passed_on);
            Some(Outcome::fail(
                &[at, n],
                text!(
                    [name, said, told],
                    "{name}への答え(項目{at}: {said})が、項目{n}では「{told}」として送られた",
                    "the answer to {name} (entry {at}: {said}) was passed on at entry {n} as {told}"
                ),
            ))
        }
        (Some((at, answer, _)), _) => {
            let said = answer_name(Some(answer));
            Some(Outcome::pass(
                &[at, n],
                text!(
                    [name, said],
                    "{name}への答え({said})がそのまま送られた",
                    "the answer to {name} ({said}) was passed on as given"
                ),
            ))
        }
    }
}

fn cons_05(facts: &Facts<'_>) -> Vec<Outcome> {
    each_confirm(facts, "CONS-05", |visit, n, consents, questions| {
        let Some((at, ConsentAnswer::Refuse, _)) = answered(questions, ConsentKind::Checkup) else {
            return Vec::new();
        };
        let fetched = facts.exchanges.iter().find(|exchange| {
            exchange.visit == visit.number
                && exchange.from == Role::Reader
                && exchange.medical_kind() == Some(MedicalKind::Checkup)
                && exchange.n > n
                && !flagged_given(facts, visit, ConsentKind::Checkup)
        });
        if sent(consents, ConsentKind::Checkup) == Some(ConsentAnswer::Agree) {
            return vec![Outcome::fail(
                &[at, n],
                text!(
                    "健診は断られた(項目{at}、40歳未満を含む)のに、項目{n}で同意ありと送った",
                    "check-ups were refused at entry {at} (or \"under 40\"), yet entry {n} passes on an agreement"
                ),
            )];
        }
        if let Some(exchange) = fetched {
            return vec![Outcome::fail(
                &[at, exchange.n],
                text!(
                    "健診は断られた(項目{at})のに、健診情報を求めた",
                    "check-ups were refused at entry {at}, yet the reader asked for them"
                ),
            )];
        }
        vec![Outcome::pass(
            &[at, n],
            text!(
                "健診の拒否がそのまま送られた",
                "the refusal of check-ups was passed on"
            ),
        )]
    })
}

/// Tells whether the backend itself said that a consent is given, which misleads the reader.
fn flagged_given(facts: &Facts<'_>, visit: &Visit<'_>, kind: ConsentKind) -> bool {
    facts.exchanges.iter().any(|exchange| {
        exchange.visit == visit.number
            && exchange.eligibility().is_some_and(|answer| {
                answer.consents.iter().any(|state| {
                    state.kind == kind && state.flag == crate::eligibility::ConsentFlag::Given
                })
            })
    })
}

fn accepted<'a>(facts: &Facts<'a>, case: &Case) -> Option<&'a Authenticated> {
    match facts.told(case) {
        Told::Accepted(accepted) => Some(accepted),
        _ => None,
    }
}

fn cons_09(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_case(Id::literal("CONS-09"), |case| {
        let (Some(accepted), Some(visit)) = (accepted(facts, case), facts.visit(case.visit)) else {
            return Vec::new();
        };
        let at = facts.exchanges[case.auth].answer_n();
        let mut outcomes = Vec::new();
        for question in visit.questions() {
            if question.all || question.kind == ConsentKind::Limit {
                continue;
            }
            let (n, name) = (question.shown, question.kind.title());
            let earlier = sent(&accepted.earlier, question.kind);
            outcomes.push(match (earlier, question.preset) {
                (None, None) => continue,
                (Some(earlier), Some(preset)) if earlier == preset => Outcome::pass(
                    &[at, n],
                    text!([name], "{name}に前回の答えを示した", "the last answer to {name} was preset"),
                ),
                (Some(earlier), _) => {
                    let said = answer_name(Some(earlier));
                    Outcome::fail(
                        &[at, n],
                        text!([name, said], "前回の答え({name}: {said})が、項目{n}の画面に引き継がれていない",
                            "the last answer ({name}: {said}) is not preset on the screen at entry {n}"
                        ),
                    )
                }
                (None, Some(_)) => Outcome::fail(
                    &[at, n],
                    text!([name], "前回の答えがない{name}に、項目{n}で答えが入っている",
                        "the screen at entry {n} presets {name}, for which no earlier answer was told"
                    ),
                )
                .part("fresh-elsewhere"),
            });
        }
        outcomes
    })
}

fn cons_10(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_case(Id::literal("CONS-10"), |case| {
        let (Some(accepted), Some(visit)) = (accepted(facts, case), facts.visit(case.visit)) else {
            return Vec::new();
        };
        let offers = facts.world(visit.first).is_some_and(|world| {
            world.site.offers.contains(&ConsentKind::Surgery)
                && world.site.kind != SiteKind::EligibilityOnly
        });
        let grace = beyond_service(accepted.phase, facts.truth(case).as_ref());
        let Some(confirm) = facts.confirm(case).filter(|_| offers && !grace && !visit.emergency)
        else {
            return Vec::new();
        };
        if visit.screens.is_empty() {
            return vec![Outcome::open(&[confirm.n], no_screens())];
        }
        let asked = visit.screens.iter().find(|(_, screen)| match screen {
            Screen::Consent { kind, .. } => *kind == ConsentKind::Surgery,
            Screen::ConsentAll { kinds } => kinds.contains(&ConsentKind::Surgery),
            _ => false,
        });
        let n = confirm.n;
        vec![match asked {
            Some((at, _)) => Outcome::pass(
                &[*at, n],
                text!("手術情報の同意を別に尋ねた", "surgery was asked for on its own"),
            ),
            None => Outcome::fail(
                &[n],
                text!(
                    "手術情報を扱う施設なのに、手術の同意を尋ねないまま項目{n}で照会した",
                    "the site offers surgery information, but entry {n} asks without a question on surgery"
                ),
            ),
        }]
    })
}

fn cons_11(facts: &Facts<'_>) -> Vec<Outcome> {
    each_confirm(facts, "CONS-11", |_, n, consents, questions| {
        questions
            .iter()
            .filter(|question| question.all && question.kind != ConsentKind::Limit)
            .map(|question| {
                let (at, name) = (question.answer.map_or(question.shown, |(n, _)| n), question.kind.title());
                if sent(consents, question.kind) == Some(ConsentAnswer::Agree) {
                    Outcome::pass(
                        &[at, n],
                        text!([name], "すべてへの同意が{name}にも及んだ",
                            "\"agree to all\" was passed on for {name}"
                        ),
                    )
                } else {
                    Outcome::fail(
                        &[at, n],
                        text!([name], "すべてに同意した(項目{at})のに、項目{n}に{name}の同意がない",
                            "all was agreed to at entry {at}, but entry {n} carries no agreement to {name}"
                        ),
                    )
                }
            })
            .collect()
    })
}
