//! Our reader as a program that takes the card from a reader device of PC/SC: what `uketsuke
//! observe` starts to see whether it judges a reader rightly.
//!
//! Patient and reader in one: it does the steps of one visit of a scenario, and asks our backend
//! where `observe` serves it beside the card. What it records itself is dropped; what counts is what
//! the other side sees.

use std::sync::Arc;
use std::time::Duration;

use super::DriveArgs;
use crate::backend::{self, Access, Connector, Spec};
use crate::card_link::{CardLink, Pcsc};
use crate::cli::failure::Failure;
use crate::cli::observe::today;
use crate::cli::run::runtime;
use crate::cli::shell::tell;
use crate::clock::system_now;
use crate::exit_code::ExitCode;
use crate::fault::Fault;
use crate::observe::plan::{Act, Beside, VisitPlan, visits};
use crate::runner::{Options, play_blocking};
use crate::scenario::Playable;
use crate::transcript::{Event, Transcript};

/// What `observe` tells a program that it starts.
const SCENARIO: &str = "UKETSUKE_SCENARIO";
const VISIT: &str = "UKETSUKE_VISIT";
const FHIR: &str = "UKETSUKE_FHIR";

/// How long a card is waited for; a convention of this harness.
const CARD_WITHIN: Duration = Duration::from_secs(20);

/// Goes through a visit with the card that lies in a reader device, and says what the reader shows.
///
/// # Errors
///
/// [`Failure`] where the scenario cannot be played so, or the backend not be reached.
pub(super) fn drive(args: &DriveArgs) -> Result<ExitCode, Failure> {
    tell("uketsuke: SIMULATION: our own reader, with the card that lies in a PC/SC reader");
    let fault = match args.fault.as_slice() {
        [] => None,
        [fault] => Some(*fault),
        _ => return Err(usage("with --card pcsc one --fault is understood")),
    };
    let playable = visit_of(args)?;
    let runtime = runtime().map_err(Failure::Bug)?;
    let connector = match std::env::var(FHIR) {
        Ok(base) => {
            let access = Access {
                as_it_is: true,
                ..Access::default()
            };
            let spec = Spec::Fhir(base);
            let open = backend::open(&spec, &access, runtime.handle().clone());
            Some(runtime.block_on(open).map_err(usage)?)
        }
        Err(_) => None,
    };
    for round in 0..args.receptions {
        let playing = reception(playable.clone(), fault, connector.clone(), round);
        // Beside the runtime, which drives the backend's connections.
        let played = runtime.block_on(runtime.spawn_blocking(playing));
        for screen in screens(&played.map_err(|error| Failure::Bug(error.to_string()))??) {
            println!("screen {screen}");
        }
    }
    Ok(ExitCode::Passed)
}

/// Makes the way to the card that lies in a reader device.
pub(super) fn card() -> Box<dyn CardLink> {
    Box::new(Pcsc::new(CARD_WITHIN))
}

fn usage(why: impl std::fmt::Display) -> Failure {
    Failure::Usage(why.to_string())
}

/// Returns the visit that is to be played: its scenario cut down to what people do in it.
fn visit_of(args: &DriveArgs) -> Result<Playable, Failure> {
    let told = |name: &str| std::env::var(name).ok();
    let id = args.scenario.clone().or_else(|| told(SCENARIO));
    let id = id.ok_or_else(|| usage("name a --scenario, or let `observe` start this"))?;
    let number: usize = match told(VISIT) {
        Some(text) => text
            .parse()
            .map_err(|_| usage(format!("{VISIT} is no number: {text:?}")))?,
        None => 1,
    };
    let mut playable = match today::one(&id)? {
        Ok(playable) => playable,
        Err(_) => return Err(usage(format!("{id} cannot be played on today's date"))),
    };
    // What is done at the backend is for whoever serves it.
    let beside = Beside {
        fhir: true,
        oqs: true,
    };
    let plans = visits(&playable, beside).map_err(|why| usage(why.en))?;
    // Of a scenario other than the one that is observed there may be fewer visits.
    let plan = plans
        .get(number.saturating_sub(1) % plans.len().max(1))
        .ok_or_else(|| usage(format!("{id} has no visit {number}")))?;
    let steps = steps_of(plan);
    playable.scenario.steps = steps
        .into_iter()
        .filter_map(|index| playable.scenario.steps.get(index).cloned())
        .collect();
    Ok(playable)
}

/// Returns what people do in a visit, by index. Faults are for whoever has the card, and the backend
/// for whoever serves it; where someone would have to set a reader to another site, nobody starts this.
fn steps_of(plan: &VisitPlan) -> Vec<usize> {
    let done = |act: &Act| match act {
        Act::Give(step) | Act::Move(step) | Act::Take(step) => Some(*step),
        Act::Fault(_) | Act::Arrange(_) | Act::Portal(_) | Act::Look(_) | Act::Check(_) => None,
    };
    let first = plan.before.iter().filter_map(done).chain([plan.present]);
    first.chain(plan.acts.iter().filter_map(done)).collect()
}

/// Returns what plays one reception.
fn reception(
    mut playable: Playable,
    fault: Option<&'static Fault>,
    backend: Option<Arc<dyn Connector>>,
    round: u32,
) -> impl FnOnce() -> Result<Transcript, Failure> + Send {
    // Else every start would have the same challenge signed and show the same layout of keys.
    let now = system_now();
    let moment = now.0.as_nanosecond().unsigned_abs() as u64;
    playable.scenario.seed = moment ^ (u64::from(std::process::id()) << 40) ^ u64::from(round);
    playable.scenario.at = now;
    let options = Options {
        fault,
        backend,
        reader: None,
        card: Some(Arc::new(card)),
        vpcd: None,
    };
    move || play_blocking(&playable, &options).map_err(usage)
}

/// Returns the screens that the reader showed.
fn screens(transcript: &Transcript) -> Vec<&'static str> {
    let entries = transcript.entries.iter();
    let screens = entries.filter_map(|entry| match &entry.event {
        Event::Screen(screen) => Some(screen.id().name()),
        _ => None,
    });
    screens.collect()
}
