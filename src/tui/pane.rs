//! Draws the parts that every pane is made of. Every text on its way to the terminal passes here
//! and is cleaned here.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget as _};

use super::model::Model;
use super::text;

/// Makes a span of cleaned text.
pub fn span(model: &Model, text: &str, style: Style) -> Span<'static> {
    Span::styled(text::clean(text, model.symbols), style)
}

/// Makes a line of one style.
pub fn line(model: &Model, text: &str, style: Style) -> Line<'static> {
    Line::from(span(model, text, style))
}

/// Breaks a text into lines of `cells`, each set in by `indent`.
pub fn paragraph(
    model: &Model,
    text: &str,
    cells: usize,
    indent: usize,
    style: Style,
) -> Vec<Line<'static>> {
    let cleaned = text::clean(text, model.symbols);
    text::wrap(&cleaned, cells.saturating_sub(indent))
        .into_iter()
        .map(|piece| Line::styled(format!("{}{piece}", " ".repeat(indent)), style))
        .collect()
}

/// Writes a text at a place, cut to `cells` and to the buffer.
pub fn put(model: &Model, buffer: &mut Buffer, at: (u16, u16), cells: usize, text: (&str, Style)) {
    let (x, y) = at;
    let area = buffer.area;
    if x < area.left() || x >= area.right() || y < area.top() || y >= area.bottom() {
        return;
    }
    let room = cells.min(usize::from(area.right() - x));
    let cleaned = text::clean(text.0, model.symbols);
    buffer.set_stringn(x, y, text::cut(&cleaned, room, model.symbols), room, text.1);
}

/// Writes lines from the top of an area, as many as fit; says below where there are more.
pub fn lines(model: &Model, frame: &mut Frame<'_>, area: Rect, lines: &[Line<'_>]) {
    let buffer = frame.buffer_mut();
    let area = area.intersection(buffer.area);
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        set_line(model, buffer, (area.x, y), area.width, line);
    }
    if lines.len() > usize::from(area.height) && area.height > 0 && area.width > 0 {
        let corner = (area.right() - 1, area.bottom() - 1);
        widen_away(buffer, corner);
        put(
            model,
            buffer,
            corner,
            1,
            (model.symbols.below, model.theme.accent()),
        );
    }
}

/// Writes one line, its last span cut with an ellipsis where it does not fit.
fn set_line(model: &Model, buffer: &mut Buffer, at: (u16, u16), cells: u16, line: &Line<'_>) {
    let (mut x, y) = at;
    let end = at.0.saturating_add(cells);
    for span in &line.spans {
        if x >= end {
            break;
        }
        let room = usize::from(end - x);
        let kept = text::cut(&span.content, room, model.symbols);
        let whole = kept.len() == span.content.len();
        let style = line.style.patch(span.style);
        (x, _) = buffer.set_stringn(x, y, kept, room, style);
        if !whole {
            break;
        }
    }
}

/// Draws the frame of a pane and returns what is inside.
pub fn frame(
    model: &Model,
    frame: &mut Frame<'_>,
    area: Rect,
    title: Line<'static>,
    focused: bool,
) -> Rect {
    let style = if focused {
        model.theme.accent()
    } else {
        model.theme.faint()
    };
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(model.symbols.border)
        .border_style(style)
        .title(title);
    let inner = block.inner(area);
    block.render(area.intersection(frame.area()), frame.buffer_mut());
    inner.intersection(frame.area())
}

/// Makes the title of a pane: its key, its name, and what else there is to say.
pub fn title(model: &Model, digit: u8, name: &str, more: &str, focused: bool) -> Line<'static> {
    let theme = model.theme;
    // The brackets say it where there is no colour.
    let (words, style) = if focused {
        (format!("[{digit} {name}]"), theme.accent())
    } else {
        (format!(" {digit} {name} "), theme.strong())
    };
    let mut spans = vec![span(model, &words, style)];
    if !more.is_empty() {
        spans.push(span(model, &format!("{more} "), theme.text()));
    }
    Line::from(spans)
}

/// Empties an area for something drawn on top.
///
/// A wide character whose left half stands just outside would swallow the area's first column on
/// the terminal, so that character goes, too (ratatui issue 2526).
pub fn clear(frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        if let Some(before) = area.x.checked_sub(1) {
            widen_away(buffer, (before.saturating_add(1), y));
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

/// Blanks a wide character that begins one cell before `at` and reaches into it.
fn widen_away(buffer: &mut Buffer, at: (u16, u16)) {
    let Some(before) = at.0.checked_sub(1) else {
        return;
    };
    if let Some(cell) = buffer.cell_mut((before, at.1))
        && text::width(cell.symbol()) > 1
    {
        cell.set_symbol(" ");
    }
}

/// Returns the first of `total` lines to show in `height`, so that `at` is in the middle.
pub fn window(at: usize, total: usize, height: usize) -> usize {
    at.saturating_sub(height / 2)
        .min(total.saturating_sub(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_shows_its_line_and_never_leaves_room_it_could_fill() {
        assert_eq!(window(0, 100, 10), 0);
        assert_eq!(window(50, 100, 10), 45);
        assert_eq!(window(99, 100, 10), 90);
        assert_eq!(window(3, 4, 10), 0);
    }
}
