//! `uketsuke run`: plays scenarios headless and judges them.

use std::path::PathBuf;

use clap::Args;

use super::backend::{BackendArgs, Prepared};
use super::console::Stop;
use super::failure::Failure;
use super::known::KnownArgs;
use super::output::{ReportFormat, Target, deliver};
use super::pool::{self, Ending};
use super::reader::ReaderArgs;
use super::rerun;
use super::select;
use super::shell::{Shell, tell};
use super::statement::StatementArgs;
use super::transcripts::Transcripts;
use crate::backend::{Absent, SILENT_PLAYS_MAX};
use crate::clock::system_now;
use crate::eligibility::{Moment, Text};
use crate::exit_code::ExitCode;
use crate::fault::{FAULTS, Fault};
use crate::judge::judge_with;
use crate::report::{Judged, Report, text};
use crate::requirement;
use crate::runner::{self, RunError};
use crate::scenario::{Playable, Scenario};
use crate::statement::Statement;
use crate::transcript::{Event, Reply, Transcript};

/// What `run` understands.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Scenario files, folders of them, or ids from `uketsuke list scenarios`
    #[arg(value_name = "PATH or ID")]
    scenarios: Vec<String>,
    /// Only scenarios with one of these tags
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only scenarios that decide one of these requirements
    #[arg(long, value_name = "ID")]
    requirement: Vec<requirement::Id>,
    /// Only scenarios that did not pass in this earlier report (JSON or NDJSON)
    #[arg(long, value_name = "REPORT")]
    rerun: Option<PathBuf>,
    #[command(flatten)]
    known: KnownArgs,
    #[command(flatten)]
    statement: StatementArgs,
    /// Let breaches of this harness's own conventions (confidence L) count
    #[arg(long)]
    conventions: bool,
    /// How many scenarios are played at a time; by default as many as there are processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// Write the report to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a transcript per scenario into this folder
    #[arg(long, value_name = "DIR")]
    transcripts: Option<PathBuf>,
    #[command(flatten)]
    backend: BackendArgs,
    #[command(flatten)]
    reader: ReaderArgs,
    /// Break the reader, the backend or the card in one way, to see that the judge notices (see `list faults`)
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Option<&'static Fault>,
}

pub(super) fn fault(name: &str) -> Result<&'static Fault, String> {
    Fault::named(name).ok_or_else(|| {
        let distance = |fault: &Fault| strsim::levenshtein(fault.name, name);
        let nearest = FAULTS.iter().min_by_key(|fault| distance(fault));
        // A third of the letters may be wrong; beyond that it is another word.
        let near = nearest.filter(|fault| distance(fault) <= name.len() / 3 + 1);
        let hint = near.map_or(String::new(), |it| format!("; did you mean {}?", it.name));
        format!("there is no such fault{hint}; `uketsuke list faults` lists all")
    })
}

/// What comes of playing a scenario.
struct Played {
    judged: Judged,
    transcript: Option<Transcript>,
}

/// Plays scenarios and reports on them.
///
/// # Errors
///
/// [`Failure`] where nothing could be played; then nothing is written.
pub(super) fn run(args: &RunArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    args.reader.check(args.fault)?;
    let now = system_now();
    let known = args.known.read()?;
    let statement = args.statement.read()?;
    let playables = selected(args, now)?;
    let target = Target::open(args.output.as_deref())?;
    let transcripts = match &args.transcripts {
        Some(folder) => {
            let ids = playables.iter().map(|p| p.scenario.id.as_str());
            Some(Transcripts::open(folder, ids)?)
        }
        None => None,
    };
    let runtime = runtime().map_err(Failure::Bug)?;
    let conventions = args.conventions;
    let opened = runtime.block_on(args.backend.open(runtime.handle().clone()))?;
    let reader = runtime.block_on(args.reader.open(runtime.handle().clone()))?;
    let (playables, moved) = reader.prepare(&args.scenarios, playables, now)?;
    let mut items = moved.apply(args.backend.prepare(&opened, playables, now)?);
    for item in &mut items {
        let excluded = |it: &Statement| it.excludes(&item.playable.scenario);
        item.reason = statement.as_ref().and_then(excluded).or(item.reason.take());
    }
    let options = runner::Options {
        fault: args.fault,
        backend: opened.connector(),
        reader: reader.drivers(),
        card: None,
        vpcd: reader.vpcd(),
    };
    let mut given_up = false;
    let keep = transcripts.is_some();
    let mut unwritten: Option<Failure> = None;
    let write = |played: &mut Played| {
        if let (Some(transcripts), Some(transcript)) = (&transcripts, played.transcript.take())
            && let Err(failure) = transcripts.write(&played.judged.id, &transcript)
        {
            // One message says it all: the next file would fail for the same reason.
            unwritten.get_or_insert(failure);
        }
        let Judged { id, verdict, .. } = &played.judged;
        tracing::info!(scenario = %id, verdict = verdict.name(), "played");
        let tripped = opened.connector.as_ref().is_some_and(|it| it.tripped());
        if tripped && !std::mem::replace(&mut given_up, true) {
            tell(&format!(
                "uketsuke: the backend was silent in {SILENT_PLAYS_MAX} scenarios in a row; the rest is not waited for"
            ));
        }
    };
    let stated = statement.clone();
    let work = move |item: &Prepared| match &item.reason {
        None => play_one(&item.playable, &options, stated.as_ref(), conventions, keep),
        Some(why) => Played {
            judged: Judged::not_applicable(&item.playable.scenario, why),
            transcript: None,
        },
    };
    let (results, ending) = runtime.block_on(pool::work_through(
        items,
        reader.jobs(args.jobs),
        work,
        interrupted(),
        write,
    ));
    let refusal = reader.refusal();
    let judged = results.into_iter().flatten().map(|played| played.judged);
    let report = Report {
        backend: opened.kind.map(str::to_owned),
        statement,
        ..known.report(judged.collect(), now, conventions)
    };
    let_end(&runtime, (opened, reader));
    if let Some(why) = refusal.filter(|_| ending == Ending::Complete) {
        return Err(Failure::Usage(why));
    }
    let code = match ending {
        Ending::Complete => deliver(&report, args.format, target, conventions, shell)?,
        Ending::Interrupted => cut_short(&report, ExitCode::Interrupted, shell),
        Ending::Panicked => cut_short(&report, ExitCode::Bug, shell),
    };
    Ok(unwritten.map_or(code, |failure| without_transcripts(code, &failure)))
}

