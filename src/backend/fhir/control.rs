//! The control interface of `uketsuke serve --fhir`, a convention of this harness: its bodies.
//!
//! `POST {root}/uketsuke/worlds` with an [`Arrangement`] makes a world and answers `201` with
//! [`Arranged`]; `PUT {root}/uketsuke/worlds/7` changes it, `DELETE` ends it, both answer `204`.

use serde::{Deserialize, Serialize};

use crate::backend::World;
use crate::eligibility::Moment;

/// Where worlds are arranged, below the root.
pub const WORLDS: &str = "/uketsuke/worlds";

/// The header that sets the clock of an arranged world before an inquiry: a [`Moment`].
pub const NOW_HEADER: &str = "x-uketsuke-now";

/// What a world shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Arrangement {
    /// Where its clock shall stand.
    pub at: Moment,
    /// Who is in it.
    pub world: World,
}

/// A world was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Arranged {
    /// Its name.
    pub world: String,
    /// Its FHIR base, relative to the root: `/worlds/7/fhir`.
    pub base: String,
}
