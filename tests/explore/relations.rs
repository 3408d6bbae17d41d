//! Each relation between plays catches a backend that breaks it, and holds for ours.

use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use uketsuke::backend::embedded::InProcess;
use uketsuke::backend::{Asked, Backend, Cannot, Connector, Outage, Pending, World};
use uketsuke::eligibility::{Answer, Inquiry, InquiryKind, Moment, Text};
use uketsuke::explore::Stage;
use uketsuke::explore::relation::{RELATIONS, Relation};
use uketsuke::fault::Fault;
use uketsuke::runner::Options;
use uketsuke::scenario::Document;

use crate::{explorer, with};

/// How an odd backend differs from ours.
#[derive(Debug, Clone, Copy)]
enum Oddity {
    /// Tells the limit of people with a flag to whoever asks by number.
    TellsMoreOfTheFlagged,
    /// Forgets the address in every answer but the first.
    ForgetsAfterTheFirst,
}

struct Odd {
    inner: Box<dyn Backend>,
    oddity: Oddity,
    world: Option<World>,
    told: u32,
}

impl Odd {
    fn answer(&mut self, inquiry: &Inquiry, answer: Answer) -> Answer {
        let Answer::Eligibility(mut eligibility) = answer else {
            return answer;
        };
        self.told += 1;
        let people = self.world.iter().flat_map(|world| &world.people);
        match self.oddity {
            Oddity::TellsMoreOfTheFlagged if inquiry.kind() == InquiryKind::Number => {
                let mut flagged = people.filter(|one| !one.registry.undisclosed_by.is_empty());
                eligibility.limit = flagged.find_map(|one| one.registry.limit.clone());
            }
            Oddity::ForgetsAfterTheFirst if self.told > 1 => {
                if let Some(person) = &mut eligibility.person {
                    person.address = None;
                }
            }
            _ => {}
        }
        Answer::Eligibility(eligibility)
    }
}

impl Backend for Odd {
    fn name(&self) -> &'static str {
        "odd"
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        self.inner.carries(kind)
    }

    fn arrange<'a>(&'a mut self, world: &'a World, at: Moment) -> Pending<'a, Result<(), Cannot>> {
        self.world = Some(world.clone());
        self.inner.arrange(world, at)
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        Box::pin(async move {
            let answer = self.inner.ask(inquiry, now).await?;
            Ok(self.answer(inquiry, answer))
        })
    }
}

struct Oddly(Oddity);

impl Connector for Oddly {
    fn arranges(&self) -> bool {
        true
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        Box::pin(async move {
            Ok(Box::new(Odd {
                inner: InProcess.connect().await?,
                oddity: self.0,
                world: None,
                told: 0,
            }) as Box<dyn Backend>)
        })
    }
}

fn odd(oddity: Oddity) -> Stage {
    Stage {
        options: Options {
            backend: Some(Arc::new(Oddly(oddity))),
            ..Options::default()
        },
        ..explorer().stage
    }
}

fn document(more: &str) -> Document {
    let text = format!(
        "title: {{ ja: 関係, en: relation }}\nrequirements: [ELIG-15]\nunder-test: backend\n\
         at: 2025-12-20T09:15+09:00\nsite: {{ offers: [] }}\ncard: {{ holder: adult }}\n{more}"
    );
    Document::parse(&text, "relation").unwrap()
}

const FLAGGED: &str =
    "registry: { undisclosed-by: [\"01139999\"] }\nsteps:\n- desk: number-inquiry\n";
const TWO_PEOPLE: &str = "others:\n- card: { holder: adult-2 }\nsteps:\n- present-card\n\
    - choose: pin\n- enter-pin: \"1234\"\n- take-card\n- present-card: adult-2\n- choose: pin\n\
    - enter-pin: \"2468\"\n- take-card\n";
/// The insurer changed ten days ago.
const CHANGED: &str = "registry:\n  qualifications:\n\
    \x20 - { insurer: \"01139999\", insurer-name: 模擬健康保険組合, number: \"1\", from: at - 6y, until: at - 10d }\n\
    \x20 - { insurer: \"00139998\", insurer-name: 模擬国保, number: \"2\", from: at - 9d }\n\
    steps:\n- present-card\n- choose: pin\n- enter-pin: \"1234\"\n- take-card\n";

/// Valid on the day of the visit, and no more when the number is asked.
const ENDS_BETWEEN: &str = "registry:\n  qualifications:\n\
    \x20 - { insurer: \"01139999\", insurer-name: 模擬健康保険組合, number: \"1\", from: at - 6y, until: at + 1d }\n\
    steps:\n- present-card\n- choose: pin\n- enter-pin: \"1234\"\n- take-card\n- wait: 2d\n";

/// Two people under one number, of whom the second alone is still insured.
const SAME_NUMBER: &str = "registry:\n  qualifications:\n\
    \x20 - { insurer: \"01139999\", insurer-name: 模擬健康保険組合, number: \"1\", from: at - 6y, until: at - 1d }\n\
    others:\n- card: { holder: adult-2 }\n  registry:\n    qualifications:\n\
    \x20   - { insurer: \"01139999\", insurer-name: 模擬健康保険組合, number: \"1\", from: at - 6y }\n\
    steps:\n- present-card\n- take-card\n- present-card: adult-2\n- choose: pin\n\
    - enter-pin: \"2468\"\n- take-card\n";

fn expect(stage: &Stage, name: &str, more: &str, broken: bool) -> Result<(), Failed> {
    let relation = Relation::named(name).ok_or("there is no such relation")?;
    let document = document(more);
    if relation.other(stage, &document).is_none() {
        return Err("the relation says nothing of this case".into());
    }
    match (relation.broken_by(stage, &document), broken) {
        (Some(_), true) | (None, false) => Ok(()),
        (Some(why), false) => Err(format!("blamed: {}", why.en).into()),
        (None, true) => Err("not caught".into()),
    }
}

fn flags() -> Result<(), Failed> {
    let name = "flags-only-withhold";
    expect(&explorer().stage, name, FLAGGED, false)?;
    expect(&odd(Oddity::TellsMoreOfTheFlagged), name, FLAGGED, true)
}

fn order() -> Result<(), Failed> {
    let name = "order-is-irrelevant";
    expect(&explorer().stage, name, TWO_PEOPLE, false)?;
    expect(&odd(Oddity::ForgetsAfterTheFirst), name, TWO_PEOPLE, true)
}

fn number() -> Result<(), Failed> {
    let name = "number-agrees-with-card";
    expect(&explorer().stage, name, CHANGED, false)?;
    // Blamed once: what was said on another day, or of somebody else, is no contradiction.
    expect(&explorer().stage, name, ENDS_BETWEEN, false)?;
    expect(&explorer().stage, name, SAME_NUMBER, false)?;
    expect(
        &with(Fault::named("stale-insurer")).stage,
        name,
        CHANGED,
        true,
    )
}

/// A relation that is added needs a test here.
fn all_are_tested() -> Result<(), Failed> {
    let names: Vec<&str> = RELATIONS.iter().map(|relation| relation.name).collect();
    if names
        == [
            "flags-only-withhold",
            "order-is-irrelevant",
            "number-agrees-with-card",
        ]
    {
        Ok(())
    } else {
        Err(format!("{names:?}").into())
    }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("relation: flags only withhold", flags),
        Trial::test("relation: the order is irrelevant", order),
        Trial::test("relation: number agrees with card", number),
        Trial::test("relation: each has a test", all_are_tested),
    ]
}
