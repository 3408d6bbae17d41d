//! SELECT in its variants, and the card level (card.md §1.4, §4).

use virtual_card::apdu::Command;
use virtual_card::applications::{
    CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, RESIDENT_REGISTER, SECURITY_DOMAIN,
};
use virtual_card::status::Status;

use crate::{card, data, select, select_file, status, verify};

const FIRST: u8 = 0x0C;
const NEXT: u8 = 0x0E;

fn by_name(name: &[u8], p2: u8) -> Command {
    Command::new(0x00, 0xA4, 0x04, p2).with_data(name)
}

#[test]
fn card_is_at_card_level_after_power_on() {
    let mut card = card("adult");
    assert_eq!(card.selected_application(), SECURITY_DOMAIN);
    select(&mut card, JPKI);
    card.power_off();
    card.power_on();
    assert_eq!(card.selected_application(), SECURITY_DOMAIN);
    let nothing = Command::new(0x00, 0xA4, 0x00, 0x00);
    assert_eq!(status(&mut card, &nothing), Status::WRONG_PARAMETERS);
    select(&mut card, SECURITY_DOMAIN);
    assert_eq!(status(&mut card, &nothing), Status::WRONG_PARAMETERS);
}

#[test]
fn nothing_is_selected_by_00a40000() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, 0x18, "1234"), Status::SUCCESS);
    let nothing = Command::new(0x00, 0xA4, 0x00, 0x00);
    assert_eq!(status(&mut card, &nothing), Status::SUCCESS);
    assert_eq!(card.selected_application(), JPKI);
    assert_eq!(card.current_file(), Some(0x18));
    select_file(&mut card, 0x17);
    assert_eq!(data(&mut card, &Command::sign(b"x")).len(), 256);
}

#[test]
fn master_file_and_its_files_are_not_there() {
    for aid in [SECURITY_DOMAIN, JPKI, COMMON] {
        let mut card = card("adult");
        select(&mut card, aid);
        let master = Command::new(0x00, 0xA4, 0x00, 0x0C).with_data([0x3F, 0x00]);
        assert_eq!(status(&mut card, &master), Status::FILE_NOT_FOUND);
        for file in [0x3F00, 0x2F10, 0x2F11] {
            let command = Command::select_file(file);
            assert_eq!(status(&mut card, &command), Status::FILE_NOT_FOUND);
        }
    }
}

#[test]
fn file_001e_at_card_level_is_there_but_cannot_be_read() {
    let mut card = card("adult");
    for file in 0x0001..0x001E {
        let command = Command::select_file(file);
        assert_eq!(status(&mut card, &command), Status::FILE_NOT_FOUND);
    }
    select_file(&mut card, 0x001E);
    for command in [Command::read_binary(0, 1), Command::read_record(1)] {
        assert_eq!(status(&mut card, &command), Status::STRUCTURE_CONFLICT);
    }
}

#[test]
fn partial_aid_finds_the_first_application_and_then_the_next() {
    let mut card = card("adult");
    let prefix = [0xD3, 0x92, 0x10, 0x00, 0x31];
    assert_eq!(status(&mut card, &by_name(&prefix, FIRST)), Status::SUCCESS);
    let mut found = vec![card.selected_application()];
    while status(&mut card, &by_name(&prefix, NEXT)).is_success() {
        found.push(card.selected_application());
    }
    assert_eq!(
        status(&mut card, &by_name(&prefix, NEXT)),
        Status::FILE_NOT_FOUND
    );
    found.sort_unstable();
    let mut expected = vec![CARD_FACE, COMMON, INPUT_SUPPORT, RESIDENT_REGISTER];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn next_counts_from_the_selected_application_only_if_the_name_fits_it() {
    let mut card = card("adult");
    assert_eq!(
        status(&mut card, &by_name(&JPKI[..5], NEXT)),
        Status::SUCCESS
    );
    assert_eq!(card.selected_application(), JPKI);
    assert_eq!(
        status(&mut card, &by_name(JPKI, NEXT)),
        Status::FILE_NOT_FOUND
    );
    assert_eq!(card.selected_application(), JPKI);
}

#[test]
fn names_that_are_no_beginning_of_an_aid_find_nothing() {
    let longer = [JPKI, &[0]].concat();
    for name in [&JPKI[..4], &JPKI[1..], &longer] {
        let mut card = card("adult");
        let command = by_name(name, FIRST);
        assert_eq!(status(&mut card, &command), Status::FILE_NOT_FOUND);
    }
}

#[test]
fn file_control_information_names_the_application_when_it_is_asked_for() {
    let mut card = card("adult");
    for p2 in [0x00, 0x02] {
        let command = by_name(JPKI, p2).with_expected(256);
        assert_eq!(
            hex::encode_upper(data(&mut card, &command)),
            "6F0C840AD392F000260100000001"
        );
        select(&mut card, SECURITY_DOMAIN);
    }
    // Without Le no answer, and with no room for it nothing is selected.
    assert!(data(&mut card, &by_name(COMMON, 0x00)).is_empty());
    let short = by_name(JPKI, 0x00).with_expected(13);
    assert_eq!(status(&mut card, &short), Status::WRONG_LENGTH);
    assert_eq!(card.selected_application(), COMMON);
    let silent = by_name(JPKI, FIRST).with_expected(256);
    assert!(data(&mut card, &silent).is_empty());
}

#[test]
fn files_are_selected_in_one_form_only() {
    for (p1, p2) in [(0x02, 0x00), (0x02, 0x04), (0x09, 0x0C), (0x08, 0x0C)] {
        let mut card = card("adult");
        select(&mut card, JPKI);
        let command = Command::new(0x00, 0xA4, p1, p2).with_data([0x00, 0x18]);
        assert_eq!(
            status(&mut card, &command),
            Status::WRONG_PARAMETERS,
            "P1 {p1:02X} P2 {p2:02X}"
        );
        assert_eq!(card.current_file(), None);
    }
}

#[test]
fn applications_are_selected_in_four_forms_only() {
    let mut card = card("adult");
    for p2 in 0..=u8::MAX {
        let answer = status(&mut card, &by_name(&JPKI[..5], p2));
        let known = matches!(p2, 0x00 | 0x02 | 0x0C | 0x0E);
        assert_eq!(answer == Status::WRONG_PARAMETERS, !known, "P2 {p2:02X}");
        select(&mut card, SECURITY_DOMAIN);
    }
}
