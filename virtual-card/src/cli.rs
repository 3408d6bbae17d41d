//! The command line of `virtual-card`: what it takes, and with which number it ends.

mod bench;
mod cards;
mod control;
mod log;
mod present;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use virtual_card::fault::FaultError;
use virtual_card::profile::{Profile, ProfileError};
use virtual_card::state_file;
use virtual_card::timing::Timing;
use virtual_card::trust;
use virtual_card::vpcd;

/// The card was presented until Ctrl-C, SIGTERM or the end of pcscd.
pub const STOPPED: u8 = 0;
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
                  Exit status: 0 stopped, 2 usage, 3 bad profile, fault or state, 5 no vpcd.\n\
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

    /// Decides the challenges that the card gives.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Logs each command to stderr, PINs masked.
    #[arg(short, long)]
    verbose: bool,
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
    #[error("no signal handler")]
    Signals(#[source] std::io::Error),
}

impl Failure {
    /// Returns the number with which the program ends.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE,
            Self::Unreadable { .. }
            | Self::Profile(_)
            | Self::Fault(_)
            | Self::State(_)
            | Self::Authorities(_) => BAD_PROFILE,
            Self::Vpcd(_) | Self::Signals(_) => NO_VPCD,
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
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.list {
        list();
        return Ok(());
    }
    if let Some(folder) = &arguments.authorities {
        return write_authorities(folder, arguments);
    }
    if arguments.verbose {
        log::to_stderr();
    }
    present::run(arguments)
}

fn list() {
    let mut out = std::io::stdout().lock();
    for name in Profile::standard_names() {
        let holder = Profile::standard(name).map(|profile| profile.holder);
        let holder = holder.map(|holder| format!("{} *{}", holder.name, holder.birth_date));
        // Fails when the reader of a pipe has enough, which is no failure of ours.
        let _ = writeln!(out, "{name:16} {}", holder.unwrap_or_default());
    }
}

fn write_authorities(folder: &Path, arguments: &Arguments) -> Result<(), Failure> {
    let standard = Profile::standard_names();
    let mut cards: Vec<_> = standard
        .iter()
        .filter_map(|name| Profile::standard(name))
        .collect();
    if arguments.holder.is_some() || arguments.profile.is_some() {
        cards.push(cards::profile(&cards::first(arguments)?)?);
    }
    let mut out = std::io::stdout().lock();
    for path in trust::write(folder, &cards)? {
        // Fails when the reader of a pipe has enough, which is no failure of ours.
        let _ = writeln!(out, "{}", path.display());
    }
    Ok(())
}
