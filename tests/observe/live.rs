//! An observation that the terminal UI follows, before a vpcd of our own.

use std::path::Path;

use tempfile::TempDir;
use uketsuke::judge::{Finding, Verdict, judge};
use uketsuke::observe::{Answered, Progress, Question, Setup};
use uketsuke::transcript::{Event, Note, Transcript};

use crate::program::Observing;
use crate::session::Session;
use crate::vpcd::{Slot, Vpcd};
use crate::{SELECT_JPKI, STEPS, setup, watch};

const LEFT: &str = "\u{1b}[D";
const END: &str = "\u{1b}[F";

/// A folder with a scenario in it, and where its transcript goes.
fn folder() -> (TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("led.yaml");
    std::fs::write(&file, format!("title: {{ ja: 題, en: T }}\nrequirements: [IDV-02]\nunder-test: reader\nat: now\ncard: {{ holder: adult }}\nsteps:\n{STEPS}")).unwrap();
    let seen = folder.path().join("seen.ndjson");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (file, seen) = (text(&file), text(&seen));
    (folder, file, seen)
}

fn transcript(seen: &str) -> Transcript {
    let text = std::fs::read_to_string(seen).unwrap();
    assert!(!text.contains("1234"), "a PIN in clear");
    Transcript::from_ndjson(&text).unwrap()
}

fn is_cut_short(transcript: &Transcript) -> bool {
    let last = transcript.entries.last().map(|entry| &entry.event);
    matches!(last, Some(Event::Note(Note::CutShort { .. })))
}

#[test]
fn an_operator_follows_a_reader_command_by_command_and_walks_back_meanwhile() {
    for (columns, rows) in [(80, 24), (120, 36)] {
        let (_folder, file, seen) = folder();
        let vpcd = Vpcd::new();
        let address = vpcd.address();
        let arguments = [
            "observe",
            &file,
            "--tui",
            "--vpcd",
            &address,
            "--transcript",
            &seen,
        ];
        let mut session = Session::start(columns, rows, &arguments);
        session.wait_for("のカードを置きます");
        session.press("\r");
        let mut slot = vpcd.take();
        session.wait_for("暗証番号を選ぶ");
        session.press("\r");
        session.wait_for("暗証番号1234");
        slot.verify();
        // Card put in by its step, method chosen, the PIN asked for, three commands with answers.
        session.wait_for("10/10");
        session.wait_for("VERIFY pin#1");
        session.press(LEFT);
        session.wait_for("9/10");
        session.wait_for("Endで最新へ");
        assert_eq!(slot.apdu(SELECT_JPKI).as_deref(), Some("9000"));
        session.wait_for("9/12");
        session.press(END);
        session.wait_for("12/12");
        session.press("y");
        session.wait_for("情報提供の同意");
        session.press("?");
        session.wait_for("カードを取り出します");
        session.press("\r");
        slot.gone();
        session.wait_for("観測が終わりました");
        session.press("q");
        assert_eq!(session.end(), 5);
        session.assert_given_back();
        assert!(session.contents().contains("IDV-02"), "no report");
        assert!(!is_cut_short(&transcript(&seen)));
    }
}

/// Starts an observation of a program that goes on, and returns its process id.
fn endless(file: &str, seen: &str, vpcd: &Vpcd) -> (Session, Slot, String) {
    let address = vpcd.address();
    let arguments = [
        "observe",
        file,
        "--tui",
        "--vpcd",
        &address,
        "--transcript",
        seen,
        "--",
        "sh",
        "-c",
        "echo pid $$.; exec tail -f /dev/null",
    ];
    let mut session = Session::start(80, 24, &arguments);
    let slot = vpcd.take();
    session.wait_for("| pid ");
    session.wait_for(".");
    let contents = session.contents();
    let pid = contents.split("| pid ").nth(1).unwrap();
    let pid = pid.split('.').next().unwrap().to_owned();
    (session, slot, pid)
}

