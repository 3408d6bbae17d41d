//! Every file of every application, read and judged by software that others wrote for real cards.

use myna_card::ap::common::CommonAp;
use myna_card::ap::jpki::{CertificateAvailability, JpkiAp};
use myna_card::ap::juki::JukiAp;
use myna_card::ap::surface::SurfaceAp;
use myna_card::ap::text::{self, Attributes, TextAp};
use myna_card::certificate::roots::Accept;
use myna_card::{Certificate, Error, ImageFormat, Pin, Sex, Transmit};
use proptest::prelude::*;
use virtual_card::card::Card;
use virtual_card::profile::{self, Profile};

use crate::profile;

/// Carries the judge's commands to our card.
pub(crate) struct Link(Card);

impl Transmit for Link {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        Ok(self.0.transmit(command))
    }
}

pub(crate) type Judge = myna_card::Card<Link>;

pub(crate) fn judge(profile: &Profile) -> Judge {
    Judge::new(Link(Card::new(profile, 1)))
}

pub(crate) fn standard() -> impl Iterator<Item = Profile> {
    let all = Profile::standard_names().iter().map(|name| profile(name));
    // A phone has none of these files.
    all.filter(|profile| !profile.token.is_phone())
}

fn digits(text: impl AsRef<[u8]>) -> Pin {
    Pin::numeric(text).unwrap()
}

fn date(date: jiff::civil::Date) -> myna_card::Date {
    myna_card::Date::parse(date.strftime("%Y%m%d").to_string().as_bytes()).unwrap()
}

/// Opens 券面入力補助AP with what every card has: 照合番号A for 0001, or 照合番号B for 0002.
fn text<'a>(card: &'a mut Judge, profile: &Profile, code: u16) -> TextAp<'a, Link> {
    let mut application = TextAp::select(card).unwrap();
    match code {
        text::ef::CODE_A => application.verify_code_a(&digits(profile.code_a())),
        _ => application.verify_code_b(&digits(profile.code_b())),
    }
    .unwrap();
    application
}

fn check_text(profile: &Profile) {
    let mut card = judge(profile);
    let mut application = text(&mut card, profile, text::ef::CODE_A);
    let number = application.read_my_number().unwrap();
    assert_eq!(number.as_str(), profile.my_number);
    let number_file = application.read_my_number_file().unwrap();
    assert_eq!(number_file.len(), 17);
    let integrity = application.read_integrity_record().unwrap();
    assert!(integrity.matches_my_number_file(&number_file));

    let mut application = text(&mut card, profile, text::ef::CODE_B);
    let attributes = application.read_attributes().unwrap();
    assert_eq!(attributes.name, profile.holder.name);
    assert_eq!(attributes.address, profile.holder.address);
    assert_eq!(attributes.birth_date, date(profile.holder.birth_date));
    let file = application.read_ef(text::ef::ATTRIBUTES).unwrap();
    assert!(integrity.matches_attributes_file(&file).unwrap());
}

#[test]
fn four_attributes_and_number_are_the_holders_on_every_card() {
    standard().for_each(|profile| check_text(&profile));
}

#[test]
fn records_of_input_support_are_signed_by_the_key_that_its_certificate_names() {
    for profile in standard() {
        let mut card = judge(&profile);
        let mut application = text(&mut card, &profile, text::ef::CODE_B);
        let issuer = application.read_certificate().unwrap().public_key;
        let integrity = application.read_integrity_record().unwrap();
        integrity.verify(&issuer).unwrap();
        let signed = application.read_signed_public_key().unwrap();
        signed.verify(&issuer).unwrap();
        let session = application
            .read_session_key_public_key()
            .unwrap()
            .public_key;
        assert_eq!(session.bits(), 2048);
        assert!(session != issuer && session != signed.public_key);
        // The key in 0007 is the one that signs without PIN.
        let signature = application.sign(b"challenge").unwrap();
        let key = signed.public_key;
        key.verify_pkcs1_sha256(b"challenge", &signature).unwrap();
        session
            .verify_pkcs1_sha256(b"challenge", &signature)
            .unwrap_err();
    }
}

