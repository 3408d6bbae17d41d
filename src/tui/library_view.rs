//! Draws the library: the scenarios by folder with their verdicts, and the selected one's details.
//!
//! ```text
//! ┌ scenarios 42 ──────────────────────┐┌ certificate/expired-in-grace ─────────────┐
//! │ certificate                        ││ title, verdict, what failed               │
//! │▶✓ PASS   Certificate expired       ││ date, place, people, what happens         │
//! │ ✗ FAIL   ...                       ││ requirements with their rules             │
//! └────────────────────────────────────┘└───────────────────────────────────────────┘
//!  filter, or how many have which verdict
//! ```

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::judge::Verdict;
use crate::requirement::catalogue;
use crate::wording::Language;

use super::describe;
use super::library::{Item, Known};
use super::model::Model;
use super::pane;
use super::requirements;
use super::text;

/// Draws the library.
pub fn render(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let [panes, state] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
    let [list, details] = columns(panes);
    draw_list(model, frame, list);
    draw_details(model, frame, details);
    pane::lines(model, frame, state, &[state_line(model)]);
}

fn draw_list(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let shown = model.library.shown();
    let total = model.library.total();
    let name = model.wording().say("library");
    let title = if shown.len() == total {
        format!(" {name} {total} ")
    } else {
        format!(" {name} {}/{total} ", shown.len())
    };
    let title = pane::line(model, &title, model.theme.accent());
    let inner = pane::frame(model, frame, area, title, true);
    if shown.is_empty() {
        let nothing = model.wording().say("library-none");
        let lines = pane::paragraph(
            model,
            &nothing,
            usize::from(inner.width),
            1,
            model.theme.faint(),
        );
        pane::lines(model, frame, inner, &lines);
        return;
    }
    let selected = model.library.position();
    let mut lines = Vec::new();
    let mut selected_line = 0;
    let mut folder = None;
    let mut file = None;
    for (index, item) in shown.iter().enumerate() {
        if folder != Some(item.folder()) {
            folder = Some(item.folder());
            lines.push(heading(model, item.folder()));
        }
        let cases = item.case().filter(|_| {
            let beside = [index.wrapping_sub(1), index + 1].map(|index| shown.get(index));
            beside
                .into_iter()
                .flatten()
                .any(|other| other.file() == item.file())
        });
        if cases.is_some() && file != Some(item.file()) {
            let title = format!("   {}", item.title(model.language));
            lines.push(pane::line(model, &title, model.theme.text()));
        }
        file = Some(item.file());
        if selected == Some(index) {
            selected_line = lines.len();
        }
        let title = match cases {
            Some(case) => format!("  {case}"),
            None => item.listed.title.get(model.language).to_owned(),
        };
        let here = selected == Some(index);
        lines.push(row(model, item, &title, here, usize::from(inner.width)));
    }
    let height = usize::from(inner.height);
    let first = pane::window(selected_line, lines.len(), height);
    // The heading of the first folder stays in view with its first scenario.
    let first = if selected_line == 1 { 0 } else { first };
    let rest: Vec<Line<'_>> = lines.into_iter().skip(first).take(height).collect();
    pane::lines(model, frame, inner, &rest);
}

fn heading(model: &Model, folder: &str) -> Line<'static> {
    let wording = model.wording();
    let name = match folder.rsplit('/').next().unwrap_or(folder) {
        "certificate" => wording.say("folder-certificate"),
        "pin" => wording.say("folder-pin"),
        "face" => wording.say("folder-face"),
        "visual" => wording.say("folder-visual"),
        "disclosure" => wording.say("folder-disclosure"),
        "consent" => wording.say("folder-consent"),
        "registration" => wording.say("folder-registration"),
        "eligibility" => wording.say("folder-eligibility"),
        "aid" => wording.say("folder-aid"),
        "child" => wording.say("folder-child"),
        "emergency" => wording.say("folder-emergency"),
        "outage" => wording.say("folder-outage"),
        "disaster" => wording.say("folder-disaster"),
        "card" => wording.say("folder-card"),
        "variants" => wording.say("folder-variants"),
        "history" => wording.say("folder-history"),
        "today" => wording.say("folder-today"),
        "convention" => wording.say("folder-convention"),
        "phone" => wording.say("folder-phone"),
        "" => wording.say("folder-none"),
        _ => String::new(),
    };
    let words = if name.is_empty() {
        format!(" {folder}")
    } else {
        format!(" {name}")
    };
    let more = if name.is_empty() || folder.is_empty() {
        String::new()
    } else {
        format!("  {folder}/")
    };
    Line::from(vec![
        pane::span(model, &words, model.theme.strong()),
        pane::span(model, &more, model.theme.faint()),
    ])
}

