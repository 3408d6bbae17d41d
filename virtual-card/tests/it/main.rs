//! What a card, its profiles and the program do, seen from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod access;
mod any_profile;
mod certificates;
mod commands;
mod control;
mod corpus;
mod cv;
mod face;
mod faults;
mod files;
mod image;
mod internal_authenticate;
mod model;
mod profiles;
mod program;
mod properties;
mod reading;
mod refusals;
mod revocation;
mod rules;
mod secure_messaging;
mod selection;
mod signatures;
mod slot;
mod stand_in;
mod state;
mod tokens;
mod vpcd;

use virtual_card::apdu::{Command, Response};
use virtual_card::card::Card;
use virtual_card::profile::Profile;
use virtual_card::status::Status;

fn profile(name: &str) -> Profile {
    Profile::standard(name).unwrap()
}

fn card(name: &str) -> Card {
    Card::new(&profile(name), 1)
}

/// Sends a command as bytes and returns what comes back.
fn send(card: &mut Card, command: &Command) -> Response {
    Response::from_bytes(&card.transmit(&command.to_bytes())).unwrap()
}

fn status(card: &mut Card, command: &Command) -> Status {
    let response = send(card, command);
    assert!(response.data.is_empty(), "{command:?} gave data");
    response.status
}

/// Sends a command that must succeed and returns its data.
fn data(card: &mut Card, command: &Command) -> Vec<u8> {
    let response = send(card, command);
    assert_eq!(response.status, Status::SUCCESS, "{command:?}");
    response.data
}

fn select(card: &mut Card, aid: &[u8]) {
    data(card, &Command::select_application(aid));
}

fn select_file(card: &mut Card, file: u16) {
    data(card, &Command::select_file(file));
}

/// Selects the file of a PIN and verifies it.
fn verify(card: &mut Card, file: u16, pin: &str) -> Status {
    select_file(card, file);
    status(card, &Command::verify(pin.as_bytes()))
}

/// Reads the current file to its end, in pieces, as software does that trusts no length.
fn read_all(card: &mut Card) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let offset = u16::try_from(content.len()).unwrap();
        let response = send(card, &Command::read_binary(offset, 256));
        if response.status == Status::WRONG_OFFSET {
            return content;
        }
        assert_eq!(response.status, Status::SUCCESS);
        assert!(!response.data.is_empty(), "an empty success at {offset}");
        content.extend(response.data);
    }
}

/// Returns a key of the pool in `keys/`, of those that cards have.
///
/// Which one a card uses for what follows from its security code, 4021 on the adult's card: 3 in
/// 券面事項確認AP, 10 in 券面入力補助AP, 1 for the sessions of that, 2 in 共通カードAP.
macro_rules! holder_key {
    ($number:literal) => {{
        let der = include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/keys/holder-",
            $number,
            ".der"
        ));
        <rsa::RsaPrivateKey as rsa::pkcs8::DecodePrivateKey>::from_pkcs8_der(der)
            .unwrap()
            .to_public_key()
    }};
}
pub(crate) use holder_key;
