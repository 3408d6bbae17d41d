//! ACC: how the card counts PINs and keeps its security status (rows 12–15), judged where the
//! card is under test.

use std::collections::HashMap;

use crate::judge::facts::{Facts, Stay};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::judge::session::{Act, App, Command, SIGNATURE_PASSWORD, USER_KEY, USER_PIN, app_named};
use crate::requirement::Subject::Card;
use crate::scenario::CardFacts;
use crate::secret::Masked;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("ACC-12", Card, acc_12),
    rule("ACC-13", Card, acc_13),
    rule("ACC-14", Card, acc_14),
    rule("ACC-15", Card, acc_15),
];

/// Most tries of the user PIN (card.md §3).
const TRIES_MAX: u8 = 3;

/// What happens to one card, in visits and at a tester's.
enum Event<'f> {
    Command(&'f Command),
    /// Power off, or out and in again.
    PowerLost,
    WarmReset(u64),
}

/// Puts commands and resets of one person's card in order.
fn events<'f>(stays: &[Stay<'f>]) -> Vec<Event<'f>> {
    let mut events: Vec<(u64, Event<'f>)> = Vec::new();
    for stay in stays {
        events.push((stay.first, Event::PowerLost));
        let commands = stay.commands.iter();
        events.extend(commands.map(|command| (command.n, Event::Command(command))));
        let lost = stay.power_off.iter().chain(stay.power_lost).copied();
        let off = lost.chain(stay.removed);
        events.extend(off.map(|n| (n, Event::PowerLost)));
        events.extend(stay.resets.iter().map(|n| (*n, Event::WarmReset(*n))));
    }
    events.sort_by_key(|(n, _)| *n);
    events.into_iter().map(|(_, event)| event).collect()
}

/// Tells whether a command asks for the tries of a PIN that the card certainly has: how a card
/// answers for one that was never set is not published (card.md §3).
fn queries(command: &Command, card: &CardFacts) -> bool {
    let user = command.is(Act::PinStatus, App::Jpki, USER_PIN) && card.user_pin.is_some();
    let signature =
        command.is(Act::PinStatus, App::Jpki, SIGNATURE_PASSWORD) && card.signature_certificate;
    (user || signature) && command.apdu.get(..3) == Some(&[0x00, 0x20, 0x00])
}

fn acc_12(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (person, patient) in facts.scenario.people.iter().enumerate() {
        let mut told: HashMap<(App, u16), (u8, u64)> = HashMap::new();
        for event in events(&facts.stays(person)) {
            let Event::Command(command) = event else {
                continue;
            };
            let (Some(app), Some(file)) = (command.app, command.file) else {
                continue;
            };
            if unanswered(command) || command.act == Act::Verify {
                told.remove(&(app, file));
                continue;
            }
            if !queries(command, &patient.card) {
                continue;
            }
            let n = command.n;
            let status = command.status_text();
            let Some(left) = command.tries_told().filter(|_| status.starts_with("63C")) else {
                outcomes.push(Outcome::fail(
                    &command.entries(),
                    text!(
                        "項目{n}の残り回数の問合せに{status}が返った。63Cxで答える",
                        "the PIN status query at entry {n} was answered {status}; 63Cx is right"
                    ),
                ));
                continue;
            };
            let before = told.insert((app, file), (left, n));
            outcomes.push(match before {
                Some((earlier, at)) if earlier != left => Outcome::fail(
                    &[at, n],
                    text!(
                        "問合せだけで残り回数が{earlier}から{left}に変わった(項目{at}、{n})",
                        "a mere query changed the tries left from {earlier} to {left} (entries {at}, {n})"
                    ),
                ),
                _ => Outcome::pass(
                    &command.entries(),
                    text!("問合せに63C{left}が返った", "the query was answered 63C{left}"),
                ),
            });
        }
    }
    outcomes
}

fn acc_13(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (person, patient) in facts.scenario.people.iter().enumerate() {
        let pin = patient.card.user_pin.as_ref().and_then(|pin| pin.masked());
        let Some(pin) = pin else { continue };
        let mut left = Some(patient.card.user_pin_tries);
        for event in events(&facts.stays(person)) {
            let Event::Command(command) = event else {
                continue;
            };
            let is_verify = command.is(Act::Verify, App::Jpki, USER_PIN);
            match left {
                // Whether a VERIFY without an answer has cost a try is not seen.
                _ if is_verify && unanswered(command) => left = None,
                Some(before) if is_verify => {
                    let (outcome, after) = verified(command, pin, before);
                    outcomes.push(outcome);
                    left = Some(after);
                }
                None if is_verify && command.done() => left = Some(TRIES_MAX),
                None if is_verify || queries(command, &patient.card) => {
                    left = command.tries_told();
                }
                _ => {}
            }
        }
    }
    outcomes
}

