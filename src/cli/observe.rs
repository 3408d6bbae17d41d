//! `uketsuke observe`: presents a scenario's card to real PC/SC software and judges what it does.

mod operator;
mod today;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use self::operator::Operator;
use super::console::Stop;
use super::failure::Failure;
use super::output::{ReportFormat, Target, deliver};
use super::serve::address;
use super::shell::{Shell, tell};
use crate::eligibility::Text;
use crate::exit_code::ExitCode;
use crate::judge::judge_with;
use crate::observe::{Ended, ObserveError, Observed, Setup, observe as watch};
use crate::report::{Judged, Report};
use crate::sanitise;
use crate::scenario::Playable;
use crate::wording::Language;

/// How many seconds a visit may take, where nobody says: alone, and with an operator.
const LIMIT: u64 = 60;
const LIMIT_ATTENDED: u64 = 600;

const HELP: &str = "\
With COMMAND the command is claimed to do what the scenario's people do; it is started in each visit
and finds our backend, where it is served, in UKETSUKE_FHIR and UKETSUKE_OQS. Without COMMAND, on a
terminal, you are asked to do each step at the reader and what it shows. Without either the card lies
in the reader for as long as --for says. docs/observe.md tells the rest.";

/// What `observe` understands.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ObserveArgs {
    /// A scenario file, or an id from `uketsuke list scenarios`, with `#case` where it has cases
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// Where vpcd takes the card
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35963")]
    vpcd: String,
    /// How many seconds a visit may take, 60 by default, 600 with an operator; with neither
    /// operator nor COMMAND, how long the card lies in the reader
    #[arg(long = "for", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    limit: Option<u64>,
    /// Serve our backend beside it over FHIR: HOST:PORT or PORT; port 0 is any that is free
    #[arg(long, value_name = "ADDR", value_parser = address)]
    fhir: Option<SocketAddr>,
    /// Serve our backend beside it through this exchange folder
    #[arg(long, value_name = "DIR")]
    oqs: Option<PathBuf>,
    /// Write what was seen to this file
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// Let breaches of this harness's own conventions (confidence L) count
    #[arg(long)]
    conventions: bool,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// Write the report to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A program that uses the card; started in each visit once the card is there
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Observes a reader and reports on it.
///
/// # Errors
///
/// [`Failure`] where nothing could be observed; then nothing is written.
pub(super) fn observe(args: &ObserveArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let target = Target::open(args.output.as_deref())?;
    let transcript = match &args.transcript {
        Some(path) => Some(Target::open(Some(path))?),
        None => None,
    };
    let playable = match today::named(&args.scenario)? {
        Ok(playable) => playable,
        Err(judged) => return report(*judged, args, target, shell),
    };
    let attended = args.command.is_empty() && std::io::stdin().is_terminal();
    let observed = match run(args, &playable, attended, shell.language) {
        Ok(observed) => observed,
        Err(Refused::Failure(failure)) => return Err(failure),
        Err(Refused::NotApplicable(why)) => {
            let judged = Judged::not_applicable(&playable.scenario, &why);
            return report(judged, args, target, shell);
        }
    };
    if let Some(transcript) = transcript {
        transcript.write(&sanitise::json(&observed.transcript.to_ndjson()))?;
    }
    let judgement = judge_with(
        &observed.transcript.header.scenario,
        &observed.transcript,
        args.conventions,
    );
    let mut judged = Judged::new(&playable.scenario, judgement);
    judged.problem = problem(&observed.ended);
    let code = report(judged, args, target, shell)?;
    Ok(ending(&observed, code, shell.language))
}

/// Why nothing was observed.
enum Refused {
    Failure(Failure),
    NotApplicable(Text),
}

fn run(
    args: &ObserveArgs,
    playable: &Playable,
    attended: bool,
    language: Language,
) -> Result<Observed, Refused> {
    let limit = match (args.limit, attended) {
        (Some(limit), _) => limit,
        (None, true) => LIMIT_ATTENDED,
        (None, false) => LIMIT,
    };
    let setup = Setup {
        address: args.vpcd.clone(),
        command: args.command.clone(),
        limit: Duration::from_secs(limit),
        fhir: args.fhir,
        oqs: args.oqs.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| bug(&error))?;
    let operator = Operator::new(&playable.scenario, &args.vpcd, language);
    let answers = match attended {
        true => operator.answers(),
        false => None,
    };
    let observed = runtime.block_on(async {
        // Before anything runs, so that no signal finds us unprepared.
        let mut stop = Stop::new().map_err(|error| bug(&error))?;
        let told = |progress: crate::observe::Progress<'_>| operator.hear(&progress);
        let observed = watch(playable, &setup, answers, stop.wanted(), told).await;
        observed.map_err(refused)
    });
    // A file that is being read or written must not hold the end up.
    runtime.shutdown_timeout(Duration::from_secs(1));
    observed
}

fn bug(error: &std::io::Error) -> Refused {
    Refused::Failure(Failure::Bug(format!("nothing can be observed: {error}")))
}

fn refused(error: ObserveError) -> Refused {
    match error {
        ObserveError::NotApplicable(why) => Refused::NotApplicable(why),
        ObserveError::Scenario(why) => Refused::Failure(Failure::Invalid(why)),
        error @ (ObserveError::NoReader(_)
        | ObserveError::Program { .. }
        | ObserveError::Backend(_)) => Refused::Failure(Failure::Usage(error.to_string())),
    }
}

fn report(
    judged: Judged,
    args: &ObserveArgs,
    target: Target,
    shell: &Shell,
) -> Result<ExitCode, Failure> {
    let report = Report::new(vec![judged]);
    deliver(&report, args.format, target, args.conventions, shell)
}

/// Says in one language why an observation ended before its time.
fn early(ended: &Ended, language: Language) -> Option<String> {
    let wording = language.wording();
    Some(match ended {
        Ended::Complete => return None,
        Ended::TimeUp => wording.say("observe-time-up"),
        Ended::Broken(why) => wording.say_with("observe-broken", &[("why", why)]),
        Ended::Crashed(how) => wording.say_with("observe-crashed", &[("how", how)]),
        Ended::Flood => wording.say("observe-flood"),
        Ended::Deserted => wording.say("observe-deserted"),
        Ended::Interrupted => wording.say("observe-interrupted"),
    })
}

fn problem(ended: &Ended) -> Option<Text> {
    let (ja, en) = (early(ended, Language::Ja)?, early(ended, Language::En)?);
    Some(Text::new(ja, en))
}

/// Says how it ended, where that was before its time, and returns the exit code: what was cut short
/// cannot have passed.
fn ending(observed: &Observed, code: ExitCode, language: Language) -> ExitCode {
    let wording = language.wording();
    if observed.commands == 0 {
        tell(&format!("uketsuke: {}", wording.say("observe-silent")));
    }
    if let Some(why) = early(&observed.ended, language) {
        tell(&format!(
            "uketsuke: {why}; {}",
            wording.say("observe-judged")
        ));
    }
    match (&observed.ended, code) {
        (Ended::Complete, code) => code,
        (Ended::Interrupted, _) => ExitCode::Interrupted,
        (_, ExitCode::Passed | ExitCode::Nothing) => ExitCode::Undecided,
        (_, code) => code,
    }
}
