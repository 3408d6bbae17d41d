//! CONS: what the result records of a consent (row 02).

use crate::eligibility::{Care, ConsentAnswer, ConsentFlag, ConsentKind, ConsentState, SiteKind};
use crate::judge::cons::backend::ordinary;

use crate::judge::dates;
use crate::judge::difference::{ABSENT, Difference, PRESENT, flag, optional, word};
use crate::judge::facts::case::consents;
use crate::judge::facts::{Exchange, Facts, Truth};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::Subject::Backend;

pub(in crate::judge) const RULES: &[Rule] = &[rule("CONS-02", Backend, cons_02)];

fn cons_02(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    if facts.backend_is_foreign() && !carries_flags(facts) {
        return vec![Outcome::absent(text!(
            "この照会方式は同意のフラグを伝えない",
            "this protocol does not carry consent flags"
        ))];
    }
    for (_, truth, confirm, answer) in ordinary(facts, "CONS-02") {
        if truth.site.kind == SiteKind::EligibilityOnly {
            continue;
        }
        for consent in consents(confirm.inquiry) {
            let takes_part = truth.site.offers.contains(&consent.kind)
                && !matches!(consent.kind, ConsentKind::Limit);
            if !takes_part {
                continue;
            }
            let state = answer
                .consents
                .iter()
                .find(|state| state.kind == consent.kind);
            outcomes.push(match consent.answer {
                ConsentAnswer::Agree => agreed(confirm, &truth, consent.kind, state),
                ConsentAnswer::Refuse => refused(confirm, consent.kind, state),
            });
        }
    }
    outcomes
}

/// Tells whether any answer carries flags: a protocol without them cannot be judged by them.
fn carries_flags(facts: &Facts<'_>) -> bool {
    facts
        .exchanges
        .iter()
        .filter_map(Exchange::eligibility)
        .any(|answer| !answer.consents.is_empty())
}

fn agreed(
    confirm: &Exchange<'_>,
    truth: &Truth,
    kind: ConsentKind,
    state: Option<&ConsentState>,
) -> Outcome {
    let (name, n) = (kind.title(), confirm.answer_n());
    let given = state.filter(|state| state.flag == ConsentFlag::Given);
    let Some(state) = given else {
        return Outcome::fail(
            &confirm.entries(),
            text!(
                [name],
                "{name}に同意があるのに、項目{n}の結果に同意ありのフラグがない",
                "{name} was agreed to, but the result at entry {n} does not flag it as given"
            ),
        )
        .all_differ(vec![flag(kind, ConsentFlag::Given, state)]);
    };
    let day_later = match (state.at, state.until) {
        (Some(at), Some(until)) => {
            until.0.duration_since(at.0) == jiff::SignedDuration::from_secs(dates::CONSENT_SECONDS)
        }
        _ => false,
    };
    let lacks_a_day = || {
        Outcome::fail(
            &confirm.entries(),
            text!(
                [name],
                "項目{n}の{name}に、同意の時刻とその24時間後の期限が揃っていない",
                "at entry {n}, {name} lacks the time of consent or an end 24 hours after it"
            ),
        )
        .all_differ(times(state, true))
    };
    match truth.care {
        Care::Outpatient if !day_later => return lacks_a_day(),
        // No source says how long a consent for online care lasts.
        Care::Online if !day_later => return lacks_a_day().part("online"),
        Care::HomeVisit if state.at.is_none() || state.until.is_some() => {
            return Outcome::fail(
                &confirm.entries(),
                text!([name], "項目{n}の{name}に同意の時刻がないか、期限がある。訪問診療の同意は取り消されるまで続く",
                    "at entry {n}, {name} lacks the time of consent or has an end; for home visits it stands until withdrawn"
                ),
            )
            .all_differ(times(state, false))
            .part("home-visit");
        }
        _ => {}
    }
    Outcome::pass(
        &confirm.entries(),
        text!(
            [name],
            "{name}の同意が時刻とともに記された",
            "the consent to {name} was recorded with its times"
        ),
    )
}

/// Compares the times of a consent: when it was given, and its end, which is a day later or not set.
fn times(state: &ConsentState, ends: bool) -> Vec<Difference> {
    let field = |name: &str| format!("consents.{}.{name}", word(&state.kind));
    let Some(at) = state.at else {
        return vec![Difference::new(field("at"), PRESENT, ABSENT)];
    };
    let due = if ends {
        word(&at.plus_ms(dates::CONSENT_SECONDS.unsigned_abs() * 1_000))
    } else {
        ABSENT.to_owned()
    };
    let until = optional(state.until.as_ref());
    vec![Difference::new(field("until"), due, until)]
}

/// Returns the times that a consent carries which was not given.
fn no_times(state: &ConsentState) -> Vec<Difference> {
    [("at", state.at), ("until", state.until)]
        .into_iter()
        .filter_map(|(name, time)| {
            let field = format!("consents.{}.{name}", word(&state.kind));
            Some(Difference::new(field, ABSENT, word(&time?)))
        })
        .collect()
}

fn refused(confirm: &Exchange<'_>, kind: ConsentKind, state: Option<&ConsentState>) -> Outcome {
    let (name, n) = (kind.title(), confirm.answer_n());
    match state {
        Some(state) if !matches!(state.flag, ConsentFlag::No | ConsentFlag::Expired) => {
            // CONS-01 and CONS-05 report it.
            Outcome::open(
                &confirm.entries(),
                text!(
                    "CONS-01またはCONS-05の違反として示す",
                    "reported as a breach of CONS-01 or CONS-05"
                ),
            )
        }
        Some(state) if state.at.is_some() || state.until.is_some() => Outcome::fail(
            &confirm.entries(),
            text!(
                [name],
                "項目{n}で、同意のない{name}に時刻がある",
                "at entry {n}, {name} was not agreed to but carries a time"
            ),
        )
        .all_differ(no_times(state))
        .part("no-times"),
        _ => Outcome::pass(
            &confirm.entries(),
            text!(
                [name],
                "{name}は同意なしとされた",
                "{name} was recorded as not agreed to"
            ),
        ),
    }
}
