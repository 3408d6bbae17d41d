//! What `docs/driver.md` shows: every message in it is read, and written as it stands there.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use uketsuke::program::Introduce as _;
use uketsuke::reader::driven::message::{FromReader, Hello, ToReader};

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

/// What uketsuke writes, and what a driver writes.
const OURS: [&str; 19] = [
    "hello",
    "begin",
    "go-to",
    "present-card",
    "take-card",
    "choose",
    "enter-pin",
    "show-face",
    "register",
    "consent",
    "continue",
    "visual-mode",
    "visual-check",
    "oral-consent",
    "emergency",
    "no-card",
    "response",
    "answer",
    "terminal",
];
const THEIRS: [&str; 12] = [
    "hello",
    "screen",
    "transmit",
    "terminal",
    "power-off",
    "reset",
    "ask",
    "asked",
    "log",
    "kept",
    "idle",
    "cannot",
];

/// Returns the JSON lines of the document's blocks, with the number of their line.
fn examples() -> Vec<(usize, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/driver.md");
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

fn is_ours(line: &str) -> bool {
    let name = type_of(line);
    let tells_time = line.contains(r#""now""#) || line.contains(r#""simulation""#);
    name == "bye" || (OURS.contains(&name.as_str()) && tells_time)
}

/// Read and written again, a message is the same: nothing in it was skipped.
fn the_messages_of_the_document_are_read() {
    for (number, line) in examples() {
        let shown: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("line {number}: {error}"));
        let written = if is_ours(&line) {
            serde_json::from_str::<ToReader>(&line)
                .map(serde_json::to_value)
                .unwrap_or_else(|error| panic!("line {number}: {error}"))
        } else {
            let read = FromReader::of_line(line.as_bytes());
            serde_json::to_value(read.unwrap_or_else(|error| panic!("line {number}: {error}")))
        };
        assert_eq!(written.unwrap(), shown, "line {number}");
        if !is_ours(&line) && type_of(&line) == "hello" {
            Hello::read(line.as_bytes()).unwrap();
        }
    }
}

fn the_document_shows_every_type() {
    let (ours, theirs): (Vec<_>, Vec<_>) =
        examples().into_iter().partition(|(_, line)| is_ours(line));
    let types = |lines: &[(usize, String)]| -> BTreeSet<String> {
        lines.iter().map(|(_, line)| type_of(line)).collect()
    };
    let missing = |shown: &BTreeSet<String>, every: &[&str]| -> Vec<String> {
        let every = every.iter().map(|name| (*name).to_owned());
        every.filter(|name| !shown.contains(name)).collect()
    };
    assert_eq!(missing(&types(&ours), &OURS), [""; 0]);
    assert_eq!(missing(&types(&ours), &["bye"]), [""; 0]);
    assert_eq!(missing(&types(&theirs), &THEIRS), [""; 0]);
}
