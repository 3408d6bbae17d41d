//! `uketsuke explore`: searches for a breach by a backend, and writes what fails as a scenario file.

use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::backend::BackendArgs;
use super::failure::Failure;
use super::output::temporary_beside;
use super::pool::{self, Ending};
use super::run::{fault, interrupted, let_end, runtime};
use super::select;
use super::shell::{Shell, emit, tell};
use crate::clock::system_now;
use crate::exit_code::ExitCode;
use crate::explore::{self, Counterexample, Explored, Explorer, Found, Report, Stage};
use crate::fault::Fault;
use crate::runner;

/// So many reasons are shrunk and written; the report names all.
const WRITTEN_MAX: usize = 16;
/// Every so many cases the relations are tried.
const RELATIONS_EVERY: u32 = 4;

/// What `explore` understands.
#[derive(Debug, Args)]
pub(super) struct ExploreArgs {
    /// How many cases are drawn
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cases: u32,
    /// What the cases are drawn from; the same seed draws the same cases
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The folder for the scenarios that fail; no file in it is overwritten
    #[arg(long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Let breaches of this harness's own conventions (confidence L) count
    #[arg(long)]
    conventions: bool,
    /// How many cases are played at a time; by default as many as there are processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    #[command(flatten)]
    backend: BackendArgs,
    /// Break the backend in one way, to see that exploration notices (see `list faults`)
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Option<&'static Fault>,
}

/// The format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, in their language
    Text,
    /// One JSON document, in both languages
    Json,
}

/// Explores, and reports what was found and what was reached.
///
/// # Errors
///
/// [`Failure`] where nothing could be explored.
pub(super) fn explore(args: &ExploreArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    writable(&args.output)?;
    let runtime = runtime().map_err(Failure::Bug)?;
    let opened = runtime.block_on(args.backend.open(runtime.handle().clone()))?;
    let connector = opened.connector();
    if connector.as_ref().is_some_and(|it| !it.arranges()) {
        return Err(Failure::Nothing(
            "this backend cannot be arranged: its people and its date are its own, so no generated case applies to it. `uketsuke run --bindings` plays the scenarios that do"
                .to_owned(),
        ));
    }
    let explorer = Explorer {
        stage: Stage {
            deck: select::bundled()?.deck().clone(),
            options: runner::Options {
                fault: args.fault,
                backend: connector,
                reader: None,
                card: None,
                vpcd: None,
            },
            now: system_now(),
        },
        seed: args.seed,
        conventions: args.conventions,
        relations_every: RELATIONS_EVERY,
    };
    let jobs = args.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    );
    let (explored, ending) = {
        let explorer = explorer.clone();
        let mut progress = Progress::new(args.cases);
        runtime.block_on(pool::work_through(
            (0..args.cases).collect(),
            jobs,
            move |case| explorer.explore(*case),
            interrupted(),
            move |_: &mut Explored| progress.step(),
        ))
    };
    let mut report = Report::new(args.seed, explored.into_iter().flatten());
    report.backend = opened.kind.map(str::to_owned);
    let mut code = code_of(ending);
    if code.is_none() {
        let keys = named(report.found.iter().take(WRITTEN_MAX), args.seed);
        let work = {
            let (explorer, folder) = (explorer.clone(), args.output.clone());
            move |(found, name): &(Found, String)| written(&explorer, found, &folder.join(name))
        };
        let (smaller, ending) =
            runtime.block_on(pool::work_through(keys, jobs, work, interrupted(), |_| {}));
        for (found, smaller) in report.found.iter_mut().zip(smaller) {
            *found = smaller.unwrap_or_else(|| found.clone());
        }
        code = code_of(ending);
    }
    report.interrupted = code == Some(ExitCode::Interrupted);
    let deck = explorer.stage.deck.clone();
    let_end(&runtime, (opened, explorer));
    let deck = &deck;
    emit(&match args.format {
        Format::Text => report.text(deck, shell.language, shell.color),
        Format::Json => report.json(deck),
    })?;
    Ok(code.unwrap_or_else(|| exit_code(&report)))
}

