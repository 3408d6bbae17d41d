//! The example of `docs/driver.md`, a reader in Python behind its driver, against every bundled
//! scenario.
//!
//! It knows nothing of ours but the document and the catalogue, and fails nothing. Where there is no
//! `python3` this is left out; `tests/run` sets `UKETSUKE_PYTHON`, so that it cannot be left out
//! unnoticed there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

use uketsuke::judge::{Verdict, judge};
use uketsuke::reader::driven::PATIENCE;
use uketsuke::runner::{Options, RunError, play_blocking};

#[path = "driver/opened.rs"]
mod opened;
use opened::{failures, playables, with_driver};

/// How many plays the example passes at least.
const PASSES_MIN: usize = 400;
/// Lines of the example at most: it is to be read in one go.
const LINES_MAX: usize = 300;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/reader.py")
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
    eprintln!("LEFT OUT: the example driver (there is no python3)");
    false
}

#[test]
fn the_example_fails_nothing() {
    if !has_python() {
        return;
    }
    let command = ["python3".to_owned(), example().display().to_string()];
    with_driver(&command, PATIENCE, |drivers| {
        let options = Options {
            reader: Some(drivers.clone()),
            ..Options::default()
        };
        let (mut passed, mut failed) = (0, Vec::new());
        for playable in playables() {
            let id = &playable.scenario.id;
            match play_blocking(&playable, &options) {
                Ok(transcript) => {
                    let judgement = judge(&transcript.header.scenario, &transcript);
                    passed += usize::from(judgement.verdict == Verdict::Pass);
                    failed.extend(failures(id, &judgement));
                    if judgement.verdict > Verdict::Pass {
                        failed.push(format!("{id}: {}", judgement.verdict.name()));
                    }
                }
                Err(RunError::NotApplicable(why)) => {
                    assert!(why.en.contains("this example knows no"), "{id}: {}", why.en);
                }
                Err(error) => panic!("{id}: {error}"),
            }
        }
        assert!(failed.is_empty(), "\n{}", failed.join("\n"));
        assert!(passed >= PASSES_MIN, "{passed}");
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
    assert_eq!(
        imported,
        ["hashlib", "json", "re", "secrets", "sys", "datetime"]
    );
}
