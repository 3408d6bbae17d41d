//! The kill matrix as text for people, in their language and in 80 columns.
//!
//! ```text
//! CERT-03 backend must H  Grace: eligibility only
//!   ● caught   grace-forgotten                  4 scenarios
//!              certificate/grace, certificate/grace-by-face and 2 more; also blamed: CERT-11
//! EMG-01 backend must H  Ambulance: when nothing is read
//!   – none     our reader asks nothing after a refusal, …
//! ```

use super::{Blame, Coverage, Matrix, Outcome, Row};
use crate::report::page::{Page, Style, width};
use crate::wording::Language;

/// Columns of a line.
const COLUMNS: usize = 80;
/// Columns before what is said of a fault.
const INDENT: usize = 13;
/// Columns of a fault's name.
const NAME: usize = 36;
/// Scenarios and rules that are named; the rest are counted.
const NAMED: usize = 3;

/// Returns the matrix as text.
pub fn render(matrix: &Matrix, language: Language, color: bool) -> String {
    let mut page = Page::new(language, color);
    page.push_styled(Style::Faint, matrix.simulation);
    page.end_line();
    for coverage in &matrix.coverage {
        rule(&mut page, coverage);
    }
    page.line("");
    page.line(&summary(matrix, language));
    page.into_string()
}

fn rule(page: &mut Page, coverage: &Coverage) {
    let level = format!(
        " {} {} {}  ",
        coverage.subject, coverage.level, coverage.confidence
    );
    page.push_styled(Style::Strong, &coverage.requirement.to_string());
    page.push_styled(Style::Faint, &level);
    page.push(coverage.title.get(page.language()));
    page.end_line();
    for row in &coverage.mutants {
        mutant(page, row);
    }
    if !coverage.mutants.is_empty() {
        return;
    }
    let (style, mark, why) = match &coverage.why_none {
        Some(why) => (
            Style::Faint,
            page.pick("– なし", "– none"),
            why.get(page.language()).to_owned(),
        ),
        None => (
            Style::Bad,
            page.pick("✗ 欠け", "✗ gap"),
            page.pick(
                "この要件を破る誤りがない",
                "there is no fault that breaks this rule",
            )
            .to_owned(),
        ),
    };
    let mark = padded(&format!("  {mark}"), INDENT);
    let mut first = true;
    for line in wrapped(&why, COLUMNS - INDENT) {
        match std::mem::take(&mut first) {
            true => page.push_styled(style, &mark),
            false => page.push(&" ".repeat(INDENT)),
        }
        page.push(&line);
        page.end_line();
    }
}

fn mutant(page: &mut Page, row: &Row) {
    let good = row.outcome == Outcome::Caught;
    let style = if good { Style::Good } else { Style::Bad };
    let mark = if good { '●' } else { '✗' };
    let word = match good {
        true => page.pick("検出", "caught"),
        false => page.pick("未検出", "missed"),
    };
    page.push_styled(style, &padded(&format!("  {mark} {word}"), INDENT));
    page.push(&padded(&row.fault, NAME));
    let count = row.files().len();
    let scenarios = match page.language() {
        Language::Ja => format!("シナリオ{count}件"),
        Language::En => format!("{count} scenario{}", if count == 1 { "" } else { "s" }),
    };
    page.push(&scenarios);
    page.end_line();
    let mut said = Vec::new();
    if !good {
        let (ja, en) = why(row.outcome);
        said.push(page.pick(ja, en).to_owned());
    }
    said.extend(some(&row.files(), page.language()));
    let blamed: Vec<String> = row.also_blamed.iter().map(blame).collect();
    let blamed: Vec<&str> = blamed.iter().map(String::as_str).collect();
    let also = page.pick("ほかに不合格: ", "also fails: ").to_owned();
    said.extend(some(&blamed, page.language()).map(|text| format!("{also}{text}")));
    let said = said.join("; ");
    for line in wrapped(&said, COLUMNS - INDENT) {
        page.push_styled(Style::Faint, &format!("{:INDENT$}{line}", ""));
        page.end_line();
    }
}

/// Names a rule that fails as well.
pub(super) fn blame(blame: &Blame) -> String {
    format!("{} {}", blame.requirement, blame.subject)
}

/// Says why a fault is a gap.
pub(super) fn why(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Caught => ("", ""),
        Outcome::OnlyByAnother => (
            "ほかの要件だけが不合格となる",
            "only other requirements fail",
        ),
        Outcome::ByNothing => (
            "現れるが、何も不合格とならない",
            "it shows, and nothing fails",
        ),
        Outcome::OnlyByExpectation => (
            "期待値の違反だけで、規則が気付かない",
            "only a literal expectation catches it, and no rule",
        ),
        Outcome::NeverShows => (
            "どのシナリオでも正常と同じ",
            "it plays like a sound part everywhere",
        ),
        Outcome::BreaksEverything => (
            "ほかのシナリオもほとんど合格しない",
            "hardly any other scenario passes",
        ),
    }
}

/// Names the first of several, and counts the rest.
pub(super) fn some(all: &[&str], language: Language) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let named = all.iter().take(NAMED).copied().collect::<Vec<_>>();
    let text = named.join(", ");
    Some(match (all.len().saturating_sub(NAMED), language) {
        (0, _) => text,
        (more, Language::Ja) => format!("{text} ほか{more}件"),
        (more, Language::En) => format!("{text} and {more} more"),
    })
}

/// Returns what the matrix comes to, on one line.
pub fn summary(matrix: &Matrix, language: Language) -> String {
    let (all, caught) = matrix.caught();
    let gaps = matrix.gaps();
    match language {
        Language::Ja => format!("誤り{all}件のうち{caught}件を検出 · 誤りのない必須要件 {gaps}件"),
        Language::En => {
            format!("{caught} of {all} faults caught · must-rules that catch none: {gaps}")
        }
    }
}

fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text)).max(1);
    format!("{text}{}", " ".repeat(missing))
}

/// Breaks text into lines: at spaces, and where it has none between any two characters.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let line = lines.last().map_or(0, |line| width(line));
        if line > 0 && line + width(word.trim_end()) > columns {
            lines.push(String::new());
        }
        for c in word.chars() {
            let full = lines
                .last()
                .is_some_and(|line| width(line) + width(c.encode_utf8(&mut [0; 4])) > columns);
            if full && c != ' ' {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}
