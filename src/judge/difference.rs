//! Names what differs in an answer: the field, what was expected there and what was got.
//!
//! Fields, values and kinds of answer are called as the seam calls them (`docs/process.md`), in
//! every language alike; `present` and `absent` say that something is there or not. Tokens are
//! never named.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::facts::Exchange;
use super::facts::world::{insurer, plain};
use super::outcome::Outcome;
use crate::eligibility::{
    Answer, ConsentFlag, ConsentKind, ConsentState, Inquiry, InquiryKind, Person, PortalSection,
    Qualification,
};
use crate::transcript::Reply;

/// So many differences of one finding are told apart; the first speak for the rest.
const MOST: usize = 16;

/// One place of an answer that is not what the rule or the scenario calls for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Difference {
    /// The field in the words of the seam, such as `validity` or `qualification.insurer`; `answer`
    /// where the kind of the answer differs.
    pub field: String,
    /// What the rule or the scenario calls for.
    pub expected: String,
    /// What the answer has.
    pub got: String,
}

impl Difference {
    pub(super) fn new(
        field: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Difference {
        Difference {
            field: field.into(),
            expected: expected.into(),
            got: got.into(),
        }
    }
}

impl Outcome {
    /// Adds a difference.
    pub fn differs(
        self,
        field: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Outcome {
        self.all_differ(vec![Difference::new(field, expected, got)])
    }

    /// Adds differences, each once.
    pub fn all_differ(mut self, differences: Vec<Difference>) -> Outcome {
        for difference in differences {
            if self.differences.len() < MOST && !self.differences.contains(&difference) {
                self.differences.push(difference);
            }
        }
        self
    }

    /// Adds that this exchange was answered with another kind of answer than it calls for.
    pub fn refused_wrongly(self, exchange: &Exchange<'_>) -> Outcome {
        self.all_differ(vec![refused_wrongly(exchange)])
    }

    /// Adds that this exchange was answered where a refusal was due.
    pub fn answered_wrongly(self, exchange: &Exchange<'_>) -> Outcome {
        self.differs("answer", "refused", answer(exchange))
    }

    /// Adds that this exchange returned records where none are due: the kind, and their months.
    pub fn returned_wrongly(self, exchange: &Exchange<'_>) -> Outcome {
        match exchange.medical() {
            Some(medical) => {
                let months: Vec<&str> =
                    medical.records.iter().map(|it| it.month.as_str()).collect();
                let field = format!("medical.{}", word(&medical.kind));
                self.differs(field, ABSENT, list(&months))
            }
            None => self.answered_wrongly(exchange),
        }
    }
}

/// Returns the difference of an exchange that was answered with another kind of answer than it calls
/// for.
pub(super) fn refused_wrongly(exchange: &Exchange<'_>) -> Difference {
    Difference::new("answer", called_for(exchange.inquiry), answer(exchange))
}

pub(super) const PRESENT: &str = "present";
pub(super) const ABSENT: &str = "absent";

/// Returns `present` or `absent`.
pub(super) fn presence(there: bool) -> &'static str {
    if there { PRESENT } else { ABSENT }
}

/// Returns a value as files write it: a word without quotation marks, anything else as JSON.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(value) => shown(&value),
        Err(_) => "?".to_owned(),
    }
}

/// Returns a value where there is one, else `absent`.
pub(super) fn optional(value: Option<&impl Serialize>) -> String {
    value.map_or_else(|| ABSENT.to_owned(), word)
}

/// Returns words parted by commas; `absent` for none.
pub(super) fn list(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    if words.is_empty() {
        ABSENT.to_owned()
    } else {
        words.join(", ")
    }
}

/// Returns the kind of answer that came, with what tells it from others of its kind.
pub(super) fn answer(exchange: &Exchange<'_>) -> String {
    match exchange.reply {
        Some((_, Reply::Answer(answer))) => match answer {
            Answer::Authenticated(_) => "authenticated".to_owned(),
            Answer::Refused(refusal) => {
                format!("refused ({})", super::refusal::ground_name(refusal.ground))
            }
            Answer::Registered => "registered".to_owned(),
            Answer::Eligibility(it) => format!("eligibility ({})", word(&it.validity)),
            Answer::Limit(it) => format!("limit ({})", presence(it.limit.is_some())),
            Answer::Medical(it) => format!("medical ({})", word(&it.kind)),
            Answer::Portal(_) => "portal".to_owned(),
        },
        Some((_, Reply::Malformed(_))) => "malformed".to_owned(),
        Some((_, Reply::Outage(_))) => "outage".to_owned(),
        None => ABSENT.to_owned(),
    }
}

/// Returns the kind of answer that an inquiry calls for where nothing stands against it.
fn called_for(inquiry: &Inquiry) -> &'static str {
    match inquiry.kind() {
        InquiryKind::Authenticate => "authenticated",
        InquiryKind::Register => "registered",
        InquiryKind::Confirm | InquiryKind::Number | InquiryKind::Person => "eligibility",
        InquiryKind::Limit => "limit",
        InquiryKind::Medical => "medical",
        InquiryKind::Portal => "portal",
    }
}

/// Returns the difference of a consent flag.
pub(super) fn flag(kind: ConsentKind, due: ConsentFlag, got: Option<&ConsentState>) -> Difference {
    let field = format!("consents.{}.flag", word(&kind));
    Difference::new(field, word(&due), optional(got.map(|state| &state.flag)))
}