/// Returns symbol, word and style of what is known of a scenario.
fn known(model: &Model, known: &Known) -> Span<'static> {
    let (symbol, word, style) = match (known, known.verdict()) {
        (_, Some(verdict)) => {
            let (symbol, key, style) = requirements::verdict(model, verdict);
            (symbol, model.wording().say(key), style)
        }
        (Known::Playing, None) => (
            model.symbols.playing,
            model.wording().say("verdict-playing"),
            model.theme.accent(),
        ),
        _ => (
            model.symbols.unseen,
            model.symbols.unseen.repeat(3),
            model.theme.faint(),
        ),
    };
    let cells = requirements::word_width(model);
    let word = text::pad(&text::clean(&word, model.symbols), cells, model.symbols);
    pane::span(model, &format!("{symbol} {word} "), style)
}

fn row(model: &Model, item: &Item, title: &str, selected: bool, cells: usize) -> Line<'static> {
    let symbols = model.symbols;
    let theme = model.theme;
    let pointer = if selected { symbols.pointer } else { " " };
    let verdict = known(model, &item.known);
    let used = 1 + text::width(&verdict.content);
    let title = text::clean(title, symbols);
    let first = item
        .listed
        .requirements
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let with_requirement = cells >= 50;
    let right = if with_requirement {
        text::pad(&first, 9, symbols)
    } else {
        String::new()
    };
    // A long title is cut before the requirement, not up against it.
    let gap = usize::from(with_requirement);
    let room = cells.saturating_sub(used + text::width(&right) + gap);
    let title = text::pad(&title, room, symbols) + &" ".repeat(gap);
    let line = Line::from(vec![
        pane::span(model, pointer, theme.accent()),
        verdict,
        pane::span(model, &title, theme.text()),
        pane::span(model, &right, theme.faint()),
    ]);
    if selected {
        line.patch_style(theme.selected())
    } else {
        line
    }
}

fn state_line(model: &Model) -> Line<'static> {
    let theme = model.theme;
    if model.library.filtering || !model.library.filter.is_empty() {
        let mut spans = vec![
            pane::span(model, " / ", theme.accent()),
            pane::span(model, &model.library.filter, theme.strong()),
        ];
        if model.library.filtering {
            spans.push(pane::span(model, " ", theme.selected()));
            let hint = model.wording().say("filter-hint");
            spans.push(pane::span(model, &format!("  {hint}"), theme.faint()));
        }
        return Line::from(spans);
    }
    let counts = model.library.counts();
    let mut spans = vec![Span::raw(" ")];
    for (verdict, count) in [
        (Verdict::Pass, counts.pass),
        (Verdict::Fail, counts.fail),
        (Verdict::Inconclusive, counts.inconclusive),
        (Verdict::Error, counts.error),
        (Verdict::NotApplicable, counts.not_applicable),
    ] {
        let (symbol, key, style) = requirements::verdict(model, verdict);
        let style = if count == 0 { theme.faint() } else { style };
        let words = format!("{symbol} {} {count}   ", model.wording().say(key));
        spans.push(pane::span(model, &words, style));
    }
    if counts.open > 0 {
        let open = counts.open.to_string();
        let words = model.wording().say_with(
            "library-open",
            &[("count", &open), ("unseen", model.symbols.unseen)],
        );
        spans.push(pane::span(model, &words, theme.faint()));
    }
    Line::from(spans)
}

fn draw_details(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let Some(item) = model.library.selected() else {
        pane::frame(model, frame, area, Line::default(), false);
        return;
    };
    let title = pane::line(
        model,
        &format!(" {} ", item.listed.id),
        model.theme.strong(),
    );
    let inner = pane::frame(model, frame, area, title, false);
    let lines = details(model, item, usize::from(inner.width));
    let limit = lines.len().saturating_sub(usize::from(inner.height));
    let rest = lines
        .get(model.library.scroll().min(limit)..)
        .unwrap_or_default();
    pane::lines(model, frame, inner, rest);
}

/// Returns how far the details of the selected scenario can be scrolled at this size.
pub fn scroll_limit(model: &Model, size: (u16, u16)) -> usize {
    let (width, height) = size;
    let [_, details] = columns(Rect::new(0, 0, width, height.saturating_sub(3)));
    let lines = model.library.selected().map_or(0, |item| {
        self::details(model, item, usize::from(details.width.saturating_sub(2))).len()
    });
    lines.saturating_sub(usize::from(details.height.saturating_sub(2)))
}

