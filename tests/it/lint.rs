//! What `lint` says of broken files, as a person reads it: approved in `snapshots/lint`.

use std::path::Path;

use super::{SCENARIO, file, text, uketsuke};

#[test]
fn every_broken_file_is_told_what_is_wrong_where_and_what_to_do() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/lint"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 12);
    settings.bind(|| {
        for name in names {
            // Relative, so that the message is the same in every folder.
            let path = format!("tests/broken/{name}");
            let ran = uketsuke(&["lint", &path]);
            let said = format!("exit {}\n{}{}", ran.code, ran.stdout, ran.stderr);
            let said: Vec<&str> = said.lines().map(without_list).collect();
            let said = said.join("\n");
            insta::assert_snapshot!(name.trim_end_matches(".yaml"), said);
        }
    });
}

/// Cuts off the lists of people and steps, which grow with every person and step.
fn without_list(line: &str) -> &str {
    ["the deck has ", "expected one of present-card"]
        .iter()
        .find_map(|start| {
            line.split(start)
                .next()
                .filter(|rest| rest.len() < line.len())
        })
        .unwrap_or(line)
}

#[test]
fn the_bundled_scenarios_have_no_errors() {
    let ran = uketsuke(&["lint"]).ends_with(0);
    assert!(ran.stdout.contains("errors 0"), "{}", ran.stdout);
}

#[test]
fn warnings_alone_keep_a_file_playable() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "old.yaml",
        &SCENARIO.replace("2025-12-20", "2021-01-05"),
    );
    let ran = uketsuke(&["lint", text(&path)]).ends_with(0);
    assert!(ran.stdout.contains("warnings 1"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_read_does_not_keep_the_rest_from_being_checked() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone.yaml");
    let bytes = folder.path().join("bytes.yaml");
    std::fs::write(&bytes, b"title: \xff\n").unwrap();
    let bad = file(folder.path(), "bad.yaml", "title: 1\n");
    let good = file(folder.path(), "good.yaml", SCENARIO);
    let ran = uketsuke(&["lint", text(&gone), text(&bytes), text(&bad), text(&good)]).ends_with(3);
    for said in [
        "gone.yaml",
        "byte 8 is not UTF-8",
        "bad.yaml",
        "files 2, errors 3",
    ] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
}
