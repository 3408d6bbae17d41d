//! The report as text for people, in their language.
//!
//! ```text
//! uketsuke 0.1.0 · SIMULATION - …
//! ✓ PASS  pin/correct              暗証番号が正しい
//! ✗ FAIL  certificate/expired      有効期限切れ
//!     CERT-03  reader must H  eligibility only was expected …  [4 5]
//! 1 pass · 1 fail
//! ```

use super::page::{self, Cell, Page, Style};
use super::{Judged, Report};
use crate::judge::{Finding, Verdict};
use crate::wording::Language;

/// So many findings are shown of one scenario; the machine formats carry all of them.
const FINDINGS_SHOWN: usize = 8;

/// Returns the report as text.
pub fn render(report: &Report, language: Language, color: bool) -> String {
    let mut page = Page::new(language, color);
    page.push_styled(
        Style::Faint,
        &format!("{} · {}", report.tool, report.simulation),
    );
    page.end_line();
    let id_width = report
        .scenarios
        .iter()
        .map(|judged| page::width(name(judged).as_str()))
        .max()
        .unwrap_or(0);
    for judged in &report.scenarios {
        scenario(&mut page, judged, id_width);
    }
    page.line(&summary(report, language));
    page.into_string()
}

/// Returns the summary on one line; what nothing has is left out.
pub fn summary(report: &Report, language: Language) -> String {
    let counts = [
        (report.summary.pass, "合格", "pass"),
        (report.summary.fail, "不合格", "fail"),
        (report.summary.inconclusive, "判定不能", "inconclusive"),
        (report.summary.error, "エラー", "error"),
        (report.summary.not_applicable, "対象外", "not applicable"),
        (
            remarks(report),
            "注意 (推奨事項・独自の取決め)",
            "remarks (a should, or a convention)",
        ),
    ];
    let words: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, ja, en)| match language {
            Language::Ja => format!("{ja} {count}"),
            Language::En => format!("{count} {en}"),
        })
        .collect();
    words.join(" · ")
}

/// Returns how many breaches there are that change no verdict.
fn remarks(report: &Report) -> usize {
    let passing = report
        .scenarios
        .iter()
        .filter(|judged| judged.verdict == Verdict::Pass);
    passing
        .flat_map(|judged| &judged.findings)
        .filter(|finding| finding.verdict == Verdict::Fail)
        .count()
}

/// Returns the symbol that stands beside the word of a verdict.
pub fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "-",
        Verdict::Pass => "✓",
        Verdict::Inconclusive => "?",
        Verdict::Fail => "✗",
        Verdict::Error => "!",
    }
}

fn name(judged: &Judged) -> String {
    let name = match &judged.transcript {
        Some(transcript) => format!("{} ({transcript})", judged.id),
        None => judged.id.clone(),
    };
    crate::sanitise::one_line(&name).into_owned()
}

fn scenario(page: &mut Page, judged: &Judged, id_width: usize) {
    let verdict = judged.verdict;
    let word = format!("{} {:<12}", symbol(verdict), verdict.word());
    page.push_styled(Style::of(verdict), &word);
    let name = name(judged);
    let gap = id_width.saturating_sub(page::width(name.as_str()));
    page.push(&format!("  {name}{:gap$}  ", ""));
    page.push(judged.title.get(page.language()));
    page.end_line();
    if let Some(problem) = &judged.problem {
        page.line(&format!("    {}", problem.get(page.language())));
    }
    let worst = worst(judged);
    let rows: Vec<Vec<Cell>> = worst
        .iter()
        .take(FINDINGS_SHOWN)
        .map(|finding| row(page, finding))
        .collect();
    page.table(4, &rows);
    if worst.len() > FINDINGS_SHOWN {
        let more = worst.len() - FINDINGS_SHOWN;
        page.line(&match page.language() {
            Language::Ja => format!("    ほか {more} 件 (--format json にすべて)"),
            Language::En => format!("    and {more} more (--format json has all)"),
        });
    }
}

/// Returns the findings that led to a verdict other than pass: those of the worst kind.
fn worst(judged: &Judged) -> Vec<&Finding> {
    if judged.verdict == Verdict::Pass {
        return Vec::new();
    }
    // Where nothing is as bad as the verdict (the run itself broke), the worst that there is.
    let worst = judged
        .findings
        .iter()
        .map(|finding| finding.verdict)
        .filter(|verdict| *verdict <= judged.verdict && *verdict != Verdict::Pass)
        .max();
    let mut findings: Vec<&Finding> = judged
        .findings
        .iter()
        .filter(|finding| Some(finding.verdict) == worst)
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse((finding.listed, finding.level)));
    findings
}

fn row(page: &Page, finding: &Finding) -> Vec<Cell> {
    let entries = match finding.entries.as_slice() {
        [] => String::new(),
        list => format!("  [{}]", entries(list)),
    };
    vec![
        Cell::styled(Style::of(finding.verdict), finding.requirement.to_string()),
        Cell::from(format!(
            "{} {} {}",
            finding.subject, finding.level, finding.confidence
        )),
        Cell::from(format!("{}{entries}", finding.message.get(page.language()))),
    ]
}

/// Returns the numbers of entries, parted by spaces.
pub(super) fn entries(entries: &[u64]) -> String {
    let numbers: Vec<String> = entries.iter().map(u64::to_string).collect();
    numbers.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{approve, every_verdict};

    #[test]
    fn it_reads_in_english() {
        approve("text-en", &render(&every_verdict(), Language::En, false));
    }

    #[test]
    fn it_reads_in_japanese() {
        approve("text-ja", &render(&every_verdict(), Language::Ja, false));
    }

    #[test]
    fn without_colour_there_is_no_escape_and_with_it_the_words_stay() {
        assert!(!render(&every_verdict(), Language::En, false).contains('\u{1b}'));
        let colored = render(&every_verdict(), Language::En, true);
        assert!(colored.contains("\u{1b}[1;31m✗ FAIL"), "{colored}");
    }
}
