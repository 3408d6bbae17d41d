//! Turns inquiries and answers into name and value lines, as the transcript names them.

use serde_json::Value;

use crate::wording::Wording;

use super::text;

/// Hexadecimal digits beyond which a value is shown by its start and its length.
const HEX_SHOWN: usize = 32;
/// Depth beyond which nothing is taken apart any more.
const DEPTH: usize = 6;

/// The names that have a wording; any other is shown as it stands.
const WORDS: &[&str] = &[
    "word-answer",
    "word-inquiry",
    "word-screen",
    "word-kind",
    "word-token",
    "word-registered",
    "word-phase",
    "word-earlier",
    "word-ground",
    "word-code",
    "word-message",
    "word-validity",
    "word-person",
    "word-qualification",
    "word-limit",
    "word-consents",
    "word-flag",
    "word-at",
    "word-until",
    "word-from",
    "word-name",
    "word-kana",
    "word-birth-date",
    "word-sex",
    "word-address",
    "word-postcode",
    "word-insurer",
    "word-insurer-name",
    "word-symbol",
    "word-number",
    "word-branch",
    "word-relation",
    "word-share",
    "word-preschool",
    "word-elderly",
    "word-side-information",
    "word-specific-diseases",
    "word-certificate",
    "word-challenge",
    "word-signature",
    "word-site",
    "word-institution",
    "word-offers",
    "word-consent-layout",
    "word-emergency-access",
    "word-care",
    "word-records",
    "word-month",
    "word-text",
    "word-key",
    "word-class",
    "word-shown",
    "word-left",
    "word-keys",
    "word-methods",
    "word-preset",
    "word-failures",
    "word-step",
    "word-act",
    "word-event",
    "word-note",
    "word-reason",
    "word-tickets",
    "word-designated",
    "word-lost-because",
    "word-treatment",
    "word-payer",
    "word-recipient",
    "word-office",
    "word-self-pay",
    "word-combined",
    "word-category",
    "word-long-term",
];

/// Returns a path of names in the user's language: `qualification.share`.
pub fn name(path: &str, wording: &Wording) -> String {
    let word = |name: &str| {
        let known = WORDS
            .iter()
            .find(|key| key.strip_prefix("word-") == Some(name));
        known.map_or_else(|| name.to_owned(), |key| wording.say(key))
    };
    path.split('.').map(word).collect::<Vec<_>>().join(" / ")
}

/// Returns the fields of a value: `qualification.share` and `30`.
pub fn of<T: serde::Serialize>(value: &T) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    // Our own types always serialise; one that did not would show no fields.
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    flatten(String::new(), &value, DEPTH, &mut fields);
    fields
}

fn flatten(path: String, value: &Value, depth: usize, fields: &mut Vec<(String, String)>) {
    let join = |name: &str| match path.as_str() {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match value {
        Value::Object(members) if depth > 0 => {
            for (name, member) in members {
                flatten(join(name), member, depth - 1, fields);
            }
        }
        Value::Array(items) if depth > 0 && items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                flatten(join(&(index + 1).to_string()), item, depth - 1, fields);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            fields.push((path, items.join(", ")));
        }
        other => fields.push((path, shown(other))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if is_hex(text) => hex(text),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_hex(text: &str) -> bool {
    text.len() > HEX_SHOWN
        && text.len().is_multiple_of(2)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hex(text: &str) -> String {
    let start: String = text.chars().take(HEX_SHOWN).collect();
    format!("{} ... ({} bytes)", spaced(&start), text.len() / 2)
}

/// Returns hexadecimal digits in pairs.
pub fn spaced(digits: &str) -> String {
    let pairs: Vec<String> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).to_uppercase())
        .collect();
    pairs.join(" ")
}

/// Returns the cells that the longest name takes, but no more than `most`.
pub fn name_width(fields: &[(String, String)], most: usize) -> usize {
    let widths = fields.iter().map(|(name, _)| text::width(name));
    widths.max().unwrap_or(0).min(most)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_values_become_paths_and_long_bytes_are_cut() {
        let value = json!({
            "token": "t-1",
            "site": { "kind": "clinic", "offers": ["care", "checkup"] },
            "consents": [{ "kind": "care", "answer": "agree" }],
            "certificate": "3082".repeat(100),
        });
        assert_eq!(
            of(&value),
            [
                ("token", "t-1"),
                ("site.kind", "clinic"),
                ("site.offers", "care, checkup"),
                ("consents.1.kind", "care"),
                ("consents.1.answer", "agree"),
                (
                    "certificate",
                    "30 82 30 82 30 82 30 82 30 82 30 82 30 82 30 82 ... (200 bytes)"
                ),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
