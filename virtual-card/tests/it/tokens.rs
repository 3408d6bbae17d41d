//! Phones in place of the card (card.md §7, §8).

use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, RESIDENT_REGISTER};
use virtual_card::card::Card;
use virtual_card::status::Status;

use crate::{card, data, read_all, select, select_file, send, status, verify};

const LABEL_LENGTH: usize = 32;

fn label(card: &mut Card) -> String {
    select(card, JPKI);
    select_file(card, 0x0006);
    let information = read_all(card);
    assert_eq!(information.len(), 160);
    let label = String::from_utf8(information[..LABEL_LENGTH].to_vec()).unwrap();
    label.trim_end().to_owned()
}

#[test]
fn label_tells_card_and_phones_apart() {
    assert_eq!(label(&mut card("adult")), "JPKIAPICCTOKEN2");
    assert_eq!(label(&mut card("android")), "JPKIAPGPSETOKEN");
    assert_eq!(label(&mut card("iphone")), "JPKIAPIOSTOKEN");
}

#[test]
fn phones_have_no_application_but_jpki() {
    for (name, expected) in [
        ("adult", Status::SUCCESS),
        ("android", Status::FILE_NOT_FOUND),
        ("iphone", Status::FILE_NOT_FOUND),
    ] {
        let mut card = card(name);
        for aid in [CARD_FACE, INPUT_SUPPORT, COMMON, RESIDENT_REGISTER] {
            let answer = status(&mut card, &Command::select_application(aid));
            assert_eq!(answer, expected, "{name} {aid:02X?}");
        }
        select(&mut card, JPKI);
    }
}

#[test]
fn user_certificate_asks_for_the_pin_on_android_alone() {
    let read = Command::read_binary(0, 256);
    for name in ["adult", "iphone"] {
        let mut card = card(name);
        select(&mut card, JPKI);
        select_file(&mut card, 0x000A);
        assert_eq!(data(&mut card, &read).len(), 256, "{name}");
    }
    let mut android = card("android");
    select(&mut android, JPKI);
    select_file(&mut android, 0x000A);
    assert_eq!(status(&mut android, &read), Status::SECURITY_NOT_SATISFIED);
    assert_eq!(verify(&mut android, 0x0018, "0601"), Status::SUCCESS);
    select_file(&mut android, 0x000A);
    assert!(read_all(&mut android).starts_with(&android.user_certificate()));
}

#[test]
fn last_command_indicator_belongs_to_the_iphone() {
    for (name, expected) in [
        ("iphone", Status::SUCCESS),
        ("android", Status::WRONG_LENGTH),
        ("adult", Status::WRONG_LENGTH),
    ] {
        let mut card = card(name);
        select(&mut card, JPKI);
        let command = Command::parse(&[0x80, 0xFC, 0x00, 0x00]).unwrap();
        assert_eq!(send(&mut card, &command).status, expected, "{name}");
    }
}
