//! The embedded backend behind each adapter fails nothing of the whole suite, and nothing of generated
//! cases: in this process, over FHIR, through the exchange folder, and as a program.
//!
//! Over FHIR every scenario can be played; `tests/serve` holds that, and `tests/process_example.rs`
//! the same of the backend of the documentation. `tests/explore` has the generated cases in this
//! process. `EXPLORE_CASES=10000 cargo test --release --test no_false_alarm` lets it meet more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(dead_code)] // the client is shared with other tests

use std::sync::Arc;

use uketsuke::backend::{Connector, Spec};
use uketsuke::explore::{Counts, Explorer, Stage};
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::library::Library;
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

/// Explores the backend behind `connector`; returns what it is blamed for, and in how many receptions
/// and other cases it was asked.
fn explored(connector: &Arc<dyn Connector>) -> (Vec<String>, Counts) {
    let wanted = std::env::var("EXPLORE_CASES").ok();
    let cases = wanted.and_then(|text| text.parse().ok()).unwrap_or(200);
    let explorer = Explorer {
        stage: Stage {
            deck: Library::bundled().unwrap().deck().clone(),
            options: Options {
                backend: Some(Arc::clone(connector)),
                ..Options::default()
            },
            now: "2026-11-21T09:00:00+09:00".parse().unwrap(),
        },
        seed: 2,
        conventions: true,
        relations_every: 4,
    };
    let mut counts = Counts::default();
    let mut blamed = Vec::new();
    for explored in (0..cases).map(|case| explorer.explore(case)) {
        counts.add(&explored.counts);
        let breaches = explored.breaches.iter();
        blamed.extend(breaches.map(|it| format!("case {}: {}", explored.case, it.message.en)));
    }
    (blamed, counts)
}

#[test]
fn generated_cases_over_fhir() {
    let server = Server::start(&["--fhir", "0"]);
    let base = server.said["fhir"].as_str().unwrap().to_owned();
    let (blamed, counts) = with_backend(&Spec::Fhir(base), explored);
    assert!(blamed.is_empty(), "{}", blamed.join("\n"));
    assert_eq!(counts.played + counts.discarded, counts.cases, "{counts:?}");
    assert!(counts.receptions * 2 > counts.cases, "{counts:?}");
}

#[test]
fn generated_cases_as_a_program() {
    let command = [env!("CARGO_BIN_EXE_uketsuke"), "serve", "--stdio"];
    let spec = Spec::Process(command.map(str::to_owned).to_vec());
    let (blamed, counts) = with_backend(&spec, explored);
    assert!(blamed.is_empty(), "{}", blamed.join("\n"));
    assert_eq!(counts.played + counts.discarded, counts.cases, "{counts:?}");
    assert!(counts.receptions * 2 > counts.cases, "{counts:?}");
}

/// The folder carries no card inquiry: what it carries is judged, the rest is not applicable.
#[test]
fn generated_cases_through_the_exchange_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(&["--oqs", folder.path().to_str().unwrap()]);
    let (blamed, counts) = with_backend(&Spec::Oqs(folder.path().to_owned()), explored);
    assert!(blamed.is_empty(), "{}", blamed.join("\n"));
    assert!(counts.played > 0 && counts.not_applicable > 0, "{counts:?}");
    assert_eq!(counts.broken + counts.unreached, 0, "{counts:?}");
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
