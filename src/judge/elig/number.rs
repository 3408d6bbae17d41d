//! ELIG: the answer to a number inquiry, and what depends on age (rows 04–07, 09).

use crate::eligibility::{
    ElderlyCertificate, Eligibility, Inquiry, NumberKey, Person, Qualification, Registry, Site,
    Validity,
};
use crate::judge::cert::backend::silent;
use crate::judge::dates;
use crate::judge::elig::current;
use crate::judge::facts::world::{names, names_with_branch, same};
use crate::judge::facts::{Exchange, Facts, World, not_carried};
use crate::judge::outcome::{Outcome, text};

/// A number inquiry with what its key names.
struct Asked<'f, 'a> {
    exchange: &'f Exchange<'a>,
    key: &'a NumberKey,
    world: &'f World,
    registry: Option<&'f Registry>,
    /// The qualifications that the key names.
    named: Vec<&'f Qualification>,
}

impl Asked<'_, '_> {
    /// Returns the one that is lost, with the newer ones that hold.
    fn lost(&self) -> Option<(&Qualification, Vec<&Qualification>)> {
        let day = self.exchange.at.day();
        let [named] = self.named.as_slice() else {
            return None;
        };
        let mut newer = current(self.registry?, day);
        newer.retain(|it| it.from > named.from);
        named
            .until
            .is_some_and(|until| until < day)
            .then_some((*named, newer))
    }
}

/// Goes through the number inquiries that no declared fault hit.
fn each_asked<'f, 'a>(
    facts: &'f Facts<'a>,
    judge: impl Fn(&Asked<'f, 'a>) -> Option<Outcome>,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for exchange in facts.exchanges.iter().filter(|it| it.fault.is_none()) {
        // Number inquiries of disaster viewing are DIS-01.
        let Inquiry::Number {
            key,
            disaster: None,
            ..
        } = exchange.inquiry
        else {
            continue;
        };
        let Some(world) = facts.world(exchange.n) else {
            continue;
        };
        let registry = world.registries.iter().find(|registry| {
            registry.person.birth_date == key.birth_date
                && registry.qualifications.iter().any(|it| names(key, it))
        });
        let named = registry.map_or_else(Vec::new, |registry| {
            registry
                .qualifications
                .iter()
                .filter(|it| names_with_branch(key, it))
                .collect()
        });
        outcomes.extend(judge(&Asked {
            exchange,
            key,
            world,
            registry,
            named,
        }));
    }
    outcomes
}

fn unanswered(exchange: &Exchange<'_>) -> Outcome {
    Outcome::open(&exchange.entries(), silent())
}

pub(in crate::judge) fn elig_04(facts: &Facts<'_>) -> Vec<Outcome> {
    each_asked(facts, |asked| {
        let (lost, newer) = asked.lost()?;
        if newer.is_empty() || newer.iter().any(|it| same(it, lost)) {
            return None;
        }
        let exchange = asked.exchange;
        let n = exchange.answer_n();
        let Some(answer) = exchange.eligibility() else {
            return Some(unanswered(exchange));
        };
        let leaked = answer
            .qualification
            .as_ref()
            .is_some_and(|returned| newer.iter().any(|it| same(it, returned)));
        Some(if leaked {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "番号での照会に、項目{n}で新しい資格の内容を返した",
                    "entry {n} tells a number inquiry what the newer qualification is"
                ),
            )
        } else if answer.validity == Validity::InvalidNewerExists {
            Outcome::pass(
                &exchange.entries(),
                text!(
                    "無効であり新しい資格があるとだけ答えた",
                    "said that it is invalid and a newer one exists, and no more"
                ),
            )
        } else if answer.validity == Validity::Invalid
            && !facts.carries(|answer| answer.validity == Validity::InvalidNewerExists)
        {
            Outcome::open(&exchange.entries(), not_carried())
        } else {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "失った資格の番号への回答(項目{n})が、無効であり新しい資格があることを伝えていない",
                    "the answer at entry {n} to the number of a lost qualification does not say that a newer one exists"
                ),
            )
        })
    })
}

pub(in crate::judge) fn elig_05(facts: &Facts<'_>) -> Vec<Outcome> {
    each_asked(facts, |asked| {
        // Near misses are ELIG-06.
        if !asked.named.is_empty() || asked.registry.is_some() {
            return None;
        }
        let exchange = asked.exchange;
        let n = exchange.answer_n();
        Some(match (exchange.eligibility(), exchange.refusal()) {
            (Some(answer), _)
                if answer.validity == Validity::None && answer.qualification.is_none() =>
            {
                Outcome::pass(
                    &exchange.entries(),
                    text!("該当なしと答えた", "answered that nobody was found"),
                )
            }
            (Some(_), _) => Outcome::fail(
                &exchange.entries(),
                text!(
                    "記録にない番号に、項目{n}で該当なし以外を答えた",
                    "nobody has this number, but entry {n} says something other than \"none\""
                ),
            ),
            (None, Some(_)) => Outcome::fail(
                &exchange.entries(),
                text!(
                    "記録にない番号に、項目{n}で失敗と答えた。該当なしは正常な回答である",
                    "nobody has this number, and entry {n} calls that a failure; \"none\" is a normal answer"
                ),
            ),
            (None, None) => unanswered(exchange),
        })
    })
}

