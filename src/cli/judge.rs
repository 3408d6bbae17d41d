//! `uketsuke judge`: judges recorded transcripts again.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::known::KnownArgs;
use super::output::{ReportFormat, Target, deliver};
use super::select;
use super::shell::Shell;
use crate::clock::system_now;
use crate::eligibility::Moment;
use crate::exit_code::ExitCode;
use crate::judge::judge_with;
use crate::report::Judged;
use crate::scenario::Scenario;
use crate::secret::Masker;
use crate::transcript::Transcript;

/// What `judge` understands.
#[derive(Debug, Args)]
pub(super) struct JudgeArgs {
    /// Transcripts, as `uketsuke run --transcripts` writes them
    #[arg(value_name = "TRANSCRIPT", required = true)]
    transcripts: Vec<PathBuf>,
    /// Judge against this scenario instead of the one in the transcript
    #[arg(long, value_name = "PATH or ID")]
    scenario: Option<String>,
    #[command(flatten)]
    known: KnownArgs,
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

/// Judges transcripts and reports on them.
///
/// # Errors
///
/// [`Failure::Invalid`] where any of them cannot be read; then none is judged.
pub(super) fn judge(args: &JudgeArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let mut read = Vec::new();
    let mut problems = Vec::new();
    for path in &args.transcripts {
        match transcript(path) {
            Ok(transcript) => read.push((path.display().to_string(), transcript)),
            Err(problem) => problems.push(format!("{}: {problem}", path.display())),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Invalid(problems.join("\n")));
    }
    let known = args.known.read()?;
    let target = Target::open(args.output.as_deref())?;
    let mut scenarios = Vec::new();
    for (path, transcript) in read {
        let scenario = match &args.scenario {
            Some(name) => other_scenario(name, transcript.header.scenario.at)?,
            None => transcript.header.scenario.clone(),
        };
        let judgement = judge_with(&scenario, &transcript, args.conventions);
        scenarios.push(Judged {
            transcript: Some(path),
            ..Judged::new(&scenario, judgement)
        });
    }
    let report = known.report(scenarios, system_now(), args.conventions);
    deliver(&report, args.format, target, args.conventions, shell)
}

fn transcript(path: &PathBuf) -> Result<Transcript, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{error}; name a transcript that can be read"))?;
    Transcript::from_ndjson(&text).map_err(|error| error.to_string())
}

/// Returns the scenario of that name as a transcript's header has it: secrets masked, and `now`
/// the moment at which the recording began.
fn other_scenario(name: &str, now: Moment) -> Result<Scenario, Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, std::slice::from_ref(&name.to_owned()))?;
    let playables = select::playables(&library, &named, now)?;
    match playables.as_slice() {
        [one] => Ok(one.scenario.masked(&mut Masker::default())),
        several => Err(Failure::Usage(format!(
            "--scenario {name:?} is {} scenarios; name one, such as {:?}",
            several.len(),
            several
                .first()
                .map_or("pin/correct", |p| p.scenario.id.as_str())
        ))),
    }
}
