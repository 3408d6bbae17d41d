//! Logs of pcscd and of libpcscspy, read and judged. `tests/recordings/README.md` says what was done
//! while each was written; what must come out follows from that, and from the rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "recordings/secrets.rs"]
mod secrets;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use uketsuke::eligibility::Moment;
use uketsuke::judge::{Verdict, judge};
use uketsuke::recording::{Format, LINE_MAX, LOG_MAX, Recording, RecordingError, read};
use uketsuke::transcript::{CardEvent, Event};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recordings")
        .join(name)
}

fn log(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

fn at() -> Moment {
    "2026-01-05T09:00:00+09:00".parse().unwrap()
}

fn pcscd(log: &[u8]) -> Vec<Recording> {
    read(Format::Pcscd, log, None, at()).unwrap()
}

fn spy(log: &[u8]) -> Vec<Recording> {
    read(Format::PcscSpy, log, None, at()).unwrap()
}

fn one(recordings: Vec<Recording>) -> Recording {
    let [one] = <[Recording; 1]>::try_from(recordings).unwrap();
    one
}

/// Commands with their answers: header, secret's alias, status or why there is none.
fn traffic(recording: &Recording) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in &recording.transcript.entries {
        match &entry.event {
            Event::Command(command) => {
                let secret = command.secret.as_ref().map(ToString::to_string);
                let secret = secret.map_or_else(String::new, |it| format!(" {it}"));
                lines.push(format!("{}{secret}", hex::encode(&command.apdu.0)));
            }
            Event::Response(response) => {
                let told = response.status.clone().or(response.lost.clone());
                let withheld = response.withheld.map(|it| format!("+{it}"));
                let line = lines.last_mut().unwrap();
                *line = format!("{line} {}{}", told.unwrap(), withheld.unwrap_or_default());
                assert!(response.data.0.is_empty());
            }
            _ => {}
        }
    }
    lines
}

fn card_events(recording: &Recording) -> Vec<&'static str> {
    let events = recording.transcript.entries.iter();
    events
        .filter_map(|entry| match &entry.event {
            Event::Card(CardEvent::Presented { .. }) => Some("presented"),
            Event::Card(CardEvent::Removed) => Some("removed"),
            Event::Card(CardEvent::PowerOff) => Some("power off"),
            Event::Card(CardEvent::Reset) => Some("reset"),
            Event::Note(_) => Some("note"),
            _ => None,
        })
        .collect()
}

fn verdict(recording: &Recording, id: &str) -> Verdict {
    let judgement = judge(&recording.transcript.header.scenario, &recording.transcript);
    let id = id.parse().unwrap();
    let findings = judgement.findings.iter();
    let of_row = findings.filter(|finding| finding.requirement == id);
    of_row.map(|finding| finding.verdict).max().unwrap()
}

const SELECT_JPKI: &str = "00a4040c0ad392f000260100000001 9000";
const PIN: [&str; 6] = [
    SELECT_JPKI,
    "00a4020c020018 9000",
    "00200080 63C3",
    "0020008004 pin#1:4:digits 9000",
    "00a4020c020017 9000",
    "802a008033 pin#2:51:other 9000+256",
];

#[test]
fn a_check_in_by_pin_is_read_and_judged() {
    let recording = one(pcscd(&log("pcscd-pin.log")));
    assert_eq!(recording.slot, "Virtual PCD 00 00");
    assert_eq!(traffic(&recording), PIN);
    assert_eq!(
        card_events(&recording),
        ["presented", "power off", "removed"]
    );
    assert_eq!(recording.remarks, []);
    let roles = &recording.transcript.header.roles;
    assert_eq!(
        (roles.card.as_str(), roles.reader.as_str()),
        ("recorded", "observed")
    );
    for id in [
        "ACC-01", "ACC-02", "ACC-03", "ACC-05", "ACC-07", "ACC-10", "IDV-09",
    ] {
        assert_eq!(verdict(&recording, id), Verdict::Pass, "{id}");
    }
    for id in ["ACC-04", "IDV-01", "IDV-02", "IDV-04", "IDV-17", "CERT-03"] {
        assert_eq!(verdict(&recording, id), Verdict::Inconclusive, "{id}");
    }
}

