//! The command line of `virtual-card`: what it takes, and with which number it ends.

mod bench;
mod cards;
mod command;
mod control;
mod log;
mod present;
mod print;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use virtual_card::fault::FaultError;
use virtual_card::profile::ProfileError;
use virtual_card::state_file;
use virtual_card::timing::Timing;
use virtual_card::trust;
use virtual_card::vpcd;

/// What was asked for was done; the card was presented until Ctrl-C, SIGTERM or the end of pcscd.
const DONE: u8 = 0;
/// The command line makes no sense (clap ends with the same number).
const USAGE: u8 = 2;
/// The profile, the list of faults or the state file cannot be read or is none, or a file cannot
/// be written.
const BAD_PROFILE: u8 = 3;
/// There is no vpcd, or it went away in a way that it should not.
const NO_VPCD: u8 = 5;

/// Presents a My Number Card without a card to PC/SC software, through vpcd. SIMULATION.
#[derive(Parser)]
#[command(
    version,
    after_help = "With --control, lines on stdin: [SLOT] insert | remove | swap CARD | power-cycle | reset |\n\
                  fault YAML | no-faults | status | quit. Each is answered by one line on stdout.\n\
                  Exit status: 0 stopped, 2 usage, 3 bad profile, fault or state, 5 no vpcd; that of COMMAND.\n\
                  vpcd listens on all interfaces without authentication: block port 35963 from outside."
)]
pub struct Arguments {
    /// Presents the card that comes with the program under this name.
    #[arg(long, value_name = "NAME", conflicts_with = "profile")]
    holder: Option<String>,

    /// Presents the card that this YAML file describes.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// Puts a second card into the other slot: a name or a YAML file.
    #[arg(long, value_name = "NAME|FILE")]
    second: Option<String>,

    /// Where vpcd listens for its first slot.
    #[arg(long, value_name = "HOST:PORT", default_value_t = format!("{}:{}", vpcd::DEFAULT_HOST, vpcd::DEFAULT_PORT))]
    vpcd: String,

    /// The slot to put the card into; slot 1 has the next port.
    #[arg(long, value_name = "0|1", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1))]
    slot: u16,

    /// Lets the card go wrong: a YAML file with a list of faults, or YAML itself, such as
    /// '{ what: removed, when: during, command: verify }'. May be given more than once.
    #[arg(long, value_name = "FILE|YAML")]
    fault: Vec<String>,

    /// How much time commands take.
    #[arg(long, value_name = "NAME", default_value = "instant", value_parser = clap::builder::PossibleValuesParser::new(Timing::standard_names()))]
    timing: String,

    /// Waits for vpcd to come up, and to come back when pcscd restarts, at most this many seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "60",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    reconnect: Option<u32>,

    /// Takes orders for the cards on stdin, a line each.
    #[arg(long)]
    control: bool,

    /// Keeps what the first card remembers in this file: tries, changed PINs. Changed PINs stand in
    /// it in the clear.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Writes the authorities' certificates, revocation lists and public keys into this folder and
    /// ends; the lists cover the cards that come with the program and the one named.
    #[arg(long, value_name = "DIR")]
    authorities: Option<PathBuf>,

    /// Lists the cards that come with the program.
    #[arg(long)]
    list: bool,

    /// Prints the profile of a card that comes with the program, to make one's own of it.
    #[arg(long, value_name = "NAME")]
    show: Option<String>,

    /// Prints the JSON Schema of a file format, for editors.
    #[arg(long, value_name = "FORMAT", value_enum)]
    schema: Option<Format>,

    /// Decides the challenges that the card gives.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Logs each command to stderr, PINs masked.
    #[arg(short, long)]
    verbose: bool,

    /// A command to run once every program sees the card; then the card is taken out, and the
    /// number with which the command ended is that of this program.
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "control")]
    command: Vec<OsString>,
}

/// A file format that the program reads.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Of `--profile`.
    Profile,
    /// Of `--fault`.
    Faults,
}

impl Arguments {
    fn reconnect(&self) -> Option<Duration> {
        self.reconnect
            .map(|seconds| Duration::from_secs(u64::from(seconds)))
    }
}

/// Why the program ends early, or an order is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("no {what} in {path}; expected a readable YAML file")]
    Unreadable {
        what: &'static str,
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error(transparent)]
    Vpcd(#[from] vpcd::Error),
    #[error(transparent)]
    State(#[from] state_file::Error),
    #[error(transparent)]
    Authorities(#[from] trust::Error),
    #[error("{program} cannot be run; expected a program on the path")]
    Command {
        program: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the command cannot be waited for")]
    Lost(#[source] std::io::Error),
    #[error("no signal handler")]
    Signals(#[source] std::io::Error),
    #[error("the schema cannot be written")]
    Schema(#[source] serde_json::Error),
}

impl Failure {
    /// Returns the number with which the program ends.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Command { .. } => USAGE,
            Self::Unreadable { .. }
            | Self::Profile(_)
            | Self::Fault(_)
            | Self::State(_)
            | Self::Authorities(_) => BAD_PROFILE,
            Self::Vpcd(_) | Self::Lost(_) | Self::Signals(_) | Self::Schema(_) => NO_VPCD,
        }
    }
}

/// Returns what an error says, with its causes.
pub fn in_full(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    message
}

/// Does what the command line asks for.
///
/// Returns the number with which the program ends: that of the command that was run, if one was.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.list {
        print::list();
    } else if let Some(name) = &arguments.show {
        print::profile(name)?;
    } else if let Some(format) = arguments.schema {
        print::schema(format)?;
    } else if let Some(folder) = &arguments.authorities {
        print::authorities(folder, arguments)?;
    } else {
        if arguments.verbose {
            log::to_stderr();
        }
        return present::run(arguments);
    }
    Ok(ExitCode::from(DONE))
}
