//! The faults that a step can inject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use virtual_card::fault::Fault as CardFault;

use crate::eligibility::InquiryKind;

/// A fault, at the card or at the backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultStep {
    /// At the card, at the next command that fits. An answer to reset (`what: atr`) is refused: no
    /// reader in this process reads one.
    Card(CardFault),
    /// At the backend.
    Backend(BackendFault),
}

/// What goes wrong at the backend, at the next inquiry that fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BackendFault {
    /// What goes wrong.
    pub what: BackendFaultKind,
    /// Which inquiry; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inquiry: Option<InquiryKind>,
    /// At every inquiry that fits, not only at the next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
    /// With `wrong`: which fault of a backend, as `uketsuke list faults` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What goes wrong at the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackendFaultKind {
    /// No connection.
    Down,
    /// No answer within the reader's patience.
    Silent,
    /// An answer, but late: within the reader's patience.
    Slow,
    /// Something that is no answer.
    Garbage,
    /// From here on it decides wrongly, in the way that `name` says.
    Wrong,
}
