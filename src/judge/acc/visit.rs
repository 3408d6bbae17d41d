//! ACC: how a reader begins, repeats and ends (rows 05–08, 11).

use crate::eligibility::{Inquiry, InquiryKind};
use crate::judge::facts::visit::Evidence;
use crate::judge::facts::{Facts, Visit, no_inquiries, no_screens, no_traffic};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::judge::session::{Act, App, Command, USER_KEY, USER_PIN};
use crate::requirement::{Id, Subject::Reader};
use crate::scenario::Step;
use crate::screen::ScreenId;
use crate::transcript::Role;
use std::collections::HashMap;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("ACC-05", Reader, acc_05),
    rule("ACC-06", Reader, acc_06),
    rule("ACC-07", Reader, acc_07),
    rule("ACC-08", Reader, acc_08),
    rule("ACC-11", Reader, acc_11),
];

fn acc_05(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut signed: HashMap<Sent<'_>, &Command> = HashMap::new();
    let mut count = 0_usize;
    for visit in &facts.visits {
        for command in &visit.commands {
            if !command.is(Act::Sign, App::Jpki, USER_KEY) || !command.done() {
                continue;
            }
            count += 1;
            if let Some(first) = signed.insert((&command.data, alias(command)), command) {
                let (a, b) = (first.n, command.n);
                return vec![Outcome::fail(
                    &[a, b],
                    text!(
                        "項目{a}と{b}で同じデータに2度署名させた。毎回新しいチャレンジを使う",
                        "entries {a} and {b} had the same data signed twice; a fresh challenge is used each time"
                    ),
                )];
            }
        }
    }
    if count == 0 {
        return vec![Outcome::absent(text!(
            "利用者証明用の鍵による署名がない",
            "the user key signed nothing"
        ))];
    }
    vec![
        Outcome::pass(
            &[],
            text!(
                "{count}回の署名は、どれも異なるデータに対するものだった",
                "{count} signature(s), each over data of its own"
            ),
        )
        .until_the_end(),
    ]
}

fn acc_06(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("ACC-06"), |visit| {
        let inquiries: Vec<_> = facts
            .exchanges
            .iter()
            .filter(|exchange| exchange.visit == visit.number && exchange.from == Role::Reader)
            .collect();
        if let Some(outcome) = foreign_token(facts, visit) {
            return outcome;
        }
        let Some(gone) = visit.card_gone() else {
            return Outcome::absent(text!(
                "カードが途中で取り去られていない",
                "the card did not go away early"
            ));
        };
        let signed = visit.commands.iter().any(|command| {
            command.is(Act::Sign, App::Jpki, USER_KEY) && command.done() && command.n < gone
        });
        let proven = visit.identity().is_some_and(|identity| identity.n < gone);
        if signed && proven {
            return Outcome::absent(text!(
                "本人確認と署名の後まで、カードは置かれていた",
                "the card stayed until identity was proven and the signature made"
            ));
        }
        if facts.inquiries_unseen() {
            return Outcome::open(&[gone], no_inquiries());
        }
        let breach = inquiries.iter().find(|exchange| exchange.n > gone).map(|exchange| {
            let n = exchange.n;
            (
                vec![gone, n],
                text!(
                    "項目{gone}でカードがなくなった後に、項目{n}で照会した。本人確認と署名の前になくなったら照会しない",
                    "the card was gone at entry {gone}, and yet entry {n} asked; a card gone before identity and signature ends the check-in"
                ),
            )
        });
        let held = text!(
            "カードがなくなった(項目{gone})後、照会はなかった",
            "no inquiry after the card was gone at entry {gone}"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}

/// A confirmation that rests on the token of another visit takes something over.
fn foreign_token(facts: &Facts<'_>, visit: &Visit<'_>) -> Option<Outcome> {
    let token_of = |exchange: &crate::judge::facts::Exchange<'_>| match exchange.inquiry {
        Inquiry::Confirm { token, .. } | Inquiry::Register { token } => Some(token.clone()),
        _ => None,
    };
    let granted = |exchange: &crate::judge::facts::Exchange<'_>| match exchange.answer() {
        Some(crate::eligibility::Answer::Authenticated(accepted)) => Some(accepted.token.clone()),
        _ => None,
    };
    let used = facts.exchanges.iter().find_map(|exchange| {
        let token = token_of(exchange).filter(|_| exchange.visit == visit.number)?;
        let from = facts
            .exchanges
            .iter()
            .filter(|other| other.n < exchange.n)
            .filter(|other| granted(other).as_ref() == Some(&token))
            .max_by_key(|other| other.n)?;
        (from.visit != visit.number).then_some((from.n, exchange.n))
    });
    used.map(|(from, n)| {
        Outcome::fail(
            &[from, n],
            text!(
                "項目{n}が、前の受診(項目{from})で得た引換えを使った。受付ごとに初めからやり直す",
                "entry {n} used what an earlier visit had obtained (entry {from}); each session starts afresh"
            ),
        )
    })
}

