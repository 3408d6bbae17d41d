//! What can go wrong with a card, as data: what, at which command, and how that looks to a reader.
//!
//! Pure. A [`Plan`] holds the faults that are still to strike and counts commands; [`Faulty`] puts
//! a plan before a card. What each fault does to the bytes is a convention of this harness.

mod faulty;
mod plan;
mod text;

use std::num::NonZeroU32;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::apdu::CommandName;
use crate::status::Status;

pub use faulty::Faulty;
pub use plan::Plan;
pub use text::{FaultError, FaultText, What};

/// One fault. As YAML: `{ what: removed, when: during, command: verify, nth: 2 }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "FaultText", into = "FaultText")]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// When, relative to the command. Of no meaning for [`Kind::Slow`] and [`Kind::Atr`].
    pub when: When,
    /// At which command; at any if absent.
    pub command: Option<CommandName>,
    /// At the nth command that fits. A command at which an earlier fault of the list strikes is
    /// not counted.
    pub nth: NonZeroU32,
    /// At every command that fits from the nth on, not only at the nth.
    pub always: bool,
}

/// What goes wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The card is pulled. After: the answer has arrived.
    Removed,
    /// The card does not answer. After: it answers this command and none thereafter.
    Mute,
    /// The answer comes this much later.
    Slow(Duration),
    /// This status word instead of the answer, without data.
    Status(Status),
    /// Half of the answer's data, with its status word.
    Truncated,
    /// 256 bytes 00 more between the answer's data and its status word.
    Overlong,
    /// One bit of the answer changed: 0 is the highest bit of the first byte. A number past the
    /// end goes round, so that some bit is always changed.
    Flipped {
        /// Which bit.
        bit: u32,
    },
    /// The answer's bytes twice, data and status word, as one answer.
    Doubled,
    /// The card loses power for a moment, and with it selection and security status. Before: then
    /// it takes the command. During: it has acted, and answers 6F00. After: it answers first.
    Reset,
    /// Another answer to reset, from the moment on at which the fault is there.
    Atr(Atr),
}

/// What comes instead of the card's answer to reset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Atr {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The first half of the card's own.
    Short,
}

/// When a fault strikes, relative to the command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The card never sees the command. What a fault then makes of an answer it makes of 9000.
    Before,
    /// The card has acted on the command; its answer is lost or changed.
    During,
    /// The answer arrives, then the fault strikes.
    After,
}

impl Kind {
    /// Returns when this strikes unless the fault says so: what changes an answer needs one.
    #[must_use]
    pub const fn usual_moment(&self) -> When {
        match self {
            Self::Removed | Self::Mute | Self::Status(_) | Self::Reset | Self::Atr(_) => {
                When::Before
            }
            Self::Slow(_)
            | Self::Truncated
            | Self::Overlong
            | Self::Flipped { .. }
            | Self::Doubled => When::During,
        }
    }

    /// Returns what this makes of a card's answer, data and status word; nothing when it leaves
    /// none. Kinds that do not change answers return it as it was.
    #[must_use]
    pub fn alter(&self, mut answer: Vec<u8>) -> Option<Vec<u8>> {
        const OVERLONG_BY: usize = 256;
        let data = answer.len().saturating_sub(2);
        match self {
            Self::Removed | Self::Mute => return None,
            Self::Slow(_) | Self::Reset | Self::Atr(_) => {}
            Self::Status(status) => answer = status.0.to_be_bytes().to_vec(),
            Self::Truncated => {
                answer.drain(data / 2..data);
            }
            Self::Overlong => {
                answer.splice(data..data, [0; OVERLONG_BY]);
            }
            Self::Flipped { bit } => {
                let bits = answer.len().saturating_mul(8).max(1);
                let bit = usize::try_from(*bit).unwrap_or_default() % bits;
                if let Some(byte) = answer.get_mut(bit / 8) {
                    *byte ^= 0x80 >> (bit % 8);
                }
            }
            Self::Doubled => answer.extend_from_within(..),
        }
        Some(answer)
    }
}

impl Fault {
    /// Makes a fault that strikes once, at the next command of any name, at its usual moment.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            when: kind.usual_moment(),
            kind,
            command: None,
            nth: NonZeroU32::MIN,
            always: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: [u8; 6] = [1, 2, 3, 4, 0x90, 0x00];

    fn altered(kind: &Kind) -> Option<Vec<u8>> {
        kind.alter(ANSWER.to_vec())
    }

    #[test]
    fn each_change_of_an_answer_is_what_its_documentation_says() {
        assert_eq!(altered(&Kind::Truncated).unwrap(), [1, 2, 0x90, 0x00]);
        let overlong = altered(&Kind::Overlong).unwrap();
        assert_eq!(overlong.len(), 6 + 256);
        assert!(overlong.starts_with(&[1, 2, 3, 4, 0, 0]) && overlong.ends_with(&[0, 0x90, 0]));
        let flipped = |bit| altered(&Kind::Flipped { bit }).unwrap();
        assert_eq!(flipped(0), [0x81, 2, 3, 4, 0x90, 0x00]);
        assert_eq!(flipped(47), [1, 2, 3, 4, 0x90, 0x01]);
        assert_eq!(flipped(48), flipped(0));
        let doubled = [1, 2, 3, 4, 0x90, 0, 1, 2, 3, 4, 0x90, 0];
        assert_eq!(altered(&Kind::Doubled).unwrap(), doubled);
        let status = Kind::Status(Status::UNKNOWN_ERROR);
        assert_eq!(altered(&status).unwrap(), [0x6F, 0x00]);
        assert_eq!(altered(&Kind::Mute), None);
    }

    #[test]
    fn answers_without_data_can_be_changed_as_well() {
        for kind in [Kind::Truncated, Kind::Flipped { bit: 3 }, Kind::Doubled] {
            assert!(
                kind.alter(vec![0x90, 0x00])
                    .is_some_and(|answer| answer.len() >= 2)
            );
            assert_eq!(kind.alter(Vec::new()), Some(Vec::new()));
        }
    }
}
