//! Writes the steps of a plan: what people do, as the reader will ask for it.
//!
//! What a reader asks is foreseen, not known: where a backend makes it ask something else, the
//! step meets no screen and is noted, which breaches nothing.

use std::num::NonZeroU32;

use jiff::civil::{Date, date};
use virtual_card::apdu::CommandName;
use virtual_card::fault::{Kind, When};

use super::border;
use super::circumstance::ELSEWHERE;
use super::plan::{Act, Proof, Reception, profile_of};
use crate::eligibility::{
    ConsentKind, ConsentLayout, EmergencyConsent, InquiryKind, Moment, Site, SiteKind,
};
use crate::requirement::vectors;
use crate::scenario::{
    CardFault, ConsentSubject, Decision, Deck, DeskStep, Document, FaceShown, FaultStep,
    RegistrationEntry, SiteOverrides, Step,
};
use crate::screen::Method;
use crate::secret::Secret;

/// The questions that a reader may put, in its order.
pub(super) const QUESTIONS: [ConsentKind; 4] = [
    ConsentKind::Care,
    ConsentKind::Checkup,
    ConsentKind::Surgery,
    ConsentKind::SpecificDisease,
];

/// A scenario that lists a dated rule has to state something; until it is known what matters, this,
/// which no visit with a card breaks.
pub(super) const HOLDS_ANYWAY: Step = Step::ExpectNoInquiry(InquiryKind::Number);

/// What the writer knows of the scene while it goes on.
struct Scene<'a> {
    document: &'a Document,
    deck: &'a Deck,
    now: Moment,
    kind: SiteKind,
    institution: String,
    /// Who has answered where, so that answers may be preset.
    answered: Vec<(bool, String)>,
    registered: bool,
    steps: Vec<Step>,
}

/// Writes the steps of `acts` in the situation of `document`.
pub(super) fn steps(acts: &[Act], document: &Document, at: Moment, deck: &Deck) -> Vec<Step> {
    let site = Site::default();
    let unregistered = matches!(
        document.registry.registration,
        Some(RegistrationEntry::None | RegistrationEntry::Cancelled)
    );
    let institution = document
        .site
        .institution
        .clone()
        .unwrap_or(site.institution);
    let earlier = document.registry.earlier_consents.iter().flatten();
    let mut scene = Scene {
        document,
        deck,
        now: at,
        kind: document.site.kind.unwrap_or(site.kind),
        answered: earlier
            .map(|entry| (false, entry.institution.clone()))
            .collect(),
        institution,
        registered: !unregistered,
        steps: Vec::new(),
    };
    for act in acts {
        scene.act(act);
    }
    scene.steps
}

