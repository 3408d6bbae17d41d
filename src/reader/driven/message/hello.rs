//! How a driver introduces itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FromReader, PROTOCOL, ToReader};
use crate::program::{Failed, Introduce, plain};

/// How the reader reaches the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CardBy {
    /// By `transmit`.
    Pipe,
    /// Through PC/SC, where uketsuke puts its card.
    Pcsc,
}

/// How the reader reaches a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BackendBy {
    /// By `ask`.
    Pipe,
    /// By itself; it tells with `asked`.
    Own,
}

/// How a driver introduces itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hello {
    /// `uketsuke-reader/1`.
    pub protocol: String,
    /// The reader's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether the reader goes by `now`. Else its date is today and its clock the real one, and a
    /// scenario that needs another is not applicable.
    pub sets_date: bool,
    /// How it reaches the card.
    pub card: CardBy,
    /// How it reaches a backend.
    pub backend: BackendBy,
}

impl Introduce for Hello {
    fn question() -> String {
        ToReader::hello().to_line().trim_end().to_owned()
    }

    fn read(line: &[u8]) -> Result<Hello, Failed> {
        let mut hello = match FromReader::of_line(line)? {
            FromReader::Hello(hello) => hello,
            other => {
                return Err(Failed::Malformed(format!(
                    "a message of type `{}` where `hello` was expected",
                    other.type_name()
                )));
            }
        };
        if hello.protocol != PROTOCOL {
            return Err(Failed::Malformed(format!(
                "the protocol `{}` where `{PROTOCOL}` was expected",
                plain(&hello.protocol)
            )));
        }
        hello.name = plain(&hello.name);
        hello.version = plain(&hello.version);
        Ok(hello)
    }

    fn name(&self) -> &str {
        &self.name
    }
}
