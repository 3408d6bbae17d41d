//! How a breach reads for people: what it is about, field / expected / got, where the rule comes
//! from; and, at the end of a report, which requirements failed and what is known.

use super::known::{Account, State};
use super::page::{self, Cell, Page, Style, wrap};
use super::text::entries;
use super::{Judged, Report};
use crate::judge::{Difference, Finding, Verdict};
use crate::requirement::{Confidence, catalogue};
use crate::wording::Language;

/// Text that can be broken is broken at this column: what a terminal and a log surely hold.
pub const COLUMNS: usize = 80;

/// Where what is said of one breach begins.
const INDENT: usize = 6;

/// Writes a finding: requirement, subject, level, confidence; the message with its entries beside
/// it; and, for a breach, what differs and where the rule comes from. `widths` are those of the
/// first two columns.
pub(super) fn finding(page: &mut Page, finding: &Finding, widths: (usize, usize)) {
    let (id, who) = (finding.requirement.to_string(), who(finding));
    let indent = 4 + widths.0 + 2 + widths.1 + 2;
    for (index, line) in message(page, finding, COLUMNS - indent)
        .into_iter()
        .enumerate()
    {
        if index == 0 {
            page.push("    ");
            page.push_styled(Style::of(finding.verdict), &id);
            let gap = |text: &str, wide: usize| wide.saturating_sub(page::width(text)) + 2;
            page.push(&" ".repeat(gap(&id, widths.0)));
            page.push(&format!("{who}{:1$}", "", gap(&who, widths.1)));
        } else {
            page.push(&" ".repeat(indent));
        }
        page.line(&line);
    }
    if finding.verdict != Verdict::Fail {
        return;
    }
    if let Some(known) = &finding.known {
        let (until, reason) = (known.until, &known.reason);
        let text = match (page.language(), known.expired) {
            (Language::Ja, false) => format!("既知の逸脱({until}まで): {reason}"),
            (Language::En, false) => format!("known deviation until {until}: {reason}"),
            (Language::Ja, true) => {
                format!("既知の逸脱は{until}で期限切れ。不合格に数える: {reason}")
            }
            (Language::En, true) => {
                format!("the known deviation expired on {until} and counts again: {reason}")
            }
        };
        block(page, &text);
    }
    // What is accepted was looked at before.
    if !finding.is_accepted() {
        differences(page, &finding.differences);
        source(page, finding);
    }
}

/// Returns the message with its entries behind it, which stay together where they fit.
fn message(page: &Page, finding: &Finding, cells: usize) -> Vec<String> {
    let mut lines = wrap(finding.message.get(page.language()), cells);
    if finding.entries.is_empty() {
        return lines;
    }
    let list = format!("[{}]", entries(&finding.entries));
    match lines.last_mut() {
        Some(last) if page::width(last) + 2 + page::width(&list) <= cells => {
            last.push_str("  ");
            last.push_str(&list);
        }
        _ => lines.extend(wrap(&list, cells)),
    }
    lines
}

/// Returns who has to meet the requirement, how binding and how sure it is.
pub(super) fn who(finding: &Finding) -> String {
    let Finding {
        subject,
        level,
        confidence,
        ..
    } = finding;
    format!("{subject} {level} {confidence}")
}

fn block(page: &mut Page, text: &str) {
    for line in wrap(text, COLUMNS - INDENT) {
        page.line(&format!("{:INDENT$}{line}", ""));
    }
}

fn source(page: &mut Page, finding: &Finding) {
    let sure = match finding.confidence {
        Confidence::High => page.pick(
            "公的文書、または独立した二つの出典",
            "an official text or two sources",
        ),
        Confidence::Medium => page.pick("一つの出典", "one source"),
        Confidence::Low => page.pick("本ハーネスの取り決め", "a convention of this harness"),
    };
    let text = match (page.language(), finding.source.as_str()) {
        (_, "") => return,
        (Language::Ja, source) => format!("出典 {source} · 確度 {} ({sure})", finding.confidence),
        (Language::En, source) => {
            format!(
                "source {source} · confidence {} ({sure})",
                finding.confidence
            )
        }
    };
    block(page, &text);
}

