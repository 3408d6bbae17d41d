//! The orders that arrange worlds in `uketsuke serve --oqs`: a convention of this harness.
//!
//! An order is a JSON file in `DIR/uketsuke/req`; its answer has the same name in
//! `DIR/uketsuke/res`. The presence of the first folder announces that orders are taken.

use serde::{Deserialize, Serialize};

use crate::backend::World;
use crate::eligibility::Moment;

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Order {
    /// What is on record changes; what was recorded in visits stays.
    Change {
        /// The world's number.
        change: String,
        /// Its clock from now on.
        at: Moment,
        /// What is on record from now on.
        world: World,
    },
    /// The clock is set.
    Clock {
        /// The world's number.
        clock: String,
        /// Its clock from now on.
        at: Moment,
    },
    /// The world ends, and its folder goes.
    End {
        /// The world's number.
        end: String,
    },
    /// A new world.
    Make {
        /// Where its clock begins.
        at: Moment,
        /// What is on record.
        world: World,
    },
}

/// The answer to an order that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arranged {
    /// The world's number.
    pub world: String,
    /// For a new world: its folder, relative to the served one, with `req`, `res` and `face`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// The answer to any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reply {
    /// Something was wrong.
    Error {
        /// What.
        error: String,
    },
    /// The order was carried out.
    Done(Arranged),
}