#[test]
fn records_of_the_card_face_are_signed_and_name_the_holder_on_every_card() {
    for profile in standard() {
        let mut card = judge(&profile);
        let mut application = SurfaceAp::select(&mut card).unwrap();
        let issuer = application.read_certificate().unwrap().public_key;

        let birth_digits = digits(profile.birth_digits());
        application.verify_birth_date(&birth_digits).unwrap();
        let age = application.read_age_record().unwrap();
        age.verify(&issuer).unwrap();
        assert_eq!(age.birth_date, date(profile.holder.birth_date));

        application
            .verify_code_a(&digits(profile.code_a()))
            .unwrap();
        let face = application.read_card_face().unwrap();
        face.verify(&issuer).unwrap();
        assert_eq!(face.birth_date, age.birth_date);
        assert_eq!(face.expiry, date(profile.card_expires()));
        let number = application.read_my_number_image().unwrap();
        number.verify(&issuer).unwrap();
        assert_eq!(number.image.format, ImageFormat::Png);
        // Width and height in the header of the PNG.
        assert_eq!(number.image.data[16..24], [0, 0, 0, 72, 0, 0, 0, 12]);

        // One key in all three records, and the card proves that it has it.
        assert_eq!(age.public_key, face.public_key);
        assert_eq!(age.public_key, number.public_key);
        let signature = application.sign(b"challenge").unwrap();
        let key = age.public_key;
        key.verify_pkcs1_sha256(b"challenge", &signature).unwrap();
        issuer
            .verify_pkcs1_sha256(b"challenge", &signature)
            .unwrap_err();
    }
}

#[test]
fn basic_information_has_the_published_shape() {
    for profile in standard() {
        let mut card = judge(&profile);
        let mut application = TextAp::select(&mut card).unwrap();
        let information = application.read_ap_basic_data().unwrap();
        assert_eq!(information.identification.to_bytes(), [1, 3, 0x0E, 1]);
        assert_eq!(information.public_key_id.to_string(), "7000034/001");
        assert_eq!(information.trailing.len(), 128);
        assert!(information.digest().is_some(), "32 bytes before 96 FF");

        let mut application = SurfaceAp::select(&mut card).unwrap();
        let information = application.read_ap_basic_data().unwrap();
        assert_eq!(information.identification.to_bytes(), [6, 3, 0x0E, 1]);
        assert_eq!(information.public_key_id.to_string(), "7000024/001");
        assert_eq!(information.version, 0);
        let reference = information.encrypted_reference_number;
        assert_eq!(reference.key_id.to_string(), "7900025/001");
        assert_eq!(reference.data.len(), 256);
    }
}

#[test]
fn card_number_is_nobodys_and_the_same_wherever_it_stands() {
    let mut serials = Vec::new();
    for profile in standard() {
        let mut card = judge(&profile);
        let number = card.get_data(0x0045).unwrap();
        let municipality = card.get_data(0x00F0).unwrap();
        let expires = card.get_data(0x00F2).unwrap();
        let mut application = CommonAp::select(&mut card).unwrap();
        let information = application.read_card_info().unwrap();
        assert_eq!(information.serial.as_bytes(), number);
        assert!(information.serial.starts_with('9'));
        assert_eq!(information.municipality_code.as_bytes(), municipality);
        // Prefectures are 01 to 47.
        assert!(information.prefecture_code() > "47");
        assert_eq!(information.expiry, date(profile.card_expires()));
        let expires = myna_card::Date::parse(&expires).unwrap();
        assert_eq!(expires, information.expiry);
        let face = SurfaceAp::select(&mut card).unwrap().read_ap_basic_data();
        assert_eq!(face.unwrap().municipality_code.as_bytes(), municipality);
        serials.push(number);
    }
    serials.sort_unstable();
    serials.dedup();
    assert_eq!(serials.len(), standard().count());
}