/// Tells whether a command may not have reached the card, or its own answer not have come back.
fn unanswered(command: &Command) -> bool {
    command.fault.is_some() || command.status.is_none()
}

/// Judges a VERIFY with `left` tries before it, and returns the tries after it.
fn verified(command: &Command, pin: &Masked, left: u8) -> (Outcome, u8) {
    let right = command
        .secret
        .as_ref()
        .is_some_and(|secret| secret.alias == pin.alias);
    let locked = left == 0;
    let expected = match (locked, right) {
        (true, _) => "6984".to_owned(),
        (false, true) => "9000".to_owned(),
        (false, false) => format!("63C{}", left.saturating_sub(1)),
    };
    let after = match (locked, right) {
        (true, _) => 0,
        (false, true) => TRIES_MAX,
        (false, false) => left - 1,
    };
    let (n, status) = (command.n, command.status_text());
    let outcome = if status == expected {
        Outcome::pass(
            &command.entries(),
            text!(
                "項目{n}の照合に{status}が返った",
                "the VERIFY at entry {n} was answered {status}"
            ),
        )
    } else {
        Outcome::fail(
            &command.entries(),
            text!(
                "項目{n}の照合に{status}が返ったが、{expected}が正しい",
                "the VERIFY at entry {n} was answered {status} where {expected} is right"
            ),
        )
    };
    let outcome = if locked {
        outcome.part("locked-status")
    } else {
        outcome
    };
    (outcome, after)
}

/// Why the security status is as it is, for ACC-14 and ACC-15.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Never,
    Kept(u64),
    Lost(u64),
    Fresh,
    /// After something of which no source says what it does to the security status.
    Unsure,
}

/// Follows the security status of the user key through a card's life and judges each signature.
fn signatures(
    facts: &Facts<'_>,
    judge: impl Fn(&Command, bool, Why) -> Option<Outcome>,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for person in 0..facts.scenario.people.len() {
        let (mut open, mut why) = (false, Why::Never);
        for event in events(&facts.stays(person)) {
            match event {
                Event::PowerLost => {
                    let perhaps_open = open || why == Why::Unsure;
                    why = if perhaps_open { Why::Lost(0) } else { why };
                    open = false;
                }
                Event::WarmReset(n) if open && why != Why::Unsure => why = Why::Kept(n),
                Event::WarmReset(_) => {}
                Event::Command(command) => {
                    if command.is(Act::Sign, App::Jpki, USER_KEY) && !unanswered(command) {
                        outcomes.extend(judge(command, open, why));
                    }
                    follow(command, &mut open, &mut why);
                }
            }
        }
    }
    outcomes
}

fn follow(command: &Command, open: &mut bool, why: &mut Why) {
    let verified = command.is(Act::Verify, App::Jpki, USER_PIN);
    let unlocked = command.act == Act::Unlock && command.app == Some(App::Jpki);
    if unanswered(command) && (verified || unlocked || command.act == Act::SelectApp) {
        *why = Why::Unsure;
        return;
    }
    if command.act == Act::SelectApp {
        let same = command.app == Some(app_named(&command.data));
        let unsure = *why == Why::Unsure;
        match (*open || unsure, command.done(), same) {
            (true, true, true) if !unsure => *why = Why::Kept(command.n),
            (true, true, false) => {
                *why = Why::Lost(command.n);
                *open = false;
            }
            // What an unknown name does to the application selected is not published.
            (true, false, _) => *why = Why::Unsure,
            _ => {}
        }
        return;
    }
    if (verified || unlocked) && command.done() {
        *open = true;
        *why = Why::Fresh;
    } else if verified {
        // Nor is what a wrong PIN does to a right one before it.
        if *open {
            *why = Why::Unsure;
        } else if *why != Why::Unsure {
            *why = Why::Never;
        }
        *open = false;
    }
}

fn signed(command: &Command, right: bool) -> Outcome {
    let (n, status) = (command.n, command.status_text());
    let expected = if right { "9000" } else { "6982" };
    if status == expected {
        Outcome::pass(
            &command.entries(),
            text!(
                "項目{n}の署名に{status}が返った",
                "the signature at entry {n} was answered {status}"
            ),
        )
    } else {
        Outcome::fail(
            &command.entries(),
            text!(
                "項目{n}の署名に{status}が返ったが、{expected}が正しい",
                "the signature at entry {n} was answered {status} where {expected} is right"
            ),
        )
    }
}

fn acc_14(facts: &Facts<'_>) -> Vec<Outcome> {
    signatures(facts, |command, open, why| {
        (!open && why == Why::Never).then(|| signed(command, false))
    })
}

fn acc_15(facts: &Facts<'_>) -> Vec<Outcome> {
    signatures(facts, |command, open, why| {
        matches!(why, Why::Kept(_) | Why::Lost(_)).then(|| signed(command, open))
    })
}
