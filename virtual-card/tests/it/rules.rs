//! The rules of card.md §0.1, one test each, but for those about contents (17 and 19), which stand
//! with the other files; 20 stands with GET DATA.

use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, COMMON, JPKI, SECURITY_DOMAIN};
use virtual_card::card::PinName;
use virtual_card::profile::{Atr, Profile};
use virtual_card::status::Status;

use crate::{card, data, profile, read_all, select, select_file, send, status, verify};

const USER_PIN: u16 = 0x0018;
const USER_KEY: u16 = 0x0017;
const PASSWORD: u16 = 0x001B;

#[test]
fn rule_01_atr_looks_contactless_unless_the_profile_says_contact() {
    let mut profile = profile("adult");
    let shown =
        |profile: &Profile| hex::encode_upper(virtual_card::card::Card::new(profile, 1).atr());
    assert_eq!(shown(&profile), "3B888001000041E0B381A1003B");
    profile.atr = Atr::Contact;
    assert_eq!(shown(&profile), "3BE000FF8131FE4514");
}

#[test]
fn rule_02_unknown_application_is_not_found_and_leaves_everything_as_it_was() {
    let mut card = card("adult");
    let unknown = Command::select_application(&hex::decode("A000000308000010000100").unwrap());
    assert_eq!(status(&mut card, &unknown), Status::FILE_NOT_FOUND);
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
    assert_eq!(status(&mut card, &unknown), Status::FILE_NOT_FOUND);
    // One that differs from 共通カードAP in the last byte alone.
    let (_, beginning) = COMMON.split_last().unwrap();
    let neighbour = Command::select_application(&[beginning, &[0x7F]].concat());
    assert_eq!(status(&mut card, &neighbour), Status::FILE_NOT_FOUND);
    select_file(&mut card, USER_KEY);
    assert_eq!(data(&mut card, &Command::sign(b"x")).len(), 256);
}

#[test]
fn rule_03_select_file_finds_files_of_the_selected_application_only() {
    let mut card = card("adult");
    let file = Command::select_file(0x000A);
    assert_eq!(status(&mut card, &file), Status::FILE_NOT_FOUND);
    select(&mut card, JPKI);
    assert_eq!(status(&mut card, &file), Status::SUCCESS);
    assert_eq!(
        status(&mut card, &Command::select_file(0x0BAD)),
        Status::FILE_NOT_FOUND
    );
    assert_eq!(card.current_file(), Some(0x000A));
    select(&mut card, CARD_FACE);
    assert_eq!(status(&mut card, &file), Status::FILE_NOT_FOUND);
}

#[test]
fn rule_04_status_query_spends_nothing_and_answers_63cx_even_when_verified() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, USER_PIN);
    for _ in 0..5 {
        assert_eq!(status(&mut card, &Command::pin_status()), Status(0x63C3));
    }
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
    assert_eq!(status(&mut card, &Command::pin_status()), Status(0x63C3));
    assert!(card.is_verified(PinName::User));
    for _ in 0..3 {
        verify(&mut card, USER_PIN, "0000");
    }
    assert_eq!(status(&mut card, &Command::pin_status()), Status(0x63C0));
    // As T=0 readers send it, with a Le.
    let with_expected = Command::pin_status().with_expected(256);
    assert_eq!(status(&mut card, &with_expected), Status(0x63C0));
}

#[test]
fn status_query_tells_that_a_pin_is_verified_where_the_profile_says_so() {
    let mut profile = profile("adult");
    profile.status_tells_verified = true;
    let mut card = virtual_card::card::Card::new(&profile, 0);
    select(&mut card, JPKI);
    select_file(&mut card, USER_PIN);
    assert_eq!(send(&mut card, &Command::pin_status()).status.0, 0x63C3);
    send(&mut card, &Command::verify(b"1234"));
    assert_eq!(send(&mut card, &Command::pin_status()).status.0, 0x9000);
    card.power_off();
    card.power_on();
    select(&mut card, JPKI);
    select_file(&mut card, USER_PIN);
    assert_eq!(send(&mut card, &Command::pin_status()).status.0, 0x63C3);
}

