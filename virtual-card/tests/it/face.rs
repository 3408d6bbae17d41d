//! The face file of 券面事項確認AP, taken apart by its own tables (card.md §2.3.1).

use rsa::BigUint;
use sha2::{Digest, Sha256};
use virtual_card::apdu::Command;
use virtual_card::applications::CARD_FACE;
use virtual_card::applications::card_face::tag;
use virtual_card::status::Status;
use virtual_card::tlv;

use crate::{card, data, profile, read_all, select, select_file, status, verify};

pub(crate) fn face(name: &str) -> Vec<u8> {
    let mut card = card(name);
    select(&mut card, CARD_FACE);
    let code_b = profile(name).code_b();
    assert_eq!(verify(&mut card, 0x0012, &code_b), Status::SUCCESS);
    select_file(&mut card, 0x0002);
    read_all(&mut card)
}

pub(crate) fn check_offsets(name: &str) {
    let file = face(name);
    let (outer, _) = tlv::read(&file).unwrap();
    let offsets = tlv::find(outer.value, tag::OFFSETS).unwrap();
    let tags: Vec<u16> = offsets
        .chunks(2)
        .map(|offset| usize::from(u16::from_be_bytes([offset[0], offset[1]])))
        .map(|offset| tlv::read(&file[offset..]).unwrap().0.tag)
        .collect();
    assert_eq!(
        tags,
        (tag::BIRTH_DATE..=tag::SECURITY_CODE).collect::<Vec<_>>()
    );
    // Up to the public key, all lengths are those of the published test card.
    assert_eq!(hex::encode(&offsets[..8]), "001a002500290137");
}

#[test]
fn every_face_has_the_layout_of_the_published_one() {
    for name in virtual_card::profile::Profile::standard_names() {
        // A phone has no face.
        if crate::profile(name).token.is_phone() {
            continue;
        }
        check_offsets(name);
        let file = face(name);
        let (outer, filler) = tlv::read(&file).unwrap();
        assert_eq!(outer.tag, tag::FACE);
        assert!(filler.iter().all(|byte| *byte == 0xFF));
        assert_eq!(tlv::read_all(outer.value).unwrap().len(), 10);
    }
}

#[test]
fn face_tells_the_holder_and_the_end_of_validity() {
    let file = face("adult");
    let (outer, _) = tlv::read(&file).unwrap();
    let value = |tag| tlv::find(outer.value, tag).unwrap();
    assert_eq!(value(tag::BIRTH_DATE), b"19850615");
    assert_eq!(value(tag::SEX), b"1");
    assert_eq!(value(tag::EXPIRES), b"20330615");
    assert_eq!(value(tag::PUBLIC_KEY).len(), 265);
    for image in [tag::NAME, tag::ADDRESS, tag::SECURITY_CODE] {
        assert!(value(image).starts_with(b"\x89PNG\r\n\x1A\n"));
    }
    let photo = value(tag::PHOTO);
    assert!(photo.starts_with(b"\x00\x00\x00\x0CjP  \r\n\x87\n"));
    // The image header box: height, width, one component of 8 bits.
    let header = photo.windows(4).position(|bytes| bytes == b"ihdr").unwrap();
    assert_eq!(
        hex::encode(&photo[header + 4..header + 15]),
        "000001d80000017a000107"
    );
}

#[test]
fn faces_differ_with_age_and_a_card_without_photo_has_none() {
    let photo = |name: &str| {
        let file = face(name);
        let (outer, _) = tlv::read(&file).unwrap();
        tlv::find(outer.value, tag::PHOTO).unwrap().to_vec()
    };
    let photos = ["adult", "child-10", "elder-80"].map(photo);
    assert!(photos[0] != photos[1] && photos[1] != photos[2] && photos[0] != photos[2]);
    assert!(photo("infant").is_empty());
}

#[test]
fn signature_covers_birth_date_to_photo_in_three_digests() {
    let file = face("adult");
    let (outer, _) = tlv::read(&file).unwrap();
    let object = |tag| tlv::write(tag, tlv::find(outer.value, tag).unwrap());
    let joined = |tags: &[u16]| tags.iter().flat_map(|tag| object(*tag)).collect::<Vec<_>>();
    let digests = [
        Sha256::digest(joined(&[tag::BIRTH_DATE, tag::SEX, tag::PUBLIC_KEY])),
        Sha256::digest(joined(&[tag::NAME, tag::ADDRESS])),
        Sha256::digest(object(tag::PHOTO)),
    ]
    .concat();
    let header = hex::decode("3071300D060960864801650304020105000460").unwrap();
    let info = [header, digests].concat();
    let signature = tlv::find(outer.value, tag::SIGNATURE).unwrap();
    // The key that signs faces lies in the repository, not on the card (0004 is later work).
    let key = include_bytes!("../../keys/card-face-ca.der");
    let key = <rsa::RsaPrivateKey as rsa::pkcs8::DecodePrivateKey>::from_pkcs8_der(key).unwrap();
    key.to_public_key()
        .verify(rsa::Pkcs1v15Sign::new_unprefixed(), &info, signature)
        .unwrap();
}

#[test]
fn cards_own_key_signs_without_pin_and_is_the_one_in_the_file() {
    let file = face("adult");
    let (outer, _) = tlv::read(&file).unwrap();
    let public = tlv::find(outer.value, tag::PUBLIC_KEY).unwrap();
    let modulus = BigUint::from_bytes_be(tlv::find(public, tag::MODULUS).unwrap());
    let key = rsa::RsaPublicKey::new(modulus, BigUint::from(65_537_u32)).unwrap();
    let mut card = card("adult");
    select(&mut card, CARD_FACE);
    let sign = Command::new(0x80, 0x2A, 0x00, 0x00).with_data(*b"nonce");
    let signature = data(&mut card, &sign);
    key.verify(rsa::Pkcs1v15Sign::new_unprefixed(), b"nonce", &signature)
        .unwrap();
}

#[test]
fn only_codes_a_and_b_open_the_face() {
    let opened = |file: u16, secret: &str| {
        let mut card = card("adult");
        select(&mut card, CARD_FACE);
        assert_eq!(verify(&mut card, file, secret), Status::SUCCESS);
        select_file(&mut card, 0x0002);
        crate::send(&mut card, &Command::read_binary(0, 1)).status
    };
    let adult = profile("adult");
    assert_eq!(opened(0x0012, &adult.code_b()), Status::SUCCESS);
    assert_eq!(opened(0x0013, &adult.code_a()), Status::SUCCESS);
    assert_eq!(
        opened(0x0011, &adult.birth_digits()),
        Status::SECURITY_NOT_SATISFIED
    );
    let mut card = card("adult");
    select(&mut card, CARD_FACE);
    select_file(&mut card, 0x0002);
    assert_eq!(
        status(&mut card, &Command::read_binary(0, 1)),
        Status::SECURITY_NOT_SATISFIED
    );
}
