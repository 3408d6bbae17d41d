//! Finds that entries are missing, so that nothing is said to have held that may have been cut out.

use std::collections::BTreeSet;

use super::Facts;
use crate::scenario::Step;

/// Marks the facts as broken where the transcript contradicts itself; `steps` are those of the
/// scenario that it speaks of.
pub(super) fn find(facts: &mut Facts<'_>, steps: &BTreeSet<usize>) {
    let found = facts
        .broken
        .or_else(|| unanswered(facts))
        .or_else(|| missing_step(facts, steps));
    facts.broken = found;
}

/// A step that the transcript passes over in silence shows that entries are missing. An observed
/// reader is not given steps one by one, and after an unmet one steps are left out.
fn missing_step(facts: &Facts<'_>, told: &BTreeSet<usize>) -> Option<u64> {
    let unmet = facts.unmet.iter().map(|unmet| unmet.step).min();
    let last = unmet.or(told.last().copied())?;
    let mut steps = facts.scenario.steps.iter().enumerate().take(last);
    let missing =
        steps.any(|(index, step)| !matches!(step, Step::Fault(_)) && !told.contains(&index));
    let n = facts.entries.last().map_or(0, |entry| entry.n);
    (missing && !facts.reader_is_observed()).then_some(n)
}

/// A question without an answer shows that entries are missing, unless the run was cut short.
fn unanswered(facts: &Facts<'_>) -> Option<u64> {
    if facts.cut_short.is_some() {
        return None;
    }
    let probed = facts.probings.iter().flat_map(|probing| &probing.commands);
    let mut commands = facts
        .visits
        .iter()
        .flat_map(|visit| &visit.commands)
        .chain(probed);
    let command = commands.find(|command| command.answer_n.is_none());
    let exchange = facts.exchanges.iter().find(|it| it.reply.is_none());
    command.map(|it| it.n).or(exchange.map(|it| it.n))
}
