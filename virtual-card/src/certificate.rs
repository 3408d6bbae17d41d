//! Issues the certificates on the card and holds the authorities that sign them.
//!
//! The profile is that of card.md §6 (order of extensions, OIDs of test cards) under an issuer
//! that cannot be mistaken for the real one: `O=UKETSUKE-SIMULATION`. Serial numbers and keys
//! follow from the card's profile, so the same profile always gets the same bytes. Whether a
//! certificate is good is for others to judge: nothing here verifies.

mod authority;
mod der;
mod extension;
mod name;
mod revocation;

use aws_lc_rs::digest;
use const_oid::ObjectIdentifier;
use jiff::Timestamp;

use crate::key::{self, Key, Purpose};
use crate::profile::Profile;

pub use authority::{Authority, signature_authorities, untrusted_authority, user_authorities};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// Returns the certificate of the authority that issues user certificates at present, DER (JPKI
/// EF 000B of most cards).
#[must_use]
pub fn user_ca_der() -> &'static [u8] {
    let [.., present] = user_authorities();
    present.certificate()
}

/// Returns the certificates of all authorities that issue or issued user certificates, DER, oldest
/// first. They share one name; who verifies a user certificate has to try each.
#[must_use]
pub fn user_ca_ders() -> [&'static [u8]; 3] {
    user_authorities().each_ref().map(Authority::certificate)
}

/// Returns the certificate of the authority that issues signature certificates at present, DER
/// (JPKI EF 0002 of most cards).
#[must_use]
pub fn signature_ca_der() -> &'static [u8] {
    let [.., present] = signature_authorities();
    present.certificate()
}

/// Returns the certificate of the authority that nobody is to trust, DER; 000B of a card whose
/// user certificate it issued.
#[must_use]
pub fn untrusted_ca_der() -> &'static [u8] {
    untrusted_authority().certificate()
}

/// Returns the certificate of the authority that issued this card's user certificate, DER (JPKI
/// EF 000B).
#[must_use]
pub fn user_issuer_der(profile: &Profile) -> &'static [u8] {
    authority::of_user(profile).certificate()
}

/// Returns the certificate of the authority that issued this card's signature certificate, DER
/// (JPKI EF 0002); of the present one where the card has none (inferred).
#[must_use]
pub fn signature_issuer_der(profile: &Profile) -> &'static [u8] {
    authority::of_signature(profile).certificate()
}

/// Issues the 利用者証明用電子証明書 of a card, DER.
#[must_use]
pub fn user(profile: &Profile) -> Vec<u8> {
    let authority = authority::of_user(profile);
    let key = key::of_card(profile, Purpose::User);
    issue(
        authority,
        &Contents {
            serial: &profile.user_certificate_serial(),
            not_before: profile.user_certificate_not_before(),
            not_after: profile.user_certificate_not_after(),
            subject: name::user_subject(profile),
            key,
            extensions: extension::of_user(authority, &key_identifier(key)),
        },
    )
}

/// Issues the 署名用電子証明書 of a card, DER, or nothing when the card has none.
#[must_use]
pub fn signature(profile: &Profile) -> Option<Vec<u8>> {
    let (not_before, not_after) = profile.signature_certificate_term()?;
    let authority = authority::of_signature(profile);
    let key = key::of_card(profile, Purpose::Signature);
    let contents = Contents {
        serial: &profile.signature_certificate_serial(),
        not_before,
        not_after,
        subject: name::signature_subject(profile),
        key,
        extensions: extension::of_signature(authority, &key_identifier(key), profile),
    };
    Some(issue(authority, &contents))
}

/// What stands in a certificate besides its issuer.
struct Contents<'a> {
    serial: &'a [u8],
    not_before: Timestamp,
    not_after: Timestamp,
    subject: Vec<u8>,
    key: &'a Key,
    extensions: Vec<u8>,
}

fn issue(authority: &Authority, contents: &Contents<'_>) -> Vec<u8> {
    let to_be_signed = der::sequence(&[
        // Version 3.
        der::context(0, &der::integer(&[2])),
        der::integer(contents.serial),
        signature_algorithm(),
        name::issuer(authority.unit),
        der::sequence(&[
            der::time(contents.not_before),
            der::time(contents.not_after),
        ]),
        contents.subject.clone(),
        subject_public_key_info(contents.key.modulus()),
        der::context(3, &contents.extensions),
    ]);
    let signature = authority.key.sign_sha256_once(&to_be_signed);
    signed_object(to_be_signed, &signature)
}

/// Signs with the authority's key and puts the three parts of a signed object together.
fn signed(authority: &Authority, to_be_signed: Vec<u8>) -> Vec<u8> {
    let signature = authority.key.sign_sha256(&to_be_signed);
    signed_object(to_be_signed, &signature)
}

fn signed_object(to_be_signed: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    let signature = der::bit_string(signature);
    der::sequence(&[to_be_signed, signature_algorithm(), signature])
}

fn signature_algorithm() -> Vec<u8> {
    der::sequence(&[der::oid(SHA256_WITH_RSA), der::null()])
}

/// Writes the public key of this modulus as SubjectPublicKeyInfo (RFC 5280 § 4.1.2.7), DER.
pub(crate) fn subject_public_key_info(modulus: &[u8]) -> Vec<u8> {
    der::sequence(&[
        der::sequence(&[der::oid(RSA_ENCRYPTION), der::null()]),
        der::bit_string(&public_key(modulus)),
    ])
}

fn public_key(modulus: &[u8]) -> Vec<u8> {
    der::sequence(&[der::integer(modulus), der::integer(&key::EXPONENT)])
}

/// Returns the SHA-1 of the public key (RFC 5280 § 4.2.1.2, method 1).
fn key_identifier(key: &Key) -> Vec<u8> {
    digest::digest(
        &digest::SHA1_FOR_LEGACY_USE_ONLY,
        &public_key(key.modulus()),
    )
    .as_ref()
    .to_vec()
}
