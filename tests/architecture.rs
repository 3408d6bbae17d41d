//! Holds the arrows of the architecture (crate docs of `src/lib.rs`): who may use whom, and that
//! the core names no clock, file, socket or runtime.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library with the modules that it may use.
const ARROWS: &[(&str, &str)] = &[
    ("eligibility", ""),
    ("secret", ""),
    ("sanitise", ""),
    ("exit_code", ""),
    ("text_file", ""),
    ("clock", "eligibility"),
    ("screen", "eligibility"),
    ("requirement", "eligibility"),
    ("wording", "eligibility"),
    ("rules", "eligibility screen"),
    ("scenario", "eligibility requirement screen secret"),
    ("statement", "eligibility requirement scenario screen"),
    ("transcript", "eligibility scenario screen secret statement"),
    ("recording", "eligibility requirement scenario transcript"),
    ("check_in", "eligibility rules screen"),
    (
        "judge",
        "eligibility requirement scenario screen secret statement transcript",
    ),
    ("library", "eligibility requirement scenario text_file"),
    ("program", "eligibility sanitise secret"),
    ("reader", "check_in eligibility program screen"),
    (
        "backend",
        "eligibility program requirement rules sanitise scenario secret transcript",
    ),
    ("bindings", "eligibility rules scenario"),
    (
        "serve",
        "backend clock eligibility fault requirement sanitise scenario secret transcript",
    ),
    (
        "drive",
        "card_link check_in eligibility fault program reader screen",
    ),
    ("card_link", ""),
    ("presentation", "card_link"),
    (
        "observe",
        "card_link clock eligibility presentation runner scenario serve transcript",
    ),
    (
        "fault",
        "backend card_link check_in eligibility reader requirement rules scenario screen",
    ),
    (
        "runner",
        "backend card_link check_in eligibility fault presentation program reader scenario screen transcript",
    ),
    (
        "explore",
        "backend eligibility judge report requirement runner sanitise scenario screen secret transcript wording",
    ),
    (
        "report",
        "eligibility exit_code judge requirement sanitise scenario screen statement transcript wording",
    ),
    (
        "matrix",
        "backend eligibility fault judge report requirement runner scenario serve transcript wording",
    ),
    (
        "tui",
        "eligibility judge requirement sanitise scenario screen secret transcript wording",
    ),
];

/// The shell at the top may use everything.
const TOP: &[&str] = &["lib", "main", "cli"];

/// The core: events in, effects out.
const CORE: &str = "eligibility secret screen requirement rules scenario statement transcript recording check_in judge";

/// What the core never names.
const IMPURE: &[&str] = &[
    "tokio",
    "std::net",
    "std::fs",
    "std::thread",
    "std::process",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "std::time",
    "rand::rng",
    "from_os_rng",
    "println!",
    "eprintln!",
];

/// What those who only read the card's traffic may take from the card's crate: the vocabulary of
/// APDUs, and profiles.
const CARD_VOCABULARY: &[(&str, &str)] = &[
    ("check_in", "apdu status"),
    ("judge", "apdu status"),
    ("scenario", "fault profile timing"),
    ("tui", "apdu status"),
    ("report", "apdu status"),
];

fn has(list: &str, name: &str) -> bool {
    list.split(' ').any(|item| item == name)
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns each source file with its top module and its text, comments and unit tests left out:
/// a unit test may use more, to check against it.
fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs") && !path.iter().any(|part| part == "tests"))
        .map(|path| {
            let relative = path.strip_prefix(&root).unwrap().with_extension("");
            let module = relative
                .iter()
                .next()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).unwrap();
            let text = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap()
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            (path, module, text)
        })
        .collect()
}

/// Returns the names that follow `prefix` in `text`, each item where braces follow.
fn names_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        let items = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap().split(',').collect(),
            None => vec![rest],
        };
        for item in items {
            let name: String = item
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            names.insert(name);
        }
    }
    names
}

fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn modules_use_only_what_the_arrows_allow() {
    let mut breaches = Vec::new();
    for (path, module, text) in sources() {
        if TOP.contains(&module.as_str()) {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
            breaches.push(format!("{}: no arrows are stated", path.display()));
            continue;
        };
        for used in names_after(&text, "crate::") {
            let is_module =
                ARROWS.iter().any(|(name, _)| *name == used) || TOP.contains(&used.as_str());
            if is_module && used != module && !has(allowed, &used) {
                breaches.push(format!("{}: `{module}` uses `{used}`", path.display()));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn the_judge_shares_no_code_with_what_it_judges() {
    let judge = ARROWS.iter().find(|(name, _)| *name == "judge").unwrap().1;
    for judged in ["rules", "check_in", "reader", "backend", "fault", "runner"] {
        assert!(!has(judge, judged));
    }
}

#[test]
fn the_core_names_no_clock_file_socket_or_runtime() {
    let mut breaches = Vec::new();
    for (path, module, text) in sources() {
        if !has(CORE, &module) {
            continue;
        }
        for impure in IMPURE {
            if text.contains(impure) {
                breaches.push(format!("{}: names {impure}", path.display()));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn the_card_is_a_vocabulary_to_those_who_only_read_it() {
    let mut breaches = Vec::new();
    for (path, module, text) in sources() {
        let Some((_, allowed)) = CARD_VOCABULARY.iter().find(|(name, _)| *name == module) else {
            continue;
        };
        for used in names_after(&text, "virtual_card::") {
            if !has(allowed, &used) {
                breaches.push(format!("{}: uses virtual_card::{used}", path.display()));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn the_card_knows_nothing_of_the_harness() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("virtual-card");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("uketsuke"));
    let mut found = Vec::new();
    files(&root.join("src"), &mut found);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("uketsuke::"), "{}", path.display());
    }
}

#[test]
fn every_source_file_begins_by_saying_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("src"), &mut found);
    files(&root.join("virtual-card/src"), &mut found);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}
