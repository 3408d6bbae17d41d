//! Inquiries that rest on a card: authenticate, register, confirm, limit.

use super::{Embedded, Session, certificate, consent, refuse};
use crate::eligibility::{
    Answer, Authenticated, Care, CertificatePhase, Consent, ConsentAnswer, ConsentKind,
    Eligibility, EmergencyConsent, Ground, Limit, LimitAnswer, Moment, Person, Qualification,
    Refusal, Site, Validity,
};
use crate::rules::{self, evidence};
use crate::scenario::Patient;

impl Embedded {
    /// Says who this is and whether the card may be used; gives no eligibility yet.
    pub(super) fn authenticate(
        &mut self,
        proof: &certificate::Proof<'_>,
        site: &Site,
        care: Care,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        let (patient, phase) = certificate::verify(proof, &self.people, now).map_err(refuse)?;
        let emergency = care == Care::Emergency;
        let registered = self.is_registered(patient);
        // A withheld card that was never registered may be offered registration, which then does
        // not succeed (convention 3); one that is registered is refused at once (DISC-01).
        if rules::disclosure::is_withheld(&patient.registry) && (registered || emergency) {
            return Err(refuse(Ground::Withheld));
        }
        if emergency && !rules::emergency::may_view(site, now.day()) {
            return Err(refuse(Ground::NotAuthorised));
        }
        let earlier = if phase == CertificatePhase::Grace || emergency {
            Vec::new()
        } else {
            self.carried_over(patient, site, now)
        };
        let person = patient.name.clone();
        self.see_options(site, now);
        let token = format!("session-{}", self.sessions.len() + 1);
        self.sessions.insert(
            token.clone(),
            Session {
                person,
                site: site.clone(),
                care,
                emergency,
            },
        );
        Ok(Answer::Authenticated(Authenticated {
            token,
            registered,
            phase: Some(phase),
            earlier,
        }))
    }

    /// Registers on the spot (REG-02, REG-05, REG-07); not in the grace period (convention 4), and
    /// never with a phone: the first registration needs the physical card (PHN-03, convention 7).
    pub(super) fn register(&mut self, token: &str, now: Moment) -> Result<Answer, Refusal> {
        let (_, patient) = self.session(token)?;
        let phase = phase_of(patient, now)?;
        if rules::disclosure::is_withheld(&patient.registry) {
            return Err(refuse(Ground::Withheld));
        }
        if patient.registry.qualifications.is_empty() {
            return Err(refuse(Ground::NotRecorded));
        }
        if phase == CertificatePhase::Grace || patient.card.physical_card.is_some() {
            return Err(refuse(Ground::Unregistered));
        }
        let name = patient.name.clone();
        self.registered.insert(name);
        Ok(Answer::Registered)
    }

    /// Answers with the person's current qualification, whichever insurer that is (ELIG-01).
    pub(super) fn confirm(
        &mut self,
        token: &str,
        consents: &[Consent],
        emergency: Option<EmergencyConsent>,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        let (session, patient) = self.session(token)?;
        let phase = phase_of(patient, now)?;
        if rules::disclosure::is_withheld(&patient.registry) {
            return Err(refuse(Ground::Withheld));
        }
        if !self.is_registered(patient) {
            return Err(refuse(Ground::Unregistered));
        }
        if session.emergency
            && !matches!(
                emergency,
                Some(EmergencyConsent::Given | EmergencyConsent::Unobtainable)
            )
        {
            return Err(refuse(Ground::NoConsent));
        }
        let (validity, qualification) =
            evidence::by_card(&patient.registry.qualifications, now.day());
        let asked = rules::consent::questions(&session.site, now.day());
        // Without a valid qualification no medical information (convention 14).
        let counted: Vec<Consent> = consents
            .iter()
            .filter(|consent| {
                validity == Validity::Valid
                    && phase != CertificatePhase::Grace
                    && asked.contains(&consent.kind)
            })
            .copied()
            .collect();
        let consents = consent::flags(&session, phase, &counted, emergency, now);
        let specific = counted.iter().any(|consent| {
            consent.kind == ConsentKind::SpecificDisease && consent.answer == ConsentAnswer::Agree
        });
        let eligibility = Eligibility {
            validity,
            person: qualification
                .is_some()
                .then(|| patient.registry.person.clone()),
            qualification: qualification.map(|one| shown(one, &patient.registry.person, now)),
            limit: limit_by_card(patient, validity, now),
            specific_diseases: if specific {
                patient.registry.specific_diseases.clone()
            } else {
                Vec::new()
            },
            tickets: Vec::new(),
            consents,
            side_information: (phase == CertificatePhase::Ending).then(|| {
                format!(
                    "SIM-201 電子証明書の有効期限は {} です",
                    patient.card.not_after.day()
                )
            }),
        };
        self.record_consents(&session, &counted, now);
        // In the grace period no medical information is given, in an emergency neither (CERT-03).
        let grace = phase == CertificatePhase::Grace;
        if let (true, false, Some(consent)) = (session.emergency, grace, emergency) {
            self.record_emergency(session, consent, now);
        }
        Ok(Answer::Eligibility(Box::new(eligibility)))
    }

    /// Gives the limit on explicit consent, after completion (CONS-06).
    pub(super) fn limit(&mut self, token: &str, now: Moment) -> Result<Answer, Refusal> {
        let (_, patient) = self.session(token)?;
        phase_of(patient, now)?;
        Ok(Answer::Limit(LimitAnswer {
            limit: limit_on(patient, now),
        }))
    }
}

/// Returns the phase at `now`: it may have changed since the card was put in (convention 10).
fn phase_of(patient: &Patient, now: Moment) -> Result<CertificatePhase, Refusal> {
    certificate::phase_of(patient, now).map_err(refuse)
}

/// The limit comes by card without asking from 2024-10-07 on (CONS-07).
fn limit_by_card(patient: &Patient, validity: Validity, now: Moment) -> Option<Limit> {
    if validity != Validity::Valid || now.day() < rules::consent::LIMIT_UNASKED_FROM {
        return None;
    }
    limit_on(patient, now)
}

pub(super) fn limit_on(patient: &Patient, now: Moment) -> Option<Limit> {
    patient
        .registry
        .limit
        .clone()
        .filter(|limit| limit.from <= now.day() && now.day() <= limit.until)
}

/// Returns a qualification as an answer shows it: children before school marked (ELIG-09), and a
/// 高齢受給者証 only from 70 to 74 and within its period.
pub(super) fn shown(qualification: &Qualification, person: &Person, now: Moment) -> Qualification {
    let day = now.day();
    let mut shown = qualification.clone();
    shown.preschool = (day <= rules::age::preschool_until(person.birth_date)).then_some(true);
    shown.elderly = shown.elderly.filter(|certificate| {
        certificate.from <= day
            && day <= certificate.until
            && rules::age::elderly_from(person.birth_date) <= day
    });
    shown
}