fn code_of(ending: Ending) -> Option<ExitCode> {
    match ending {
        Ending::Complete => None,
        Ending::Interrupted => Some(ExitCode::Interrupted),
        Ending::Panicked => Some(ExitCode::Bug),
    }
}

/// Returns how the command ends: a breach that counts outweighs what could not be decided.
fn exit_code(report: &Report) -> ExitCode {
    let counts = &report.counts;
    let unproven = |found: &Found| found.confirmed != Some(true);
    if report.found.iter().any(|found| found.counts) {
        ExitCode::Failed
    } else if counts.unreached + counts.broken > 0 {
        ExitCode::Undecided
    } else if counts.played == 0 {
        ExitCode::Nothing
    } else if report.found.iter().take(WRITTEN_MAX).any(unproven) {
        ExitCode::Undecided
    } else {
        ExitCode::Passed
    }
}

fn writable(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|source| super::output::cannot_write(folder, &source))?;
    // Dropped, it is gone.
    temporary_beside(&folder.join("explore.yaml"))
        .map(drop)
        .map_err(|source| super::output::cannot_write(folder, &source))
}

/// Names the file of each breach: by the case, and by the requirement too where a case has several.
fn named<'a>(found: impl Iterator<Item = &'a Found>, seed: u64) -> Vec<(Found, String)> {
    let mut named: Vec<(Found, String)> = Vec::new();
    for found in found {
        let id = explore::name(seed, found.first);
        let taken = named.iter().any(|(other, _)| other.first == found.first);
        let name = match (taken, found.relation) {
            (false, _) => format!("{id}.yaml"),
            (true, None) => format!("{id}-{}.yaml", found.requirement.to_string().to_lowercase()),
            (true, Some(relation)) => format!("{id}-{relation}.yaml"),
        };
        named.push((found.clone(), name));
    }
    named
}

/// Shrinks one breach, writes it, and plays what was written.
fn written(explorer: &Explorer, found: &Found, path: &Path) -> Found {
    let mut found = found.clone();
    let key = found.key();
    let smallest = match explorer.counterexample(found.first, key) {
        Ok(smallest) => smallest,
        Err(why) => {
            found.problem = Some(why.to_string());
            return found;
        }
    };
    found.steps = Some(smallest.document.steps.len());
    match place(&smallest, path) {
        Ok(()) => {
            let again = std::fs::read_to_string(path).map_err(|error| error.to_string());
            let origin = path.display().to_string();
            let played = again.and_then(|text| {
                let played = explorer.confirms(&text, &origin, key);
                played.map_err(|error| error.to_string())
            });
            match played {
                Ok(confirmed) => found.confirmed = Some(confirmed),
                Err(why) => {
                    found.confirmed = Some(false);
                    found.problem = Some(why);
                }
            }
            found.file = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
        }
        Err(why) => found.problem = Some(format!("the scenario was not written: {why}")),
    }
    found
}

/// Writes a counterexample in one step; what stands there already stays, unless it is the same.
fn place(smallest: &Counterexample, path: &Path) -> io::Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|text| text == smallest.yaml) {
        return Ok(());
    }
    let mut temporary = temporary_beside(path)?;
    temporary.write_all(smallest.yaml.as_bytes())?;
    temporary
        .persist_noclobber(path)
        .map(drop)
        .map_err(|error| error.error)
}

/// How far it is, on a terminal alone.
struct Progress {
    done: u32,
    of: u32,
    shown: bool,
}

impl Progress {
    fn new(of: u32) -> Progress {
        Progress {
            done: 0,
            of,
            shown: io::stderr().is_terminal(),
        }
    }

    fn step(&mut self) {
        self.done += 1;
        if self.shown && self.done.is_multiple_of(500) {
            tell(&format!(
                "uketsuke: SIMULATION: {} of {} cases",
                self.done, self.of
            ));
        }
    }
}
