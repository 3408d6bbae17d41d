//! What a faulty backend makes of a sound answer.

use super::{BackendFlaw, Faulty, days_later, my_number, refused};
use crate::eligibility::{
    Answer, Authenticated, CertificatePhase, ConsentFlag, Eligibility, Ground, Inquiry,
    InquiryKind, MedicalAnswer, MedicalKind, Moment, PortalSection, Refusal, SiteKind, Validity,
};

impl Faulty {
    /// Returns the answer as the flawed backend gives it.
    pub(super) fn answer(&mut self, inquiry: &Inquiry, answer: Answer, now: Moment) -> Answer {
        self.asked += 1;
        match answer {
            Answer::Eligibility(eligibility) => self.eligibility(inquiry, *eligibility, now),
            Answer::Medical(medical) => self.medical(inquiry, medical),
            Answer::Registered => {
                self.registered = true;
                Answer::Registered
            }
            Answer::Authenticated(mut authenticated) => {
                self.registered = false;
                match self.flaw {
                    BackendFlaw::UnregisteredAccepted => authenticated.registered = true,
                    BackendFlaw::AnswersNotCarriedOver => authenticated.earlier.clear(),
                    _ => {}
                }
                Answer::Authenticated(authenticated)
            }
            Answer::Portal(mut view) => {
                match self.flaw {
                    BackendFlaw::PortalShowsWithheld => view.shown.push(PortalSection::Insurance),
                    BackendFlaw::PortalShowsHistory => {
                        view.shown.push(PortalSection::ExchangeHistory);
                    }
                    _ => {}
                }
                view.shown.dedup();
                Answer::Portal(view)
            }
            Answer::Refused(refusal) => self.refused_answer(inquiry, refusal),
            other => other,
        }
    }

    fn refused_answer(&self, inquiry: &Inquiry, refusal: Refusal) -> Answer {
        match (self.flaw, refusal.ground, inquiry.kind()) {
            (
                BackendFlaw::RegisteredAlthoughNotRecorded,
                Ground::NotRecorded,
                InquiryKind::Register,
            ) => Answer::Registered,
            _ => Answer::Refused(refusal),
        }
    }

    fn eligibility(
        &mut self,
        inquiry: &Inquiry,
        mut eligibility: Eligibility,
        now: Moment,
    ) -> Answer {
        let by_card = inquiry.kind() == InquiryKind::Confirm;
        let patient = self.patient().cloned();
        match self.flaw {
            BackendFlaw::MedicalInGrace
                if by_card && self.phase(now) == Some(CertificatePhase::Grace) =>
            {
                for consent in &mut eligibility.consents {
                    consent.flag = ConsentFlag::Given;
                    consent.at = Some(now);
                }
            }
            BackendFlaw::ConsentTimesWrong => {
                for consent in &mut eligibility.consents {
                    consent.until = consent.until.map(|until| days_later(until, 1));
                }
            }
            BackendFlaw::LimitUnasked if by_card => {
                eligibility.limit = patient.and_then(|patient| patient.registry.limit);
            }
            BackendFlaw::LimitWithheld if by_card => eligibility.limit = None,
            BackendFlaw::StaleInsurer if by_card && eligibility.validity == Validity::Valid => {
                eligibility.qualification =
                    patient.and_then(|patient| patient.registry.qualifications.first().cloned());
            }
            BackendFlaw::NewerExistsByCard
                if by_card && eligibility.validity == Validity::Invalid =>
            {
                eligibility.validity = Validity::InvalidNewerExists;
            }
            BackendFlaw::LapsedWithoutReference
                if by_card && eligibility.validity == Validity::Invalid =>
            {
                eligibility.qualification = None;
                eligibility.person = None;
            }
            BackendFlaw::NewerInsurerTold
                if eligibility.validity == Validity::InvalidNewerExists =>
            {
                eligibility.qualification = self
                    .people
                    .iter()
                    .find(|patient| {
                        Some(&patient.registry.person.name)
                            == eligibility.person.as_ref().map(|person| &person.name)
                    })
                    .and_then(|patient| patient.registry.qualifications.last().cloned());
            }
            BackendFlaw::FirstOfSeveral if eligibility.validity == Validity::Several => {
                if let Inquiry::Number { key, .. } = inquiry
                    && let Some(first) = self.patient_of(key)
                {
                    eligibility.validity = Validity::Valid;
                    eligibility.person = Some(first.registry.person.clone());
                    eligibility.qualification = first.registry.qualifications.first().cloned();
                }
            }
            BackendFlaw::NobodyFoundIsFailure if eligibility.validity == Validity::None => {
                return refused(Ground::NotAuthorised);
            }
            BackendFlaw::AnswerDrifts if self.asked.is_multiple_of(2) => {
                if let Some(qualification) = &mut eligibility.qualification {
                    qualification.share = 10;
                }
            }
            BackendFlaw::MyNumberTold => {
                if let (Some(person), Some(number)) = (
                    &mut eligibility.person,
                    patient.and_then(|patient| my_number(&patient.name)),
                ) {
                    person.kana.push(' ');
                    person.kana.push_str(&number);
                }
            }
            BackendFlaw::AddressShownByName => self.tell_address(inquiry, &mut eligibility),
            BackendFlaw::AddressHiddenByCard if by_card => {
                let undisclosed =
                    patient.is_some_and(|patient| !patient.registry.undisclosed_by.is_empty());
                if let (true, Some(person)) = (undisclosed, &mut eligibility.person) {
                    person.address = None;
                    person.postcode = None;
                }
            }
            BackendFlaw::AnotherPatientsAnswer if by_card => {
                let own = (self.person.clone(), eligibility.clone());
                if let Some((person, before)) = self.told.replace(own)
                    && person != self.person
                {
                    eligibility = before;
                }
            }
            BackendFlaw::OutageToldAsInvalid
                if self.asked.is_multiple_of(2) && eligibility.validity == Validity::Valid =>
            {
                eligibility.validity = Validity::Invalid;
                eligibility.qualification = None;
            }
            BackendFlaw::NobodyFoundIsInvalid if eligibility.validity == Validity::None => {
                eligibility.validity = Validity::Invalid;
            }
            _ => self.insured(&mut eligibility, by_card),
        }
        Answer::Eligibility(Box::new(eligibility))
    }

