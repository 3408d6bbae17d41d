//! What goes to a backend (design §4).

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bytes, Consent, EmergencyConsent, MedicalKind, Site};

/// The kind of care for which an inquiry is made (OQSCD028).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Care {
    /// 外来.
    #[default]
    Outpatient,
    /// 訪問診療等.
    HomeVisit,
    /// オンライン診療等.
    Online,
    /// 救急時.
    Emergency,
}

/// The key of an inquiry without a card: what stands on a 資格確認書.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberKey {
    /// Insurer number.
    pub insurer: String,
    /// Symbol.
    #[serde(default)]
    pub symbol: String,
    /// Number.
    pub number: String,
    /// Branch number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Birth date.
    #[schemars(with = "String")]
    pub birth_date: Date,
}

/// An inquiry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "inquiry",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Inquiry {
    /// Who is this, is the card registered, is the certificate good? No eligibility yet.
    Authenticate {
        /// The user certificate read from the card, DER.
        certificate: Bytes,
        /// What the card signed: the reader's challenge.
        challenge: Bytes,
        /// PKCS#1 v1.5 signature over SHA-256 of the challenge, by the certificate's key.
        signature: Bytes,
        /// Where.
        site: Site,
        /// The kind of care.
        care: Care,
    },
    /// Registers the card for insurance use, on the spot.
    Register {
        /// From [`super::Authenticated`].
        token: String,
    },
    /// Asks for eligibility, with the answers to the consent questions.
    Confirm {
        /// From [`super::Authenticated`].
        token: String,
        /// What was asked and answered.
        consents: Vec<Consent>,
        /// In an emergency: what staff recorded in place of the questions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emergency: Option<EmergencyConsent>,
    },
    /// Asks for the limit after completion, on explicit consent (before 2024-10-07 only).
    Limit {
        /// From [`super::Authenticated`].
        token: String,
    },
    /// Asks for eligibility by what stands on a 資格確認書.
    Number {
        /// The key.
        key: NumberKey,
        /// Whether the patient agreed by word to show the limit.
        limit_consent: bool,
        /// Where.
        site: Site,
    },
    /// Asks for eligibility by name and address, in an outage or a disaster.
    Person {
        /// Name.
        name: String,
        /// Birth date.
        #[schemars(with = "String")]
        birth_date: Date,
        /// Address.
        address: String,
        /// Where.
        site: Site,
    },
    /// Fetches medical information under a recorded consent; creates none.
    Medical {
        /// Whose: the key of the qualification.
        key: NumberKey,
        /// What.
        kind: MedicalKind,
        /// The kind of care.
        care: Care,
        /// Where.
        site: Site,
    },
    /// What マイナポータル shows the person.
    Portal {
        /// The person's name in the deck.
        person: String,
    },
}

/// The kind of an inquiry, for `expect-no-inquiry` and for what a protocol carries.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum InquiryKind {
    /// [`Inquiry::Authenticate`].
    Authenticate,
    /// [`Inquiry::Register`].
    Register,
    /// [`Inquiry::Confirm`].
    Confirm,
    /// [`Inquiry::Limit`].
    Limit,
    /// [`Inquiry::Number`].
    Number,
    /// [`Inquiry::Person`].
    Person,
    /// [`Inquiry::Medical`].
    Medical,
    /// [`Inquiry::Portal`].
    Portal,
}

impl Inquiry {
    /// Returns the kind.
    pub fn kind(&self) -> InquiryKind {
        match self {
            Inquiry::Authenticate { .. } => InquiryKind::Authenticate,
            Inquiry::Register { .. } => InquiryKind::Register,
            Inquiry::Confirm { .. } => InquiryKind::Confirm,
            Inquiry::Limit { .. } => InquiryKind::Limit,
            Inquiry::Number { .. } => InquiryKind::Number,
            Inquiry::Person { .. } => InquiryKind::Person,
            Inquiry::Medical { .. } => InquiryKind::Medical,
            Inquiry::Portal { .. } => InquiryKind::Portal,
        }
    }
}
