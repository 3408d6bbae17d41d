//! Medical information under a recorded consent (CONS-03, CONS-12, DIS-01).

use super::{Embedded, refuse};
use crate::eligibility::{
    Answer, Care, Ground, MedicalAnswer, MedicalKind, Moment, NumberKey, Period, Refusal, Site,
    SiteKind,
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
        let Some((patient, qualification)) = found.last() else {
            return Err(refuse(Ground::NoConsent));
        };
        if rules::disclosure::is_withheld(&patient.registry) {
            return Err(refuse(Ground::Withheld));
        }
        if site.kind == SiteKind::EligibilityOnly {
            return Err(refuse(Ground::NotAuthorised));
        }
        if care == Care::Emergency {
            return self.emergency_view(patient, kind, site, now);
        }
        let open = self.has_consent(patient, &site.institution, wanted, now)
            || self.is_open_in_disaster(&patient.name, kind, site, now);
        if !open {
            return Err(refuse(Ground::NoConsent));
        }
        let mut records = if rules::aid::has_medical_information(qualification.class) {
            rules::consent::within_reach(kind, &patient.registry.medical, now.day())
        } else {
            Vec::new()
        };
        records.retain(|record| rules::consent::is_touched(period, record));
        Ok(Answer::Medical(MedicalAnswer { kind, records }))
    }
}
