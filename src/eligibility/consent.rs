//! Consent: what is asked, what was answered, and for how long it counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Moment, Text};

/// A question that a reader puts to the patient. Each governs exactly the kinds it names (CONS-01).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentKind {
    /// Past care: drugs, and diagnoses since 2022-09-11 (過去の診療・薬剤情報).
    Care,
    /// Check-up results (特定健診情報).
    Checkup,
    /// Surgery (手術情報), a consent of its own (CONS-10).
    Surgery,
    /// Certificate of a specific disease (特定疾病療養受療証).
    SpecificDisease,
    /// Limit of monthly payments (限度額情報), asked before 2024-10-07 only (CONS-06, CONS-07).
    Limit,
}

impl ConsentKind {
    /// Returns the name for people.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            ConsentKind::Care => ("過去の診療・薬剤情報", "past care and drugs"),
            ConsentKind::Checkup => ("健診情報", "check-up results"),
            ConsentKind::Surgery => ("手術情報", "surgery"),
            ConsentKind::SpecificDisease => ("特定疾病の情報", "specific disease"),
            ConsentKind::Limit => ("限度額情報", "payment limit"),
        };
        Text::new(ja, en)
    }
}

/// A kind of medical information that a backend keeps.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MedicalKind {
    /// 薬剤情報.
    Drug,
    /// 診療情報.
    Diagnosis,
    /// 特定健診情報.
    Checkup,
    /// 手術情報.
    Surgery,
    /// 救急用サマリー, for ambulance and emergency hospital only (EMG-04).
    EmergencySummary,
}

/// What the patient answered to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentAnswer {
    /// 同意する, 提供する.
    Agree,
    /// 同意しない, 提供しない, "under 40".
    Refuse,
}

/// One question with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Consent {
    /// The question.
    pub kind: ConsentKind,
    /// The answer.
    pub answer: ConsentAnswer,
}

/// The state of a consent in an answer (OQSCD016).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentFlag {
    /// 0: none.
    No,
    /// 1: given.
    Given,
    /// 2: expired.
    Expired,
    /// 3: not obtainable (同意取得困難).
    Unobtainable,
}

/// A consent as the backend reports it (CONS-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConsentState {
    /// The question.
    pub kind: ConsentKind,
    /// Its state.
    pub flag: ConsentFlag,
    /// Time of consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// Available until; 24 hours later for outpatients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// The consent of a patient in an emergency, as staff record it (EMG-02, EMG-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EmergencyConsent {
    /// Spoken and recorded.
    Given,
    /// Spoken refusal.
    Refused,
    /// The patient cannot answer.
    Unobtainable,
}
