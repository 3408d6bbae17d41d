//! DISC: what number inquiries and the portal show (rows 03, 05, 06, 10).

use crate::eligibility::{Answer, Eligibility, Inquiry, Person, PortalSection, Registry};
use crate::judge::cert::backend::silent;
use crate::judge::difference::{address, portal};
use crate::judge::facts::{Exchange, Facts};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::Subject::Backend;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("DISC-03", Backend, disc_03),
    rule("DISC-05", Backend, disc_05),
    rule("DISC-06", Backend, disc_06),
    rule("DISC-10", Backend, disc_10),
];

/// Judges each answered number inquiry about a person.
pub(in crate::judge) fn each_number(
    facts: &Facts<'_>,
    judge: impl Fn(&Exchange<'_>, &Eligibility, &Registry) -> Option<Outcome>,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in facts.exchanges.iter().filter(|it| it.fault.is_none()) {
        let (Inquiry::Number { .. }, Some(person)) = (exchange.inquiry, exchange.person) else {
            continue;
        };
        let Some(registry) = facts.registry(person, exchange.n) else {
            continue;
        };
        match exchange.eligibility() {
            Some(answer) => outcomes.extend(judge(exchange, answer, registry)),
            None if exchange.refusal().is_none() && !registry.undisclosed_by.is_empty() => {
                outcomes.push(Outcome::open(&exchange.entries(), silent()));
            }
            None => {}
        }
    }
    outcomes
}

pub(in crate::judge) fn shows_address(person: Option<&Person>) -> bool {
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    person.is_some_and(|person| filled(&person.address) || filled(&person.postcode))
}

/// Judges each search by name that found this person: by convention as strict as by number.
fn by_name(
    facts: &Facts<'_>,
    part: Option<&'static str>,
    hides: impl Fn(&Registry) -> bool,
) -> impl Iterator<Item = Outcome> {
    facts.exchanges.iter().filter_map(move |exchange| {
        let Inquiry::Person { .. } = exchange.inquiry else {
            return None;
        };
        let registry = facts.registry(exchange.person?, exchange.n)?;
        let answer = exchange.eligibility()?;
        let n = exchange.answer_n();
        let found = answer.person.is_some() && hides(registry) && exchange.fault.is_none();
        found.then(|| {
            let outcome = if shows_address(answer.person.as_ref()) {
                Outcome::fail(
                    &exchange.entries(),
                    text!(
                        "閲覧制限のある人について、氏名での照会に項目{n}で住所か郵便番号を返した",
                        "disclosure is restricted, yet entry {n} tells a search by name the address or postcode"
                    ),
                )
                .all_differ(address(answer.person.as_ref(), false))
            } else {
                Outcome::pass(
                    &exchange.entries(),
                    text!(
                        "氏名での照会に住所も郵便番号も返さなかった",
                        "neither address nor postcode was told to a search by name"
                    ),
                )
            };
            match part {
                Some(part) => outcome.part(part),
                None => outcome,
            }
        })
    })
}

fn disc_03(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = by_number(facts);
    outcomes.extend(by_name(facts, Some("by-name"), |registry| {
        !registry.undisclosed_by.is_empty()
    }));
    outcomes
}

fn by_number(facts: &Facts<'_>) -> Vec<Outcome> {
    each_number(facts, |exchange, answer, registry| {
        if registry.undisclosed_by.is_empty() {
            return None;
        }
        let n = exchange.answer_n();
        Some(if shows_address(answer.person.as_ref()) {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "不開示なのに、番号での照会に項目{n}で住所か郵便番号を返した",
                    "不開示 is set, yet entry {n} tells a number inquiry the address or postcode"
                ),
            )
            .all_differ(address(answer.person.as_ref(), false))
        } else {
            Outcome::pass(
                &exchange.entries(),
                text!(
                    "住所も郵便番号も返さなかった",
                    "neither address nor postcode was returned"
                ),
            )
        })
    })
}

fn disc_10(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = withheld_by_number(facts);
    outcomes.extend(by_name(facts, None, |registry| {
        registry.undisclosed_by.is_empty() && !registry.withheld_by.is_empty()
    }));
    outcomes
}

fn withheld_by_number(facts: &Facts<'_>) -> Vec<Outcome> {
    each_number(facts, |exchange, answer, registry| {
        if registry.withheld_by.is_empty() || !registry.undisclosed_by.is_empty() {
            return None;
        }
        let shown = shows_address(answer.person.as_ref());
        let what = if shown { "shown" } else { "hidden" };
        Some(Outcome::pass(
            &exchange.entries(),
            text!(
                "住所の扱い: {what}。資料で確かでないので、どちらもよい",
                "address {what}; the sources leave it open, so either passes"
            ),
        ))
    })
}

/// Judges each answered look at the portal.
pub(in crate::judge) fn each_portal(
    facts: &Facts<'_>,
    judge: impl Fn(&Exchange<'_>, &[PortalSection], &Registry) -> Option<Outcome>,
) -> Vec<Outcome> {
    facts
        .exchanges
        .iter()
        .filter(|exchange| matches!(exchange.inquiry, Inquiry::Portal { .. }))
        .filter_map(|exchange| {
            let registry = facts.registry(exchange.person?, exchange.n)?;
            match exchange.answer() {
                Some(Answer::Portal(view)) => judge(exchange, &view.shown, registry),
                _ => Some(Outcome::open(&exchange.entries(), silent())),
            }
        })
        .collect()
}

fn shows_any(
    exchange: &Exchange<'_>,
    shown: &[PortalSection],
    forbidden: &[PortalSection],
) -> Outcome {
    let n = exchange.answer_n();
    let seen: Vec<String> = shown
        .iter()
        .filter(|section| forbidden.contains(section))
        .map(|section| format!("{section:?}"))
        .collect();
    if seen.is_empty() {
        return Outcome::pass(
            &exchange.entries(),
            text!(
                "見せてはならないものは見せなかった",
                "nothing was shown that must not be"
            ),
        );
    }
    let seen = seen.join(", ");
    Outcome::fail(
        &exchange.entries(),
        text!(
            "マイナポータル(項目{n})に、見せてはならないものがある: {seen}",
            "the portal (entry {n}) shows what it must not: {seen}"
        ),
    )
    .all_differ(portal(forbidden, shown, false))
}

fn disc_05(facts: &Facts<'_>) -> Vec<Outcome> {
    let forbidden = [
        PortalSection::Insurance,
        PortalSection::Drug,
        PortalSection::Diagnosis,
        PortalSection::Cost,
        PortalSection::Checkup,
    ];
    each_portal(facts, |exchange, shown, registry| {
        (!registry.withheld_by.is_empty()).then(|| shows_any(exchange, shown, &forbidden))
    })
}

fn disc_06(facts: &Facts<'_>) -> Vec<Outcome> {
    each_portal(facts, |exchange, shown, registry| {
        (!registry.undisclosed_by.is_empty())
            .then(|| shows_any(exchange, shown, &[PortalSection::ExchangeHistory]))
    })
}
