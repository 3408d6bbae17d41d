//! `uketsuke play`: opens the terminal UI.

use std::sync::Arc;

use clap::Args;

use super::console::can_draw;
use super::failure::Failure;
use super::select;
use super::shell::Shell;
use crate::clock::system_now;
use crate::exit_code::ExitCode;
use crate::judge::{Judgement, judge};
use crate::runner;
use crate::scenario::Playable;
use crate::transcript::Transcript;
use crate::tui::{self, Listed, Stage};

/// What `play` understands.
#[derive(Debug, Default, Args)]
pub(super) struct PlayArgs {
    /// The scenario to open; by default the first screen offers all
    #[arg(value_name = "SCENARIO")]
    scenario: Option<String>,
}

/// The bundled scenarios, and those that the user named, each played on demand.
struct Bundled {
    playables: Vec<Playable>,
}

impl Stage for Bundled {
    fn scenarios(&self) -> Vec<Listed> {
        self.playables
            .iter()
            .map(|playable| Listed::of(&playable.scenario))
            .collect()
    }

    fn play(&self, id: &str) -> Result<(Transcript, Judgement), String> {
        let playable = self
            .playables
            .iter()
            .find(|playable| playable.scenario.id == id)
            .ok_or_else(|| format!("there is no scenario {id:?}"))?;
        let transcript = runner::play_blocking(playable, &runner::Options::default())
            .map_err(|error| error.to_string())?;
        let judgement = judge(&transcript.header.scenario, &transcript);
        Ok((transcript, judgement))
    }
}

/// Opens the terminal UI.
///
/// # Errors
///
/// [`Failure::Usage`] without a terminal, [`Failure::Invalid`] where the scenario is none.
pub(super) fn play(args: &PlayArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let now = system_now();
    let mut library = select::bundled()?;
    let bundled = library.sources().to_vec();
    let mut playables = match &args.scenario {
        Some(name) => {
            let named = select::named(&mut library, std::slice::from_ref(name))?;
            select::playables(&library, &named, now)?
        }
        None => Vec::new(),
    };
    if playables.is_empty()
        && let Some(name) = &args.scenario
    {
        return Err(Failure::Nothing(format!(
            "{name}: no scenario is there to play; scenario files end in .yaml"
        )));
    }
    // Of several the user chooses; they are the first in the list.
    let start = match playables.as_slice() {
        [one] => Some(one.scenario.id.clone()),
        _ => None,
    };
    if !can_draw() {
        return Err(Failure::Usage(
            "the terminal UI needs a terminal on stdin and stdout that can move the cursor; without one, use `uketsuke run`"
                .to_owned(),
        ));
    }
    for source in &bundled {
        let more = source
            .playables(library.deck(), now)
            .map_err(|error| Failure::Bug(error.to_string()))?;
        for playable in more {
            if playables
                .iter()
                .all(|other| other.scenario.id != playable.scenario.id)
            {
                playables.push(playable);
            }
        }
    }
    tui::run(Arc::new(Bundled { playables }), start, shell.language).map_err(|source| {
        Failure::Output {
            to: "the terminal".to_owned(),
            source,
        }
    })?;
    Ok(ExitCode::Passed)
}
