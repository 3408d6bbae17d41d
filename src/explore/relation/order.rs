//! Visits of two people at one place have nothing to do with each other.

use std::collections::BTreeSet;

use super::Relation;
use super::facts::told;
use crate::eligibility::Text;
use crate::explore::trial::Played;
use crate::requirement::Id;
use crate::scenario::{DeskStep, Document, Step};

/// Whoever comes first, each is told the same.
pub(super) const ORDER: Relation = Relation {
    name: "order-is-irrelevant",
    requirement: Id::literal("ELIG-07"),
    ja: "別々の人の受付は、順番によらず同じ結果になる",
    en: "who comes first changes nothing for the other",
    variant,
    compare,
};

/// Swaps the two halves of a case in which each person does something once, and nothing else
/// happens.
fn variant(document: &Document) -> Option<Document> {
    let mut parts: Vec<(Option<&String>, Vec<Step>)> = Vec::new();
    let mut inside = false;
    for step in &document.steps {
        match step {
            Step::PresentCard(person) => {
                parts.push((person.as_ref(), vec![step.clone()]));
                inside = true;
            }
            Step::Desk(DeskStep::NumberInquiry(inquiry)) if !inside => {
                parts.push((inquiry.person.as_ref(), vec![step.clone()]));
            }
            Step::Wait(_) | Step::GoTo(_) | Step::ChangeRegistry(_) | Step::Fault(_) => {
                return None;
            }
            _ if inside => parts.last_mut()?.1.push(step.clone()),
            _ => return None,
        }
        inside &= !matches!(step, Step::TakeCard);
    }
    let people: BTreeSet<_> = parts.iter().map(|(person, _)| *person).collect();
    if parts.len() < 2 || people.len() != parts.len() {
        return None;
    }
    parts.reverse();
    let mut swapped = document.clone();
    swapped.steps = parts.into_iter().flat_map(|(_, steps)| steps).collect();
    Some(swapped)
}

fn compare(first: &Played, second: &Played) -> Option<Text> {
    let (first, second) = (told(first), told(second));
    let differs = first.symmetric_difference(&second).next()?;
    Some(Text::new(
        format!("来院の順番によって出たり出なかったりする: {differs}"),
        format!("told or not, depending on who came first: {differs}"),
    ))
}
