//! Every faulty backend is found by the requirement that it breaks, within 5,000 cases of one seed,
//! and what is found shrinks to a scenario of at most six steps that fails for the same reason.

use libtest_mimic::Failed;
use uketsuke::explore::{Explorer, Key, Outcome, draw, name};
use uketsuke::fault::Fault;
use uketsuke::requirement;

use crate::{SEED, explorer, with};

/// So many cases are drawn at most.
const CASES: u32 = 5_000;
/// So many steps a counterexample has at most.
const STEPS: usize = 6;

/// Returns the first case in which the faulty backend breaches what it breaks, and the sound one
/// does not.
fn first_catch(faulty: &Explorer, sound: &Explorer, breaks: requirement::Id) -> Option<u32> {
    let plans = draw::plans();
    (0..CASES).find(|case| {
        let Some(tree) = draw::draw(&plans, SEED, *case) else {
            return false;
        };
        let document = tree.current().document(&faulty.stage.deck);
        let breached = |explorer: &Explorer| match explorer.stage.try_out(&document, &name(SEED, *case)) {
            Outcome::Played(played) => played.breaches().contains(&breaks),
            _ => false,
        };
        breached(faulty) && !breached(sound)
    })
}

/// Checks one fault.
pub fn check(fault: &'static Fault) -> Result<(), Failed> {
    let sound = explorer();
    let faulty = with(Some(fault));
    let key = Key {
        requirement: fault.breaks,
        relation: None,
    };
    let Some(case) = first_catch(&faulty, &sound, fault.breaks) else {
        return Err(format!("{} does not catch it in {CASES} cases", fault.breaks).into());
    };
    let smallest = faulty.counterexample(case, key)?;
    let steps = smallest.document.steps.len();
    if steps > STEPS {
        return Err(format!("case {case} has {steps} steps:\n{}", smallest.yaml).into());
    }
    if smallest.document.requirements != [fault.breaks] {
        return Err(format!("case {case} is not about {}:\n{}", fault.breaks, smallest.yaml).into());
    }
    if !faulty.confirms(&smallest.yaml, "explored", key)? {
        return Err(format!("read back, case {case} does not fail:\n{}", smallest.yaml).into());
    }
    if sound.confirms(&smallest.yaml, "explored", key)? {
        return Err(format!("a sound backend fails case {case}:\n{}", smallest.yaml).into());
    }
    Ok(())
}
