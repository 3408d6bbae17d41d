//! `uketsuke show CERT-03`: a row of the catalogue, its scenarios and the faults that break it.

use super::{both, heading};
use crate::cli::coverage::{self, Coverage, why_none};
use crate::cli::failure::Failure;
use crate::report::page::{Cell, Page, Style};
use crate::requirement::{Confidence, FULL_OPERATION, Id, Period, Requirement, catalogue};

/// Shows a row of the catalogue, its scenarios and the faults that break it.
///
/// # Errors
///
/// [`Failure::Bug`] where a row is known and not in the catalogue, which a test excludes.
pub(super) fn show_requirement(
    page: &mut Page,
    coverage: &Coverage,
    id: Id,
) -> Result<(), Failure> {
    let row = catalogue()
        .by_id(id)
        .ok_or_else(|| Failure::Bug(format!("{id} is known and not to be found")))?;
    page.push_styled(Style::Strong, &id.to_string());
    page.line(&format!("  {}", row.title.get(page.language())));
    let subjects: Vec<String> = row.subjects.iter().map(|s| s.to_string()).collect();
    let seen_in: Vec<String> = row.seen_in.iter().map(|m| m.to_string()).collect();
    let facts = [
        (page.pick("水準", "level"), row.level.to_string()),
        (
            page.pick("確度", "confidence"),
            confidence(page, row.confidence),
        ),
        (page.pick("対象", "concerns"), subjects.join(" ")),
        (page.pick("施行", "in force"), period(page, &row.period)),
        (page.pick("観測", "seen in"), seen_in.join(" ")),
        (page.pick("出典", "source"), row.source.clone()),
    ];
    let rows: Vec<Vec<Cell>> = facts
        .into_iter()
        .map(|(name, value)| vec![Cell::styled(Style::Faint, name), value.into()])
        .collect();
    page.table(2, &rows);
    sources(page, row);
    heading(page, "規則", "rule");
    both(page, &row.rule);
    heading(page, "正しい実装", "what a correct one does");
    both(page, &row.instead);
    if !row.exceptions.is_empty() {
        heading(page, "異なる部分", "parts that differ");
    }
    for exception in &row.exceptions {
        let differs = [
            exception.subject.map(|subject| subject.to_string()),
            exception.level.map(|level| level.to_string()),
            exception
                .confidence
                .map(|confidence| confidence.to_string()),
            exception.period.as_ref().map(|dates| period(page, dates)),
        ];
        let differs: Vec<String> = differs.into_iter().flatten().collect();
        page.line(&format!("  {}: {}", exception.name, differs.join(", ")));
        both(page, &exception.part);
    }
    show_scenarios_of(page, coverage, row);
    show_faults_of(page, row);
    Ok(())
}

/// Shows every scenario that lists a requirement, or why there is none.
fn show_scenarios_of(page: &mut Page, coverage: &Coverage, row: &Requirement) {
    heading(page, "シナリオ", "scenarios");
    let files = coverage.files(row.id);
    if let (true, Some(why)) = (files.is_empty(), why_none(row)) {
        both(page, &why);
    }
    let rows: Vec<Vec<Cell>> = files
        .into_iter()
        .map(|(file, plays)| {
            let cases = match plays {
                1 => String::new(),
                plays => format!("{plays} {}", page.pick("例", "plays")),
            };
            vec![file.into(), Cell::styled(Style::Faint, cases)]
        })
        .collect();
    page.table(2, &rows);
}

/// Shows the faulty parts that a requirement has to catch.
fn show_faults_of(page: &mut Page, row: &Requirement) {
    let rows: Vec<Vec<Cell>> = coverage::faults(row.id)
        .map(|fault| {
            vec![
                fault.name.into(),
                Cell::styled(Style::Faint, fault.subject().to_string()),
                fault.title().get(page.language()).into(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        heading(
            page,
            "これに反する不具合 (run --fault)",
            "faults that break it (run --fault)",
        );
        page.table(2, &rows);
    }
}

fn confidence(page: &Page, confidence: Confidence) -> String {
    let meaning = match confidence {
        Confidence::High => page.pick(
            "公的文書、または独立した二つの出典",
            "an official text, or two independent sources",
        ),
        Confidence::Medium => page.pick("一つの出典", "one source"),
        Confidence::Low => page.pick(
            "本ハーネスの取り決め (--conventions のときだけ数える)",
            "a convention of this harness, which counts only with --conventions",
        ),
    };
    format!("{confidence}: {meaning}")
}

fn period(page: &Page, period: &Period) -> String {
    let from = period.from.unwrap_or(FULL_OPERATION);
    let last = period
        .until
        .and_then(|until| until.yesterday().ok())
        .map_or_else(String::new, |last| last.to_string());
    let about = match period.approximate {
        true => page.pick(" (月日は推定)", " (a bound is assumed)"),
        false => "",
    };
    format!("{from} – {last}{about}")
}

/// Explains the short references of a row, as far as the catalogue has them.
fn sources(page: &mut Page, row: &Requirement) {
    let named: Vec<&str> = row
        .source
        .split(|c: char| !c.is_ascii_alphanumeric())
        .collect();
    let rows: Vec<Vec<Cell>> = catalogue()
        .sources
        .iter()
        .filter(|source| named.contains(&source.key.as_str()))
        .map(|source| {
            vec![
                source.key.as_str().into(),
                source.text.get(page.language()).into(),
            ]
        })
        .collect();
    page.table(4, &rows);
}