fn acc_07(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("ACC-07"), |visit| {
        if visit.commands.is_empty() {
            return Outcome::open(&[], no_traffic());
        }
        let opened = visit
            .commands
            .iter()
            .filter(|command| matches!(command.act, Act::Verify | Act::Unlock) && command.done())
            .map(|command| command.n)
            .max();
        let Some(opened) = opened else {
            return Outcome::absent(text!(
                "消すべき認証状態がない",
                "there was no security status to clear"
            ));
        };
        let out = visit.card_gone().unwrap_or(u64::MAX);
        let app = visit.commands.iter().find(|it| it.n == opened).and_then(|it| it.app);
        let left = visit.commands.iter().find(|command| {
            command.n > opened
                && command.act == Act::SelectApp
                && command.done()
                && Some(crate::judge::session::app_named(&command.data)) != app
        });
        let cleared = visit
            .power_off
            .iter()
            .copied()
            .chain(left.map(|command| command.n))
            .find(|n| opened < *n && *n < out);
        if let Some(n) = cleared {
            return Outcome::pass(
                &[n],
                text!(
                    "カードを取り出す前に、項目{n}で認証状態を消した",
                    "the security status was cleared at entry {n}, before the card was out"
                ),
            );
        }
        let lost = visit.power_lost.iter().any(|n| opened < *n);
        match over(facts, visit, opened) {
            Some(n) if visit.ended() && !lost => Outcome::fail(
                &[opened, n],
                text!(
                    "受付が終わっても(項目{n})カードの認証状態が残っている。電源を切るか、別のアプリケーションを選ぶ",
                    "the check-in ended (entry {n}) with the card's security status still there; power it off or select another application"
                ),
            ),
            _ if facts.reader_is_observed() && visit.screens.is_empty() => Outcome::open(
                &[opened],
                text!(
                    "カードが取り出される前に受付が終わっていたか、画面の記録がないのでわからない",
                    "without screens it is not seen whether the check-in was over before the card was taken out"
                ),
            ),
            _ => Outcome::absent(text!(
                "カードが置かれたまま受付が終わった場面がない",
                "no check-in ended with the card still in"
            )),
        }
    })
}

/// Returns where a check-in was over that had opened the card: a screen says so, or the command that
/// is claimed to do it has ended, after which the card is taken out (docs/observe.md).
fn over(facts: &Facts<'_>, visit: &Visit<'_>, opened: u64) -> Option<u64> {
    let done = [ScreenId::TakeCard, ScreenId::Done, ScreenId::Counter];
    // Once the card is gone, nobody can close it.
    let there = |n: &u64| visit.removed.is_none_or(|removed| *n < removed);
    let shown = visit.shown_any(&done, opened).map(|(n, _)| n).filter(there);
    let mut stimuli = visit.stimuli.iter();
    let taken = stimuli.find(|given| matches!(given.act, Step::TakeCard) && opened < given.n);
    let ended = taken.filter(|_| facts.acts_declared(visit));
    shown.or(ended.map(|given| given.n))
}

/// What tells two commands apart: the bytes, and the alias of a secret.
type Sent<'c> = (&'c [u8], Option<&'c str>);

