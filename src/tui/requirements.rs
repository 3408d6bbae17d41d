//! Draws pane 4: the requirements as they stand at the cursor, and what the judge says of the
//! selected one.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use crate::judge::{Finding, Verdict};
use crate::requirement::{Confidence, Level, Subject, catalogue};
use crate::wording::Language;

use super::aside::{self, About, Aside};
use super::describe;
use super::model::Model;
use super::pane;
use super::play::Play;
use super::standing::{Standing, identity};
use super::symbols::Symbols;
use super::text;

/// Returns the cells of the word for a verdict.
pub fn word_width(model: &Model) -> usize {
    match model.language {
        Language::Ja => 8,
        Language::En => 6,
    }
}

/// Returns symbol, key of the word and style of a verdict.
pub fn verdict(model: &Model, verdict: Verdict) -> (&'static str, &'static str, Style) {
    let symbols = model.symbols;
    let style = model.theme.verdict(verdict);
    match verdict {
        Verdict::Pass => (symbols.pass, "verdict-pass", style),
        Verdict::Fail => (symbols.fail, "verdict-fail", style),
        Verdict::Inconclusive => (symbols.inconclusive, "verdict-inconclusive", style),
        Verdict::Error => (symbols.error, "verdict-error", style),
        Verdict::NotApplicable => (symbols.not_applicable, "verdict-not-applicable", style),
    }
}

fn standing(model: &Model, standing: Standing) -> (&'static str, String, Style) {
    match standing {
        Standing::Decided(decided) => {
            let (symbol, key, style) = verdict(model, decided);
            (symbol, model.wording().say(key), style)
        }
        Standing::SoFar => (
            model.symbols.so_far,
            model.wording().say("verdict-so-far"),
            model.theme.text(),
        ),
        Standing::Unseen => (
            model.symbols.unseen,
            model.symbols.unseen.repeat(3),
            model.theme.faint(),
        ),
    }
}

/// Tells whether this is a breach that changes no verdict: of a `should`, or of a convention.
fn harmless(finding: &Finding, standing: Standing) -> bool {
    standing == Standing::Decided(Verdict::Fail) && !finding.counts(false)
}

/// Draws what is inside the pane; the caller draws its frame.
pub fn render(model: &Model, play: &Play, frame: &mut Frame<'_>, area: Rect, focused: bool) {
    let [list, _] = split(area);
    let total = play.findings().count();
    if total == 0 {
        let nothing = model.wording().say("findings-none");
        let lines = pane::paragraph(
            model,
            &nothing,
            usize::from(area.width),
            1,
            model.theme.faint(),
        );
        pane::lines(model, frame, area, &lines);
        return;
    }
    let height = usize::from(list.height);
    let first = pane::window(play.selected, total, height);
    let lines: Vec<Line<'_>> = play
        .findings()
        .enumerate()
        .skip(first)
        .take(height)
        .map(|(index, finding)| {
            row(
                model,
                play,
                finding,
                index == play.selected,
                focused,
                list.width,
            )
        })
        .collect();
    pane::lines(model, frame, list, &lines);
    if let Some(text) = aside(model, play, area) {
        aside::render(model, play, frame, &text);
    }
}

fn split(area: Rect) -> [Rect; 2] {
    let about = (area.height / 3).clamp(5, 14);
    Layout::vertical([Constraint::Min(2), Constraint::Length(about)]).areas(area)
}

/// Returns what there is to say of the selected finding.
pub fn aside(model: &Model, play: &Play, area: Rect) -> Option<Aside> {
    let finding = play.finding()?;
    let [_, area] = split(area);
    let (requirement, subject, step) = identity(finding);
    Some(Aside {
        about: About::Finding(requirement, subject, step),
        lines: explain(model, play, finding, usize::from(area.width)),
        area,
    })
}

fn row(
    model: &Model,
    play: &Play,
    finding: &Finding,
    selected: bool,
    focused: bool,
    cells: u16,
) -> Line<'static> {
    let (symbol, word, style) = standing(model, play.standing(finding));
    let here = finding.entries.contains(&(play.cursor() as u64));
    let pointer = match (selected, here) {
        (true, _) => model.symbols.pointer,
        (false, true) => model.symbols.dot,
        (false, false) => " ",
    };
    let title = title(model, play, finding);
    let symbols = model.symbols;
    let mark = if finding.confidence == Confidence::Low {
        symbols.convention
    } else {
        " "
    };
    let verdict = format!(
        "{symbol} {}{mark}",
        text::pad(&word, word_width(model), symbols)
    );
    let style = if harmless(finding, play.standing(finding)) {
        model.theme.warning()
    } else {
        style
    };
    let id = text::pad(&finding.requirement.to_string(), 8, symbols);
    let used = 1 + text::width(&verdict) + text::width(&id);
    let title = text::pad(
        &text::clean(&title, symbols),
        usize::from(cells).saturating_sub(used),
        symbols,
    );
    let id_style = if finding.listed {
        model.theme.strong()
    } else {
        model.theme.text()
    };
    let line = Line::from(vec![
        pane::span(model, pointer, model.theme.accent()),
        pane::span(model, &verdict, style),
        pane::span(model, &id, id_style),
        pane::span(
            model,
            &title,
            if here {
                model.theme.strong()
            } else {
                model.theme.text()
            },
        ),
    ]);
    if selected && focused {
        line.patch_style(model.theme.selected())
    } else {
        line
    }
}