#[test]
fn rule_05_wrong_pin_counts_down_to_63c0_then_6984_and_the_right_one_resets() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    let statuses = ["9999", "12345", "1234", "0", "9999", "9999", "1234", "9999"]
        .map(|pin| verify(&mut card, USER_PIN, pin).0);
    assert_eq!(
        statuses,
        [
            0x63C2, 0x63C1, 0x9000, 0x63C2, 0x63C1, 0x63C0, 0x6984, 0x6984
        ]
    );
    card.power_off();
    card.power_on();
    assert_eq!(card.tries(PinName::User), 0);
    assert_eq!(card.tries(PinName::Signature), 5);
}

#[test]
fn rule_06_reading_at_or_past_the_end_is_6b00() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x0008);
    for (offset, expected) in [(2, 0x9000), (3, 0x6B00), (4, 0x6B00), (0x7FFF, 0x6B00)] {
        let response = send(&mut card, &Command::read_binary(offset, 1));
        assert_eq!(response.status, Status(expected), "offset {offset}");
    }
}

#[test]
fn rule_07_reading_more_than_there_is_gives_the_rest_and_9000() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x0008);
    for length in [3, 4, 256, 257, 65_536] {
        let read = data(&mut card, &Command::read_binary(0, length));
        assert_eq!(read, [0x8F, 0x8F, 0x00], "{length} bytes wanted");
    }
    select_file(&mut card, 0x000A);
    assert_eq!(data(&mut card, &Command::read_binary(1800, 256)).len(), 100);
    assert_eq!(
        data(&mut card, &Command::read_binary(0, 65_536)).len(),
        1900
    );
}

#[test]
fn rule_08_certificate_files_are_filled_with_00_and_tlv_files_with_ff() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    for file in [0x0002, 0x000A, 0x000B] {
        select_file(&mut card, file);
        let content = read_all(&mut card);
        assert_eq!(content.len(), 1900, "{file:04X}");
        let length = 4 + usize::from(u16::from_be_bytes([content[2], content[3]]));
        assert_eq!(content[..2], [0x30, 0x82]);
        assert!(content[length..].iter().all(|byte| *byte == 0));
    }
    select(&mut card, CARD_FACE);
    let code_b = card.profile().code_b();
    assert_eq!(verify(&mut card, 0x0012, &code_b), Status::SUCCESS);
    select_file(&mut card, 0x0002);
    assert!(read_all(&mut card).ends_with(&[0xFF; 16]));
}

#[test]
fn rule_09_signature_certificate_needs_the_password_to_be_read_not_to_be_selected() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x0001);
    let read = Command::read_binary(0, 256);
    assert_eq!(status(&mut card, &read), Status::SECURITY_NOT_SATISFIED);
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
    select_file(&mut card, 0x0001);
    assert_eq!(status(&mut card, &read), Status::SECURITY_NOT_SATISFIED);
    assert_eq!(verify(&mut card, PASSWORD, "ABC123"), Status::SUCCESS);
    select_file(&mut card, 0x0001);
    assert_eq!(data(&mut card, &read).len(), 256);
}

#[test]
fn rule_10_signing_answers_256_bytes_with_and_without_le() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
    select_file(&mut card, USER_KEY);
    let with = Command::sign(&[0x42; 51]);
    let without = Command {
        expected: None,
        ..with.clone()
    };
    let signature = data(&mut card, &with);
    assert_eq!(signature.len(), 256);
    assert_eq!(data(&mut card, &without), signature);
    assert_eq!(
        data(&mut card, &with.clone().with_expected(65_536)),
        signature
    );
    assert_eq!(
        status(&mut card, &with.with_expected(255)),
        Status::WRONG_LENGTH
    );
}

#[test]
fn rule_11_1_to_245_bytes_of_anything_are_padded_verbatim() {
    use rsa::traits::PublicKeyParts;
    let mut card = card("adult");
    let key = crate::certificates::public_key(&card.user_certificate());
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
    select_file(&mut card, USER_KEY);
    // SHA-1 and SHA-256 DigestInfo among them, as OpenSC and others send.
    let sha1 = [
        hex::decode("3021300906052B0E03021A05000414").unwrap(),
        vec![7; 20],
    ];
    let sha256 = [
        hex::decode("3031300D060960864801650304020105000420").unwrap(),
        vec![7; 32],
    ];
    let inputs = [
        vec![0x00],
        sha1.concat(),
        sha256.concat(),
        (0..245).collect(),
    ];
    for input in inputs {
        let signature = data(&mut card, &Command::sign(&input));
        let block = rsa::BigUint::from_bytes_be(&signature)
            .modpow(key.e(), key.n())
            .to_bytes_be();
        let padding = vec![0xFF; 253 - input.len()];
        // The leading 00 of the block is no part of the number.
        assert_eq!(block, [vec![0x01], padding, vec![0x00], input].concat());
    }
    for input in [vec![], vec![0; 246]] {
        let command = Command::sign(&input);
        assert_eq!(status(&mut card, &command), Status::WRONG_LENGTH);
    }
}

