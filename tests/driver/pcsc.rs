//! Drivers whose reader reaches the card through PC/SC, before a vpcd of our own: its thread does at
//! the card what the reader does, when the driver tells it to.

use std::net::TcpListener;

use uketsuke::judge::{Verdict, judge};
use uketsuke::library::Library;
use uketsuke::runner::{Options, RunError, Vpcd as Place, play_blocking};
use uketsuke::scenario::{Playable, Source};
use uketsuke::transcript::{By, Event, Note, Transcript};

use crate::reader::{Reader, story, when_told};
use crate::vpcd::Slot;
use crate::{LONG, SELECT_JPKI, SELECT_USER_PIN, SHORT, Stage, Test};

/// VERIFY without data: how many tries are left (card.md §4).
const PIN_STATUS: &str = "00200080";
/// VERIFY of 4321, which is not the PIN.
const VERIFY_WRONG: &str = "002000800434333231";
/// VERIFY as a transcript names it: header and length alone.
const VERIFY_HEAD: &str = "0020008004";
/// What [`Slot::verify`](crate::vpcd::Slot::verify) makes of it: commands and answers.
const VERIFIED: [&str; 6] = [
    SELECT_JPKI,
    "9000",
    SELECT_USER_PIN,
    "9000",
    VERIFY_HEAD,
    "9000",
];

pub const TESTS: &[Test] = &[
    (
        "what_crosses_at_a_slot_stands_in_the_order_of_cause_and_effect",
        what_crosses_at_a_slot_stands_in_the_order_of_cause_and_effect,
    ),
    (
        "lines_stand_among_commands_as_they_were_written",
        lines_stand_among_commands_as_they_were_written,
    ),
    (
        "a_card_that_comes_again_has_kept_its_counter",
        a_card_that_comes_again_has_kept_its_counter,
    ),
    (
        "of_a_card_that_a_fault_pulls_the_driver_hears_once",
        of_a_card_that_a_fault_pulls_the_driver_hears_once,
    ),
    (
        "a_fault_that_comes_with_the_card_in_strikes_there",
        a_fault_that_comes_with_the_card_in_strikes_there,
    ),
    (
        "pcscd_that_ends_is_an_error_and_no_verdict",
        pcscd_that_ends_is_an_error_and_no_verdict,
    ),
    (
        "a_driver_that_fails_leaves_no_card_in",
        a_driver_that_fails_leaves_no_card_in,
    ),
    (
        "resets_without_end_cut_the_play_short",
        resets_without_end_cut_the_play_short,
    ),
    (
        "without_a_slot_nothing_is_played",
        without_a_slot_nothing_is_played,
    ),
    (
        "a_card_that_never_answers_is_not_presented",
        a_card_that_never_answers_is_not_presented,
    ),
    (
        "commands_through_the_pipe_break_the_protocol",
        commands_through_the_pipe_break_the_protocol,
    ),
];

const VISIT: &str = "[present-card, { choose: pin }, { enter-pin: \"1234\" }, { expect-screen: counter }, take-card]";

fn playable(steps: &str) -> Playable {
    let text = format!(
        "title: {{ ja: 試験, en: a test }}\nrequirements: [ACC-08]\nunder-test: reader\nat: 2025-12-20T09:15+09:00\ncard: {{ holder: adult }}\nsteps: {steps}\n"
    );
    let source = Source {
        id: "test/pcsc".to_owned(),
        origin: "pcsc.yaml".to_owned(),
        text,
    };
    let library = Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    source.playables(library.deck(), now).unwrap().remove(0)
}

fn play(stage: &Stage, steps: &str, place: &Place) -> Result<Transcript, RunError> {
    let options = Options {
        reader: stage.drivers.clone(),
        vpcd: Some(place.clone()),
        ..Options::default()
    };
    play_blocking(&playable(steps), &options)
}

fn what_crosses_at_a_slot_stands_in_the_order_of_cause_and_effect() {
    let reader = Reader::new();
    let (place, stage) = (reader.place(), Stage::open(&reader.mode("good"), LONG));
    let thread = reader.start(|reader| {
        let mut slot = reader.vpcd.take();
        reader.when_told(|| {
            slot.verify();
            slot.control(2);
        });
        slot.gone();
    });
    let transcript = play(&stage, VISIT, &place).unwrap();
    thread.join().unwrap();
    let story = story(&transcript.entries);
    let mut expected = vec![
        "insert-card",
        "step 0",
        "Presented { person: \"adult\" }",
        "choose-method",
        "step 1",
        "pin-pad",
        "step 2",
    ];
    expected.extend(VERIFIED);
    expected.extend(["counter", "reached 3", "step 4", "Removed", "insert-card"]);
    // The reset has no answer to wait for: it comes when vpcd's thread sees it.
    let others: Vec<&str> = story.iter().map(String::as_str).collect();
    let (resets, others): (Vec<&str>, Vec<&str>) =
        others.into_iter().partition(|word| *word == "Reset");
    assert_eq!(others, expected);
    assert_eq!(resets.len(), 1);
    // Screens are known from the driver, what crosses at the card from us.
    for entry in &transcript.entries {
        let driven = matches!(entry.event, Event::Screen(_)).then_some(By::Driven);
        assert_eq!(entry.by, driven, "{entry:?}");
    }
    assert_eq!(transcript.header.roles.reader, "process");
    assert!(!transcript.to_ndjson().contains("31323334"));
}

