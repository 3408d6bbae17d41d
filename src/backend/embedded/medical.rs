//! Medical information: under a recorded consent, or in an emergency (CONS-03, CONS-12, EMG-04).

use super::{Embedded, refuse};
use crate::eligibility::{
    Answer, Care, EmergencyConsent, Ground, MedicalAnswer, MedicalKind, Moment, NumberKey, Period,
    Refusal, Site, SiteKind,
};
use crate::rules;

/// What is asked for.
pub(super) struct Wanted<'a> {
    pub kind: MedicalKind,
    pub period: Option<&'a Period>,
    pub care: Care,
}

impl Embedded {
    /// Gives the records of one kind, where the right to see them is recorded.
    pub(super) fn medical(
        &self,
        key: &NumberKey,
        wanted: &Wanted<'_>,
        site: &Site,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        let Wanted { kind, period, care } = *wanted;
        let found = self.find(key);
        let Some((patient, _)) = found.last() else {
            return Err(refuse(Ground::NoConsent));
        };
        if rules::disclosure::is_withheld(&patient.registry) {
            return Err(refuse(Ground::Withheld));
        }
        if site.kind == SiteKind::EligibilityOnly {
            return Err(refuse(Ground::NotAuthorised));
        }
        if care == Care::Emergency {
            self.may_view_emergency(&patient.name, kind, site, now)?;
        } else if !self.has_consent(patient, &site.institution, wanted, now) {
            return Err(refuse(Ground::NoConsent));
        }
        let mut records = rules::consent::within_reach(kind, &patient.registry.medical, now.day());
        records.retain(|record| rules::consent::is_touched(period, record));
        Ok(Answer::Medical(MedicalAnswer { kind, records }))
    }

    /// An ambulance sees the emergency summary only; a hospital the summary and the normal view
    /// (EMG-04). Each access rests on what staff recorded on this day.
    fn may_view_emergency(
        &self,
        person: &str,
        kind: MedicalKind,
        site: &Site,
        now: Moment,
    ) -> Result<(), Refusal> {
        let items = match site.kind {
            SiteKind::Ambulance => kind == MedicalKind::EmergencySummary,
            SiteKind::Hospital => true,
            _ => false,
        };
        if !items || !site.emergency_access {
            return Err(refuse(Ground::NotAuthorised));
        }
        let recorded = self.emergencies.iter().any(|access| {
            access.person == person
                && access.institution == site.institution
                && access.consent != EmergencyConsent::Refused
                && rules::consent::counts(access.at, now)
        });
        if recorded {
            Ok(())
        } else {
            Err(refuse(Ground::NoConsent))
        }
    }
}
