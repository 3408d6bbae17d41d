//! The search by name as it stands in a file (DIS-01, OUT-01).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::{EmergencyConsent, SearchReason, Sex};
use crate::scenario::DateExpr;

/// A search by name; what is left out is taken from the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PersonInquiryStep {
    /// Whose, by name in the deck; the patient if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Why.
    pub reason: SearchReason,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Birth date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<DateExpr>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Address; the word `none` asks without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Insurer number; the word `none` asks without one. Left out, it is asked for in a disaster
    /// without an address alone, and is then that of the person's first qualification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurer: Option<String>,
    /// In a disaster: what staff recorded of the patient's consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<EmergencyConsent>,
}