/// Writes what differs as a table, or each on lines of its own where the table would be too wide.
fn differences(page: &mut Page, differences: &[Difference]) {
    if differences.is_empty() {
        return;
    }
    let (expected, got) = (page.pick("期待", "expected"), page.pick("実際", "got"));
    let (expected, got) = (expected.to_owned(), got.to_owned());
    let widest = |column: fn(&Difference) -> &str, head: &str| {
        let cells = differences.iter().map(column);
        cells.chain([head]).map(page::width).max().unwrap_or(0)
    };
    let head = page.pick("回答の欄", "field").to_owned();
    let width = INDENT
        + widest(|it| &it.field, &head)
        + widest(|it| &it.expected, &expected)
        + widest(|it| &it.got, &got)
        + 4;
    if width <= COLUMNS {
        let heads = [&head, &expected, &got].map(|head| Cell::styled(Style::Faint, head.clone()));
        let mut rows = vec![heads.to_vec()];
        rows.extend(differences.iter().map(|it| {
            let cells = [&it.field, &it.expected, &it.got];
            cells.map(|text| Cell::from(text.clone())).to_vec()
        }));
        page.table(INDENT, &rows);
        return;
    }
    let side = page::width(&expected).max(page::width(&got)) + 2;
    for difference in differences {
        block(page, &difference.field);
        for (name, value) in [(&expected, &difference.expected), (&got, &difference.got)] {
            let lines = wrap(value, COLUMNS - INDENT - 2 - side);
            for (index, line) in lines.into_iter().enumerate() {
                let name = if index == 0 { name.as_str() } else { "" };
                let gap = side - page::width(name);
                let indent = INDENT + 2;
                page.line(&format!("{:indent$}{name}{:gap$}{line}", "", ""));
            }
        }
    }
}

/// Writes which requirements failed: in how many scenarios, and in which first.
pub(super) fn failed_requirements(page: &mut Page, report: &Report) {
    let rows = breaches(report, |judged| counted(judged) >= Verdict::Fail);
    if rows.is_empty() {
        return;
    }
    let heading = page
        .pick("不合格になった要件", "Requirements that failed")
        .to_owned();
    page.heading(&heading);
    for row in rows {
        let (finding, title) = (row.finding, row.title(page.language()));
        line_of(page, finding, &format!("{title}: {}", row.place(page)));
    }
}

/// Writes what was broken and changes no verdict: a recommendation, or a convention of this harness
/// where those do not count.
pub(super) fn remarks(page: &mut Page, report: &Report) {
    let rows = breaches(report, |judged| counted(judged) < Verdict::Fail);
    if rows.is_empty() {
        return;
    }
    let heading = page
        .pick(
            "注意(推奨事項・本ハーネスの取り決め。判定は変わらない)",
            "Remarks (a should, or a convention; they change no verdict)",
        )
        .to_owned();
    page.heading(&heading);
    for row in rows {
        let message = row.finding.message.get(page.language());
        let place = format!("{} [{}]", row.place(page), entries(&row.finding.entries));
        let text = match page.language() {
            Language::Ja => format!("{message}。{place}"),
            Language::En => format!("{message}: {place}"),
        };
        line_of(page, row.finding, &text);
    }
}

/// Returns how many breaches there are that change no verdict.
pub(super) fn remark_count(report: &Report) -> usize {
    let rows = breaches(report, |judged| counted(judged) < Verdict::Fail);
    rows.iter().map(|row| row.scenarios).sum()
}

/// Returns the verdict that a scenario counts with where breaches are known.
fn counted(judged: &Judged) -> Verdict {
    judged.without_known.unwrap_or(judged.verdict)
}

/// A requirement that was broken.
struct Breached<'a> {
    /// The first breach.
    finding: &'a Finding,
    scenarios: usize,
    first: &'a str,
}

impl Breached<'_> {
    fn title(&self, language: Language) -> &'static str {
        let row = catalogue().by_id(self.finding.requirement);
        row.map_or("", |row| row.title.get(language))
    }

    fn place(&self, page: &Page) -> String {
        let first = self.first;
        match (page.language(), self.scenarios) {
            (Language::Ja, count) => format!("{count}シナリオ、最初は{first}"),
            (Language::En, 1) => format!("1 scenario, {first}"),
            (Language::En, count) => format!("{count} scenarios, first {first}"),
        }
    }
}