fn alias(command: &Command) -> Option<&str> {
    command.secret.as_ref().map(|secret| secret.alias.as_str())
}

/// Tells whether the card found a PIN wrong: somebody mistyped, and no command failed. Whether each is
/// an entry of its own is judged by IDV-02.
fn is_wrong_entry(command: &Command) -> bool {
    let left = command.tries_told();
    command.is(Act::Verify, App::Jpki, USER_PIN) && left.is_some_and(|left| left > 0)
}

fn acc_08(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("ACC-08"), |visit| {
        let mut rows: HashMap<Sent<'_>, (String, Vec<u64>)> = HashMap::new();
        let mut breach = None;
        let mut before: Option<Sent<'_>> = None;
        for command in &visit.commands {
            let key = (command.apdu.as_slice(), alias(command));
            let in_a_row = before.replace(key) == Some(key);
            if matches!(command.act, Act::PinStatus | Act::Other) || is_wrong_entry(command) {
                continue;
            }
            // Programs that look for a card of another kind do so each time they start.
            if command.is_for_another_card() && !in_a_row {
                rows.remove(&key);
            }
            if command.done() {
                rows.remove(&key);
                continue;
            }
            let status = command.status_text();
            let row = rows.entry(key).or_default();
            if row.0 != status {
                *row = (status, Vec::new());
            }
            row.1.push(command.n);
            if row.1.len() > 3 && breach.is_none() {
                let (status, entries) = row.clone();
                breach = Some((
                    entries,
                    text!(
                        "同じ命令が同じ応答({status})を4回以上続けて受けた。3回までであきらめて案内する",
                        "the same command met the same error ({status}) more than 3 times in a row; give up with guidance by then"
                    ),
                ));
            }
        }
        let held = text!(
            "同じ失敗を4回以上繰り返さなかった",
            "no failure was repeated more than 3 times"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}

fn acc_11(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("ACC-11"), |visit| {
        if visit.screens.is_empty() {
            return Outcome::open(&[], no_screens());
        }
        let from = visit.presented.unwrap_or(visit.first);
        let out = visit.card_gone().unwrap_or(u64::MAX);
        let Some(take) = visit.shown(ScreenId::TakeCard, from) else {
            let finished = [
                ScreenId::Done,
                ScreenId::Counter,
                ScreenId::CertificateLapsed,
                ScreenId::Outage,
            ];
            return match visit.shown_any(&finished, from) {
                Some((n, _)) if n < out && visit.ended() && visit.removed.is_some() => {
                    Outcome::fail(
                        &[n],
                        text!(
                            "項目{n}で受付が終わったのに、カードを取る案内がない",
                            "the check-in was over at entry {n}, but nobody was told to take the card"
                        ),
                    )
                }
                _ => Outcome::open(
                    &[],
                    text!(
                        "カードを取る案内が出るところまで進まなかった",
                        "the visit did not get to where the card is to be taken"
                    ),
                ),
            };
        };
        let working = visit
            .commands
            .iter()
            .filter(|command| command.act != Act::PinStatus)
            .map(|command| command.n)
            .chain(card_inquiries(facts, visit))
            .filter(|n| take < *n && *n < out)
            .min();
        match working {
            Some(n) => Outcome::fail(
                &[take, n],
                text!(
                    "項目{take}でカードを取るよう案内した後も、項目{n}でカードか照会を使っている。終わるまで案内しない",
                    "the card was said to be free at entry {take}, yet entry {n} still worked with it; say so only when the check-in is over"
                ),
            ),
            None => Outcome::pass(
                &[take],
                text!(
                    "項目{take}で、受付が終わってからカードを取るよう案内した",
                    "told to take the card at entry {take}, when the check-in was over"
                ),
            ),
        }
    })
}

fn card_inquiries(facts: &Facts<'_>, visit: &Visit<'_>) -> Vec<u64> {
    facts
        .exchanges
        .iter()
        .filter(|exchange| {
            exchange.visit == visit.number
                && exchange.from == Role::Reader
                && exchange.inquiry.kind() != InquiryKind::Medical
        })
        .map(|exchange| exchange.n)
        .collect()
}