/// Returns what a finding is about: its requirement, or the expectation that it answers.
fn title(model: &Model, play: &Play, finding: &Finding) -> String {
    let steps = &play.transcript().header.scenario.steps;
    if let Some(step) = finding.step.and_then(|index| steps.get(index)) {
        return describe::short(step, model.language);
    }
    let requirement = catalogue().by_id(finding.requirement);
    let title = requirement.map_or("", |row| row.title.get(model.language));
    // What binds both stands there twice, and the title alone would not say which is which.
    let twin = |other: &Finding| {
        other.requirement == finding.requirement && other.subject != finding.subject
    };
    if play.findings().any(twin) {
        let subject = model.wording().say(subject(finding.subject));
        return format!("{subject}: {title}");
    }
    title.to_owned()
}

/// Returns what a finding says, its binding force, and where it was seen.
fn explain(model: &Model, play: &Play, finding: &Finding, cells: usize) -> Vec<Line<'static>> {
    let wording = model.wording();
    let theme = model.theme;
    let level = wording.say(match finding.level {
        Level::Must => "level-must",
        Level::Should => "level-should",
    });
    let subject = wording.say(subject(finding.subject));
    let heading = format!(" {} {subject} {level} ", finding.requirement);
    let rest = cells.saturating_sub(text::width(&heading) + 2);
    let rule = format!(
        "{}{heading}{}",
        Symbols::row(model.symbols.rule, 2),
        Symbols::row(model.symbols.rule, rest)
    );
    let mut lines = vec![Line::styled(rule, theme.faint())];
    let decided = matches!(play.standing(finding), Standing::Decided(_));
    if decided {
        let message = finding.message.get(model.language);
        let style = if finding.verdict >= Verdict::Fail {
            theme.bad()
        } else {
            theme.text()
        };
        lines.extend(pane::paragraph(model, message, cells, 1, style));
    } else {
        let words = wording.say("finding-open");
        lines.extend(pane::paragraph(model, &words, cells, 1, theme.faint()));
    }
    if finding.confidence == Confidence::Low {
        let words = format!("{} {}", model.symbols.convention, wording.say("convention"));
        lines.extend(pane::paragraph(model, &words, cells, 1, theme.warning()));
    }
    if !finding.entries.is_empty() {
        let entries: Vec<String> = finding.entries.iter().map(u64::to_string).collect();
        let words = wording.say_with("finding-entries", &[("entries", &entries.join(", "))]);
        lines.extend(pane::paragraph(model, &words, cells, 1, theme.faint()));
    }
    if let Some(requirement) = catalogue().by_id(finding.requirement) {
        let rule = requirement.rule.get(model.language);
        lines.extend(pane::paragraph(model, rule, cells, 1, theme.faint()));
    }
    lines
}

/// Returns the key of the name of who is judged.
pub fn subject(subject: Subject) -> &'static str {
    match subject {
        Subject::Reader => "role-reader",
        Subject::Backend => "role-backend",
        Subject::Card => "role-card",
        Subject::Desk => "role-desk",
    }
}

/// Returns, for the pane's title, how many requirements are decided how at the cursor.
pub fn summary(model: &Model, play: &Play) -> String {
    let decided: Vec<(Verdict, bool)> = play
        .findings()
        .filter_map(|finding| match play.standing(finding) {
            Standing::Decided(verdict) => {
                Some((verdict, harmless(finding, play.standing(finding))))
            }
            _ => None,
        })
        .collect();
    let count = |wanted: (Verdict, bool)| decided.iter().filter(|found| **found == wanted).count();
    let symbol = |decided| verdict(model, decided).0;
    [
        (symbol(Verdict::Pass), count((Verdict::Pass, false))),
        (
            symbol(Verdict::Inconclusive),
            count((Verdict::Inconclusive, false)),
        ),
        (symbol(Verdict::Fail), count((Verdict::Fail, false))),
        (model.symbols.convention, count((Verdict::Fail, true))),
        (symbol(Verdict::Error), count((Verdict::Error, false))),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(symbol, count)| format!("{symbol}{count}"))
    .collect::<Vec<_>>()
    .join(" ")
}
