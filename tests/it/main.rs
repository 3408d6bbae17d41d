//! Drives the built program as its users do: by arguments, streams and exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod backends;
mod document;
mod exit_codes;
mod hostile;
mod lint;
mod listing;
mod matrix;
mod reports;
mod results;
mod statement;
mod streams;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use uketsuke::eligibility::Moment;
use uketsuke::library::Library;
use uketsuke::transcript::{Recorder, Roles};

/// A scenario that any reader can finish.
const SCENARIO: &str = r#"title: { ja: 題, en: T }
requirements: [IDV-02]
tags: [smoke]
at: 2025-12-20T09:15+09:00
card: { holder: adult }
steps:
  - present-card
  - choose: pin
  - enter-pin: "1234"
  - refuse: care
  - refuse: checkup
  - expect-screen: done
  - take-card
"#;

/// What a run of the program came to.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code().expect("the program was killed"),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Expects an exit code, and shows everything where it is another.
    #[track_caller]
    fn ends_with(self, code: i32) -> Ran {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }
}

/// Returns the program, with nothing of the tester's environment but what a test adds.
fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
    command
        .args(args)
        .env_clear()
        .env("LANG", "en_US.UTF-8")
        .env("TERM", "xterm-256color")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn uketsuke(args: &[&str]) -> Ran {
    Ran::of(program(args).output().unwrap())
}

/// Writes a file into a folder and returns its path.
fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Records a transcript in which nothing happened: enough for what surrounds the judge.
fn transcript(folder: &Path, id: &str) -> PathBuf {
    let library = Library::bundled().unwrap();
    let source = library
        .sources()
        .iter()
        .find(|source| source.id == id)
        .unwrap();
    let now: Moment = "2025-12-20T00:15:00Z".parse().unwrap();
    let playable = library.playables(source, now).unwrap().remove(0);
    let roles = Roles {
        card: "virtual".to_owned(),
        reader: "reference".to_owned(),
        backend: "embedded".to_owned(),
    };
    let recorder = Recorder::new(&playable.scenario, roles, "virtual", Vec::new());
    file(folder, "recorded.ndjson", &recorder.finish().to_ndjson())
}

/// Returns the names of the files in a folder and below it, sorted.
fn files_in(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                names.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    names.sort();
    names
}
