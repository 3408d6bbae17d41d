//! The report as text for people, in their language.
//!
//! ```text
//! uketsuke 0.1.0 · SIMULATION - …
//! ✓ PASS  pin/correct              暗証番号が正しい
//! ✗ FAIL  certificate/expired      有効期限切れ
//!     CERT-03  backend must H  eligibility only was expected …  [4 5]
//!       field     expected  got
//!       validity  valid     none
//!       source S3 · confidence H (an official text or two sources)
//! Requirements that failed
//!   CERT-03   backend must H    Grace period: 1 scenario, certificate/expired
//! 1 pass · 1 fail
//! ```

use super::breach;
use super::page::{self, Page, Style};
use super::{Judged, Report, tally};
use crate::judge::{Finding, Verdict};
use crate::sanitise;
use crate::wording::Language;

/// Where a line goes on that was broken.
const INDENT: usize = 4;
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
    if let Some(statement) = &report.statement {
        let summary = statement.summary();
        let text = match language {
            Language::Ja => format!("実装適合宣言 {}", summary.ja),
            Language::En => format!("statement: {}", summary.en),
        };
        let lines = page::wrap(&sanitise::one_line(&text), breach::COLUMNS - INDENT);
        for (index, line) in lines.iter().enumerate() {
            let indent = if index == 0 { 0 } else { INDENT };
            page.line(&format!("{:indent$}{line}", ""));
        }
    }
    let id_width = report
        .scenarios
        .iter()
        .map(|judged| page::width(name(judged).as_str()))
        .max()
        .unwrap_or(0);
    for judged in &report.scenarios {
        scenario(&mut page, judged, id_width);
    }
    breach::failed_requirements(&mut page, report);
    breach::remarks(&mut page, report);
    breach::known_deviations(&mut page, &report.known);
    tally::table(&mut page, &report.requirements);
    page.line(&summary(report, language));
    page.into_string()
}