#[test]
fn leaving_ends_the_program_and_keeps_what_was_seen() {
    for way in ["q", "ctrl-c", "TERM"] {
        let (_folder, file, seen) = folder();
        let vpcd = Vpcd::new();
        let (mut session, slot, pid) = endless(&file, &seen, &vpcd);
        match way {
            "q" => {
                session.press("q");
                session.wait_for("もう一度q");
                session.press("q");
            }
            "ctrl-c" => session.press("\u{3}"),
            signal => session.signal(signal),
        }
        assert_eq!(session.end(), 130, "{way}");
        slot.gone();
        session.assert_given_back();
        assert!(is_cut_short(&transcript(&seen)), "{way}");
        assert!(
            !Path::new("/proc").join(&pid).exists(),
            "{way}: {pid} lives"
        );
    }
}

#[test]
fn what_cannot_be_observed_leaves_the_screen_and_says_why() {
    let (_folder, file, seen) = folder();
    let nobody = Vpcd::new().address();
    let arguments = ["observe", &file, "--tui", "--vpcd", &nobody, "--", "true"];
    let mut session = Session::start(80, 24, &arguments);
    assert_eq!(session.end(), 2);
    session.assert_given_back();
    assert!(
        session.contents().contains(&nobody),
        "{}",
        session.contents()
    );
    assert!(!Path::new(&seen).exists());
}

#[test]
fn without_a_terminal_there_is_nothing_to_draw_on() {
    let (code, out, err) = Observing::start(&["observe", "pin/correct", "--tui"]).ends();
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("--tui needs a terminal"), "{err}");
}

/// Says how often a PIN is judged to have been misused.
fn breaches(transcript: &Transcript) -> usize {
    let judgement = judge(&transcript.header.scenario, transcript);
    let pin = |it: &&Finding| it.requirement.to_string() == "IDV-02";
    let findings = judgement.findings.iter().filter(pin);
    findings.filter(|it| it.verdict == Verdict::Fail).count()
}

fn holds_verify(transcript: &Transcript) -> bool {
    let mut entries = transcript.entries.iter();
    let verify = entries
        .find(|entry| matches!(&entry.event, Event::Command(command) if command.secret.is_some()));
    verify.is_some_and(|verify| entries.any(|entry| entry.re == Some(verify.n)))
}

#[test]
fn a_pin_on_its_way_is_judged_as_typed_until_it_is_confirmed() {
    let vpcd = Vpcd::new();
    let setup = Setup {
        follow: true,
        ..setup(&vpcd)
    };
    let (asked, wanted) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut slot = vpcd.take();
        wanted.recv().unwrap();
        slot.verify();
        slot.gone();
    });
    let (sender, mut answers) = tokio::sync::mpsc::channel(4);
    let mut lengths = Vec::new();
    let mut on_its_way = 0;
    let observed = watch(
        STEPS,
        &setup,
        Some(&mut answers),
        |progress| match progress {
            Progress::Asked(Question::Give(2)) => asked.send(()).unwrap(),
            Progress::Asked(Question::Look(_)) => sender.try_send(Answered::Unknown).unwrap(),
            Progress::Asked(_) => sender.try_send(Answered::Enter).unwrap(),
            Progress::Recorded(recorded) => {
                lengths.push(recorded.transcript.entries.len());
                if recorded.asked().is_some()
                    && holds_verify(recorded.transcript)
                    && on_its_way == 0
                {
                    on_its_way += 1;
                    // As it stands nobody has typed it; as it is shown somebody is about to say so.
                    assert_eq!(breaches(recorded.transcript), 1);
                    assert_eq!(breaches(&recorded.so_far()), 0);
                    sender.try_send(Answered::Enter).unwrap();
                }
                if recorded.asked().is_none() {
                    assert_eq!(breaches(&recorded.so_far()), 0);
                }
            }
            _ => {}
        },
    )
    .unwrap();
    reader.join().unwrap();
    assert_eq!(on_its_way, 1);
    assert!(lengths.is_sorted() && lengths.len() > 3, "{lengths:?}");
    assert_eq!(breaches(&observed.transcript), 0);
}
