//! Commands in detail: short identifiers, changes of PIN, challenges, and every refusal.

use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, JPKI};
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
    let unknown = Command::new(0x00, 0xB0, 0x9E, 0x00).with_expected(1);
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
    select(&mut card, CARD_FACE);
    assert_eq!(
        status(
            &mut card,
            &Command::new(0x00, 0x24, 0x01, 0x92).with_data(*b"1")
        ),
        Status::CONDITIONS_NOT_SATISFIED
    );
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
fn refusals_are_those_of_the_command_table() {
    // What is sent in the state "JPKI selected, no current file", and what comes back.
    let cases = [
        ("00B0000001", 0x6986, "read without a file"),
        ("00200080", 0x6986, "query without a file"),
        ("802A00800155", 0x6986, "sign without a file"),
        ("802A00000155", 0x6A86, "no default key in JPKI"),
        ("802A01800155", 0x6A86, "hash on card is not built"),
        ("00B0970001", 0x6981, "read a key"),
        ("00B0980001", 0x6981, "read a PIN"),
        ("00B201F400", 0x6A82, "record of an unknown file"),
        ("00B2013400", 0x6981, "record of a transparent file"),
        ("0020008A0131", 0x6981, "verify against a certificate"),
        ("802A008A0155", 0x6981, "sign with a certificate"),
        ("00200180", 0x6A86, "verify with P1 01"),
        ("00200018", 0x6A86, "verify with P2 18"),
        ("0020009811", 0x63C3, "query with a Le"),
        (
            "00200098113131313131313131313131313131313131",
            0x6700,
            "PIN of 17 bytes",
        ),
        ("00B08800", 0x6700, "read without Le"),
        ("00A40400", 0x6700, "select without AID"),
        (
            "00A4040007A0000001510000",
            0x6A86,
            "answer wanted, bytes not public",
        ),
        ("00A4090C020018", 0x6A86, "select by path"),
        ("00A4000C023F00", 0x6A82, "master file"),
        ("00A40000", 0x9000, "selects nothing"),
        (
            "00CA004500",
            0x6A88,
            "data object with an application selected",
        ),
        ("80FC0000", 0x6700, "last command indicator of phones"),
        ("00D6000001FF", 0x6D00, "update binary"),
        ("80320080", 0x6D00, "change key"),
        ("0088000000", 0x6D00, "internal authenticate"),
        ("002A00800155", 0x6D00, "sign in the other class"),
        ("80A4040C05D392F00026", 0x6D00, "select in the other class"),
        ("01A4040C05D392F00026", 0x6881, "logical channel 1"),
        (
            "0CA4040C05D392F00026",
            0x6882,
            "select under secure messaging",
        ),
        ("0CB0000001", 0x69FC, "read under secure messaging"),
        ("08200080", 0x69FC, "query under secure messaging"),
        ("10A4040C05D392F00026", 0x6E00, "chaining"),
        ("FFCA000000", 0x6E00, "pseudo APDU of PC/SC readers"),
        ("00", 0x6700, "no header"),
    ];
    for (bytes, expected, what) in cases {
        let mut card = card("adult");
        select(&mut card, JPKI);
        let bytes = hex::decode(bytes).unwrap();
        let answer = hex::encode_upper(card.transmit(&bytes));
        assert_eq!(answer, format!("{expected:04X}"), "{what}");
    }
}

#[test]
fn partial_aid_selects_and_nothing_selected_refuses_00a40000() {
    let mut card = card("adult");
    let empty = Command::new(0x00, 0xA4, 0x00, 0x00);
    assert_eq!(status(&mut card, &empty), Status::WRONG_PARAMETERS);
    select(&mut card, &JPKI[..5]);
    assert_eq!(card.selected_application(), Some(JPKI));
    assert_eq!(status(&mut card, &empty), Status::SUCCESS);
    let longer = [JPKI, &[0]].concat();
    assert_eq!(
        status(&mut card, &Command::select_application(&longer)),
        Status::FILE_NOT_FOUND
    );
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
