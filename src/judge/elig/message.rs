//! ELIG: what every request and answer owes, whatever it is about (rows 08, 13, 15, 16).

use crate::eligibility::{Answer, Inquiry, InquiryKind};
use crate::judge::cert::backend::silent;
use crate::judge::difference::{ABSENT, Difference, field_with};
use crate::judge::facts::{Exchange, Facts, no_screens, not_ended};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::Subject::{Backend, Reader};
use crate::screen::ScreenId;
use crate::transcript::{Reply, Role};

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("ELIG-08", Backend, elig_08_backend),
    rule("ELIG-08", Reader, elig_08_reader),
    rule("ELIG-13", Reader, elig_13),
    rule("ELIG-15", Backend, elig_15),
    rule("ELIG-16", Reader, elig_16),
];

/// How the alias of a My Number begins.
const MY_NUMBER: &str = "my-number#";

/// Finds a mark of a My Number in what one side sent (the transcript never holds the number): the
/// field, and what stands there.
fn number_in(value: &impl serde::Serialize) -> Option<(String, String)> {
    // Nearly every message has none, and that is told at once.
    if !serde_json::to_string(value).is_ok_and(|text| text.contains(MY_NUMBER)) {
        return None;
    }
    let found = field_with(value, MY_NUMBER);
    let (field, text) = found.unwrap_or_else(|| ("answer".to_owned(), MY_NUMBER.to_owned()));
    let bare = field.strip_prefix("answer.").map(str::to_owned);
    Some((bare.unwrap_or(field), text))
}

fn elig_08_reader(facts: &Facts<'_>) -> Vec<Outcome> {
    let sent: Vec<&Exchange<'_>> = facts
        .exchanges
        .iter()
        .filter(|exchange| exchange.from == Role::Reader)
        .collect();
    without_number(
        sent.iter()
            .map(|exchange| (exchange.n, number_in(exchange.inquiry)))
            .collect(),
    )
}

fn elig_08_backend(facts: &Facts<'_>) -> Vec<Outcome> {
    without_number(
        facts
            .exchanges
            .iter()
            .filter_map(|exchange| exchange.reply)
            .map(|(n, reply)| (n, number_in(reply)))
            .collect(),
    )
}

fn without_number(messages: Vec<(u64, Option<(String, String)>)>) -> Vec<Outcome> {
    if messages.is_empty() {
        return vec![Outcome::absent(text!("照会がない", "nothing was asked"))];
    }
    let breach: Vec<u64> = messages
        .iter()
        .filter(|(_, found)| found.is_some())
        .map(|(n, _)| *n)
        .collect();
    let found: Vec<Difference> = messages
        .iter()
        .filter_map(|(_, found)| found.clone())
        .map(|(field, text)| Difference::new(field, ABSENT, text))
        .collect();
    let count = messages.len();
    vec![match breach.first() {
        Some(n) => Outcome::fail(
            &breach,
            text!(
                "項目{n}に本人の個人番号がある。照会にも回答にも載せない",
                "entry {n} carries the person's My Number; no request and no answer does"
            ),
        )
        .all_differ(found),
        None => Outcome::pass(
            &[],
            text!(
                "{count}件のどれにも個人番号はなかった",
                "none of {count} message(s) carried the My Number"
            ),
        )
        .until_the_end(),
    }]
}

fn elig_13(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in &facts.exchanges {
        let failed = matches!(
            exchange.reply,
            Some((_, Reply::Outage(_) | Reply::Malformed(_)))
        );
        // Where eligibility is known already, there is nothing to mistake for "not insured".
        let early = !matches!(
            exchange.inquiry.kind(),
            InquiryKind::Medical | InquiryKind::Limit | InquiryKind::Portal
        );
        if !failed || !early || exchange.from != Role::Reader {
            continue;
        }
        let Some(visit) = facts.visit(exchange.visit) else {
            continue;
        };
        let n = exchange.answer_n();
        outcomes.push(match visit.next_screen(n) {
            _ if visit.screens.is_empty() => Outcome::open(&[n], no_screens()),
            Some((at, screen)) if screen.id() == ScreenId::Outage => Outcome::pass(
                &[n, at],
                text!("障害として案内した", "the outage was said to be one"),
            ),
            Some((at, _)) => match visit.shown(ScreenId::Outage, n) {
                Some(outage) => Outcome::pass(
                    &[n, outage],
                    text!("障害として案内した", "the outage was said to be one"),
                ),
                None if !visit.ended() || visit.card_gone().is_some_and(|gone| gone < at) => {
                    Outcome::open(&[n], not_ended(visit.number))
                }
                None => Outcome::fail(
                    &[n, at],
                    text!(
                        "照会先が答えなかった(項目{n})のに、障害として案内しなかった(項目{at})",
                        "the backend failed at entry {n}, but the screen at entry {at} does not say so"
                    ),
                ),
            },
            None => Outcome::open(&[n], not_ended(visit.number)),
        });
    }
    outcomes
}

fn elig_15(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in &facts.exchanges {
        let n = exchange.answer_n();
        match (exchange.reply, exchange.fault) {
            (Some((_, Reply::Malformed(why))), None) => outcomes.push(
                Outcome::fail(
                    &exchange.entries(),
                    text!(
                        "項目{n}の回答の形式が正しくない: {why}",
                        "the answer at entry {n} is not well-formed: {why}"
                    ),
                )
                .differs("answer", "well-formed", why),
            ),
            (Some((_, Reply::Answer(_))), _) => outcomes.push(Outcome::pass(
                &exchange.entries(),
                text!("回答の形式は正しかった", "the answers were well-formed"),
            )),
            (Some((_, Reply::Outage(_))), None) => {
                outcomes.push(Outcome::open(&exchange.entries(), silent()));
            }
            _ => {}
        }
    }
    outcomes
}

fn elig_16(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in facts.exchanges.iter().filter(|it| it.from == Role::Reader) {
        let n = exchange.n;
        let rests = match exchange.inquiry {
            Inquiry::Confirm { token, .. } => facts.exchanges.iter().find(|earlier| {
                earlier.n < n
                    && matches!(earlier.answer(), Some(Answer::Authenticated(accepted)) if accepted.token == *token)
            }),
            Inquiry::Number { .. } | Inquiry::Person { .. } => None,
            _ => continue,
        };
        outcomes.push(match rests {
            Some(earlier) => Outcome::pass(
                &[earlier.n, n],
                text!(
                    "照会は、カードの証明書による認証に基づいている",
                    "the inquiry rests on the card's certificate"
                ),
            ),
            None => Outcome::fail(
                &[n],
                text!(
                    "項目{n}の照会が、カードの証明書による認証に基づいていない",
                    "the inquiry at entry {n} does not rest on the card's certificate"
                ),
            ),
        });
    }
    outcomes
}
