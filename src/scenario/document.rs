//! Scenario and deck files as they are written: dates relative, what is left out taken from the deck.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use virtual_card::profile::Issuer;

use super::registry::{IncidentEntry, RegistryOverrides};
use super::step::Step;
use super::{DateExpr, Span, UnderTest};
use crate::eligibility::{ConsentKind, ConsentLayout, SiteKind, Text};
use crate::requirement;

/// A scenario file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Document {
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
    /// When: an instant with its offset, or `now`.
    pub at: String,
    /// Seeds everything random.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// How long a person takes for each stimulus on the virtual clock; `0s` where a border counts.
    #[serde(default = "default_pace")]
    pub pace: Span,
    /// Where.
    #[serde(default)]
    pub site: SiteOverrides,
    /// The patient's card.
    pub card: CardOverrides,
    /// What the eligibility system knows of the patient, where it differs from the deck.
    #[serde(default)]
    pub registry: RegistryOverrides,
    /// Further people, by name in the deck.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<PersonOverrides>,
    /// Disaster and outage functions that are switched on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentEntry>,
    /// What happens.
    pub steps: Vec<Step>,
    /// Variants of this situation, each a scenario of its own with id `path#name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
}

fn default_seed() -> u64 {
    1
}

fn default_pace() -> Span {
    Span::seconds(2)
}

/// A variant of a scenario: what it gives replaces what the file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Case {
    /// Name, lower case with hyphens.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: String,
    /// Title, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Purpose, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirements: Option<Vec<requirement::Id>>,
    /// When, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Site overrides, laid over the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteOverrides>,
    /// Card overrides, laid over the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardOverrides>,
    /// Registry overrides, laid over the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryOverrides>,
    /// Steps, in place of the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
}

/// A site, as far as it differs from a clinic that asks for care, check-up and limit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SiteOverrides {
    /// The kind of site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SiteKind>,
    /// Institution code, 10 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    /// The questions that the site has switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<Vec<ConsentKind>>,
    /// How the questions are put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_layout: Option<ConsentLayout>,
    /// Whether the account may view information in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_access: Option<bool>,
    /// The municipality's code, 5 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// Whether whoever asks is logged in with an administration account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrator: Option<bool>,
}

/// A card, as far as it differs from the deck's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardOverrides {
    /// Name in the deck (in a deck file: name of the card profile).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Birth date of the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<DateExpr>,
    /// Day of issue, from which validity follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<DateExpr>,
    /// Last day of the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_expires: Option<DateExpr>,
    /// The user certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_certificate: Option<UserCertificateOverrides>,
    /// Whether there is a signature certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_certificate: Option<bool>,
    /// Whether there is a photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<bool>,
    /// The user PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinOverrides>,
    /// How long commands take on the virtual clock, by the name of a timing: `instant`,
    /// `contactless-424`, `contactless-106` or `contact`. Without one every APDU takes 2 ms, a
    /// convention of this harness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<String>,
    /// Where this is not a card but a phone: the physical card that it was made from (CERT-09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_card: Option<PhysicalCardEntry>,
}

/// The physical card of a phone, in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PhysicalCardEntry {
    /// Its last day.
    pub expires: DateExpr,
    /// The last day or instant of its user certificate.
    pub not_after: DateExpr,
}

/// The user certificate, as far as it differs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UserCertificateOverrides {
    /// Its last day or instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<DateExpr>,
    /// Its first instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateExpr>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Issuer>,
    /// How often it has been renewed, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
}

/// The user PIN, as far as it differs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PinOverrides {
    /// Tries left at the start; 0 is a locked PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u8>,
}

/// A further person of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PersonOverrides {
    /// Their card; its `holder` names them in the deck.
    pub card: CardOverrides,
    /// What the eligibility system knows of them.
    #[serde(default)]
    pub registry: RegistryOverrides,
}

/// A file of the deck: a card profile and what the registry knows of its holder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeckPerson {
    /// Who it is, for people.
    pub title: Text,
    /// The card; its `holder` names the profile of the virtual card.
    pub card: CardOverrides,
    /// What the eligibility system knows.
    pub registry: RegistryOverrides,
}

impl SiteOverrides {
    /// Lays `over` over this.
    pub(super) fn lay(&mut self, over: &SiteOverrides) {
        lay_over!(
            self,
            over,
            kind,
            institution,
            offers,
            consent_layout,
            emergency_access,
            municipality,
            administrator
        );
    }
}

impl CardOverrides {
    /// Lays `over` over this, the user certificate field by field.
    pub(super) fn lay(&mut self, over: &CardOverrides) {
        lay_over!(
            self,
            over,
            birth_date,
            issued,
            card_expires,
            signature_certificate,
            photo,
            pin,
            timing,
            physical_card
        );
        if let Some(over) = &over.user_certificate {
            let base = self.user_certificate.get_or_insert_default();
            lay_over!(base, over, not_after, not_before, issuer, generation);
        }
    }
}
