//! Scenarios: one situation each, from the YAML file to what the runner plays and the judge reads.
//!
//! [`Document`] is the file as written; [`Deck`] holds the people; [`Document::resolve`] makes every date absolute and yields [`Playable`]s: a [`Scenario`] (what
//! stands in a transcript's header and what the judge reads) beside the card profiles that only
//! the runner needs.

/// Lays the fields that `over` has over those of `base`.
macro_rules! lay_over {
    ($base:expr, $over:expr, $($field:ident),*) => {
        $(if $over.$field.is_some() { $base.$field = $over.$field.clone(); })*
    };
}
mod date;
mod deck;
mod document;
mod expectation;
mod form;
mod lint;
mod load;
mod probe;
mod registry;
mod resolve;
mod step;
mod step_kind;
mod today;

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use virtual_card::profile::Profile;

use crate::eligibility::{Incident, InquiryKind, Moment, Registry, Site, Text};
use crate::requirement;
use crate::secret::{Masker, Secret};

pub use date::{DateExpr, DateExprError, Span};
pub use deck::Deck;
pub use document::{
    CardOverrides, Case, DeckPerson, Document, PersonOverrides, PhysicalCardEntry, PinOverrides,
    SiteOverrides, UserCertificateOverrides,
};
pub use expectation::{
    AnswerExpectation, AnswerFields, MedicalExpectation, PortalExpectation, Presence,
    ScreenExpectation, ScreenFields, SpecificDiseaseExpectation, TicketExpectation,
};
pub use lint::{Lint, LintLevel};
pub use load::{ParseError, PathItem, Place, Source, error_at, error_at_item, parse};
pub use probe::{CardExpectation, CertificateExpectation, Probe, StatusExpectation, StatusFields};
pub use registry::{
    EarlierConsentEntry, IncidentEntry, LimitEntry, MedicalEntry, QualificationEntry,
    RegistrationEntry, RegistryOverrides, SpecificDiseaseEntry, TicketEntry, WithdrawalEntry,
};
pub use resolve::ResolveError;
pub use step::{
    BackendFault, BackendFaultKind, CardFault, ConsentSubject, Decision, DeskStep, DueFaults,
    FaceShown, FaultStep, MedicalInquiryStep, NumberInquiryStep, PeriodEntry, PersonInquiryStep,
    SiteChange, Step,
};
pub use step_kind::{Actor, STEP_KINDS, StepKind};

/// What is judged: an implementation under test, or every role that we have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnderTest {
    /// Reader and backend.
    #[default]
    Any,
    /// The reader.
    Reader,
    /// The backend.
    Backend,
    /// What staff do.
    Desk,
    /// The card, ours only.
    Card,
}

/// What the judge may know of a card: facts, no keys and no PINs in clear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardFacts {
    /// Whether the card carries a photo (IDV-10).
    pub photo: bool,
    /// The user PIN, absent on a 顔認証マイナンバーカード (IDV-11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_pin: Option<Secret>,
    /// Tries left of the user PIN at the start.
    pub user_pin_tries: u8,
    /// Whether there is a signature certificate (CHD-02).
    pub signature_certificate: bool,
    /// First instant of the user certificate.
    pub not_before: Moment,
    /// Last instant of the user certificate.
    pub not_after: Moment,
    /// Serial number of the user certificate, hexadecimal.
    pub serial: String,
    /// Whether the scenario's trust anchor issued it (CERT-07).
    pub trusted: bool,
    /// What decides how long card and certificate last (CERT-08); absent where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<ValidityFacts>,
    /// The timing of card and link, by name (`virtual_card::timing`); absent where every APDU takes
    /// the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<String>,
    /// Where this is a phone: the physical card that it was made from (CERT-09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_card: Option<PhysicalCard>,
}

impl CardFacts {
    /// Returns what the judge may know of a card with this profile.
    pub fn of(profile: &Profile) -> CardFacts {
        resolve::card_facts(profile)
    }
}

/// The physical card from which a phone's certificates were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PhysicalCard {
    /// Its last day.
    #[schemars(with = "String")]
    pub expires: Date,
    /// The last instant of its user certificate.
    pub not_after: Moment,
}