/// Compares the qualification that is due with the one returned: by what tells one from another.
pub(super) fn qualification(
    due: &Qualification,
    returned: Option<&Qualification>,
) -> Vec<Difference> {
    let Some(returned) = returned else {
        return vec![Difference::new("qualification", PRESENT, ABSENT)];
    };
    let mut differences = Vec::new();
    if insurer(&due.insurer) != insurer(&returned.insurer) {
        let (due, got) = (&due.insurer, &returned.insurer);
        differences.push(Difference::new("qualification.insurer", due, got));
    }
    let pairs = [
        ("qualification.symbol", &due.symbol, &returned.symbol),
        ("qualification.number", &due.number, &returned.number),
    ];
    for (field, due, got) in pairs {
        if plain(due) != plain(got) {
            differences.push(Difference::new(field, due, got));
        }
    }
    differences
}

/// Returns where an answer shows an address although it must not, or does not although it must;
/// the address itself is not repeated.
pub(super) fn address(person: Option<&Person>, due: bool) -> Vec<Difference> {
    let there = |text: Option<&String>| text.is_some_and(|text| !text.trim().is_empty());
    let fields = [
        (
            "person.address",
            there(person.and_then(|it| it.address.as_ref())),
        ),
        (
            "person.postcode",
            there(person.and_then(|it| it.postcode.as_ref())),
        ),
    ];
    fields
        .into_iter()
        .filter(|(_, there)| *there != due)
        .map(|(field, there)| Difference::new(field, presence(due), presence(there)))
        .collect()
}

/// Returns the sections of the portal that are shown although they must not be, or the other way
/// round.
pub(super) fn portal(
    sections: &[PortalSection],
    shown: &[PortalSection],
    due: bool,
) -> Vec<Difference> {
    sections
        .iter()
        .filter(|section| shown.contains(section) != due)
        .map(|section| {
            let field = format!("portal.{}", word(section));
            Difference::new(field, presence(due), presence(!due))
        })
        .collect()
}

/// Returns the leaves in which two values differ.
pub(super) fn between(expected: &impl Serialize, got: &impl Serialize) -> Vec<Difference> {
    let mut differences = Vec::new();
    if let (Ok(expected), Ok(got)) = (serde_json::to_value(expected), serde_json::to_value(got)) {
        compare("", Some(&expected), Some(&got), &mut differences);
    }
    differences
}

fn compare(path: &str, expected: Option<&Value>, got: Option<&Value>, found: &mut Vec<Difference>) {
    if expected == got || found.len() >= MOST {
        return;
    }
    if let (Some(Value::Object(one)), Some(Value::Object(other))) = (expected, got) {
        let added = other.keys().filter(|key| !one.contains_key(*key));
        for key in one.keys().chain(added) {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            compare(&path, one.get(key), other.get(key), found);
        }
        return;
    }
    let side = |value: Option<&Value>| value.map_or_else(|| ABSENT.to_owned(), shown);
    found.push(Difference::new(path, side(expected), side(got)));
}

/// Finds the first field whose text contains `mark`, and that text.
pub(super) fn field_with(value: &impl Serialize, mark: &str) -> Option<(String, String)> {
    fn find(path: String, value: &Value, mark: &str) -> Option<(String, String)> {
        let below = |key: &str| match path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        match value {
            Value::String(text) => text.contains(mark).then(|| (path, text.clone())),
            Value::Array(items) => items.iter().find_map(|it| find(path.clone(), it, mark)),
            Value::Object(items) => items
                .iter()
                .find_map(|(key, value)| find(below(key), value, mark)),
            _ => None,
        }
    }
    find(String::new(), &serde_json::to_value(value).ok()?, mark)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => ABSENT.to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::outcome::text;

    #[test]
    fn values_differ_leaf_by_leaf() {
        let one = json!({"validity": "valid", "person": {"name": "a", "sex": "male"}});
        let other =
            json!({"validity": "valid", "person": {"name": "b"}, "limit": {"class": "A01"}});
        let found = between(&one, &other);
        let expected = [
            ("person.name", "a", "b"),
            ("person.sex", "male", "absent"),
            ("limit", "absent", "{\"class\":\"A01\"}"),
        ];
        let expected: Vec<Difference> = expected
            .map(|(field, expected, got)| Difference::new(field, expected, got))
            .into();
        assert_eq!(found, expected);
        assert_eq!(between(&one, &one), []);
    }

    #[test]
    fn a_mark_is_found_where_it_stands() {
        let value = json!({"a": 1, "b": {"c": ["x", "see my-number#1"]}});
        let found = field_with(&value, "my-number#");
        assert_eq!(
            found,
            Some(("b.c".to_owned(), "see my-number#1".to_owned()))
        );
        assert_eq!(field_with(&value, "pin#"), None);
    }

    #[test]
    fn a_difference_stands_once_and_there_is_a_bound() {
        let mut outcome = Outcome::fail(&[1], text!("悪", "bad"));
        for n in 0..2 * MOST {
            outcome = outcome.differs(format!("f{}", n / 2), "a", "b");
        }
        assert_eq!(outcome.differences.len(), MOST);
        let outcome = outcome.differs("more", "a", "b");
        assert_eq!(outcome.differences.len(), MOST);
        assert!(outcome.differences.iter().all(|it| it.field != "more"));
    }

    #[test]
    fn an_address_is_named_and_never_repeated() {
        let person: Person = serde_json::from_value(json!({
            "name": "架空　太郎", "kana": "カクウ　タロウ", "birth-date": "1980-01-01",
            "sex": "male", "address": "東京都架空区１", "postcode": " ",
        }))
        .unwrap();
        let told = address(Some(&person), false);
        assert_eq!(
            told,
            [Difference::new("person.address", "absent", "present")]
        );
        let hidden = address(Some(&person), true);
        assert_eq!(
            hidden,
            [Difference::new("person.postcode", "present", "absent")]
        );
        assert_eq!(address(None, true).len(), 2);
    }
}
