//! Draws pane 1: the reader as the patient, or staff, see it, and the rule that its screen is
//! about.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget as _};

use crate::transcript::Role;

use super::arrangement::PaneId;
use super::aside::{self, Aside};
use super::kiosk::{self, Button, Kiosk, PIN_LENGTH, Widget};
use super::live_view;
use super::model::Model;
use super::pane;
use super::play::Play;
use super::scene::Scene;
use super::symbols::Symbols;
use super::text;

/// Lines below the kiosk for the rule of its screen.
const RULE_LINES: u16 = 4;
/// From this height on the kiosk has a bezel and the rule stands below it.
const ROOMY: u16 = 15;

/// Draws the pane.
pub fn render(model: &Model, play: &Play, scene: &Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    if let Some(live) = model.live() {
        live_view::render(model, live, play, frame, area);
        return;
    }
    let focused = play.pane == PaneId::Screen;
    let wording = model.wording();
    let audience = match scene.screen {
        Some((_, Role::Desk)) => wording.say("audience-desk"),
        _ => wording.say("audience-patient"),
    };
    let title = pane::title(
        model,
        PaneId::Screen.digit(),
        &wording.say("pane-screen"),
        &audience,
        focused,
    );
    let inner = pane::frame(model, frame, area, title, focused);
    let Some((screen, _)) = scene.screen else {
        let nothing = wording.say("screen-none");
        let lines = pane::paragraph(
            model,
            &nothing,
            usize::from(inner.width),
            1,
            model.theme.faint(),
        );
        pane::lines(model, frame, inner, &lines);
        return;
    };
    let kiosk = kiosk::content(screen, scene, model.kiosk_language.wording());
    if inner.height < ROOMY {
        draw(model, frame, inner, &kiosk);
        return;
    }
    let [device, _] = split(inner);
    let glass = bezel(model, frame, device);
    draw(model, frame, glass, &kiosk);
    if let Some(rule) = aside(model, play, inner) {
        aside::render(model, play, frame, &rule);
    }
}

fn split(inner: Rect) -> [Rect; 2] {
    let rule = Constraint::Length(RULE_LINES.max(inner.height / 4));
    Layout::vertical([Constraint::Min(ROOMY - RULE_LINES), rule]).areas(inner)
}

/// Returns the rule that the screen is about, where there is room for one.
pub fn aside(model: &Model, play: &Play, inner: Rect) -> Option<Aside> {
    let scene = play.scene();
    let (screen, _) = scene.screen?;
    if model.live().is_some() || inner.height < ROOMY {
        return None;
    }
    let kiosk = kiosk::content(screen, &scene, model.kiosk_language.wording());
    let [_, below] = split(inner);
    aside::rule(model, kiosk.rule?, below)
}

fn bezel(model: &Model, frame: &mut Frame<'_>, area: Rect) -> Rect {
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(model.symbols.bezel)
        .border_style(model.theme.faint())
        .title_bottom(pane::line(model, " SIMULATION ", model.theme.faint()).centered());
    let inner = block.inner(area);
    block.render(area.intersection(frame.area()), frame.buffer_mut());
    inner.intersection(frame.area())
}

/// Draws the content in the middle of the glass, closer together where there is little room.
fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, kiosk: &Kiosk) {
    let cells = usize::from(area.width);
    let theme = model.theme;
    let heading = block(model, &kiosk.heading, cells, theme.strong());
    let mut body = Vec::new();
    for paragraph in &kiosk.body {
        body.extend(block(model, paragraph, cells, theme.text()));
    }
    let warning = kiosk.warning.as_deref().map_or_else(Vec::new, |warning| {
        block(model, warning, cells, theme.warning())
    });
    let room = usize::from(area.height);
    let others = heading.len() + body.len() + warning.len();
    let widget = widget(model, &kiosk.widget, cells, room.saturating_sub(others));
    let blocks: Vec<_> = [heading, body, warning, widget]
        .into_iter()
        .filter(|block| !block.is_empty())
        .collect();
    let used: usize = blocks.iter().map(Vec::len).sum();
    let gap = room.saturating_sub(used) / blocks.len().saturating_sub(1).max(1);
    let gap = gap.min(2);
    let mut lines: Vec<Line<'_>> = Vec::new();
    let total = used + gap * blocks.len().saturating_sub(1);
    lines.resize(room.saturating_sub(total) / 2, Line::default());
    for (index, block) in blocks.into_iter().enumerate() {
        if index > 0 {
            lines.extend(std::iter::repeat_n(Line::default(), gap));
        }
        lines.extend(block);
    }
    pane::lines(model, frame, area, &lines);
}

