//! `uketsuke list`: says what there is.

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};

use super::coverage::Coverage;
use super::failure::Failure;
use super::faults::{self, Listed};
use super::select;
use super::shell::{Shell, emit};
use crate::clock::system_now;
use crate::exit_code::ExitCode;
use crate::library::Library;
use crate::report::page::{Cell, Page, Style};
use crate::requirement::{Requirement, Subject, catalogue};
use crate::sanitise;
use crate::scenario::{Actor, Playable, STEP_KINDS, StepKind};
use crate::transcript::SIMULATION;
use crate::wording::Language;

/// Columns before what stands below a requirement.
const BELOW: usize = 4;

/// What `list` understands.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// What to list
    what: What,
    /// Only what begins with this, such as CERT or CERT-03, or consent/ for scenarios
    #[arg(value_name = "BEGINNING")]
    beginning: Option<String>,
    /// Only what concerns one of the parts (requirements and faults); for scenarios, reader: those
    /// through which a reader whose date cannot be set can be walked today
    #[arg(long, value_name = "PART")]
    subject: Option<Part>,
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
enum Part {
    /// The card reader with its software
    Reader,
    /// Whatever answers the inquiry
    Backend,
    /// The card
    Card,
    /// Staff
    Desk,
}

impl Part {
    fn subject(self) -> Subject {
        match self {
            Part::Reader => Subject::Reader,
            Part::Backend => Subject::Backend,
            Part::Card => Subject::Card,
            Part::Desk => Subject::Desk,
        }
    }
}

impl ListArgs {
    /// Tells whether an item is asked for.
    fn wants(&self, name: &str, subjects: &[Subject]) -> bool {
        let beginning = self.beginning.as_deref().unwrap_or_default();
        name.starts_with(beginning)
            && self
                .subject
                .is_none_or(|part| subjects.contains(&part.subject()))
    }

    fn requirements(&self) -> impl Iterator<Item = &'static Requirement> {
        catalogue()
            .iter()
            .filter(|row| self.wants(&row.id.to_string(), &row.subjects))
    }

    fn faults(&self) -> Vec<Listed> {
        let mut faults = faults::all();
        faults.retain(|fault| self.wants(fault.name, &[fault.at]));
        faults
    }
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
/// [`Failure::Usage`] for a subject of what has none, [`Failure::Nothing`] where nothing begins as
/// asked, [`Failure::Output`] where the list cannot be written.
pub(super) fn list(args: &ListArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let usage = match (args.what, args.subject) {
        (What::Requirements | What::Faults, _) | (_, None) => None,
        (What::Scenarios, Some(Part::Reader)) => None,
        (What::Scenarios, Some(_)) => {
            Some("of scenarios, --subject chooses those for a reader; leave it out for all")
        }
        (What::Steps | What::People, Some(_)) => Some(
            "--subject chooses among requirements, faults and scenarios; leave it out for other lists",
        ),
    };
    if let Some(usage) = usage {
        return Err(Failure::Usage(usage.to_owned()));
    }
    let library = select::bundled()?;
    let text = match args.format {
        ListFormat::Text => {
            let mut page = shell.page();
            page.push_styled(Style::Faint, SIMULATION);
            page.end_line();
            let rows = rows(args, &library, &page)?;
            some(rows.len())?;
            let notes = notes(args, &library, &page)?;
            page.table_with_notes(0, &rows, &notes);
            page.into_string()
        }
        ListFormat::Json => {
            let (name, items) = items(args, &library)?;
            some(items.len())?;
            let list = json!({ "simulation": SIMULATION, name: items });
            let text = serde_json::to_string_pretty(&list).unwrap_or_default();
            sanitise::json(&format!("{text}\n")).into_owned()
        }
    };
    emit(&text)?;
    Ok(ExitCode::Passed)
}

fn some(count: usize) -> Result<(), Failure> {
    match count {
        0 => Err(Failure::Nothing("nothing in the list begins as asked, or concerns that part; `uketsuke list` without these shows all".to_owned())),
        _ => Ok(()),
    }
}

fn bundled_scenarios(args: &ListArgs, library: &Library) -> Result<Vec<Playable>, Failure> {
    // A bundled file that is broken is our fault, not the user's.
    let mut playables = if args.subject.is_some() {
        let found = library.for_reader(system_now());
        found.map_err(|error| Failure::Bug(error.to_string()))?
    } else {
        let all = select::named(&mut library.clone(), &[])?;
        let found = select::playables(library, &all, system_now());
        found.map_err(|error| Failure::Bug(error.to_string()))?
    };
    let beginning = args.beginning.as_deref().unwrap_or_default();
    playables.retain(|playable| playable.scenario.id.starts_with(beginning));
    Ok(playables)
}

/// Returns the scenarios of each requirement, as they stand below it.
fn notes(args: &ListArgs, library: &Library, page: &Page) -> Result<Vec<(usize, Cell)>, Failure> {
    if args.what != What::Requirements {
        return Ok(Vec::new());
    }
    let coverage = Coverage::of(library)?;
    let lines = args
        .requirements()
        .map(|row| coverage.line(row, page, BELOW))
        .map(|line| (BELOW, Cell::styled(Style::Faint, line)));
    Ok(lines.collect())
}

fn rows(args: &ListArgs, library: &Library, page: &Page) -> Result<Vec<Vec<Cell>>, Failure> {
    let language = page.language();
    Ok(match args.what {
        What::Scenarios => bundled_scenarios(args, library)?
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
        What::Requirements => args
            .requirements()
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
        What::Faults => args
            .faults()
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
            .filter(|kind| args.wants(kind.name, &[]))
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
            .filter(|name| args.wants(name, &[]))
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

fn items(args: &ListArgs, library: &Library) -> Result<(&'static str, Vec<Value>), Failure> {
    Ok(match args.what {
        What::Scenarios => {
            let scenarios = bundled_scenarios(args, library)?;
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
        What::Requirements => {
            let coverage = Coverage::of(library)?;
            let items = args.requirements().map(|row| coverage.json(row));
            ("requirements", items.collect())
        }
        What::Faults => ("faults", args.faults().iter().map(value).collect()),
        What::Steps => {
            let kinds = STEP_KINDS.iter().filter(|kind| args.wants(kind.name, &[]));
            let items = kinds.map(|kind| {
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
            let names = library.deck().names().filter(|name| args.wants(name, &[]));
            let items = names.map(|name| {
                let title = library.deck().person(name).map(|person| &person.title);
                json!({ "name": name, "title": title })
            });
            ("people", items.collect())
        }
    })
}

/// Returns one of our own types as JSON.
pub(super) fn value(item: &impl Serialize) -> Value {
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
