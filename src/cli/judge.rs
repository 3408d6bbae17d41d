//! `uketsuke judge`: judges recorded transcripts again, and what other software recorded.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::known::KnownArgs;
use super::output::{ReportFormat, Target, deliver};
use super::select;
use super::shell::{Shell, tell};
use super::statement::StatementArgs;
use super::transcripts::Transcripts;
use crate::clock::system_now;
use crate::eligibility::Moment;
use crate::exit_code::ExitCode;
use crate::judge::judge_with;
use crate::recording::{self, Format, LOG_MAX};
use crate::report::{Judged, Report};
use crate::scenario::Scenario;
use crate::secret::Masker;
use crate::statement::Statement;
use crate::text_file;
use crate::transcript::{OF_RECORDING, RECORDING, ReadError, SIMULATION, Transcript};

/// The longest transcript that is read, in bytes.
const TRANSCRIPT_MAX: u64 = 1 << 28;

/// Who wrote what is to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Input {
    /// A transcript of uketsuke
    Uketsuke,
    /// A log of pcscd --foreground --apdu, best with --debug
    Pcscd,
    /// A log of libpcscspy, raw or as pcsc-spy shows it
    PcscSpy,
}

/// What `judge` understands.
#[derive(Debug, Args)]
pub(super) struct JudgeArgs {
    /// Transcripts, as `uketsuke run --transcripts` writes them; or logs, as --input says
    #[arg(value_name = "TRANSCRIPT", required = true)]
    files: Vec<PathBuf>,
    /// Who wrote the files
    #[arg(long, value_name = "WHO", default_value = "uketsuke")]
    input: Input,
    /// Judge against this scenario instead of the one in the transcript; for a log, the scenario
    /// that was acted out
    #[arg(long, value_name = "PATH or ID")]
    scenario: Option<String>,
    /// Also write what was read of a log into this folder, as transcripts: findings name entries
    /// of these
    #[arg(long, value_name = "DIR")]
    transcripts: Option<PathBuf>,
    #[command(flatten)]
    known: KnownArgs,
    #[command(flatten)]
    statement: StatementArgs,
    /// Let breaches of this harness's own conventions (confidence L) count
    #[arg(long)]
    conventions: bool,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// Write the report to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A transcript to judge: how the report names it, and against which scenario.
struct Read {
    name: String,
    scenario: Scenario,
    transcript: Transcript,
}

/// Judges transcripts and reports on them.
///
/// # Errors
///
/// [`Failure::Invalid`] where any of them cannot be read; then none is judged.
pub(super) fn judge(args: &JudgeArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let mut read = match args.input {
        Input::Uketsuke if args.transcripts.is_some() => {
            return Err(Failure::Usage(
                "--transcripts is for logs; what is read of --input uketsuke are transcripts"
                    .to_owned(),
            ));
        }
        Input::Uketsuke => of_uketsuke(args)?,
        Input::Pcscd => of_log(args, Format::Pcscd, shell)?,
        Input::PcscSpy => of_log(args, Format::PcscSpy, shell)?,
    };
    let known = args.known.read()?;
    let statement = in_effect(args.statement.read()?, &mut read)?;
    let target = Target::open(args.output.as_deref())?;
    let recorded = |read: &Read| read.transcript.header.simulation == RECORDING;
    let mark = match read.iter().any(recorded) {
        true => OF_RECORDING,
        false => SIMULATION,
    };
    let scenarios = read
        .into_iter()
        .map(|read| Judged {
            transcript: Some(read.name),
            ..Judged::new(
                &read.scenario,
                judge_with(&read.scenario, &read.transcript, args.conventions),
            )
        })
        .collect();
    let report = Report {
        statement,
        simulation: mark.to_owned(),
        ..known.report(scenarios, system_now(), args.conventions)
    };
    deliver(&report, args.format, target, args.conventions, shell)
}

/// Puts one statement into effect for all transcripts: the user's, or that under which they were
/// made.
fn in_effect(named: Option<Statement>, read: &mut [Read]) -> Result<Option<Statement>, Failure> {
    if named.is_some() {
        for read in read {
            read.transcript.header.statement.clone_from(&named);
        }
        return Ok(named);
    }
    let mut own = read.iter().map(|it| &it.transcript.header.statement);
    let first = own.next().cloned().flatten();
    if own.any(|other| *other != first) {
        return Err(Failure::Usage(
            "the transcripts were made under different statements; judge them apart, or name one with --statement"
                .to_owned(),
        ));
    }
    Ok(first)
}

/// Does `read` to every file, and returns what all of them gave.
///
/// # Errors
///
/// [`Failure::Invalid`] with what is wrong with each.
fn each<T>(
    files: &[PathBuf],
    read: impl Fn(&Path) -> Result<T, String>,
) -> Result<Vec<(&Path, T)>, Failure> {
    let mut all = Vec::new();
    let mut problems = Vec::new();
    for path in files {
        match read(path) {
            Ok(read) => all.push((path.as_path(), read)),
            Err(problem) => problems.push(format!("{}: {problem}", path.display())),
        }
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(Failure::Invalid(problems.join("\n")))
    }
}

fn of_uketsuke(args: &JudgeArgs) -> Result<Vec<Read>, Failure> {
    let mut all = Vec::new();
    for (path, transcript) in each(&args.files, transcript)? {
        let scenario = match &args.scenario {
            Some(name) => {
                let other = other_scenario(name, transcript.header.scenario.at)?;
                other.masked(&mut Masker::default())
            }
            None => transcript.header.scenario.clone(),
        };
        all.push(Read {
            name: path.display().to_string(),
            scenario,
            transcript,
        });
    }
    Ok(all)
}

/// Reads logs of other software; each reader slot that a card was used at is judged by itself.
fn of_log(args: &JudgeArgs, format: Format, shell: &Shell) -> Result<Vec<Read>, Failure> {
    let now = system_now();
    let scenario = match &args.scenario {
        Some(name) => Some(other_scenario(name, now)?),
        None => None,
    };
    let at = scenario.as_ref().map_or(now, |scenario| scenario.at);
    let recordings = each(&args.files, |path| {
        let log = bounded(path)?;
        recording::read(format, &log, scenario.as_ref(), at).map_err(|error| error.to_string())
    })?;
    let mut all = Vec::new();
    for (path, recordings) in recordings {
        for recording in recordings {
            let file = path.display();
            let name = match recording.slot.as_str() {
                "" => file.to_string(),
                slot => format!("{file} ({slot})"),
            };
            for remark in &recording.remarks {
                tell(&format!("{name}: {}", remark.get(shell.language)));
            }
            all.push(Read {
                name,
                scenario: recording.transcript.header.scenario.clone(),
                transcript: recording.transcript,
            });
        }
    }
    if let Some(folder) = &args.transcripts {
        keep(folder, &all)?;
    }
    Ok(all)
}

/// Writes what was read of logs, numbered in the order of the report.
fn keep(folder: &Path, all: &[Read]) -> Result<(), Failure> {
    let ids: Vec<String> = (1..=all.len()).map(|n| format!("recording-{n}")).collect();
    let folder = Transcripts::open(folder, ids.iter().map(String::as_str))?;
    for (id, read) in ids.iter().zip(all) {
        folder.write(id, &read.transcript)?;
    }
    Ok(())
}

/// Reads a file, no further than a byte beyond the longest log.
fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let limit = LOG_MAX as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| format!("{error}; name a log that can be read"))?;
    Ok(bytes)
}

fn transcript(path: &Path) -> Result<Transcript, String> {
    let text = text_file::read(path, TRANSCRIPT_MAX)
        .map_err(|error| format!("{error}; name a transcript that can be read"))?;
    Transcript::from_ndjson(&text).map_err(|error| match error {
        ReadError::Empty | ReadError::Format { .. } | ReadError::Line { line: 1, .. } => format!(
            "{error}; a transcript was expected, as `run --transcripts` and `observe --transcript` write it; say with --input that it is a log of other software"
        ),
        error => error.to_string(),
    })
}

/// Returns the scenario of that name, `now` being the moment at which the recording began; its
/// secrets are in clear.
fn other_scenario(name: &str, now: Moment) -> Result<Scenario, Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, std::slice::from_ref(&name.to_owned()))?;
    let playables = select::playables(&library, &named, now)?;
    match playables.as_slice() {
        [one] => Ok(one.scenario.clone()),
        several => Err(Failure::Usage(format!(
            "--scenario {name:?} is {} scenarios; name one, such as {:?}",
            several.len(),
            several
                .first()
                .map_or("pin/correct", |p| p.scenario.id.as_str())
        ))),
    }
}
