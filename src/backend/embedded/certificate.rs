//! Verifies what the card proved: path, validity, revocation, signature over the challenge.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use virtual_card::kept::Kept;
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

use crate::eligibility::{CertificatePhase, CertificateStatus, Ground, Moment};
use crate::rules;
use crate::rules::certificate::{PHONES_FROM, PhoneEnds};
use crate::scenario::Patient;

/// What an `Authenticate` inquiry brings.
pub(super) struct Proof<'a> {
    /// DER.
    pub certificate: &'a [u8],
    /// What was signed.
    pub challenge: &'a [u8],
    /// PKCS#1 v1.5 over SHA-256.
    pub signature: &'a [u8],
}

/// Finds whose certificate it is and in which phase, or the ground on which it is refused.
///
/// CERT-07 (path and signature), CERT-06 (revoked or suspended), CERT-04 and CERT-05 (lapsed),
/// CERT-09 (phones).
pub(super) fn verify<'a>(
    proof: &Proof<'_>,
    people: &'a [Patient],
    now: Moment,
) -> Result<(&'a Patient, CertificatePhase), Ground> {
    let trusted = trusted(proof.certificate).ok_or(Ground::CertificateInvalid)?;
    trusted
        .key
        .verify_sig(proof.challenge, proof.signature)
        .map_err(|_| Ground::CertificateInvalid)?;

    let patient = people
        .iter()
        .find(|patient| same_serial(&patient.card.serial, &trusted.serial))
        .ok_or(Ground::CertificateInvalid)?;
    if patient.registry.certificate != CertificateStatus::Good {
        return Err(Ground::CertificateRevoked);
    }
    if now < patient.card.not_before {
        return Err(Ground::CertificateLapsed);
    }
    Ok((patient, phase_of(patient, now)?))
}

/// Returns the phase at `now` of the medium that a patient presents, or the ground on which it is
/// refused.
///
/// Phones are unknown before 2025-09-19, and have no grace (CERT-09). That they are refused as a
/// certificate that cannot be verified is a convention of this harness.
pub(super) fn phase_of(patient: &Patient, now: Moment) -> Result<CertificatePhase, Ground> {
    let certificate = patient.card.not_after;
    let phase = match patient.card.physical_card {
        Some(_) if now.day() < PHONES_FROM => return Err(Ground::CertificateInvalid),
        Some(card) => {
            let ends = PhoneEnds {
                certificate,
                card: card.expires,
                card_certificate: card.not_after,
            };
            rules::certificate::phone_phase(&ends, now)
        }
        None => rules::certificate::phase(certificate, now, true),
    };
    match phase {
        CertificatePhase::Lapsed => Err(Ground::CertificateLapsed),
        phase => Ok(phase),
    }
}

/// How many certificates are remembered.
const TRUSTED_MAX: usize = 16_384;

/// What counts of a certificate that one of the authorities issued.
struct Trusted {
    /// In hexadecimal.
    serial: String,
    key: ParsedPublicKey,
}

/// Returns what counts of a certificate, if one of the authorities issued it; from memory where the
/// same bytes were looked at before: authorities do not change, and patients come again.
fn trusted(der: &[u8]) -> Option<Arc<Trusted>> {
    static TRUSTED: Kept<Vec<u8>, Arc<Trusted>> = Kept::new(TRUSTED_MAX);
    let place = digest::digest(&digest::SHA256, der).as_ref().to_vec();
    TRUSTED.get(place, || {
        let certificate = Certificate::from_der(der).ok()?;
        is_trusted(&certificate).then_some(())?;
        let serial = certificate.tbs_certificate.serial_number.as_bytes();
        Some(Arc::new(Trusted {
            serial: hex::encode(serial),
            key: key_of(&certificate)?,
        }))
    })
}

/// Says whether one of the authorities issued it.
fn is_trusted(certificate: &Certificate) -> bool {
    let content = &certificate.tbs_certificate;
    let Ok(signed) = content.to_der() else {
        return false;
    };
    authorities().iter().any(|authority| {
        content.issuer == authority.tbs_certificate.subject
            && key_of(authority).is_some_and(|key| {
                key.verify_sig(&signed, certificate.signature.raw_bytes())
                    .is_ok()
            })
    })
}

/// Returns the authorities that are trusted, the present one first. They share one name, so that
/// only a key that fits tells which of them signed.
fn authorities() -> &'static [Certificate] {
    static PARSED: OnceLock<Vec<Certificate>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let ders = virtual_card::certificate::user_ca_ders();
        let parsed = ders.into_iter().rev().map(Certificate::from_der);
        parsed.filter_map(Result::ok).collect()
    })
}

/// Returns the key of a certificate, if it is one for RSA.
fn key_of(certificate: &Certificate) -> Option<ParsedPublicKey> {
    let info = &certificate.tbs_certificate.subject_public_key_info;
    let key = info.subject_public_key.raw_bytes();
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).ok()
}

/// Compares serial numbers, whatever leading zeros the encodings put in front.
fn same_serial(a: &str, b: &str) -> bool {
    a.trim_start_matches('0') == b.trim_start_matches('0')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use virtual_card::certificate::user;
    use virtual_card::profile::{Issuer, Profile};

    use super::*;

    fn issued(change: impl FnOnce(&mut Profile)) -> Certificate {
        let mut profile = Profile::standard("adult").unwrap();
        change(&mut profile);
        Certificate::from_der(&user(&profile)).unwrap()
    }

    #[test]
    fn every_generation_of_the_authority_is_trusted_and_no_other() {
        for generation in 1..=3 {
            let change =
                |profile: &mut Profile| profile.user_certificate.authority_generation = generation;
            assert!(is_trusted(&issued(change)), "{generation}");
        }
        let untrusted = issued(|profile| profile.user_certificate.issuer = Issuer::Untrusted);
        assert!(!is_trusted(&untrusted));
    }

    #[test]
    fn signature_of_one_certificate_does_not_stand_for_another() {
        let mut forged = issued(|_| ());
        forged.signature = issued(|profile| profile.user_certificate.generation = 2).signature;
        assert!(!is_trusted(&forged));
    }
}
