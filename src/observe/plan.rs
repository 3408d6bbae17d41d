//! What of a scenario can be put to a foreign reader: visit by visit, whose card comes and what
//! happens while it lies there.
//!
//! With an operator each act has its time. Without one nobody sees when people do what they do, so
//! faults come with the card, our backend is arranged before it or after it, and what is expected
//! is looked at once the card is out again.

use virtual_card::fault::Fault;

use crate::eligibility::{InquiryKind, Text};
use crate::scenario::{
    Actor, BackendFault, DeskStep, FaultStep, Playable, Scenario, Step, UnderTest,
};

/// What happens in a visit. Steps are named by their index in the scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Something goes wrong with the card from here on.
    Fault(Fault),
    /// A person does this step at the reader.
    Give(usize),
    /// Whoever attends the reader sets it to the site of this step.
    Move(usize),
    /// Our backend is arranged by this step: what it knows changes, or something goes wrong there.
    Arrange(usize),
    /// Our backend shows the portal that is opened by this step.
    Portal(usize),
    /// The card is taken out by this step.
    Take(usize),
    /// This step is a question to whoever sees the reader: its screen.
    Look(usize),
    /// This expectation is judged by what has been recorded by now.
    Check(usize),
}

/// Where our backend is served beside the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beside {
    /// Over FHIR.
    pub fhir: bool,
    /// Through the exchange folder.
    pub oqs: bool,
}

/// One visit: from the card's coming to the next one's.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitPlan {
    /// Whose card, by index among the people of the scenario.
    pub person: usize,
    /// The step that puts it in; without a card, the one by which staff say so at the reader.
    pub present: usize,
    /// Whether there is a card.
    pub card: bool,
    /// What happens before the card comes, such as switching the reader to visual mode.
    pub before: Vec<Act>,
    /// What happens from then on, in order.
    pub acts: Vec<Act>,
}

/// A visit of which nobody sees when people do what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unattended {
    /// What is arranged, and looked at, before anyone does anything.
    pub arranged: Vec<Act>,
    /// What people are to do before the card comes.
    pub before: Vec<usize>,
    /// What goes wrong with the card.
    pub faults: Vec<Fault>,
    /// What people are to do at the reader while the card lies there.
    pub stimuli: Vec<usize>,
    /// The step that takes the card out.
    pub take: Option<usize>,
    /// What comes once the card is out: expectations are reached, our backend is arranged. What is
    /// expected before the last stimulus is not here: nobody knows when it would have been reached.
    pub after: Vec<Act>,
}

impl VisitPlan {
    /// Begins a visit; `earlier` is what happened since the card before was taken out.
    fn new(person: usize, present: usize, card: bool, earlier: Vec<Act>) -> VisitPlan {
        let mut visit = VisitPlan {
            person,
            present,
            card,
            before: Vec::new(),
            acts: Vec::new(),
        };
        for act in earlier {
            match act {
                // With the card that comes.
                Act::Fault(_) => visit.acts.push(act),
                // Before the first card there is nothing yet to look at.
                Act::Take(_) | Act::Look(_) => {}
                Act::Give(_) | Act::Move(_) | Act::Arrange(_) | Act::Portal(_) | Act::Check(_) => {
                    visit.before.push(act);
                }
            }
        }
        visit
    }

    /// Takes away what happens after the last look at this visit, once its card is out: it prepares
    /// the next one.
    fn after_the_card(&mut self) -> Vec<Act> {
        let is_work = |act: &Act| matches!(act, Act::Take(_) | Act::Look(_) | Act::Check(_));
        let last = self.acts.iter().rposition(is_work);
        let out = !self.card || self.acts.iter().any(|act| matches!(act, Act::Take(_)));
        match last {
            Some(last) if out => self.acts.split_off(last + 1),
            _ => Vec::new(),
        }
    }