#[test]
fn common_and_resident_register_hold_the_same_key_reference() {
    let mut card = judge(&profile("adult"));
    let common = CommonAp::select(&mut card).unwrap().read_record(2, 1);
    let register = JukiAp::select(&mut card).unwrap().read_record(2, 1);
    let record = common.unwrap();
    assert_eq!(register.unwrap(), record);
    let object = myna_card::tlv::simple::parse(&record).unwrap();
    let key_id = myna_card::data::KeyId::parse(object.value).unwrap();
    assert_eq!(key_id.number().as_bytes()[0], b'7');
    let mut application = CommonAp::select(&mut card).unwrap();
    let Err(Error::Status(status)) = application.read_record(1, 2) else {
        panic!("0001 has one record");
    };
    assert_eq!(status.value(), 0x6A83);
}

#[test]
fn contact_atr_answers_with_and_without_an_application() {
    let mut card = judge(&profile("adult"));
    let atr = hex::decode("3BE000FF8131FE4514").unwrap();
    assert_eq!(card.contact_atr().unwrap(), atr);
    let mut application = CommonAp::select(&mut card).unwrap();
    assert_eq!(application.card().contact_atr().unwrap(), atr);
}

#[test]
fn recognition_data_stands_under_the_arc_of_globalplatform() {
    let object = judge(&profile("adult")).get_data(0x0066).unwrap();
    let (recognition, rest) = virtual_card::tlv::read(&object).unwrap();
    assert!(recognition.tag == 0x73 && rest.is_empty());
    let parts = virtual_card::tlv::read_all(recognition.value).unwrap();
    assert_eq!(
        parts.iter().map(|part| part.tag).collect::<Vec<_>>(),
        [6, 0x60, 0x63, 0x64]
    );
    // 1.2.840.114283 in DER (X.690 § 8.19).
    let arc = hex::decode("2a864886fc6b").unwrap();
    let count = recognition
        .value
        .windows(6)
        .filter(|bytes| **bytes == arc[..]);
    assert_eq!(count.count(), 4);
}

#[test]
fn jpki_files_parse_and_their_certificates_lead_to_no_real_root() {
    for profile in standard() {
        let mut card = judge(&profile);
        let mut application = JpkiAp::select(&mut card).unwrap();
        assert!(application.read_token_type().unwrap().is_physical_card());
        let information = application.read_token_info().unwrap();
        assert_eq!((information.min_pin_len, information.max_pin_len), (6, 16));
        let present = application.read_certificate_availability().unwrap();
        let signature = if profile.signature_certificate.is_some() {
            0x8F
        } else {
            0
        };
        assert_eq!(
            present.raw,
            [signature, CertificateAvailability::PRESENT, 0]
        );

        let mut chains = vec![[
            application.read_auth_certificate().unwrap(),
            application.read_auth_ca_certificate().unwrap(),
        ]];
        let open = profile.tries.signature > 0;
        if let Some(password) = profile.pins.signature.as_ref().filter(|_| open) {
            let password = Pin::new(password.as_str()).unwrap();
            application.verify_sign_pin(&password).unwrap();
            chains.push([
                application.read_sign_certificate().unwrap(),
                application.read_sign_ca_certificate().unwrap(),
            ]);
        }
        for chain in chains {
            let (first_day, _) = chain[0].validity();
            Certificate::verify_chain(&chain, first_day).unwrap();
            let to_root = chain[0].verify_to_root(first_day, Accept::ProductionAndTest);
            assert!(matches!(to_root, Err(Error::SignatureInvalid(_))));
        }
    }
}

/// The attributes of the published test card, byte for byte (card.md §2.2.1).
const PUBLISHED_ATTRIBUTES: &str = "ff2065df2108000e002000590064df220fe9bb92e6a190e38080e5b9b9e4\
    b99fdf2336e69db1e4baace983bde6b885e780ace5b882e8a6b3e5b883e5ad90e58d97efbc91efbc92efbc8defbc\
    97efbc8defbc92efbc90efbc92df24083139383030323137df250131";

