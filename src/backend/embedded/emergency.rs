//! Viewing in an emergency: by whom, and on what is recorded (EMG-01 … EMG-04).

use super::{Embedded, Recording, Session, refuse};
use crate::eligibility::{
    Answer, EmergencyConsent, Ground, MedicalAnswer, MedicalKind, Moment, Refusal, Site,
};
use crate::rules::emergency;
use crate::scenario::Patient;

impl Embedded {
    /// Records what staff said of the consent of a patient in an emergency.
    pub(super) fn record_emergency(
        &mut self,
        session: Session,
        consent: EmergencyConsent,
        now: Moment,
    ) {
        self.emergencies.push(Recording {
            person: session.person,
            institution: session.site.institution,
            consent,
            at: now,
        });
    }

    /// Gives the records of one kind in an emergency. Each access rests on what staff recorded
    /// within a day.
    pub(super) fn emergency_view(
        &self,
        patient: &Patient,
        kind: MedicalKind,
        site: &Site,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        if !emergency::may_view(site, now.day()) || !emergency::is_viewed(kind, site.kind) {
            return Err(refuse(Ground::NotAuthorised));
        }
        let recorded = self.emergencies.iter().any(|access| {
            access.is_of(&patient.name, site) && crate::rules::consent::counts(access.at, now)
        });
        if !recorded {
            return Err(refuse(Ground::NoConsent));
        }
        Ok(Answer::Medical(MedicalAnswer {
            kind,
            records: emergency::view(kind, &patient.registry.medical, now.day()),
        }))
    }
}
