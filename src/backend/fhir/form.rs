//! What FHIR has no place for, as extensions of this harness: one table of members for each.
//!
//! The tables are the contract (`docs/fhir.md` prints them); reading takes what they name and
//! ignores the rest, so that a server may add members.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::Value as Json;

use super::Unreadable;
use super::look;
use super::system::EXTENSION;
use super::tree::{Members as _, Value, object, plain};

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
pub(super) fn simple<'a>(name: &str, kind: Kind, value: impl Into<Value<'a>>) -> Value<'a> {
    let mut extension = object! { "url": format!("{EXTENSION}{name}") };
    extension.set(kind.member(), value);
    extension
}

impl Form {
    /// Returns `value` as an extension.
    pub(super) fn write<T: Serialize>(&self, value: &T) -> Value<'static> {
        let value = serde_json::to_value(value).unwrap_or_default();
        let mut parts = Vec::new();
        for (name, kind, _) in self.members {
            let values = match value.get(name) {
                None => &[],
                Some(Json::Array(values)) => values.as_slice(),
                Some(one) => std::slice::from_ref(one),
            };
            for value in values {
                let mut part = object! { "url": *name };
                part.put(kind.member(), plain(value));
                if part.at(kind.member()).is_some() {
                    parts.push(part);
                }
            }
        }
        object! { "url": format!("{EXTENSION}{}", self.name), "extension": parts }
    }

    /// Reads every extension of this form that `object` has.
    pub(super) fn read_all<T: DeserializeOwned>(
        &self,
        object: &Value<'_>,
    ) -> Result<Vec<T>, Unreadable> {
        look::own(object, self.name)?
            .into_iter()
            .map(|extension| self.read(extension, None))
            .collect()
    }

    /// Reads an extension of this form; `known` is a member that stands elsewhere.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        extension: &Value<'_>,
        known: Option<(&'static str, &str)>,
    ) -> Result<T, Unreadable> {
        let place = || look::of(self.name);
        let known = known.map(|(name, text)| (name, Json::from(text)));
        let many = self.members.iter().filter(|(_, _, many)| *many);
        let mut members: Vec<(&str, Json)> = known
            .into_iter()
            .chain(many.map(|(name, _, _)| (*name, Json::Array(Vec::new()))))
            .collect();
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
            match members.iter_mut().find(|(known, _)| *known == name) {
                Some((_, Json::Array(values))) if many => values.push(value.into()),
                Some((_, known)) => *known = value.into(),
                None => members.push((name, value.into())),
            }
        }
        let members: MapDeserializer<'_, _, serde_json::Error> =
            MapDeserializer::new(members.into_iter());
        T::deserialize(members).map_err(|error| Unreadable::new(place(), error.to_string()))
    }

    fn member(&self, part: &Value<'_>) -> Option<(&'static str, Kind, bool)> {
        let url = part.at("url")?.as_str()?;
        self.members
            .iter()
            .find(|(name, _, _)| *name == url)
            .copied()
    }
}

fn value_of<'a>(part: &'a Value<'a>, kind: Kind) -> Option<&'a Value<'a>> {
    let other = match kind {
        Kind::Code => "valueString",
        Kind::Text => "valueCode",
        _ => kind.member(),
    };
    part.at(kind.member()).or_else(|| part.at(other))
}