#[test]
fn the_form_in_which_a_log_was_kept_makes_no_difference() {
    let plain = log("pcscd-pin.log");
    let text = String::from_utf8(plain.clone()).unwrap();
    let expected = pcscd(&plain);
    let each = |change: &dyn Fn(&str) -> String| text.lines().map(change).collect::<String>();
    let forms = [
        each(&|line| format!("{line}\r\n")),
        each(&|line| format!("Nov 22 10:37:25 host pcscd[412]: {line}\n")),
        each(&|line| format!("2026-11-22T10:37:25+0900 host pcscd[412]: {line}\n")),
        each(&|line| {
            format!(
                "\u{1b}[36m{}\u{1b}[0m\n",
                line.replacen(' ', "\u{1b}[0m [139] ", 1)
            )
        }),
        each(&|line| format!("{line}\nanother program says something\n")),
        format!("\u{feff}{text}"),
    ];
    for form in &forms {
        assert_eq!(pcscd(form.as_bytes()), expected, "{:.80}", form);
    }
}

#[test]
fn commands_alone_leave_open_what_needs_an_end() {
    let recording = one(pcscd(&log("pcscd-apdu-only.log")));
    assert_eq!(recording.slot, "");
    assert_eq!(recording.remarks.len(), 1);
    assert_eq!(card_events(&recording), ["presented"]);
    assert_eq!(verdict(&recording, "ACC-02"), Verdict::Inconclusive);
    assert_eq!(verdict(&recording, "ACC-05"), Verdict::Pass);
}

#[test]
fn what_the_card_was_made_to_do_wrong_is_found() {
    let twice = one(pcscd(&log("pcscd-pin-twice.log")));
    assert_eq!(verdict(&twice, "IDV-02"), Verdict::Fail);
    assert_eq!(verdict(&twice, "IDV-04"), Verdict::Inconclusive);
    let number = one(pcscd(&log("pcscd-my-number.log")));
    assert_eq!(verdict(&number, "ACC-02"), Verdict::Fail);
    let reset = one(pcscd(&log("pcscd-reset.log")));
    assert_eq!(
        card_events(&reset),
        ["presented", "reset", "power off", "removed"]
    );
    assert_eq!(verdict(&reset, "IDV-04"), Verdict::Fail);
    assert_ne!(verdict(&reset, "IDV-02"), Verdict::Fail);
}

#[test]
fn a_card_that_was_pulled_is_no_fault_of_the_reader() {
    let recording = one(pcscd(&log("pcscd-card-pulled.log")));
    let traffic = traffic(&recording);
    assert_eq!(
        traffic[3..],
        ["0020008004 pin#1:4:digits mute", "00a4020c020017 mute"]
    );
    assert_eq!(card_events(&recording), ["presented", "removed"]);
    let judgement = judge(&recording.transcript.header.scenario, &recording.transcript);
    assert!(
        judgement
            .findings
            .iter()
            .all(|it| it.verdict != Verdict::Fail)
    );
}

#[test]
fn each_reader_is_judged_by_itself() {
    let recordings = pcscd(&log("pcscd-two-readers.log"));
    let slots: Vec<&str> = recordings.iter().map(|it| it.slot.as_str()).collect();
    assert_eq!(slots, ["Virtual PCD 00 00", "Virtual PCD 00 01"]);
    assert_eq!(traffic(&recordings[0]), PIN[..4]);
    // The second card's PIN is another one: wrong, and then nothing was signed.
    assert_eq!(traffic(&recordings[1])[3], "0020008004 pin#1:4:digits 63C2");
    assert!(traffic(&recordings[1])[5].ends_with(" 6982"));
}

#[test]
fn extended_length_and_colours_are_read() {
    let recording = one(pcscd(&log("pcscd-extended.log")));
    let traffic_seen = traffic(&recording);
    assert_eq!(traffic_seen[2], "00200080000004 pin#1:4:digits 9000");
    assert_eq!(traffic_seen[5], "00b00000000000 9000+1900");
    assert_ne!(verdict(&recording, "IDV-09"), Verdict::Fail);
    let colour = one(pcscd(&log("pcscd-colour.log")));
    assert_eq!(traffic(&colour), [SELECT_JPKI]);
}

