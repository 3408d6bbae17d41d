//! The example of `docs/process.md`, a backend in Python, against every bundled scenario.
//!
//! It knows nothing of ours but the document and the catalogue, and fails nothing of what it
//! claims. Where there is no `python3` this is left out; `tests/run` sets `UKETSUKE_PYTHON`, so that
//! it cannot be left out unnoticed there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use uketsuke::backend::process::open;
use uketsuke::backend::{Access, Connector};
use uketsuke::eligibility::Moment;
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::library::Library;
use uketsuke::runner::{Options, RunError, play_blocking};

/// What `at: now` stands for here.
const NOW: &str = "2026-11-21T09:00:00+09:00";
/// How many plays the example passes at least.
const PASSES_MIN: usize = 250;
/// How many of them need no card.
const PASSES_BY_NUMBER_MIN: usize = 10;
/// Lines of the example at most: it is to be read in one go.
const LINES_MAX: usize = 300;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/backend.py")
}

/// Tells whether there is a Python to run the example with.
fn has_python() -> bool {
    if Command::new("python3").arg("--version").output().is_ok() {
        return true;
    }
    assert!(
        std::env::var_os("UKETSUKE_PYTHON").is_none(),
        "python3 was promised and is not there"
    );
    eprintln!("LEFT OUT: the example backend (there is no python3)");
    false
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Opens the example with these authorities, hands it to `work` and ends it.
fn with_example(authorities: &[PathBuf], work: impl FnOnce(&Arc<dyn Connector>)) {
    let io = runtime();
    let handle = io.handle().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let _ = io.block_on(stopped);
    });
    let mut command = vec!["python3".to_owned(), example().display().to_string()];
    command.extend(authorities.iter().map(|path| path.display().to_string()));
    let connector = runtime()
        .block_on(open(&command, &Access::default(), handle))
        .unwrap_or_else(|error| panic!("{error}"));
    work(&connector);
    drop(connector);
    drop(stop);
    thread.join().unwrap();
}

/// Plays every bundled scenario; returns each judgement, or why the scenario is not applicable.
fn plays(connector: &Arc<dyn Connector>) -> BTreeMap<String, Result<Judgement, String>> {
    let library = Library::bundled().unwrap();
    let now: Moment = NOW.parse().unwrap();
    let options = Options {
        backend: Some(Arc::clone(connector)),
        ..Options::default()
    };
    let sources = library.sources().iter();
    sources
        .flat_map(|source| source.playables(library.deck(), now).unwrap())
        .map(|playable| {
            let played = match play_blocking(&playable, &options) {
                Ok(transcript) => Ok(judge(&transcript.header.scenario, &transcript)),
                Err(RunError::NotApplicable(why)) => Err(why.en),
                Err(error) => panic!("{}: {error}", playable.scenario.id),
            };
            (playable.scenario.id, played)
        })
        .collect()
}

fn failures(id: &str, judgement: &Judgement) -> Vec<String> {
    let failed = judgement
        .findings
        .iter()
        .filter(|finding| finding.verdict >= Verdict::Fail && finding.counts(false))
        .map(|finding| {
            format!(
                "{id}: {} {} {} {:?}",
                finding.requirement, finding.subject, finding.message.en, finding.entries
            )
        });
    failed.collect()
}

#[test]
fn the_example_fails_nothing_of_what_it_claims() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    virtual_card::trust::write(folder.path(), &[]).unwrap();
    let authorities = [1, 2, 3].map(|term| folder.path().join(format!("user-ca-{term}.pem")));
    with_example(&authorities, |connector| {
        let plays = plays(connector);
        let mut failed = Vec::new();
        let mut passed = 0;
        for (id, play) in &plays {
            match play {
                Ok(judgement) => {
                    passed += usize::from(judgement.verdict == Verdict::Pass);
                    failed.extend(failures(id, judgement));
                    if !matches!(judgement.verdict, Verdict::Pass | Verdict::NotApplicable) {
                        failed.push(format!("{id}: {}", judgement.verdict.name()));
                    }
                }
                Err(why) => {
                    let known = [
                        "does not claim",
                        "example knows no",
                        "does not say that it carries",
                    ]
                    .iter()
                    .any(|known| why.contains(known));
                    assert!(known, "{id}: {why}");
                }
            }
        }
        assert!(failed.is_empty(), "\n{}", failed.join("\n"));
        assert!(passed >= PASSES_MIN, "{passed} of {}", plays.len());
    });
}

/// Without an authority no card can be trusted: what needs one is not applicable, nothing fails.
#[test]
fn without_authorities_there_are_inquiries_by_number_alone() {
    if !has_python() {
        return;
    }
    with_example(&[], |connector| {
        let plays = plays(connector);
        let by_card = plays["pin/correct"].as_ref().unwrap_err();
        assert!(by_card.contains("authenticate"), "{by_card}");
        let mut passed = Vec::new();
        for (id, play) in &plays {
            if let Ok(judgement) = play {
                assert_eq!(judgement.verdict, Verdict::Pass, "{id}");
                passed.push(id.as_str());
            }
        }
        assert!(passed.contains(&"eligibility/several-of-one-number"));
        assert!(passed.len() >= PASSES_BY_NUMBER_MIN, "{passed:?}");
    });
}

#[test]
fn the_example_can_be_read_in_one_go_and_uses_nothing_of_ours() {
    let text = std::fs::read_to_string(example()).unwrap();
    assert!(text.lines().count() <= LINES_MAX);
    assert!(text.contains("SIMULATION"));
    let imported: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("import ")
                .or_else(|| line.strip_prefix("from "))
        })
        .filter_map(|line| line.split(' ').next())
        .collect();
    let standard = [
        "calendar",
        "hashlib",
        "json",
        "ssl",
        "sys",
        "unicodedata",
        "datetime",
    ];
    assert_eq!(imported, standard);
}
