//! ELIG: the answer to a number inquiry (rows 04–07).

use crate::eligibility::{
    Eligibility, Inquiry, NumberKey, Qualification, Registry, Site, Validity,
};
use crate::judge::cert::backend::silent;
use crate::judge::difference::{
    ABSENT, Difference, PRESENT, between, optional, qualification, refused_wrongly, word,
};
use crate::judge::elig::current;
use crate::judge::facts::world::{holders, names_with_branch, same};
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
        // Of several people none is told anything of (ELIG-06).
        let ([named], (1, _)) = (self.named.as_slice(), fitting(self)) else {
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
        let first = holders(key, &world.registries).into_iter().next();
        let registry = first.and_then(|first| world.registries.get(first));
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
            .all_differ(qualification(lost, answer.qualification.as_ref()))
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
                .differs("validity", "invalid-newer-exists", word(&answer.validity))
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
        let found = exchange.eligibility().map_or_else(Vec::new, somebody);
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
            )
                .all_differ(found),
            (None, Some(_)) => Outcome::fail(
                &exchange.entries(),
                text!(
                    "記録にない番号に、項目{n}で失敗と答えた。該当なしは正常な回答である",
                    "nobody has this number, and entry {n} calls that a failure; \"none\" is a normal answer"
                ),
            )
                .refused_wrongly(exchange),
            (None, None) => unanswered(exchange),
        })
    })
}

/// Returns what an answer has that is about somebody.
fn somebody(answer: &Eligibility) -> Vec<Difference> {
    let mut found = Vec::new();
    if answer.validity != Validity::None {
        found.push(Difference::new("validity", "none", word(&answer.validity)));
    }
    if answer.qualification.is_some() {
        found.push(Difference::new("qualification", ABSENT, PRESENT));
    }
    found
}

/// Tells whether a key stands as the registry writes it.
fn literal(key: &NumberKey, qualification: &Qualification) -> bool {
    key.insurer == qualification.insurer
        && key.symbol == qualification.symbol
        && key.number == qualification.number
        && key.branch == qualification.branch
}

/// Returns how many people and how many qualifications a key fits.
fn fitting(asked: &Asked<'_, '_>) -> (usize, usize) {
    let born = |it: &&Registry| it.person.birth_date == asked.key.birth_date;
    let fit = |it: &&Qualification| names_with_branch(asked.key, it);
    let counts = asked.world.registries.iter().filter(born);
    let counts = counts.map(|it| it.qualifications.iter().filter(fit).count());
    counts.fold((0, 0), |(people, all), count| {
        (people + usize::from(count > 0), all + count)
    })
}

pub(in crate::judge) fn elig_06(facts: &Facts<'_>) -> Vec<Outcome> {
    each_asked(facts, |asked| {
        let named = asked.named.first()?;
        // Several fit where family members share symbol and number.
        let (people, fitting) = fitting(asked);
        if literal(asked.key, named) && fitting == 1 {
            return None;
        }
        let exchange = asked.exchange;
        let n = exchange.answer_n();
        let told = (exchange.eligibility())
            .is_some_and(|answer| answer.person.is_some() || answer.qualification.is_some());
        if told && people > 1 && asked.key.branch.is_none() {
            let validity = exchange.eligibility().map(|answer| answer.validity);
            let breach = Outcome::fail(
                &exchange.entries(),
                text!(
                    "枝番のない番号に{people}人が当てはまるのに、項目{n}でその一人を答えた。複数該当が正しい",
                    "without a branch number {people} people fit, yet entry {n} answers with one of them; \"several\" is right"
                ),
            );
            return Some(breach.differs("validity", "several", optional(validity.as_ref())));
        }
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
            .all_differ(vec![not_found(asked, fitting > 1)])
        })
    })
}

/// Returns the difference of an answer that did not find the number.
fn not_found(asked: &Asked<'_, '_>, several: bool) -> Difference {
    let day = asked.exchange.at.day();
    let due = match asked.named.first() {
        _ if several => "several",
        Some(named) if named.holds_on(day) => "valid",
        _ => "invalid",
    };
    match asked.exchange.eligibility() {
        Some(answer) => Difference::new("validity", due, word(&answer.validity)),
        None => refused_wrongly(asked.exchange),
    }
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
                .all_differ(between(one, other))
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
