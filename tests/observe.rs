//! A foreign reader that is observed: before a vpcd of our own on loopback, where every command and
//! every moment is ours, and before pcscd with programs that know nothing of us.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "observe/arranged.rs"]
mod arranged;
#[path = "observe/beside.rs"]
mod beside;
#[path = "observe/bounds.rs"]
mod bounds;
#[path = "observe/folder.rs"]
mod folder;
#[path = "observe/live.rs"]
mod live;
#[path = "observe/namespace.rs"]
mod namespace;
#[path = "observe/operator.rs"]
mod operator;
#[cfg(feature = "pcsc")]
#[path = "observe/our_reader.rs"]
mod our_reader;
#[path = "observe/pcscd.rs"]
mod pcscd;
#[path = "observe/place.rs"]
mod place;
#[path = "observe/program.rs"]
mod program;
#[path = "observe/scripted.rs"]
mod scripted;
#[path = "pty/session.rs"]
mod session;
#[path = "observe/suite.rs"]
mod suite;
#[path = "observe/terminal.rs"]
mod terminal;
#[path = "observe/vpcd.rs"]
mod vpcd;

use std::future::pending;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use uketsuke::library::Library;
use uketsuke::observe::{Answered, ObserveError, Observed, Progress, Setup, observe};
use uketsuke::scenario::{Playable, Source};
use uketsuke::transcript::{Entry, Event, Note, Role};

/// SELECT of the application, of the user PIN, and VERIFY of 1234 (card.md §2, §4).
const SELECT_JPKI: &str = "00a4040c0ad392f000260100000001";
const SELECT_USER_PIN: &str = "00a4020c020018";
const VERIFY: &str = "002000800431323334";

/// A reception that a vendor might observe.
const STEPS: &str = "\
- present-card
- choose: pin
- enter-pin: \"1234\"
- expect-screen: { id: consent, kind: care }
- expect-pin-tries: 3
- take-card
";

fn playable(steps: &str) -> Playable {
    scenario(&format!(
        "requirements: [IDV-02]\nothers: [{{ card: {{ holder: elder-80 }} }}]\nsteps:\n{steps}"
    ))
}

/// Makes a scenario of an adult, today; of a reader, unless it says otherwise.
fn scenario(rest: &str) -> Playable {
    let library = Library::bundled().unwrap();
    let under_test = match rest.starts_with("under-test") {
        true => "",
        false => "under-test: reader\n",
    };
    let text = format!(
        "title: {{ ja: あ, en: a }}\nat: now\ncard: {{ holder: adult }}\n{under_test}{rest}"
    );
    let source = Source {
        id: "observed".to_owned(),
        origin: "observed.yaml".to_owned(),
        text,
    };
    let now = uketsuke::clock::system_now();
    library.playables(&source, now).unwrap().remove(0)
}

fn setup(vpcd: &vpcd::Vpcd) -> Setup {
    Setup {
        address: vpcd.address(),
        limit: Duration::from_secs(60),
        ..Setup::default()
    }
}

/// Observes until the end; `told` hears what happens.
fn watch(
    steps: &str,
    setup: &Setup,
    answers: Option<&mut Receiver<Answered>>,
    told: impl FnMut(Progress<'_>),
) -> Result<Observed, ObserveError> {
    watch_scenario(&playable(steps), setup, answers, told)
}

fn watch_scenario(
    playable: &Playable,
    setup: &Setup,
    answers: Option<&mut Receiver<Answered>>,
    told: impl FnMut(Progress<'_>),
) -> Result<Observed, ObserveError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(observe(playable, setup, answers, pending(), told))
}

/// Writes entries down shortly, one word or two for each.
fn story(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(word).collect()
}

fn word(entry: &Entry) -> String {
    let by = entry.by.map_or(String::new(), |by| format!(" ({by:?})"));
    let word = match &entry.event {
        Event::Stimulus(stimulus) => format!("step {}", stimulus.step),
        Event::Command(command) => match &command.secret {
            Some(_) => "VERIFY".to_owned(),
            None => hex::encode(&command.apdu.0),
        },
        Event::Response(response) => {
            let status = response.status.clone();
            status.or(response.lost.clone()).unwrap_or_default()
        }
        Event::Card(event) => format!("{event:?}"),
        Event::Fault(what) => what.clone(),
        Event::Note(Note::Reached { step }) => format!("reached {step}"),
        Event::Note(Note::Told { step, holds }) => format!("told {step} {holds}"),
        Event::Note(Note::Unmet { step, .. }) => format!("unmet {step}"),
        Event::Note(Note::Moot { step }) => format!("moot {step}"),
        Event::Note(Note::Changed { step }) => format!("changed {step}"),
        Event::Note(Note::CutShort { .. }) => "cut short".to_owned(),
        other => other.kind().to_owned(),
    };
    assert!(entry.from != Role::Tester);
    format!("{word}{by}")
}
