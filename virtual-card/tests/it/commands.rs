//! Commands in detail: short identifiers, changes of PIN, challenges.

use virtual_card::apdu::Command;
use virtual_card::applications::{
    CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, RESIDENT_REGISTER, SECURITY_DOMAIN,
};
use virtual_card::card::Card;
use virtual_card::status::Status;

use crate::{card, data, profile, select, select_file, status, verify};

const USER_PIN: u16 = 0x0018;
const PASSWORD: u16 = 0x001B;

#[test]
fn short_identifiers_name_files_as_selection_does() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    let by_identifier = Command::new(0x00, 0xB0, 0x88, 0x01).with_expected(2);
    assert_eq!(data(&mut card, &by_identifier), [0x8F, 0x00]);
    assert_eq!(card.current_file(), Some(0x0008));
    let query = Command::new(0x00, 0x20, 0x00, 0x98);
    assert_eq!(status(&mut card, &query), Status(0x63C3));
    assert_eq!(
        status(&mut card, &query.clone().with_data(*b"1234")),
        Status::SUCCESS
    );
    let sign = Command::new(0x80, 0x2A, 0x00, 0x97).with_data(*b"x");
    assert_eq!(data(&mut card, &sign).len(), 256);
    let unknown = Command::new(0x00, 0xB0, 0x83, 0x00).with_expected(1);
    assert_eq!(status(&mut card, &unknown), Status::FILE_NOT_FOUND);
}

#[test]
fn changed_pin_holds_from_then_on() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, USER_PIN);
    let change = Command::change_pin(b"5678");
    assert_eq!(status(&mut card, &change), Status::SECURITY_NOT_SATISFIED);
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
    assert_eq!(
        status(&mut card, &Command::change_pin(b"56789")),
        Status::WRONG_DATA
    );
    assert_eq!(status(&mut card, &change), Status::SUCCESS);
    card.power_off();
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status(0x63C2));
    assert_eq!(verify(&mut card, USER_PIN, "5678"), Status::SUCCESS);
}

/// Where each PIN is, what it is on the adult's card, and which command changes it
/// (card.md §3); nothing for what cannot be changed.
const CHANGES: [(&[u8], u16, &str, Option<u8>); 9] = [
    (JPKI, 0x18, "1234", Some(0x24)),
    (JPKI, 0x1B, "ABC123", Some(0x24)),
    (INPUT_SUPPORT, 0x11, "1234", Some(0x24)),
    (INPUT_SUPPORT, 0x14, "900000000015", None),
    (INPUT_SUPPORT, 0x15, "60061520334021", None),
    (CARD_FACE, 0x11, "600615", None),
    (CARD_FACE, 0x12, "60061520334021", None),
    (COMMON, 0x1C, "1234", Some(0x32)),
    (RESIDENT_REGISTER, 0x1C, "1234", Some(0x32)),
];

#[test]
fn each_pin_changes_by_one_command_after_verify_and_what_is_printed_never() {
    let conditions = Status::CONDITIONS_NOT_SATISFIED;
    for (aid, file, old, right) in CHANGES {
        let mut card = card("adult");
        let new = old.replace('4', "7").replace('A', "Z");
        select(&mut card, aid);
        select_file(&mut card, file);
        let reference_data = Command::change_pin(new.as_bytes());
        let key = Command::change_key(new.as_bytes());
        for command in [&reference_data, &key] {
            let expected = if Some(command.instruction) == right {
                Status::SECURITY_NOT_SATISFIED
            } else {
                conditions
            };
            assert_eq!(status(&mut card, command), expected, "{file:04X}");
        }
        assert_eq!(verify(&mut card, file, old), Status::SUCCESS, "{file:04X}");
        for command in [&reference_data, &key] {
            let expected = if Some(command.instruction) == right {
                Status::SUCCESS
            } else {
                conditions
            };
            assert_eq!(status(&mut card, command), expected, "{file:04X}");
        }
        card.power_off();
        select(&mut card, aid);
        let now = if right.is_some() { new.as_str() } else { old };
        assert_eq!(verify(&mut card, file, now), Status::SUCCESS, "{file:04X}");
    }
}

#[test]
fn pins_of_two_applications_are_changed_separately() {
    let mut card = card("adult");
    select(&mut card, COMMON);
    assert_eq!(verify(&mut card, 0x1C, "1234"), Status::SUCCESS);
    assert_eq!(
        status(&mut card, &Command::change_key(b"5678")),
        Status::SUCCESS
    );
    select(&mut card, RESIDENT_REGISTER);
    assert_eq!(verify(&mut card, 0x1C, "5678"), Status(0x63C2));
    assert_eq!(verify(&mut card, 0x1C, "1234"), Status::SUCCESS);
}

#[test]
fn locked_reference_of_input_support_is_locked_on_every_card() {
    for name in ["adult", "pinless", "child-10"] {
        let mut card = card(name);
        select(&mut card, INPUT_SUPPORT);
        select_file(&mut card, 0x12);
        assert_eq!(status(&mut card, &Command::pin_status()), Status(0x63C0));
        assert_eq!(verify(&mut card, 0x12, "1234"), Status::REFERENCE_LOCKED);
    }
}

#[test]
fn pinless_card_answers_like_a_locked_one() {
    let mut card = card("pinless");
    select(&mut card, JPKI);
    for file in [USER_PIN, PASSWORD] {
        select_file(&mut card, file);
        assert_eq!(status(&mut card, &Command::pin_status()), Status(0x63C0));
        assert_eq!(verify(&mut card, file, "1234"), Status::REFERENCE_LOCKED);
        assert_eq!(verify(&mut card, file, "1234"), Status::REFERENCE_LOCKED);
    }
}

#[test]
fn challenges_are_to_be_had_everywhere() {
    for aid in [
        SECURITY_DOMAIN,
        JPKI,
        INPUT_SUPPORT,
        CARD_FACE,
        COMMON,
        RESIDENT_REGISTER,
    ] {
        let mut card = card("adult");
        select(&mut card, aid);
        assert_eq!(data(&mut card, &Command::get_challenge(16)).len(), 16);
    }
}

#[test]
fn challenges_have_the_length_asked_for_and_never_come_twice() {
    let mut card = card("adult");
    for length in [1, 16, 256] {
        let challenge = data(&mut card, &Command::get_challenge(length));
        assert_eq!(challenge.len(), length);
        assert_ne!(data(&mut card, &Command::get_challenge(length)), challenge);
    }
    assert_eq!(
        status(&mut card, &Command::get_challenge(257)),
        Status::CONDITIONS_NOT_SATISFIED
    );
    let mut same_seed = crate::card("adult");
    let mut other_seed = Card::new(&profile("adult"), 2);
    let command = Command::get_challenge(16);
    let first = data(&mut crate::card("adult"), &command);
    assert_eq!(data(&mut same_seed, &command), first);
    assert_ne!(data(&mut other_seed, &command), first);
}

#[test]
fn card_can_go_to_another_thread_and_be_copied() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    let mut copy = card.clone();
    let thread = std::thread::spawn(move || verify(&mut card, USER_PIN, "9999"));
    assert_eq!(thread.join().unwrap(), Status(0x63C2));
    assert_eq!(verify(&mut copy, USER_PIN, "1234"), Status::SUCCESS);
}
