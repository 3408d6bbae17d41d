//! Where the reception happens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Care, ConsentKind};

/// The kind of site, which picks the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKind {
    /// 診療所.
    Clinic,
    /// 病院.
    Hospital,
    /// 薬局.
    Pharmacy,
    /// 救急車 (マイナ救急).
    Ambulance,
    /// 資格確認限定型.
    EligibilityOnly,
    /// 居宅同意取得型, home visits.
    HomeVisit,
    /// オンライン診療等.
    OnlineCare,
    /// 災害時医療情報閲覧.
    Disaster,
}

impl SiteKind {
    /// Returns the kind of care that is given at such a site (OQSCD028).
    pub fn care(self) -> Care {
        match self {
            SiteKind::HomeVisit => Care::HomeVisit,
            SiteKind::OnlineCare => Care::Online,
            SiteKind::Ambulance => Care::Emergency,
            SiteKind::Clinic
            | SiteKind::Hospital
            | SiteKind::Pharmacy
            | SiteKind::EligibilityOnly
            | SiteKind::Disaster => Care::Outpatient,
        }
    }
}

/// How a site puts its consent questions (eligibility.md §3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentLayout {
    /// One question after the other.
    #[default]
    Each,
    /// "Agree to all" first (包括同意), from 2024-10-07 on.
    AllFirst,
}

/// A site with its institution code and its options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Site {
    /// The kind of site.
    pub kind: SiteKind,
    /// Institution code, 10 digits.
    pub institution: String,
    /// The questions that the site has switched on.
    #[serde(default = "default_offers")]
    pub offers: Vec<ConsentKind>,
    /// How the questions are put.
    #[serde(default)]
    pub consent_layout: ConsentLayout,
    /// Whether the account may view information in an emergency (EMG-04).
    #[serde(default)]
    pub emergency_access: bool,
    /// The municipality's code, 5 digits: where a disaster function may be switched on (DIS-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// Whether whoever asks is logged in with an administration account (DIS-01).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub administrator: bool,
}

fn default_offers() -> Vec<ConsentKind> {
    vec![ConsentKind::Care, ConsentKind::Checkup, ConsentKind::Limit]
}

impl Default for Site {
    fn default() -> Site {
        Site {
            kind: SiteKind::Clinic,
            institution: "1399999999".to_owned(),
            offers: default_offers(),
            consent_layout: ConsentLayout::Each,
            emergency_access: false,
            municipality: None,
            administrator: false,
        }
    }
}
