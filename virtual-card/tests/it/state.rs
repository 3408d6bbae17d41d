//! What a card remembers, handed out, given back, and kept in a file.

use std::fs;
use std::path::{Path, PathBuf};

use virtual_card::apdu::{Command, Response};
use virtual_card::applications::JPKI;
use virtual_card::card::{Card, Memory, PinName};
use virtual_card::profile::{Pin, Pins};
use virtual_card::smart_card::{Reply, SmartCard};
use virtual_card::state_file::{Error, Kept, StateFile};
use virtual_card::status::Status;

use crate::{card, data, select, select_file, status, verify};

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn change_pin(card: &mut Card, new: &str) {
    assert_eq!(verify(card, 0x0018, "1234"), Status::SUCCESS);
    data(card, &Command::change_pin(new.as_bytes()));
}

/// A card with one try spent, another PIN and a challenge given.
fn used() -> Card {
    let mut card = card("adult");
    select(&mut card, JPKI);
    change_pin(&mut card, "4649");
    assert_eq!(verify(&mut card, 0x0018, "1234"), Status::tries_left(2));
    assert_eq!(verify(&mut card, 0x001B, "WRONG1"), Status::tries_left(4));
    data(&mut card, &Command::get_challenge(8));
    card
}

#[test]
fn memory_holds_tries_changed_pins_and_challenges_and_nothing_unchanged() {
    let new = card("adult").memory();
    assert_eq!(new.changed_pins, Pins::default());
    assert_eq!(new.draws, 0);
    let memory = used().memory();
    assert_eq!((memory.tries.user, memory.tries.signature), (2, 4));
    assert_eq!(memory.tries.input_support, 3);
    let expected = Pins {
        user: Some(Pin::new("4649")),
        ..Pins::default()
    };
    assert_eq!(memory.changed_pins, expected);
    assert_eq!(memory.draws, 1);
    assert!(!format!("{memory:?}").contains("4649"));
}

#[test]
fn restored_card_goes_on_where_the_other_stopped() {
    let mut before = used();
    let mut after = card("adult");
    after.restore(before.memory()).unwrap();
    assert_eq!(after.memory(), before.memory());
    for card in [&mut before, &mut after] {
        card.power_off();
        card.power_on();
        select(card, JPKI);
        assert_eq!(card.tries(PinName::User), 2);
        assert_eq!(verify(card, 0x0018, "4649"), Status::SUCCESS);
    }
    let challenge = Command::get_challenge(8);
    assert_eq!(data(&mut after, &challenge), data(&mut before, &challenge));
}

#[test]
fn card_says_whether_it_still_remembers_the_same() {
    let mut card = card("adult");
    let mut memory = card.memory();
    let steps: [fn(&mut Card); 3] = [
        |card| {
            select(card, JPKI);
            assert_eq!(verify(card, 0x0018, "0000"), Status::tries_left(2));
        },
        |card| change_pin(card, "4649"),
        |card| drop(data(card, &Command::get_challenge(8))),
    ];
    for step in steps {
        assert!(card.remembers(&memory));
        step(&mut card);
        assert!(!card.remembers(&memory));
        memory = card.memory();
    }
    select_file(&mut card, 0x000A);
    card.power_off();
    assert!(card.remembers(&memory));
}

#[test]
fn card_without_pins_remembers_that_it_has_none() {
    let mut card = card("pinless");
    let memory = card.memory();
    assert_eq!(memory.tries.user, 0);
    card.restore(memory.clone()).unwrap();
    assert_eq!(card.memory(), memory);
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, 0x0018, "1234"), Status::REFERENCE_LOCKED);
}

#[test]
fn memory_that_no_card_can_have_is_refused() {
    let mut card = used();
    let memory = card.memory();
    let mut too_many = memory.clone();
    too_many.tries.user = 4;
    let error = card.restore(too_many).unwrap_err();
    assert_eq!(error.key, "tries.user");
    let mut no_pin = memory.clone();
    no_pin.changed_pins.user = Some(Pin::new("12345"));
    let error = card.restore(no_pin).unwrap_err();
    assert_eq!(error.key, "pins.user");
    assert!(!error.to_string().contains("12345"));
    assert_eq!(card.memory(), memory);
}

#[test]
fn file_keeps_what_the_card_remembers() {
    let path = folder("state-kept").join("adult.state");
    let mut first = used();
    StateFile::open(&path, &mut first).unwrap();
    let mut second = card("adult");
    let mut file = StateFile::open(&path, &mut second).unwrap();
    assert_eq!(second.memory(), first.memory());
    assert!(!file.keep(&second).unwrap());
    select(&mut second, JPKI);
    assert_eq!(verify(&mut second, 0x0018, "0000"), Status::tries_left(1));
    assert!(file.keep(&second).unwrap());
    let mut third = card("adult");
    StateFile::open(&path, &mut third).unwrap();
    assert_eq!(third.tries(PinName::User), 1);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# SIMULATION"), "{text}");
    // What was not changed is not written down.
    for secret in ["1234", "ABC123", "900000000015"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[cfg(unix)]
#[test]
fn file_is_its_owners_and_nothing_else_stays_in_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("state-mode");
    let path = folder.join("adult.state");
    // As a program that was killed in mid-write leaves it.
    fs::write(folder.join("adult.state.new"), "memory:").unwrap();
    StateFile::open(&path, &mut card("adult")).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert_eq!(names.len(), 1);
}

/// Opens a file with this content for the adult's card; the file must be left as it was.
fn refused(name: &str, content: &[u8]) -> Error {
    let path = folder(&format!("state-{name}")).join("adult.state");
    fs::write(&path, content).unwrap();
    let mut card = card("adult");
    let memory = card.memory();
    let error = StateFile::open(&path, &mut card).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), content, "{name}");
    assert_eq!(card.memory(), memory, "{name}");
    error
}

