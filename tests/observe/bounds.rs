//! What a slot or a reader may do to us, and what is kept then.

use std::net::TcpListener;

use uketsuke::observe::{EVENTS_MAX, Ended, ObserveError};
use uketsuke::transcript::{Event, Note, Transcript};

use crate::vpcd::Vpcd;
use crate::{SELECT_JPKI, SELECT_USER_PIN, STEPS, VERIFY, setup, story, watch};

#[test]
fn pcscd_that_ends_with_the_card_in_leaves_the_transcript_so_far() {
    let vpcd = Vpcd::new();
    let setup = setup(&vpcd);
    let reader = std::thread::spawn(move || {
        let mut slot = vpcd.take();
        slot.verify();
    });
    let observed = watch(STEPS, &setup, None, |_| {}).unwrap();
    reader.join().unwrap();
    assert!(matches!(observed.ended, Ended::Broken(_)), "{observed:?}");
    let story = story(&observed.transcript.entries);
    assert_eq!(story[0], "Presented { person: \"adult\" }");
    assert_eq!(story[story.len() - 3..], ["9000", "Removed", "cut short"]);
    let text = observed.transcript.to_ndjson();
    assert!(!text.contains("1234") && !text.contains("31323334"));
    assert_eq!(Transcript::from_ndjson(&text).unwrap().to_ndjson(), text);
}

#[test]
fn pcscd_that_ends_in_the_second_visit_leaves_the_first() {
    let steps = "- present-card\n- take-card\n- present-card\n- take-card\n";
    let vpcd = Vpcd::new();
    let mut setup = setup(&vpcd);
    setup.command = vec!["true".into()];
    let reader = std::thread::spawn(move || vpcd.take().gone());
    let observed = watch(steps, &setup, None, |_| {}).unwrap();
    reader.join().unwrap();
    assert!(matches!(observed.ended, Ended::Broken(_)), "{observed:?}");
    let story = story(&observed.transcript.entries);
    assert_eq!(
        story[..4],
        [
            "step 0",
            "Presented { person: \"adult\" }",
            "step 1",
            "Removed"
        ]
    );
    assert_eq!(story.last().unwrap(), "cut short");
}

#[test]
fn resets_without_end_end_the_observation() {
    let vpcd = Vpcd::new();
    let setup = setup(&vpcd);
    let reader = std::thread::spawn(move || {
        let mut slot = vpcd.take();
        while slot.try_resets() {}
    });
    let observed = watch(STEPS, &setup, None, |_| {}).unwrap();
    reader.join().unwrap();
    assert_eq!(observed.ended, Ended::Flood);
    let entries = &observed.transcript.entries;
    // The resets, the card in and out, and that it was cut short.
    assert_eq!(entries.len(), EVENTS_MAX + 3);
    let last = &entries[entries.len() - 1].event;
    assert!(matches!(last, Event::Note(Note::CutShort { .. })));
}

#[test]
fn where_nothing_listens_nothing_is_observed() {
    let vpcd = Vpcd::new();
    let setup = setup(&vpcd);
    drop(vpcd);
    let error = watch(STEPS, &setup, None, |_| {}).unwrap_err();
    assert!(matches!(error, ObserveError::NoReader(_)), "{error}");
}

#[test]
fn a_slot_in_use_takes_no_card() {
    // Accepts, as the system does for vpcd, and never asks for the card.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut setup = setup(&Vpcd::new());
    setup.address = listener.local_addr().unwrap().to_string();
    let mut told = Vec::new();
    let error = watch(STEPS, &setup, None, |progress| {
        told.push(format!("{progress:?}"))
    });
    assert_eq!(told, ["Begins", "NotTaken"]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("another card"), "{error}");
}

#[test]
fn a_fault_that_pulls_the_card_is_no_failure_of_the_slot() {
    let steps = "- present-card\n- fault: { card: { what: removed, command: verify, when: during } }\n- enter-pin: \"1234\"\n- take-card\n";
    let vpcd = Vpcd::new();
    let mut setup = setup(&vpcd);
    let folder = tempfile::tempdir().unwrap();
    let used = folder.path().join("used");
    // The program ends once the reader has used the card.
    let script = format!("until [ -e {} ]; do :; done", used.display());
    setup.command = ["sh", "-c", &script].map(Into::into).to_vec();
    let reader = std::thread::spawn(move || {
        let mut slot = vpcd.take();
        for command in [SELECT_JPKI, SELECT_USER_PIN] {
            assert_eq!(slot.apdu(command).as_deref(), Some("9000"));
        }
        assert_eq!(slot.apdu(VERIFY), None);
        slot.gone();
        std::fs::write(used, "").unwrap();
    });
    let observed = watch(steps, &setup, None, |_| {}).unwrap();
    reader.join().unwrap();
    assert_eq!(observed.ended, Ended::Complete);
    let story = story(&observed.transcript.entries);
    assert_eq!(
        story[2..],
        [
            "step 2 (Declared)",
            "00a4040c0ad392f000260100000001",
            "9000",
            "00a4020c020018",
            "9000",
            "VERIFY",
            "card removed during the command",
            "gone",
            "Removed",
            "moot 3",
        ]
    );
}
