//! What is seen of an exchange below its meaning, where a protocol shows it (ELIG-11, ELIG-12).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How one question and its answer looked on their way. What a protocol does not show is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wire {
    /// `fhir`, `oqs` or `process`.
    pub protocol: String,
    /// What was sent: a file's name, or method and path.
    pub request: String,
    /// What came: a file's name, or the status line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Whether the answer pairs with the question by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired: Option<bool>,
    /// Whether the answer repeats the identifier of the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echoed: Option<bool>,
    /// The encoding that the answer says it has; every place that says it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared_encodings: Vec<String>,
    /// The encoding that it has; absent where plain ASCII leaves it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_encoding: Option<String>,
    /// Whether the answer says that the question was dealt with normally.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<bool>,
    /// The error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The error message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// What the answer leaves open, so that it had to be left out here, with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}
