//! COMPUTE DIGITAL SIGNATURE in its six forms, checked with the public half of each key
//! (card.md §4.1).

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};
use sha2::{Digest, Sha256};
use virtual_card::apdu::Command;
use virtual_card::applications::{CARD_FACE, INPUT_SUPPORT, JPKI, SECURITY_DOMAIN};
use virtual_card::card::Card;
use virtual_card::status::Status;

use crate::certificates::public_key;
use crate::{card, data, holder_key, profile, read_all, select, select_file, status, verify};

const DIGEST_INFO: &str = "3031300d060960864801650304020105000420";

fn sign(p1: u8, p2: u8, input: &[u8]) -> Command {
    Command::new(0x80, 0x2A, p1, p2)
        .with_data(input)
        .with_expected(256)
}

/// A card on which one key may sign, P2 that names it, and its public half.
fn signers() -> Vec<(Card, u8, RsaPublicKey)> {
    let mut user = card("adult");
    let user_key = public_key(&user.user_certificate());
    select(&mut user, JPKI);
    assert_eq!(verify(&mut user, 0x18, "1234"), Status::SUCCESS);
    select_file(&mut user, 0x17);
    let mut signature = card("adult");
    select(&mut signature, JPKI);
    assert_eq!(verify(&mut signature, 0x1B, "ABC123"), Status::SUCCESS);
    select_file(&mut signature, 0x01);
    let certificate = read_all(&mut signature);
    let length = 4 + usize::from(u16::from_be_bytes([certificate[2], certificate[3]]));
    let signature_key = public_key(&certificate[..length]);
    let mut face = card("adult");
    select(&mut face, CARD_FACE);
    let mut support = card("adult");
    select(&mut support, INPUT_SUPPORT);
    vec![
        (user, 0x80, user_key.clone()),
        (signature, 0x9A, signature_key),
        (face.clone(), 0x00, holder_key!("3")),
        (face, 0x9A, holder_key!("3")),
        (support.clone(), 0x00, holder_key!("10")),
        (support, 0x93, holder_key!("10")),
    ]
}

/// Returns what a signature holds, without the leading 00 that is no part of the number.
fn block(key: &RsaPublicKey, signature: &[u8]) -> Vec<u8> {
    assert_eq!(signature.len(), 256);
    BigUint::from_bytes_be(signature)
        .modpow(key.e(), key.n())
        .to_bytes_be()
}

/// Returns `01 FF … 00 value`, PKCS#1 v1.5 of RFC 8017 § 9.2.
fn padded(value: &[u8]) -> Vec<u8> {
    let filler = vec![0xFF; 253 - value.len()];
    [&[0x01], filler.as_slice(), &[0x00], value].concat()
}

#[test]
fn pkcs1_forms_pad_what_they_say() {
    let message = b"SIMULATION";
    let hash = Sha256::digest(message);
    let info = [&hex::decode(DIGEST_INFO).unwrap(), hash.as_slice()].concat();
    for (mut card, p2, key) in signers() {
        for (p1, input, value) in [
            (0, message.as_slice(), message.as_slice()),
            (0, &info, &info),
            (1, message, &hash),
            (2, &hash, &info),
            (3, message, &info),
        ] {
            let signature = data(&mut card, &sign(p1, p2, input));
            assert_eq!(block(&key, &signature), padded(value), "P1 {p1:02X}");
        }
    }
}

#[test]
fn forms_over_a_message_verify_in_another_library() {
    let message = [0x42; 255];
    let hash = Sha256::digest(message);
    for (mut card, p2, key) in signers() {
        let key = RsaPublicKeyComponents {
            n: key.n().to_bytes_be(),
            e: key.e().to_bytes_be(),
        };
        for (p1, input, scheme) in [
            (2, hash.as_slice(), &RSA_PKCS1_2048_8192_SHA256),
            (3, &message, &RSA_PKCS1_2048_8192_SHA256),
            // MGF1 with SHA-256 and a salt of 32 bytes; any other length would be refused.
            (4, &hash, &RSA_PSS_2048_8192_SHA256),
            (5, &message, &RSA_PSS_2048_8192_SHA256),
        ] {
            let signature = data(&mut card, &sign(p1, p2, input));
            let verified = key.verify(scheme, &message, &signature);
            assert!(verified.is_ok(), "P1 {p1:02X} P2 {p2:02X}");
        }
    }
}

