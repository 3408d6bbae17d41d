//! ELIG: what depends on age (row 09).

use crate::eligibility::{ElderlyCertificate, Person, Qualification, Text};
use crate::judge::dates;
use crate::judge::difference::{ABSENT, Difference, PRESENT, between, optional, word};
use crate::judge::facts::world::same;
use crate::judge::facts::{Exchange, Facts, not_carried};
use crate::judge::outcome::{Outcome, text};

pub(super) fn elig_09(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in facts.exchanges.iter().filter(|it| it.fault.is_none()) {
        let (Some(answer), Some(person)) = (exchange.eligibility(), exchange.person) else {
            continue;
        };
        let registry = facts.registry(person, exchange.n);
        let (Some(registry), Some(returned)) = (registry, &answer.qualification) else {
            continue;
        };
        // Cards for a short term follow one another under one number.
        let mut alike = registry
            .qualifications
            .iter()
            .filter(|it| same(it, returned));
        let first = alike.clone().next();
        let held = alike.find(|it| it.from == returned.from).or(first);
        if let Some(held) = held {
            outcomes.extend(by_age(facts, exchange, &registry.person, held, returned));
        }
    }
    outcomes
}

fn by_age(
    facts: &Facts<'_>,
    exchange: &Exchange<'_>,
    person: &Person,
    held: &Qualification,
    returned: &Qualification,
) -> Option<Outcome> {
    let day = exchange.at.day();
    let n = exchange.answer_n();
    // FHIR answers carry neither 高齢受給者証 nor the mark of a child before school.
    let carried = facts.header.roles.backend != "fhir";
    let birth = person.birth_date;
    let missing = |what: Text, differences: Vec<Difference>| {
        let (ja, en) = (what.ja, what.en);
        Some(if carried {
            Outcome::fail(
                &exchange.entries(),
                text!("項目{n}: {ja}", "entry {n}: {en}"),
            )
            .all_differ(differences)
        } else {
            Outcome::absent(not_carried())
        })
    };
    let right = |what: Text| Some(Outcome::pass(&exchange.entries(), what));
    let preschool = |due| mark("preschool", &due, returned.preschool.as_ref());
    if dates::is_preschool(birth, day) {
        return if returned.preschool == Some(true) {
            right(text!("未就学と示した", "marked as not yet at school"))
        } else {
            missing(
                text!("未就学の印がない", "a child before school is not marked"),
                preschool(true),
            )
        };
    }
    if returned.preschool == Some(true) {
        return missing(
            text!(
                "就学した者に未就学の印がある",
                "someone of school age is marked as not yet at school"
            ),
            preschool(false),
        );
    }
    if dates::has_elderly_share(birth, day) {
        let covers = |it: &&ElderlyCertificate| it.from <= day && day <= it.until;
        let expected = held.elderly.as_ref().filter(covers)?;
        return match wrong_certificate(expected, returned.elderly.as_ref()) {
            Some(what) => missing(what, elderly(expected, returned.elderly.as_ref())),
            None => right(text!(
                "高齢受給者証の割合と期間を示した",
                "share and period of 高齢受給者証 were returned"
            )),
        };
    }
    if dates::age(birth, day) < 75 {
        return None;
    }
    if returned.share == held.share {
        return right(text!(
            "後期高齢者の割合を示した",
            "the share of a person of 75 or more was returned"
        ));
    }
    missing(
        text!(
            "後期高齢者の割合が記録と異なる",
            "the share of a person of 75 or more is not the one on record"
        ),
        mark("share", &held.share, Some(&returned.share)),
    )
}

/// Returns the difference of a field of a qualification.
fn mark<T: serde::Serialize>(field: &str, due: &T, got: Option<&T>) -> Vec<Difference> {
    let field = format!("qualification.{field}");
    vec![Difference::new(field, word(due), optional(got))]
}

/// Compares the fields of 高齢受給者証.
fn elderly(due: &ElderlyCertificate, returned: Option<&ElderlyCertificate>) -> Vec<Difference> {
    let within = |it: Difference| match it.field.as_str() {
        "" => Difference::new("qualification.elderly", PRESENT, ABSENT),
        field => Difference::new(
            format!("qualification.elderly.{field}"),
            it.expected,
            it.got,
        ),
    };
    between(&Some(due), &returned)
        .into_iter()
        .map(within)
        .collect()
}

/// Says what is wrong with the 高齢受給者証 that was returned.
fn wrong_certificate(
    expected: &ElderlyCertificate,
    returned: Option<&ElderlyCertificate>,
) -> Option<Text> {
    match returned {
        Some(certificate) if certificate == expected => None,
        Some(certificate) if certificate.share == expected.share => Some(text!(
            "高齢受給者証の期間が記録と異なる",
            "the period of 高齢受給者証 is not the one on record"
        )),
        Some(_) => Some(text!(
            "高齢受給者証の割合が記録と異なる",
            "the share of 高齢受給者証 is not the one on record"
        )),
        None => Some(text!("高齢受給者証の情報がない", "高齢受給者証 is missing")),
    }
}
