//! The revocation lists, read by other software than wrote them (RFC 5280 § 5).

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use jiff::Timestamp;
use virtual_card::certificate::{self, Authority};
use virtual_card::profile::{Issuer, Profile};
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;
use x509_cert::der::{Decode, Encode};

use crate::profile;

fn list(authority: &Authority, cards: &[Profile]) -> CertificateList {
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    let term = (
        moment("2026-11-01T00:00:00Z"),
        moment("2026-12-01T00:00:00Z"),
    );
    CertificateList::from_der(&authority.revocation_list(cards, term)).unwrap()
}

fn serials(list: &CertificateList) -> Vec<String> {
    let entries = list.tbs_cert_list.revoked_certificates.iter().flatten();
    entries
        .map(|entry| hex::encode(entry.serial_number.as_bytes()))
        .collect()
}

fn serial(der: &[u8]) -> String {
    let certificate = Certificate::from_der(der).unwrap();
    hex::encode(certificate.tbs_certificate.serial_number.as_bytes())
}

#[test]
fn list_names_the_revoked_certificates_and_no_others() {
    let cards = [profile("adult"), profile("revoked"), profile("elder-72")];
    let [.., users] = certificate::user_authorities();
    let [.., signatures] = certificate::signature_authorities();
    let revoked = &cards[1];
    assert_eq!(
        serials(&list(users, &cards)),
        [serial(&certificate::user(revoked))]
    );
    let signature = certificate::signature(revoked).unwrap();
    assert_eq!(serials(&list(signatures, &cards)), [serial(&signature)]);
    let nobodys = list(certificate::untrusted_authority(), &cards);
    assert!(nobodys.tbs_cert_list.revoked_certificates.is_none());
}

#[test]
fn each_authority_lists_only_what_it_issued() {
    let mut first = profile("revoked");
    first.user_certificate.authority_generation = 1;
    let mut untrusted = profile("revoked");
    untrusted.user_certificate.issuer = Issuer::Untrusted;
    let cards = [first.clone(), untrusted];
    let expected = serial(&certificate::user(&first));
    let [oldest, middle, present] = certificate::user_authorities();
    assert_eq!(
        serials(&list(oldest, &cards)),
        std::slice::from_ref(&expected)
    );
    assert!(serials(&list(middle, &cards)).is_empty());
    assert!(serials(&list(present, &cards)).is_empty());
    let nobodys = list(certificate::untrusted_authority(), &cards);
    assert_eq!(serials(&nobodys), [expected]);
}

#[test]
fn list_is_signed_by_its_authority_and_says_when() {
    for authority in certificate::user_authorities() {
        let list = list(authority, &[profile("revoked")]);
        let signed = list.tbs_cert_list.to_der().unwrap();
        let issuer = Certificate::from_der(authority.certificate()).unwrap();
        let issuer = issuer.tbs_certificate;
        let key = issuer.subject_public_key_info.subject_public_key;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.raw_bytes())
            .verify(&signed, list.signature.raw_bytes())
            .unwrap();
        let list = list.tbs_cert_list;
        assert_eq!(list.issuer, issuer.subject);
        assert_eq!(
            list.this_update.to_date_time().to_string(),
            "2026-11-01T00:00:00Z"
        );
        assert_eq!(
            list.next_update.unwrap().to_date_time().to_string(),
            "2026-12-01T00:00:00Z"
        );
        let extensions = list.crl_extensions.unwrap();
        let identifiers: Vec<_> = extensions
            .iter()
            .map(|extension| extension.extn_id.to_string())
            .collect();
        // authorityKeyIdentifier and cRLNumber: RFC 5280 § 5.2 wants both.
        assert_eq!(identifiers, ["2.5.29.35", "2.5.29.20"]);
    }
}
