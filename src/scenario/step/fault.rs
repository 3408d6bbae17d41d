//! The faults that a step can inject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::InquiryKind;

/// A fault, at the card or at the backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultStep {
    /// At the card.
    Card(CardFault),
    /// At the backend.
    Backend(BackendFault),
}

/// What goes wrong at the card, at the next command that fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardFault {
    /// What goes wrong.
    pub what: CardFaultKind,
    /// When, relative to the command.
    #[serde(default)]
    pub when: When,
    /// Which command, by its name in lower case: `select`, `read-binary`, `verify`, `sign`,
    /// `get-challenge`, `external-authenticate`; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The nth command that fits, from 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub nth: u32,
    /// For `status`: the status word in its place, four hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// For `status`: at every command that fits, not only at the nth.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
}

/// What goes wrong at the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CardFaultKind {
    /// The card is pulled.
    Removed,
    /// The card does not answer.
    Mute,
    /// Another status word, without data.
    Status,
    /// Half of the answer's data.
    Truncated,
}

/// When a fault strikes, relative to the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The card never sees the command.
    #[default]
    Before,
    /// The card has acted on the command; the answer is lost.
    During,
    /// The answer arrives, then it strikes.
    After,
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
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_one(n: &u32) -> bool {
    *n == 1
}