fn lines_stand_among_commands_as_they_were_written() {
    let reader = Reader::new();
    let mode = reader.mode("shows-while-reading");
    let (place, stage) = (reader.place(), Stage::open(&mode, LONG));
    let thread = reader.start(|reader| {
        let mut slot = reader.vpcd.take();
        for _ in 0..2 {
            reader.when_told(|| slot.verify());
        }
        slot.gone();
    });
    let transcript = play(&stage, VISIT, &place).unwrap();
    thread.join().unwrap();
    let mut expected = vec!["step 2", "checking"];
    expected.extend(VERIFIED);
    expected.extend(["take-card", "checking", "take-card"]);
    expected.extend(VERIFIED);
    expected.extend(["counter", "reached 3"]);
    let story = story(&transcript.entries);
    let from = story.iter().position(|word| word == "step 2").unwrap();
    assert_eq!(story[from..from + expected.len()], expected);
}

fn a_card_that_comes_again_has_kept_its_counter() {
    let steps = "[present-card, { choose: pin }, { enter-pin: \"4321\" }, take-card, present-card, { choose: pin }, { enter-pin: \"1234\" }, take-card]";
    let reader = Reader::new();
    let (place, stage) = (reader.place(), Stage::open(&reader.mode("good"), LONG));
    let thread = reader.start(|reader| {
        for (first, then, answer) in [
            ("63c3", VERIFY_WRONG, "63c2"),
            ("63c2", crate::VERIFY, "9000"),
        ] {
            let mut slot = reader.vpcd.take();
            reader.when_told(|| {
                let commands = [
                    (SELECT_JPKI, "9000"),
                    (SELECT_USER_PIN, "9000"),
                    (PIN_STATUS, first),
                    (then, answer),
                ];
                for (command, expected) in commands {
                    assert_eq!(slot.apdu(command).as_deref(), Some(expected), "{command}");
                }
            });
            slot.gone();
        }
    });
    let transcript = play(&stage, steps, &place).unwrap();
    thread.join().unwrap();
    let told = |status: &str| {
        let words = story(&transcript.entries);
        words.iter().filter(|word| *word == status).count()
    };
    assert_eq!([told("63C3"), told("63C2")], [1, 2]);
    assert_eq!(transcript.entries.last().unwrap().visit, 2);
}

/// Selects, types the PIN, and meets what a fault has done.
fn until_pulled(slot: &mut Slot, last: Option<&str>) {
    for command in [SELECT_JPKI, SELECT_USER_PIN] {
        assert_eq!(slot.apdu(command).as_deref(), Some("9000"));
    }
    assert_eq!(slot.apdu(crate::VERIFY).as_deref(), last);
    assert_eq!(slot.apdu(PIN_STATUS), None);
}

fn of_a_card_that_a_fault_pulls_the_driver_hears_once() {
    for (when, last) in [("during", None), ("after", Some("9000"))] {
        let steps = format!(
            "[{{ fault: {{ card: {{ what: removed, when: {when}, command: verify }} }} }}, present-card, {{ choose: pin }}, {{ enter-pin: \"1234\" }}, {{ expect-screen: insert-card }}, take-card]"
        );
        let reader = Reader::new();
        let (place, stage) = (reader.place(), Stage::open(&reader.mode("good"), LONG));
        let thread = reader.start(move |reader| {
            let mut slot = reader.vpcd.take();
            reader.when_told(|| until_pulled(&mut slot, last));
        });
        let transcript = play(&stage, &steps, &place).unwrap();
        thread.join().unwrap();
        let story = story(&transcript.entries);
        let fault = format!("card removed {when} the command");
        let lost = if last.is_some() { "9000" } else { "gone" };
        let expected = [
            VERIFY_HEAD,
            fault.as_str(),
            lost,
            "Removed",
            "counter",
            // What the driver shows once it is told, and that there is nothing left to take.
            "insert-card",
            "reached 4",
            "moot 5",
        ];
        assert_eq!(story[story.len() - expected.len()..], expected, "{when}");
    }
}

fn a_fault_that_comes_with_the_card_in_strikes_there() {
    let steps = "[present-card, { choose: pin }, { fault: { card: { what: status, status: \"6F00\", command: verify } } }, { enter-pin: \"1234\" }, take-card]";
    let reader = Reader::new();
    let (place, stage) = (reader.place(), Stage::open(&reader.mode("good"), LONG));
    let thread = reader.start(|reader| {
        let mut slot = reader.vpcd.take();
        reader.when_told(|| {
            for (command, answer) in [
                (SELECT_JPKI, "9000"),
                (SELECT_USER_PIN, "9000"),
                (crate::VERIFY, "6f00"),
            ] {
                assert_eq!(slot.apdu(command).as_deref(), Some(answer));
            }
        });
        slot.gone();
    });
    let transcript = play(&stage, steps, &place).unwrap();
    thread.join().unwrap();
    let words = story(&transcript.entries);
    assert!(
        words.contains(&"card status before the command".to_owned()),
        "{words:?}"
    );
}

