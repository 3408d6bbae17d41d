//! `uketsuke matrix`: which requirement catches which fault.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::backend::BackendArgs;
use super::failure::Failure;
use super::output::Target;
use super::select;
use super::shell::{Shell, tell};
use crate::backend::Connector;
use crate::clock::system_now;
use crate::exit_code::ExitCode;
use crate::fault::{FAULTS, Fault};
use crate::matrix::{Audience, Matrix, Row, Selection, markdown, text, wire};
use crate::requirement::{self, Subject};
use crate::sanitise;
use crate::scenario::Playable;
use crate::serve::fault::{WIRE_FAULTS, WireFaultEntry};
use crate::wording::Language;

/// What `matrix` understands.
#[derive(Debug, Args)]
pub(super) struct MatrixArgs {
    /// Only the faults of this subject; by default of all
    #[arg(long, value_name = "SUBJECT")]
    subject: Vec<SubjectArg>,
    /// Only the faults that break one of these requirements
    #[arg(long, value_name = "ID")]
    requirement: Vec<requirement::Id>,
    /// Only this fault (see `list faults`); repeatable
    #[arg(long, value_name = "NAME")]
    fault: Vec<String>,
    #[command(flatten)]
    backend: BackendArgs,
    /// How many faults are played at a time; by default as many as there are processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// The format of the matrix
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: MatrixFormat,
    /// Write the matrix to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SubjectArg {
    /// Faulty readers
    Reader,
    /// Faulty backends
    Backend,
    /// Faulty cards
    Card,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MatrixFormat {
    /// For people, in their language
    Text,
    /// One JSON document
    Json,
    /// A page of documentation, in English
    Markdown,
}

/// The faults that were asked for.
struct Wanted {
    parts: Vec<&'static Fault>,
    wire: Vec<&'static WireFaultEntry>,
}

/// Plays faults against scenarios, and says what catches them.
///
/// # Errors
///
/// [`Failure`] where nothing could be played.
pub(super) fn matrix(args: &MatrixArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let selection = selection(args);
    let wanted = wanted(&selection)?;
    let target = Target::open(args.output.as_deref())?;
    let now = system_now();
    let mut library = select::bundled()?;
    let named = select::named(&mut library, &[])?;
    let playables = select::playables(&library, &named, now)?;
    let jobs = args.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Bug(format!("no runtime could be started: {error}")))?;
    let opened = runtime.block_on(args.backend.open(runtime.handle().clone()))?;
    let kind = opened.kind.unwrap_or("embedded");
    let prepared = args.backend.prepare(&opened, playables.clone(), now)?;
    let ready: Vec<Playable> = prepared
        .into_iter()
        .filter(|item| item.reason.is_none())
        .map(|item| item.playable)
        .collect();
    let (faults, scenarios) = (wanted.parts.len() + wanted.wire.len(), ready.len());
    tell(&match shell.language {
        Language::Ja => {
            format!("uketsuke: SIMULATION: 障害{faults}件をシナリオ{scenarios}件で試す")
        }
        Language::En => {
            format!("uketsuke: SIMULATION: {faults} faults against {scenarios} scenarios")
        }
    });
    let connector = opened.connector();
    // Plays need threads that may wait, and the backend's connections this runtime.
    let work = move || rows(ready, &playables, &wanted, connector, jobs);
    let rows = runtime
        .block_on(async { tokio::task::spawn_blocking(work).await })
        .map_err(|error| Failure::Bug(error.to_string()))??;
    let matrix = Matrix::new(rows, &selection, kind);
    target.write(&rendered(&matrix, args.format, shell))?;
    Ok(match matrix.holds() {
        true => ExitCode::Passed,
        false => ExitCode::Failed,
    })
}

fn rendered(matrix: &Matrix, format: MatrixFormat, shell: &Shell) -> String {
    match format {
        MatrixFormat::Text => text::render(matrix, shell.language, shell.color),
        MatrixFormat::Markdown => markdown::render(matrix),
        MatrixFormat::Json => {
            // Our own types with string keys always serialise.
            let text = serde_json::to_string_pretty(matrix).unwrap_or_default();
            sanitise::json(&format!("{text}\n")).into_owned()
        }
    }
}

fn selection(args: &MatrixArgs) -> Selection {
    let subjects = args.subject.iter().map(|subject| match subject {
        SubjectArg::Reader => Subject::Reader,
        SubjectArg::Backend => Subject::Backend,
        SubjectArg::Card => Subject::Card,
    });
    Selection {
        subjects: subjects.collect(),
        requirements: args.requirement.clone(),
        faults: args.fault.clone(),
    }
}

fn wanted(selection: &Selection) -> Result<Wanted, Failure> {
    let broken = || WIRE_FAULTS.iter().filter(|entry| entry.breaks.is_some());
    let names = || {
        let parts = FAULTS.iter().map(|fault| fault.name);
        parts.chain(broken().map(|entry| entry.name))
    };
    for name in &selection.faults {
        if !names().any(|known| known == name) {
            let nearest = names().min_by_key(|known| strsim::levenshtein(known, name));
            return Err(Failure::Usage(format!(
                "--fault {name:?}: there is no such fault that breaks a requirement; did you mean {}? `uketsuke list faults` lists all",
                nearest.unwrap_or("another")
            )));
        }
    }
    let parts = FAULTS
        .iter()
        .filter(|fault| selection.wants(fault.name, fault.subject(), fault.breaks));
    let wire = broken().filter(|entry| {
        entry
            .breaks
            .is_some_and(|breach| selection.wants(entry.name, Subject::Backend, breach.requirement))
    });
    Ok(Wanted {
        parts: parts.collect(),
        wire: wire.collect(),
    })
}

fn rows(
    ready: Vec<Playable>,
    all: &[Playable],
    wanted: &Wanted,
    backend: Option<Arc<dyn Connector>>,
    jobs: usize,
) -> Result<Vec<Row>, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::Bug(error.to_string());
    let audience = Audience::new(ready, backend, jobs).map_err(|error| failed(&error))?;
    let mut rows = audience
        .rows(&wanted.parts, jobs)
        .map_err(|error| failed(&error))?;
    rows.extend(wire::rows(all, &wanted.wire).map_err(|error| failed(&error))?);
    Ok(rows)
}
