//! The `virtual-card` program: presents one card to the PC/SC software of this machine until it is
//! told to stop. SIMULATION.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use virtual_card::apdu::{self, Command, Response};
use virtual_card::card::Card;
use virtual_card::profile::{Profile, ProfileError};
use virtual_card::vpcd::{self, Connection, End, Exchange};

/// The card was presented until Ctrl-C, SIGTERM or the end of pcscd.
const STOPPED: u8 = 0;
/// The command line makes no sense (clap ends with the same number).
const USAGE: u8 = 2;
/// The profile cannot be read or is none.
const BAD_PROFILE: u8 = 3;
/// There is no vpcd, or it went away in a way that it should not.
const NO_VPCD: u8 = 5;

/// Presents a My Number Card without a card to PC/SC software, through vpcd. SIMULATION.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0 stopped, 2 usage, 3 bad profile, 5 no vpcd.\n\
                  vpcd listens on all interfaces without authentication: block port 35963 from outside."
)]
struct Arguments {
    /// Presents the card that comes with the program under this name.
    #[arg(long, value_name = "NAME", conflicts_with = "profile")]
    holder: Option<String>,

    /// Presents the card that this YAML file describes.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// Where vpcd listens for its first slot.
    #[arg(long, value_name = "HOST:PORT", default_value_t = format!("{}:{}", vpcd::DEFAULT_HOST, vpcd::DEFAULT_PORT))]
    vpcd: String,

    /// The slot to put the card into; slot 1 has the next port.
    #[arg(long, value_name = "0|1", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1))]
    slot: u16,

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

/// Why the program ends early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("no profile in {path}; expected a readable YAML file")]
    Unreadable {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    Vpcd(#[from] vpcd::Error),
    #[error("no signal handler")]
    Signals(#[source] std::io::Error),
}

impl Failure {
    const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE,
            Self::Unreadable { .. } | Self::Profile(_) => BAD_PROFILE,
            Self::Vpcd(_) | Self::Signals(_) => NO_VPCD,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::from(STOPPED),
        Err(failure) => {
            let mut message = failure.to_string();
            let mut source = std::error::Error::source(&failure);
            while let Some(cause) = source {
                message = format!("{message}: {cause}");
                source = cause.source();
            }
            eprintln!("virtual-card: {message}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.list {
        list();
        return Ok(());
    }
    let profile = load(arguments)?;
    let address = slot_address(&arguments.vpcd, arguments.slot)?;
    if arguments.verbose {
        log_to_stderr();
    }
    let mut card = Card::new(&profile, arguments.seed);
    let mut connection = Connection::open(&address)?;
    stop_on_signal(&connection)?;
    let name = &profile.holder.name;
    eprintln!(
        "SIMULATION: the card of {name} lies in the reader at {address}; Ctrl-C takes it out"
    );
    match connection.serve(&mut card, log)? {
        End::Stopped => eprintln!("SIMULATION: the card was taken out"),
        End::PeerClosed => eprintln!("SIMULATION: pcscd has ended, so the card is out"),
        End::CardLeft => eprintln!("SIMULATION: the card has left the reader"),
    }
    Ok(())
}

fn list() {
    let mut out = std::io::stdout().lock();
    for name in Profile::standard_names() {
        let holder = Profile::standard(name).map(|profile| profile.holder);
        let holder = holder.map(|holder| format!("{} *{}", holder.name, holder.birth_date));
        // Fails when the reader of a pipe has enough, which is no failure of ours.
        let _ = writeln!(out, "{name:10} {}", holder.unwrap_or_default());
    }
}

fn load(arguments: &Arguments) -> Result<Profile, Failure> {
    match (&arguments.holder, &arguments.profile) {
        (Some(name), _) => Profile::standard(name).ok_or_else(|| {
            let names = Profile::standard_names().join(", ");
            Failure::Usage(format!("no holder {name:?}; expected one of {names}"))
        }),
        (None, Some(path)) => {
            let origin = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|source| Failure::Unreadable {
                path: origin.clone(),
                source,
            })?;
            Ok(Profile::parse(&text, &origin)?)
        }
        (None, None) => Err(Failure::Usage(
            "no card named; give --holder NAME (see --list) or --profile FILE".to_owned(),
        )),
    }
}

fn slot_address(first: &str, slot: u16) -> Result<String, Failure> {
    first
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?.checked_add(slot)?)))
        .map(|(host, port)| format!("{host}:{port}"))
        .ok_or_else(|| Failure::Usage(format!("no address {first:?}; expected HOST:PORT")))
}

/// Stops the connection at the first SIGINT or SIGTERM.
fn stop_on_signal(connection: &Connection) -> Result<(), Failure> {
    let stop = connection.stop()?;
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(Failure::Signals)?;
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            stop.stop();
        }
    });
    Ok(())
}

fn log_to_stderr() {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .with_max_level(tracing::Level::DEBUG)
        .init();
}

/// Logs an exchange: the command with secrets masked, of the answer length and status word.
fn log(exchange: &Exchange<'_>) {
    match exchange {
        Exchange::PowerOn => tracing::debug!("power on"),
        Exchange::PowerOff => tracing::debug!("power off"),
        Exchange::Reset => tracing::debug!("reset"),
        Exchange::Unanswered { command, .. } => {
            tracing::debug!("{} | no answer", apdu::masked(command));
        }
        Exchange::NotTaken => tracing::warn!("vpcd has not asked for the card yet"),
        Exchange::Apdu { command, response } => {
            let name = Command::parse(command).map(|command| apdu::describe(&command));
            let name = name.unwrap_or_else(|_| "no command".to_owned());
            let command = apdu::masked(command);
            if let Ok(Response { data, status }) = Response::from_bytes(response) {
                tracing::debug!("{name} | {command} | {} bytes, {status}", data.len());
            }
        }
    }
}
