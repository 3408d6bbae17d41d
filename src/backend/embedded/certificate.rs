//! Verifies what the card proved: path, validity, revocation, signature over the challenge.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use aws_lc_rs::digest;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
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
    let certificate =
        Certificate::from_der(proof.certificate).map_err(|_| Ground::CertificateInvalid)?;
    if !was_trusted(proof.certificate, &certificate) {
        return Err(Ground::CertificateInvalid);
    }
    check(&certificate, proof.challenge, proof.signature)?;

    let serial = hex::encode(certificate.tbs_certificate.serial_number.as_bytes());
    let patient = people
        .iter()
        .find(|patient| same_serial(&patient.card.serial, &serial))
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

/// How many certificates are remembered; all are forgotten before one more is.
const TRUSTED_MAX: usize = 16_384;

/// Says whether one of the authorities issued it, from memory where the same bytes were looked at
/// before: authorities do not change, and patients come again.
fn was_trusted(der: &[u8], certificate: &Certificate) -> bool {
    static TRUSTED: LazyLock<Mutex<HashSet<Vec<u8>>>> = LazyLock::new(Mutex::default);
    let trusted = || TRUSTED.lock().unwrap_or_else(PoisonError::into_inner);
    let place = digest::digest(&digest::SHA256, der).as_ref().to_vec();
    if trusted().contains(&place) {
        return true;
    }
    if !is_trusted(certificate) {
        return false;
    }
    let mut trusted = trusted();
    if trusted.len() >= TRUSTED_MAX {
        trusted.clear();
    }
    trusted.insert(place);
    true
}

/// Says whether one of the authorities issued it.
fn is_trusted(certificate: &Certificate) -> bool {
    let content = &certificate.tbs_certificate;
    let Ok(signed) = content.to_der() else {
        return false;
    };
    authorities().iter().any(|authority| {
        content.issuer == authority.tbs_certificate.subject
            && check(authority, &signed, certificate.signature.raw_bytes()).is_ok()
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

/// Checks `signature` over `message` with the key of `signer`.
fn check(signer: &Certificate, message: &[u8], signature: &[u8]) -> Result<(), Ground> {
    let key = signer
        .tbs_certificate
        .subject_public_key_info
        .subject_public_key
        .raw_bytes();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
        .verify(message, signature)
        .map_err(|_| Ground::CertificateInvalid)
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
