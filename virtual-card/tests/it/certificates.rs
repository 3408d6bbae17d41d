//! The certificates on the card, read by other software than wrote them (card.md §6).

use std::io::Write;
use std::process::{Command as Process, Stdio};

use rsa::RsaPublicKey;
use rsa::pkcs8::DecodePublicKey;
use virtual_card::apdu::Command;
use virtual_card::applications::JPKI;
use virtual_card::card::Card;
use virtual_card::certificate;
use virtual_card::profile::{Issuer, Profile};
use virtual_card::status::Status;
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use crate::{card, data, profile, read_all, select, select_file, verify};

pub(crate) fn public_key(certificate: &[u8]) -> RsaPublicKey {
    let certificate = Certificate::from_der(certificate).unwrap();
    let info = certificate.tbs_certificate.subject_public_key_info;
    RsaPublicKey::from_public_key_der(&info.to_der().unwrap()).unwrap()
}

fn extensions(der: &[u8]) -> Vec<(String, bool)> {
    let certificate = Certificate::from_der(der).unwrap();
    let extensions = certificate.tbs_certificate.extensions.unwrap();
    extensions
        .into_iter()
        .map(|extension| (extension.extn_id.to_string(), extension.critical))
        .collect()
}

fn name(name: &x509_cert::name::Name) -> String {
    // RFC 4514 writes the last part first.
    name.to_string()
}

#[test]
fn file_000a_holds_the_certificate_byte_for_byte() {
    let mut card = card("adult");
    select(&mut card, JPKI);
    select_file(&mut card, 0x000A);
    let content = read_all(&mut card);
    let certificate = card.user_certificate();
    assert!(content.starts_with(&certificate));
    assert!(content[certificate.len()..].iter().all(|byte| *byte == 0));
}

#[test]
fn user_certificate_has_the_profile_of_the_published_one() {
    let profile = profile("adult");
    let der = certificate::user(&profile);
    let certificate = Certificate::from_der(&der).unwrap().tbs_certificate;
    assert_eq!(
        hex::encode(certificate.serial_number.as_bytes()),
        profile.user_certificate_serial_hex()
    );
    assert_eq!(
        name(&certificate.issuer),
        "OU=Simulated certification authority\\, not J-LIS,\
         OU=Simulated user authentication,O=UKETSUKE-SIMULATION,C=JP"
    );
    let subject = name(&certificate.subject);
    let common_name = subject
        .strip_prefix("CN=")
        .unwrap()
        .strip_suffix(",C=JP")
        .unwrap();
    assert_eq!(common_name.len(), 23);
    assert_eq!(&common_name[14..19], "99999");
    assert_eq!(
        certificate.validity.not_after.to_unix_duration().as_secs(),
        u64::try_from(profile.user_certificate_not_after().as_second()).unwrap()
    );
    let expected = [
        ("2.5.29.15", true),
        ("2.5.29.37", false),
        ("2.5.29.32", true),
        ("2.5.29.18", false),
        ("2.5.29.31", false),
        ("1.3.6.1.5.5.7.1.1", false),
        ("2.5.29.35", false),
        ("2.5.29.14", false),
    ];
    assert_eq!(
        extensions(&der),
        expected.map(|(oid, critical)| (oid.to_owned(), critical))
    );
}

#[test]
fn signature_certificate_names_the_holder_in_the_published_order() {
    let profile = profile("adult");
    let der = certificate::signature(&profile).unwrap();
    let identifiers: Vec<String> = extensions(&der).into_iter().map(|(oid, _)| oid).collect();
    assert_eq!(
        identifiers,
        [
            "2.5.29.15",
            "2.5.29.17",
            "2.5.29.32",
            "2.5.29.18",
            "2.5.29.31",
            "2.5.29.35",
            "2.5.29.14"
        ]
    );
    let certificate = Certificate::from_der(&der).unwrap().tbs_certificate;
    let (_, names) = certificate
        .get::<x509_cert::ext::pkix::SubjectAltName>()
        .unwrap()
        .unwrap();
    let entries: Vec<(String, String)> = names.0.iter().map(other_name).collect();
    let arc = "1.2.392.200149.8.5.5";
    let expected = [
        (1, profile.holder.name.as_str()),
        (4, "319850615"),
        (3, "1"),
        (5, profile.holder.address.as_str()),
        (2, "00000"),
        (6, "000000000000000"),
    ]
    .map(|(number, text)| (format!("{arc}.{number}"), text.to_owned()));
    assert_eq!(entries, expected);
    assert!(name(&certificate.subject).ends_with(",L=Mogi-shi,L=Kaku-ken,C=JP"));
    assert_eq!(certificate::signature(&crate::profile("child-10")), None);
}

