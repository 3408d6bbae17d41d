//! Secure messaging of 券面入力補助AP, with a terminal of our own and with that of `myna-card`
//! (card.md §4.2).

mod terminal;

use aes::Aes128;
use aes::cipher::KeyInit;
use myna_card::ap::text::TextAp;
use myna_card::{Card as Judge, Pin, Transmit};
use rsa::traits::PublicKeyParts;
use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, RESIDENT_REGISTER};
use virtual_card::card::{Card, PinName};
use virtual_card::status::Status;

use crate::{card, data, holder_key, profile, select, select_file, status, verify};
use terminal::{Terminal, deliver, delivery, reading};

const WRONG: Status = Status::SECURE_OBJECTS_WRONG;
const OVER: Status = Status::NO_SECURE_SESSION;

#[test]
fn session_key_is_taken_after_the_pin_only() {
    let profile = profile("adult");
    let command = deliver(&delivery(&[7; 32]));
    let (a, b) = (profile.code_a(), profile.code_b());
    let refused = Status::SECURITY_NOT_SATISFIED;
    for (shown, expected) in [
        (None, refused),
        (Some((0x14, a.as_str())), refused),
        (Some((0x15, b.as_str())), refused),
        (Some((0x11, "1234")), Status::SUCCESS),
    ] {
        let mut card = card("adult");
        select(&mut card, INPUT_SUPPORT);
        if let Some((file, value)) = shown {
            assert_eq!(verify(&mut card, file, value), Status::SUCCESS);
        }
        assert_eq!(status(&mut card, &command), expected, "{shown:?}");
    }
}

#[test]
fn other_applications_refuse_each_in_its_way() {
    let command = deliver(&delivery(&[7; 32]));
    for (aid, pin, expected) in [
        (COMMON, Some(0x1C), Status::NO_SECURITY_ENVIRONMENT),
        (CARD_FACE, None, Status::NO_SECURITY_ENVIRONMENT),
        (JPKI, Some(0x18), Status::SECURITY_NOT_SATISFIED),
        (
            RESIDENT_REGISTER,
            Some(0x1C),
            Status::SECURITY_NOT_SATISFIED,
        ),
    ] {
        let mut card = card("adult");
        select(&mut card, aid);
        assert_eq!(status(&mut card, &command), expected);
        if let Some(pin) = pin {
            assert_eq!(verify(&mut card, pin, "1234"), Status::SUCCESS);
            assert_eq!(status(&mut card, &command), expected);
        }
    }
}

#[test]
fn wrong_deliveries_are_told_apart() {
    let mut card = card("adult");
    select(&mut card, INPUT_SUPPORT);
    assert_eq!(verify(&mut card, 0x11, "1234"), Status::SUCCESS);
    let seed = [7; 32];
    let checksum_key = [&[0xA0, 0x22, 0x81, 0x20], seed.as_slice()].concat();
    let short = [&[0xA0, 0x12, 0x80, 0x10], &seed[..16]].concat();
    let both = [&[0xA0, 0x24, 0x80, 0x20], seed.as_slice(), &[0x81, 0x00]].concat();
    let followed = [delivery(&seed).as_slice(), &[0x00]].concat();
    for message in [checksum_key, short, both, followed, vec![], vec![0xA0]] {
        let command = deliver(&message);
        assert_eq!(status(&mut card, &command), Status::WRONG_DATA);
    }
    let modulus = holder_key!("1").n().to_bytes_be();
    for (cryptogram, expected) in [
        (modulus.clone(), Status::UNKNOWN_ERROR),
        (vec![0xFF; 256], Status::UNKNOWN_ERROR),
        (vec![0x00; 256], Status::WRONG_DATA),
        (vec![0x01; 256], Status::WRONG_DATA),
        (vec![0x01; 255], Status::WRONG_LENGTH),
        (vec![], Status::WRONG_LENGTH),
    ] {
        let command = Command::set_session_key(&cryptogram);
        assert_eq!(status(&mut card, &command), expected);
    }
    let read = reading(0, 0);
    assert_eq!(status(&mut card, &read), OVER);
}

