//! The consent store: what was answered where, and how long it counts (CONS-02 … CONS-04, CONS-09).

use super::medical::Wanted;
use super::{Embedded, Recorded, Session};
use crate::eligibility::{
    Care, CertificatePhase, Consent, ConsentAnswer, ConsentFlag, ConsentKind, ConsentState,
    EmergencyConsent, Moment, Site, SiteKind,
};
use crate::rules;
use crate::scenario::Patient;

/// Returns the consents that were given before the scenario began, the oldest first.
pub(super) fn earlier(people: &[Patient]) -> Vec<Recorded> {
    let mut recorded: Vec<Recorded> = people
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
                    care: earlier.care,
                    at: earlier.at,
                })
        })
        .collect();
    recorded.sort_by_key(|recorded| recorded.at);
    recorded
}

impl Embedded {
    /// Returns the last answers at this institution that are carried over (CONS-09): from
    /// 2025-02-01, nothing from before that day, and what is new is asked about anew: a kind, a
    /// 40th birthday, a question switched on (convention 8).
    ///
    /// That a withdrawn consent is asked about anew as well is a convention of this harness.
    pub(super) fn carried_over(&self, patient: &Patient, site: &Site, now: Moment) -> Vec<Consent> {
        let today = now.day();
        if today < rules::consent::CARRIED_OVER_FROM {
            return Vec::new();
        }
        let birth = patient.registry.person.birth_date;
        let mut consents: Vec<Consent> = rules::consent::questions(site, today)
            .into_iter()
            .filter_map(|kind| self.last(patient, &site.institution, kind, now))
            .filter(|last| {
                let kind = last.consent.kind;
                rules::consent::is_carried_over(kind, birth, last.at.day(), today)
                    && self.is_switched_on_since(site, kind, last.at)
                    && !is_withdrawn(patient, last, now)
            })
            .map(|last| last.consent)
            .collect();
        consents.sort_by_key(|consent| consent.kind);
        consents
    }

    /// Returns the newest answer on record to a question at an institution.
    fn last(
        &self,
        patient: &Patient,
        institution: &str,
        kind: ConsentKind,
        now: Moment,
    ) -> Option<&Recorded> {
        self.consents.iter().rfind(|recorded| {
            recorded.person == patient.name
                && recorded.institution == institution
                && recorded.consent.kind == kind
                && recorded.at <= now
        })
    }

    /// Remembers which questions a site has switched on, and since when. Sites that ask nothing at
    /// all tell nothing of the others of the same institution.
    pub(super) fn see_options(&mut self, site: &Site, now: Moment) {
        if matches!(site.kind, SiteKind::EligibilityOnly | SiteKind::Ambulance) {
            return;
        }
        let on = rules::consent::questions(site, now.day());
        match self.options.get_mut(&site.institution) {
            Some(seen) => {
                seen.retain(|kind, _| on.contains(kind));
                for kind in on {
                    seen.entry(kind).or_insert(Some(now));
                }
            }
            None => {
                let seen = on.into_iter().map(|kind| (kind, None)).collect();
                self.options.insert(site.institution.clone(), seen);
            }
        }
    }

    /// Tells whether a question has been on at this institution ever since, as far as was seen.
    fn is_switched_on_since(&self, site: &Site, kind: ConsentKind, then: Moment) -> bool {
        match self.options.get(&site.institution) {
            Some(seen) => seen
                .get(&kind)
                .is_some_and(|since| since.is_none_or(|since| since <= then)),
            None => true,
        }
    }

    /// Records the answers of a visit; a new answer replaces the old one (convention 9).
    pub(super) fn record_consents(&mut self, session: &Session, consents: &[Consent], now: Moment) {
        for consent in consents {
            self.consents.push(Recorded {
                person: session.person.clone(),
                institution: session.site.institution.clone(),
                consent: *consent,
                care: session.care,
                at: now,
            });
        }
    }

    /// Tells whether a consent that covers what is wanted is recorded here and still counts.
    pub(super) fn has_consent(
        &self,
        patient: &Patient,
        institution: &str,
        wanted: &Wanted<'_>,
        now: Moment,
    ) -> bool {
        rules::consent::governs(wanted.kind)
            .and_then(|question| self.last(patient, institution, question, now))
            .is_some_and(|recorded| {
                recorded.consent.answer == ConsentAnswer::Agree
                    && rules::consent::opens(&given(patient, recorded), wanted.care, now)
            })
    }

    /// Returns the consents for home visits as the answer to a number inquiry reports them: from
    /// the second visit on the card is not needed (eligibility.md §2).
    ///
    /// That they stand in that answer, and that a withdrawn one is flagged expired without times,
    /// is a convention of this harness.
    pub(super) fn standing(
        &self,
        patient: &Patient,
        site: &Site,
        now: Moment,
    ) -> Vec<ConsentState> {
        if site.kind.care() != Care::HomeVisit {
            return Vec::new();
        }
        rules::consent::questions(site, now.day())
            .into_iter()
            .filter_map(|kind| self.last(patient, &site.institution, kind, now))
            .filter(|recorded| recorded.care == Care::HomeVisit)
            .map(|recorded| {
                let flag = match recorded.consent.answer {
                    ConsentAnswer::Refuse => ConsentFlag::No,
                    ConsentAnswer::Agree if is_withdrawn(patient, recorded, now) => {
                        ConsentFlag::Expired
                    }
                    ConsentAnswer::Agree => ConsentFlag::Given,
                };
                state(recorded.consent.kind, flag, recorded.care, recorded.at)
            })
            .collect()
    }
}

/// Returns what decides how long a consent counts.
fn given(patient: &Patient, recorded: &Recorded) -> rules::consent::Given {
    let withdrawn = patient
        .registry
        .withdrawals
        .iter()
        .filter(|it| it.institution == recorded.institution && recorded.at <= it.at)
        .map(|it| it.at)
        .min();
    rules::consent::Given {
        care: recorded.care,
        at: recorded.at,
        withdrawn,
    }
}

/// Tells whether an agreement to home visits was withdrawn.
fn is_withdrawn(patient: &Patient, recorded: &Recorded, now: Moment) -> bool {
    recorded.care == Care::HomeVisit
        && recorded.consent.answer == ConsentAnswer::Agree
        && !rules::consent::opens(&given(patient, recorded), Care::HomeVisit, now)
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
        return vec![state(ConsentKind::Care, flag, session.care, now)];
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
            state(kind, flag, session.care, now)
        })
        .collect()
}

/// Returns the state of a consent given at `at`: the end depends on the care.
fn state(kind: ConsentKind, flag: ConsentFlag, care: Care, at: Moment) -> ConsentState {
    let timed = flag == ConsentFlag::Given;
    let lasts = rules::consent::lasts(care);
    ConsentState {
        kind,
        flag,
        at: timed.then_some(at),
        until: lasts.filter(|_| timed).map(|ms| at.plus_ms(ms)),
    }
}
