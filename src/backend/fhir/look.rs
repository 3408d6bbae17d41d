//! Looks into JSON documents: members of a type, extensions, codings, and what references mean.

use jiff::civil::Date;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};

use super::Unreadable;
use super::system::EXTENSION;
use super::tree::{Members as _, Value};

type Found<T> = Result<T, Unreadable>;

fn wrong(member: &str, expected: &str, found: &Value<'_>) -> Unreadable {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Str(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Unreadable::new(
        member,
        format!("{expected} was expected, {found} stands there"),
    )
}

/// Returns a member that is a string, or nothing where it is absent.
pub(super) fn text<'a>(object: &'a Value<'_>, member: &str) -> Found<Option<&'a str>> {
    match object.at(member) {
        None => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(member, "a string", other)),
    }
}

/// Returns a member that is a string and must be there.
pub(super) fn needed_text<'a>(object: &'a Value<'_>, member: &str) -> Found<&'a str> {
    text(object, member)?
        .ok_or_else(|| Unreadable::new(member, "a string was expected, nothing stands there"))
}

/// Returns a member that is a boolean, or nothing where it is absent.
pub(super) fn boolean(object: &Value<'_>, member: &str) -> Found<Option<bool>> {
    match object.at(member) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(other) => Err(wrong(member, "a boolean", other)),
    }
}

/// Returns a member that is a list, empty where it is absent.
pub(super) fn list<'a>(object: &'a Value<'a>, member: &str) -> Found<&'a [Value<'a>]> {
    match object.at(member) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(other) => Err(wrong(member, "an array", other)),
    }
}

/// Returns the day that a FHIR date or dateTime of at least day precision names.
pub(super) fn day(object: &Value<'_>, member: &str) -> Found<Option<Date>> {
    let Some(text) = text(object, member)? else {
        return Ok(None);
    };
    let written = text.get(..10).unwrap_or(text);
    written.parse().map(Some).map_err(|_| {
        Unreadable::new(
            member,
            format!("a date such as 2025-12-20 was expected, {text:?} stands there"),
        )
    })
}

/// Returns the first extension with this address.
pub(super) fn extension_at<'a>(object: &'a Value<'a>, url: &str) -> Found<Option<&'a Value<'a>>> {
    Ok(list(object, "extension")?
        .iter()
        .find(|extension| extension.at("url").and_then(Value::as_str) == Some(url)))
}

/// Returns every extension of this harness with this name.
pub(super) fn own<'a>(object: &'a Value<'a>, name: &str) -> Found<Vec<&'a Value<'a>>> {
    Ok(list(object, "extension")?
        .iter()
        .filter(|extension| {
            extension
                .at("url")
                .and_then(Value::as_str)
                .and_then(|url| url.strip_prefix(EXTENSION))
                == Some(name)
        })
        .collect())
}

/// Returns the text or code in the extension of this harness with this name.
pub(super) fn own_text<'a>(object: &'a Value<'_>, name: &str) -> Found<Option<&'a str>> {
    let Some(extension) = own(object, name)?.first().copied() else {
        return Ok(None);
    };
    ["valueString", "valueCode"]
        .into_iter()
        .find_map(|member| extension.at(member).and_then(Value::as_str))
        .map(Some)
        .ok_or_else(|| Unreadable::new(of(name), "valueString or valueCode was expected"))
}

/// Returns the boolean in the extension of this harness with this name.
pub(super) fn own_boolean(object: &Value<'_>, name: &str) -> Found<Option<bool>> {
    let Some(extension) = own(object, name)?.first().copied() else {
        return Ok(None);
    };
    boolean(extension, "valueBoolean")
        .map_err(|error| error.within(&of(name)))?
        .map(Some)
        .ok_or_else(|| Unreadable::new(of(name), "valueBoolean was expected"))
}

/// Returns the place of an extension of this harness, as FHIRPath has it.
pub(super) fn of(name: &str) -> String {
    format!("extension('{EXTENSION}{name}')")
}

