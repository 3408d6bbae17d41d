//! The kill matrix as a page of documentation.

use std::fmt::Write as _;

use super::text::{blame, some, summary, why};
use super::{Coverage, Matrix, Outcome, Row};
use crate::requirement::Subject;
use crate::wording::Language;

const HEAD: &str = "\
# The kill matrix

Which requirement catches which planted fault. Every fault of the catalogue (`uketsuke list faults`) breaks one
requirement, and that very requirement has to catch it: in a scenario that passes it without the fault, while other
scenarios still pass. A play that was cut short catches nothing. A fault that is caught by nothing or only by another
requirement, and a must-rule that is judged and catches no fault, fail the build. *Literally* marks a fault that only
what a scenario states catches, not the rule itself. SIMULATION: everything here is made up.

A fault is shown every scenario whose purpose is the requirement that it breaks, and of the others as many as it takes
until it is caught and three of them pass.

This page is written by `uketsuke matrix --format markdown`, and a test keeps it current: do not edit it by hand
(`UPDATE_DOCS=1 cargo test --test mutants`).
";

/// Returns the matrix as a page of Markdown, in English.
pub fn render(matrix: &Matrix) -> String {
    let mut page = HEAD.to_owned();
    let mut before: Option<Subject> = None;
    // Writing to a string cannot fail.
    let _ = writeln!(page, "\n{}.", summary(matrix, Language::En));
    for coverage in &matrix.coverage {
        if before != Some(coverage.subject) {
            before = Some(coverage.subject);
            let _ = writeln!(
                page,
                "\n## Faults of a {}\n\n| requirement | fault | what it does | caught in | also fails |\n|---|---|---|---|---|",
                coverage.subject
            );
        }
        rule(&mut page, coverage);
    }
    page
}

fn rule(page: &mut String, coverage: &Coverage) {
    let head = format!(
        "{} {} {}: {}",
        coverage.requirement, coverage.level, coverage.confidence, coverage.title.en
    );
    for row in &coverage.mutants {
        let _ = writeln!(
            page,
            "| {head} | `{}` | {} | {} | {} |",
            row.fault,
            row.about.en,
            caught(row),
            blamed(row)
        );
    }
    if coverage.mutants.is_empty() {
        let why = match &coverage.why_none {
            Some(why) => why.en.clone(),
            None => "**gap**: there is no fault that breaks this rule".to_owned(),
        };
        let _ = writeln!(page, "| {head} | – | {why} | – | – |");
    }
}

fn caught(row: &Row) -> String {
    let files: Vec<String> = row.files().iter().map(|it| format!("`{it}`")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let text = some(&files, Language::En).unwrap_or_else(|| "–".to_owned());
    let literally = !row.caught_by.is_empty() && row.caught_by.iter().all(|it| !it.by_rule);
    match row.outcome {
        Outcome::Caught if literally => format!("{text} (literally)"),
        Outcome::Caught => text,
        missed => format!("**missed**: {}; {text}", why(missed).1),
    }
}

fn blamed(row: &Row) -> String {
    let blamed: Vec<String> = row.also_blamed.iter().map(blame).collect();
    let blamed: Vec<&str> = blamed.iter().map(String::as_str).collect();
    some(&blamed, Language::En).unwrap_or_else(|| "–".to_owned())
}