impl Scene<'_> {
    fn act(&mut self, act: &Act) {
        let step = match act {
            Act::Reception(reception) => return self.reception(reception),
            Act::Number(step, other) => {
                let person = self.other().filter(|_| *other);
                let mut step = step.clone();
                step.person = person;
                Step::Desk(DeskStep::NumberInquiry(step))
            }
            Act::Person(step) => Step::Desk(DeskStep::PersonInquiry(step.clone())),
            Act::Medical(step) => Step::Desk(DeskStep::MedicalInquiry(step.clone())),
            Act::Portal => Step::OpenPortal(None),
            Act::Wait(span) => {
                self.now = span.after(self.now).unwrap_or(self.now);
                Step::Wait(*span)
            }
            Act::GoTo(change) => {
                self.kind = change.kind.unwrap_or(self.kind);
                if let Some(institution) = &change.institution {
                    self.institution.clone_from(institution);
                }
                Step::GoTo(change.clone())
            }
            Act::Change(change) => {
                if let Some(entry) = &change.registration {
                    self.registered = !matches!(
                        entry,
                        RegistrationEntry::None | RegistrationEntry::Cancelled
                    );
                }
                Step::ChangeRegistry(change.clone())
            }
        };
        self.steps.push(step);
    }

    fn other(&self) -> Option<String> {
        self.document.others.first()?.card.holder.clone()
    }

    fn reception(&mut self, reception: &Reception) {
        let other = self.other().filter(|_| reception.other);
        let is_other = other.is_some();
        let holder = other.clone().or_else(|| self.document.card.holder.clone());
        let emergency = self.kind == SiteKind::Ambulance || reception.emergency.is_some();
        if self.kind == SiteKind::Hospital && reception.emergency.is_some() {
            self.steps.push(Step::Desk(DeskStep::Emergency));
        }
        self.steps.push(Step::PresentCard(other));
        if reception.garbled {
            self.steps.push(half_a_signature());
        }
        if emergency && matches!(self.kind, SiteKind::Ambulance | SiteKind::Hospital) {
            let consent = reception.emergency.unwrap_or(EmergencyConsent::Given);
            self.steps
                .push(Step::Desk(DeskStep::VisualCheck(FaceShown::Match)));
            self.steps.push(Step::Desk(DeskStep::OralConsent(consent)));
        } else {
            self.prove(
                reception.proof,
                holder.as_deref().unwrap_or_default(),
                is_other,
            );
            self.after_proof(reception, is_other);
        }
        if self.document.requirements.len() > 1 {
            self.steps.push(HOLDS_ANYWAY);
        }
        self.steps.push(Step::TakeCard);
    }

    fn prove(&mut self, proof: Proof, holder: &str, is_other: bool) {
        let profile = profile_of(self.deck, holder);
        let pin = profile
            .as_ref()
            .and_then(|profile| profile.pins.user.as_ref())
            .map(|pin| pin.as_str().to_owned());
        let printed = profile.is_some_and(|profile| profile.photo);
        let photo = match self.document.card.photo {
            Some(photo) if !is_other => photo,
            _ => printed,
        };
        let locked = !is_other
            && self
                .document
                .card
                .pin
                .as_ref()
                .is_some_and(|it| it.tries == Some(0));
        let by_pin =
            pin.filter(|_| proof == Proof::Pin || !photo || self.kind == SiteKind::OnlineCare);
        match by_pin {
            Some(pin) if !locked => {
                self.steps.push(Step::Choose(Method::Pin));
                self.steps.push(Step::EnterPin(Secret::Plain(pin)));
            }
            _ if proof == Proof::Visual => {
                self.steps.push(Step::Choose(Method::Visual));
                self.steps
                    .push(Step::Desk(DeskStep::VisualCheck(FaceShown::Match)));
            }
            _ => {
                self.steps.push(Step::Choose(Method::Face));
                self.steps.push(Step::ShowFace(FaceShown::Match));
            }
        }
    }

    /// What the reader asks once the card is accepted: registration, a notice, consents, the limit.
    fn after_proof(&mut self, reception: &Reception, is_other: bool) {
        let day = self.now.day();
        let phase = if is_other { Phase::Good } else { self.phase() };
        if !is_other && !self.registered && phase != Phase::Grace {
            let decision = if reception.registers {
                Decision::Accept
            } else {
                Decision::Decline
            };
            self.steps.push(Step::Register(decision));
            if !reception.registers {
                return;
            }
            self.registered = true;
        }
        match phase {
            Phase::Good => {}
            Phase::Ending | Phase::Grace => self.steps.push(Step::Continue),
        }
        if phase != Phase::Grace && self.kind != SiteKind::EligibilityOnly {
            self.consents(reception, day, is_other);
        }
        let limit = self.offers().contains(&ConsentKind::Limit) && day < date(2024, 10, 7);
        if limit && phase != Phase::Grace && self.kind != SiteKind::EligibilityOnly {
            self.steps
                .push(answer(ConsentSubject::Limit, reception.limit));
        }
    }

    fn consents(&mut self, reception: &Reception, day: Date, is_other: bool) {
        let offers = self.offers();
        let questions: Vec<(ConsentKind, bool)> = QUESTIONS
            .into_iter()
            .zip(reception.answers)
            .filter(|(kind, _)| offers.contains(kind))
            .filter(|(kind, _)| *kind != ConsentKind::Surgery || date(2023, 5, 11) <= day)
            .collect();
        if questions.is_empty() {
            return;
        }
        let all = self.document.site.consent_layout == Some(ConsentLayout::AllFirst);
        if all && date(2024, 10, 7) <= day {
            self.steps
                .push(answer(ConsentSubject::All, reception.agrees_to_all));
            if reception.agrees_to_all {
                return;
            }
        }
        let here = (is_other, self.institution.clone());
        let preset =
            reception.keeps_presets && self.answered.contains(&here) && date(2025, 2, 1) <= day;
        for (kind, agrees) in questions {
            if preset {
                // Passes what is preset; where nothing is, the answer follows.
                self.steps.push(Step::Continue);
            }
            self.steps.push(answer(subject(kind), agrees));
        }
        self.answered.push(here);
    }

    fn offers(&self) -> Vec<ConsentKind> {
        let SiteOverrides { offers, .. } = &self.document.site;
        offers.clone().unwrap_or_else(|| Site::default().offers)
    }

    /// Returns where the patient's certificate stands, as far as its date is one of the vectors'.
    fn phase(&self) -> Phase {
        let today = self.now.day();
        let certificate = self.document.card.user_certificate.as_ref();
        let Some(not_after) = certificate.and_then(|it| it.not_after.as_ref()) else {
            return Phase::Good;
        };
        let Ok(last) = not_after.day(self.now) else {
            return Phase::Good;
        };
        if last < today {
            return Phase::Grace;
        }
        let vector = vectors().days.iter().find(|vector| vector.last_day == last);
        let notice = vector
            .and_then(|vector| vector.alert_from.first().copied())
            .unwrap_or(last.saturating_sub(jiff::Span::new().months(3)));
        if notice <= today {
            Phase::Ending
        } else {
            Phase::Good
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Good,
    Ending,
    Grace,
}

fn half_a_signature() -> Step {
    Step::Fault(FaultStep::Card(CardFault {
        kind: Kind::Truncated,
        when: When::During,
        command: Some(CommandName::Sign),
        nth: NonZeroU32::MIN,
        always: false,
    }))
}

fn answer(subject: ConsentSubject, agrees: bool) -> Step {
    if agrees {
        Step::Agree(subject)
    } else {
        Step::Refuse(subject)
    }
}

fn subject(kind: ConsentKind) -> ConsentSubject {
    match kind {
        ConsentKind::Care => ConsentSubject::Care,
        ConsentKind::Checkup => ConsentSubject::Checkup,
        ConsentKind::Surgery => ConsentSubject::Surgery,
        ConsentKind::SpecificDisease => ConsentSubject::SpecificDisease,
        ConsentKind::Limit => ConsentSubject::Limit,
    }
}

/// Returns the change of site to the other institution.
pub(super) fn elsewhere() -> crate::scenario::SiteChange {
    crate::scenario::SiteChange {
        kind: None,
        institution: Some(ELSEWHERE.to_owned()),
    }
}

/// Returns the first instant of a day on which something begins for everybody.
pub(super) fn begins(index: usize) -> Option<(&'static str, Moment)> {
    let (name, day) = border::DAYS.get(index)?;
    Some((name, Moment::start_of(*day)?))
}
