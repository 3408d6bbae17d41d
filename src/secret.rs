//! Secrets and the aliases under which they are written down.
//!
//! A PIN never reaches a transcript, a log, a screen or a report. It appears as an alias in order
//! of appearance (`pin#1`, `pin#2`) with its length and alphabet, so that equality stays judgeable
//! (design §2). [`Secret`] is what a scenario holds; [`Masker`] gives out the aliases of one run.

mod found;

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use found::replaced;

/// The characters that a secret is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// 0–9 only.
    Digits,
    /// A–Z and 0–9.
    Alphanumeric,
    /// Anything else.
    Other,
}

impl Alphabet {
    fn of(value: &[u8]) -> Alphabet {
        if value.iter().all(u8::is_ascii_digit) {
            Alphabet::Digits
        } else if value.iter().all(u8::is_ascii_alphanumeric) {
            Alphabet::Alphanumeric
        } else {
            Alphabet::Other
        }
    }
}

/// A secret as it is written down: `pin#2:4:digits`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Masked {
    /// `pin#1`, `pin#2`, … in order of appearance; equal aliases mean equal secrets.
    pub alias: String,
    /// Length in bytes.
    pub length: usize,
    /// What it is made of.
    pub alphabet: Alphabet,
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alphabet = match self.alphabet {
            Alphabet::Digits => "digits",
            Alphabet::Alphanumeric => "alphanumeric",
            Alphabet::Other => "other",
        };
        write!(f, "{}:{}:{alphabet}", self.alias, self.length)
    }
}

/// The text is not a masked secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a masked secret such as pin#1:4:digits was expected")]
pub struct NotMasked;

impl FromStr for Masked {
    type Err = NotMasked;

    fn from_str(text: &str) -> Result<Masked, NotMasked> {
        let mut parts = text.split(':');
        let (Some(alias), Some(length), Some(alphabet), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotMasked);
        };
        let number = alias.strip_prefix("pin#").ok_or(NotMasked)?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotMasked);
        }
        let alphabet = match alphabet {
            "digits" => Alphabet::Digits,
            "alphanumeric" => Alphabet::Alphanumeric,
            "other" => Alphabet::Other,
            _ => return Err(NotMasked),
        };
        Ok(Masked {
            alias: alias.to_owned(),
            length: length.parse().map_err(|_| NotMasked)?,
            alphabet,
        })
    }
}

impl Serialize for Masked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Masked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Masked, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Masked {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Masked".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^pin#[0-9]+:[0-9]+:(digits|alphanumeric|other)$" })
    }
}

/// A secret in a scenario: in clear while it is played, masked once it is written down.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// In clear. Never serialised, never shown.
    Plain(String),
    /// As an alias.
    Masked(Masked),
}

impl Secret {
    /// Returns the secret in clear, or nothing where only the alias is known.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Secret::Plain(value) => Some(value),
            Secret::Masked(_) => None,
        }
    }

    /// Returns the alias, or nothing while the secret is in clear.
    pub fn masked(&self) -> Option<&Masked> {
        match self {
            Secret::Plain(_) => None,
            Secret::Masked(masked) => Some(masked),
        }
    }

    /// Returns the length in bytes.
    pub fn length(&self) -> usize {
        match self {
            Secret::Plain(value) => value.len(),
            Secret::Masked(masked) => masked.length,
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Secret::Plain(_) => f.write_str("Secret(…)"),
            Secret::Masked(masked) => write!(f, "{masked}"),
        }
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Secret::Plain(_) => serializer.serialize_str("•••"),
            Secret::Masked(masked) => masked.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.parse() {
            Ok(masked) => Secret::Masked(masked),
            Err(NotMasked) => Secret::Plain(text),
        })
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

/// Gives out the aliases of one run.
#[derive(Clone, Default)]
pub struct Masker {
    secrets: Vec<Vec<u8>>,
}

impl Masker {
    /// Returns the alias of `value`, a new one if it has not appeared before.
    pub fn mask(&mut self, value: &[u8]) -> Masked {
        let index = match self.secrets.iter().position(|known| known == value) {
            Some(index) => index,
            None => {
                self.secrets.push(value.to_vec());
                self.secrets.len() - 1
            }
        };
        Masked {
            alias: format!("pin#{}", index + 1),
            length: value.len(),
            alphabet: Alphabet::of(value),
        }
    }

    /// Returns `text` with each known secret in it replaced by its alias, and those aliases.
    pub fn mask_text(&self, text: &str) -> (String, Vec<String>) {
        let mut masked = text.to_owned();
        let mut holds = Vec::new();
        for (index, secret) in self.secrets.iter().enumerate() {
            let alias = format!("pin#{}", index + 1);
            if let Some(marked) = replaced(&masked, secret, &alias) {
                masked = marked;
                holds.push(alias);
            }
        }
        (masked, holds)
    }

    /// Returns `secret` with its value replaced by its alias.
    pub fn mask_secret(&mut self, secret: &Secret) -> Secret {
        match secret {
            Secret::Plain(value) => Secret::Masked(self.mask(value.as_bytes())),
            Secret::Masked(masked) => Secret::Masked(masked.clone()),
        }
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masker({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_secrets_share_an_alias_and_others_do_not() {
        let mut masker = Masker::default();
        assert_eq!(masker.mask(b"1234").to_string(), "pin#1:4:digits");
        assert_eq!(masker.mask(b"ABC123").to_string(), "pin#2:6:alphanumeric");
        assert_eq!(masker.mask(b"1234").alias, "pin#1");
    }

    #[test]
    fn a_plain_secret_is_never_serialised_or_shown() {
        let secret = Secret::Plain("8642".to_owned());
        assert!(!serde_json::to_string(&secret).unwrap().contains("8642"));
        assert!(!format!("{secret:?}").contains("8642"));
    }

    #[test]
    fn a_masked_secret_survives_the_round_trip() {
        let masked = Masker::default().mask(b"9999");
        let text = serde_json::to_string(&Secret::Masked(masked.clone())).unwrap();
        assert_eq!(
            serde_json::from_str::<Secret>(&text).unwrap(),
            Secret::Masked(masked)
        );
    }
}
