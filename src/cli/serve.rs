//! `uketsuke serve`: our backend as a server that others can test against.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use virtual_card::profile::Profile;

use super::console::{Stop, next, typed_lines};
use super::failure::Failure;
use super::output::Target;
use super::select;
use super::shell::{Shell, emit, tell};
use crate::bindings;
use crate::clock::system_now;
use crate::eligibility::Moment;
use crate::exit_code::ExitCode;
use crate::library::Library;
use crate::sanitise;
use crate::scenario::{Document, Patient, Playable};
use crate::secret::Secret;
use crate::serve::clock::Pace;
use crate::serve::control::set_faults;
use crate::serve::fault::Wanted;
use crate::serve::stdio::StdioError;
use crate::serve::typed::{self, Typed};
use crate::serve::{Options, Server, StartError};
use crate::transcript::SIMULATION;

/// How often worlds that nobody uses are looked for.
const SWEEP: Duration = Duration::from_secs(60);
/// How long a token may be.
const TOKEN_MAX: u64 = 4_096;

/// What `serve` understands.
#[derive(Debug, Args)]
#[command(after_long_help = typed::HELP)]
pub(super) struct ServeArgs {
    /// Serve FHIR at this address: HOST:PORT or PORT; port 0 is any that is free
    #[arg(long, value_name = "ADDR", value_parser = address, required_unless_present_any = ["oqs", "stdio"])]
    fhir: Option<SocketAddr>,
    /// Serve the exchange folder: req, res and face are made in it
    #[arg(long, value_name = "DIR")]
    oqs: Option<PathBuf>,
    /// Be the program behind process:COMMAND of `run`: JSON lines on standard input and output
    #[arg(long, conflicts_with_all = [
        "fhir", "oqs", "scenario", "at", "pace_clock", "transcript", "token_file", "bindings", "format",
    ])]
    stdio: bool,
    /// Serve the people of this scenario; by default the whole deck
    #[arg(long, value_name = "PATH or ID")]
    scenario: Option<String>,
    /// Start the clock here, e.g. 2025-12-20T09:15+09:00; by default where the scenario begins, or now
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Moment>,
    /// Whether the clock goes on by itself
    #[arg(long, value_name = "PACE", default_value = "ticking")]
    pace_clock: PaceArg,
    /// Let something go wrong, NAME or NAME:N for the Nth inquiry (see `list faults`); repeatable
    #[arg(long, value_name = "NAME[:N]")]
    fault: Vec<Wanted>,
    /// Write what is asked and answered into this file, line by line
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// Ask for the bearer token in this file
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Write the template of a bindings file (for `run --bindings`) of the scenario, or of all bundled ones, and serve whom it names
    #[arg(long, value_name = "FILE")]
    bindings: Option<PathBuf>,
    /// How to say where it serves: text on stderr, or also a line of JSON on stdout
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ServeFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PaceArg {
    /// It ticks with real time
    Ticking,
    /// It stands until it is set
    Fixed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ServeFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').unwrap_or(port);
    if let Ok(port) = port.parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse()
        .map_err(|_| "write 127.0.0.1:8080, or a port alone; 0 is any that is free".to_owned())
}

fn moment(text: &str) -> Result<Moment, String> {
    text.parse()
        .map_err(|_| "write a date, a time and an offset: 2025-12-20T09:15+09:00".to_owned())
}