/// Type and text of an otherName, whose value stands under an explicit [0].
fn other_name(entry: &x509_cert::ext::pkix::name::GeneralName) -> (String, String) {
    let x509_cert::ext::pkix::name::GeneralName::OtherName(other) = entry else {
        panic!("{entry:?} is no otherName");
    };
    // OtherName keeps the content of its explicit tag.
    let text = other.value.decode_as::<String>().unwrap();
    (other.type_id.to_string(), text)
}

#[test]
fn certificate_lies_under_the_key_that_signs() {
    for (file, pin_file, pin, key) in [
        (0x000A, 0x0018, "1234", 0x0017),
        (0x0001, 0x001B, "ABC123", 0x001A),
    ] {
        let mut card = card("adult");
        select(&mut card, JPKI);
        assert_eq!(verify(&mut card, pin_file, pin), Status::SUCCESS);
        select_file(&mut card, file);
        let content = read_all(&mut card);
        let length = 4 + usize::from(u16::from_be_bytes([content[2], content[3]]));
        let public = public_key(&content[..length]);
        select_file(&mut card, key);
        let signature = data(&mut card, &Command::sign(b"any bytes"));
        let padding = rsa::Pkcs1v15Sign::new_unprefixed();
        public.verify(padding, b"any bytes", &signature).unwrap();
    }
}

#[test]
fn untrusted_certificate_comes_with_its_own_authority() {
    let mut profile = profile("adult");
    let trusted = Card::new(&profile, 1).user_certificate();
    profile.user_certificate.issuer = Issuer::Untrusted;
    let mut card = Card::new(&profile, 1);
    assert_eq!(public_key(&card.user_certificate()), public_key(&trusted));
    select(&mut card, JPKI);
    select_file(&mut card, 0x000B);
    assert!(read_all(&mut card).starts_with(certificate::untrusted_ca_der()));
    assert_ne!(certificate::untrusted_ca_der(), certificate::user_ca_der());
}

#[test]
fn three_generations_share_a_name_and_nothing_else() {
    for authorities in [
        certificate::user_authorities(),
        certificate::signature_authorities(),
    ] {
        let parsed = authorities.each_ref().map(|authority| {
            let der = authority.certificate();
            Certificate::from_der(der).unwrap().tbs_certificate
        });
        let [first, second, present] = &parsed;
        assert_eq!(first.subject, second.subject);
        assert_eq!(second.subject, present.subject);
        assert!(
            parsed
                .iter()
                .all(|certificate| certificate.issuer == certificate.subject)
        );
        assert!(
            first.serial_number != second.serial_number
                && second.serial_number != present.serial_number
                && first.serial_number != present.serial_number
        );
        let keys = authorities
            .each_ref()
            .map(|it| public_key(it.certificate()));
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
        // Each takes over before the one before it ends.
        let end = |of: &x509_cert::TbsCertificate| of.validity.not_after.to_unix_duration();
        let start = |of: &x509_cert::TbsCertificate| of.validity.not_before.to_unix_duration();
        assert!(start(second) < end(first) && start(present) < end(second));
    }
    assert_eq!(certificate::user_ca_ders()[2], certificate::user_ca_der());
}

#[test]
fn authority_key_identifier_tells_which_generation_signed() {
    use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
    let authorities = certificate::user_authorities().iter();
    for (generation, authority) in (1..).zip(authorities) {
        let mut profile = profile("adult");
        profile.user_certificate.authority_generation = generation;
        let mut card = Card::new(&profile, 1);
        let issued = Certificate::from_der(&card.user_certificate()).unwrap();
        let issuer = Certificate::from_der(authority.certificate()).unwrap();
        let (_, named): (_, AuthorityKeyIdentifier) =
            issued.tbs_certificate.get().unwrap().unwrap();
        let (_, own): (_, SubjectKeyIdentifier) = issuer.tbs_certificate.get().unwrap().unwrap();
        assert_eq!(named.key_identifier.unwrap(), own.0);
        let serial = named.authority_cert_serial_number.unwrap();
        assert_eq!(serial, issuer.tbs_certificate.serial_number);
        select(&mut card, JPKI);
        select_file(&mut card, 0x000B);
        assert!(read_all(&mut card).starts_with(authority.certificate()));
    }
}

