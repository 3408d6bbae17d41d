//! Readers under test behind a driver (`--reader process:`): drivers that behave and drivers that
//! do not. Nothing hangs, nothing is left running, and what went wrong is named.
//!
//! The drivers are this test program itself, started with `--play MODE MARKER`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "driver/document.rs"]
mod document;
#[path = "driver/hostile.rs"]
mod hostile;
#[path = "driver/pcsc.rs"]
mod pcsc;
#[path = "process/program.rs"]
mod program;
#[path = "driver/reader.rs"]
mod reader;
#[path = "observe/vpcd.rs"]
#[allow(dead_code)] // the slot is shared with other tests
mod vpcd;

use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::library::Library;
use uketsuke::program::Failed as Broken;
use uketsuke::reader::driven::{Drivers, OpenError, SILENT_PLAYS_MAX, open};
use uketsuke::runner::{Options, RunError, play_blocking};
use uketsuke::scenario::{Playable, Source};
use uketsuke::transcript::{By, Event, Note, Reply, Report, Role, Transcript};

use program::{Io, command, marker, running, runtime};

/// SELECT of the application, of the user PIN, and VERIFY of 1234 (card.md §2, §4).
const SELECT_JPKI: &str = "00a4040c0ad392f000260100000001";
const SELECT_USER_PIN: &str = "00a4020c020018";
const VERIFY: &str = "002000800431323334";

/// Longer than anything takes that is meant to come.
const LONG: Duration = Duration::from_secs(60);
/// Long enough for a program to start, short enough to be waited for.
const SHORT: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let [_, play, mode, _marker] = words.as_slice()
        && play == "--play"
    {
        return hostile::play(mode);
    }
    let trials = TESTS
        .iter()
        .chain(document::TESTS)
        .chain(pcsc::TESTS)
        .map(|(name, test)| {
            Trial::test(*name, move || {
                test();
                Ok::<(), Failed>(())
            })
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    (
        "what_a_driver_does_is_recorded",
        what_a_driver_does_is_recorded,
    ),
    ("a_driver_is_handed_on", a_driver_is_handed_on),
    ("a_broken_protocol_is_named", a_broken_protocol_is_named),
    (
        "death_is_an_error_with_its_status",
        death_is_an_error_with_its_status,
    ),
    ("silence_is_inconclusive", silence_is_inconclusive),
    ("a_flood_is_stopped", a_flood_is_stopped),
    ("a_silent_driver_is_given_up", a_silent_driver_is_given_up),
    ("a_wrong_hello_opens_nothing", a_wrong_hello_opens_nothing),
    (
        "what_a_driver_cannot_do_is_not_applicable",
        what_a_driver_cannot_do_is_not_applicable,
    ),
    (
        "a_screen_that_comes_later_is_waited_for",
        a_screen_that_comes_later_is_waited_for,
    ),
    (
        "a_screen_that_never_comes_is_not",
        a_screen_that_never_comes_is_not,
    ),
    (
        "a_pin_in_a_log_is_an_alias_and_a_fact",
        a_pin_in_a_log_is_an_alias_and_a_fact,
    ),
    (
        "inquiries_of_its_own_are_told",
        inquiries_of_its_own_are_told,
    ),
    ("a_pin_is_in_no_log_of_ours", a_pin_is_in_no_log_of_ours),
    (
        "a_reader_of_today_is_played_today",
        a_reader_of_today_is_played_today,
    ),
    (
        "the_command_line_refuses_what_does_not_fit",
        the_command_line_refuses_what_does_not_fit,
    ),
];

/// A visit in which the patient types a PIN. Its purpose is that the reader tells what to do.
fn visit() -> Playable {
    let text = "title: { ja: 試験, en: a test }\nrequirements: [ACC-08]\nunder-test: reader\nat: 2025-12-20T09:15+09:00\ncard: { holder: adult }\nsteps: [present-card, { choose: pin }, { enter-pin: \"1234\" }, { expect-screen: counter }, take-card]\n";
    let source = Source {
        id: "test/visit".to_owned(),
        origin: "visit.yaml".to_owned(),
        text: text.to_owned(),
    };
    let library = Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    source.playables(library.deck(), now).unwrap().remove(0)
}

/// One driver, opened.
struct Stage {
    drivers: Option<Arc<Drivers>>,
    io: Option<Io>,
    marker: String,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn open(mode: &str, patience: Duration) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let marker = marker(&folder);
        let (io, handle) = Io::start();
        let opened = runtime().block_on(open(&command(mode, &marker), patience, handle));
        Stage {
            drivers: Some(opened.unwrap_or_else(|error| panic!("{mode}: {error}"))),
            io: Some(io),
            marker,
            _folder: folder,
        }
    }

    fn play(&self) -> Result<Transcript, RunError> {
        let options = Options {
            reader: self.drivers.clone(),
            ..Options::default()
        };
        play_blocking(&visit(), &options)
    }

    fn judged(&self) -> (Transcript, Judgement) {
        let transcript = self.play().unwrap();
        let judgement = judge(&transcript.header.scenario, &transcript);
        (transcript, judgement)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.drivers = None;
        if !std::thread::panicking() {
            assert_eq!(running(&self.marker), 0, "something was left running");
        }
        if let Some(io) = self.io.take() {
            io.end();
        }
    }
}

