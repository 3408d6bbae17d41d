//! Inquiries that rest on a card: authenticate, register, confirm, limit.

use super::{Embedded, Session, certificate, consent, insurance, refuse};
use crate::eligibility::{
    Answer, Authenticated, Care, CertificatePhase, Consent, ConsentAnswer, ConsentKind,
    Eligibility, EmergencyConsent, Ground, Limit, LimitAnswer, Moment, Person, Qualification,
    Refusal, Site, Validity,
};
use crate::rules;
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
        if session.emergency && !is_obtained(emergency) {
            return Err(refuse(Ground::NoConsent));
        }
        let found = insurance::by_card(patient, &session.site.institution, now);
        let counted = counted(consents, &session.site, found.validity, phase, now);
        let consents = consent::flags(&session, phase, &counted, emergency, now);
        let specific = counted.iter().any(|consent| {
            consent.kind == ConsentKind::SpecificDisease && consent.answer == ConsentAnswer::Agree
        });
        let eligibility = Eligibility {
            validity: found.validity,
            person: found
                .qualification
                .is_some()
                .then(|| patient.registry.person.clone()),
            limit: insurance::limit_by_card(patient, found.validity, now),
            qualification: found.qualification,
            specific_diseases: if specific {
                insurance::diseases_on(patient, now)
            } else {
                Vec::new()
            },
            tickets: found.tickets,
            consents,
            side_information: side_information(patient, phase),
        };
        self.record_consents(&session, &counted, now);
        // In the grace period no medical information is given, in an emergency neither (CERT-03).
        let grace = phase == CertificatePhase::Grace;
        if let (true, false, Some(consent)) = (session.emergency, grace, emergency) {
            self.record_emergency(session, consent, now);
        }
        Ok(Answer::Eligibility(Box::new(eligibility)))
    }

    /// Gives the limit on explicit consent, after completion (CONS-06), where eligibility is valid.
    pub(super) fn limit(&mut self, token: &str, now: Moment) -> Result<Answer, Refusal> {
        let (session, patient) = self.session(token)?;
        phase_of(patient, now)?;
        if rules::disclosure::is_withheld(&patient.registry) {
            return Err(refuse(Ground::Withheld));
        }
        if !self.is_registered(patient) {
            return Err(refuse(Ground::Unregistered));
        }
        let found = insurance::by_card(patient, &session.site.institution, now);
        let limit = limit_on(patient, now).filter(|_| found.validity == Validity::Valid);
        Ok(Answer::Limit(LimitAnswer { limit }))
    }
}

/// Tells whether the consent that an emergency needs is there: given, or not obtainable (EMG-02, EMG-03).
fn is_obtained(emergency: Option<EmergencyConsent>) -> bool {
    matches!(
        emergency,
        Some(EmergencyConsent::Given | EmergencyConsent::Unobtainable)
    )
}

/// Returns the answers that count: to questions that the site asks, with a certificate that is not
/// in grace. Without a valid qualification there is no medical information (convention 14).
fn counted(
    consents: &[Consent],
    site: &Site,
    validity: Validity,
    phase: CertificatePhase,
    now: Moment,
) -> Vec<Consent> {
    if !rules::aid::is_valid(validity) || phase == CertificatePhase::Grace {
        return Vec::new();
    }
    let asked = rules::consent::questions(site, now.day());
    consents
        .iter()
        .filter(|consent| asked.contains(&consent.kind))
        .copied()
        .collect()
}

/// Returns what is said beside the answer: that the certificate ends soon.
fn side_information(patient: &Patient, phase: CertificatePhase) -> Option<String> {
    (phase == CertificatePhase::Ending).then(|| {
        format!(
            "SIM-201 電子証明書の有効期限は {} です",
            patient.card.not_after.day()
        )
    })
}

/// Returns the phase at `now`: it may have changed since the card was put in (convention 10).
fn phase_of(patient: &Patient, now: Moment) -> Result<CertificatePhase, Refusal> {
    certificate::phase_of(patient, now).map_err(refuse)
}

/// Returns the limit on record that holds today.
pub(super) fn limit_on(patient: &Patient, now: Moment) -> Option<Limit> {
    patient
        .registry
        .limit
        .clone()
        .filter(|limit| limit.from <= now.day() && now.day() <= limit.until)
}

/// Returns a qualification as an answer shows it: children before school marked (ELIG-09), a
/// 高齢受給者証 only from 70 to 74 and within its period, a reason of loss only once it is lost.
pub(super) fn shown(qualification: &Qualification, person: &Person, now: Moment) -> Qualification {
    let day = now.day();
    let birth = person.birth_date;
    let mut shown = qualification.clone();
    shown.preschool = (day <= rules::age::preschool_until(birth)).then_some(true);
    let of_age = rules::age::elderly_from(birth) <= day && day < rules::age::birthday(birth, 75);
    shown
        .elderly
        .take_if(|certificate| !of_age || day < certificate.from || certificate.until < day);
    shown
        .lost_because
        .take_if(|_| qualification.until.is_none_or(|until| day <= until));
    shown
}
