//! Draws the bottom line with the keys, and the help: both from the table of `keys`.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Widget as _};

use super::keys::{self, Footer, Shown};
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
    for (shown, words) in fitting(model, focus, usize::from(area.width)) {
        let (shown, words) = (format!(" {shown}"), format!(" {words} "));
        spans.push(pane::span(model, &shown, model.theme.accent()));
        spans.push(pane::span(model, &words, model.theme.faint()));
    }
    pane::lines(model, frame, area, &[Line::from(spans)]);
}

/// Returns the keys that fit, with what they do: first those that must be there, in the table's
/// order.
fn fitting(model: &Model, focus: Focus, width: usize) -> Vec<(String, String)> {
    let lines = keys::lines(focus, true);
    let mut room = width.saturating_sub(1);
    let mut kept: Vec<(usize, String, String)> = Vec::new();
    for rank in [Footer::First, Footer::Room] {
        for (index, line) in lines.iter().enumerate() {
            let keys = keys_shown(model, &line.keys);
            let words = text::clean(&model.wording().say(said(model, line)), model.symbols);
            let cells = text::width(&keys) + text::width(&words) + 3;
            if line.footer == rank && cells <= room {
                room -= cells;
                kept.push((index, keys, words));
            }
        }
    }
    kept.sort_unstable_by_key(|(index, ..)| *index);
    kept.into_iter()
        .map(|(_, keys, words)| (keys, words))
        .collect()
}

/// Returns the key of what a key does now: the one that leaves drops a filter first.
fn said(model: &Model, line: &Shown) -> &'static str {
    let held = model.awaited().is_some() || !model.library.filter.is_empty();
    match line.wording {
        "key-quit" if held => "key-clear",
        wording => wording,
    }
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
    // The top line, which says that all is a simulation, stays in view.
    let room = frame.area().intersection(Rect {
        y: 1,
        ..frame.area()
    });
    let wording = model.wording();
    let theme = model.theme;
    let symbols = model.symbols;
    let rows: Vec<(String, String)> = keys::lines(behind, false)
        .into_iter()
        .map(|line| {
            let words = match line.wording {
                // The patient's screen turns with it, where there is one.
                "key-language" if model.live().is_none() => "key-language-both",
                wording => wording,
            };
            (keys_shown(model, &line.keys), wording.say(words))
        })
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
    if lines.len() + remarks.len() + 3 <= usize::from(room.height) {
        lines.push(Line::default());
    }
    lines.extend(
        remarks
            .iter()
            .map(|remark| pane::line(model, &format!(" {remark}"), theme.faint())),
    );
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let area = middle(room, widest + 3, lines.len() + 2);
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
