//! `uketsuke list`: says what there is.

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};

use super::failure::Failure;
use super::faults;
use super::select;
use super::shell::{Shell, emit};
use crate::clock::system_now;
use crate::exit_code::ExitCode;
use crate::library::Library;
use crate::report::page::{Cell, Page, Style};
use crate::requirement::catalogue;
use crate::sanitise;
use crate::scenario::{Actor, Playable, STEP_KINDS, StepKind};
use crate::transcript::SIMULATION;
use crate::wording::Language;

/// What `list` understands.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// What to list
    what: What,
    /// The format of the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ListFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The bundled scenarios
    Scenarios,
    /// What reader, backend, card and desk are judged by
    Requirements,
    /// Faulty readers, backends and cards (for run --fault), what a step can let go wrong, and what a server can (for serve --fault)
    Faults,
    /// What a scenario is made of
    Steps,
    /// Who is in the deck
    People,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// For people, in their language
    Text,
    /// One JSON document
    Json,
}

/// Lists what there is.
///
/// # Errors
///
/// [`Failure::Output`] where the list cannot be written.
pub(super) fn list(args: &ListArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let library = select::bundled()?;
    let text = match args.format {
        ListFormat::Text => {
            let mut page = shell.page();
            page.push_styled(Style::Faint, SIMULATION);
            page.end_line();
            let rows = rows(args.what, &library, &page)?;
            page.table(0, &rows);
            page.into_string()
        }
        ListFormat::Json => {
            let (name, items) = items(args.what, &library)?;
            let list = json!({ "simulation": SIMULATION, name: items });
            let text = serde_json::to_string_pretty(&list).unwrap_or_default();
            sanitise::json(&format!("{text}\n")).into_owned()
        }
    };
    emit(&text)?;
    Ok(ExitCode::Passed)
}

fn bundled_scenarios(library: &Library) -> Result<Vec<Playable>, Failure> {
    let all = select::named(&mut library.clone(), &[])?;
    // A bundled file that is broken is our fault, not the user's.
    select::playables(library, &all, system_now()).map_err(|error| Failure::Bug(error.to_string()))
}

fn rows(what: What, library: &Library, page: &Page) -> Result<Vec<Vec<Cell>>, Failure> {
    let language = page.language();
    Ok(match what {
        What::Scenarios => bundled_scenarios(library)?
            .into_iter()
            .map(|Playable { scenario, .. }| {
                let ids: Vec<String> = scenario
                    .requirements
                    .iter()
                    .map(|id| id.to_string())
                    .collect();
                vec![
                    Cell::styled(Style::Strong, scenario.id),
                    ids.join(" ").into(),
                    scenario.tags.join(" ").into(),
                    scenario.title.get(language).into(),
                ]
            })
            .collect(),
        What::Requirements => catalogue()
            .iter()
            .map(|row| {
                let subjects: Vec<String> = row.subjects.iter().map(|s| s.to_string()).collect();
                vec![
                    Cell::styled(Style::Strong, row.id.to_string()),
                    row.level.to_string().into(),
                    row.confidence.to_string().into(),
                    subjects.join(" ").into(),
                    row.title.get(language).into(),
                ]
            })
            .collect(),
        What::Faults => faults::all()
            .into_iter()
            .map(|fault| {
                let breaks = fault.breaks.map(|id| id.to_string());
                let said = [breaks, fault.example.map(str::to_owned)];
                let said: Vec<String> = said.into_iter().flatten().collect();
                vec![
                    Cell::styled(Style::Strong, fault.name),
                    fault.at.to_string().into(),
                    fault.about.get(language).into(),
                    said.join("  ").into(),
                ]
            })
            .collect(),
        What::Steps => STEP_KINDS
            .iter()
            .map(|kind| {
                vec![
                    Cell::styled(Style::Strong, kind.name),
                    actor(kind).into(),
                    prompt(kind, language).into(),
                    kind.example.into(),
                ]
            })
            .collect(),
        What::People => library
            .deck()
            .names()
            .filter_map(|name| library.deck().person(name).map(|person| (name, person)))
            .map(|(name, person)| {
                vec![
                    Cell::styled(Style::Strong, name),
                    person.title.get(language).into(),
                ]
            })
            .collect(),
    })
}

fn items(what: What, library: &Library) -> Result<(&'static str, Vec<Value>), Failure> {
    Ok(match what {
        What::Scenarios => {
            let scenarios = bundled_scenarios(library)?;
            let items = scenarios.iter().map(|Playable { scenario, .. }| {
                json!({
                    "id": scenario.id,
                    "title": scenario.title,
                    "requirements": scenario.requirements,
                    "tags": scenario.tags,
                    "under-test": scenario.under_test,
                })
            });
            ("scenarios", items.collect())
        }
        What::Requirements => ("requirements", catalogue().iter().map(value).collect()),
        What::Faults => ("faults", faults::all().iter().map(value).collect()),
        What::Steps => {
            let items = STEP_KINDS.iter().map(|kind| {
                let screens: Vec<&str> = kind.screens.iter().map(|screen| screen.name()).collect();
                json!({
                    "name": kind.name,
                    "actor": actor(kind),
                    "screens": screens,
                    "example": kind.example,
                    "prompt": { "ja": kind.ja, "en": kind.en },
                })
            });
            ("steps", items.collect())
        }
        What::People => {
            let items = library.deck().names().map(|name| {
                let title = library.deck().person(name).map(|person| &person.title);
                json!({ "name": name, "title": title })
            });
            ("people", items.collect())
        }
    })
}

fn value(item: &impl Serialize) -> Value {
    // Our own types with string keys always serialise.
    serde_json::to_value(item).unwrap_or_default()
}

/// Returns who acts in a step, as files and reports call them.
pub(super) fn actor(kind: &StepKind) -> &'static str {
    match kind.actor {
        Actor::Patient => "patient",
        Actor::Desk => "desk",
        Actor::Tester => "tester",
        Actor::World => "world",
        Actor::Harness => "harness",
    }
}

/// Returns what a person is asked to do in a step.
pub(super) fn prompt(kind: &StepKind, language: Language) -> &'static str {
    match language {
        Language::Ja => kind.ja,
        Language::En => kind.en,
    }
}
