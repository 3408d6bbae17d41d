//! A program that is started, as the users of `uketsuke observe` see it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use uketsuke::transcript::{Event, Note, Transcript};

use crate::vpcd::Vpcd;

/// A program under way, with what it has said on stderr so far.
pub struct Observing {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    said: String,
}

impl Observing {
    pub fn start(arguments: &[&str]) -> Observing {
        let mut child = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
            .args(arguments)
            .env("LANG", "en_US.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Observing {
            child,
            stderr,
            said: String::new(),
        }
    }

    /// Reads stderr until a line begins so, and returns the rest of that line.
    fn hears(&mut self, beginning: &str) -> String {
        loop {
            let mut line = String::new();
            let count = self.stderr.read_line(&mut line).unwrap();
            self.said.push_str(&line);
            assert!(count > 0, "{beginning:?} was never said: {}", self.said);
            if let Some(rest) = line.trim().strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
    }

    /// Waits for the end and returns the exit code, stdout and stderr.
    pub fn ends(mut self) -> (Option<i32>, String, String) {
        let mut out = self.child.stdout.take().unwrap();
        // Beside, since a result may be longer than a pipe holds.
        let stdout = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).map(|_| text).unwrap()
        });
        self.stderr.read_to_string(&mut self.said).unwrap();
        let stdout = stdout.join().unwrap();
        (self.child.wait().unwrap().code(), stdout, self.said)
    }
}

/// Waits until a process is gone; the bound is none that a test passes by.
fn is_gone(pid: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    let stat = Path::new("/proc").join(pid).join("stat");
    loop {
        let there = std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        if !there || Instant::now() > deadline {
            return !there;
        }
        std::thread::yield_now();
    }
}

fn cut_short(transcript: &Path) -> Option<String> {
    let text = std::fs::read_to_string(transcript).unwrap();
    let transcript = Transcript::from_ndjson(&text).unwrap();
    match &transcript.entries.last().unwrap().event {
        Event::Note(Note::CutShort { reason }) => Some(reason.clone()),
        _ => None,
    }
}

/// Observes `pin/correct` with a shell script; `meanwhile` is done once the script has said its
/// process id.
fn observe(
    options: &[&str],
    script: &str,
    meanwhile: impl FnOnce(&Observing),
) -> (Option<i32>, String, String, Option<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("seen.ndjson");
    let vpcd = Vpcd::new();
    let address = vpcd.address();
    let reader = std::thread::spawn(move || vpcd.take().gone());
    let mut arguments = vec!["observe", "pin/correct", "--vpcd", &address, "--transcript"];
    arguments.push(transcript.to_str().unwrap());
    arguments.extend(options);
    let script = format!("echo $$; {script}");
    arguments.extend(["--", "sh", "-c", &script]);
    let mut observing = Observing::start(&arguments);
    let pid = observing.hears("| ");
    meanwhile(&observing);
    let (code, stdout, stderr) = observing.ends();
    reader.join().unwrap();
    (code, stdout, stderr, cut_short(&transcript), pid)
}

#[test]
fn a_program_that_never_touches_the_card_proves_nothing() {
    let script = "echo $UKETSUKE_SCENARIO $UKETSUKE_VISIT; exit 3";
    let (code, stdout, stderr, cut, _) = observe(&[], script, |_| {});
    assert_eq!(code, Some(5), "{stderr}");
    assert!(stdout.contains("no card traffic is recorded"), "{stdout}");
    assert!(stderr.contains("| pin/correct 1\n"), "{stderr}");
    assert!(stderr.contains("exit status: 3"), "{stderr}");
    assert!(stderr.contains("no command reached the card"), "{stderr}");
    assert_eq!(cut, None);
}

#[test]
fn a_program_that_crashes_cuts_the_visit_short() {
    let (code, stdout, stderr, cut, _) = observe(&[], "kill -SEGV $$", |_| {});
    assert_eq!(code, Some(5), "{stderr}");
    assert!(stdout.contains("the program crashed"), "{stdout}");
    assert!(cut.unwrap().contains("SIGSEGV"));
}