/// Tells whether a key stands as the registry writes it.
fn literal(key: &NumberKey, qualification: &Qualification) -> bool {
    key.insurer == qualification.insurer
        && key.symbol == qualification.symbol
        && key.number == qualification.number
        && key.branch == qualification.branch
}

pub(in crate::judge) fn elig_06(facts: &Facts<'_>) -> Vec<Outcome> {
    each_asked(facts, |asked| {
        let named = asked.named.first()?;
        // Several fit where family members share symbol and number.
        let fitting = asked
            .world
            .registries
            .iter()
            .filter(|it| it.person.birth_date == asked.key.birth_date)
            .flat_map(|it| &it.qualifications)
            .filter(|it| names_with_branch(asked.key, it))
            .count();
        if literal(asked.key, named) && fitting == 1 {
            return None;
        }
        let exchange = asked.exchange;
        let n = exchange.answer_n();
        let found = match exchange.eligibility() {
            Some(answer) if fitting > 1 && asked.key.branch.is_none() => {
                answer.validity != Validity::None
            }
            Some(answer) => !matches!(answer.validity, Validity::None | Validity::Several),
            None if exchange.refusal().is_some() => false,
            None => return Some(unanswered(exchange)),
        };
        Some(if found {
            Outcome::pass(
                &exchange.entries(),
                text!(
                    "表記の違いにかかわらず見つけた",
                    "found whatever the way of writing"
                ),
            )
        } else {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "表記(桁・全角半角・枝番)が違うだけの番号を、項目{n}で見つけられなかった",
                    "entry {n} does not find a number that differs only in padding, width or branch"
                ),
            )
        })
    })
}

pub(in crate::judge) fn elig_07(facts: &Facts<'_>) -> Vec<Outcome> {
    let content = |answer: &Eligibility| Eligibility {
        consents: Vec::new(),
        ..answer.clone()
    };
    let answers: Vec<(&Exchange<'_>, Eligibility)> = facts
        .exchanges
        .iter()
        .filter(|exchange| matches!(exchange.inquiry, Inquiry::Number { .. }))
        .filter_map(|exchange| Some((exchange, content(exchange.eligibility()?))))
        .collect();
    let mut outcomes = Vec::new();
    for (index, (first, one)) in answers.iter().enumerate() {
        for (second, other) in &answers[index + 1..] {
            let unchanged =
                facts.world(first.n).map(|it| it.from) == facts.world(second.n).map(|it| it.from);
            let alike = unasked(first.inquiry) == unasked(second.inquiry);
            if !alike || !unchanged || first.at.day() != second.at.day() {
                continue;
            }
            let (a, b) = (first.answer_n(), second.answer_n());
            outcomes.push(if one == other {
                Outcome::pass(
                    &[a, b],
                    text!(
                        "同じ照会に同じ回答だった",
                        "the same inquiry got the same answer"
                    ),
                )
            } else {
                Outcome::fail(
                    &[a, b],
                    text!(
                        "同じ照会に、項目{a}と{b}で異なる回答をした",
                        "the same inquiry got different answers at entries {a} and {b}"
                    ),
                )
            });
        }
    }
    outcomes
}

fn unasked(inquiry: &Inquiry) -> Option<(&NumberKey, bool, &Site)> {
    match inquiry {
        Inquiry::Number {
            key,
            limit_consent,
            site,
            ..
        } => Some((key, *limit_consent, site)),
        _ => None,
    }
}

pub(in crate::judge) fn elig_09(facts: &Facts<'_>) -> Vec<Outcome> {
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
    let missing = |what: crate::eligibility::Text| {
        let (ja, en) = (what.ja, what.en);
        Some(if carried {
            Outcome::fail(
                &exchange.entries(),
                text!("項目{n}: {ja}", "entry {n}: {en}"),
            )
        } else {
            Outcome::absent(not_carried())
        })
    };
    let right = |what: crate::eligibility::Text| Some(Outcome::pass(&exchange.entries(), what));
    if dates::is_preschool(birth, day) {
        return if returned.preschool == Some(true) {
            right(text!("未就学と示した", "marked as not yet at school"))
        } else {
            missing(text!(
                "未就学の印がない",
                "a child before school is not marked"
            ))
        };
    }
    if returned.preschool == Some(true) {
        return missing(text!(
            "就学した者に未就学の印がある",
            "someone of school age is marked as not yet at school"
        ));
    }
    if dates::has_elderly_share(birth, day) {
        let covers = |it: &&ElderlyCertificate| it.from <= day && day <= it.until;
        let expected = held.elderly.as_ref().filter(covers)?;
        return match wrong_certificate(expected, returned.elderly.as_ref()) {
            Some(what) => missing(what),
            None => right(text!(
                "高齢受給者証の割合と期間を示した",
                "share and period of 高齢受給者証 were returned"
            )),
        };
    }
    if dates::age(birth, day) >= 75 {
        return if returned.share == held.share {
            right(text!(
                "後期高齢者の割合を示した",
                "the share of a person of 75 or more was returned"
            ))
        } else {
            missing(text!(
                "後期高齢者の割合が記録と異なる",
                "the share of a person of 75 or more is not the one on record"
            ))
        };
    }
    None
}

/// Says what is wrong with the 高齢受給者証 that was returned.
fn wrong_certificate(
    expected: &ElderlyCertificate,
    returned: Option<&ElderlyCertificate>,
) -> Option<crate::eligibility::Text> {
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
