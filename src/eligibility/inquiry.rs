//! What goes to a backend (design §4).

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bytes, Consent, EmergencyConsent, MedicalKind, Sex, Site};

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

impl Care {
    /// Tells whether this is the usual kind.
    pub fn is_outpatient(&self) -> bool {
        *self == Care::Outpatient
    }
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

/// Why somebody is asked for by name (DIS-01, OUT-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SearchReason {
    /// システム障害時モード: eligibility alone.
    Outage,
    /// 災害時医療情報閲覧: eligibility, and what is recorded opens medical information.
    Disaster,
}

/// The days about which something is asked, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Period {
    /// First day.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub until: Date,
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
        /// In a disaster: what staff recorded, which opens medical information (DIS-01).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disaster: Option<EmergencyConsent>,
        /// Where.
        site: Site,
    },
    /// Asks for eligibility by name, in an outage or a disaster.
    Person {
        /// Name; spaces and width do not count.
        name: String,
        /// Birth date.
        #[schemars(with = "String")]
        birth_date: Date,
        /// Sex.
        sex: Sex,
        /// Address; needed in an outage, in a disaster address or insurer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        /// Insurer number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        insurer: Option<String>,
        /// Why.
        reason: SearchReason,
        /// In a disaster: what staff recorded, which opens medical information (DIS-01).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consent: Option<EmergencyConsent>,
        /// Where.
        site: Site,
    },
    /// Fetches medical information under a recorded consent; creates none.
    Medical {
        /// Whose: the key of the qualification.
        key: NumberKey,
        /// What.
        kind: MedicalKind,
        /// The days asked about; everything within reach if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<Period>,
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

impl InquiryKind {
    /// Every kind.
    pub const ALL: [InquiryKind; 8] = [
        InquiryKind::Authenticate,
        InquiryKind::Register,
        InquiryKind::Confirm,
        InquiryKind::Limit,
        InquiryKind::Number,
        InquiryKind::Person,
        InquiryKind::Medical,
        InquiryKind::Portal,
    ];
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