#[test]
fn a_program_that_hangs_is_ended_with_its_descendants() {
    let script = "sleep 1000 & echo $! ; sleep 1000";
    let (code, _, stderr, cut, pid) = observe(&["--for", "1"], script, |_| {});
    assert_eq!(code, Some(5), "{stderr}");
    assert!(cut.unwrap().contains("time limit"));
    assert!(is_gone(&pid));
    let child = stderr
        .lines()
        .filter_map(|line| line.trim().strip_prefix("| "));
    assert!(is_gone(child.collect::<Vec<_>>()[0]), "{stderr}");
}

#[test]
fn whoever_interrupts_keeps_what_was_seen_and_leaves_nothing_running() {
    for signal in ["INT", "TERM", "HUP"] {
        let (code, stdout, stderr, cut, pid) = observe(&[], "sleep 1000", |observing| {
            let pid = observing.child.id().to_string();
            let sent = Command::new("kill").args(["-s", signal, &pid]).status();
            assert!(sent.unwrap().success());
        });
        assert_eq!(code, Some(130), "{signal}: {stderr}");
        assert!(stdout.contains("interrupted"), "{stdout}");
        assert!(cut.unwrap().contains("broke it off"));
        assert!(is_gone(&pid), "{signal}");
    }
}

#[test]
fn what_a_program_says_is_bounded_and_cannot_act_on_a_terminal() {
    let script = "printf '\\033[2Jx\\n'; head -c 1000000 /dev/zero | tr '\\0' y; echo";
    let (code, _, stderr, _, _) = observe(&[], script, |_| {});
    assert_eq!(code, Some(5));
    assert!(!stderr.contains('\u{1b}'));
    assert!(stderr.contains("| ␛[2Jx"), "{}", &stderr[..2000]);
    assert!(stderr.contains("not shown"));
    assert!(stderr.len() < 100_000, "{}", stderr.len());
}

#[test]
fn the_result_is_the_json_of_a_run_in_both_languages() {
    let (code, stdout, stderr, _, _) = observe(&["--format", "json"], "true", |_| {});
    assert_eq!(code, Some(5), "{stderr}");
    let result: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(result["summary"]["inconclusive"], 1);
    assert_eq!(result["scenarios"][0]["id"], "pin/correct");
    assert_eq!(result["scenarios"][0]["title"]["en"], "PIN typed right");
}

#[test]
fn a_scenario_of_another_day_or_for_another_part_does_not_apply() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.yaml");
    let written = |under_test: &str, card: &str, steps: &str| {
        format!(
            "title: {{ ja: 題, en: T }}\nrequirements: [IDV-02]\nunder-test: {under_test}\nat: 2025-12-20T09:15+09:00\ncard: {{ holder: adult{card} }}\nsteps: [present-card, {steps}take-card]\n"
        )
    };
    for (text, why) in [
        (
            written("any", ", issued: 2024-02-01", ""),
            "the date 2024-02-01",
        ),
        (written("backend", "", ""), "does not judge a reader"),
        (written("any", "", "wait: 1d, "), "`wait` cannot be given"),
    ] {
        std::fs::write(&file, text).unwrap();
        let id = file.to_str().unwrap();
        let observing = Observing::start(&["observe", id, "--vpcd", "127.0.0.1:1", "--", "true"]);
        let (code, stdout, stderr) = observing.ends();
        assert_eq!(code, Some(4), "{why}: {stdout}{stderr}");
        assert!(
            stdout.replace("\n    ", " ").contains(why),
            "{why}: {stdout}"
        );
    }
}

#[test]
fn what_cannot_be_started_or_reached_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("seen.ndjson");
    let transcript = transcript.to_str().unwrap();
    let vpcd = Vpcd::new();
    let address = vpcd.address();
    let reader = std::thread::spawn(move || vpcd.take().gone());
    for (address, says) in [
        (address.as_str(), "cannot be started"),
        ("127.0.0.1:1", "nothing listens"),
    ] {
        let arguments = ["observe", "pin/correct", "--transcript", transcript];
        let rest = ["--vpcd", address, "--", "./no-such-program"];
        let observing = Observing::start(&[&arguments[..], &rest[..]].concat());
        let (code, stdout, stderr) = observing.ends();
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
    }
    reader.join().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
