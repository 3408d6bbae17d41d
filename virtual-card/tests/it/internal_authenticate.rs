//! INTERNAL AUTHENTICATE: one key of 共通カードAP answers, no other does (card.md §2.4).

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use rsa::traits::PublicKeyParts;
use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI};
use virtual_card::card::Card;
use virtual_card::status::Status;

use crate::{card, data, holder_key, select, select_file, status, verify};

fn common() -> Card {
    let mut card = card("adult");
    select(&mut card, COMMON);
    card
}

/// The command as published, with the key named in P2.
fn authenticate(challenge: &[u8]) -> Command {
    Command::new(0x00, 0x88, 0x00, 0x99)
        .with_data(challenge)
        .with_expected(256)
}

#[test]
fn challenge_is_signed_as_a_message_without_pin() {
    let key = holder_key!("2");
    let key = RsaPublicKeyComponents {
        n: key.n().to_bytes_be(),
        e: key.e().to_bytes_be(),
    };
    let mut card = common();
    for length in [1, 16, 32, 254, 255] {
        let challenge = vec![0x5A; length];
        let signature = data(&mut card, &authenticate(&challenge));
        key.verify(&RSA_PKCS1_2048_8192_SHA256, &challenge, &signature)
            .unwrap();
    }
}

#[test]
fn answer_is_the_same_each_time_however_the_key_is_named() {
    let mut card = common();
    let signature = data(&mut card, &authenticate(b"challenge"));
    assert_eq!(card.current_file(), Some(0x0019));
    let by_current = Command::internal_authenticate(b"challenge");
    assert_eq!(data(&mut card, &by_current), signature);
    let without_le = Command {
        expected: None,
        ..by_current
    };
    assert_eq!(data(&mut card, &without_le), signature);
}

#[test]
fn challenge_has_1_to_255_bytes() {
    let mut card = common();
    for challenge in [vec![], vec![0x5A; 256]] {
        let command = authenticate(&challenge);
        assert_eq!(status(&mut card, &command), Status::WRONG_LENGTH);
    }
    let short = authenticate(b"challenge").with_expected(255);
    assert_eq!(status(&mut card, &short), Status::WRONG_LENGTH);
}

#[test]
fn keys_for_signatures_refuse() {
    let security = Status::SECURITY_NOT_SATISFIED;
    let conditions = Status::CONDITIONS_NOT_SATISFIED;
    for (aid, file, expected) in [
        (JPKI, 0x17, security),
        (JPKI, 0x1A, security),
        (INPUT_SUPPORT, 0x13, conditions),
        (CARD_FACE, 0x1A, conditions),
    ] {
        let mut card = card("adult");
        select(&mut card, aid);
        select_file(&mut card, file);
        let command = Command::internal_authenticate(b"challenge");
        assert_eq!(status(&mut card, &command), expected, "{file:04X}");
    }
}

#[test]
fn key_for_authentication_signs_nothing_else_and_pins_are_no_keys() {
    let mut card = common();
    assert_eq!(verify(&mut card, 0x1C, "1234"), Status::SUCCESS);
    let with_pin = Command::internal_authenticate(b"challenge");
    assert_eq!(status(&mut card, &with_pin), Status::STRUCTURE_CONFLICT);
    select_file(&mut card, 0x19);
    assert_eq!(
        status(&mut card, &Command::sign(b"x")),
        Status::STRUCTURE_CONFLICT
    );
}
