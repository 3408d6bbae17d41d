//! The examples of a document: its blocks, and its commands with what they say.

use std::path::Path;

use super::{Ran, program};

/// Returns the blocks of a language in a document.
pub fn blocks(document: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}");
    let mut found = Vec::new();
    let mut lines = document.lines();
    while lines.by_ref().any(|line| line == start) {
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        found.push(block.join("\n"));
    }
    found
}

/// Runs each command of a document in its order, in a folder; returns how many commands and lines of
/// output it shows.
pub fn run_examples(document: &str, folder: &Path) -> (usize, usize) {
    let (mut commands, mut lines) = (0, 0);
    for block in blocks(document, "console") {
        let mut said: Option<Ran> = None;
        for line in block.lines() {
            let Some(command) = line.strip_prefix("$ uketsuke ") else {
                let ran = said.as_ref().expect("output stands below its command");
                let (out, err) = (&ran.stdout, &ran.stderr);
                assert!(out.contains(line), "{line}\n{out}{err}");
                lines += 1;
                continue;
            };
            let (command, code) = command.split_once("# exit ").expect(line);
            let args: Vec<&str> = command.split_whitespace().collect();
            let output = program(&args).current_dir(folder).output().unwrap();
            said = Some(Ran::of(output).ends_with(code.trim().parse().unwrap()));
            commands += 1;
        }
    }
    (commands, lines)
}