/// Plays a driver that fails in the middle of the visit; returns why, and the verdict.
fn failing(mode: &str, patience: Duration) -> (String, Verdict) {
    let stage = Stage::open(mode, patience);
    let (transcript, judgement) = stage.judged();
    let last = transcript.entries.last().unwrap();
    let why = match &last.event {
        Event::Note(Note::ReaderFailed { reason } | Note::CutShort { reason }) => reason.clone(),
        other => panic!("{mode}: {other:?}"),
    };
    // What had happened by then is kept, and the secret is nowhere.
    let text = transcript.to_ndjson();
    assert!(text.contains("pin#1:4:digits"), "{mode}");
    assert!(!text.contains("1234\""), "{mode}: {text}");
    (why, judgement.verdict)
}

fn what_a_driver_does_is_recorded() {
    let stage = Stage::open("reaches-the-card", LONG);
    let (transcript, judgement) = stage.judged();
    assert_eq!(transcript.header.roles.reader, "process");
    assert_eq!(transcript.header.clock, "virtual");
    let kinds: Vec<(&str, Option<By>)> = transcript
        .entries
        .iter()
        .map(|entry| (entry.event.kind(), entry.by))
        .collect();
    let driven = Some(By::Driven);
    let expected = [
        ("screen", driven),
        ("stimulus", None),
        ("card", None),
        ("screen", driven),
        ("stimulus", None),
        ("screen", driven),
        ("stimulus", None),
        ("command", driven),
        ("response", None),
        ("screen", driven),
        ("note", None),
        ("stimulus", None),
        ("card", None),
        ("screen", driven),
    ];
    assert_eq!(kinds, expected);
    // It never sent the PIN that was typed.
    assert_eq!(finding(&judgement, "IDV-02"), Verdict::Fail);
}

fn a_driver_is_handed_on() {
    let stage = Stage::open("good", LONG);
    let first = stage.play().unwrap();
    assert_eq!(running(&stage.marker), 1);
    assert_eq!(stage.play().unwrap(), first);
    assert_eq!(running(&stage.marker), 1);
}

fn a_broken_protocol_is_named() {
    // Line 1 is `hello`; `begin` and two stimuli bring two lines each; line 8 answers the PIN.
    for (mode, expected) in [
        (
            "not-json",
            "line 8 of the driver: expected value at line 1 column 1; one line with one JSON object was expected",
        ),
        (
            "not-utf8",
            "line 8 of the driver: a line that is not UTF-8 (byte 10)",
        ),
        (
            "unknown-type",
            "line 8 of the driver: unknown variant `pin-1234`",
        ),
        (
            "unknown-member",
            "line 8 of the driver: unknown field `pin`",
        ),
        (
            "no-such-screen",
            "line 8 of the driver: unknown variant `welcome`",
        ),
        (
            "wrong-layout",
            "line 8 of the driver: the screen `pin-pad` with keys that are not each digit once",
        ),
        (
            "hello-again",
            "line 8 of the driver: a message of type `hello` where what the reader does",
        ),
        (
            "cannot-midway",
            "line 8 of the driver: a message of type `cannot` where what the reader does",
        ),
        (
            "tells-without-a-backend",
            "line 8 of the driver: a message of type `asked` where `ask`, as `hello` said",
        ),
        (
            "asks-all-the-same",
            "line 8 of the driver: a message of type `ask` where `asked`, as `hello` said",
        ),
        (
            "speaks-too-early",
            "a line that came while uketsuke had the word",
        ),
        (
            "speaks-while-idle",
            "a line that came while uketsuke had the word",
        ),
        ("half", "output that ends in the middle of a line"),
        ("long-line", "a line of more than 4194304 bytes"),
    ] {
        let (why, verdict) = failing(mode, LONG);
        let expected = expected.replace("pin-1234", "pin-pin#1");
        assert!(why.starts_with(&expected), "{mode}: {why}");
        assert_eq!(verdict, Verdict::Error, "{mode}");
    }
}