/// Serves until its user stops it.
///
/// # Errors
///
/// [`Failure::Usage`] where nobody can listen or write there, [`Failure::Invalid`] where scenario
/// or token are none.
pub(super) fn serve(args: &ServeArgs, _shell: &Shell) -> Result<ExitCode, Failure> {
    if args.stdio {
        return stdio(&args.fault);
    }
    let mut options = options(args)?;
    if let Some(path) = &args.bindings {
        let states = write_bindings(args, path)?;
        seat(&mut options.playable, states);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Bug(format!("no runtime could be started: {error}")))?;
    let code = runtime.block_on(run(args, options));
    // A file that is being read or written must not hold the end up.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

/// Answers on standard output, until standard input ends.
fn stdio(wanted: &[Wanted]) -> Result<ExitCode, Failure> {
    let faults = wanted.iter().map(|wanted| match wanted {
        Wanted::Backend(fault) => Ok(*fault),
        Wanted::Wire { .. } => Err(Failure::Usage(format!(
            "--fault {wanted} is one on the way; with --stdio there are those of a backend"
        ))),
    });
    let faults = faults.collect::<Result<Vec<_>, _>>()?;
    tell("uketsuke: SIMULATION: JSON lines on standard input and output, see docs/process.md");
    match crate::serve::stdio::serve(std::io::stdin().lock(), std::io::stdout().lock(), faults) {
        Ok(_) => Ok(ExitCode::Passed),
        Err(error @ StdioError::Line { .. }) => Err(Failure::Invalid(error.to_string())),
        Err(StdioError::Stream(source)) => Err(Failure::Output {
            to: "stdout".to_owned(),
            source,
        }),
    }
}

fn options(args: &ServeArgs) -> Result<Options, Failure> {
    let mut library = select::bundled()?;
    let now = system_now();
    let (playable, begins) = match &args.scenario {
        None => (everyone(&library, args.at.unwrap_or(now))?, None),
        Some(name) => {
            let playable = scenario(&mut library, name, now)?;
            let at = playable.scenario.at;
            (playable, (at != now).then_some(at))
        }
    };
    Ok(Options {
        playable,
        at: args.at.or(begins),
        pace: match args.pace_clock {
            PaceArg::Ticking => Pace::Ticking,
            PaceArg::Fixed => Pace::Fixed,
        },
        faults: args.fault.clone(),
        fhir: args.fhir,
        oqs: args.oqs.clone(),
        token: args.token_file.as_deref().map(token).transpose()?,
        transcript: args.transcript.clone(),
        beside: None,
    })
}

/// Writes the template in which whoever has a backend of their own says who stands for whom, and
/// returns the people whom it names.
fn write_bindings(args: &ServeArgs, path: &Path) -> Result<Vec<(Patient, Profile)>, Failure> {
    let target = Target::open(Some(path))?;
    let mut library = select::bundled()?;
    let names: Vec<String> = args.scenario.iter().cloned().collect();
    let named = select::named(&mut library, &names)?;
    let now = args.at.unwrap_or_else(system_now);
    let playables = select::playables(&library, &named, now)?;
    target.write(&bindings::template(&playables, library.deck()))?;
    bindings::people(&playables, library.deck(), now).map_err(Failure::Bug)
}

/// Puts the people of the template among those who are served, in the place of their namesakes.
fn seat(playable: &mut Playable, states: Vec<(Patient, Profile)>) {
    let people = &mut playable.scenario.people;
    for (patient, profile) in states {
        let namesake = people.iter().position(|it| it.name == patient.name);
        let place = namesake.and_then(|at| people.get_mut(at).zip(playable.profiles.get_mut(at)));
        match place {
            Some(place) => (*place.0, *place.1) = (patient, profile),
            None => {
                people.push(patient);
                playable.profiles.push(profile);
            }
        }
    }
}

/// Returns the one scenario of that name.
fn scenario(library: &mut Library, name: &str, now: Moment) -> Result<Playable, Failure> {
    let named = select::named(library, std::slice::from_ref(&name.to_owned()))?;
    let mut playables = select::playables(library, &named, now)?;
    match (playables.pop(), playables.first()) {
        (Some(one), None) => Ok(one),
        (_, first) => Err(Failure::Usage(format!(
            "--scenario {name:?} is {} scenarios; name one, such as {:?}",
            playables.len() + 1,
            first.map_or("pin/correct", |playable| playable.scenario.id.as_str())
        ))),
    }
}

/// Returns a scenario without steps in which everyone of the deck is known. It lists what a number
/// inquiry decides of a backend, for whoever judges the transcript.
fn everyone(library: &Library, now: Moment) -> Result<Playable, Failure> {
    let mut names = library.deck().names();
    let first = names.next().unwrap_or_default();
    let others: Vec<_> = names
        .map(|name| json!({ "card": { "holder": name } }))
        .collect();
    let document = json!({
        "title": { "ja": "名簿の全員", "en": "Everyone of the deck" },
        "requirements": ["ELIG-05", "ELIG-08"],
        "under-test": "backend",
        "at": "now",
        "card": { "holder": first },
        "others": others,
        "steps": [],
    });
    // JSON is YAML.
    let document = Document::parse(&document.to_string(), "serve")
        .map_err(|error| Failure::Bug(error.to_string()))?;
    let mut playables = document
        .resolve("serve", library.deck(), now)
        .map_err(|error| Failure::Bug(error.to_string()))?;
    playables
        .pop()
        .ok_or_else(|| Failure::Bug("the deck is no scenario".to_owned()))
}

fn token(path: &Path) -> Result<Secret, Failure> {
    let invalid = |why: String| Failure::Invalid(format!("--token-file {}: {why}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| invalid(error.to_string()))?;
    let mut text = String::new();
    file.take(TOKEN_MAX)
        .read_to_string(&mut text)
        .map_err(|error| invalid(error.to_string()))?;
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid(
            "a token is one word of letters, digits and signs".to_owned(),
        ));
    }
    Ok(Secret::Plain(token.to_owned()))
}

async fn run(args: &ServeArgs, options: Options) -> Result<ExitCode, Failure> {
    // Before anybody is told where to ask, so that no signal finds us unprepared.
    let mut stop = Stop::new().map_err(|error| Failure::Bug(error.to_string()))?;
    let server = Server::start(options).await.map_err(failure)?;
    announce(args, &server)?;
    let mut lines = typed_lines();
    let mut sweep = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            () = stop.wanted() => break,
            _ = sweep.tick() => server.worlds().evict(),
            line = next(&mut lines) => {
                if carry_out(&server, &line).await {
                    break;
                }
            }
        }
    }
    let summary = tokio::select! {
        summary = server.stop() => summary,
        () = stop.wanted() => return Ok(ExitCode::Interrupted),
    };
    tell(&format!(
        "uketsuke: SIMULATION: stopped; inquiries answered: {}",
        summary.inquiries
    ));
    match summary.transcript_failure {
        None => Ok(ExitCode::Passed),
        Some(why) => {
            tell(&format!("error: the transcript is not whole: {why}"));
            Ok(ExitCode::Undecided)
        }
    }
}

