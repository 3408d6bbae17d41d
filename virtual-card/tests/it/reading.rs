//! READ BINARY, READ RECORD and GET DATA by current file and by short identifier (card.md §1.3, §4).

use virtual_card::apdu::Command;
use virtual_card::applications::{
    CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, RESIDENT_REGISTER, SECURITY_DOMAIN,
};
use virtual_card::status::Status;

use crate::{card, data, read_all, select, select_file, send, status};

#[test]
fn every_way_of_reading_gives_the_same_bytes() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x0006);
    let whole = read_all(&mut card);
    select_file(&mut card, 0x0008);
    let by_identifier = Command::new(0x00, 0xB0, 0x86, 0x00).with_expected(65_536);
    assert_eq!(data(&mut card, &by_identifier), whole);
    assert_eq!(card.current_file(), Some(0x0006));
    let from_32 = Command::new(0x00, 0xB0, 0x86, 0x20).with_expected(16);
    assert_eq!(data(&mut card, &from_32), whole[32..48]);
    assert_eq!(
        data(&mut card, &Command::read_binary(32, 16)),
        whole[32..48]
    );
    let after_the_end = Command::new(0x00, 0xB0, 0x86, 160).with_expected(1);
    assert_eq!(status(&mut card, &after_the_end), Status::WRONG_OFFSET);
}

#[test]
fn refused_reading_leaves_the_current_file() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x0008);
    for p1 in [0x81, 0x83, 0x97] {
        let command = Command::new(0x00, 0xB0, p1, 0x00).with_expected(1);
        assert!(!status(&mut card, &command).is_success());
        assert_eq!(card.current_file(), Some(0x0008));
    }
}

#[test]
fn records_are_refused_alike_by_current_file_and_by_identifier() {
    let mut card = card("adult");
    select(&mut card, COMMON);
    select_file(&mut card, 0x0001);
    let record = |number, p2| Command::new(0x00, 0xB2, number, p2).with_expected(256);
    for (by_current, by_identifier, expected) in [
        (record(2, 0x04), record(2, 0x0C), Status::RECORD_NOT_FOUND),
        (
            record(1, 0x05),
            record(1, 0x0D),
            Status::FUNCTION_NOT_SUPPORTED,
        ),
    ] {
        assert_eq!(status(&mut card, &by_current), expected);
        assert_eq!(status(&mut card, &by_identifier), expected);
    }
    let as_bytes = Command::read_binary(0, 256);
    assert_eq!(status(&mut card, &as_bytes), Status::STRUCTURE_CONFLICT);
}

#[test]
fn record_is_the_same_by_current_file_and_by_identifier() {
    let mut card = card("adult");
    select(&mut card, COMMON);
    let by_identifier = Command::new(0x00, 0xB2, 0x01, 0x0C).with_expected(256);
    let record = data(&mut card, &by_identifier);
    assert_eq!(record[..2], [0x01, 0x1C]);
    assert_eq!(record.len(), 30);
    assert_eq!(card.current_file(), Some(0x0001));
    assert_eq!(data(&mut card, &Command::read_record(1)), record);
    let short = Command::read_record(1).with_expected(2);
    assert_eq!(data(&mut card, &short), record[..2]);
    let extended = Command::read_record(1).with_expected(65_536);
    assert_eq!(data(&mut card, &extended), record);
}

#[test]
fn large_data_objects_refuse_a_short_le() {
    for tag in [0x00F8, 0x7F21] {
        let mut card = card("adult");
        let short = Command::get_data(tag).with_expected(256);
        assert_eq!(status(&mut card, &short), Status::WRONG_LENGTH);
        assert_eq!(data(&mut card, &Command::get_data(tag)).len(), 575);
    }
    let mut card = card("adult");
    let short = Command::get_data(0x00F0).with_expected(256);
    assert_eq!(data(&mut card, &short).len(), 5);
}

#[test]
fn data_objects_answer_again_once_the_card_level_is_back() {
    let mut card = card("adult");
    let number = Command::get_data(0x0045);
    let at_first = data(&mut card, &number);
    select(&mut card, JPKI);
    assert_eq!(status(&mut card, &number), Status::DATA_NOT_FOUND);
    select(&mut card, SECURITY_DOMAIN);
    assert_eq!(data(&mut card, &number), at_first);
    card.power_off();
    card.power_on();
    assert_eq!(data(&mut card, &number), at_first);
}

#[test]
fn rule_20_data_objects_are_at_card_level_only() {
    let tags = [
        0x0042, 0x0045, 0x0066, 0x00F0, 0x00F2, 0x00F7, 0x00F8, 0x7F21,
    ];
    let contact = data(&mut card("adult"), &Command::get_data(0x5F51));
    let applications = [JPKI, INPUT_SUPPORT, CARD_FACE, COMMON, RESIDENT_REGISTER];
    for aid in applications {
        let mut card = card("adult");
        select(&mut card, aid);
        for tag in tags {
            let answer = status(&mut card, &Command::get_data(tag));
            assert_eq!(answer, Status::DATA_NOT_FOUND, "{tag:04X}");
        }
        assert_eq!(data(&mut card, &Command::get_data(0x5F51)), contact);
    }
}

#[test]
fn unknown_data_objects_are_not_found_and_lengths_come_first() {
    let mut card = card("adult");
    select(&mut card, SECURITY_DOMAIN);
    for tag in [0x0000, 0x0043, 0x5F52, 0xFFFF] {
        let command = Command::get_data(tag);
        assert_eq!(status(&mut card, &command), Status::DATA_NOT_FOUND);
        let with_data = command.with_data([0x5C, 0x00]);
        assert_eq!(send(&mut card, &with_data).status, Status::WRONG_LENGTH);
    }
}
