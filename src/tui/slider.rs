//! Draws the slider: where the cursor is, where findings were decided, whether it plays.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::Model;
use super::pane;
use super::play::Play;
use super::requirements;
use super::symbols::Symbols;
use super::text;

/// Draws the slider on one line.
pub fn render(model: &Model, play: &Play, frame: &mut Frame<'_>, area: Rect) {
    let symbols = model.symbols;
    let theme = model.theme;
    let follows = play.is_running() && play.cursor() == play.length();
    let state = if play.is_playing() || follows {
        symbols.playing
    } else {
        symbols.paused
    };
    let digits = play.length().to_string().len();
    let seconds = play.pace_ms();
    let speed = format!("{}.{}s", seconds / 1000, seconds % 1000 / 100);
    let state = match (play.is_running(), play.is_playing()) {
        (true, false) if follows => format!("{state} {}", model.wording().say("live-following")),
        (true, false) => format!("{state} {}", model.wording().say("live-behind")),
        _ => format!("{state} {speed}"),
    };
    let right = format!(" {:>digits$}/{}  {state} ", play.cursor(), play.length());
    let cells = usize::from(area.width).saturating_sub(text::width(&right) + 3);
    let y = area.y;
    let buffer = frame.buffer_mut();
    pane::put(
        model,
        buffer,
        (area.x + 1, y),
        1,
        (symbols.left, theme.faint()),
    );
    let start = area.x + 2;
    let at = |n: usize| position(n, play.length(), cells);
    let knob = at(play.cursor());
    let done = Symbols::row(symbols.track, knob);
    let later = Symbols::row(symbols.track_later, cells.saturating_sub(knob));
    pane::put(model, buffer, (start, y), cells, (&done, theme.accent()));
    pane::put(
        model,
        buffer,
        (start + cast(knob), y),
        cells - knob.min(cells),
        (&later, theme.faint()),
    );
    draw_marks(model, play, buffer, (start, y), cells);
    if cells > 0 {
        pane::put(
            model,
            buffer,
            (start + cast(knob), y),
            1,
            (symbols.knob, theme.accent()),
        );
    }
    let end = start + cast(cells);
    pane::put(model, buffer, (end, y), 1, (symbols.right, theme.faint()));
    pane::put(
        model,
        buffer,
        (end + 1, y),
        text::width(&right),
        (&right, theme.strong()),
    );
}

fn draw_marks(model: &Model, play: &Play, buffer: &mut Buffer, at: (u16, u16), cells: usize) {
    let (start, y) = at;
    if cells == 0 {
        return;
    }
    // Worse marks last, so that a fail is never hidden behind a pass.
    let mut marks = play.marks();
    marks.sort_by_key(|mark| (mark.verdict, mark.counts));
    for mark in marks {
        let (symbol, _, style) = requirements::verdict(model, mark.verdict);
        let (symbol, style) = match mark.counts {
            true => (symbol, style),
            false => (model.symbols.convention, model.theme.warning()),
        };
        let style = if mark.at > play.cursor() {
            model.theme.faint()
        } else {
            style
        };
        pane::put(
            model,
            buffer,
            (start + cast(position(mark.at, play.length(), cells)), y),
            1,
            (symbol, style),
        );
    }
}

/// Returns the cell of entry `n` of `length` on a track of `cells`.
fn position(n: usize, length: usize, cells: usize) -> usize {
    let last = cells.saturating_sub(1);
    match length {
        0 | 1 => 0,
        _ => (n.clamp(1, length) - 1) * last / (length - 1),
    }
}

fn cast(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_is_at_the_start_and_the_last_at_the_end() {
        assert_eq!(position(1, 42, 50), 0);
        assert_eq!(position(42, 42, 50), 49);
        assert_eq!(position(0, 0, 50), 0);
        assert_eq!(position(7, 7, 0), 0);
    }
}