fn death_is_an_error_with_its_status() {
    let (why, verdict) = failing("dies", LONG);
    assert_eq!(why, "the program ended with exit status 7");
    assert_eq!(verdict, Verdict::Error);
}

fn silence_is_inconclusive() {
    let (why, verdict) = failing("hangs", SHORT);
    assert_eq!(why, "the driver was silent: nothing came within 3000 ms");
    assert_eq!(verdict, Verdict::Inconclusive);
}

fn a_silent_driver_is_given_up() {
    let stage = Stage::open("hangs", Duration::from_secs(1));
    for _ in 0..SILENT_PLAYS_MAX {
        assert_eq!(stage.judged().1.verdict, Verdict::Inconclusive);
    }
    let (transcript, judgement) = stage.judged();
    // Nobody is asked any more: there is nothing but the note that says so.
    assert_eq!(transcript.entries.len(), 1);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
}

fn a_flood_is_stopped() {
    let (why, verdict) = failing("floods", LONG);
    assert_eq!(why, "the reader did 4000 things without waiting for anyone");
    assert_eq!(verdict, Verdict::Inconclusive);
}

fn a_wrong_hello_opens_nothing() {
    for (mode, patience, expected) in [
        (
            "other-protocol",
            LONG,
            "the protocol `uketsuke-reader/2` where `uketsuke-reader/1` was expected",
        ),
        (
            "no-hello",
            LONG,
            "a message of type `screen` where `hello` was expected",
        ),
        ("hello-without-card", LONG, "missing field `card`"),
        (
            "exits-at-once",
            LONG,
            "the program ended with exit status 3",
        ),
        ("silent-hello", SHORT, "nothing came within 3000 ms"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let marker = marker(&folder);
        let (io, handle) = Io::start();
        let opened = runtime().block_on(open(&command(mode, &marker), patience, handle.clone()));
        let Err(OpenError::Failed(failed)) = opened else {
            panic!("{mode}: something was opened");
        };
        assert!(failed.to_string().starts_with(expected), "{mode}: {failed}");
        io.end();
        assert_eq!(running(&marker), 0, "{mode}");
        // Every play meets the same failure, and says so.
        let options = Options {
            reader: Some(Drivers::gone(failed.clone(), handle)),
            ..Options::default()
        };
        let transcript = play_blocking(&visit(), &options).unwrap();
        let verdict = judge(&transcript.header.scenario, &transcript).verdict;
        let silent = matches!(failed, Broken::Silent { .. });
        let expected = if silent {
            Verdict::Inconclusive
        } else {
            Verdict::Error
        };
        assert_eq!(verdict, expected, "{mode}");
    }
    let (io, handle) = Io::start();
    let nowhere = ["/no/such/driver".to_owned()];
    let opened = runtime().block_on(open(&nowhere, LONG, handle));
    assert!(matches!(opened, Err(OpenError::Usage(why)) if why.contains("/no/such/driver")));
    io.end();
}

fn what_a_driver_cannot_do_is_not_applicable() {
    for (mode, expected) in [
        ("cannot-at-begin", "no ambulances"),
        ("pcsc-good", "no slot of vpcd is named"),
    ] {
        let stage = Stage::open(mode, LONG);
        match stage.play() {
            Err(RunError::NotApplicable(why)) => assert!(why.en.contains(expected), "{}", why.en),
            other => panic!("{mode}: {other:?}"),
        }
    }
}

fn unmet(transcript: &Transcript) -> usize {
    let entries = transcript.entries.iter();
    entries
        .filter(|entry| matches!(entry.event, Event::Note(Note::Unmet { .. })))
        .count()
}

fn a_screen_that_comes_later_is_waited_for() {
    let (transcript, _) = Stage::open("shows-later", LONG).judged();
    assert_eq!(unmet(&transcript), 0, "{transcript:?}");
}

fn a_screen_that_never_comes_is_not() {
    let (transcript, judgement) = Stage::open("shows-never", SHORT).judged();
    assert_eq!(unmet(&transcript), 1, "{transcript:?}");
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
}

fn finding(judgement: &Judgement, id: &str) -> Verdict {
    let id = id.parse().unwrap();
    let mut all = judgement.findings.iter();
    all.find(|finding| finding.requirement == id)
        .unwrap()
        .verdict
}

fn a_pin_in_a_log_is_an_alias_and_a_fact() {
    let (transcript, judgement) = Stage::open("logs-a-pin", LONG).judged();
    let reports: Vec<&Report> = transcript
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Report(report) => Some(report),
            _ => None,
        })
        .collect();
    let expected = Report::Log {
        text: "VERIFY 00 20 00 80 04 pin#1, 12 digits 123412341234".to_owned(),
        holds: vec!["pin#1".to_owned()],
    };
    assert_eq!(reports, [&expected]);
    assert_eq!(finding(&judgement, "ACC-17"), Verdict::Fail);
    let (_, without) = Stage::open("good", LONG).judged();
    assert_eq!(finding(&without, "ACC-17"), Verdict::NotApplicable);
}

