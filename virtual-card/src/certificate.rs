//! Issues the certificates on the card and holds the authorities that sign them.
//!
//! The profile is that of card.md §6 (order of extensions, OIDs of test cards) under an issuer
//! that cannot be mistaken for the real one: `O=UKETSUKE-SIMULATION`. Serial numbers and keys
//! follow from the card's profile, so the same profile always gets the same bytes. Whether a
//! certificate is good is for others to judge: nothing here verifies.

mod der;
mod extension;
mod name;

use std::sync::OnceLock;

use aws_lc_rs::digest;
use const_oid::ObjectIdentifier;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::key::{self, Key, Purpose};
use crate::profile::{Issuer, Profile};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// A certification authority of this simulation.
struct Authority {
    key: &'static Key,
    /// Serial number of its own certificate; the first byte is between 01 and 7F.
    serial: &'static [u8],
    unit: &'static str,
    unit_japanese: &'static str,
    certificate: OnceLock<Vec<u8>>,
}

static USER: Authority = Authority {
    key: &key::USER_CA,
    serial: &[0x01],
    unit: "Simulated user authentication",
    unit_japanese: "利用者証明用（模擬）",
    certificate: OnceLock::new(),
};

static SIGNATURE: Authority = Authority {
    key: &key::SIGNATURE_CA,
    serial: &[0x02],
    unit: "Simulated digital signature",
    unit_japanese: "署名用（模擬）",
    certificate: OnceLock::new(),
};

static UNTRUSTED: Authority = Authority {
    key: &key::UNTRUSTED_CA,
    serial: &[0x03],
    unit: "Untrusted on purpose",
    unit_japanese: "信頼されない認証局（模擬）",
    certificate: OnceLock::new(),
};

/// Returns the certificate of the authority that issues user certificates, DER (JPKI EF 000B).
#[must_use]
pub fn user_ca_der() -> &'static [u8] {
    USER.certificate()
}

/// Returns the certificate of the authority that issues signature certificates, DER (JPKI EF 0002).
#[must_use]
pub fn signature_ca_der() -> &'static [u8] {
    SIGNATURE.certificate()
}

/// Returns the certificate of the authority that nobody is to trust, DER; 000B of a card whose
/// user certificate it issued.
#[must_use]
pub fn untrusted_ca_der() -> &'static [u8] {
    UNTRUSTED.certificate()
}

/// Returns the certificate of the authority that issued this card's user certificate, DER.
#[must_use]
pub fn user_issuer_der(profile: &Profile) -> &'static [u8] {
    user_authority(profile).certificate()
}

/// Issues the 利用者証明用電子証明書 of a card, DER.
#[must_use]
pub fn user(profile: &Profile) -> Vec<u8> {
    let authority = user_authority(profile);
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
///
/// It runs as the card's first user certificate would by default, whatever the profile states of
/// the user certificate: a convention of this harness.
#[must_use]
pub fn signature(profile: &Profile) -> Option<Vec<u8>> {
    if !profile.signature_certificate {
        return None;
    }
    let key = key::of_card(profile, Purpose::Signature);
    let usual = Profile {
        user_certificate: crate::profile::UserCertificate::default(),
        ..profile.clone()
    };
    let contents = Contents {
        serial: &profile.signature_certificate_serial(),
        not_before: usual.user_certificate_not_before(),
        not_after: usual.user_certificate_not_after(),
        subject: name::signature_subject(profile),
        key,
        extensions: extension::of_signature(&SIGNATURE, &key_identifier(key), profile),
    };
    Some(issue(&SIGNATURE, &contents))
}

fn user_authority(profile: &Profile) -> &'static Authority {
    match profile.user_certificate.issuer {
        Issuer::Trusted => &USER,
        Issuer::Untrusted => &UNTRUSTED,
    }
}

impl Authority {
    /// Returns its self-signed certificate. The term of 30 years is a convention of this harness:
    /// it covers every date that a scenario may play on, where the real ones have 10.
    fn certificate(&self) -> &[u8] {
        let year = |year| {
            let start = jiff::civil::Date::constant(year, 1, 1).at(0, 0, 0, 0);
            Offset::UTC
                .to_timestamp(start)
                .unwrap_or(Timestamp::UNIX_EPOCH)
        };
        self.certificate.get_or_init(|| {
            issue(
                self,
                &Contents {
                    serial: self.serial,
                    not_before: year(2015),
                    not_after: year(2045),
                    subject: name::issuer(self.unit),
                    key: self.key,
                    extensions: extension::of_authority(self, &key_identifier(self.key)),
                },
            )
        })
    }
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
    let algorithm = der::sequence(&[der::oid(SHA256_WITH_RSA), der::null()]);
    let signed = der::sequence(&[
        // Version 3.
        der::context(0, &der::integer(&[2])),
        der::integer(contents.serial),
        algorithm.clone(),
        name::issuer(authority.unit),
        der::sequence(&[
            der::time(contents.not_before),
            der::time(contents.not_after),
        ]),
        contents.subject.clone(),
        subject_public_key_info(contents.key),
        der::context(3, &contents.extensions),
    ]);
    let signature = der::bit_string(&authority.key.sign_sha256(&signed));
    der::sequence(&[signed, algorithm, signature])
}

fn subject_public_key_info(key: &Key) -> Vec<u8> {
    der::sequence(&[
        der::sequence(&[der::oid(RSA_ENCRYPTION), der::null()]),
        der::bit_string(&public_key(key)),
    ])
}

fn public_key(key: &Key) -> Vec<u8> {
    der::sequence(&[der::integer(key.modulus()), der::integer(&key::EXPONENT)])
}

/// Returns the SHA-1 of the public key (RFC 5280 § 4.2.1.2, method 1).
fn key_identifier(key: &Key) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &public_key(key))
        .as_ref()
        .to_vec()
}
