//! Searches past card and number, in a disaster or an outage of the centre (DIS-01, OUT-01).
//!
//! 自己情報提供不可 and 不開示: eligibility, and never an address (convention 2). No answer to a
//! search carries the limit, which nobody was asked for: a convention of this harness.

use super::card_inquiry::shown;
use super::number_inquiry::bare;
use super::{Embedded, Recording, refuse};
use crate::eligibility::{
    Answer, Eligibility, EmergencyConsent, Ground, Inquiry, MedicalKind, Moment, NumberKey,
    Refusal, SearchReason, Site, Validity,
};
use crate::rules::{disclosure, evidence, incident};
use crate::scenario::Patient;

impl Embedded {
    /// Finds somebody by what staff know of them, where the function for it is switched on.
    pub(super) fn search(&mut self, inquiry: &Inquiry, now: Moment) -> Result<Answer, Refusal> {
        let Inquiry::Person {
            name,
            birth_date,
            sex,
            address,
            insurer,
            reason,
            consent,
            site,
        } = inquiry
        else {
            return Err(refuse(Ground::NotAuthorised));
        };
        let described = match reason {
            SearchReason::Outage if incident::is_outage(&self.incidents, site, now.day()) => {
                address.is_some()
            }
            SearchReason::Outage => false,
            SearchReason::Disaster => {
                self.may_view_in_disaster(*consent, site, now)?;
                address.is_some() || insurer.is_some()
            }
        };
        if !described {
            return Err(refuse(Ground::NotAuthorised));
        }
        let description = incident::Description {
            name,
            birth_date: *birth_date,
            sex: *sex,
            address: address.as_deref(),
            insurer: insurer.as_deref(),
        };
        let mut found = self
            .people
            .iter()
            .filter(|patient| incident::describes(&description, &patient.registry));
        let (first, another) = (found.next(), found.next());
        let Some(patient) = first else {
            return Ok(bare(Validity::None));
        };
        if another.is_some() {
            return Ok(bare(Validity::Several));
        }
        let answer = eligibility(patient, now);
        let name = patient.name.clone();
        if *reason == SearchReason::Disaster {
            self.record_disaster(name, &answer, *consent, site, now);
        }
        Ok(Answer::Eligibility(Box::new(answer)))
    }

    /// Answers a number inquiry that is made as part of disaster viewing.
    pub(super) fn number_in_disaster(
        &mut self,
        key: &NumberKey,
        limit_consent: bool,
        consent: EmergencyConsent,
        site: &Site,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        self.may_view_in_disaster(Some(consent), site, now)?;
        let answer = self.number(key, limit_consent, site, now)?;
        let found = self.find(key);
        let name = found.last().map(|(patient, _)| patient.name.clone());
        if let (Some(name), Answer::Eligibility(eligibility)) = (name, &answer) {
            self.record_disaster(name, eligibility, Some(consent), site, now);
        }
        Ok(answer)
    }

    /// Area, period, account, and a spoken consent or why there is none.
    fn may_view_in_disaster(
        &self,
        consent: Option<EmergencyConsent>,
        site: &Site,
        now: Moment,
    ) -> Result<(), Refusal> {
        if incident::disaster(&self.incidents, site, now.day()).is_none() {
            return Err(refuse(Ground::NotAuthorised));
        }
        match consent {
            Some(EmergencyConsent::Given | EmergencyConsent::Unobtainable) => Ok(()),
            Some(EmergencyConsent::Refused) | None => Err(refuse(Ground::NoConsent)),
        }
    }

    /// Stores what opens medical information; without a valid qualification nothing does
    /// (convention 14).
    fn record_disaster(
        &mut self,
        person: String,
        answer: &Eligibility,
        consent: Option<EmergencyConsent>,
        site: &Site,
        now: Moment,
    ) {
        let consent = consent.filter(|_| answer.validity == Validity::Valid);
        self.disasters.extend(consent.map(|consent| Recording {
            person,
            institution: site.institution.clone(),
            consent,
            at: now,
        }));
    }

    /// Tells whether what was recorded here opens `kind`: for the rest of the same activation.
    pub(super) fn is_open_in_disaster(
        &self,
        person: &str,
        kind: MedicalKind,
        site: &Site,
        now: Moment,
    ) -> bool {
        let Some(active) = incident::disaster(&self.incidents, site, now.day()) else {
            return false;
        };
        incident::opens(kind)
            && self.disasters.iter().any(|record| {
                record.is_of(person, site)
                    && record.at <= now
                    && incident::lasts(active, record.at.day())
            })
    }
}

/// Returns the current qualification without address, where one of the flags hides it.
fn eligibility(patient: &Patient, now: Moment) -> Eligibility {
    let (validity, qualification) = evidence::by_card(&patient.registry.qualifications, now.day());
    let mut person = patient.registry.person.clone();
    if disclosure::hides_address_by_number(&patient.registry) {
        person.address = None;
        person.postcode = None;
    }
    Eligibility {
        validity,
        qualification: qualification.map(|one| shown(one, &person, now)),
        person: qualification.is_some().then_some(person),
        limit: None,
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
        consents: Vec::new(),
        side_information: None,
    }
}