fn inquiries_of_its_own_are_told() {
    let (transcript, _) = Stage::open("tells-of-its-own", LONG).judged();
    assert_eq!(transcript.header.roles.backend, "own");
    let told: Vec<_> = transcript
        .entries
        .iter()
        .filter(|entry| matches!(entry.event, Event::Inquiry(_) | Event::Answer(_)))
        .collect();
    assert_eq!(told.len(), 4);
    assert!(told.iter().all(|entry| entry.by == Some(By::Driven)));
    assert_eq!((told[0].from, told[1].to), (Role::Reader, Role::Reader));
    assert!(matches!(told[1].event, Event::Answer(Reply::Answer(_))));
    assert!(matches!(told[3].event, Event::Answer(Reply::Outage(_))));
}

/// Runs the program with a driver of this test program.
fn uketsuke(mode: &str, arguments: &[&str]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let driver = command(mode, &marker(&folder)).join("' '");
    Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(["run", "--reader", &format!("process:'{driver}'")])
        .args(arguments)
        .output()
        .unwrap()
}

fn a_pin_is_in_no_log_of_ours() {
    let output = uketsuke(
        "pin-to-stderr",
        &["pin/correct", "-vvv", "--format", "ndjson"],
    );
    let (out, err) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(
        err.contains("the reader's standard error: stderr says ••• and •••"),
        "{err}"
    );
    for text in [&out, &err] {
        assert!(
            !text.contains("1234 ") && !text.contains("31323334"),
            "{text}"
        );
    }
}

fn a_reader_of_today_is_played_today() {
    let output = uketsuke(
        "real-date",
        &["certificate/grace", "pin/correct", "--format", "json"],
    );
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("its date cannot be set"), "{err}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdicts: Vec<&str> = report["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scenario| scenario["verdict"].as_str().unwrap())
        .collect();
    let (plain, dated) = verdicts.split_last().unwrap();
    assert!(dated.iter().all(|verdict| *verdict == "not-applicable"));
    assert!(report.to_string().contains("it states the date"));
    assert_ne!(*plain, "not-applicable", "{report}");
}

fn the_command_line_refuses_what_does_not_fit() {
    for (arguments, expected) in [
        (
            ["pin/correct", "--fault", "pin-sent-twice"],
            "uketsuke drive --fault pin-sent-twice",
        ),
        (["pin/correct", "--reader-timeout", "0"], "1..=600"),
    ] {
        let output = uketsuke("good", &arguments);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains(expected), "{err}");
    }
}