/// Breaks a text into lines in the middle.
fn block(model: &Model, words: &str, cells: usize, style: Style) -> Vec<Line<'static>> {
    let words = text::clean(words, model.symbols);
    balanced(&words, cells.saturating_sub(2))
        .into_iter()
        .map(|piece| Line::styled(text::centre(&piece, cells, model.symbols), style))
        .collect()
}

/// Breaks a text into as few lines as it takes, of about the same length.
fn balanced(words: &str, cells: usize) -> Vec<String> {
    let fewest = text::wrap(words, cells);
    (1..cells)
        .rev()
        .map(|narrower| text::wrap(words, narrower))
        .take_while(|lines| lines.len() == fewest.len())
        .last()
        .unwrap_or(fewest)
}

fn centred(model: &Model, cells: usize, spans: Vec<Span<'static>>) -> Line<'static> {
    let used: usize = spans.iter().map(|span| text::width(&span.content)).sum();
    let mut line = vec![pane::span(
        model,
        &" ".repeat(cells.saturating_sub(used) / 2),
        Style::new(),
    )];
    line.extend(spans);
    Line::from(line)
}

fn widget(model: &Model, widget: &Widget, cells: usize, room: usize) -> Vec<Line<'static>> {
    match widget {
        Widget::Nothing => Vec::new(),
        Widget::Buttons(buttons) => self::buttons(model, buttons, cells, room),
        Widget::Pad { keys, typed } => pad(model, keys, *typed, cells, room),
        Widget::Slot(inwards) => slot(model, *inwards, cells, room),
        Widget::Camera(seen) => camera(model, *seen, cells, room),
        Widget::Waiting => {
            let dots = [model.symbols.full; 3].join(" ");
            vec![centred(
                model,
                cells,
                vec![pane::span(model, &dots, model.theme.faint())],
            )]
        }
    }
}

fn pad(model: &Model, keys: &str, typed: usize, cells: usize, room: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let dots: Vec<&str> = (0..PIN_LENGTH.max(typed))
        .map(|index| {
            if index < typed {
                model.symbols.full
            } else {
                model.symbols.empty
            }
        })
        .collect();
    let mut lines = vec![centred(
        model,
        cells,
        vec![pane::span(model, &dots.join(" "), theme.accent())],
    )];
    let digits: Vec<char> = keys.chars().collect();
    let gap = usize::from(room > 8);
    lines.extend(std::iter::repeat_n(Line::default(), usize::from(room > 5)));
    for (index, row) in digits.chunks(3).enumerate() {
        if index > 0 {
            lines.extend(std::iter::repeat_n(Line::default(), gap));
        }
        let keys: Vec<String> = row.iter().map(|digit| format!("[ {digit} ]")).collect();
        lines.push(centred(
            model,
            cells,
            vec![pane::span(model, &keys.join("  "), theme.text())],
        ));
    }
    if digits.is_empty() {
        let unknown = model.kiosk_language.wording().say("kiosk-keys-unknown");
        lines.extend(block(model, &unknown, cells, theme.faint()));
    }
    lines
}

/// Returns what stands on a button: a mark where it was pressed or preset.
fn face(model: &Model, button: &Button) -> String {
    let mut label = button.label.clone();
    if button.preset {
        let preset = model.kiosk_language.wording().say("button-preset");
        label = format!("{label} {preset}");
    }
    if button.pressed {
        label = format!("{} {label}", model.symbols.full);
    }
    text::clean(&label, model.symbols)
}

