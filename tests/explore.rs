//! Exploration: it finds every faulty backend, blames no sound one, repeats itself byte for byte, and
//! writes scenarios that fail when they are played.
//!
//! One named test per fault: `cargo test --test explore stale-insurer`. The sound backend meets 2,000
//! cases; `EXPLORE_CASES=10000 cargo test --release --test explore sound` lets it meet more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Trial};
use uketsuke::explore::{Explorer, Stage};
use uketsuke::fault::{FAULTS, Fault};
use uketsuke::library::Library;
use uketsuke::requirement::Subject;
use uketsuke::runner::Options;
use uketsuke::scenario::Deck;

#[path = "explore/command.rs"]
mod command;
#[path = "explore/faults.rs"]
mod faults;
#[path = "explore/relations.rs"]
mod relations;
#[path = "explore/sound.rs"]
mod sound;

/// The seed of every test.
pub const SEED: u64 = 1;

fn deck() -> &'static Deck {
    static DECK: OnceLock<Deck> = OnceLock::new();
    DECK.get_or_init(|| Library::bundled().unwrap().deck().clone())
}

/// Explores our own backend, with this fault.
pub fn with(fault: Option<&'static Fault>) -> Explorer {
    Explorer {
        stage: Stage {
            deck: deck().clone(),
            options: Options {
                fault,
                ..Options::default()
            },
            now: "2026-11-21T09:00:00+09:00".parse().unwrap(),
        },
        seed: SEED,
        conventions: false,
        relations_every: 4,
    }
}

/// Explores our own backend.
pub fn explorer() -> Explorer {
    with(None)
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let faulty = FAULTS
        .iter()
        .filter(|fault| fault.subject() == Subject::Backend);
    let mut trials: Vec<Trial> = faulty
        .map(|fault| Trial::test(fault.name, move || faults::check(fault)))
        .collect();
    trials.extend(sound::trials());
    trials.extend(relations::trials());
    trials.extend(command::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
