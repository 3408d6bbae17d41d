//! Who is meant by a key without birth date, as registrations and medical requests have it.

use super::request::InsuredKey;
use crate::eligibility::{NumberKey, Qualification};
use crate::rules::evidence;
use crate::scenario::Patient;

/// Returns the people and qualifications that a key names, whatever its padding and width
/// (ELIG-06).
pub fn find<'a>(people: &'a [Patient], key: &InsuredKey) -> Vec<(&'a Patient, &'a Qualification)> {
    people
        .iter()
        .flat_map(|patient| {
            let key = NumberKey {
                insurer: key.insurer.clone(),
                symbol: key.symbol.clone(),
                number: key.number.clone(),
                branch: key.branch.clone(),
                birth_date: patient.registry.person.birth_date,
            };
            patient
                .registry
                .qualifications
                .iter()
                .filter(move |qualification| evidence::matches(&key, qualification))
                .map(move |qualification| (patient, qualification))
        })
        .collect()
}