fn written() -> String {
    let path = folder("state-written").join("adult.state");
    StateFile::open(&path, &mut used()).unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn broken_file_is_refused_with_its_place_and_without_its_secrets() {
    let text = written();
    assert!(text.contains("4649"));
    for (name, content) in [
        ("empty", String::new()),
        ("no-yaml", "memory: [".to_owned()),
        ("format", text.replace("format: 1", "format: 2")),
        ("unknown", text.replace("draws", "chances")),
        (
            "type",
            text.replace("\"4649\"", "[\"4649\"]")
                .replace("'4649'", "['4649']"),
        ),
    ] {
        assert_ne!(content, text, "{name}");
        let error = refused(name, content.as_bytes());
        assert!(matches!(error, Error::Corrupt { .. }), "{name}: {error}");
        let shown = error.to_string();
        assert!(!shown.contains("4649"), "{shown}");
        assert!(shown.contains("adult.state:") && shown.contains("move it away"));
    }
    assert!(matches!(
        refused("no-text", b"\xFF\xFE"),
        Error::Corrupt { .. }
    ));
    let too_many = text.replace("user: 2", "user: 9");
    let error = refused("impossible", too_many.as_bytes());
    assert!(matches!(error, Error::Impossible { .. }), "{error}");
}

#[test]
fn file_that_was_cut_off_anywhere_is_refused() {
    let text = written();
    let whole = text.trim_end().len();
    for length in 0..whole {
        if text.is_char_boundary(length) {
            refused("cut", &text.as_bytes()[..length]);
        }
    }
}

#[test]
fn file_of_another_card_is_refused() {
    let path = folder("state-other").join("card.state");
    StateFile::open(&path, &mut card("elder-80")).unwrap();
    let before = fs::read(&path).unwrap();
    let error = StateFile::open(&path, &mut card("adult")).unwrap_err();
    let Error::OtherCard {
        found, expected, ..
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(found, card("elder-80").profile().card_serial());
    assert_eq!(expected, card("adult").profile().card_serial());
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Sends a command and returns the answer, which a card without faults always gives.
fn answered(card: &mut impl SmartCard, command: &[u8]) -> Vec<u8> {
    match card.transmit(command).reply {
        Reply::Answer(answer) => answer,
        none => panic!("{none:?}"),
    }
}

#[test]
fn nothing_is_answered_that_the_file_does_not_know_of() {
    let folder = folder("state-lost");
    let path = folder.join("adult.state");
    let mut card = card("adult");
    let file = StateFile::open(&path, &mut card).unwrap();
    let mut kept = Kept::new(card, Some(file), |_| {});
    let mut send = |command: &Command| {
        let answer = answered(&mut kept, &command.to_bytes());
        Response::from_bytes(&answer).unwrap().status
    };
    assert_eq!(send(&Command::select_application(JPKI)), Status::SUCCESS);
    assert_eq!(send(&Command::select_file(0x0018)), Status::SUCCESS);
    let on_disk = || -> Memory {
        let mut card = crate::card("adult");
        StateFile::open(&path, &mut card).unwrap();
        card.memory()
    };
    assert_eq!(send(&Command::verify(b"0000")), Status::tries_left(2));
    assert_eq!(on_disk().tries.user, 2);
    // Without its folder the file cannot be written.
    let away = folder.with_extension("away");
    let _ = fs::remove_dir_all(&away);
    fs::rename(&folder, &away).unwrap();
    assert_eq!(send(&Command::verify(b"0000")), Status(0x6581));
    // Whatever comes next gets no further either, and the security status is gone.
    assert_eq!(send(&Command::select_application(JPKI)), Status(0x6581));
    fs::rename(&away, &folder).unwrap();
    assert_eq!(send(&Command::select_application(JPKI)), Status::SUCCESS);
    assert_eq!(on_disk().tries.user, 1);
}

#[test]
fn reading_writes_no_file() {
    let folder = folder("state-quiet");
    let path = folder.join("adult.state");
    let mut card = card("adult");
    let file = StateFile::open(&path, &mut card).unwrap();
    let mut kept = Kept::new(card, Some(file), |error| panic!("{error}"));
    // Whatever would be written now would fail.
    fs::remove_dir_all(&folder).unwrap();
    for command in [
        Command::select_application(JPKI),
        Command::select_file(0x000A),
        Command::read_binary(0, 256),
        Command::select_file(0x0018),
    ] {
        let answer = answered(&mut kept, &command.to_bytes());
        let answer = Response::from_bytes(&answer).unwrap();
        assert_eq!(answer.status, Status::SUCCESS);
    }
    let query = answered(&mut kept, &[0x00, 0x20, 0x00, 0x80]);
    assert_eq!(query, [0x63, 0xC3]);
}

#[test]
fn right_pin_brings_the_tries_back_on_disk_too() {
    let path = folder("state-right").join("adult.state");
    let mut card = used();
    let mut file = StateFile::open(&path, &mut card).unwrap();
    assert_eq!(verify(&mut card, 0x0018, "4649"), Status::SUCCESS);
    assert_eq!(
        status(&mut card, &Command::pin_status()),
        Status::tries_left(3)
    );
    assert!(file.keep(&card).unwrap());
    let mut again = crate::card("adult");
    StateFile::open(&path, &mut again).unwrap();
    assert_eq!(again.tries(PinName::User), 3);
}
