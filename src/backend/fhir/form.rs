//! What FHIR has no place for, as extensions of this harness: one table of members for each.
//!
//! The tables are the contract (`docs/fhir.md` prints them); reading takes what they name and
//! ignores the rest, so that a server may add members.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Unreadable;
use super::look;
use super::system::EXTENSION;

/// The type of a member, by FHIR's `value[x]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word of the domain.
    Code,
    /// Free text, or a number that is a name.
    Text,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
}

impl Kind {
    /// Returns the member of an extension that holds such a value.
    pub fn member(self) -> &'static str {
        match self {
            Kind::Code => "valueCode",
            Kind::Text => "valueString",
            Kind::Date => "valueDate",
            Kind::DateTime => "valueDateTime",
            Kind::Boolean => "valueBoolean",
            Kind::Integer => "valueInteger",
        }
    }
}

/// An extension with members: its name, then name, type and whether it may stand more than once.
#[derive(Debug)]
pub struct Form {
    /// The name, after [`EXTENSION`].
    pub name: &'static str,
    /// The members.
    pub members: &'static [(&'static str, Kind, bool)],
}

/// Where an inquiry comes from (on a request).
pub const SITE: Form = Form {
    name: "site",
    members: &[
        ("kind", Kind::Code, false),
        ("offers", Kind::Code, true),
        ("consent-layout", Kind::Code, false),
        ("emergency-access", Kind::Boolean, false),
        ("municipality", Kind::Text, false),
        ("administrator", Kind::Boolean, false),
    ],
};

/// A question with its answer (on a request, and earlier ones on an answer).
pub const CONSENT: Form = Form {
    name: "consent",
    members: &[("kind", Kind::Code, false), ("answer", Kind::Code, false)],
};

/// The state of a consent (on an answer).
pub const CONSENT_STATE: Form = Form {
    name: "consent-state",
    members: &[
        ("kind", Kind::Code, false),
        ("flag", Kind::Code, false),
        ("at", Kind::DateTime, false),
        ("until", Kind::DateTime, false),
    ],
};

/// 特定疾病療養受療証 (on an answer).
pub const SPECIFIC_DISEASE: Form = Form {
    name: "specific-disease",
    members: &[
        ("category", Kind::Code, false),
        ("from", Kind::Date, false),
        ("until", Kind::Date, false),
        ("self-pay", Kind::Integer, false),
    ],
};

/// 医療券 or 調剤券 (on an answer).
pub const TICKET: Form = Form {
    name: "medical-ticket",
    members: &[
        ("kind", Kind::Code, false),
        ("month", Kind::Text, false),
        ("from", Kind::Date, false),
        ("until", Kind::Date, false),
        ("number", Kind::Text, false),
        ("treatment", Kind::Code, false),
        ("payer", Kind::Text, false),
        ("recipient", Kind::Text, false),
        ("office", Kind::Text, false),
        ("institution", Kind::Text, false),
        ("designated", Kind::Boolean, false),
        ("self-pay", Kind::Integer, false),
        ("combined", Kind::Boolean, false),
    ],
};

/// What a limit has beside its class (on an item of an answer).
pub const LIMIT: Form = Form {
    name: "limit",
    members: &[
        ("kind", Kind::Code, false),
        ("from", Kind::Date, false),
        ("until", Kind::Date, false),
        ("long-term", Kind::Date, false),
    ],
};

/// 高齢受給者証 (on a Coverage).
pub const ELDERLY: Form = Form {
    name: "elderly-certificate",
    members: &[
        ("share", Kind::Integer, false),
        ("from", Kind::Date, false),
        ("until", Kind::Date, false),
    ],
};

/// Every form, for the documentation.
pub const FORMS: &[&Form] = &[
    &SITE,
    &CONSENT,
    &CONSENT_STATE,
    &SPECIFIC_DISEASE,
    &TICKET,
    &LIMIT,
    &ELDERLY,
];

/// Returns an extension of this harness with one value.
pub(super) fn simple(name: &str, kind: Kind, value: impl Into<Value>) -> Value {
    let mut extension = json!({ "url": format!("{EXTENSION}{name}") });
    extension[kind.member()] = value.into();
    extension
}

/// Returns a value of our own as the word that stands for it.
pub(super) fn word<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Puts a value into an object, unless it is empty: FHIR has no empty texts, lists and objects.
pub(super) fn put(object: &mut Value, member: &str, value: Value) {
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if !empty {
        object[member] = value;
    }
}

impl Form {
    /// Returns `value` as an extension.
    pub(super) fn write<T: Serialize>(&self, value: &T) -> Value {
        let value = word(value);
        let mut parts = Vec::new();
        for (name, kind, _) in self.members {
            let values = match value.get(name) {
                None | Some(Value::Null) => &[],
                Some(Value::Array(values)) => values.as_slice(),
                Some(one) => std::slice::from_ref(one),
            };
            for value in values {
                let mut part = json!({ "url": name });
                put(&mut part, kind.member(), value.clone());
                if part.get(kind.member()).is_some() {
                    parts.push(part);
                }
            }
        }
        json!({ "url": format!("{EXTENSION}{}", self.name), "extension": parts })
    }

    /// Reads every extension of this form that `object` has.
    pub(super) fn read_all<T: DeserializeOwned>(
        &self,
        object: &Value,
    ) -> Result<Vec<T>, Unreadable> {
        look::own(object, self.name)?
            .into_iter()
            .map(|extension| self.read(extension, Map::new()))
            .collect()
    }

    /// Reads an extension of this form; `known` are members that stand elsewhere.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        extension: &Value,
        known: Map<String, Value>,
    ) -> Result<T, Unreadable> {
        let place = || look::of(self.name);
        let mut object = known;
        for (name, _, many) in self.members {
            if *many {
                object.insert((*name).to_owned(), json!([]));
            }
        }
        for part in look::list(extension, "extension").map_err(|error| error.within(&place()))? {
            let Some((name, kind, many)) = self.member(part) else {
                continue;
            };
            let value = value_of(part, kind).ok_or_else(|| {
                let member = kind.member();
                Unreadable::new(
                    format!("{}.extension('{name}')", place()),
                    format!("{member} was expected"),
                )
            })?;
            match object.get_mut(name) {
                Some(Value::Array(values)) if many => values.push(value.clone()),
                _ => {
                    object.insert(name.to_owned(), value.clone());
                }
            }
        }
        serde_json::from_value(Value::Object(object))
            .map_err(|error| Unreadable::new(place(), error.to_string()))
    }

    fn member(&self, part: &Value) -> Option<(&'static str, Kind, bool)> {
        let url = part.get("url")?.as_str()?;
        self.members
            .iter()
            .find(|(name, _, _)| *name == url)
            .copied()
    }
}

fn value_of(part: &Value, kind: Kind) -> Option<&Value> {
    let other = match kind {
        Kind::Code => "valueString",
        Kind::Text => "valueCode",
        _ => kind.member(),
    };
    part.get(kind.member()).or_else(|| part.get(other))
}
