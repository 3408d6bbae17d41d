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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::World;
    use crate::eligibility::{Care, Incident, IncidentKind};
    use crate::library::Library;
    use jiff::civil::date;

    const SITE: &str = "1399999999";

    fn now() -> Moment {
        "2025-12-17T09:15:00+09:00".parse().unwrap()
    }

    fn adult() -> Patient {
        let mut library = Library::bundled().unwrap();
        let source = library.find("pin/correct").unwrap().remove(0);
        let playable = library.playables(&source, now()).unwrap().remove(0);
        playable.scenario.people[0].clone()
    }

    fn knowing(people: Vec<Patient>) -> Embedded {
        let on = |kind| Incident {
            kind,
            from: date(2025, 12, 15),
            until: date(2025, 12, 21),
        };
        let mut backend = Embedded::new();
        backend.know(&World {
            people,
            incidents: vec![
                on(IncidentKind::Outage(vec![SITE.to_owned()])),
                on(IncidentKind::Disaster(vec!["99201".to_owned()])),
            ],
        });
        backend
    }

    fn site() -> Site {
        Site {
            institution: SITE.to_owned(),
            municipality: Some("99201".to_owned()),
            administrator: true,
            ..Site::default()
        }
    }

    fn search(patient: &Patient, reason: SearchReason) -> Inquiry {
        let person = &patient.registry.person;
        Inquiry::Person {
            name: person.name.clone(),
            birth_date: person.birth_date,
            sex: person.sex,
            address: person.address.clone(),
            insurer: None,
            reason,
            consent: (reason == SearchReason::Disaster).then_some(EmergencyConsent::Given),
            site: site(),
        }
    }

    fn fetch(patient: &Patient, kind: MedicalKind) -> Inquiry {
        let qualification = &patient.registry.qualifications[0];
        Inquiry::Medical {
            key: NumberKey {
                insurer: qualification.insurer.clone(),
                symbol: qualification.symbol.clone(),
                number: qualification.number.clone(),
                branch: qualification.branch.clone(),
                birth_date: patient.registry.person.birth_date,
            },
            kind,
            period: None,
            care: Care::Outpatient,
            site: site(),
        }
    }

    fn ground(answer: &Answer) -> Option<Ground> {
        match answer {
            Answer::Refused(refusal) => Some(refusal.ground),
            _ => None,
        }
    }

    #[test]
    fn people_who_share_all_four_items_are_several_and_nobody_is_shown() {
        let (one, mut other) = (adult(), adult());
        other.name = "adult-2".to_owned();
        let mut backend = knowing(vec![one.clone(), other]);
        for reason in [SearchReason::Outage, SearchReason::Disaster] {
            let answer = backend.answer(&search(&one, reason), now());
            assert_eq!(answer, bare(Validity::Several));
        }
        let refused = backend.answer(&fetch(&one, MedicalKind::Drug), now());
        assert_eq!(ground(&refused), Some(Ground::NoConsent));
    }

    #[test]
    fn someone_without_insurance_is_found_and_opens_nothing() {
        let mut lapsed = adult();
        lapsed.registry.qualifications[0].until = Some(date(2025, 12, 16));
        let mut backend = knowing(vec![lapsed.clone()]);
        let answer = backend.answer(&search(&lapsed, SearchReason::Disaster), now());
        let Answer::Eligibility(eligibility) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(eligibility.validity, Validity::Invalid);
        let refused = backend.answer(&fetch(&lapsed, MedicalKind::Drug), now());
        assert_eq!(ground(&refused), Some(Ground::NoConsent));
    }

    #[test]
    fn a_search_in_an_outage_opens_nothing_and_one_in_a_disaster_all_but_surgery() {
        let adult = adult();
        let mut backend = knowing(vec![adult.clone()]);
        let found = backend.answer(&search(&adult, SearchReason::Outage), now());
        assert_eq!(ground(&found), None);
        let refused = backend.answer(&fetch(&adult, MedicalKind::Drug), now());
        assert_eq!(ground(&refused), Some(Ground::NoConsent));
        backend.answer(&search(&adult, SearchReason::Disaster), now());
        for kind in [
            MedicalKind::Drug,
            MedicalKind::Diagnosis,
            MedicalKind::Checkup,
        ] {
            let given = backend.answer(&fetch(&adult, kind), now());
            assert_eq!(ground(&given), None, "{kind:?}");
        }
        let surgery = backend.answer(&fetch(&adult, MedicalKind::Surgery), now());
        assert_eq!(ground(&surgery), Some(Ground::NoConsent));
    }
}