/// Returns what was broken in some of the scenarios and is not accepted, in the order of the
/// catalogue; once per requirement, subject, level and confidence.
fn breaches(report: &Report, of: impl Fn(&Judged) -> bool) -> Vec<Breached<'_>> {
    let mut rows: Vec<Breached<'_>> = Vec::new();
    for judged in report.scenarios.iter().filter(|judged| of(judged)) {
        let mut seen: Vec<(_, _, _, _)> = Vec::new();
        for finding in &judged.findings {
            let key = |it: &Finding| (it.requirement, it.subject, it.level, it.confidence);
            let known = finding.verdict != Verdict::Fail || finding.is_accepted();
            if known || seen.contains(&key(finding)) {
                continue;
            }
            seen.push(key(finding));
            match rows.iter_mut().find(|row| key(row.finding) == key(finding)) {
                Some(row) => row.scenarios += 1,
                None => rows.push(Breached {
                    finding,
                    scenarios: 1,
                    first: &judged.id,
                }),
            }
        }
    }
    rows.sort_by_key(|row| (row.finding.requirement, row.finding.subject));
    rows
}

/// Writes a line on a requirement that was broken.
fn line_of(page: &mut Page, finding: &Finding, text: &str) {
    let (id, who) = (finding.requirement.to_string(), who(finding));
    hanging(page, &format!("  {id:<8}  {who:<16}  "), text);
}

/// Writes what became of each known deviation.
pub(super) fn known_deviations(page: &mut Page, known: &[Account]) {
    if known.is_empty() {
        return;
    }
    let heading = page.pick("既知の逸脱", "Known deviations").to_owned();
    page.heading(&heading);
    for account in known {
        let (until, failed, judged) = (account.until, account.failed, account.judged);
        let said = match (page.language(), account.state) {
            (Language::Ja, State::Active) => format!("{failed}シナリオで発生、{until}まで"),
            (Language::En, State::Active) => {
                format!("met in {failed} scenario(s), accepted until {until}")
            }
            (Language::Ja, State::Expired) => {
                format!("{until}で期限切れ。{failed}シナリオの発生を不合格に数える")
            }
            (Language::En, State::Expired) => {
                format!("expired on {until}; met in {failed} scenario(s), which count as fails")
            }
            (Language::Ja, State::Stale) if judged == 0 => {
                "この実行では判定されなかった".to_owned()
            }
            (Language::En, State::Stale) if judged == 0 => "not judged in this run".to_owned(),
            (Language::Ja, State::Stale) => {
                format!("判定した{judged}シナリオでは発生しない。この項は削除できる")
            }
            (Language::En, State::Stale) => {
                format!("not met in the {judged} scenario(s) judged; the entry can go")
            }
        };
        let state = match (account.state, page.language()) {
            (State::Active, Language::Ja) => "有効    ",
            (State::Active, Language::En) => "active  ",
            (State::Expired, Language::Ja) => "期限切れ",
            (State::Expired, Language::En) => "EXPIRED ",
            (State::Stale, Language::Ja) => "該当なし",
            (State::Stale, Language::En) => "stale   ",
        };
        let start = format!("  {state}  {:<8}  ", account.requirement.to_string());
        let mut scope = account.scenarios.clone().unwrap_or_default();
        scope.extend(account.subject.map(|subject| subject.to_string()));
        let scope = match scope.as_slice() {
            [] => String::new(),
            scope => format!(" ({})", scope.join(", ")),
        };
        let text = format!("{said}: {}{scope}", account.reason);
        hanging(page, &start, &text);
    }
}

/// Writes text beside its start, further lines below the text.
fn hanging(page: &mut Page, start: &str, text: &str) {
    let indent = page::width(start);
    for (index, line) in wrap(text, COLUMNS.saturating_sub(indent))
        .into_iter()
        .enumerate()
    {
        if index == 0 {
            page.line(&format!("{start}{line}"));
        } else {
            page.line(&format!("{:indent$}{line}", ""));
        }
    }
}
