//! The extensions of the certificates, with the contents that card.md §6 lists.

use const_oid::ObjectIdentifier;

use crate::certificate::{Authority, der, name};
use crate::profile::{Holder, Profile, Token, era};

const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const ISSUER_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.18");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");
const CERTIFICATE_POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const AUTHORITY_INFO_ACCESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1");

const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const PRACTICE_STATEMENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.2.1");

/// Policy of user certificates on test cards.
const USER_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.30");
/// Policy of signature certificates on test cards.
const SIGNATURE_POLICY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.20");

/// Policy of signature certificates on phones. Public sources have `.1.1.40` for the real ones,
/// unverified (card.md §6); that those of tests differ by one arc, as on cards, is inferred. Of user
/// certificates on phones no other policy is known.
const PHONE_SIGNATURE_POLICY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.40");

/// Addresses below `.invalid` lead nowhere (RFC 2606).
const PRACTICE_STATEMENT_URI: &str = "http://cps.uketsuke-simulation.invalid/";
const OCSP_URI: &str = "http://ocsp.uketsuke-simulation.invalid/";

/// Returns the extensions of a user certificate, in the order of card.md §6.
pub fn of_user(authority: &Authority, key_identifier: &[u8]) -> Vec<u8> {
    let ocsp = der::sequence(&[
        der::oid(OCSP),
        der::context_primitive(6, OCSP_URI.as_bytes()),
    ]);
    der::sequence(&[
        critical(KEY_USAGE, &[0x03, 0x02, 0x07, 0x80]),
        plain(
            EXTENDED_KEY_USAGE,
            &der::sequence(&[der::oid(CLIENT_AUTHENTICATION)]),
        ),
        policies(USER_POLICY),
        issuer_alt_name(authority),
        crl_distribution_points(authority),
        plain(AUTHORITY_INFO_ACCESS, &der::sequence(&[ocsp])),
        authority_key_identifier(authority),
        subject_key_identifier(key_identifier),
    ])
}

/// Returns the extensions of a signature certificate, in the order of card.md §6.
pub fn of_signature(authority: &Authority, key_identifier: &[u8], profile: &Profile) -> Vec<u8> {
    let policy = match profile.token {
        Token::Card => SIGNATURE_POLICY,
        Token::Android | Token::Iphone => PHONE_SIGNATURE_POLICY,
    };
    der::sequence(&[
        critical(KEY_USAGE, &[0x03, 0x02, 0x06, 0xC0]),
        plain(SUBJECT_ALT_NAME, &holder_names(&profile.holder)),
        policies(policy),
        issuer_alt_name(authority),
        crl_distribution_points(authority),
        authority_key_identifier(authority),
        subject_key_identifier(key_identifier),
    ])
}

/// Returns the extensions of a revocation list: whose key signed it, and its number.
pub fn of_revocation_list(authority: &Authority, number: u64) -> Vec<u8> {
    der::sequence(&[
        authority_key_identifier(authority),
        plain(CRL_NUMBER, &der::integer(&number.to_be_bytes())),
    ])
}

/// Returns the extensions of a certification authority's own certificate.
pub fn of_authority(authority: &Authority, key_identifier: &[u8]) -> Vec<u8> {
    let is_authority = der::sequence(&[vec![0x01, 0x01, 0xFF]]);
    let name = directory_name(&name::issuer_japanese(authority.unit_japanese));
    der::sequence(&[
        critical(KEY_USAGE, &[0x03, 0x02, 0x01, 0x06]),
        critical(BASIC_CONSTRAINTS, &is_authority),
        plain(SUBJECT_ALT_NAME, &der::sequence(&[name])),
        crl_distribution_points(authority),
        subject_key_identifier(key_identifier),
    ])
}

fn plain(identifier: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    der::sequence(&[der::oid(identifier), der::octet_string(value)])
}

fn critical(identifier: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    der::sequence(&[
        der::oid(identifier),
        vec![0x01, 0x01, 0xFF],
        der::octet_string(value),
    ])
}

fn directory_name(name: &[u8]) -> Vec<u8> {
    der::context(4, name)
}

fn policies(policy: ObjectIdentifier) -> Vec<u8> {
    let statement = der::sequence(&[
        der::oid(PRACTICE_STATEMENT),
        der::tagged(der::IA5_STRING, PRACTICE_STATEMENT_URI.as_bytes()),
    ]);
    let information = der::sequence(&[der::oid(policy), der::sequence(&[statement])]);
    critical(CERTIFICATE_POLICIES, &der::sequence(&[information]))
}

fn issuer_alt_name(authority: &Authority) -> Vec<u8> {
    let name = directory_name(&name::issuer_japanese(authority.unit_japanese));
    plain(ISSUER_ALT_NAME, &der::sequence(&[name]))
}

fn crl_distribution_points(authority: &Authority) -> Vec<u8> {
    let name = directory_name(&name::distribution_point(authority.unit));
    let full_name = der::context(0, &der::context(0, &name));
    let point = der::sequence(&[full_name]);
    plain(CRL_DISTRIBUTION_POINTS, &der::sequence(&[point]))
}

fn authority_key_identifier(authority: &Authority) -> Vec<u8> {
    let identifier = der::sequence(&[
        der::context_primitive(0, &super::key_identifier(authority.key)),
        der::context(1, &directory_name(&name::issuer(authority.unit))),
        der::context_primitive(2, authority.serial),
    ]);
    plain(AUTHORITY_KEY_IDENTIFIER, &identifier)
}

fn subject_key_identifier(identifier: &[u8]) -> Vec<u8> {
    plain(SUBJECT_KEY_IDENTIFIER, &der::octet_string(identifier))
}

/// Writes the holder's four basic facts and the positions of substituted characters (none) as the
/// six otherName entries, in the order .1 .4 .3 .5 .2 .6.
fn holder_names(holder: &Holder) -> Vec<u8> {
    let birth = holder.birth_date;
    let era = if holder.foreign { 0 } else { era(birth).0 };
    let birth = format!(
        "{era}{:04}{:02}{:02}",
        birth.year(),
        birth.month(),
        birth.day()
    );
    let none_substituted = |text: &str| "0".repeat(text.chars().count());
    let entries = [
        (1, holder.name.clone()),
        (4, birth),
        (3, char::from(holder.sex.code()).to_string()),
        (5, holder.address.clone()),
        (2, none_substituted(&holder.name)),
        (6, none_substituted(&holder.address)),
    ];
    let entry = |(arc, text): (u8, String)| {
        // 1.2.392.200149.8.5.5.N; the arcs before N are the same for all six.
        let mut identifier = HOLDER_ARC.as_bytes().to_vec();
        identifier.push(arc);
        let text = der::tagged(der::UTF8_STRING, text.as_bytes());
        let value = [der::tagged(0x06, &identifier), der::context(0, &text)];
        der::context(0, &value.concat())
    };
    der::sequence(&entries.map(entry))
}

/// Arc of the otherName types of signature certificates.
const HOLDER_ARC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5");
