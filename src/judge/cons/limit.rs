//! CONS: how the reader asks for the limit (rows 06, 07).

use crate::eligibility::{ConsentAnswer, ConsentKind, InquiryKind};
use crate::judge::cons::answered;
use crate::judge::facts::visit::Evidence;
use crate::judge::facts::{Facts, Visit, no_screens, not_ended};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Reader};
use crate::screen::{Screen, ScreenId};
use crate::transcript::Role;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("CONS-06", Reader, cons_06),
    rule("CONS-07", Reader, cons_07),
];

fn cons_06(facts: &Facts<'_>) -> Vec<Outcome> {
    let id = Id::literal("CONS-06");
    let mut outcomes = Vec::new();
    let visits = facts
        .visits
        .iter()
        .filter(|visit| visit.presented.is_some() && Facts::in_force(id, visit.at.day()));
    for visit in visits {
        let asked = facts.exchanges.iter().find(|exchange| {
            exchange.visit == visit.number
                && exchange.from == Role::Reader
                && exchange.inquiry.kind() == InquiryKind::Limit
        });
        let questions = visit.questions();
        let answer = answered(&questions, ConsentKind::Limit);
        let shown = visit.screens.iter().find(|(_, screen)| {
            matches!(
                screen,
                Screen::ConsentLimit
                    | Screen::Consent {
                        kind: ConsentKind::Limit,
                        ..
                    }
            )
        });
        if asked.is_none() && shown.is_none() {
            continue;
        }
        if visit.screens.is_empty() {
            outcomes.push(Outcome::open(&[], no_screens()));
            continue;
        }
        outcomes.push(limit_consent(
            visit,
            asked.map(|exchange| exchange.n),
            answer,
        ));
        if let Some((n, screen)) = shown {
            outcomes.extend(after_completion(visit, *n, screen));
        }
    }
    outcomes
}

fn limit_consent(
    visit: &Visit<'_>,
    asked: Option<u64>,
    answer: Option<(u64, ConsentAnswer, bool)>,
) -> Outcome {
    match (asked, answer) {
        (Some(n), Some((at, ConsentAnswer::Agree, _))) if at < n => Outcome::pass(
            &[at, n],
            text!(
                "同意(項目{at})を得て限度額を求めた",
                "the limit was asked for on the consent at entry {at}"
            ),
        ),
        (Some(n), _) => Outcome::fail(
            &[n],
            text!(
                "明示の同意がないのに、項目{n}で限度額を求めた",
                "entry {n} asks for the limit without explicit consent"
            ),
        ),
        (None, Some((at, ConsentAnswer::Refuse, _))) if visit.ended() => Outcome::pass(
            &[at],
            text!(
                "断られた限度額を求めなかった",
                "the limit was refused and not asked for"
            ),
        ),
        (None, Some((at, ConsentAnswer::Agree, _)))
            if visit.ended()
                && visit.card_gone().is_none_or(|gone| {
                    visit
                        .shown(ScreenId::TakeCard, at)
                        .is_some_and(|n| n < gone)
                })
                && !visit.fault_since(at) =>
        {
            Outcome::fail(
                &[at],
                text!(
                    "限度額の提供に同意した(項目{at})のに、照会されなかった",
                    "the patient agreed to show the limit at entry {at}, but it was never asked for"
                ),
            )
        }
        _ => Outcome::open(&[], not_ended(visit.number)),
    }
}

/// Judges that the limit is asked after completion, with the card in (exception, `should`).
fn after_completion(visit: &Visit<'_>, n: u64, screen: &Screen) -> Option<Outcome> {
    let done = visit.shown(ScreenId::Done, visit.first);
    let late = matches!(screen, Screen::ConsentLimit) && done.is_some_and(|done| done < n);
    if late || !visit.ended() {
        return None;
    }
    Some(
        Outcome::fail(
            &[n],
            text!(
                "限度額の問い(項目{n})が、完了の前に出た。完了の後、カードを置いたまま尋ねる",
                "the question on the limit (entry {n}) came before completion; it is asked after it, with the card still in"
            ),
        )
        .part("after-completion"),
    )
}

fn cons_07(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("CONS-07"), |visit| {
        let breach = visit
            .screens
            .iter()
            .find(|(_, screen)| match screen {
                Screen::ConsentLimit => true,
                Screen::Consent { kind, .. } => *kind == ConsentKind::Limit,
                Screen::ConsentAll { kinds } => kinds.contains(&ConsentKind::Limit),
                _ => false,
            })
            .map(|(n, _)| {
                (
                    vec![*n],
                    text!(
                        "項目{n}で限度額の同意を尋ねた。2024-10-07からは尋ねない",
                        "the screen at entry {n} asks for consent to the limit; since 2024-10-07 it is not asked"
                    ),
                )
            });
        let held = text!("限度額の同意を尋ねなかった", "consent to the limit was not asked for");
        visit.prohibition(Evidence::Screen, breach, held)
    })
}
