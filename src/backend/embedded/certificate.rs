//! Verifies what the card proved: path, validity, revocation, signature over the challenge.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

use crate::eligibility::{CertificatePhase, CertificateStatus, Ground, Moment};
use crate::rules;
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
/// CERT-07 (path and signature), CERT-06 (revoked or suspended), CERT-04 and CERT-05 (lapsed).
pub(super) fn verify<'a>(
    proof: &Proof<'_>,
    people: &'a [Patient],
    now: Moment,
) -> Result<(&'a Patient, CertificatePhase), Ground> {
    let certificate =
        Certificate::from_der(proof.certificate).map_err(|_| Ground::CertificateInvalid)?;
    let authority = Certificate::from_der(virtual_card::certificate::user_ca_der())
        .map_err(|_| Ground::CertificateInvalid)?;
    let signed = certificate
        .tbs_certificate
        .to_der()
        .map_err(|_| Ground::CertificateInvalid)?;
    if certificate.tbs_certificate.issuer != authority.tbs_certificate.subject {
        return Err(Ground::CertificateInvalid);
    }
    check(&authority, &signed, certificate.signature.raw_bytes())?;
    check(&certificate, proof.challenge, proof.signature)?;

    let serial = hex::encode(certificate.tbs_certificate.serial_number.as_bytes());
    let patient = people
        .iter()
        .find(|patient| same_serial(&patient.card.serial, &serial))
        .ok_or(Ground::CertificateInvalid)?;
    if patient.registry.certificate != CertificateStatus::Good {
        return Err(Ground::CertificateRevoked);
    }
    let phase = rules::certificate::phase(patient.card.not_after, now, true);
    if phase == CertificatePhase::Lapsed || now < patient.card.not_before {
        return Err(Ground::CertificateLapsed);
    }
    Ok((patient, phase))
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