#[test]
fn salts_never_come_twice_and_follow_from_the_seed() {
    let signatures = |seed: u64, p1: u8| {
        let mut card = Card::new(&profile("adult"), seed);
        select(&mut card, INPUT_SUPPORT);
        [(); 3].map(|()| data(&mut card, &sign(p1, 0x00, &[7; 32])))
    };
    for p1 in [4, 5] {
        let [first, second, third] = signatures(1, p1);
        assert!(first != second && second != third && first != third);
        assert_eq!(signatures(1, p1), [first.clone(), second, third]);
        assert_ne!(signatures(2, p1)[0], first);
    }
    for p1 in [0, 1, 2, 3] {
        let [first, second, _] = signatures(1, p1);
        assert_eq!(first, second);
        assert_eq!(signatures(2, p1)[0], first);
    }
}

#[test]
fn pss_signature_takes_nothing_from_the_challenges() {
    let mut card = card("adult");
    let before = data(&mut card, &Command::get_challenge(32));
    select(&mut card, CARD_FACE);
    data(&mut card, &sign(5, 0x00, b"x"));
    let after = data(&mut card, &Command::get_challenge(32));
    assert_ne!(before, after);
}

#[test]
fn each_form_takes_the_lengths_of_its_own() {
    let lengths = [0, 1, 31, 32, 33, 245, 246, 255, 256];
    // 9000, or what is refused: by length, or for being no SHA-256.
    let pads = [
        0x6700, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x6700, 0x6700, 0x6700,
    ];
    let hashes = [
        0x6700, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x9000, 0x6700,
    ];
    let hashed = [
        0x6700, 0x6985, 0x6985, 0x9000, 0x6985, 0x6985, 0x6985, 0x6985, 0x6700,
    ];
    for (p1, expected) in [pads, hashes, hashed, hashes, hashed, hashes]
        .iter()
        .enumerate()
    {
        let mut card = card("adult");
        select(&mut card, CARD_FACE);
        for (length, expected) in lengths.iter().zip(expected) {
            let command = sign(p1 as u8, 0x00, &vec![0x42; *length]);
            let got = crate::send(&mut card, &command).status;
            assert_eq!(got, Status(*expected), "P1 {p1:02X} with {length} bytes");
        }
    }
}

#[test]
fn keys_behind_a_pin_refuse_every_form_without_it() {
    for key in [0x97, 0x9A] {
        for p1 in 0..=5 {
            let mut card = card("adult");
            select(&mut card, JPKI);
            let command = sign(p1, key, &[7; 32]);
            let answer = status(&mut card, &command);
            assert_eq!(answer, Status::SECURITY_NOT_SATISFIED);
            assert_eq!(card.current_file(), None);
        }
    }
}

#[test]
fn only_the_two_surface_applications_have_a_key_of_their_own() {
    for aid in [JPKI, SECURITY_DOMAIN] {
        let mut card = card("adult");
        select(&mut card, aid);
        let command = sign(0, 0x00, &[7; 32]);
        assert_eq!(status(&mut card, &command), Status::WRONG_PARAMETERS);
    }
}

#[test]
fn signature_of_a_named_key_makes_it_the_current_file() {
    let mut card = card("adult");
    select(&mut card, INPUT_SUPPORT);
    data(&mut card, &sign(0, 0x00, b"x"));
    assert_eq!(card.current_file(), None);
    data(&mut card, &sign(0, 0x93, b"x"));
    assert_eq!(card.current_file(), Some(0x13));
    data(&mut card, &sign(0, 0x80, b"x"));
}
