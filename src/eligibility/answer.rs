//! What a backend answers (design §4).

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Consent, ConsentState, MedicalKind, MedicalRecord, MedicalTicket, Person, Qualification, Text,
};

/// Where a certificate stands in time (eligibility.md §3.2).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CertificatePhase {
    /// Full service, no notice (CERT-01).
    Valid,
    /// Full service, with a notice (CERT-02).
    Ending,
    /// Expired, within the grace period: eligibility only (CERT-03).
    Grace,
    /// Expired, and no service by card (CERT-04, CERT-05).
    Lapsed,
}

/// Why a card inquiry is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The certificate cannot be read, or not verified (CERT-07).
    CertificateInvalid,
    /// Revoked or suspended (CERT-06).
    CertificateRevoked,
    /// Expired, and no grace any more or not yet (CERT-04, CERT-05).
    CertificateLapsed,
    /// 自己情報提供不可 (DISC-01).
    Withheld,
    /// Not registered for insurance use (REG-02, REG-06).
    Unregistered,
    /// The insurer has recorded nothing yet (REG-07).
    NotRecorded,
    /// No consent is recorded for what was asked, or it has expired.
    NoConsent,
    /// The site or account may not ask for this.
    NotAuthorised,
    /// The token is unknown or used up.
    UnknownToken,
    /// Refused, and the protocol does not carry why.
    Unstated,
}

impl Ground {
    /// Returns the name for people.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            Ground::CertificateInvalid => ("証明書不正", "bad certificate"),
            Ground::CertificateRevoked => ("証明書失効", "revoked"),
            Ground::CertificateLapsed => ("証明書期限切れ", "lapsed"),
            Ground::Withheld => ("提供不可", "withheld"),
            Ground::Unregistered => ("未登録", "not registered"),
            Ground::NotRecorded => ("資格未収録", "not recorded yet"),
            Ground::NoConsent => ("同意なし", "no consent"),
            Ground::NotAuthorised => ("権限なし", "not authorised"),
            Ground::UnknownToken => ("不明なトークン", "unknown token"),
            Ground::Unstated => ("理由の記載なし", "not stated"),
        };
        Text::new(ja, en)
    }

    /// Every ground.
    pub const ALL: [Ground; 10] = [
        Ground::CertificateInvalid,
        Ground::CertificateRevoked,
        Ground::CertificateLapsed,
        Ground::Withheld,
        Ground::Unregistered,
        Ground::NotRecorded,
        Ground::NoConsent,
        Ground::NotAuthorised,
        Ground::UnknownToken,
        Ground::Unstated,
    ];
}

/// A refusal. Codes of the real system are not public: ours are visibly synthetic (`SIM-…`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Refusal {
    /// Why.
    pub ground: Ground,
    /// A synthetic code.
    pub code: String,
    /// A message for staff.
    pub message: String,
}

/// The certificate is accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Authenticated {
    /// For the inquiries that follow in this session.
    pub token: String,
    /// Whether the card is registered for insurance use.
    pub registered: bool,
    /// Where the certificate stands, where the protocol carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<CertificatePhase>,
    /// What the person answered here before (CONS-09), from 2025-02-01.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Consent>,
}

/// Whether the insurance is valid (OQSCD006).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// 1: 有効.
    Valid,
    /// 2: 無効.
    Invalid,
    /// 3: 無効(新しい資格あり), for number inquiries only (ELIG-02).
    InvalidNewerExists,
    /// 4: 該当資格なし.
    None,
    /// 5: 複数該当.
    Several,
    /// 6: 有効(未登録), 医療扶助 only.
    ValidUnregistered,
}

impl Validity {
    /// Every value.
    pub const ALL: [Validity; 6] = [
        Validity::Valid,
        Validity::Invalid,
        Validity::InvalidNewerExists,
        Validity::None,
        Validity::Several,
        Validity::ValidUnregistered,
    ];
}

/// The kind of a 限度額適用認定証 (OQSCD011).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitKind {
    /// 01: 限度額適用.
    #[default]
    Limit,
    /// 02: 限度額適用・標準負担額減額.
    LimitAndReduction,
    /// 03: 標準負担額減額.
    Reduction,
}

impl LimitKind {
    fn is_limit(&self) -> bool {
        *self == LimitKind::Limit
    }
}

/// 限度額: the limit of monthly payments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limit {
    /// Class, `A01` … `B10` (OQSCD012).
    pub class: String,
    /// The kind of the certificate.
    #[serde(default, skip_serializing_if = "LimitKind::is_limit")]
    pub kind: LimitKind,
    /// First day.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub until: Date,
    /// Since when a long stay in hospital counts (長期入院該当年月日).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub long_term: Option<Date>,
}

/// 特定疾病療養受療証.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SpecificDisease {
    /// Category, `1` … `3` (OQSCD013).
    pub category: String,
    /// First day.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day, absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
    /// What the patient pays in a month at most, in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_pay: Option<u32>,
}

/// Eligibility: the answer to `Confirm`, `Number` and `Person`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Eligibility {
    /// Whether the insurance is valid on the confirmation date.
    pub validity: Validity,
    /// The person, absent where nobody was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// The qualification asked for, or the current one for a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<Qualification>,
    /// The limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Specific diseases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub specific_diseases: Vec<SpecificDisease>,
    /// 医療券 and 調剤券 of the month, for 医療扶助 (ELIG-10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<MedicalTicket>,
    /// The consents as recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<ConsentState>,
    /// Side information of a normal result, such as a certificate about to end (CERT-02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_information: Option<String>,
}

/// Medical information of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MedicalAnswer {
    /// The kind.
    pub kind: MedicalKind,
    /// The records, newest first; empty where nothing is on record.
    pub records: Vec<MedicalRecord>,
}

/// A section of マイナポータル.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PortalSection {
    /// 健康保険証.
    Insurance,
    /// 薬剤.
    Drug,
    /// 診療.
    Diagnosis,
    /// 医療費.
    Cost,
    /// 健診.
    Checkup,
    /// やりとり履歴.
    ExchangeHistory,
}

/// What マイナポータル shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PortalView {
    /// The sections that are shown.
    pub shown: Vec<PortalSection>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// To `Authenticate`.
    Authenticated(Authenticated),
    /// To any inquiry.
    Refused(Refusal),
    /// To `Register`.
    Registered,
    /// To `Confirm`, `Number` and `Person`.
    Eligibility(Box<Eligibility>),
    /// To `Limit`.
    Limit(LimitAnswer),
    /// To `Medical`.
    Medical(MedicalAnswer),
    /// To `Portal`.
    Portal(PortalView),
}

/// The limit, asked for on explicit consent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LimitAnswer {
    /// The limit; absent where none is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}
