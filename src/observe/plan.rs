//! What of a scenario can be put to a foreign reader: visit by visit, whose card comes and what
//! happens while it lies there.
//!
//! With an operator each act has its time. Without one nobody sees when people do what they do, so
//! faults come with the card, and what is expected is looked at once the card is out again.

use virtual_card::fault::Fault;

use crate::eligibility::Text;
use crate::scenario::{Actor, DeskStep, FaultStep, Playable, Scenario, Step, UnderTest};

/// What happens in a visit. Steps are named by their index in the scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Something goes wrong with the card from here on.
    Fault(Fault),
    /// A person does this step at the reader.
    Give(usize),
    /// The card is taken out by this step.
    Take(usize),
    /// This step is a question to whoever sees the reader: its screen.
    Look(usize),
    /// This expectation is judged by what has been recorded by now.
    Check(usize),
}

/// One visit: from the card's coming to the next one's.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitPlan {
    /// Whose card, by index among the people of the scenario.
    pub person: usize,
    /// The step that puts it in.
    pub present: usize,
    /// What people do before the card comes, such as switching the reader to visual mode.
    pub before: Vec<usize>,
    /// What happens from then on, in order.
    pub acts: Vec<Act>,
}

/// A visit of which nobody sees when people do what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unattended {
    /// What people are to do before the card comes.
    pub before: Vec<usize>,
    /// What goes wrong with the card.
    pub faults: Vec<Fault>,
    /// What people are to do at the reader while the card lies there.
    pub stimuli: Vec<usize>,
    /// The step that takes the card out.
    pub take: Option<usize>,
    /// The expectations that are reached once the card is out. Those before the last stimulus are
    /// not: nobody knows when they would have been reached.
    pub reached: Vec<usize>,
}

impl VisitPlan {
    /// Begins a visit; `earlier` is what happened since the card before was taken out.
    fn new(person: usize, present: usize, earlier: Vec<Act>) -> VisitPlan {
        let mut visit = VisitPlan {
            person,
            present,
            before: Vec::new(),
            acts: Vec::new(),
        };
        for act in earlier {
            match act {
                Act::Give(step) => visit.before.push(step),
                Act::Fault(_) => visit.acts.push(act),
                // Before the first card there is nothing yet to look at.
                Act::Take(_) | Act::Look(_) | Act::Check(_) => {}
            }
        }
        visit
    }

    /// Takes away what people do after the last look at this visit, once its card is out: they
    /// prepare the next one.
    fn after_the_card(&mut self) -> Vec<Act> {
        let is_work = |act: &Act| !matches!(act, Act::Give(_) | Act::Fault(_));
        let last = self.acts.iter().rposition(is_work);
        let out = self.acts.iter().any(|act| matches!(act, Act::Take(_)));
        match last {
            Some(last) if out => self.acts.split_off(last + 1),
            _ => Vec::new(),
        }
    }

    /// Returns the visit for a reader that nobody watches.
    ///
    /// # Errors
    ///
    /// The reason, where a fault comes after something that people do.
    pub fn unattended(&self) -> Result<Unattended, Text> {
        let mut plan = Unattended {
            before: self.before.clone(),
            ..Unattended::default()
        };
        let mut given = false;
        for act in &self.acts {
            match act {
                Act::Fault(_) if given => return Err(too_late()),
                Act::Fault(fault) => plan.faults.push(fault.clone()),
                Act::Give(step) => {
                    given = true;
                    plan.stimuli.push(*step);
                    plan.reached.clear();
                }
                Act::Take(step) => plan.take = Some(*step),
                Act::Look(step) | Act::Check(step) => plan.reached.push(*step),
            }
        }
        Ok(plan)
    }
}

/// Returns the visits of a scenario, or why it cannot be put to a foreign reader.
///
/// # Errors
///
/// The reason, which makes the scenario not applicable.
pub fn visits(playable: &Playable) -> Result<Vec<VisitPlan>, Text> {
    let scenario = &playable.scenario;
    if !matches!(scenario.under_test, UnderTest::Any | UnderTest::Reader) {
        return Err(Text::new(
            "読取機を判定するシナリオではない",
            "this scenario does not judge a reader",
        ));
    }
    let mut visits: Vec<VisitPlan> = Vec::new();
    // What comes before the first card.
    let mut early: Vec<Act> = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        if let Step::PresentCard(person) = step {
            let person = index_of(scenario, person.as_deref())?;
            let earlier = match visits.last_mut() {
                Some(visit) => visit.after_the_card(),
                None => std::mem::take(&mut early),
            };
            visits.push(VisitPlan::new(person, index, earlier));
            continue;
        }
        let act = act(index, step)?;
        match visits.last_mut() {
            Some(visit) => visit.acts.push(act),
            None => early.push(act),
        }
    }
    if visits.is_empty() {
        return Err(Text::new(
            "カードを置く手順がない",
            "no card is put in in this scenario",
        ));
    }
    Ok(visits)
}

/// Returns what a step is to whoever observes, or why it asks for more than a card at a reader:
/// another clock, another place, another registry, a backend that goes wrong.
fn act(index: usize, step: &Step) -> Result<Act, Text> {
    let beyond = matches!(
        step,
        Step::Fault(_) | Step::OpenPortal(_) | Step::Desk(DeskStep::NoCard)
    );
    if let Step::Fault(FaultStep::Card(fault)) = step {
        return Ok(Act::Fault(fault.clone()));
    }
    match (step, step.kind().actor) {
        (_, Actor::World | Actor::Tester) => Err(cannot(step)),
        _ if beyond => Err(cannot(step)),
        (Step::TakeCard, _) => Ok(Act::Take(index)),
        (Step::ExpectScreen(_), _) => Ok(Act::Look(index)),
        (_, Actor::Harness) => Ok(Act::Check(index)),
        (_, Actor::Patient | Actor::Desk) => Ok(Act::Give(index)),
    }
}

fn cannot(step: &Step) -> Text {
    let kind = step.kind();
    Text::new(
        format!("観察では「{}」を行えない", kind.ja),
        format!(
            "`{}` cannot be given to a reader that is only observed",
            kind.name
        ),
    )
}

fn too_late() -> Text {
    Text::new(
        "カードの障害が操作の後に起こる。操作者なしの観察では時を合わせられない",
        "a fault of the card comes after something that people do, and without an operator nobody sees when that is done",
    )
}

fn index_of(scenario: &Scenario, person: Option<&str>) -> Result<usize, Text> {
    let Some(person) = person else {
        return Ok(0);
    };
    let index = scenario.people.iter().position(|it| it.name == person);
    // Resolution has refused names that there are not.
    index.ok_or_else(|| Text::new(format!("{person}がいない"), format!("there is no {person}")))
}

#[cfg(test)]
mod tests;