/// Returns the summary on one line; what nothing has is left out.
pub fn summary(report: &Report, language: Language) -> String {
    let counts = [
        (report.summary.pass, "合格", "pass"),
        (report.summary.fail, "不合格", "fail"),
        (report.summary.known, "既知の逸脱", "known"),
        (report.summary.inconclusive, "判定不能", "inconclusive"),
        (report.summary.error, "エラー", "error"),
        (report.summary.not_applicable, "対象外", "not applicable"),
        (
            breach::remark_count(report),
            "注意 (推奨事項・本ハーネスの取り決め)",
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
    sanitise::one_line(&name).into_owned()
}

fn scenario(page: &mut Page, judged: &Judged, id_width: usize) {
    let verdict = judged.without_known.unwrap_or(judged.verdict);
    let (style, symbol, word) = match judged.is_known() {
        true => (Style::Doubtful, "~", "KNOWN"),
        false => (Style::of(verdict), symbol(verdict), verdict.word()),
    };
    page.push_styled(style, &format!("{symbol} {word:<12}"));
    let name = name(judged);
    let gap = id_width.saturating_sub(page::width(name.as_str()));
    page.push(&format!("  {name}{:gap$}  ", ""));
    page.push(judged.title.get(page.language()));
    page.end_line();
    if let Some(problem) = &judged.problem {
        page.line(&format!("    {}", problem.get(page.language())));
    }
    let worst = worst(judged);
    let shown: Vec<&Finding> = worst.iter().take(FINDINGS_SHOWN).copied().collect();
    let widest = |text: fn(&Finding) -> String| {
        let texts = shown.iter().map(|finding| page::width(&text(finding)));
        texts.max().unwrap_or(0)
    };
    let widths = (widest(|it| it.requirement.to_string()), widest(breach::who));
    for finding in &shown {
        breach::finding(page, finding, widths);
    }
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
    if judged.without_known == Some(Verdict::Inconclusive) {
        let left = |it: &&Finding| it.listed && it.verdict == Verdict::Inconclusive;
        let known = |it: &&Finding| it.verdict == Verdict::Fail && it.is_accepted();
        let findings = judged.findings.iter();
        return findings.filter(|it| left(it) || known(it)).collect();
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

/// Returns the numbers of entries, parted by spaces.
pub(super) fn entries(entries: &[u64]) -> String {
    let numbers: Vec<String> = entries.iter().map(u64::to_string).collect();
    numbers.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::Text;
    use crate::judge::Difference;
    use crate::report::known::Document;
    use crate::report::tests::{approve, every_verdict, finding, judged};
    use crate::requirement::Subject;

    #[test]
    fn it_reads_in_english() {
        approve("text-en", &render(&every_verdict(), Language::En, false));
    }

    #[test]
    fn it_reads_in_japanese() {
        approve("text-ja", &render(&every_verdict(), Language::Ja, false));
    }

    /// A run with a new breach, a known one, an expired one and one that is gone.
    fn nightly() -> Report {
        let text = concat!(
            "version: 1\nknown:\n",
            "  - { requirement: CERT-03, scenarios: [certificate/*], reason: チケット4711、次の版で直す, until: 2026-12-31 }\n",
            "  - { requirement: ELIG-01, reason: ticket 12, until: 2026-06-30 }\n",
            "  - { requirement: DISC-03, subject: backend, reason: done, until: 2026-12-31 }\n",
        );
        let document = Document::parse(text, "known.yaml").unwrap();
        let breach = |id: &str, differences: &[(&str, &str, &str)]| Finding {
            subject: Subject::Backend,
            message: Text::new(
                "記録と違う資格を返した。その日に有効な資格を、そのままの内容で返す必要がある",
                "the qualification that was returned is not the one on record; the current one is returned as it is",
            ),
            differences: differences
                .iter()
                .map(|(field, expected, got)| Difference {
                    field: (*field).to_owned(),
                    expected: (*expected).to_owned(),
                    got: (*got).to_owned(),
                })
                .collect(),
            ..finding(id, Verdict::Fail, &[4, 5])
        };
        let short = [
            ("qualification.insurer", "06139992", "01130012"),
            ("qualification.symbol", "記号１２", "absent"),
        ];
        let name = "架空組合".repeat(14);
        let long = [
            ("person.name", name.as_str(), "absent"),
            ("validity", "valid", "none"),
        ];
        let passed = finding("DISC-03", Verdict::Pass, &[2]);
        let mut scenarios = vec![
            judged(
                "certificate/grace",
                Verdict::Fail,
                vec![breach("CERT-03", &short)],
            ),
            judged(
                "eligibility/moved",
                Verdict::Fail,
                vec![breach("ELIG-01", &short)],
            ),
            judged(
                "eligibility/name",
                Verdict::Fail,
                vec![breach("ELIG-01", &[]), breach("ELIG-04", &long)],
            ),
            judged(
                "disclosure/by-number",
                Verdict::Pass,
                vec![Finding {
                    subject: Subject::Backend,
                    ..passed
                }],
            ),
        ];
        let known = document.apply(&mut scenarios, "2026-11-22".parse().unwrap(), false);
        Report {
            known,
            ..Report::new(scenarios)
        }
    }

    /// The part of the report that has the findings, which are broken at the last column.
    fn fits(text: &str) {
        for line in text.lines().skip(1) {
            assert!(
                page::width(line) <= breach::COLUMNS,
                "{}: {line}",
                page::width(line)
            );
        }
    }

    #[test]
    fn what_is_left_undecided_beside_a_known_deviation_is_told() {
        let text =
            "version: 1\nknown:\n  - { requirement: CERT-03, reason: T-1, until: 2026-12-31 }\n";
        let document = Document::parse(text, "known.yaml").unwrap();
        let findings = vec![
            finding("IDV-02", Verdict::Inconclusive, &[2]),
            finding("CERT-03", Verdict::Fail, &[4]),
        ];
        let mut scenarios = vec![judged("a/b", Verdict::Fail, findings)];
        document.apply(&mut scenarios, "2026-11-22".parse().unwrap(), false);
        let text = render(&Report::new(scenarios), Language::En, false);
        for said in [
            "? INCONCLUSIVE  a/b",
            "    IDV-02   reader",
            "    CERT-03  reader",
            "known deviation until 2026-12-31: T-1",
            "\n1 inconclusive\n",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("Requirements that failed"), "{text}");
    }

    #[test]
    fn what_changes_no_verdict_is_told_with_its_place() {
        let open = || finding("ACC-07", Verdict::Fail, &[12, 14]);
        let undecided = finding("IDV-02", Verdict::Inconclusive, &[2]);
        let scenarios = vec![
            judged("a/b", Verdict::Pass, vec![open()]),
            judged("a/c", Verdict::Inconclusive, vec![undecided, open()]),
        ];
        let text = render(&Report::new(scenarios), Language::En, false);
        let (_, remarks) = text.split_once("\nRemarks (a should").unwrap();
        let row = remarks
            .lines()
            .find(|line| line.contains("ACC-07"))
            .unwrap();
        assert!(row.starts_with("  ACC-07    reader"), "{text}");
        assert!(remarks.contains("2 scenarios, first a/b [12 14]"), "{text}");
        assert!(text.contains(" · 2 remarks"), "{text}");
        assert!(!text.contains("Requirements that failed"), "{text}");
    }

    #[test]
    fn a_nightly_run_reads_in_english() {
        let text = render(&nightly(), Language::En, false);
        fits(&text);
        approve("nightly-en", &text);
    }

    #[test]
    fn a_nightly_run_reads_in_japanese() {
        let text = render(&nightly(), Language::Ja, false);
        fits(&text);
        approve("nightly-ja", &text);
    }

    #[test]
    fn without_colour_there_is_no_escape_and_with_it_the_words_stay() {
        assert!(!render(&every_verdict(), Language::En, false).contains('\u{1b}'));
        let colored = render(&every_verdict(), Language::En, true);
        assert!(colored.contains("\u{1b}[1;31m✗ FAIL"), "{colored}");
    }
}
