//! The stand-in for terminal authentication: a convention of this harness, not J-LIS.

use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, JPKI};
use virtual_card::card::Card;
use virtual_card::status::Status;
use virtual_card::terminal;

use crate::{card, data, profile, select, select_file, send, status};

const CONDITIONS: Status = Status::CONDITIONS_NOT_SATISFIED;

/// Goes all the way to an authenticated terminal.
fn authenticate(card: &mut Card) -> Status {
    select(card, JPKI);
    select_file(card, 0x0016);
    for command in terminal::certificate_commands() {
        let status = status(card, &command);
        if !status.is_success() {
            return status;
        }
    }
    let challenge = data(card, &Command::get_challenge(16));
    status(card, &terminal::external_authenticate(&challenge))
}

fn sign(card: &mut Card, key: u16) -> Status {
    select_file(card, key);
    send(card, &Command::sign(b"x")).status
}

#[test]
fn authenticated_terminal_unlocks_the_user_key_and_nothing_else() {
    for name in ["adult", "pinless", "infant"] {
        let mut card = card(name);
        assert_eq!(authenticate(&mut card), Status::SUCCESS, "{name}");
        assert_eq!(sign(&mut card, 0x0017), Status::SUCCESS, "{name}");
        assert_eq!(sign(&mut card, 0x001A), Status::SECURITY_NOT_SATISFIED);
        select_file(&mut card, 0x0001);
        let read = Command::read_binary(0, 1);
        assert_eq!(status(&mut card, &read), Status::SECURITY_NOT_SATISFIED);
    }
}

#[test]
fn terminal_authentication_ends_like_the_security_status() {
    let after = |loss: fn(&mut Card)| {
        let mut card = card("pinless");
        assert_eq!(authenticate(&mut card), Status::SUCCESS);
        loss(&mut card);
        select(&mut card, JPKI);
        sign(&mut card, 0x0017)
    };
    assert_eq!(after(|_| ()), Status::SUCCESS);
    assert_eq!(after(Card::reset), Status::SUCCESS);
    let lost = Status::SECURITY_NOT_SATISFIED;
    assert_eq!(after(|card| select(card, CARD_FACE)), lost);
    assert_eq!(after(Card::power_off), lost);
}

#[test]
fn card_that_takes_no_stand_in_refuses_the_certificate() {
    let mut profile = profile("adult");
    profile.accept_stand_in = false;
    let mut card = Card::new(&profile, 1);
    assert_eq!(authenticate(&mut card), Status::SECURITY_NOT_SATISFIED);
    assert!(!card.is_terminal_authenticated());
}

#[test]
fn certificate_by_anybody_else_is_refused_and_leaves_no_key() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x0016);
    let [mut body, signature] = terminal::certificate_commands();
    // One bit of the modulus.
    let last = body.data.len() - 1;
    body.data[last] ^= 1;
    assert_eq!(status(&mut card, &body), Status::SUCCESS);
    assert_eq!(
        status(&mut card, &signature),
        Status::SECURITY_NOT_SATISFIED
    );
    // The body is used up.
    assert_eq!(status(&mut card, &signature), CONDITIONS);
    let challenge = data(&mut card, &Command::get_challenge(16));
    let proof = terminal::external_authenticate(&challenge);
    assert_eq!(status(&mut card, &proof), CONDITIONS);
}

#[test]
fn challenge_must_be_fresh_of_16_bytes_and_is_used_once() {
    let mut card = card("adult");
    assert_eq!(authenticate(&mut card), Status::SUCCESS);
    let again = |card: &mut Card, challenge: &[u8]| {
        let proof = terminal::external_authenticate(challenge);
        status(card, &proof)
    };
    assert_eq!(again(&mut card, &[0; 16]), CONDITIONS);
    let short = data(&mut card, &Command::get_challenge(8));
    assert_eq!(again(&mut card, &short), CONDITIONS);
    data(&mut card, &Command::get_challenge(16));
    // A wrong proof takes an earlier right one back.
    assert_eq!(again(&mut card, &[0; 16]), Status::SECURITY_NOT_SATISFIED);
    assert!(!card.is_terminal_authenticated());
}

#[test]
fn wrong_lengths_places_and_parameters_are_told_apart() {
    let mut card = card("adult");
    // As published: 256 bytes with no file selected.
    let zeros = Command::new(0x80, 0xA2, 0x00, 0xC1).with_data(vec![0; 256]);
    assert_eq!(status(&mut card, &zeros), Status::WRONG_LENGTH);
    let [body, signature] = terminal::certificate_commands();
    assert_eq!(status(&mut card, &body), Status::NO_CURRENT_FILE);
    for (p1, p2) in [(0x00, 0x00), (0x00, 0xAE), (0x80, 0x00), (0x00, 0xB6)] {
        let other = Command::new(0x80, 0xA2, p1, p2).with_data(body.data.clone());
        assert_eq!(status(&mut card, &other), Status::WRONG_PARAMETERS);
    }
    select(&mut card, JPKI);
    select_file(&mut card, 0x0017);
    assert_eq!(status(&mut card, &body), Status::STRUCTURE_CONFLICT);
    select_file(&mut card, 0x0016);
    assert_eq!(status(&mut card, &signature), CONDITIONS);
    let mut garbled = body;
    garbled.data[0] = 0x7E;
    assert_eq!(status(&mut card, &garbled), Status::WRONG_DATA);
}