#[test]
fn files_are_read_and_numbers_shown_encrypted() {
    let mut terminal = Terminal::open();
    let code_a = profile("adult").code_a();
    assert_eq!(terminal.verify(0x14, &code_a), Status::SUCCESS);
    assert!(terminal.card.is_verified(PinName::InputSupportCodeA));
    assert_eq!(terminal.select_file(0x0008), Status::SUCCESS);
    // 16 bytes of filler (card.md §2.2): a whole block more of padding.
    assert_eq!(terminal.read(0, 0), Ok(vec![0xFF; 16]));
    assert_eq!(terminal.read(0, 3), Ok(vec![0xFF; 3]));
    assert_eq!(terminal.read(10, 300), Ok(vec![0xFF; 6]));
    assert_eq!(terminal.read(16, 0), Err(Status::WRONG_OFFSET));
    assert_eq!(terminal.read(0, 1), Ok(vec![0xFF]));
}

#[test]
fn refused_commands_use_their_number_up_and_plain_ones_do_not() {
    let mut terminal = Terminal::open();
    assert_eq!(terminal.verify(0x12, "1234"), Status::REFERENCE_LOCKED);
    assert_eq!(terminal.verify(0x14, "1"), Status(0x63C9));
    assert_eq!(terminal.select_file(0x0BAD), Status::FILE_NOT_FOUND);
    select_file(&mut terminal.card, 0x0008);
    data(&mut terminal.card, &Command::read_binary(0, 16));
    data(&mut terminal.card, &Command::get_challenge(8));
    assert_eq!(terminal.read(0, 0), Ok(vec![0xFF; 16]));
}

#[test]
fn wrong_number_ends_the_session_for_good() {
    let mut terminal = Terminal::open();
    terminal.number += 1;
    assert_eq!(terminal.select_file(0x0008), WRONG);
    for _ in 0..3 {
        assert_eq!(terminal.select_file(0x0008), OVER);
        assert_eq!(terminal.read(0, 0), Err(OVER));
        assert_eq!(terminal.verify(0x14, "1"), OVER);
    }
    // The refused entries spent no try.
    assert_eq!(terminal.card.tries(PinName::InputSupportCodeA), 10);
    let again = deliver(&delivery(&[8; 32]));
    assert_eq!(status(&mut terminal.card, &again), Status::SUCCESS);
    terminal.cipher = Aes128::new_from_slice(&[8; 16]).unwrap();
    terminal.number = 1;
    assert_eq!(terminal.select_file(0x0008), Status::SUCCESS);
}

#[test]
fn data_field_is_exactly_the_one_object_that_belongs_there() {
    let verify = |field: Vec<u8>| Command::new(0x08, 0x20, 0x00, 0x94).with_data(field);
    let read = |field: Vec<u8>| Command {
        data: field,
        ..reading(0, 0)
    };
    let cryptogram = Terminal::open().encrypt(b"1");
    let object = |indicator: u8, cryptogram: &[u8]| {
        virtual_card::tlv::write(0x86, &[&[indicator], cryptogram].concat())
    };
    let right = object(0x01, &cryptogram);
    let length = vec![0x96, 0x03, 0x00, 0x00, 0x01];
    for (command, what) in [
        (verify(length.clone()), "a length where data belong"),
        (read(right.clone()), "data where a length belongs"),
        (verify(object(0x02, &cryptogram)), "another padding"),
        (verify(object(0x01, &cryptogram[..15])), "no whole block"),
        (verify(object(0x01, &[])), "no block"),
        (verify(vec![0x86, 0x00]), "an empty object"),
        (verify([right.clone(), right.clone()].concat()), "twice"),
        (verify([right.clone(), length.clone()].concat()), "both"),
        (
            read([length.clone(), length.clone()].concat()),
            "two lengths",
        ),
        (read(vec![0x96, 0x02, 0x00, 0x01]), "a length of two bytes"),
        (
            read(vec![0x96, 0x03, 0x01, 0x00, 0x00]),
            "a length too long",
        ),
        (verify(b"1".to_vec()), "plain data"),
        (verify(vec![]), "nothing"),
    ] {
        let mut terminal = Terminal::open();
        assert_eq!(terminal.send(&command).status, WRONG, "{what}");
        assert_eq!(terminal.select_file(0x0008), OVER, "{what}");
        assert_eq!(terminal.card.tries(PinName::InputSupportCodeA), 10);
    }
    let mut terminal = Terminal::open();
    let long_form = [&[0x86, 0x81, 0x11, 0x01], cryptogram.as_slice()].concat();
    assert_eq!(terminal.send(&verify(long_form)).status, Status(0x63C9));
}

