//! What an expectation is worth where nothing was asked of the backend: nothing, where inquiries are
//! not seen, or where a command is only claimed to do the steps. That it does them is no fact
//! (requirements.md, convention 16), so what never came of them proves nothing.

use crate::judge::expectation::visit_at;
use crate::judge::facts::{Facts, no_inquiries};
use crate::judge::outcome::{Outcome, text};
use crate::transcript::By;

/// Returns the entry of a step in the visit of entry `n` that a command is only claimed to do.
fn step_before(facts: &Facts<'_>, n: u64) -> Option<u64> {
    let visit = visit_at(facts, n)?;
    let mut given = visit.stimuli.iter().map(|given| given.n);
    given.find(|at| *at < n && facts.known_by(*at) == Some(By::Declared))
}

/// Says why nothing is proven where nobody asked; nothing where it is known what people did and what
/// would have been asked.
pub(super) fn nobody_asked(facts: &Facts<'_>, n: u64) -> Option<Outcome> {
    if facts.inquiries_unseen() {
        return Some(Outcome::open(&[n], no_inquiries()));
    }
    let step = step_before(facts, n)?;
    Some(Outcome::open(
        &[step, n],
        text!(
            "コマンドが行うとされた操作(項目{step})の後、照会が一度もない。行うコマンドを指定すれば判定できる",
            "the command is claimed to do what people do (entry {step}), but nothing was asked of the backend; name a command that does, so that this can be decided"
        ),
    ))
}
