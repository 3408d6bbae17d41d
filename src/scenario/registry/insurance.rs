//! What a file says of insurance: qualifications, limits, specific diseases and tickets.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::{
    CardClass, ElderlyCertificate, Limit, LimitKind, LossReason, MedicalTicket, Moment,
    Qualification, Relation, SpecificDisease, TicketKind, Treatment,
};
use crate::scenario::{DateExpr, DateExprError};

/// A qualification in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QualificationEntry {
    /// Insurer number.
    pub insurer: String,
    /// The insurer's name.
    pub insurer_name: String,
    /// Symbol.
    #[serde(default)]
    pub symbol: String,
    /// Number.
    pub number: String,
    /// Branch number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Insured themself or family.
    #[serde(default = "default_relation")]
    pub relation: Relation,
    /// First day.
    pub from: DateExpr,
    /// Last day, absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateExpr>,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_because: Option<LossReason>,
    /// The class of the card.
    #[serde(default, skip_serializing_if = "CardClass::is_general")]
    pub class: CardClass,
    /// Share the patient pays, in percent.
    #[serde(default = "default_share")]
    pub share: u8,
    /// 高齢受給者証: share in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elderly_share: Option<u8>,
    /// 高齢受給者証: first day; that of the qualification if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elderly_from: Option<DateExpr>,
    /// 高齢受給者証: last day; that of the qualification, or five years later, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elderly_until: Option<DateExpr>,
}

fn default_relation() -> Relation {
    Relation::Insured
}

fn default_share() -> u8 {
    30
}

/// A limit in a file: valid for the whole of the scenario unless dated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LimitEntry {
    /// Class, `A01` … `B10`.
    pub class: String,
    /// The kind of the certificate.
    #[serde(default)]
    pub kind: LimitKind,
    /// First day.
    pub from: DateExpr,
    /// Last day.
    pub until: DateExpr,
    /// Since when a long stay in hospital counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_term: Option<DateExpr>,
}

/// A ticket of 医療扶助 in a file: for a whole month unless it is dated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TicketEntry {
    /// What it is for.
    pub kind: TicketKind,
    /// A day in the treatment month.
    pub month: DateExpr,
    /// First day; the 1st of the month if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateExpr>,
    /// Last day; the end of the month if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateExpr>,
    /// Issue number.
    pub number: String,
    /// The treatment that it covers.
    pub treatment: Treatment,
    /// 公費負担者番号.
    pub payer: String,
    /// 受給者番号.
    pub recipient: String,
    /// The welfare office's name.
    pub office: String,
    /// The designated institution's code.
    pub institution: String,
    /// What the patient pays, in yen.
    #[serde(default)]
    pub self_pay: u32,
    /// Whether other insurance pays first.
    #[serde(default)]
    pub combined: bool,
}

/// A 特定疾病療養受療証 in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SpecificDiseaseEntry {
    /// Category: 1 dialysis, 2 haemophilia, 3 HIV by blood product (OQSCD013).
    pub category: String,
    /// First day.
    pub from: DateExpr,
    /// Last day, absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateExpr>,
    /// What the patient pays in a month at most, in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_pay: Option<u32>,
}

impl QualificationEntry {
    pub(super) fn qualification(&self, at: Moment) -> Result<Qualification, DateExprError> {
        let from = self.from.day(at)?;
        let until = self.until.as_ref().map(|until| until.day(at)).transpose()?;
        Ok(Qualification {
            insurer: self.insurer.clone(),
            insurer_name: self.insurer_name.clone(),
            symbol: self.symbol.clone(),
            number: self.number.clone(),
            branch: self.branch.clone(),
            relation: self.relation,
            from,
            until,
            lost_because: self.lost_because,
            class: self.class,
            share: self.share,
            preschool: None,
            elderly: self.elderly(from, until, at)?,
        })
    }

    fn elderly(
        &self,
        from: Date,
        until: Option<Date>,
        at: Moment,
    ) -> Result<Option<ElderlyCertificate>, DateExprError> {
        let Some(share) = self.elderly_share else {
            return Ok(None);
        };
        let from = day_or(self.elderly_from.as_ref(), from, at)?;
        let five_years = from.saturating_add(jiff::Span::new().years(5));
        let until = day_or(self.elderly_until.as_ref(), until.unwrap_or(five_years), at)?;
        Ok(Some(ElderlyCertificate { share, from, until }))
    }
}

impl LimitEntry {
    /// Returns the limit with its dates made absolute.
    pub(in crate::scenario) fn limit(&self, at: Moment) -> Result<Limit, DateExprError> {
        Ok(Limit {
            class: self.class.clone(),
            kind: self.kind,
            from: self.from.day(at)?,
            until: self.until.day(at)?,
            long_term: self.long_term.as_ref().map(|day| day.day(at)).transpose()?,
        })
    }
}

impl TicketEntry {
    pub(super) fn ticket(&self, at: Moment) -> Result<MedicalTicket, DateExprError> {
        let day = self.month.day(at)?;
        Ok(MedicalTicket {
            kind: self.kind,
            month: month(day),
            from: day_or(self.from.as_ref(), day.first_of_month(), at)?,
            until: day_or(self.until.as_ref(), day.last_of_month(), at)?,
            number: self.number.clone(),
            treatment: self.treatment,
            payer: self.payer.clone(),
            recipient: self.recipient.clone(),
            office: self.office.clone(),
            institution: self.institution.clone(),
            designated: None,
            self_pay: self.self_pay,
            combined: self.combined,
        })
    }
}

impl SpecificDiseaseEntry {
    pub(super) fn disease(&self, at: Moment) -> Result<SpecificDisease, DateExprError> {
        Ok(SpecificDisease {
            category: self.category.clone(),
            from: self.from.day(at)?,
            until: self.until.as_ref().map(|until| until.day(at)).transpose()?,
            self_pay: self.self_pay,
        })
    }
}

/// Returns the month of a day, `YYYY-MM`.
pub(super) fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// Returns the day that a file states, or `other` where it states none.
fn day_or(stated: Option<&DateExpr>, other: Date, at: Moment) -> Result<Date, DateExprError> {
    stated.map_or(Ok(other), |day| day.day(at))
}
