//! Holds the requirements that reader, backend, card and desk are judged by, as data.
//!
//! The rows stand in `requirement/catalogue.yaml`, in Japanese and English. Nothing here judges:
//! what a row means for a transcript is written in the judge, one function per row.

mod id;
#[cfg(test)]
mod tests;
mod vectors;

use std::{fmt, sync::OnceLock};

use jiff::civil::{Date, date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::eligibility::Text;
pub use id::{Family, Id, UnknownId};
pub use vectors::{DayVector, InstantVector, ValidityVector, VectorPhase, Vectors, vectors};

/// First day of full operation of the eligibility system; before it nothing is in force.
pub const FULL_OPERATION: Date = date(2021, 10, 20);

/// Who has to meet a requirement.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The face-authentication card reader with its software.
    Reader,
    /// Whatever answers the inquiry.
    Backend,
    /// The card.
    Card,
    /// The staff; judged only in scenarios whose subject is the desk.
    Desk,
}

/// How binding a requirement is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A breach is a finding that changes neither verdict nor exit.
    Should,
    /// A breach fails the scenario.
    Must,
}

/// How sure it is that the duty exists, which is not how sure the fact behind it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Confidence {
    /// Inferred: a convention of this harness, whose breach counts only with `--conventions`.
    #[serde(rename = "L")]
    Low,
    /// One source.
    #[serde(rename = "M")]
    Medium,
    /// An official text, or two independent sources.
    #[serde(rename = "H")]
    High,
}

/// What a requirement is seen in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// Card traffic.
    Apdu,
    /// What the reader reports showing.
    Screen,
    /// Inquiries and their answers.
    Query,
    /// What a program or a person wrote down.
    Log,
    /// What the citizen's portal shows.
    Portal,
}

/// The days on which something holds. Without bounds, always.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Period {
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub from: Option<Date>,
    /// The day after the last: on this day it holds no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub until: Option<Date>,
    /// Whether a bound is assumed within a known month or year.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
}

impl Period {
    /// Says whether `day` lies within the bounds.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }

    fn is_unbounded(&self) -> bool {
        *self == Self::default()
    }
}

/// A part of a requirement whose level, confidence or dates differ from the row's.
///
/// With a `subject` it speaks of all that this subject owes under the row; without one, of the
/// `part` that it describes, and whoever judges that part asks for it by `name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exception {
    /// Short name, unique within the requirement.
    pub name: String,
    /// The subject for which the whole row differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The level where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The confidence where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The days of this part where they differ; they may reach beyond those of the row.
    #[serde(default, rename = "in-force", skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// What differs, in words.
    pub part: Text,
}

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// Stable id.
    #[serde(deserialize_with = "Id::deserialize_form")]
    pub id: Id,
    /// The group that the id belongs to.
    pub family: Family,
    /// Who has to meet it; at least one.
    pub subjects: Vec<Subject>,
    /// How binding it is, exceptions apart.
    pub level: Level,
    /// How sure the duty is, exceptions apart.
    pub confidence: Confidence,
    /// The days on which it is in force; see [`Requirement::in_force`].
    #[serde(
        default,
        rename = "in-force",
        skip_serializing_if = "Period::is_unbounded"
    )]
    pub period: Period,
    /// What it can be seen in; at least one.
    pub seen_in: Vec<Medium>,
    /// Short references to where the rule comes from; [`Catalogue::sources`] explains them.
    pub source: String,
    /// A label for a narrow pane: at most 24 columns in Japanese, 40 in English.
    pub title: Text,
    /// The whole rule.
    pub rule: Text,
    /// What a correct implementation does, in one sentence.
    pub instead: Text,
    /// Parts of the rule that differ from the row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

impl Requirement {
    /// Says whether the rule is in force on `day` (JST).
    pub fn in_force(&self, day: Date) -> bool {
        FULL_OPERATION <= day && self.period.contains(day)
    }

    /// Says whether `subject` has to meet the rule.
    pub fn concerns(&self, subject: Subject) -> bool {
        self.subjects.contains(&subject)
    }

