//! Inquiries by what stands on a 資格確認書 (ELIG-04 … ELIG-06, CONS-08, DISC-03).

use super::card_inquiry::limit_on;
use super::{Embedded, insurance, refuse};
use crate::eligibility::{
    Answer, Eligibility, Ground, Moment, NumberKey, Qualification, Refusal, Site, Validity,
};
use crate::rules::{self, evidence};
use crate::scenario::Patient;

impl Embedded {
    /// Finds the people and qualifications that a key names.
    pub(super) fn find(&self, key: &NumberKey) -> Vec<(&Patient, &Qualification)> {
        self.people
            .iter()
            .filter(|patient| patient.registry.person.birth_date == key.birth_date)
            .flat_map(|patient| {
                patient
                    .registry
                    .qualifications
                    .iter()
                    .map(move |qualification| (patient, qualification))
            })
            .filter(|(_, qualification)| evidence::matches(key, qualification))
            .collect()
    }

    /// Answers about the qualification asked for, and nothing of a newer one (ELIG-04).
    pub(super) fn number(
        &self,
        key: &NumberKey,
        limit_consent: bool,
        site: &Site,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        if site.institution.is_empty() {
            return Err(refuse(Ground::NotAuthorised));
        }
        let found = self.find(key);
        let (patient, qualification) = match found.as_slice() {
            [] => return Ok(bare(Validity::None)),
            [one] => *one,
            [first, rest @ ..] => {
                if rest.iter().any(|(patient, _)| patient.name != first.0.name) {
                    return Ok(bare(Validity::Several));
                }
                let day = now.day();
                *evidence::latest(&found, |(_, one)| one, day).unwrap_or(first)
            }
        };
        let answer = insurance::by_number(patient, qualification, &site.institution, now);
        let mut person = patient.registry.person.clone();
        if rules::disclosure::hides_address_by_number(&patient.registry) {
            person.address = None;
            person.postcode = None;
        }
        let limit = (limit_consent && answer.validity == Validity::Valid)
            .then(|| limit_on(patient, now))
            .flatten();
        Ok(Answer::Eligibility(Box::new(Eligibility {
            validity: answer.validity,
            qualification: answer.qualification,
            person: Some(person),
            limit,
            specific_diseases: Vec::new(),
            tickets: answer.tickets,
            consents: self.standing(patient, site, now),
            side_information: None,
        })))
    }
}

/// Returns an answer that says this and nothing of anybody.
pub(super) fn bare(validity: Validity) -> Answer {
    Answer::Eligibility(Box::new(Eligibility {
        validity,
        person: None,
        qualification: None,
        limit: None,
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
        consents: Vec::new(),
        side_information: None,
    }))
}
