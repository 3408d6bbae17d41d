//! Scenario documents as values and as YAML: what a minimiser cuts and what is written in the end.
//!
//! The PIN of a fictitious person stands in a scenario file as it does in the bundled ones; a value
//! that is made here holds it, and goes nowhere else.

use serde_json::{Map, Value, json};

use crate::scenario::{Document, Step};

/// Returns a document as a value, with what is at its default left out.
pub(super) fn value_of(document: &Document) -> Option<Value> {
    let mut value = serde_json::to_value(document).ok()?;
    let object = value.as_object_mut()?;
    object.retain(|_, value| !is_empty(value));
    let steps = document
        .steps
        .iter()
        .map(step)
        .collect::<Option<Vec<_>>>()?;
    object.insert("steps".to_owned(), Value::Array(steps));
    if object.get("seed") == Some(&json!(1)) {
        object.remove("seed");
    }
    Some(value)
}

/// Returns the document that a value describes.
pub(super) fn document_of(value: &Value) -> Option<Document> {
    // The card is required, be it as the deck has it.
    serde_json::from_value(value.clone()).ok()
}

/// Returns the scenario file of a document.
pub(super) fn yaml_of(document: &Document) -> Option<String> {
    let text = serde_saphyr::to_string(&value_of(document)?).ok()?;
    Some(format!(
        "# SIMULATION: fictitious people, made-up data.\n{text}"
    ))
}

fn step(step: &Step) -> Option<Value> {
    Some(match step {
        Step::EnterPin(pin) => json!({ "enter-pin": pin.plain()? }),
        Step::PresentCard(None) => json!("present-card"),
        Step::OpenPortal(None) => json!("open-portal"),
        other => serde_json::to_value(other).ok()?,
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

/// Returns the members of the object under `key`, none where there is no object.
pub(super) fn members<'a>(value: &'a Value, key: &str) -> Option<&'a Map<String, Value>> {
    value.get(key)?.as_object()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_document_is_read_back_as_it_was() {
        let text = "title: { ja: あ, en: a }\nrequirements: [ELIG-15]\nunder-test: backend\n\
            at: 2025-12-20T09:15:00+09:00\npace: 0s\nsite: { institution: \"1399999999\" }\n\
            card: { holder: adult, user-certificate: { not-after: 2025-11-30 } }\n\
            registry: { withheld-by: [], undisclosed-by: [\"01139999\"] }\nsteps:\n- present-card\n\
            - choose: pin\n- enter-pin: \"0123\"\n- agree: care\n- desk: number-inquiry\n\
            - desk: { number-inquiry: { insurer: \" 139993\" } }\n- wait: 86400s\n- take-card\n";
        let document = Document::parse(text, "test").unwrap();
        let yaml = yaml_of(&document).unwrap();
        assert_eq!(Document::parse(&yaml, "yaml").unwrap(), document, "{yaml}");
        let value = value_of(&document).unwrap();
        assert_eq!(document_of(&value).unwrap(), document);
    }
}