fn pcscd_that_ends_is_an_error_and_no_verdict() {
    let reader = Reader::new();
    let (place, stage) = (reader.place(), Stage::open(&reader.mode("good"), LONG));
    let thread = std::thread::spawn(move || {
        let Reader { vpcd, told } = reader;
        let mut slot = vpcd.take();
        when_told(&told, || {
            slot.verify();
            drop((slot, vpcd));
        });
    });
    let twice = format!("{}, present-card, take-card]", VISIT.trim_end_matches(']'));
    let result = play(&stage, &twice, &place);
    thread.join().unwrap();
    let Err(RunError::Unpresented { why, transcript }) = result else {
        panic!("{result:?}");
    };
    // Seen at once, or at the latest by the next card.
    assert!(
        why == "pcscd ended" || why.starts_with("nothing listens"),
        "{why}"
    );
    // What had happened by then is kept.
    let story = story(&transcript.entries);
    assert!(story.contains(&VERIFY_HEAD.to_owned()), "{story:?}");
    assert_eq!(story.last().unwrap(), "cut short");
    let judgement = judge(&transcript.header.scenario, &transcript);
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    // The card was taken once: that is no mistake of whoever started the run.
    assert_eq!(place.refusal(), None);
}

fn a_driver_that_fails_leaves_no_card_in() {
    for (mode, patience, verdict) in [
        ("dies", LONG, Verdict::Error),
        ("not-json", LONG, Verdict::Error),
        ("hangs", SHORT, Verdict::Inconclusive),
    ] {
        let reader = Reader::new();
        let (place, stage) = (reader.place(), Stage::open(&reader.mode(mode), patience));
        let thread = reader.start(|reader| {
            let mut slot = reader.vpcd.take();
            reader.when_told(|| slot.verify());
            slot.gone();
        });
        let transcript = play(&stage, VISIT, &place).unwrap();
        thread.join().unwrap();
        let judgement = judge(&transcript.header.scenario, &transcript);
        assert_eq!(judgement.verdict, verdict, "{mode}");
        let story = story(&transcript.entries);
        assert!(story.contains(&VERIFY_HEAD.to_owned()), "{mode}: {story:?}");
    }
}

fn resets_without_end_cut_the_play_short() {
    let reader = Reader::new();
    let (place, stage) = (reader.place(), Stage::open("pcsc-good", LONG));
    let thread = reader.start(|reader| {
        let mut slot = reader.vpcd.take();
        while slot.try_resets() {}
    });
    // Nobody types anything: only what the reader does by itself ends this.
    let steps = "[present-card, { expect-screen: counter }, { choose: pin }, { enter-pin: \"1234\" }, take-card]";
    let transcript = play(&stage, steps, &place).unwrap();
    thread.join().unwrap();
    let resets = story(&transcript.entries);
    let resets = resets.iter().filter(|word| *word == "Reset").count();
    assert!(resets <= 50_000, "{resets}");
}

fn without_a_slot_nothing_is_played() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = listener.local_addr().unwrap().to_string();
    drop(listener);
    let (place, stage) = (Place::new(&nowhere), Stage::open("pcsc-good", LONG));
    for _ in 0..2 {
        match play(&stage, VISIT, &place) {
            Err(RunError::Unpresented { why, .. }) => {
                assert!(why.starts_with("nothing listens on 127.0.0.1:"), "{why}");
                assert_eq!(place.refusal(), Some(why));
            }
            other => panic!("{other:?}"),
        }
    }
}

fn a_card_that_never_answers_is_not_presented() {
    for fault in [
        "what: mute",
        "what: mute, when: after, command: verify",
        "what: slow, by: 5s",
    ] {
        let steps = format!("[{{ fault: {{ card: {{ {fault} }} }} }}, present-card, take-card]");
        let stage = Stage::open("pcsc-good", LONG);
        match play(&stage, &steps, &Reader::new().place()) {
            Err(RunError::NotApplicable(why)) => {
                assert!(why.en.contains("without end"), "{fault}: {}", why.en);
            }
            other => panic!("{fault}: {other:?}"),
        }
    }
}

fn commands_through_the_pipe_break_the_protocol() {
    let reader = Reader::new();
    let (place, stage) = (reader.place(), Stage::open("pcsc-reaches-the-card", LONG));
    let thread = reader.start(|reader| reader.vpcd.take().gone());
    let transcript = play(&stage, VISIT, &place).unwrap();
    thread.join().unwrap();
    let failed = transcript
        .entries
        .iter()
        .find_map(|entry| match &entry.event {
            Event::Note(Note::ReaderFailed { reason }) => Some(reason.as_str()),
            _ => None,
        });
    let expected = "a message of type `transmit` where a card that is reached through PC/SC";
    assert!(failed.is_some_and(|it| it.contains(expected)), "{failed:?}");
}
