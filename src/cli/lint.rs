//! `uketsuke lint`: says what is wrong or doubtful in scenario files.

use clap::Args;

use super::failure::{Failure, shown};
use super::select::{self, Named, known_faults};
use super::shell::{Shell, emit};
use crate::clock::system_now;
use crate::eligibility::Moment;
use crate::exit_code::ExitCode;
use crate::report::page::Style;
use crate::scenario::{Deck, Document, Lint, LintLevel, Source};
use crate::wording::Language;

/// What `lint` understands.
#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// Scenario files, folders of them, or ids; by default all bundled ones
    #[arg(value_name = "PATH or ID")]
    scenarios: Vec<String>,
}

/// Checks scenario files; errors end with 3, warnings with 0.
///
/// # Errors
///
/// [`Failure::Nothing`] where no file is there.
pub(super) fn lint(args: &LintArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let mut library = select::bundled()?;
    let mut found: Vec<(LintLevel, String)> = Vec::new();
    let mut named: Vec<Named> = Vec::new();
    if args.scenarios.is_empty() {
        named = select::named(&mut library, &[])?;
    }
    // One that cannot be read does not keep the others from being checked.
    for name in &args.scenarios {
        match select::named(&mut library, std::slice::from_ref(name)) {
            Ok(more) => named.extend(more),
            Err(failure @ Failure::Invalid(_)) => {
                found.push((LintLevel::Error, failure.to_string()));
            }
            Err(failure) => return Err(failure),
        }
    }
    if named.is_empty() && found.is_empty() {
        return Err(Failure::Nothing(
            "no scenario is there to check; scenario files end in .yaml".to_owned(),
        ));
    }
    let now = system_now();
    for Named { source, .. } in &named {
        for lint in lints(library.deck(), source, now) {
            if !found.contains(&lint) {
                found.push(lint);
            }
        }
    }
    let errors = found.iter().filter(|(level, _)| *level == LintLevel::Error);
    let errors = errors.count();
    let warnings = found.len() - errors;
    let mut page = shell.page();
    for (level, message) in &found {
        let (style, word) = match level {
            LintLevel::Error => (Style::Bad, "error"),
            LintLevel::Warning => (Style::Doubtful, "warning"),
        };
        page.push_styled(style, word);
        page.push(": ");
        page.block(0, message);
    }
    let files = named.len();
    page.line(&match shell.language {
        Language::Ja => {
            format!("SIMULATION: {files} ファイル、エラー {errors} 件、警告 {warnings} 件")
        }
        Language::En => format!("SIMULATION: files {files}, errors {errors}, warnings {warnings}"),
    });
    emit(&page.into_string())?;
    Ok(match errors {
        0 => ExitCode::Passed,
        _ => ExitCode::Invalid,
    })
}

/// Returns everything about a file, errors first.
fn lints(deck: &Deck, source: &Source, now: Moment) -> Vec<(LintLevel, String)> {
    let resolved = Document::parse(&source.text, &source.origin)
        .ok()
        .and_then(|document| document.resolve(&source.id, deck, now).ok());
    let Some(playables) = resolved else {
        // The source knows where.
        let error = source.playables(deck, now).err();
        return error
            .iter()
            .map(|error| (LintLevel::Error, shown(error)))
            .collect();
    };
    let mut lints: Vec<(LintLevel, String)> = playables
        .iter()
        .flat_map(|playable| Lint::all(&playable.scenario))
        .map(|lint| (lint.level, shown(&lint.at(source))))
        .collect();
    let unknown = playables
        .iter()
        .filter_map(|playable| known_faults(&playable.scenario).err());
    lints.extend(unknown.map(|why| (LintLevel::Error, why)));
    lints.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    lints
}
