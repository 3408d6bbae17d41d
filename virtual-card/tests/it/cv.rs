//! The card-verifiable certificates: their bytes, their signatures, and that nobody knows them.

use myna_card::ap::surface::SurfaceAp;
use myna_card::ap::text::TextAp;
use myna_card::data::{CardVerifiableCertificate as Certificate, RsaPublicKey};
use myna_card::{Error, MasterFile};
use virtual_card::cv_certificate::{self, Authority};
use virtual_card::terminal;

use crate::files::{judge, standard};
use crate::profile;

/// Returns the certificates of a card: both applications', then those of the card level.
fn certificates(profile: &virtual_card::profile::Profile) -> Vec<Certificate> {
    let mut card = judge(profile);
    let mut all = vec![
        TextAp::select(&mut card)
            .unwrap()
            .read_certificate()
            .unwrap(),
        SurfaceAp::select(&mut card)
            .unwrap()
            .read_certificate()
            .unwrap(),
    ];
    let mut level = MasterFile::select(&mut card).unwrap();
    all.extend(level.certificate_chain().unwrap());
    all
}

fn authority(number: &str) -> Authority {
    let shown = |authority: &Authority| authority.key_id.to_string() == format!("{number}/001");
    cv_certificate::authorities()
        .into_iter()
        .find(shown)
        .unwrap()
}

fn public_key(authority: &Authority) -> RsaPublicKey {
    RsaPublicKey {
        exponent: vec![1, 0, 1],
        modulus: authority.modulus.to_vec(),
    }
}

#[test]
fn each_certificate_verifies_under_our_authority_and_under_no_other() {
    for profile in standard() {
        let certificates = certificates(&profile);
        for (certificate, issuer) in certificates.iter().zip(["7000033", "7000023", "7000020"]) {
            let issuer = authority(issuer);
            assert_eq!(
                certificate.issuer_key_id.as_bytes(),
                issuer.key_id.as_bytes()
            );
            for authority in cv_certificate::authorities() {
                let verified = certificate.verify_with(&public_key(&authority)).is_ok();
                assert_eq!(verified, authority.key_id == issuer.key_id);
            }
        }
    }
}

#[test]
fn nobody_else_knows_the_authorities() {
    for profile in standard() {
        let certificates = certificates(&profile);
        for certificate in &certificates {
            let verified = certificate.verify();
            assert!(matches!(
                verified,
                Err(Error::UnknownCertificateAuthority(_))
            ));
        }
        let chain = Certificate::verify_chain(&certificates[2..]);
        assert!(matches!(chain, Err(Error::UnknownCertificateAuthority(_))));
    }
}

#[test]
fn every_key_id_begins_with_7() {
    let mut all: Vec<_> = standard()
        .flat_map(|profile| certificates(&profile))
        .flat_map(|certificate| [certificate.issuer_key_id, certificate.subject_key_id])
        .collect();
    let mut card = judge(&profile("adult"));
    for tag in [0x0042, 0x00F7] {
        let object = card.get_data(tag).unwrap();
        all.push(myna_card::data::KeyId::parse(&object).unwrap());
    }
    for key_id in all {
        assert!(key_id.number().starts_with('7'), "{key_id:?}");
        assert_eq!(key_id.as_bytes()[7..9], [0x08, 0x05]);
    }
}

#[test]
fn chain_of_the_card_level_links_and_older_cards_lack_its_end() {
    let chain = |name: &str| certificates(&profile(name)).split_off(2);
    let [upper, lower] = chain("adult").try_into().unwrap();
    assert_eq!(lower.issuer_key_id, upper.subject_key_id);
    lower.verify_with(&upper.public_key).unwrap();
    let municipality = judge(&profile("adult")).get_data(0x00F7).unwrap();
    assert_eq!(*lower.issuer_key_id.as_bytes(), municipality[..]);
    // Last bytes as published: A8, 98, 40.
    let last = [
        upper.issuer_key_id,
        upper.subject_key_id,
        lower.subject_key_id,
    ];
    assert_eq!(last.map(|key_id| key_id.as_bytes()[15]), [0xA8, 0x98, 0x40]);
    // Issued in 2022.
    assert_eq!(chain("elder-72"), [upper]);
}

#[test]
fn certificates_have_the_published_bytes_around_ids_and_keys() {
    let mut card = judge(&profile("adult"));
    for (application, issuer) in [(true, "37303030303333"), (false, "37303030303233")] {
        let file = if application {
            TextAp::select(&mut card).unwrap().read_ef(4).unwrap()
        } else {
            SurfaceAp::select(&mut card).unwrap().read_ef(4).unwrap()
        };
        assert_eq!(file.len(), 568);
        let start = format!("7f218202335f4e820129{issuer}08053030310000000037");
        assert!(hex::encode(&file).starts_with(&start));
        assert_eq!(hex::encode(&file[42..51]), "900301000191820100");
        assert_eq!(hex::encode(&file[307..312]), "5f37820100");
    }
    let mut level = MasterFile::select(&mut card).unwrap();
    for tag in [0x00F8, 0x7F21] {
        let object = level.data_object(tag).unwrap();
        assert_eq!(object.len(), 575);
        let start = "4d0a42105f20105f498201095f4e82012937";
        assert!(hex::encode(&object).starts_with(start));
        assert_eq!(hex::encode(&object[49..58]), "900301000191820100");
        assert_eq!(hex::encode(&object[314..319]), "5f37820100");
    }
}

#[test]
fn stand_in_terminal_has_a_certificate_of_the_same_form_and_an_authority_of_its_own() {
    let [first, second] = terminal::certificate_commands();
    let certificate = Certificate::parse(&[first.data, second.data].concat()).unwrap();
    assert_eq!(certificate.issuer_key_id.to_string(), "7000073/001");
    assert_eq!(certificate.subject_key_id.to_string(), "7999999/001");
    for authority in cv_certificate::authorities() {
        certificate
            .verify_with(&public_key(&authority))
            .unwrap_err();
    }
}