#[test]
fn signature_certificate_has_a_term_an_issuer_and_a_generation_of_its_own() {
    let mut profile = profile("adult");
    let usual = certificate::signature(&profile).unwrap();
    let user = certificate::user(&profile);
    let held = profile.signature_certificate.as_mut().unwrap();
    held.not_before = "2024-04-01T01:00:00Z".parse().ok();
    held.not_after = "2025-01-31T14:59:59Z".parse().ok();
    held.authority_generation = 2;
    held.generation = 2;
    let der = certificate::signature(&profile).unwrap();
    let special = Certificate::from_der(&der).unwrap().tbs_certificate;
    let usual_serial = Certificate::from_der(&usual).unwrap().tbs_certificate;
    assert_ne!(special.serial_number, usual_serial.serial_number);
    assert_ne!(public_key(&der), public_key(&usual));
    assert_eq!(
        special.validity.not_before.to_date_time().to_string(),
        "2024-04-01T01:00:00Z"
    );
    assert_eq!(
        special.validity.not_after.to_date_time().to_string(),
        "2025-01-31T14:59:59Z"
    );
    assert_eq!(certificate::user(&profile), user);
    let mut card = Card::new(&profile, 1);
    select(&mut card, JPKI);
    select_file(&mut card, 0x0002);
    let issuer = certificate::signature_authorities()[1].certificate();
    assert!(read_all(&mut card).starts_with(issuer));
}

#[test]
fn municipality_stands_in_both_subjects() {
    let mut profile = profile("adult");
    profile.municipality = Some("88888".to_owned());
    for der in [
        certificate::user(&profile),
        certificate::signature(&profile).unwrap(),
    ] {
        let subject = name(&Certificate::from_der(&der).unwrap().tbs_certificate.subject);
        assert!(subject.contains("88888003A"), "{subject}");
    }
}

#[test]
fn phones_signature_certificate_has_a_policy_of_its_own() {
    use x509_cert::ext::pkix::CertificatePolicies;
    let policy = |name: &str| {
        let der = certificate::signature(&profile(name)).unwrap();
        let certificate = Certificate::from_der(&der).unwrap().tbs_certificate;
        let (_, policies): (_, CertificatePolicies) = certificate.get().unwrap().unwrap();
        policies.0[0].policy_identifier.to_string()
    };
    assert_eq!(policy("adult"), "1.2.392.200149.8.5.1.0.20");
    assert_eq!(policy("android"), "1.2.392.200149.8.5.1.0.40");
    assert_eq!(policy("iphone"), "1.2.392.200149.8.5.1.0.40");
}

#[test]
fn no_two_standard_cards_share_a_serial_number() {
    let mut serials: Vec<String> = Profile::standard_names()
        .iter()
        .map(|name| profile(name).user_certificate_serial_hex())
        .collect();
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), Profile::standard_names().len());
}

/// Runs `openssl` with the certificate on its input; nothing when there is no such program.
fn openssl(arguments: &[&str], input: &[u8]) -> Option<(bool, String)> {
    let process = Process::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut process) = process else {
        println!("left out: there is no openssl here (Debian: apt-get install openssl)");
        return None;
    };
    process.stdin.take().unwrap().write_all(input).unwrap();
    let output = process.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Some((output.status.success(), text))
}

/// Turns DER into PEM, which `openssl verify` wants.
fn pem(der: &[u8]) -> Option<String> {
    let arguments = ["x509", "-inform", "DER", "-outform", "PEM"];
    let (done, text) = openssl(&arguments, der)?;
    assert!(done, "{text}");
    Some(text)
}

/// Lets OpenSSL verify a chain of two at a moment in the middle of the certificate's term.
fn openssl_verifies(certificate: &[u8], authority: &[u8], at: i64) -> Option<bool> {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!(
        "{}.pem",
        hex::encode(&authority[authority.len() - 8..])
    ));
    std::fs::write(&file, pem(authority)?).unwrap();
    let at = at.to_string();
    let file = file.to_str().unwrap();
    let arguments = ["verify", "-x509_strict", "-attime", &at, "-CAfile", file];
    Some(openssl(&arguments, pem(certificate)?.as_bytes())?.0)
}

#[test]
fn openssl_verifies_every_certificate_and_refuses_the_untrusted_one() {
    for name in Profile::standard_names() {
        let mut profile = profile(name);
        let user_ca = certificate::user_issuer_der(&profile);
        let signature_ca = certificate::signature_issuer_der(&profile);
        let at = profile.user_certificate_not_after().as_second() - 86_400;
        let user = certificate::user(&profile);
        let Some(verified) = openssl_verifies(&user, user_ca, at) else {
            return;
        };
        assert!(verified, "user certificate of {name}");
        assert_eq!(openssl_verifies(&user, user_ca, at + 90_000), Some(false));
        if let Some(signature) = certificate::signature(&profile) {
            assert_eq!(openssl_verifies(&signature, signature_ca, at), Some(true));
        }
        profile.user_certificate.issuer = Issuer::Untrusted;
        let untrusted = certificate::user(&profile);
        assert_eq!(openssl_verifies(&untrusted, user_ca, at), Some(false));
    }
}