/// What deck and scenario state of the dates of a card, before anything is derived from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ValidityFacts {
    /// The day on which the card was issued. No earlier day of application is stated anywhere, so
    /// this one stands for it too: a convention of this harness.
    pub issued: Date,
    /// The card's last day, where it is stated: a period of stay that ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_expires: Option<Date>,
    /// The certificate's first instant, where it is not that of the card's issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Moment>,
    /// The certificate's last instant, where it is stated rather than left to the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Moment>,
    /// Which certificate of the card it is, from 1: each renewal adds one.
    pub generation: u32,
}

/// A person of the deck, as this scenario has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Patient {
    /// Name in the deck.
    pub name: String,
    /// Their card.
    pub card: CardFacts,
    /// What the eligibility system knows of them at the start.
    pub registry: Registry,
}

/// A situation, every date absolute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// Path without extension, with `#case` where the file has cases.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What the situation is about, for a trainer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// The purpose: these must be decided.
    pub requirements: Vec<requirement::Id>,
    /// Tags, for selection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What is judged.
    #[serde(default)]
    pub under_test: UnderTest,
    /// The virtual clock starts here.
    pub at: Moment,
    /// Seeds everything random.
    pub seed: u64,
    /// Virtual milliseconds that a person takes for each stimulus.
    pub pace_ms: u64,
    /// Where it happens.
    pub site: Site,
    /// The people; the first is the patient unless a step names another.
    pub people: Vec<Patient>,
    /// Disaster and outage functions that are switched on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// Returns the person of that name, or the first one for `None`.
    pub fn patient(&self, name: Option<&str>) -> Option<&Patient> {
        match name {
            Some(name) => self.people.iter().find(|patient| patient.name == name),
            None => self.people.first(),
        }
    }

    /// Returns the kinds of inquiry without which the scenario cannot be played. What a reader
    /// asks beyond them is for the reader to decide.
    pub fn inquiries(&self) -> std::collections::BTreeSet<InquiryKind> {
        let mut kinds = std::collections::BTreeSet::new();
        for step in &self.steps {
            match step {
                Step::PresentCard(_) => {
                    kinds.extend([InquiryKind::Authenticate, InquiryKind::Confirm]);
                }
                Step::Register(Decision::Accept) => {
                    kinds.insert(InquiryKind::Register);
                }
                Step::Agree(ConsentSubject::Limit) => {
                    kinds.insert(InquiryKind::Limit);
                }
                Step::Desk(DeskStep::NumberInquiry(_)) => {
                    kinds.insert(InquiryKind::Number);
                }
                Step::Desk(DeskStep::PersonInquiry(_)) => {
                    kinds.insert(InquiryKind::Person);
                }
                Step::Desk(DeskStep::MedicalInquiry(_)) => {
                    kinds.insert(InquiryKind::Medical);
                }
                Step::OpenPortal(_) => {
                    kinds.insert(InquiryKind::Portal);
                }
                _ => {}
            }
        }
        kinds
    }

    /// Returns the scenario with every secret replaced by its alias.
    #[must_use]
    pub fn masked(&self, masker: &mut Masker) -> Scenario {
        let mut masked = self.clone();
        for patient in &mut masked.people {
            if let Some(pin) = &patient.card.user_pin {
                patient.card.user_pin = Some(masker.mask_secret(pin));
            }
        }
        for step in &mut masked.steps {
            *step = step.masked(masker);
        }
        masked
    }
}

/// A scenario that can be played: with the cards, which never reach a transcript.
#[derive(Debug, Clone)]
pub struct Playable {
    /// The situation.
    pub scenario: Scenario,
    /// The card of each person, in the order of [`Scenario::people`].
    pub profiles: Vec<Profile>,
    /// Whether it plays at the present moment (`at: now`): all that a backend can play whose date
    /// cannot be set.
    pub at_now: bool,
    /// How the portal of a backend that is not ours knows the people, by name in the deck, where
    /// bindings say so.
    pub portal_ids: BTreeMap<String, String>,
}