fn failure(error: StartError) -> Failure {
    Failure::Usage(error.to_string())
}

/// Says where it serves, on stderr and for programs on stdout.
fn announce(args: &ServeArgs, server: &Server) -> Result<(), Failure> {
    let fhir = server
        .fhir_address()
        .map(|address| format!("http://{address}/fhir"));
    let now = server.worlds().served().now();
    if let Some(fhir) = &fhir {
        tell(&format!("uketsuke: SIMULATION: FHIR at {fhir}"));
    }
    if let Some(folder) = &args.oqs {
        let folder = folder.display();
        tell(&format!("uketsuke: SIMULATION: exchange folder {folder}"));
    }
    let people = server.people();
    tell(&format!(
        "uketsuke: {} people, the clock shows {now}; type help, or Ctrl-C to stop",
        people.len()
    ));
    let away = args.fhir.filter(|address| !address.ip().is_loopback());
    if let Some(address) = away {
        tell(&format!(
            "warning: {address} can be reached from other machines, without encryption; let nobody send data of real people there"
        ));
    }
    if args.format == ServeFormat::Json {
        let control = server
            .fhir_address()
            .map(|address| format!("http://{address}/uketsuke"));
        let line = json!({
            "simulation": SIMULATION,
            "fhir": fhir,
            "control": control,
            "oqs": args.oqs,
            "people": people,
            "now": now,
        });
        emit(&sanitise::json(&format!("{line}\n")))?;
    }
    Ok(())
}

/// Carries out a typed line; says whether the server is to stop.
async fn carry_out(server: &Server, line: &str) -> bool {
    let typed = match typed::read(line) {
        Ok(typed) => typed,
        Err(why) => {
            tell(&why);
            return false;
        }
    };
    match typed {
        Typed::Empty => {}
        Typed::Quit => return true,
        Typed::Help => tell(typed::HELP),
        Typed::People => tell(&server.people().join("\n")),
        Typed::At(at) => {
            server.worlds().served().set_clock(at);
            tell(&format!("the clock shows {at}"));
        }
        Typed::Fault(names) => match set_faults(server.worlds(), &names) {
            Ok(()) if names.is_empty() => tell("no fault"),
            Ok(()) => tell(&format!("faults: {}", names.join(", "))),
            Err(why) => tell(&why),
        },
        Typed::Face(order) => match server.push_face(&order).await {
            Ok(pushed) => tell(&serde_json::to_string(&pushed).unwrap_or_default()),
            Err(why) => tell(&why),
        },
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_on_loopback_unless_told_otherwise() {
        for (text, expected) in [
            ("0", "127.0.0.1:0"),
            (":8080", "127.0.0.1:8080"),
            ("localhost:8080", "127.0.0.1:8080"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:0", "[::1]:0"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        for text in ["", "example.org:80", "127.0.0.1", "99999"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_whole_deck_is_served_at_the_moment_that_was_named() {
        let library = Library::bundled().unwrap();
        let at: Moment = "2025-12-20T09:15+09:00".parse().unwrap();
        let playable = everyone(&library, at).unwrap();
        let names: Vec<&str> = playable
            .scenario
            .people
            .iter()
            .map(|patient| patient.name.as_str())
            .collect();
        let deck: Vec<&str> = library.deck().names().collect();
        assert_eq!(names, deck);
        assert_eq!(playable.scenario.at, at);
        assert_eq!(playable.profiles.len(), names.len());
    }
}
