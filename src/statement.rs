//! The implementation conformance statement: which functions a reader under test has.
//!
//! A vendor says it in a file (`--statement`). What the reader lacks is not applicable, with the
//! statement as the reason; everything else is claimed, and is judged. Without a statement all is
//! claimed. It travels in the transcript's header, so that a verdict depends on scenario and
//! transcript alone.
//!
//! Which row of the catalogue rests on which function is a convention of this harness (`needs`).

mod function;
mod needs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eligibility::{ConsentKind, SiteKind, Text};
use crate::requirement;
use crate::scenario::PathItem::{Index, Key};
use crate::scenario::{self, ParseError, PathItem, Scenario};
use crate::screen::Method;

pub use function::{Function, Phone};

/// The version of the format that this program reads.
const VERSION: u32 = 1;
/// The longest name of a reader, in characters: it stands in every report.
const NAME_MAX: usize = 200;

/// What a vendor states of a reader. A key that is left out claims everything that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Statement {
    /// Version of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// The reader, with its version, as every result names it.
    pub reader: String,
    /// The ways to prove who the patient is. Every reader takes the PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Vec<Method>>,
    /// The phones that may take the card's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phones: Option<Vec<Phone>>,
    /// Whether an unregistered card can be registered on the spot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<bool>,
    /// The consent questions that it can put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<Vec<ConsentKind>>,
    /// Whether it can put all questions as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agree_to_all: Option<bool>,
    /// Whether it presets the answers of the last visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_answers: Option<bool>,
    /// Whether a hospital can use it for emergency viewing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<bool>,
    /// The kinds of site that it is made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sites: Option<Vec<SiteKind>>,
}

impl Statement {
    /// Reads a statement; `origin` is the file's name in errors.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place: no such file format, no name, a PIN that is missing, nothing
    /// that it is made for, a word that stands twice.
    pub fn parse(text: &str, origin: &str) -> Result<Statement, ParseError> {
        let statement: Statement = scenario::parse(text, origin).map_err(|mut error| {
            if error.message.contains("a scenario begins with") {
                error.message =
                    "the file says nothing; it begins with `version: 1` and `reader:`".to_owned();
            }
            error
        })?;
        match statement.fault() {
            None => Ok(statement),
            Some((path, message)) => Err(scenario::error_at_item(origin, text, &path, message)),
        }
    }

    /// Says what is wrong with the statement, and where.
    fn fault(&self) -> Option<(Vec<PathItem>, String)> {
        let at = |key: &'static str, message: &str| Some((vec![Key(key)], message.to_owned()));
        if self.version != VERSION {
            let version = self.version;
            let message = format!("version {version} is unknown; this program reads {VERSION}");
            return at("version", &message);
        }
        if self.reader.trim().is_empty() {
            return at(
                "reader",
                "a name is missing; results say of which reader this is stated",
            );
        }
        if self.reader.chars().count() > NAME_MAX {
            return at(
                "reader",
                &format!("a name has at most {NAME_MAX} characters"),
            );
        }
        if self
            .identity
            .as_ref()
            .is_some_and(|it| !it.contains(&Method::Pin))
        {
            return at(
                "identity",
                "`pin` is missing; every reader takes the PIN, so it cannot be left out",
            );
        }
        if self.sites.as_ref().is_some_and(Vec::is_empty) {
            return at(
                "sites",
                "no site stands here; name some, or leave `sites` out for all",
            );
        }
        twice("identity", self.identity.as_deref())
            .or_else(|| twice("phones", self.phones.as_deref()))
            .or_else(|| twice("consents", self.consents.as_deref()))
            .or_else(|| twice("sites", self.sites.as_deref()))
    }

    /// Tells whether the statement says that the reader lacks a function.
    pub fn lacks(&self, function: Function) -> bool {
        let without = |has: Option<bool>| has == Some(false);
        match function {
            Function::Face => is_left_out(self.identity.as_deref(), Method::Face),
            Function::VisualCheck => is_left_out(self.identity.as_deref(), Method::Visual),
            Function::Phone(phone) => is_left_out(self.phones.as_deref(), phone),
            Function::Registration => without(self.registration),
            Function::Consent(kind) => is_left_out(self.consents.as_deref(), kind),
            Function::AgreeToAll => without(self.agree_to_all),
            Function::LastAnswers => without(self.last_answers),
            Function::Emergency => without(self.emergency),
            Function::Site(kind) => is_left_out(self.sites.as_deref(), kind),
        }
    }

    /// Returns every function that the reader lacks, in the order of [`Function::ALL`].
    pub fn lacking(&self) -> Vec<Function> {
        let all = Function::ALL.iter().copied();
        all.filter(|function| self.lacks(*function)).collect()
    }

    /// Returns why a row of the catalogue does not apply to the reader, if it does not.
    pub fn excludes_row(&self, id: requirement::Id) -> Option<Text> {
        self.refuses(needs::of_row(id)?)
    }

    /// Returns why a scenario cannot be put to the reader, if it cannot: a step, an expectation or
    /// the site needs what it lacks.
    pub fn excludes(&self, scenario: &Scenario) -> Option<Text> {
        let needs = needs::of_scenario(scenario);
        needs.iter().find_map(|need| self.refuses(need))
    }

    /// Returns the reason where the reader has none of the functions of which one is needed.
    fn refuses(&self, any_of: &[Function]) -> Option<Text> {
        if any_of.is_empty() || !any_of.iter().all(|function| self.lacks(*function)) {
            return None;
        }
        let list = names(any_of);
        let (ja, en) = (list.ja, list.en);
        Some(Text::new(
            format!("実装適合宣言によれば、この読取機にはその機能がない: {ja}"),
            format!("the statement says that the reader has no {en}"),
        ))
    }

    /// Returns the statement on one line, for reports.
    pub fn summary(&self) -> Text {
        let (reader, lacking) = (&self.reader, self.lacking());
        if lacking.is_empty() {
            return Text::new(
                format!("{reader}: すべての機能がある"),
                format!("{reader}: it has every function"),
            );
        }
        let list = names(&lacking);
        Text::new(
            format!("{reader}: 次の機能がない: {}", list.ja),
            format!("{reader}: it has no {}", list.en),
        )
    }
}

/// Tells whether a list is there and leaves a word out.
fn is_left_out<T: PartialEq>(list: Option<&[T]>, word: T) -> bool {
    list.is_some_and(|list| !list.contains(&word))
}

/// Finds a word that stands twice in a list.
fn twice<T: PartialEq>(key: &'static str, list: Option<&[T]>) -> Option<(Vec<PathItem>, String)> {
    let list = list?;
    let again = |(index, word): &(usize, &T)| list.iter().take(*index).any(|it| it == *word);
    let (index, _) = list.iter().enumerate().find(again)?;
    let message = "the same word stands further up; keep one".to_owned();
    Some((vec![Key(key), Index(index)], message))
}

fn names(functions: &[Function]) -> Text {
    let each: Vec<Text> = functions.iter().map(|it| it.name()).collect();
    let join = |pick: fn(&Text) -> &str, between: &str| {
        let words: Vec<&str> = each.iter().map(pick).collect();
        words.join(between)
    };
    Text::new(
        join(|it| it.ja.as_str(), "、"),
        join(|it| it.en.as_str(), ", no "),
    )
}

#[cfg(test)]
mod tests;
