//! The embedded backend behind each adapter fails nothing of the whole suite: in this process, over
//! FHIR, through the exchange folder, and as a program.
//!
//! Over FHIR every scenario can be played; `tests/serve` holds that, and `tests/process_example.rs`
//! the same of the backend of the documentation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(dead_code)] // the client is shared with other tests

use std::sync::Arc;

use uketsuke::backend::{Connector, Spec};
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::runner::{Options, RunError, play_blocking};
use uketsuke::scenario::Playable;
use uketsuke::transcript::{Event, Transcript};

#[path = "serve/client.rs"]
mod client;
#[path = "serve/connected.rs"]
mod connected;
use client::Server;
use connected::{playables, with_backend};

/// How many plays the exchange folder carries at least: those without a card.
const BY_NUMBER_MIN: usize = 15;

/// What came of the suite over one adapter.
struct Suite {
    /// The plays that the adapter carries.
    plays: Vec<(Playable, Transcript, Judgement)>,
    /// Why the others were not played.
    not_carried: Vec<(String, String)>,
}

fn suite(connector: &Arc<dyn Connector>) -> Suite {
    let options = Options {
        backend: Some(Arc::clone(connector)),
        ..Options::default()
    };
    let mut suite = Suite {
        plays: Vec::new(),
        not_carried: Vec::new(),
    };
    for playable in playables() {
        match play_blocking(&playable, &options) {
            Ok(transcript) => {
                let judgement = judge(&transcript.header.scenario, &transcript);
                suite.plays.push((playable, transcript, judgement));
            }
            Err(RunError::NotApplicable(why)) => {
                suite.not_carried.push((playable.scenario.id, why.en));
            }
            Err(error) => panic!("{}: {error}", playable.scenario.id),
        }
    }
    suite
}

/// Returns every finding that fails, of whatever level and confidence.
fn failed(suite: &Suite) -> Vec<String> {
    let mut failed = Vec::new();
    for (playable, _, judgement) in &suite.plays {
        let id = &playable.scenario.id;
        let findings = judgement.findings.iter();
        for finding in findings.filter(|finding| finding.verdict >= Verdict::Fail) {
            failed.push(format!(
                "{id}: {} {}",
                finding.requirement, finding.message.en
            ));
        }
    }
    failed
}

#[test]
fn through_the_exchange_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(&["--oqs", folder.path().to_str().unwrap()]);
    let suite = with_backend(&Spec::Oqs(folder.path().to_owned()), suite);
    let failed = failed(&suite);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(suite.plays.len() >= BY_NUMBER_MIN, "{}", suite.plays.len());
    let not_passed: Vec<&str> = suite
        .plays
        .iter()
        .filter(|(_, _, judgement)| {
            !matches!(judgement.verdict, Verdict::Pass | Verdict::NotApplicable)
        })
        .map(|(playable, ..)| playable.scenario.id.as_str())
        .collect();
    assert!(not_passed.is_empty(), "{not_passed:?}");
    for (id, why) in &suite.not_carried {
        assert!(
            why.contains("folder") || why.contains("reader"),
            "{id}: {why}"
        );
    }
}

/// The program says what the embedded backend says, word for word: nothing is lost on its way.
#[test]
fn as_a_program() {
    let command = [env!("CARGO_BIN_EXE_uketsuke"), "serve", "--stdio"];
    let spec = Spec::Process(command.map(str::to_owned).to_vec());
    let suite = with_backend(&spec, suite);
    let failed = failed(&suite);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(
        suite.plays.len(),
        playables().len(),
        "{:?}",
        suite.not_carried
    );
    for (playable, transcript, _) in &suite.plays {
        let embedded = play_blocking(playable, &Options::default()).unwrap();
        let events = |it: &Transcript| -> Vec<Event> {
            it.entries.iter().map(|entry| entry.event.clone()).collect()
        };
        assert_eq!(
            events(transcript),
            events(&embedded),
            "{}",
            playable.scenario.id
        );
    }
}

#[test]
fn a_fault_can_be_put_into_the_program() {
    let command = [
        env!("CARGO_BIN_EXE_uketsuke"),
        "serve",
        "--stdio",
        "--fault",
        "nobody-found-is-failure",
    ];
    let spec = Spec::Process(command.map(str::to_owned).to_vec());
    let suite = with_backend(&spec, suite);
    assert!(failed(&suite).iter().any(|it| it.contains("ELIG-05")));
}

#[test]
fn what_a_program_cannot_be_is_a_usage_error() {
    for more in [["--fhir", "0"], ["--oqs", "x"], ["--fault", "down"]] {
        let arguments = [&["serve", "--stdio"], &more[..]].concat();
        let ran = client::program(&arguments).output().unwrap();
        assert_eq!(ran.status.code(), Some(2), "{more:?}");
        assert!(ran.stdout.is_empty(), "{more:?}");
    }
}
