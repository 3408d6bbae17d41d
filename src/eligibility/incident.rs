//! Disasters and outages: what is switched on, where and for how long (eligibility.md §2).

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentKind {
    /// 災害時医療情報閲覧, for the sites of these municipalities (codes of 5 digits; DIS-01).
    Disaster(Vec<String>),
    /// システム障害時モード, for these institutions (codes of 10 digits; OUT-01).
    Outage(Vec<String>),
}

/// A function that is switched on for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Incident {
    /// What is switched on, and for whom.
    pub kind: IncidentKind,
    /// First day.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub until: Date,
}