    /// Returns how binding the rule is for `subject`.
    pub fn level_for(&self, subject: Subject) -> Level {
        self.exceptions_for(subject)
            .find_map(|exception| exception.level)
            .unwrap_or(self.level)
    }

    /// Returns how sure the duty is for `subject`.
    pub fn confidence_for(&self, subject: Subject) -> Confidence {
        self.exceptions_for(subject)
            .find_map(|exception| exception.confidence)
            .unwrap_or(self.confidence)
    }

    /// Returns the exception of that name.
    pub fn exception(&self, name: &str) -> Option<&Exception> {
        self.exceptions
            .iter()
            .find(|exception| exception.name == name)
    }

    fn exceptions_for(&self, subject: Subject) -> impl Iterator<Item = &Exception> {
        self.exceptions
            .iter()
            .filter(move |exception| exception.subject == Some(subject))
    }
}

/// A family of requirements with its heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// The family.
    pub family: Family,
    /// Its heading.
    pub title: Text,
}

/// A short reference, as `source` uses it, with what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The reference, e.g. `S3`.
    pub key: String,
    /// What it stands for.
    pub text: Text,
}

/// All requirements, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Catalogue {
    /// What the short references to sources stand for.
    pub sources: Vec<Source>,
    /// The families with their headings, in order.
    pub families: Vec<Heading>,
    requirements: Vec<Requirement>,
}

impl Catalogue {
    /// Returns the requirement with this id, e.g. `"CERT-03"`.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        Id::from_form(id).and_then(|id| self.by_id(id))
    }

    /// Returns the requirement with this id.
    pub fn by_id(&self, id: Id) -> Option<&Requirement> {
        let index = self.requirements.binary_search_by_key(&id, |row| row.id);
        index.ok().and_then(|index| self.requirements.get(index))
    }

    /// Goes through all requirements in the order of the catalogue.
    pub fn iter(&self) -> std::slice::Iter<'_, Requirement> {
        self.requirements.iter()
    }

    /// Tells whether readers and backends owe the same on two days: no row for them has come into
    /// force or ceased between. What a scenario of one day shows can then be asked on the other.
    pub fn is_same_on(&self, day: Date, other: Date) -> bool {
        let concerned =
            |row: &&Requirement| row.concerns(Subject::Reader) || row.concerns(Subject::Backend);
        let mut rows = self.requirements.iter().filter(concerned);
        rows.all(|row| row.in_force(day) == row.in_force(other))
    }

    fn load(yaml: &str) -> Result<Self, LoadError> {
        let catalogue: Self = serde_saphyr::from_str(yaml).map_err(|source| LoadError::Syntax {
            file: "catalogue.yaml",
            source: Box::new(source),
        })?;
        // The look-up by id searches by halves.
        match catalogue
            .requirements
            .windows(2)
            .find(|pair| pair[0].id >= pair[1].id)
        {
            Some(pair) => Err(LoadError::Order(pair[1].id, pair[0].id)),
            None => Ok(catalogue),
        }
    }
}

impl<'a> IntoIterator for &'a Catalogue {
    type Item = &'a Requirement;
    type IntoIter = std::slice::Iter<'a, Requirement>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The embedded data could not be read.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error("embedded {file} does not have the expected form")]
    Syntax {
        file: &'static str,
        #[source]
        source: Box<serde_saphyr::Error>,
    },
    #[error("requirement {0} follows {1}, expected ascending ids, each once")]
    Order(Id, Id),
}

/// Returns the embedded catalogue, read once.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(
        || match Catalogue::load(include_str!("requirement/catalogue.yaml")) {
            Ok(catalogue) => catalogue,
            Err(error) => unreachable!("a unit test reads the embedded catalogue: {error}"),
        },
    )
}

/// Gives each type the word that files and reports use.
macro_rules! words {
    ($type:ty: $($variant:ident = $word:literal),+) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $word),+ })
            }
        }
    };
}

words!(Subject: Reader = "reader", Backend = "backend", Card = "card", Desk = "desk");
words!(Level: Should = "should", Must = "must");
words!(Confidence: Low = "L", Medium = "M", High = "H");
words!(Medium: Apdu = "apdu", Screen = "screen", Query = "query", Log = "log", Portal = "portal");
