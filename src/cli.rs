//! The command line (design §5): reads it, carries it out, and ends with a documented exit code.
//!
//! Results go to stdout, everything else to stderr. One file per command.

mod backend;
mod completions;
mod console;
mod coverage;
mod doctor;
mod drive;
mod explore;
mod failure;
mod faults;
mod judge;
mod known;
mod lint;
mod list;
mod matrix;
mod observe;
mod output;
mod play;
mod pool;
mod reader;
mod rerun;
mod run;
mod schema;
mod select;
mod serve;
mod shell;
mod show;
mod statement;
mod transcripts;

use std::ffi::OsString;
use std::panic::{PanicHookInfo, UnwindSafe, catch_unwind};
use std::path::Path;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::exit_code::ExitCode;
use failure::Failure;
use shell::{Shell, tell};

/// Plays the reception of a patient with a My Number health-insurance card, and judges the parts
/// that took part. SIMULATION: fictitious people, test keys, no real card or registry.
#[derive(Debug, Parser)]
#[command(
    name = "uketsuke",
    version,
    color = clap::ColorChoice::Never,
    max_term_width = 100
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command understands.
#[derive(Debug, Args)]
struct Global {
    /// The language for people; machine formats carry both
    #[arg(long, global = true, value_name = "LANG", default_value = "auto")]
    lang: Lang,
    /// Say more on stderr; -vv and -vvv say still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Colour on stdout; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// Japanese
    Ja,
    /// English
    En,
    /// As LC_ALL, LC_MESSAGES or LANG says
    Auto,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the terminal UI (also without any command)
    Play(play::PlayArgs),
    /// Play scenarios without a terminal and judge them; all bundled ones by default
    Run(run::RunArgs),
    /// Present a scenario's card to real PC/SC software over vpcd, and judge what it does
    Observe(observe::ObserveArgs),
    /// Judge recorded transcripts again
    Judge(judge::JudgeArgs),
    /// Be a backend that others can test against, over FHIR and through an exchange folder
    Serve(serve::ServeArgs),
    /// Be a reader that a driver drives: the program behind --reader process:COMMAND of `run`
    Drive(drive::DriveArgs),
    /// Play every known fault, and say which requirement catches it
    Matrix(matrix::MatrixArgs),
    /// Search for a breach by a backend with generated cases, and write the smallest that fails
    Explore(explore::ExploreArgs),
    /// List what there is
    List(list::ListArgs),
    /// Show a scenario, a requirement or a person
    Show(show::ShowArgs),
    /// Check scenario files; all bundled ones by default
    Lint(lint::LintArgs),
    /// Print the JSON Schema of a file format
    Schema(schema::SchemaArgs),
    /// Say what this machine has that uketsuke can use
    Doctor,
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}

/// Carries out the command line and returns how it ended. Never panics: a panic within is
/// reported as a bug.
pub fn main(args: impl IntoIterator<Item = OsString> + UnwindSafe) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| tell(&bug_report(panic))));
    guarded(|| start(args))
}

fn guarded(work: impl FnOnce() -> ExitCode + UnwindSafe) -> ExitCode {
    catch_unwind(work).unwrap_or(ExitCode::Bug)
}

fn bug_report(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = panic.location().map_or_else(String::new, |location| {
        // A path of the machine that built the program says nothing to its user.
        let file = Path::new(location.file());
        let file = match file.file_name() {
            Some(name) if file.is_absolute() => Path::new(name),
            _ => file,
        };
        format!(" at {}:{}", file.display(), location.line())
    });
    format!(
        "bug in uketsuke {}{place}: {message}\nplease report it with the command line and the scenario; no verdict of this run is to be trusted",
        env!("CARGO_PKG_VERSION"),
    )
}

fn start(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = clap_command().try_get_matches_from(args);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return answer_of_clap(&error),
    };
    let shell = Shell::new(&cli.global);
    match dispatch(cli.command, &shell) {
        Ok(code) => code,
        Err(failure) => {
            tell(&format!("error: {failure}"));
            failure.exit_code()
        }
    }
}

/// Help and version are results; everything else that clap says is a usage error.
fn answer_of_clap(error: &clap::Error) -> ExitCode {
    // Plain text: what the user typed is quoted in it, and passes the sanitiser.
    let text = error.render().to_string();
    if error.use_stderr() {
        tell(text.trim_end());
        return ExitCode::Usage;
    }
    match shell::emit(&crate::sanitise::visible(&text)) {
        Ok(()) => ExitCode::Passed,
        Err(failure) => {
            tell(&format!("error: {failure}"));
            failure.exit_code()
        }
    }
}

fn clap_command() -> clap::Command {
    let table = ExitCode::table();
    Cli::command()
        .after_help(table.clone())
        .mut_subcommands(|command| command.after_help(table.clone()))
}

fn dispatch(command: Option<Command>, shell: &Shell) -> Result<ExitCode, Failure> {
    match command.unwrap_or_else(|| Command::Play(play::PlayArgs::default())) {
        Command::Play(args) => play::play(&args, shell),
        Command::Run(args) => run::run(&args, shell),
        Command::Judge(args) => judge::judge(&args, shell),
        Command::Observe(args) => observe::observe(&args, shell),
        Command::Serve(args) => serve::serve(&args, shell),
        Command::Drive(args) => drive::drive(&args),
        Command::Matrix(args) => matrix::matrix(&args, shell),
        Command::Explore(args) => explore::explore(&args, shell),
        Command::List(args) => list::list(&args, shell),
        Command::Show(args) => show::show(&args, shell),
        Command::Lint(args) => lint::lint(&args, shell),
        Command::Schema(args) => schema::schema(&args),
        Command::Doctor => doctor::doctor(shell),
        Command::Completions(args) => completions::completions(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        clap_command().debug_assert();
    }

    #[test]
    fn a_panic_ends_as_a_bug() {
        assert_eq!(guarded(|| panic!("on purpose")), ExitCode::Bug);
        assert_eq!(guarded(|| ExitCode::Passed), ExitCode::Passed);
    }
}