#[test]
fn the_spy_librarys_log_and_what_is_shown_of_it_say_the_same() {
    let raw = one(spy(&log("spy-sign.raw")));
    let shown = one(spy(&log("spy-sign.txt")));
    assert_eq!(traffic(&raw), traffic(&shown));
    let [.., verify, select, sign] = &traffic(&raw)[..] else {
        panic!("three commands at least");
    };
    assert_eq!(verify, "0020008004 pin#1:4:digits 9000");
    assert_eq!(select, "00a4020c020017 9000");
    assert_eq!(sign, "802a008033 pin#2:51:other 9000+256");
    // The log of the library says when it was.
    assert_eq!(raw.transcript.entries[0].at.day().to_string(), "2026-11-22");
    assert_eq!(shown.transcript.entries[0].at.day(), at().day());
}

#[test]
fn what_opensc_probes_before_it_knows_the_card_breaks_nothing() {
    let recording = one(spy(&log("spy-opensc-tool.raw")));
    assert_eq!(recording.slot, "Virtual PCD 00 00");
    assert_eq!(traffic(&recording).last().unwrap(), SELECT_JPKI);
    let judgement = judge(&recording.transcript.header.scenario, &recording.transcript);
    assert!(
        judgement
            .findings
            .iter()
            .all(|it| it.verdict != Verdict::Fail)
    );
}

#[test]
fn with_the_scenario_that_was_acted_out_the_pin_is_compared() {
    for (id, expect) in [("pin/correct", "pass"), ("pin/last-try-wrong", "fail")] {
        let output = run(
            &["--input", "pcscd", "--scenario", id, "--format", "json"],
            "pcscd-pin.log",
        );
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["scenarios"][0]["findings"].as_array().unwrap();
        let pin = findings
            .iter()
            .find(|it| it["requirement"] == "IDV-02")
            .unwrap();
        assert_eq!(pin["verdict"], expect, "{id}: {pin}");
    }
}

fn run(arguments: &[&str], file: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(["--lang", "en", "judge"])
        .args(arguments)
        .arg(path(file))
        .output()
        .unwrap()
}

#[test]
fn the_command_line_says_how_it_ended() {
    let code = |format, file| run(&["--input", format], file).status.code();
    assert_eq!(code("pcscd", "pcscd-pin.log"), Some(0));
    assert_eq!(code("pcscd", "pcscd-my-number.log"), Some(1));
    assert_eq!(code("pcsc-spy", "spy-cut.raw"), Some(5));
    let wrong = run(&["--input", "pcsc-spy"], "pcscd-pin.log");
    assert_eq!(wrong.status.code(), Some(3));
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert!(message.contains("line 1: a log of libpcscspy"), "{message}");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    run(
        &["--input", "pcscd", "--transcripts", folder],
        "pcscd-pin.log",
    );
    let again = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(["judge", &format!("{folder}/recording-1.ndjson")])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(0));
    // The card of a log may be a real one, and whatever is said of it says so.
    let first = run(&["--input", "pcscd"], "pcscd-pin.log").stdout;
    for out in [&first, &again.stdout] {
        let said = String::from_utf8_lossy(out);
        let line = said.lines().next().unwrap();
        assert!(
            line.contains("SIMULATION") && line.contains("whose card may be real"),
            "{line}"
        );
        assert!(!line.contains("no real card"), "{line}");
    }
}

