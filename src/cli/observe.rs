//! `uketsuke observe`: presents a scenario's card to real PC/SC software and judges what it does.

mod live;
mod operator;
mod results;
mod suite;
pub(super) mod today;

use std::ffi::OsString;
use std::future::{Future, pending};
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::sync::mpsc::Receiver;

use self::operator::Operator;
use super::console::Stop;
use super::failure::Failure;
use super::output::{ReportFormat, Target, deliver};
use super::serve::address;
use super::shell::{Shell, tell};
use super::statement::StatementArgs;
use crate::eligibility::Text;
use crate::exit_code::ExitCode;
use crate::judge::judge_with;
use crate::observe::plan::Beside;
use crate::observe::{Answered, Ended, ObserveError, Observed, Progress, Setup, observe as watch};
use crate::report::{Judged, Report};
use crate::requirement;
use crate::sanitise;
use crate::scenario::Playable;
use crate::statement::Statement;
use crate::wording::Language;

/// How many seconds a visit may take, where nobody says: alone, and with an operator.
const LIMIT: u64 = 60;
const LIMIT_ATTENDED: u64 = 600;

/// Broken by whoever shows it: terminals differ in width.
const HELP: &str = "\
With COMMAND the command is claimed to do what the scenario's people do; it is started in each visit \
and finds our backend, where it is served, in UKETSUKE_FHIR and UKETSUKE_OQS. Without COMMAND, on a \
terminal, you are asked to do each step at the reader and what it shows. Without either the card lies \
in the reader for as long as --for says. With --tui the terminal UI follows, command by command: you \
answer there, walk back while the card is in (End follows again), and q twice ends it. docs/observe.md \
tells the rest.";

/// What `observe` understands.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ObserveArgs {
    /// A scenario file, or an id from `uketsuke list scenarios`, with `#case` where it has cases;
    /// with --suite any number of them, or none for all
    #[arg(value_name = "SCENARIO", required_unless_present = "suite")]
    scenarios: Vec<String>,
    /// Walk through every scenario that can be put to this reader today
    #[arg(long)]
    suite: bool,
    /// Keep the results of --suite in this file, and go on where it ends
    #[arg(long, value_name = "FILE", requires = "suite")]
    resume: Option<PathBuf>,
    /// Only scenarios of --suite with one of these tags
    #[arg(long, value_name = "TAG", requires = "suite")]
    tag: Vec<String>,
    /// Only scenarios of --suite that decide one of these requirements
    #[arg(long, value_name = "ID", requires = "suite")]
    requirement: Vec<requirement::Id>,
    /// Write a transcript per scenario of --suite into this folder
    #[arg(long, value_name = "DIR", requires = "suite")]
    transcripts: Option<PathBuf>,
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
    #[arg(long, value_name = "FILE", conflicts_with = "suite")]
    transcript: Option<PathBuf>,
    #[command(flatten)]
    statement: StatementArgs,
    /// Follow the observation in the terminal UI; the report comes once you leave it
    #[arg(long, conflicts_with = "suite")]
    tui: bool,
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

impl ObserveArgs {
    /// Returns where our backend is served beside the card.
    fn beside(&self) -> Beside {
        Beside {
            fhir: self.fhir.is_some(),
            oqs: self.oqs.is_some(),
        }
    }
}

/// Observes a reader and reports on it.
///
/// # Errors
///
/// [`Failure`] where nothing could be observed; then nothing is written.
pub(super) fn observe(args: &ObserveArgs, shell: &Shell) -> Result<ExitCode, Failure> {
    let statement = args.statement.read()?;
    if args.suite {
        return suite::suite(args, statement, shell);
    }
    let [name] = args.scenarios.as_slice() else {
        return Err(Failure::Usage(
            "name one scenario, or walk through several with --suite".to_owned(),
        ));
    };
    if args.tui {
        live::check_terminal()?;
    }
    let target = Target::open(args.output.as_deref())?;
    let transcript = match &args.transcript {
        Some(path) => Some(Target::open(Some(path))?),
        None => None,
    };
    let playable = match today::one(name)? {
        Ok(playable) => playable,
        Err(judged) => return report(*judged, statement, args, target, shell),
    };
    let excluded = |it: &Statement| it.excludes(&playable.scenario);
    if let Some(why) = statement.as_ref().and_then(excluded) {
        let judged = Judged::not_applicable(&playable.scenario, &why);
        return report(judged, statement, args, target, shell);
    }
    let mut session = Session::new(args, statement.clone(), shell.language)?;
    let followed = match args.tui {
        true => live::observe(&mut session, args, &playable),
        false => session.observe(args, &playable),
    };
    let (judged, observed) = match followed {
        Ok(done) => done,
        Err(Refused::Failure(failure)) => return Err(failure),
        Err(Refused::NotApplicable(why)) => {
            let judged = Judged::not_applicable(&playable.scenario, &why);
            return report(judged, statement, args, target, shell);
        }
    };
    session.end();
    if let Some(transcript) = transcript {
        transcript.write(&sanitise::json(&observed.transcript.to_ndjson()))?;
    }
    let code = report(judged, statement, args, target, shell)?;
    Ok(ending(&observed, code, shell.language))
}

