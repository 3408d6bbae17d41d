//! 医療扶助: the tickets with which people on public assistance are treated (eligibility.md §2).

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a ticket is for (OQSCD018).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TicketKind {
    /// 01: 医療券.
    Care,
    /// 02: 調剤券.
    Dispensing,
}

/// The treatment that a ticket covers (OQSCD019).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// 01: 入院.
    Inpatient,
    /// 02: 入院外.
    Outpatient,
    /// 03: 歯科.
    Dental,
    /// 04: 調剤.
    Dispensing,
    /// 05: 訪問看護.
    HomeNursing,
}

/// A ticket of one month, for one institution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MedicalTicket {
    /// What it is for.
    pub kind: TicketKind,
    /// Treatment month `YYYY-MM`.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}$"))]
    pub month: String,
    /// First day.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub until: Date,
    /// Issue number (交付番号).
    pub number: String,
    /// The treatment that it covers.
    pub treatment: Treatment,
    /// 公費負担者番号, 8 digits.
    pub payer: String,
    /// 受給者番号, 7 digits.
    pub recipient: String,
    /// The welfare office's name.
    pub office: String,
    /// The designated institution's code, 10 digits.
    pub institution: String,
    /// In an answer: whether who asks is the designated institution (OQSCD026).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designated: Option<bool>,
    /// What the patient pays, in yen.
    #[serde(default)]
    pub self_pay: u32,
    /// Whether other insurance pays first (OQSCD020, 併用).
    #[serde(default)]
    pub combined: bool,
}