/// Says that a transcript could not be written, which spoils a run that would have passed.
fn without_transcripts(code: ExitCode, failure: &Failure) -> ExitCode {
    tell(&format!("error: {failure}"));
    match code {
        ExitCode::Passed | ExitCode::Nothing => ExitCode::Undecided,
        worse => worse,
    }
}

/// Tells what was finished. No report is written, for it would look like one over the whole.
fn cut_short(report: &Report, code: ExitCode, shell: &Shell) -> ExitCode {
    tell(text::render(report, shell.language, false).trim_end());
    let why = match code {
        ExitCode::Interrupted => "interrupted",
        _ => "stopped by a bug of ours",
    };
    tell(&format!(
        "{why}: the scenarios above were finished, the others were not; no report was written"
    ));
    code
}

/// Returns what is to be played: named, valid, and not filtered away.
fn selected(args: &RunArgs, now: Moment) -> Result<Vec<Playable>, Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, &args.scenarios)?;
    let mut playables = select::playables(&library, &named, now)?;
    if let Some(report) = &args.rerun {
        rerun::keep(&mut playables, report)?;
    }
    playables.retain(|playable| wanted(&playable.scenario, &args.tag, &args.requirement));
    if playables.is_empty() {
        return Err(Failure::Nothing(
            "no scenario was selected; `uketsuke list scenarios` shows ids, tags and requirements"
                .to_owned(),
        ));
    }
    Ok(playables)
}

/// Tells whether a scenario is not filtered away; an empty filter lets all through.
pub(super) fn wanted(
    scenario: &Scenario,
    tags: &[String],
    requirements: &[requirement::Id],
) -> bool {
    let tagged = tags.is_empty() || tags.iter().any(|tag| scenario.tags.contains(tag));
    let decides = requirements.is_empty()
        || requirements
            .iter()
            .any(|id| scenario.requirements.contains(id));
    tagged && decides
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime could be started: {error}"))
}

/// Drops what runs programs of others while the runtime still drives their pipes: so they get a last
/// word, and end by themselves.
pub(super) fn let_end(runtime: &tokio::runtime::Runtime, programs: impl Send + 'static) {
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        drop(programs);
        drop(ended);
    });
    // The sender is dropped once they have ended; nothing is ever sent.
    let _ = runtime.block_on(end);
    let _ = thread.join();
}

/// Is ready once the user stops the run.
pub(super) async fn interrupted() {
    match Stop::new() {
        Ok(mut stop) => stop.wanted().await,
        Err(error) => {
            tracing::warn!("Ctrl-C ends the program at once: {error}");
            std::future::pending::<()>().await;
        }
    }
}

/// Says why a scenario met nobody at the backend.
fn unreached(transcript: &Transcript) -> Option<Text> {
    if transcript.header.roles.backend != Absent::NAME {
        return None;
    }
    transcript
        .entries
        .iter()
        .find_map(|entry| match &entry.event {
            Event::Answer(Reply::Outage(why)) => Some(Text::new(
                format!("照会先に届かなかった: {why}"),
                format!("the backend was not reached: {why}"),
            )),
            _ => None,
        })
}

/// Plays and judges one scenario, on a thread and a runtime of its own.
fn play_one(
    playable: &Playable,
    options: &runner::Options,
    statement: Option<&Statement>,
    conventions: bool,
    keep: bool,
) -> Played {
    let scenario = &playable.scenario;
    match runner::play_blocking(playable, options) {
        Ok(mut transcript) => {
            transcript.header.statement = statement.cloned();
            let judgement = judge_with(&transcript.header.scenario, &transcript, conventions);
            let judged = Judged {
                problem: unreached(&transcript),
                ..Judged::new(scenario, judgement)
            };
            Played {
                judged,
                transcript: keep.then_some(transcript),
            }
        }
        Err(RunError::NotApplicable(why)) => Played {
            judged: Judged::not_applicable(scenario, &why),
            transcript: None,
        },
        Err(RunError::Unpresented {
            why,
            mut transcript,
        }) => {
            transcript.header.statement = statement.cloned();
            Played {
                judged: Judged::not_played(scenario, &why),
                transcript: keep.then_some(*transcript),
            }
        }
        Err(why) => Played {
            judged: Judged::not_played(scenario, &why.to_string()),
            transcript: None,
        },
    }
}

#[cfg(test)]
mod tests;