/// Why nothing was observed.
enum Refused {
    Failure(Failure),
    NotApplicable(Text),
}

/// What observations have in common: who watches, and who may stop them.
struct Session {
    runtime: tokio::runtime::Runtime,
    stop: Stop,
    attended: bool,
    answers: Option<Receiver<Answered>>,
    /// The statement in effect.
    statement: Option<Statement>,
    language: Language,
}

impl Session {
    /// Prepares for the user's signals and, on a terminal without a command, for an operator.
    fn new(
        args: &ObserveArgs,
        statement: Option<Statement>,
        language: Language,
    ) -> Result<Session, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| bug(&error))?;
        // Before anything runs, so that no signal finds us unprepared.
        let stop = {
            let _inside = runtime.enter();
            Stop::new().map_err(|error| bug(&error))?
        };
        let attended = is_attended(args);
        // The terminal UI reads keys itself.
        let answers = match attended && !args.tui {
            true => operator::answers(),
            false => None,
        };
        Ok(Session {
            runtime,
            stop,
            attended,
            answers,
            statement,
            language,
        })
    }

    /// Observes a reader through one scenario and judges it; what happens stands on stderr.
    fn observe(
        &mut self,
        args: &ObserveArgs,
        playable: &Playable,
    ) -> Result<(Judged, Observed), Refused> {
        let operator = Operator::new(&playable.scenario, &args.vpcd, self.language);
        self.watch(args, playable, pending(), |it| operator.hear(&it))
    }

    /// Observes a reader through one scenario and judges it. `quit` ends it as the user's signals
    /// do; `told` hears what happens.
    fn watch(
        &mut self,
        args: &ObserveArgs,
        playable: &Playable,
        quit: impl Future<Output = ()>,
        told: impl FnMut(Progress<'_>),
    ) -> Result<(Judged, Observed), Refused> {
        let limit = args.limit.unwrap_or(match self.attended {
            true => LIMIT_ATTENDED,
            false => LIMIT,
        });
        let setup = Setup {
            address: args.vpcd.clone(),
            command: args.command.clone(),
            limit: Duration::from_secs(limit),
            fhir: args.fhir,
            oqs: args.oqs.clone(),
            follow: args.tui,
        };
        let (answers, signals) = (self.answers.as_mut(), self.stop.wanted());
        let stop = async {
            tokio::select! {
                () = signals => {}
                () = quit => {}
            }
        };
        let mut observed = self
            .runtime
            .block_on(watch(playable, &setup, answers, stop, told))
            .map_err(refused)?;
        let header = &mut observed.transcript.header;
        header.statement.clone_from(&self.statement);
        let judgement = judge_with(
            &observed.transcript.header.scenario,
            &observed.transcript,
            args.conventions,
        );
        let mut judged = Judged::new(&playable.scenario, judgement);
        judged.problem = problem(&observed.ended);
        Ok((judged, observed))
    }

    /// Ends what is left to end; a file that is being read or written must not hold that up.
    fn end(self) {
        self.runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

/// Tells whether an operator is asked: where nobody else does the steps, and there is one.
fn is_attended(args: &ObserveArgs) -> bool {
    args.command.is_empty() && std::io::stdin().is_terminal()
}

fn bug(error: &std::io::Error) -> Failure {
    Failure::Bug(format!("nothing can be observed: {error}"))
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
    statement: Option<Statement>,
    args: &ObserveArgs,
    target: Target,
    shell: &Shell,
) -> Result<ExitCode, Failure> {
    let report = Report {
        statement,
        ..Report::new(vec![judged])
    };
    deliver(&report, args.format, target, args.conventions, shell)
}

/// Says in one language why an observation ended before its time.
fn early(ended: &Ended, language: Language) -> Option<String> {
    let wording = language.wording();
    Some(match ended {
        Ended::Complete => return None,
        Ended::TimeUp => wording.say("observe-time-up"),
        Ended::Broken(why) => wording.say_with("observe-broken", &[("why", why)]),
        Ended::Crashed(how) => wording.say_with(
            "observe-crashed",
            &[("how", &operator::status_said(how, language))],
        ),
        Ended::Flood => wording.say("observe-flood"),
        Ended::Deserted => wording.say("observe-deserted"),
        Ended::NotMoved => wording.say("observe-not-moved"),
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
    if observed.is_silent() {
        tell(&format!("uketsuke: {}", wording.say("observe-silent")));
    }
    if let Some(why) = early(&observed.ended, language) {
        let judged = wording.say("observe-judged");
        tell(&match language {
            Language::Ja => format!("uketsuke: {why}。{judged}"),
            Language::En => format!("uketsuke: {why}; {judged}"),
        });
    }
    match (&observed.ended, code) {
        (Ended::Complete, code) => code,
        (Ended::Interrupted, _) => ExitCode::Interrupted,
        (_, ExitCode::Passed | ExitCode::Nothing) => ExitCode::Undecided,
        (_, code) => code,
    }
}
