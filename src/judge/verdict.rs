//! Verdicts and what they rest on.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::difference::Difference;
use crate::eligibility::Text;
use crate::requirement::{self, Confidence, Level, Subject};

/// A verdict (ISO/IEC 9646, TTCN-3). Verdicts only get worse, so they combine with `max`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The requirement does not apply here, with the reason.
    NotApplicable,
    /// It was observed to hold.
    Pass,
    /// It could not be observed, with the reason.
    Inconclusive,
    /// It was observed not to hold.
    Fail,
    /// We could not do our work.
    Error,
}

impl Verdict {
    /// Returns the word, in capitals, for people.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::NotApplicable => "N/A",
            Verdict::Pass => "PASS",
            Verdict::Inconclusive => "INCONCLUSIVE",
            Verdict::Fail => "FAIL",
            Verdict::Error => "ERROR",
        }
    }

    /// Returns the name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NotApplicable => "not-applicable",
            Verdict::Pass => "pass",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Fail => "fail",
            Verdict::Error => "error",
        }
    }
}

/// A verdict on one requirement for one subject, with the entries that prove it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Finding {
    /// The requirement.
    pub requirement: requirement::Id,
    /// Who is judged.
    pub subject: Subject,
    /// How binding it is for that subject.
    pub level: Level,
    /// How sure the duty is; `L` is a convention of this harness.
    pub confidence: Confidence,
    /// Where the rule comes from, in the short references of `list requirements`; `–` for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What was seen, what was expected, or why it could not be decided.
    pub message: Text,
    /// The entries that prove it, by number.
    pub entries: Vec<u64>,
    /// The entry at which it was decided; absent for what held until the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<u64>,
    /// Whether the scenario lists the requirement as its purpose.
    pub listed: bool,
    /// The index of the expectation that this is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// What differs in the answers, field by field; empty where nothing failed, or where the
    /// breach does not show in an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The known deviation that this breach is, where the user's file lists it. The judge leaves
    /// this empty: it changes nothing about the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Deviation>,
}

/// A breach that the user knows of and accepts until a day (`run --known`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deviation {
    /// Why it is accepted, as the user's file says.
    pub reason: String,
    /// The last day on which it is.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
    /// Whether that day is past, so that the breach counts again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
}

impl Finding {
    /// Tells whether a fail of this finding counts: a breach of a `should` never does, a breach
    /// of a convention only with `--conventions`.
    pub fn counts(&self, conventions: bool) -> bool {
        self.level == Level::Must && (conventions || self.confidence != Confidence::Low)
    }

    /// Tells whether this breach is a known deviation whose last day is not past.
    pub fn is_accepted(&self) -> bool {
        self.known.as_ref().is_some_and(|known| !known.expired)
    }
}

/// What the judge says of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Judgement {
    /// The worst of the listed requirements and of any failed unlisted must-requirement.
    pub verdict: Verdict,
    /// Every finding, in catalogue order; passing ones too.
    pub findings: Vec<Finding>,
}