fn buttons(model: &Model, buttons: &[Button], cells: usize, room: usize) -> Vec<Line<'static>> {
    let labels: Vec<(String, bool)> = buttons
        .iter()
        .map(|button| (face(model, button), button.pressed))
        .collect();
    let side_by_side: usize = labels.iter().map(|(label, _)| text::width(label) + 6).sum();
    if side_by_side <= cells && room >= 3 {
        return boxes(model, &labels, cells);
    }
    let widest = labels
        .iter()
        .map(|(label, _)| text::width(label))
        .max()
        .unwrap_or(0);
    let widest = widest.min(cells.saturating_sub(4));
    let gap = usize::from(room >= labels.len() * 2);
    let mut lines = Vec::new();
    for (index, (label, pressed)) in labels.iter().enumerate() {
        if index > 0 {
            lines.extend(std::iter::repeat_n(Line::default(), gap));
        }
        let label = format!("[ {} ]", text::centre(label, widest, model.symbols));
        lines.push(centred(
            model,
            cells,
            vec![pane::span(model, &label, style(model, *pressed))],
        ));
    }
    lines
}

fn style(model: &Model, pressed: bool) -> Style {
    if pressed {
        model.theme.selected()
    } else {
        model.theme.text()
    }
}

/// Draws buttons as boxes in a row.
fn boxes(model: &Model, labels: &[(String, bool)], cells: usize) -> Vec<Line<'static>> {
    let set = model.symbols.bezel;
    let mut rows: [Vec<Span<'static>>; 3] = Default::default();
    for (index, (label, pressed)) in labels.iter().enumerate() {
        let width = text::width(label) + 2;
        let style = style(model, *pressed);
        let parts = [
            format!(
                "{}{}{}",
                set.top_left,
                Symbols::row(set.horizontal_top, width),
                set.top_right
            ),
            format!("{} {label} {}", set.vertical_left, set.vertical_right),
            format!(
                "{}{}{}",
                set.bottom_left,
                Symbols::row(set.horizontal_bottom, width),
                set.bottom_right
            ),
        ];
        for (row, part) in rows.iter_mut().zip(parts) {
            if index > 0 {
                row.push(Span::raw("  "));
            }
            row.push(Span::styled(part, style));
        }
    }
    rows.into_iter()
        .map(|row| centred(model, cells, row))
        .collect()
}

fn slot(model: &Model, inwards: bool, cells: usize, room: usize) -> Vec<Line<'static>> {
    let symbols = model.symbols;
    let set = symbols.bezel;
    let arrow = if inwards {
        symbols.below
    } else {
        symbols.above
    };
    let edge = Symbols::row(set.horizontal_top, 12);
    let card = model.kiosk_language.wording().say("kiosk-card");
    let rows = [
        format!("{}{edge}{}", set.top_left, set.top_right),
        format!(
            "{}{}{}",
            set.vertical_left,
            text::centre(&card, 12, symbols),
            set.vertical_right
        ),
        format!("{}{edge}{}", set.bottom_left, set.bottom_right),
        arrow.to_owned(),
        Symbols::row(symbols.track, 20),
    ];
    let rows = if room < rows.len() {
        rows.get(3..).unwrap_or_default()
    } else {
        &rows
    };
    rows.iter()
        .map(|row| {
            centred(
                model,
                cells,
                vec![Span::styled(row.clone(), model.theme.text())],
            )
        })
        .collect()
}

fn camera(model: &Model, seen: Option<bool>, cells: usize, room: usize) -> Vec<Line<'static>> {
    let set = model.symbols.bezel;
    let side = Symbols::row(set.horizontal_top, 2);
    let rows = [
        format!("{}{side}        {side}{}", set.top_left, set.top_right),
        "    .--.    ".to_owned(),
        "   ( oo )   ".to_owned(),
        "    '--'    ".to_owned(),
        format!(
            "{}{side}        {side}{}",
            set.bottom_left, set.bottom_right
        ),
    ];
    let mut lines: Vec<Line<'static>> = if room < rows.len() {
        Vec::new()
    } else {
        rows.iter()
            .map(|row| {
                centred(
                    model,
                    cells,
                    vec![Span::styled(row.clone(), model.theme.text())],
                )
            })
            .collect()
    };
    let wording = model.kiosk_language.wording();
    if let Some(matches) = seen {
        let (symbol, word, style) = if matches {
            (
                model.symbols.pass,
                wording.say("face-match"),
                model.theme.good(),
            )
        } else {
            (
                model.symbols.fail,
                wording.say("face-mismatch"),
                model.theme.bad(),
            )
        };
        lines.push(centred(
            model,
            cells,
            vec![pane::span(model, &format!("{symbol} {word}"), style)],
        ));
    }
    lines
}