    /// Returns the visit for a reader that nobody watches.
    ///
    /// # Errors
    ///
    /// The reason, where something would have to come after what people do, or be done by someone
    /// at the reader.
    pub fn unattended(&self) -> Result<Unattended, Text> {
        if !self.card {
            return Err(nobody_says());
        }
        let mut plan = Unattended::default();
        for act in &self.before {
            match act {
                Act::Give(step) => plan.before.push(*step),
                Act::Move(_) => return Err(nobody_moves()),
                _ if plan.before.is_empty() => plan.arranged.push(act.clone()),
                Act::Arrange(_) | Act::Portal(_) => return Err(arranged_late()),
                _ => {}
            }
        }
        let mut acted = !plan.before.is_empty();
        for act in &self.acts {
            match act {
                Act::Fault(_) if !plan.stimuli.is_empty() => return Err(too_late()),
                Act::Fault(fault) => plan.faults.push(fault.clone()),
                Act::Give(step) => {
                    let arranged = |act: &Act| !matches!(act, Act::Check(_));
                    if plan.after.iter().any(arranged) {
                        return Err(arranged_late());
                    }
                    acted = true;
                    plan.stimuli.push(*step);
                    plan.after.clear();
                }
                Act::Move(_) => return Err(nobody_moves()),
                Act::Arrange(_) | Act::Portal(_) if !acted => plan.arranged.push(act.clone()),
                // The portal shows what has been recorded, whether the card is still in or not.
                Act::Portal(_) => plan.after.push(act.clone()),
                Act::Arrange(_) if plan.take.is_some() => plan.after.push(act.clone()),
                Act::Arrange(_) => return Err(arranged_late()),
                Act::Take(step) => plan.take = Some(*step),
                Act::Look(step) | Act::Check(step) => plan.after.push(Act::Check(*step)),
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
pub fn visits(playable: &Playable, beside: Beside) -> Result<Vec<VisitPlan>, Text> {
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
        let begins = match step {
            Step::PresentCard(person) => Some((index_of(scenario, person.as_deref())?, true)),
            Step::Desk(DeskStep::NoCard) => Some((0, false)),
            _ => None,
        };
        if let Some((person, card)) = begins {
            let earlier = match visits.last_mut() {
                Some(visit) => visit.after_the_card(),
                None => std::mem::take(&mut early),
            };
            visits.push(VisitPlan::new(person, index, card, earlier));
            continue;
        }
        let act = act(index, step, beside)?;
        match visits.last_mut() {
            Some(visit) if !visit.card && matches!(act, Act::Take(_)) => return Err(cannot(step)),
            Some(visit) => visit.acts.push(act),
            None => early.push(act),
        }
    }
    // A fault of a card waits for one.
    let no_card = |visit: &VisitPlan| !visit.card && visit.acts.iter().any(is_card_fault);
    if visits.is_empty() || visits.iter().any(no_card) {
        return Err(Text::new(
            "カードを置く手順がない",
            "no card is put in in this scenario",
        ));
    }
    Ok(visits)
}

fn is_card_fault(act: &Act) -> bool {
    matches!(act, Act::Fault(_))
}

/// Returns what a step is to whoever observes, or why it asks for more than there is: another
/// clock, a tester, a backend of ours.
fn act(index: usize, step: &Step, beside: Beside) -> Result<Act, Text> {
    Ok(match (step, step.kind().actor) {
        (Step::Fault(FaultStep::Card(fault)), _) => Act::Fault(fault.clone()),
        (Step::Fault(FaultStep::Backend(fault)), _) => {
            beside.serves(step)?;
            beside.carries(fault)?;
            Act::Arrange(index)
        }
        (Step::ChangeRegistry(_), _) => {
            beside.serves(step)?;
            Act::Arrange(index)
        }
        (Step::OpenPortal(_), _) => {
            beside.serves(step)?;
            Act::Portal(index)
        }
        (Step::GoTo(_), _) => Act::Move(index),
        (Step::Wait(_), _) => return Err(waits()),
        (_, Actor::World | Actor::Tester) => return Err(cannot(step)),
        (Step::TakeCard, _) => Act::Take(index),
        (Step::ExpectScreen(_), _) => Act::Look(index),
        (_, Actor::Harness) => Act::Check(index),
        (_, Actor::Patient | Actor::Desk) => Act::Give(index),
    })
}

impl Beside {
    /// Tells whether our backend is served, so that a step can be done there.
    fn serves(self, step: &Step) -> Result<(), Text> {
        if self.fhir || self.oqs {
            return Ok(());
        }
        let kind = step.kind();
        Err(Text::new(
            format!(
                "「{}」はこちらの照会先で行う。--fhirか--oqsで並べて動かせば行える",
                kind.ja
            ),
            format!(
                "`{}` is done in our own backend: serve it beside the card with --fhir or --oqs",
                kind.name
            ),
        ))
    }

    /// Tells whether an inquiry that a fault waits for can come.
    fn carries(self, fault: &BackendFault) -> Result<(), Text> {
        let by_file = |kind: InquiryKind| {
            use InquiryKind::{Medical, Number, Person};
            matches!(kind, Number | Person | Medical)
        };
        if self.fhir || fault.inquiry.is_none_or(by_file) {
            return Ok(());
        }
        Err(Text::new(
            "障害が起こるはずの照会は、ファイル連携では来ない。--fhirで並べて動かせば行える",
            "the inquiry that is to go wrong never comes through the exchange folder: serve FHIR beside the card with --fhir",
        ))
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

fn waits() -> Text {
    Text::new(
        "観察では時間を進められない。この相手の日付は設定できず、実時間を待つことになる",
        "`wait` cannot be given to a reader that is only observed: its date cannot be set, so real time would have to pass",
    )
}

fn arranged_late() -> Text {
    Text::new(
        "照会先の変化が操作の後に起こる。操作者なしの観察では時を合わせられない",
        "something happens at the backend after what people do, and without an operator nobody sees when that is done",
    )
}

fn nobody_moves() -> Text {
    Text::new(
        "読取機を別の施設に設定する操作者がいない",
        "`go-to` needs an operator, who sets the reader to the other site",
    )
}

fn nobody_says() -> Text {
    Text::new(
        "カードがないことを読取機で伝える操作者がいない",
        "`desk: no-card` needs an operator, who says at the reader that there is no card",
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