/// Returns the code in the extension of this harness with this name, as a value of our own.
pub(super) fn own_word<T: serde::de::DeserializeOwned>(
    object: &Value<'_>,
    name: &str,
) -> Found<Option<T>> {
    own_text(object, name)?
        .map(|word| read_word(word).map_err(|error| error.within(&of(name))))
        .transpose()
}

/// Reads a word as a value of our own.
pub(super) fn read_word<T: serde::de::DeserializeOwned>(word: &str) -> Found<T> {
    let word: StrDeserializer<'_, ValueError> = word.into_deserializer();
    T::deserialize(word).map_err(|error| Unreadable::new("", error.to_string()))
}

/// Returns the codes of a CodeableConcept in a system.
pub(super) fn code_in<'a>(concept: Option<&'a Value<'_>>, system: &str) -> Option<&'a str> {
    concept?
        .at("coding")?
        .as_array()?
        .iter()
        .find(|coding| coding.at("system").and_then(Value::as_str) == Some(system))?
        .at("code")?
        .as_str()
}

/// Returns the value of the identifier of a system.
pub(super) fn identifier_in<'a>(resource: &'a Value<'a>, system: &str) -> Option<&'a str> {
    let of_system = |identifier: &&'a Value<'a>| {
        identifier.at("system").and_then(Value::as_str) == Some(system)
    };
    match resource.at("identifier")? {
        Value::Array(identifiers) => identifiers.iter().find(of_system)?,
        // In a Reference there is one identifier.
        one => Some(one).filter(of_system)?,
    }
    .at("value")?
    .as_str()
}

/// Returns the type of a resource.
pub(super) fn resource_type<'a>(resource: &'a Value<'_>) -> &'a str {
    resource
        .at("resourceType")
        .and_then(Value::as_str)
        .unwrap_or("")
}

/// A resource with what it may refer to: what it contains, and the other entries of its Bundle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resource<'a> {
    /// The resource.
    pub(super) body: &'a Value<'a>,
    bundle: Option<&'a Value<'a>>,
}

impl<'a> Resource<'a> {
    /// Makes one that stands alone.
    pub(super) fn alone(body: &'a Value<'a>) -> Resource<'a> {
        Resource { body, bundle: None }
    }

    /// Makes one out of a Bundle.
    pub(super) fn of(body: &'a Value<'a>, bundle: &'a Value<'a>) -> Resource<'a> {
        Resource {
            body,
            bundle: Some(bundle),
        }
    }

    /// Returns the resource that a Reference means, where it came along. Nothing is fetched.
    pub(super) fn resolve(&self, reference: &Value<'_>) -> Option<&'a Value<'a>> {
        let target = reference.at("reference")?.as_str()?;
        if let Some(id) = target.strip_prefix('#') {
            return self
                .body
                .at("contained")?
                .as_array()?
                .iter()
                .find(|resource| resource.at("id").and_then(Value::as_str) == Some(id));
        }
        self.bundle?
            .at("entry")?
            .as_array()?
            .iter()
            .find(|entry| names(entry, target))?
            .at("resource")
    }
}

/// Tells whether a reference means this entry: the same address, one ending in the other, or type
/// and id.
fn names(entry: &Value<'_>, target: &str) -> bool {
    // A reference to a version means the resource all the same.
    let target = target.split("/_history/").next().unwrap_or(target);
    let full = entry.at("fullUrl").and_then(Value::as_str).unwrap_or("");
    let ends = |longer: &str, shorter: &str| {
        longer
            .strip_suffix(shorter)
            .is_some_and(|before| before.ends_with('/'))
    };
    if !full.is_empty() && (full == target || ends(full, target)) {
        return true;
    }
    let Some(resource) = entry.at("resource") else {
        return false;
    };
    let Some(id) = resource.at("id").and_then(Value::as_str) else {
        return false;
    };
    let relative = format!("{}/{id}", resource_type(resource));
    relative == target || ends(target, &relative)
}
