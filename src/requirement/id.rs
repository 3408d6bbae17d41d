//! Names the rows of the catalogue: a family and a number, written `CERT-03`.
//!
//! Ids are stable: a number is never used again and no row is ever renumbered.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::catalogue;

/// A group of requirements about one subject matter, in the order of the catalogue.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Family {
    /// How a reader uses the card, and how the card answers.
    Acc,
    /// Proof of who is there.
    Idv,
    /// Validity of certificate and card.
    Cert,
    /// Registration of the card for insurance use.
    Reg,
    /// Consent to the disclosure of data.
    Cons,
    /// The answer to an eligibility inquiry.
    Elig,
    /// Restricted disclosure for victims of violence and abuse.
    Disc,
    /// Emergency transport and emergency hospitals.
    Emg,
    /// Disasters.
    Dis,
    /// Outages.
    Out,
    /// Phones that carry the card's function.
    Phn,
    /// Children.
    Chd,
    /// Variants of sites and of evidence.
    Var,
}

impl Family {
    /// All families, in the order of the catalogue.
    pub const ALL: [Self; 13] = [
        Self::Acc,
        Self::Idv,
        Self::Cert,
        Self::Reg,
        Self::Cons,
        Self::Elig,
        Self::Disc,
        Self::Emg,
        Self::Dis,
        Self::Out,
        Self::Phn,
        Self::Chd,
        Self::Var,
    ];

    /// Returns the letters in front of the number, e.g. `CERT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acc => "ACC",
            Self::Idv => "IDV",
            Self::Cert => "CERT",
            Self::Reg => "REG",
            Self::Cons => "CONS",
            Self::Elig => "ELIG",
            Self::Disc => "DISC",
            Self::Emg => "EMG",
            Self::Dis => "DIS",
            Self::Out => "OUT",
            Self::Phn => "PHN",
            Self::Chd => "CHD",
            Self::Var => "VAR",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The id of a requirement, e.g. `CERT-03`. Sorts in the order of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    family: Family,
    number: u8,
}

/// A text that names no requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "requirement id `{0}` is not in the catalogue, expected one such as `CERT-03`; \
     `uketsuke list requirements` shows them all"
)]
pub struct UnknownId(pub String);

impl Id {
    /// Makes an id for a table in code, checked by the compiler when used in a `const`.
    ///
    /// Only the form is checked, because the catalogue is not at hand at compile time; a table
    /// built with it needs a test that [`Catalogue::by_id`](super::Catalogue::by_id) knows its ids.
    ///
    /// # Panics
    ///
    /// Where the text has not the form of an id.
    pub const fn literal(text: &str) -> Self {
        let id = Self::from_form(text);
        assert!(id.is_some(), "a literal id is written like CERT-03");
        match id {
            Some(id) => id,
            // The line above has stopped; a const function can give no reason here.
            None => unreachable!(),
        }
    }

    /// Returns the family, e.g. `CERT` of `CERT-03`.
    pub const fn family(self) -> Family {
        self.family
    }

    /// Returns the number within the family, e.g. 3 of `CERT-03`.
    pub const fn number(self) -> u8 {
        self.number
    }

    /// Reads a text of the right form, whether or not the catalogue has such a row.
    pub(super) const fn from_form(text: &str) -> Option<Self> {
        let mut index = 0;
        while index < Family::ALL.len() {
            let family = Family::ALL[index];
            if let Some(number) = number_after(family.as_str().as_bytes(), text.as_bytes()) {
                return Some(Self { family, number });
            }
            index += 1;
        }
        None
    }

    /// Deserialises by form alone: the catalogue cannot be asked while it is being read.
    pub(super) fn deserialize_form<'de, D>(deserializer: D) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        Self::from_form(&text).ok_or_else(|| D::Error::custom(UnknownId(text)))
    }
}

/// Returns the two-digit number in `text` if it is `prefix`, a hyphen and that number.
const fn number_after(prefix: &[u8], text: &[u8]) -> Option<u8> {
    let length = prefix.len();
    if text.len() != length + 3 || text[length] != b'-' {
        return None;
    }
    let mut index = 0;
    while index < length {
        if text[index] != prefix[index] {
            return None;
        }
        index += 1;
    }
    let (tens, ones) = (text[length + 1], text[length + 2]);
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return None;
    }
    Some((tens - b'0') * 10 + (ones - b'0'))
}

impl FromStr for Id {
    type Err = UnknownId;

    fn from_str(text: &str) -> Result<Self, UnknownId> {
        Self::from_form(text)
            .filter(|id| catalogue().by_id(*id).is_some())
            .ok_or_else(|| UnknownId(text.to_owned()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{:02}", self.family, self.number))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl JsonSchema for Id {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RequirementId".into()
    }

    // The ids themselves rather than a pattern, so that an editor can offer them.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let ids: Vec<String> = catalogue().iter().map(|row| row.id.to_string()).collect();
        json_schema!({ "type": "string", "enum": ids })
    }
}