#[test]
fn attributes_of_the_published_card_come_out_byte_for_byte() {
    let published = hex::decode(PUBLISHED_ATTRIBUTES).unwrap();
    let attributes = Attributes::parse(&published).unwrap();
    let mut holder = profile("adult");
    holder.holder.name = attributes.name;
    holder.holder.address = attributes.address;
    holder.holder.birth_date = jiff::civil::date(1980, 2, 17);
    let mut card = judge(&holder);
    let mut application = text(&mut card, &holder, text::ef::CODE_B);
    let file = application.read_ef(text::ef::ATTRIBUTES).unwrap();
    assert_eq!(file, published);
    let card = application.card();
    card.select_ef(text::ef::ATTRIBUTES).unwrap();
    let physical = card.read_binary_physical().unwrap();
    assert!(physical[104..].iter().all(|byte| *byte == 0xFF));
}

#[test]
fn long_attributes_have_lengths_in_two_bytes() {
    let holder = profile("long-name");
    let mut card = judge(&holder);
    let mut application = text(&mut card, &holder, text::ef::CODE_B);
    let file = application.read_ef(text::ef::ATTRIBUTES).unwrap();
    // card.md §2.2.1: 82 xxxx from 128 bytes on. The table of offsets: 4 more bytes of header.
    assert_eq!(file[..3], [0xFF, 0x20, 0x82]);
    assert_eq!(file[5..8], [0xDF, 0x21, 8]);
    let name = 5 + 3 + 8;
    assert_eq!(file[8..10], (name as u16).to_be_bytes());
    let (name_length, address_length) = (holder.holder.name.len(), holder.holder.address.len());
    assert!(name_length > 127 && address_length > 127);
    assert_eq!(file[name..name + 3], [0xDF, 0x22, 0x82]);
    let address = name + 5 + name_length;
    assert_eq!(file[address..address + 3], [0xDF, 0x23, 0x82]);
}

#[test]
fn sex_that_is_not_stated_is_not_applicable() {
    let mut holder = profile("adult");
    holder.holder.sex = profile::Sex::Unstated;
    let mut card = judge(&holder);
    let attributes = text(&mut card, &holder, text::ef::CODE_B).read_attributes();
    assert_eq!(attributes.unwrap().sex, Sex::NotApplicable);
    let mut application = SurfaceAp::select(&mut card).unwrap();
    application.verify_code_b(&digits(holder.code_b())).unwrap();
    assert_eq!(
        application.read_card_face().unwrap().sex,
        Sex::NotApplicable
    );
}

#[test]
fn sexes_are_coded_as_on_real_cards() {
    for (name, sex) in [("adult", Sex::Male), ("adult-2", Sex::Female)] {
        let holder = profile(name);
        let mut card = judge(&holder);
        let attributes = text(&mut card, &holder, text::ef::CODE_B).read_attributes();
        assert_eq!(attributes.unwrap().sex, sex);
    }
}

prop_compose! {
    fn any_text()(
        text in proptest::collection::vec(any::<char>(), 1..120),
    ) -> String {
        text.into_iter().filter(|character| !character.is_control()).chain(['〇']).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_holder_is_read_back_as_stated(
        name in any_text(),
        address in any_text(),
        (year, month, day) in (1868_i16..2100, 1_i8..=12, 1_i8..=28),
        first in 0_u64..100_000_000_000,
    ) {
        let mut holder = profile("adult");
        holder.holder.name = name;
        holder.holder.address = address;
        holder.holder.birth_date = jiff::civil::date(year, month, day);
        holder.issued = jiff::civil::date(year + 30, month, day);
        let first = format!("{first:011}");
        let wrong = (profile::check_digit(&first).unwrap() + 1) % 10;
        holder.my_number = format!("{first}{wrong}");
        prop_assert_eq!(holder.problem(), None);
        check_text(&holder);
    }
}
