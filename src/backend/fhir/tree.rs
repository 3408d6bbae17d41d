//! JSON as the codec reads and writes it: members stand in a row, and texts are borrowed from what
//! they were read from. That is several times as fast as `serde_json::Value`, whose members are
//! hashed and whose names and texts are all copied.
//!
//! Where a member stands twice the first counts; FHIR allows no such thing.

use serde::Serialize;
use serde_json_borrow::Map;
pub use serde_json_borrow::Value;

/// Makes an object: `object!{ "name": value, … }`.
macro_rules! object {
    ($($name:literal : $value:expr),* $(,)?) => {
        $crate::backend::fhir::tree::Value::Object(
            [$(($name, $crate::backend::fhir::tree::Value::from($value))),*]
                .into_iter()
                .collect(),
        )
    };
}

/// Makes an array: `array![value, …]`.
macro_rules! array {
    ($($value:expr),* $(,)?) => {
        $crate::backend::fhir::tree::Value::Array(
            vec![$($crate::backend::fhir::tree::Value::from($value)),*],
        )
    };
}

pub(super) use {array, object};

/// The members of an object.
pub(super) trait Members<'a>: Sized {
    /// Returns a member, or nothing where it is absent or this is no object.
    fn at(&self, name: &str) -> Option<&Self>;

    /// Takes a member out, so that nothing stands there.
    fn take(&mut self, name: &str) -> Value<'a>;

    /// Puts a member into an object, in the place of one of the same name.
    fn set(&mut self, name: &'a str, value: impl Into<Value<'a>>);

    /// As [`Members::set`], unless the value is empty: FHIR has no empty texts, lists and objects.
    fn put(&mut self, name: &'a str, value: impl Into<Value<'a>>);
}

impl<'a> Members<'a> for Value<'a> {
    fn at(&self, name: &str) -> Option<&Value<'a>> {
        self.as_object()?.get(name)
    }

    fn take(&mut self, name: &str) -> Value<'a> {
        match self {
            Value::Object(members) => members.get_mut(name).map(std::mem::take),
            _ => None,
        }
        .unwrap_or_default()
    }

    fn set(&mut self, name: &'a str, value: impl Into<Value<'a>>) {
        if let Value::Object(members) = self {
            members.insert(name, value.into());
        }
    }

    fn put(&mut self, name: &'a str, value: impl Into<Value<'a>>) {
        let value = value.into();
        let empty = match &value {
            Value::Null => true,
            Value::Str(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        };
        if !empty {
            self.set(name, value);
        }
    }
}

/// Returns what was read in another way, its texts borrowed.
pub(super) fn borrowed(value: &serde_json::Value) -> Value<'_> {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(it) => Value::Bool(*it),
        serde_json::Value::Number(it) => number(it),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(borrowed).collect()),
        serde_json::Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members
                    .map(|(name, value)| (name.as_str(), borrowed(value)))
                    .collect::<Map<'_>>(),
            )
        }
    }
}

fn number(number: &serde_json::Number) -> Value<'static> {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => Value::from(number),
        (None, Some(number)) => Value::from(number),
        // Every number is one of the three, as JSON is read here.
        (None, None) => number.as_f64().map_or(Value::Null, Value::from),
    }
}

/// Returns a value of our own as the word, number or date that stands for it.
pub(super) fn word<T: Serialize>(value: &T) -> Value<'static> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Value::from(word),
        Ok(other) => plain(&other),
        Err(_) => Value::Null,
    }
}

/// Returns a value without members or items, for good.
pub(super) fn plain(value: &serde_json::Value) -> Value<'static> {
    match value {
        serde_json::Value::String(text) => Value::from(text.clone()),
        serde_json::Value::Bool(it) => Value::Bool(*it),
        serde_json::Value::Number(it) => number(it),
        _ => Value::Null,
    }
}
