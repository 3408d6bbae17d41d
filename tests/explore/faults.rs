//! Every faulty backend is found by the requirement that it breaks, within 5,000 cases of one seed,
//! and what is found shrinks to a scenario of at most six steps that fails for the same reason.

use std::sync::OnceLock;

use libtest_mimic::Failed;
use uketsuke::explore::{Explorer, Key, Outcome, draw, name};
use uketsuke::fault::Fault;
use uketsuke::judge::Verdict;
use uketsuke::requirement;
use uketsuke::scenario::Document;

use crate::{SEED, explorer, with};

/// So many cases are drawn at most.
const CASES: u32 = 5_000;
/// So many steps a counterexample has at most.
const STEPS: usize = 6;
/// What shows in the second of two visits alone, and so many steps two visits have at most.
const TWO_VISITS: [&str; 2] = ["another-patients-answer", "consent-of-the-patient-before"];
const STEPS_OF_TWO: usize = 10;

/// What the sound backend makes of a case.
struct Sound {
    document: Option<Document>,
    decided: Vec<requirement::Id>,
}

/// Plays a case with the sound backend, once for all faults.
fn sound(case: u32) -> &'static Sound {
    static CASES_MADE: [OnceLock<Sound>; CASES as usize] =
        [const { OnceLock::new() }; CASES as usize];
    CASES_MADE[case as usize].get_or_init(|| {
        let explorer = explorer();
        let tree = draw::draw(&draw::plans(), SEED, case).unwrap();
        let document = tree.current().document(&explorer.stage.deck);
        let mut decided = Vec::new();
        if let Outcome::Played(played) = explorer.stage.try_out(&document, &name(SEED, case)) {
            let findings = played.findings.iter();
            let passed = findings.filter(|finding| finding.verdict == Verdict::Pass);
            decided = passed.map(|finding| finding.requirement).collect();
        }
        let document = (!decided.is_empty()).then_some(document);
        Sound { document, decided }
    })
}

/// Returns the first case in which the faulty backend breaches what it breaks; only those count in
/// which the sound one is seen to meet it.
fn first_catch(faulty: &Explorer, breaks: requirement::Id) -> Option<u32> {
    (0..CASES).find(|case| {
        let sound = sound(*case);
        let Some(document) = sound
            .document
            .as_ref()
            .filter(|_| sound.decided.contains(&breaks))
        else {
            return false;
        };
        match faulty.stage.try_out(document, &name(SEED, *case)) {
            Outcome::Played(played) => played.breaches().contains(&breaks),
            _ => false,
        }
    })
}

/// Checks one fault.
pub fn check(fault: &'static Fault) -> Result<(), Failed> {
    let faulty = with(Some(fault));
    let key = Key {
        requirement: fault.breaks,
        relation: None,
    };
    let Some(case) = first_catch(&faulty, fault.breaks) else {
        return Err(format!("{} does not catch it in {CASES} cases", fault.breaks).into());
    };
    let smallest = faulty.counterexample(case, key)?;
    let steps = smallest.document.steps.len();
    let most = if TWO_VISITS.contains(&fault.name) {
        STEPS_OF_TWO
    } else {
        STEPS
    };
    if steps > most {
        return Err(format!("case {case} has {steps} steps:\n{}", smallest.yaml).into());
    }
    if smallest.document.requirements != [fault.breaks] {
        return Err(format!(
            "case {case} is not about {}:\n{}",
            fault.breaks, smallest.yaml
        )
        .into());
    }
    if !faulty.confirms(&smallest.yaml, "explored", key)? {
        return Err(format!("read back, case {case} does not fail:\n{}", smallest.yaml).into());
    }
    if explorer().confirms(&smallest.yaml, "explored", key)? {
        return Err(format!("a sound backend fails case {case}:\n{}", smallest.yaml).into());
    }
    Ok(())
}
