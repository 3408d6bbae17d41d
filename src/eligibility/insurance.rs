//! Insurance: one qualification of a person with one insurer.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the person is insured themself or as a member of the family (OQSCD009).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// 本人, code 1.
    Insured,
    /// 家族, code 2.
    Family,
}

/// The class of an insurance card (OQSCD010).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CardClass {
    /// 01: 一般.
    #[default]
    General,
    /// 02: 退職.
    Retired,
    /// 03: 短期 (一般).
    ShortTerm,
    /// 04: 短期 (退職).
    ShortTermRetired,
    /// 05: 特別療養費支給対象者.
    SpecialMedicalExpense,
    /// 06: 特例退職.
    SpecialRetired,
    /// 07: 自衛官.
    SelfDefenceForces,
    /// A1: 医療扶助.
    MedicalAid,
}

impl CardClass {
    /// Tells whether this is the usual class.
    pub fn is_general(&self) -> bool {
        *self == CardClass::General
    }
}

/// Why a qualification ended (OQSCD008).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LossReason {
    /// 01: 死亡.
    Death,
    /// 02: 生活保護受給開始.
    MedicalAid,
    /// 03: 医療保険等の資格取得.
    OtherInsurance,
    /// 99: その他.
    Other,
}

/// 高齢受給者証: the share of people from 70 to 74, with its period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ElderlyCertificate {
    /// Share the patient pays, in percent.
    pub share: u8,
    /// First day.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub until: Date,
}

/// A qualification (資格): the bond between a person and an insurer over a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Qualification {
    /// Insurer number, up to 8 digits; padding does not count (ELIG-06).
    pub insurer: String,
    /// The insurer's name.
    pub insurer_name: String,
    /// Symbol (記号), full or half width; empty where the insurer uses none.
    #[serde(default)]
    pub symbol: String,
    /// Number (番号).
    pub number: String,
    /// Branch number (枝番), 2 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Insured themself or family.
    pub relation: Relation,
    /// First day of the qualification.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day of the qualification, absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
    /// Why it ended, where that is on record (OQSCD008).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_because: Option<LossReason>,
    /// The class of the card (OQSCD010).
    #[serde(default, skip_serializing_if = "CardClass::is_general")]
    pub class: CardClass,
    /// Share the patient pays, in percent.
    pub share: u8,
    /// Whether the answer marks a child before school (OQSCD015).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preschool: Option<bool>,
    /// 高齢受給者証, for people from 70 to 74.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elderly: Option<ElderlyCertificate>,
}

impl Qualification {
    /// Tells whether the qualification holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}
