//! Gives the border days of certificate validity as literal data, copied from the sources.
//!
//! Rules, judge and scenarios are checked against this one file. Nothing here computes a day:
//! a mistake in a calculation must not be able to hide in the numbers it is checked with.

use std::sync::OnceLock;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::LoadError;

/// The embedded vectors, as they stand in `vectors.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Vectors {
    /// Border days, one entry per last valid day of a certificate.
    pub days: Vec<DayVector>,
    /// The same borders as instants, to the second.
    pub instants: Vec<InstantVector>,
    /// Last days of cards and their certificates, one entry per card (CERT-08).
    pub validity: Vec<ValidityVector>,
}

/// The last days of one card and of its user certificate (JST calendar days).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ValidityVector {
    /// The holder's date of birth.
    pub birth: Date,
    /// The day on which the card was issued, with its first certificate.
    pub issued: Date,
    /// The day on which the first certificate was replaced, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed: Option<Date>,
    /// The last day of a period of stay, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay_until: Option<Date>,
    /// The card's last day.
    pub card_until: Date,
    /// The certificate's last day.
    pub certificate_until: Date,
    /// Where the days come from.
    pub source: String,
}

/// The border days that follow from one last valid day (JST calendar days).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DayVector {
    /// E, the last day on which the certificate is valid.
    pub last_day: Date,
    /// First day with a notice: more than one where each passes, none where it is not stated.
    pub alert_from: Vec<Date>,
    /// First day of grace where stated; from the day after `last_day` to the day before this one
    /// the certificate is refused. Absent beside a `grace_until`: the day after `last_day`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_from: Option<Date>,
    /// G, the last day of grace; absent where there is no grace at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<Date>,
    /// Where the days come from.
    pub source: String,
}

/// The phase in which a certificate is at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstantVector {
    /// E, the last day on which the certificate is valid (JST).
    pub last_day: Date,
    /// The instant.
    pub at: Timestamp,
    /// The phase at that instant.
    pub phase: VectorPhase,
    /// Where the phase comes from.
    pub source: String,
}

/// Phases of a certificate, under the names that the vectors use.
///
/// The rules have a type of their own: what is checked must not share it with the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VectorPhase {
    /// Before the notice: full service.
    Ok,
    /// Notice shown, full service (CERT-02).
    Alert,
    /// Expired, eligibility only (CERT-03).
    Grace,
    /// After G: nothing from the card (CERT-04).
    Lapsed,
}

/// Returns the embedded vectors, read once.
pub fn vectors() -> &'static Vectors {
    static VECTORS: OnceLock<Vectors> = OnceLock::new();
    VECTORS.get_or_init(|| match load(include_str!("vectors.yaml")) {
        Ok(vectors) => vectors,
        Err(error) => unreachable!("a unit test reads the embedded vectors: {error}"),
    })
}

pub(super) fn load(yaml: &str) -> Result<Vectors, LoadError> {
    serde_saphyr::from_str(yaml).map_err(|source| LoadError::Syntax {
        file: "vectors.yaml",
        source: Box::new(source),
    })
}
