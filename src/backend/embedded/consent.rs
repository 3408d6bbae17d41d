//! The consent store: what was answered where, for 24 hours (CONS-02 … CONS-04, CONS-09).

use super::{Embedded, Recorded, Session};
use crate::eligibility::{
    CertificatePhase, Consent, ConsentAnswer, ConsentFlag, ConsentKind, ConsentState,
    EmergencyConsent, MedicalKind, Moment, SiteKind,
};
use crate::rules;
use crate::scenario::Patient;

/// Returns the consents that were given before the scenario began.
pub(super) fn earlier(people: &[Patient]) -> Vec<Recorded> {
    people
        .iter()
        .flat_map(|patient| {
            patient
                .registry
                .earlier_consents
                .iter()
                .map(|earlier| Recorded {
                    person: patient.name.clone(),
                    institution: earlier.institution.clone(),
                    consent: Consent {
                        kind: earlier.kind,
                        answer: earlier.answer,
                    },
                    at: earlier.at,
                })
        })
        .collect()
}

impl Embedded {
    /// Returns the last answers at this institution that are carried over (CONS-09): from
    /// 2025-02-01, and nothing from before that day (convention 8).
    pub(super) fn carried_over(
        &self,
        person: &str,
        institution: &str,
        now: Moment,
    ) -> Vec<Consent> {
        if now.day() < rules::consent::CARRIED_OVER_FROM {
            return Vec::new();
        }
        let mut last: Vec<&Recorded> = Vec::new();
        for recorded in &self.consents {
            let here = recorded.person == person && recorded.institution == institution;
            if !here || recorded.at.day() < rules::consent::CARRIED_OVER_FROM {
                continue;
            }
            match last
                .iter_mut()
                .find(|other| other.consent.kind == recorded.consent.kind)
            {
                Some(other) if other.at <= recorded.at => *other = recorded,
                Some(_) => {}
                None => last.push(recorded),
            }
        }
        let mut consents: Vec<Consent> = last.iter().map(|recorded| recorded.consent).collect();
        consents.sort_by_key(|consent| consent.kind);
        consents
    }

    /// Records the answers of a visit; a new answer replaces the old one (convention 9).
    pub(super) fn record_consents(&mut self, session: &Session, consents: &[Consent], now: Moment) {
        for consent in consents {
            self.consents.push(Recorded {
                person: session.person.clone(),
                institution: session.site.institution.clone(),
                consent: *consent,
                at: now,
            });
        }
    }

    /// Tells whether a consent that covers `kind` is recorded here and still counts.
    pub(super) fn has_consent(
        &self,
        person: &str,
        institution: &str,
        kind: MedicalKind,
        now: Moment,
    ) -> bool {
        let Some(question) = rules::consent::governs(kind) else {
            return false;
        };
        self.consents
            .iter()
            .rfind(|recorded| {
                recorded.person == person
                    && recorded.institution == institution
                    && recorded.consent.kind == question
            })
            .is_some_and(|recorded| {
                recorded.consent.answer == ConsentAnswer::Agree
                    && rules::consent::counts(recorded.at, now)
            })
    }
}

/// Returns the flags of an answer: given with its times, or no without times (CONS-02).
///
/// In the grace period every flag is no (convention 4); in an emergency the one that staff
/// recorded (coding by convention, EMG-03).
pub(super) fn flags(
    session: &Session,
    phase: CertificatePhase,
    consents: &[Consent],
    emergency: Option<EmergencyConsent>,
    now: Moment,
) -> Vec<ConsentState> {
    if session.site.kind == SiteKind::EligibilityOnly {
        return Vec::new();
    }
    if session.emergency {
        let flag = match emergency {
            _ if phase == CertificatePhase::Grace => ConsentFlag::No,
            Some(EmergencyConsent::Given) => ConsentFlag::Given,
            Some(EmergencyConsent::Unobtainable) => ConsentFlag::Unobtainable,
            _ => ConsentFlag::No,
        };
        return vec![state(ConsentKind::Care, flag, now)];
    }
    let questions = rules::consent::questions(&session.site, now.day());
    questions
        .into_iter()
        .map(|kind| {
            let given = phase != CertificatePhase::Grace
                && consents
                    .iter()
                    .any(|consent| consent.kind == kind && consent.answer == ConsentAnswer::Agree);
            let flag = if given {
                ConsentFlag::Given
            } else {
                ConsentFlag::No
            };
            state(kind, flag, now)
        })
        .collect()
}

fn state(kind: ConsentKind, flag: ConsentFlag, now: Moment) -> ConsentState {
    let timed = flag == ConsentFlag::Given;
    ConsentState {
        kind,
        flag,
        at: timed.then_some(now),
        until: timed.then(|| now.plus_ms(rules::consent::CONSENT_MS)),
    }
}
