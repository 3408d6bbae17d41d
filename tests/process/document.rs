//! What `docs/process.md` shows: every message in it is read, and written as it stands there.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use uketsuke::backend::process::message::{FromBackend, Hello, ToBackend};

pub const TESTS: &[super::Test] = &[
    (
        "the_messages_of_the_document_are_read",
        the_messages_of_the_document_are_read,
    ),
    (
        "the_document_shows_every_type",
        the_document_shows_every_type,
    ),
];

/// Returns the JSON lines of the document's blocks, with the number of their line.
fn examples() -> Vec<(usize, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/process.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut inside = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match line {
            "```json" => inside = true,
            "```" => inside = false,
            _ if inside => found.push((index + 1, line.to_owned())),
            _ => {}
        }
    }
    found
}

fn type_of(line: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap();
    value["type"].as_str().unwrap().to_owned()
}

/// Read and written again, a message is the same: nothing in it was skipped.
fn the_messages_of_the_document_are_read() {
    for (number, line) in examples() {
        let shown: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("line {number}: {error}"));
        let ours = line.contains(r#""simulation""#)
            || matches!(type_of(&line).as_str(), "arrange" | "ask" | "bye");
        let written = if ours {
            serde_json::from_str::<ToBackend>(&line).map(serde_json::to_value)
        } else {
            serde_json::from_str::<FromBackend>(&line).map(serde_json::to_value)
        };
        let written = written.unwrap_or_else(|error| panic!("line {number}: {error}"));
        assert_eq!(written.unwrap(), shown, "line {number}");
        if let Ok(FromBackend::Hello(hello)) = FromBackend::of_line(line.as_bytes()) {
            Hello::checked(hello).unwrap();
        }
    }
}

fn the_document_shows_every_type() {
    let shown: BTreeSet<String> = examples().iter().map(|(_, line)| type_of(line)).collect();
    let every = [
        "hello", "arrange", "ask", "bye", "arranged", "cannot", "answer", "outage",
    ];
    let missing: Vec<&str> = every
        .into_iter()
        .filter(|name| !shown.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let inquiries: BTreeSet<String> = examples()
        .iter()
        .map(|(_, line)| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|value| Some(value["inquiry"]["inquiry"].as_str()?.to_owned()))
        .collect();
    assert_eq!(inquiries.len(), 8, "{inquiries:?}");
}
