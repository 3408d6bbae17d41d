//! Draws the bottom line with the keys, and the help: both from the table of `keys`.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Widget as _};

use super::keys;
use super::model::{Focus, Model};
use super::pane;
use super::text;

/// Draws the bottom line: what went wrong last, or the keys that fit.
pub fn render(model: &Model, frame: &mut Frame<'_>, area: Rect, focus: Focus) {
    if let Some(notice) = &model.notice {
        let words = model.wording().say_with("notice", &[("reason", notice)]);
        let line = pane::line(model, &format!(" {words}"), model.theme.bad());
        pane::lines(model, frame, area, &[line]);
        return;
    }
    if model.live().is_some_and(|live| live.parting) {
        let words = model.wording().say("live-parting");
        let line = pane::line(model, &format!(" {words}"), model.theme.warning());
        pane::lines(model, frame, area, &[line]);
        return;
    }
    let mut spans = Vec::new();
    let mut used = 1;
    for (shown, wording) in keys::lines(focus, true) {
        let shown = keys_shown(model, &shown);
        let words = text::clean(&model.wording().say(wording), model.symbols);
        let cells = text::width(&shown) + text::width(&words) + 3;
        if used + cells > usize::from(area.width) {
            continue;
        }
        used += cells;
        spans.push(pane::span(
            model,
            &format!(" {shown}"),
            model.theme.accent(),
        ));
        spans.push(pane::span(
            model,
            &format!(" {words} "),
            model.theme.faint(),
        ));
    }
    pane::lines(model, frame, area, &[Line::from(spans)]);
}

/// Returns the keys as they stand on a keyboard, arrows as arrows where the terminal has them.
fn keys_shown(model: &Model, shown: &str) -> String {
    if model.symbols.ascii {
        return shown.to_owned();
    }
    let arrows = [("Right", "→"), ("Left", "←"), ("Up", "↑"), ("Down", "↓")];
    shown
        .split(' ')
        .map(|key| {
            arrows
                .iter()
                .find(|(name, _)| *name == key)
                .map_or(key, |(_, arrow)| arrow)
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Draws the help on top of everything else.
pub fn help(model: &Model, frame: &mut Frame<'_>, behind: Focus) {
    let wording = model.wording();
    let theme = model.theme;
    let symbols = model.symbols;
    let rows: Vec<(String, String)> = keys::lines(behind, false)
        .into_iter()
        .map(|(shown, key)| (keys_shown(model, &shown), wording.say(key)))
        .collect();
    let blanks = [
        ("so_far", symbols.so_far),
        ("unseen", symbols.unseen),
        ("convention", symbols.convention),
    ];
    let remarks = [
        wording.say_with("help-legend", &blanks),
        wording.say_with("help-ascii", &[("variable", super::symbols::ENVIRONMENT)]),
    ];
    let names = rows
        .iter()
        .map(|(shown, _)| text::width(shown))
        .max()
        .unwrap_or(0);
    let mut lines: Vec<Line<'_>> = rows
        .iter()
        .map(|(shown, words)| {
            let shown = text::pad(shown, names, symbols);
            Line::from(vec![
                pane::span(model, &format!(" {shown}  "), theme.accent()),
                pane::span(model, words, theme.text()),
            ])
        })
        .collect();
    lines.push(Line::default());
    lines.extend(
        remarks
            .iter()
            .map(|remark| pane::line(model, &format!(" {remark}"), theme.faint())),
    );
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let area = middle(frame.area(), widest + 3, lines.len() + 2);
    pane::clear(frame, area);
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(symbols.border)
        .border_style(theme.accent())
        .title(pane::line(
            model,
            &format!(" {} ", wording.say("help-title")),
            theme.accent(),
        ))
        .title_bottom(pane::line(
            model,
            &format!(" {} ", wording.say("help-close")),
            theme.faint(),
        ));
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    pane::lines(model, frame, inside, &lines);
}

/// Returns an area of at most this size in the middle of `area`.
fn middle(area: Rect, width: usize, height: usize) -> Rect {
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(height).unwrap_or(u16::MAX).min(area.height);
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}