#[test]
fn rule_12_security_status_outlives_reselection_and_reset_but_no_other_application_or_power() {
    let verified = |loss: fn(&mut virtual_card::card::Card)| {
        let mut card = card("adult");
        select(&mut card, JPKI);
        assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
        loss(&mut card);
        select(&mut card, JPKI);
        select_file(&mut card, USER_KEY);
        send(&mut card, &Command::sign(b"x")).status
    };
    assert_eq!(verified(|_| ()), Status::SUCCESS);
    assert_eq!(verified(|card| card.reset()), Status::SUCCESS);
    assert_eq!(verified(|card| select_file(card, 0x000A)), Status::SUCCESS);
    let lost = Status::SECURITY_NOT_SATISFIED;
    assert_eq!(verified(|card| select(card, CARD_FACE)), lost);
    assert_eq!(verified(|card| select(card, SECURITY_DOMAIN)), lost);
    assert_eq!(verified(|card| card.power_off()), lost);
}

#[test]
fn rule_12_warm_reset_keeps_the_selection_too() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, USER_PIN, "1234"), Status::SUCCESS);
    select_file(&mut card, USER_KEY);
    card.reset();
    assert_eq!(data(&mut card, &Command::sign(b"x")).len(), 256);
    card.power_off();
    card.power_on();
    assert_eq!(
        status(&mut card, &Command::sign(b"x")),
        Status::NO_CURRENT_FILE
    );
}

#[test]
fn rule_13_one_password_entry_allows_many_signatures() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    assert_eq!(verify(&mut card, PASSWORD, "ABC123"), Status::SUCCESS);
    select_file(&mut card, 0x001A);
    let signatures = [b"a", b"b", b"c"].map(|input| data(&mut card, &Command::sign(input)));
    assert!(signatures[0] != signatures[1] && signatures[1] != signatures[2]);
    select_file(&mut card, USER_KEY);
    assert_eq!(
        status(&mut card, &Command::sign(b"x")),
        Status::SECURITY_NOT_SATISFIED
    );
}

#[test]
fn rule_14_token_label_is_padded_with_spaces_in_a_file_of_160_bytes() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x0006);
    let information = read_all(&mut card);
    assert_eq!(information.len(), 160);
    assert_eq!(information[..32], *b"JPKIAPICCTOKEN2                 ");
    assert_eq!(information[96..100], [0x00, 0x00, 0x04, 0x0D]);
    assert_eq!(information[116..124], [0, 0, 0, 16, 0, 0, 0, 6]);
    assert!(information.ends_with(b"03019999999999999999"));
}

#[test]
fn rule_15_certificate_availability_has_three_bytes() {
    for (name, expected) in [("adult", [0x8F, 0x8F, 0x00]), ("child-10", [0, 0x8F, 0])] {
        let mut card = card(name);
        select(&mut card, JPKI);
        select_file(&mut card, 0x0008);
        assert_eq!(read_all(&mut card), expected, "{name}");
    }
}

#[test]
fn rule_16_code_b_is_era_date_year_of_expiry_and_security_code() {
    // Born 1985-06-15 (昭和60), card to 2033-06-15.
    assert_eq!(profile("adult").code_b(), "60061520334021");
    let mut card = card("adult");
    select(&mut card, CARD_FACE);
    assert_eq!(
        verify(&mut card, 0x0012, "85061520334021"),
        Status::tries_left(9)
    );
    assert_eq!(verify(&mut card, 0x0012, "60061520334021"), Status::SUCCESS);
    assert_eq!(card.tries(PinName::CodeB), 10);
    assert_eq!(verify(&mut card, 0x0011, "600615"), Status::SUCCESS);
}

#[test]
fn rule_18_offsets_of_the_face_count_from_byte_0_of_the_file() {
    crate::face::check_offsets("adult");
}
