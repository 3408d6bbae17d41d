//! Who is insured.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sex as the card and the registry carry it (eligibility.md §1.6, OQSCD007).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// 男, code 1.
    Male,
    /// 女, code 2.
    Female,
    /// 未設定, code 3.
    Unset,
}

/// A person as the registry knows them. Fictitious, every one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Person {
    /// Name, family and given name parted by U+3000.
    pub name: String,
    /// Name in katakana.
    pub kana: String,
    /// Birth date.
    #[schemars(with = "String")]
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Address, absent where the registry withholds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Postcode, `NNN-NNNN`, absent where the registry withholds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
}