    fn medical(&self, inquiry: &Inquiry, mut medical: MedicalAnswer) -> Answer {
        self.beyond_periods(inquiry, &mut medical);
        match self.flaw {
            BackendFlaw::AgreedWithheld => medical.records.clear(),
            BackendFlaw::BeyondLookBack => {
                medical.records = self
                    .people
                    .iter()
                    .flat_map(|patient| &patient.registry.medical)
                    .filter(|record| record.kind == medical.kind)
                    .cloned()
                    .collect();
            }
            _ => {}
        }
        Answer::Medical(medical)
    }

    /// Returns records that a sound backend would refuse, where the flaw gives them.
    pub(super) fn medical_all_the_same(&self, inquiry: &Inquiry, now: Moment) -> Option<Answer> {
        let Inquiry::Medical {
            key, kind, site, ..
        } = inquiry
        else {
            return None;
        };
        let patient = self.patient().or_else(|| self.patient_of(key))?;
        let gives = match self.flaw {
            BackendFlaw::MedicalInGrace => self.phase(now) == Some(CertificatePhase::Grace),
            BackendFlaw::EmergencyWithoutConsent => *kind == MedicalKind::EmergencySummary,
            BackendFlaw::ConsentEverywhere => !patient.registry.earlier_consents.is_empty(),
            BackendFlaw::NumberCreatesConsent => self.number_asked,
            BackendFlaw::MedicalToEligibilityOnly => site.kind == SiteKind::EligibilityOnly,
            BackendFlaw::OutageSearchOpensMedical => self.searched,
            _ => false,
        };
        let records = patient
            .registry
            .medical
            .iter()
            .filter(|record| record.kind == *kind)
            .cloned()
            .collect();
        gives.then_some(Answer::Medical(MedicalAnswer {
            kind: *kind,
            records,
        }))
    }

    /// Returns what a backend answers that never looks at who issued a certificate, or at what the
    /// card signed.
    pub(super) fn unchecked(&self, inquiry: &Inquiry) -> Option<Answer> {
        let patient = self.patient()?;
        let overlooked = match self.flaw {
            BackendFlaw::IssuerUnchecked => !patient.card.trusted,
            BackendFlaw::SignatureUnchecked => patient.card.trusted,
            _ => false,
        };
        if !overlooked {
            return None;
        }
        let registry = &patient.registry;
        match inquiry.kind() {
            InquiryKind::Authenticate => Some(Answer::Authenticated(Authenticated {
                token: "unchecked".to_owned(),
                registered: true,
                phase: Some(CertificatePhase::Valid),
                earlier: Vec::new(),
            })),
            InquiryKind::Confirm => Some(Answer::Eligibility(Box::new(Eligibility {
                validity: Validity::Valid,
                person: Some(registry.person.clone()),
                qualification: registry.qualifications.first().cloned(),
                limit: None,
                specific_diseases: Vec::new(),
                tickets: Vec::new(),
                consents: Vec::new(),
                side_information: None,
            }))),
            _ => None,
        }
    }
}
