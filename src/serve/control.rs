//! What the control interface says, over HTTP and over files: arranging worlds, setting faults and
//! the date, and cards in use. A convention of this harness.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fault::Wanted;
use super::worlds::Worlds;
use crate::eligibility::{ConsentKind, Moment, SiteKind};

/// An instant at which a clock is to be set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClockSetting {
    /// The instant.
    pub at: Moment,
}

/// The faults to put in place of those in effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FaultSetting {
    /// As `--fault` takes them; an empty list clears all.
    pub faults: Vec<String>,
}

/// A card that is used at the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardUse {
    /// Whose, by name in the deck.
    pub person: String,
    /// The questions to which the patient says yes; the others are refused.
    #[serde(default)]
    pub consents: Vec<ConsentKind>,
    /// Where; the site of the scenario if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<CardUseSite>,
}

/// Where a card is used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardUseSite {
    /// The kind of site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SiteKind>,
    /// Institution code, 10 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
}

/// Puts faults in place of those in effect, in every world.
///
/// # Errors
///
/// What is no fault of a server; then nothing changes.
pub fn set_faults(worlds: &Worlds, names: &[String]) -> Result<(), String> {
    let wanted = names
        .iter()
        .map(|name| name.parse::<Wanted>().map_err(|error| error.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    worlds.faults().set(wanted);
    Ok(())
}
