//! The distinguished names in the certificates: built like the real ones, and none of them real.

use const_oid::ObjectIdentifier;

use crate::certificate::der;
use crate::profile::Profile;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const LOCALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.7");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// O of every issuer. Never `JPKI` nor `JPKI-TEST`.
const ORGANIZATION_NAME: &str = "UKETSUKE-SIMULATION";
/// End of both kinds of subject name on the published test card.
const SUBJECT_END: &str = "003A";

/// Returns the issuer's name; `unit` says what it issues.
pub fn issuer(unit: &str) -> Vec<u8> {
    distinguished(&[
        (COUNTRY, "JP"),
        (ORGANIZATION, ORGANIZATION_NAME),
        (UNIT, unit),
        (UNIT, "Simulated certification authority, not J-LIS"),
    ])
}

/// Returns the issuer's name in Japanese, as issuerAltName carries it.
pub fn issuer_japanese(unit: &str) -> Vec<u8> {
    distinguished(&[
        (COUNTRY, "JP"),
        (ORGANIZATION, "受付シミュレーション"),
        (UNIT, unit),
        (UNIT, "実在しない認証局"),
    ])
}

/// Returns the name of the distribution point, which no directory knows.
pub fn distribution_point(unit: &str) -> Vec<u8> {
    distinguished(&[
        (COUNTRY, "JP"),
        (ORGANIZATION, ORGANIZATION_NAME),
        (UNIT, unit),
        (UNIT, "CRL Distribution Points"),
        (UNIT, "Kaku-ken"),
        (COMMON_NAME, "Mogi-shi CRLDP"),
    ])
}

/// Returns the subject of a user certificate: country and a CN of 23 characters, no name, no
/// address (card.md §6).
pub fn user_subject(profile: &Profile) -> Vec<u8> {
    let random = profile.digest("user subject", profile.user_certificate.generation);
    let random = hex::encode_upper(&random[..6]);
    let municipality = profile.municipality();
    let common_name = format!("SIM{}{municipality}{SUBJECT_END}", &random[..11]);
    distinguished(&[(COUNTRY, "JP"), (COMMON_NAME, &common_name)])
}

/// Returns the subject of a signature certificate: country, two localities and a CN of 28
/// characters that begins with the time of issue (card.md §6).
pub fn signature_subject(profile: &Profile) -> Vec<u8> {
    let held = profile.signature_certificate.as_ref();
    let renewals = held.map_or(0, |held| held.generation.saturating_sub(1));
    let [a, b, c, ..] = profile.digest("signature subject", renewals);
    let number = u32::from_be_bytes([0, a, b, c]) % 10_000_000;
    let issued = profile.issued;
    let municipality = profile.municipality();
    let common_name = format!(
        "{:04}{:02}{:02}1000{number:07}{municipality}{SUBJECT_END}",
        issued.year(),
        issued.month(),
        issued.day()
    );
    distinguished(&[
        (COUNTRY, "JP"),
        (LOCALITY, "Kaku-ken"),
        (LOCALITY, "Mogi-shi"),
        (COMMON_NAME, &common_name),
    ])
}

fn distinguished(attributes: &[(ObjectIdentifier, &str)]) -> Vec<u8> {
    let relative = |(kind, text): &(ObjectIdentifier, &str)| {
        let tag = if *kind == COUNTRY {
            der::PRINTABLE_STRING
        } else {
            der::UTF8_STRING
        };
        der::set(&der::sequence(&[
            der::oid(*kind),
            der::tagged(tag, text.as_bytes()),
        ]))
    };
    der::sequence(&attributes.iter().map(relative).collect::<Vec<_>>())
}