fn columns(panes: Rect) -> [Rect; 2] {
    let left = (panes.width * 9 / 20).clamp(40, 90);
    Layout::horizontal([Constraint::Length(left), Constraint::Min(1)]).areas(panes)
}

fn details(model: &Model, item: &Item, cells: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let language = model.language;
    let listed = &item.listed;
    let mut lines = pane::paragraph(model, listed.title.get(language), cells, 1, theme.strong());
    lines.push(Line::from(vec![Span::raw(" "), known(model, &item.known)]));
    lines.extend(failures(model, item, cells));
    if let Some(about) = &listed.about {
        lines.push(Line::default());
        lines.extend(pane::paragraph(
            model,
            about.get(language),
            cells,
            1,
            theme.text(),
        ));
    }
    lines.push(Line::default());
    lines.extend(facts(model, item, cells));
    for id in &listed.requirements {
        lines.push(Line::default());
        let Some(requirement) = catalogue().by_id(*id) else {
            lines.push(pane::line(model, &format!(" {id}"), theme.accent()));
            continue;
        };
        lines.push(Line::from(vec![
            pane::span(model, &format!(" {id}  "), theme.accent()),
            pane::span(model, requirement.title.get(language), theme.strong()),
        ]));
        let rule = requirement.rule.get(language);
        lines.extend(pane::paragraph(model, rule, cells, 1, theme.text()));
    }
    lines
}

/// Says what failed, or why the scenario could not be played.
fn failures(model: &Model, item: &Item, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    match &item.known {
        Known::Broken(reason) => {
            lines.extend(pane::paragraph(model, reason, cells, 1, model.theme.bad()));
        }
        Known::Judged(judgement) => {
            for finding in &judgement.findings {
                let decisive = finding.listed && finding.verdict == Verdict::Inconclusive;
                if finding.verdict < Verdict::Fail && !decisive {
                    continue;
                }
                let (symbol, _, style) = match finding.counts(false) {
                    true => requirements::verdict(model, finding.verdict),
                    // Neither a `should` nor a convention of ours changes the verdict.
                    false => (model.symbols.convention, "", model.theme.warning()),
                };
                let message = finding.message.get(model.language);
                let words = format!("{symbol} {}  {message}", finding.requirement);
                lines.extend(pane::paragraph(model, &words, cells, 1, style));
            }
        }
        Known::Nothing | Known::Playing => {}
    }
    lines
}

fn facts(model: &Model, item: &Item, cells: usize) -> Vec<Line<'static>> {
    let wording = model.wording();
    let listed = &item.listed;
    let local = listed.at.zoned().datetime();
    let people: Vec<String> = listed
        .people
        .iter()
        .map(|(name, registered)| format!("{registered} ({name})"))
        .collect();
    let steps: Vec<&str> = listed
        .steps
        .iter()
        .map(|step| match model.language {
            Language::Ja => step.ja,
            Language::En => step.en,
        })
        .collect();
    let arrow = format!(" {} ", model.symbols.right);
    let mut rows = vec![
        (
            "fact-at",
            format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute()),
        ),
        ("fact-site", wording.say(describe::site(listed.site))),
        ("fact-people", people.join(", ")),
        (
            "fact-under-test",
            wording.say(describe::under_test(listed.under_test)),
        ),
        ("fact-steps", steps.join(&arrow)),
    ];
    if !listed.tags.is_empty() {
        rows.push(("fact-tags", listed.tags.join(", ")));
    }
    let names: Vec<String> = rows.iter().map(|(key, _)| wording.say(key)).collect();
    let widest = names
        .iter()
        .map(|name| text::width(name))
        .max()
        .unwrap_or(0);
    let mut lines = Vec::new();
    for ((_, value), name) in rows.iter().zip(names) {
        let value = text::clean(value, model.symbols);
        let wrapped = text::wrap(&value, cells.saturating_sub(widest + 4));
        for (index, piece) in wrapped.iter().enumerate() {
            let name = if index == 0 { name.as_str() } else { "" };
            let name = text::pad(name, widest, model.symbols);
            lines.push(Line::from(vec![
                pane::span(model, &format!(" {name}  "), model.theme.faint()),
                pane::span(model, piece, model.theme.text()),
            ]));
        }
    }
    lines
}
