//! What stimuli become: events for the reader, or inquiries that staff and patient make themselves.

use super::Run;
use crate::check_in::Event;
use crate::eligibility::{Care, ConsentAnswer, Inquiry, NumberKey, SearchReason};
use crate::scenario::{
    ConsentSubject, Decision, DeskStep, FaceShown, MedicalInquiryStep, NumberInquiryStep, Patient,
    PersonInquiryStep, Step,
};

impl Run<'_> {
    /// Returns the inquiry that a step makes past the reader.
    pub(super) fn desk_inquiry(&self, step: &Step) -> Option<Inquiry> {
        match step {
            Step::Desk(DeskStep::NumberInquiry(inquiry)) => self.number_inquiry(inquiry),
            Step::Desk(DeskStep::PersonInquiry(inquiry)) => self.person_inquiry(inquiry),
            Step::Desk(DeskStep::MedicalInquiry(inquiry)) => self.medical_inquiry(inquiry),
            Step::OpenPortal(person) => Some(Inquiry::Portal {
                person: self.on_record.person(person.as_deref())?.name.clone(),
            }),
            _ => None,
        }
    }

    fn number_inquiry(&self, step: &NumberInquiryStep) -> Option<Inquiry> {
        let patient = self.on_record.person(step.person.as_deref())?;
        let mut key = key_of(patient)?;
        if let Some(insurer) = &step.insurer {
            key.insurer.clone_from(insurer);
        }
        if let Some(symbol) = &step.symbol {
            key.symbol.clone_from(symbol);
        }
        if let Some(number) = &step.number {
            key.number.clone_from(number);
        }
        match step.branch.as_deref() {
            Some("none") => key.branch = None,
            Some(branch) => key.branch = Some(branch.to_owned()),
            None => {}
        }
        if let Some(birth_date) = &step.birth_date {
            key.birth_date = birth_date.day(self.scenario.at).ok()?;
        }
        Some(Inquiry::Number {
            key,
            limit_consent: step.limit_consent,
            disaster: step.disaster,
            site: self.site.clone(),
        })
    }

    fn person_inquiry(&self, step: &PersonInquiryStep) -> Option<Inquiry> {
        let registry = &self.on_record.person(step.person.as_deref())?.registry;
        let person = &registry.person;
        let asked = |written: &Option<String>, known: Option<&String>| match written.as_deref() {
            Some("none") => None,
            Some(written) => Some(written.to_owned()),
            None => known.cloned(),
        };
        let address = asked(&step.address, person.address.as_ref());
        let first = registry.qualifications.first();
        let needed = step.reason == SearchReason::Disaster && address.is_none();
        let insurer = asked(
            &step.insurer,
            first.filter(|_| needed).map(|first| &first.insurer),
        );
        let birth_date = match &step.birth_date {
            Some(written) => written.day(self.scenario.at).ok()?,
            None => person.birth_date,
        };
        Some(Inquiry::Person {
            name: step.name.clone().unwrap_or_else(|| person.name.clone()),
            birth_date,
            sex: step.sex.unwrap_or(person.sex),
            address,
            insurer,
            reason: step.reason,
            consent: step.consent,
            site: self.site.clone(),
        })
    }

    fn medical_inquiry(&self, step: &MedicalInquiryStep) -> Option<Inquiry> {
        let patient = self.on_record.person(step.person.as_deref())?;
        let care = if self.emergency {
            Care::Emergency
        } else {
            self.site.kind.care()
        };
        let period = match &step.period {
            Some(period) => Some(period.period(self.scenario.at).ok()?),
            None => None,
        };
        Some(Inquiry::Medical {
            key: key_of(patient)?,
            kind: step.kind,
            period,
            care,
            site: self.site.clone(),
        })
    }

    /// Returns the event that a stimulus is for the reader.
    pub(super) async fn event_of(&mut self, step: &Step, n: u64) -> Option<Event> {
        Some(match step {
            Step::PresentCard(person) => return self.present(person.as_deref(), n).await,
            Step::TakeCard => return self.take(n),
            Step::Choose(method) => Event::Chosen(*method),
            Step::EnterPin(pin) => Event::PinEntered(pin.plain()?.to_owned()),
            Step::ShowFace(face) => Event::FaceSeen {
                matches: *face == FaceShown::Match,
            },
            Step::Register(decision) => Event::RegistrationAnswered {
                accepted: *decision == Decision::Accept,
            },
            Step::Agree(subject) => answered(*subject, ConsentAnswer::Agree),
            Step::Refuse(subject) => answered(*subject, ConsentAnswer::Refuse),
            Step::Continue => Event::Continued,
            Step::Desk(DeskStep::VisualMode) => Event::VisualModeSwitched,
            Step::Desk(DeskStep::VisualCheck(face)) => Event::VisuallyChecked {
                matches: *face == FaceShown::Match,
            },
            Step::Desk(DeskStep::OralConsent(consent)) => Event::OralConsentRecorded(*consent),
            Step::Desk(DeskStep::Emergency) => {
                self.emergency_next = true;
                Event::EmergencyStarted
            }
            Step::Desk(DeskStep::NoCard) => Event::NoCard,
            _ => return None,
        })
    }
}

fn answered(subject: ConsentSubject, answer: ConsentAnswer) -> Event {
    Event::ConsentAnswered {
        kind: subject.kind(),
        answer,
    }
}

/// Returns what stands on the person's 資格確認書: their first qualification.
fn key_of(patient: &Patient) -> Option<NumberKey> {
    let qualification = patient.registry.qualifications.first()?;
    Some(NumberKey {
        insurer: qualification.insurer.clone(),
        symbol: qualification.symbol.clone(),
        number: qualification.number.clone(),
        branch: qualification.branch.clone(),
        birth_date: patient.registry.person.birth_date,
    })
}