#[test]
fn a_log_that_is_cut_anywhere_gives_what_was_there() {
    for (name, format) in [
        ("pcscd-pin.log", Format::Pcscd),
        ("spy-sign.raw", Format::PcscSpy),
        ("spy-sign.txt", Format::PcscSpy),
    ] {
        let whole = log(name);
        let all = traffic(&one(read(format, &whole, None, at()).unwrap()));
        for end in (0..whole.len()).step_by(3) {
            match read(format, &whole[..end], None, at()) {
                Ok(recordings) => {
                    let mut seen = traffic(&one(recordings));
                    let last = seen.pop().unwrap();
                    assert_eq!(seen, all[..seen.len()], "{name} {end}");
                    assert!(all[seen.len()].starts_with(&last), "{name} {end}: {last}");
                }
                Err(
                    RecordingError::NoTraffic { .. }
                    | RecordingError::Broken { .. }
                    | RecordingError::Line { line: 1, .. },
                ) => {}
                Err(error) => panic!("{name} {end}: {error}"),
            }
        }
    }
}

#[test]
fn where_a_log_is_cut_is_said() {
    let recording = one(spy(&log("spy-cut.raw")));
    assert_eq!(card_events(&recording), ["presented", "note"]);
    assert!(recording.remarks[0].en.starts_with("line 34: "));
    let recording = one(pcscd(
        b"00000001 APDU: 00 20 00 80 \n00000001 SW: 63 C3 \n00000001 APDU: 00 20 00",
    ));
    assert_eq!(traffic(&recording), ["00200080 63C3"]);
    assert!(recording.remarks[0].en.starts_with("line 3: "));
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let error = |format, log: &[u8]| read(format, log, None, at()).unwrap_err();
    let line = |error| match error {
        RecordingError::Line { line, .. } => line,
        other => panic!("{other}"),
    };
    assert_eq!(line(error(Format::Pcscd, b"00000001 APDU: 00 2\n")), 1);
    assert_eq!(
        line(error(
            Format::Pcscd,
            b"00000001 APDU: 00 20 00 80\n00000001 SW: 9x 00\n"
        )),
        2
    );
    assert_eq!(
        line(error(Format::Pcscd, "rubbish\n".repeat(5_000).as_bytes())),
        1_001
    );
    assert_eq!(line(error(Format::PcscSpy, b"\nrubbish\n")), 2);
    let raw = String::from_utf8(log("spy-sign.raw")).unwrap();
    let wrong = raw.replacen("00 20 00 80 04 31 32 33 34 ", "00 20 00 80 04 31 32 ", 1);
    let place = raw
        .lines()
        .position(|it| it.contains("00 20 00 80 04"))
        .unwrap()
        + 1;
    assert_eq!(line(error(Format::PcscSpy, wrong.as_bytes())), place);
    let long = vec![b'0'; LINE_MAX + 1];
    assert_eq!(
        error(Format::Pcscd, &long),
        RecordingError::LongLine { line: 1 }
    );
    assert_eq!(
        error(Format::PcscSpy, &vec![0; LOG_MAX + 1]),
        RecordingError::TooLong
    );
    assert_eq!(
        error(Format::Pcscd, b"\xFF\xFE0\x00"),
        RecordingError::Encoding
    );
    assert!(matches!(
        error(Format::Pcscd, b""),
        RecordingError::NoTraffic { lines: 0, .. }
    ));
}

/// Lines of two exchanges at once, of which nothing says whose they are, are not guessed at.
#[test]
fn mixed_lines_end_the_judging() {
    let start = |client| {
        format!(
            "00000001 winscard_svc.c:361:ContextThread() Received command: TRANSMIT from client {client}\n"
        )
    };
    let log = format!(
        "{}{}00000001 APDU: 00 20 00 80 \n00000001 APDU: 00 84 00 00 08 \n00000001 SW: 63 C3 \n",
        start(1),
        start(2)
    );
    let error = read(Format::Pcscd, log.as_bytes(), None, at()).unwrap_err();
    let at_line_3 = matches!(error, RecordingError::Broken { line: 3, .. });
    assert!(at_line_3, "{error}");
    // With the numbers of threads, which coloured logs have, everything has its place.
    let threads = [1, 2, 1, 2, 1];
    let numbered = log.lines().zip(threads);
    let log: String = numbered
        .map(|(line, thread)| format!("{}\n", line.replacen(' ', &format!(" [{thread}] "), 1)))
        .collect();
    let recording = one(pcscd(log.as_bytes()));
    assert_eq!(traffic(&recording), ["00200080 63C3", "0084000008"]);
}
