//! Inquiries with their answers, and the card inquiries that they make up.

use super::{Facts, Recorded, Truth, phases_of, renewal_of};
use crate::eligibility::{
    Answer, Authenticated, Care, CertificatePhase, Consent, ConsentAnswer, ConsentKind,
    Eligibility, EmergencyConsent, Inquiry, InquiryKind, MedicalAnswer, MedicalKind, Moment,
    Refusal, Registry, SiteKind, Validity, Wire,
};
use crate::judge::dates::{self, Renewal};
use crate::transcript::{Reply, Role};

/// An inquiry with what came back.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Exchange<'a> {
    pub n: u64,
    pub visit: u32,
    pub at: Moment,
    pub from: Role,
    pub inquiry: &'a Inquiry,
    pub reply: Option<(u64, &'a Reply)>,
    pub elapsed_ms: Option<u64>,
    /// How the exchange looked on its way, where the protocol shows it.
    pub wire: Option<&'a Wire>,
    /// A declared fault that hit it.
    pub fault: Option<u64>,
    /// Whom it is about, by index.
    pub person: Option<usize>,
}

impl<'a> Exchange<'a> {
    /// Returns the answer, if one came.
    pub fn answer(&self) -> Option<&'a Answer> {
        match self.reply {
            Some((_, Reply::Answer(answer))) => Some(answer),
            _ => None,
        }
    }

    /// Returns the refusal, if that is the answer.
    pub fn refusal(&self) -> Option<&'a Refusal> {
        match self.answer() {
            Some(Answer::Refused(refusal)) => Some(refusal),
            _ => None,
        }
    }

    /// Returns the eligibility, if that is the answer.
    pub fn eligibility(&self) -> Option<&'a Eligibility> {
        match self.answer() {
            Some(Answer::Eligibility(eligibility)) => Some(eligibility),
            _ => None,
        }
    }

    /// Returns the medical information, if that is the answer.
    pub fn medical(&self) -> Option<&'a MedicalAnswer> {
        match self.answer() {
            Some(Answer::Medical(medical)) => Some(medical),
            _ => None,
        }
    }

    /// Returns the kind of medical information asked for.
    pub fn medical_kind(&self) -> Option<MedicalKind> {
        match self.inquiry {
            Inquiry::Medical { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    /// Tells whether medical records came back.
    pub fn returned_records(&self) -> bool {
        self.medical()
            .is_some_and(|answer| !answer.records.is_empty())
    }

    /// Returns inquiry and, where there is one, answer.
    pub fn entries(&self) -> Vec<u64> {
        std::iter::once(self.n)
            .chain(self.reply.map(|(n, _)| n))
            .collect()
    }

    /// Returns the number of the answer, or of the inquiry where none came.
    pub fn answer_n(&self) -> u64 {
        self.reply.map_or(self.n, |(n, _)| n)
    }
}

/// One card inquiry: an `Authenticate` of the reader with what followed it in the visit, by index
/// into [`Facts::exchanges`].
#[derive(Debug, Clone)]
pub(in crate::judge) struct Case {
    pub visit: u32,
    pub auth: usize,
    pub register: Option<usize>,
    pub confirm: Option<usize>,
    pub limit: Option<usize>,
    pub medical: Vec<usize>,
}

/// What the backend told the reader about the card.
#[derive(Debug, Clone, Copy)]
pub(in crate::judge) enum Told<'a> {
    /// Nothing that could be used: silence, garbage.
    Nothing,
    /// No service, and why.
    Refused(&'a Refusal),
    /// Go on.
    Accepted(&'a Authenticated),
}

/// Groups the reader's inquiries by the `Authenticate` that they rest on.
pub(super) fn cases(facts: &Facts<'_>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, exchange) in facts.exchanges.iter().enumerate() {
        if exchange.from != Role::Reader {
            continue;
        }
        let kind = exchange.inquiry.kind();
        if kind == InquiryKind::Authenticate {
            cases.push(Case {
                visit: exchange.visit,
                auth: index,
                register: None,
                confirm: None,
                limit: None,
                medical: Vec::new(),
            });
            continue;
        }
        let Some(case) = cases.last_mut().filter(|case| case.visit == exchange.visit) else {
            continue;
        };
        match kind {
            InquiryKind::Register => case.register = Some(index),
            InquiryKind::Confirm => case.confirm = Some(index),
            InquiryKind::Limit => case.limit = Some(index),
            InquiryKind::Medical => case.medical.push(index),
            _ => {}
        }
    }
    cases
}

/// Collects what a correct backend has recorded: consents of before, and those of each eligibility
/// that was given outside grace, at sites and for kinds that take part.
pub(super) fn recorded(facts: &Facts<'_>) -> Vec<Recorded> {
    let mut recorded = Vec::new();
    for (person, patient) in facts.scenario.people.iter().enumerate() {
        for earlier in &patient.registry.earlier_consents {
            recorded.push(Recorded {
                n: 0,
                person,
                institution: earlier.institution.clone(),
                kind: earlier.kind,
                answer: earlier.answer,
                care: earlier.care,
                at: earlier.at,
            });
        }
    }
    for case in &facts.cases {
        let Some(confirm) = case.confirm.map(|index| &facts.exchanges[index]) else {
            continue;
        };
        let Some(truth) = facts.truth(case) else {
            continue;
        };
        let given = confirm.eligibility().is_some_and(|answer| {
            matches!(
                answer.validity,
                Validity::Valid | Validity::ValidUnregistered
            )
        });
        let takes_part = truth.site.kind != SiteKind::EligibilityOnly
            && !truth.phases.contains(&CertificatePhase::Grace);
        if !given || !takes_part {
            continue;
        }
        for consent in consents(confirm.inquiry) {
            if truth.site.offers.contains(&consent.kind) {
                recorded.push(Recorded {
                    n: confirm.n,
                    person: truth.person,
                    institution: truth.site.institution.clone(),
                    kind: consent.kind,
                    answer: consent.answer,
                    care: truth.care,
                    at: confirm.at,
                });
            }
        }
    }
    recorded.sort_by_key(|record| record.at);
    recorded
}

/// Returns the consents of a `Confirm`.
pub(in crate::judge) fn consents(inquiry: &Inquiry) -> &[Consent] {
    match inquiry {
        Inquiry::Confirm { consents, .. } => consents,
        _ => &[],
    }
}

/// Returns the emergency consent of a `Confirm`.
pub(in crate::judge) fn emergency_consent(inquiry: &Inquiry) -> Option<EmergencyConsent> {
    match inquiry {
        Inquiry::Confirm { emergency, .. } => *emergency,
        _ => None,
    }
}

/// Returns the question that governs a kind of medical information (CONS-01).
pub(in crate::judge) fn governed_by(kind: MedicalKind) -> Option<ConsentKind> {
    match kind {
        MedicalKind::Drug | MedicalKind::Diagnosis => Some(ConsentKind::Care),
        MedicalKind::Checkup => Some(ConsentKind::Checkup),
        MedicalKind::Surgery => Some(ConsentKind::Surgery),
        MedicalKind::EmergencySummary => None,
    }
}

/// Tells whether an answer says anything of an insurance.
pub(in crate::judge) fn discloses(eligibility: &Eligibility) -> bool {
    eligibility.validity != Validity::None || eligibility.qualification.is_some()
}

impl<'a> Facts<'a> {
    /// Returns what the backend told the reader at the start of a card inquiry.
    pub fn told(&self, case: &Case) -> Told<'a> {
        match self.exchanges[case.auth].answer() {
            Some(Answer::Authenticated(accepted)) => Told::Accepted(accepted),
            Some(Answer::Refused(refusal)) => Told::Refused(refusal),
            _ => Told::Nothing,
        }
    }

    /// Returns the `Confirm` of a card inquiry.
    pub fn confirm(&self, case: &Case) -> Option<&Exchange<'a>> {
        case.confirm.map(|index| &self.exchanges[index])
    }

    /// Tells whether the confirmation rests on another token than the one that this card inquiry was
    /// given: then a refusal is no fault of the backend.
    pub fn asks_with_another_token(&self, case: &Case) -> bool {
        match (self.told(case), self.confirm(case).map(|it| it.inquiry)) {
            (Told::Accepted(accepted), Some(Inquiry::Confirm { token, .. })) => {
                *token != accepted.token
            }
            _ => false,
        }
    }

    /// Returns the refusal of a card inquiry, at whichever stage it came.
    pub fn refusal(&self, case: &Case) -> Option<(&Exchange<'a>, &'a Refusal)> {
        let auth = &self.exchanges[case.auth];
        let confirm = self.confirm(case);
        [Some(auth), confirm]
            .into_iter()
            .flatten()
            .find_map(|exchange| exchange.refusal().map(|refusal| (exchange, refusal)))
    }

    /// Returns the eligibility that a card inquiry got.
    pub fn eligibility(&self, case: &Case) -> Option<(&Exchange<'a>, &'a Eligibility)> {
        let confirm = self.confirm(case)?;
        confirm.eligibility().map(|answer| (confirm, answer))
    }

    /// Tells whether a declared fault hit one of the inquiries that the result rests on.
    pub fn disturbed(&self, case: &Case) -> Option<u64> {
        let stages = [Some(case.auth), case.register, case.confirm];
        stages
            .into_iter()
            .flatten()
            .find_map(|index| self.exchanges[index].fault)
    }

    /// Finds what [`Facts::truth`] returns.
    pub(super) fn find_truth(&self, case: &Case) -> Option<Truth> {
        let auth = &self.exchanges[case.auth];
        let person = auth.person?;
        let card = &self.person(person)?.card;
        let world = self.world(auth.n)?;
        let registry = world.registries.get(person)?;
        let Inquiry::Authenticate {
            certificate,
            challenge,
            signature,
            care,
            ..
        } = auth.inquiry
        else {
            return None;
        };
        // Midnight between the inquiries: either day's phase may decide (convention 10).
        let mut phases = phases_of(card, auth.at);
        if let Some(confirm) = self.confirm(case) {
            phases.extend(phases_of(card, confirm.at));
            phases.sort_unstable();
            phases.dedup();
        }
        let registration = registry.registration.as_ref();
        // Registration on the spot counts by the time of the confirmation.
        let later = self
            .confirm(case)
            .and_then(|confirm| self.registry(person, confirm.n));
        let on_record = |registry: &Registry| {
            let registration = registry.registration.as_ref();
            registration.is_some_and(|registration| !registration.cancelled)
        };
        let stands = |registry: &Registry| {
            on_record(registry) && renewal_of(registry, card) != Some(Renewal::TooLate)
        };
        Some(Truth {
            person,
            site: world.site.clone(),
            care: *care,
            other_certificate: self.is_other_certificate(auth, person, &certificate.0),
            untrusted: !card.trusted || self.is_forged(auth, &challenge.0, &signature.0),
            status: registry.certificate,
            phases,
            last_day: card.not_after.day(),
            withheld: !registry.withheld_by.is_empty(),
            undisclosed: !registry.undisclosed_by.is_empty(),
            phone: card.physical_card.is_some(),
            registered: [Some(registry), later].into_iter().flatten().any(stands),
            on_record: on_record(registry),
            renewal: renewal_of(registry, card),
            cancelled: registration.is_some_and(|registration| registration.cancelled),
            recorded: !registry.qualifications.is_empty(),
        })
    }

    /// Returns the answer on record for a question at an institution, the newest before an instant.
    pub fn consent_on_record(
        &self,
        person: usize,
        institution: &str,
        kind: ConsentKind,
        before: u64,
    ) -> Option<&Recorded> {
        self.recorded.iter().rev().find(|record| {
            record.person == person
                && record.institution == institution
                && record.kind == kind
                && record.n < before
        })
    }

    /// Tells whether a consent for home visits was withdrawn between it and an inquiry.
    pub fn withdrawn(&self, record: &Recorded, exchange: &Exchange<'_>) -> bool {
        let registry = self.registry(record.person, exchange.n);
        record.care == Care::HomeVisit
            && registry.is_some_and(|registry| {
                registry.withdrawals.iter().any(|withdrawal| {
                    withdrawal.institution == record.institution
                        && record.at <= withdrawal.at
                        && withdrawal.at <= exchange.at
                })
            })
    }

    /// Tells whether a person agreed to a question somewhere else, and it still counts.
    pub fn agreed_elsewhere(
        &self,
        person: usize,
        institution: &str,
        kind: ConsentKind,
        exchange: &Exchange<'_>,
    ) -> bool {
        self.recorded.iter().any(|record| {
            record.person == person
                && record.institution != institution
                && record.kind == kind
                && record.answer == ConsentAnswer::Agree
                && record.n < exchange.n
                && (record.care == Care::HomeVisit || dates::consent_holds(record.at, exchange.at))
        })
    }
}