#[test]
fn integrity_is_not_offered_and_other_commands_are_not_taken() {
    let signing = Command::new(0x08, 0x84, 0x00, 0x00).with_expected(8);
    let authenticated = Command {
        class: 0x0C,
        ..reading(0, 0)
    };
    for (command, expected) in [
        (authenticated, Status::SECURE_OBJECTS_MISSING),
        (signing, Status::SECURE_MESSAGING_NOT_SUPPORTED),
    ] {
        let mut terminal = Terminal::open();
        assert_eq!(terminal.send(&command).status, expected);
        assert_eq!(terminal.select_file(0x0008), OVER);
    }
}

#[test]
fn session_ends_like_the_security_status() {
    let open_after = |event: fn(&mut Card)| {
        let mut terminal = Terminal::open();
        event(&mut terminal.card);
        terminal.select_file(0x0008).is_success()
    };
    assert!(open_after(|_| ()));
    assert!(open_after(Card::reset));
    assert!(open_after(|card| select(card, INPUT_SUPPORT)));
    assert!(!open_after(Card::power_off));
    assert!(!open_after(|card| {
        select(card, CARD_FACE);
        select(card, INPUT_SUPPORT);
    }));
    let mut terminal = Terminal::open();
    assert_eq!(terminal.with(0xA4, 0x04, 0x0C, JPKI), Status::SUCCESS);
    assert_eq!(terminal.card.selected_application(), JPKI);
    let gone = Status::SECURE_MESSAGING_NOT_SUPPORTED;
    assert_eq!(terminal.select_file(0x0008), gone);
}

#[test]
fn wrong_number_of_the_holder_spends_a_try_encrypted_too() {
    let mut terminal = Terminal::open();
    for left in [9, 8, 7] {
        let answer = terminal.verify(0x15, "00000000000000");
        assert_eq!(answer, Status::tries_left(left));
    }
    assert_eq!(terminal.verify(0x15, ""), Status(0x63C7));
    assert_eq!(terminal.card.tries(PinName::InputSupportCodeB), 7);
}

#[test]
fn answer_that_has_no_room_is_refused_without_ending_the_session() {
    let mut terminal = Terminal::open();
    assert_eq!(terminal.select_file(0x0008), Status::SUCCESS);
    // 16 bytes become 32, with 86 21 01 before them.
    for (room, expected) in [(35, Status::SUCCESS), (34, Status::WRONG_LENGTH)] {
        let command = reading(0, 0).with_expected(room);
        assert_eq!(terminal.send(&command).status, expected);
    }
    assert_eq!(terminal.read(0, 1), Ok(vec![0xFF]));
}

#[test]
fn session_key_is_not_shown() {
    let terminal = Terminal::open();
    // The beginning of the key, as a slice of bytes is shown.
    let shown = format!("{:?}", terminal.card);
    assert!(!shown.contains("90, 91, 88, 89"), "{shown}");
    assert!(shown.contains("OpenSession"));
}

/// A card as the transport of `myna-card`.
struct Link(Card);

impl Transmit for Link {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        Ok(self.0.transmit(command))
    }
}

#[test]
fn another_programs_session_reads_what_is_read_in_the_clear() {
    let profile = profile("adult");
    let mut judge = Judge::new(Link(card("adult")));
    let mut text = TextAp::select(&mut judge).unwrap();
    text.verify_pin(&Pin::numeric("1234").unwrap()).unwrap();
    let mut session = text.open_secure_session(&[0xC3; 32]).unwrap();
    let code_a = Pin::numeric(profile.code_a()).unwrap();
    assert!(session.verify(0x0012, &code_a).is_err());
    session.verify(0x0014, &code_a).unwrap();
    for file in [0x0001, 0x0002, 0x0003, 0x0007, 0x0008] {
        let secured = session.read_ef_physical(file).unwrap();
        session.card().select_ef(file).unwrap();
        let plain = session.card().read_binary_physical().unwrap();
        assert_eq!(secured, plain, "{file:04X}");
    }
    assert_eq!(session.counter(), 13);
    assert!(!session.is_broken());
}
