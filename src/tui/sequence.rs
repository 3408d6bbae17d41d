//! Draws pane 2: the sequence diagram, a line per entry, the cursor's in the middle.
//!
//! ```text
//!      patient     card      reader    backend
//!   15    │          │◀ SELECT 0018─│       │
//! ▶ 16    │          │── 9000 ─────▶│       │     past: ──   the cursor: reversed
//!   17    │          │              │╌╌╌╌╌╌▶│     yet to come: ╌╌
//! ```

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::judge::Verdict;
use crate::transcript::{Entry, Event, Role};

use super::describe;
use super::model::Model;
use super::pane;
use super::play::Play;
use super::symbols::Symbols;
use super::text;

/// Cells before the first lifeline: pointer and number.
const GUTTER: u16 = 5;
/// Cells between patient and card at least: nothing crosses between these two alone.
const FIRST_LANE: u16 = 6;

/// A line of the diagram.
#[derive(Debug, Clone, Copy)]
enum Row<'a> {
    Visit(u32),
    Entry(&'a Entry),
}

/// Where the lifelines stand.
#[derive(Debug, Clone, Copy)]
struct Lanes {
    patient: u16,
    card: u16,
    reader: u16,
    backend: u16,
}

impl Lanes {
    fn of(area: Rect) -> Lanes {
        let room = area.width.saturating_sub(GUTTER + 2);
        let first = (room / 6).max(FIRST_LANE);
        let rest = room.saturating_sub(first);
        let patient = area.x.saturating_add(GUTTER);
        let card = patient.saturating_add(first);
        Lanes {
            patient,
            card,
            // A command's label is longer than an inquiry's.
            reader: card.saturating_add(rest.div_ceil(2)),
            backend: card.saturating_add(rest),
        }
    }

    fn x(self, role: Role) -> u16 {
        match role {
            Role::Patient | Role::Desk | Role::Harness => self.patient,
            Role::Card => self.card,
            // A tester's own reader stands where the reader of a visit does.
            Role::Reader | Role::Tester => self.reader,
            Role::Backend => self.backend,
        }
    }
}

/// Draws what is inside the pane; the caller draws its frame.
pub fn render(model: &Model, play: &Play, frame: &mut Frame<'_>, area: Rect) {
    if area.height < 2 || area.width < 20 {
        return;
    }
    let lanes = Lanes::of(area);
    heads(model, frame.buffer_mut(), area, lanes);
    let rows = rows(play);
    let cursor = play.cursor() as u64;
    let at = rows
        .iter()
        .position(|row| matches!(row, Row::Entry(entry) if entry.n == cursor));
    let height = usize::from(area.height - 1);
    let first = pane::window(at.unwrap_or(0), rows.len(), height);
    for (row, y) in rows.iter().skip(first).zip(area.y + 1..area.bottom()) {
        let buffer = frame.buffer_mut();
        lifelines(model, buffer, y, lanes);
        match row {
            Row::Visit(visit) => {
                let visit = visit.to_string();
                let words = model.wording().say_with("visit", &[("number", &visit)]);
                let words = format!(" {words} ");
                let x = area.x + 1;
                let cells = usize::from(area.width.saturating_sub(2));
                let rule = Symbols::row(model.symbols.rule, cells);
                pane::put(model, buffer, (x, y), cells, (&rule, model.theme.faint()));
                pane::put(
                    model,
                    buffer,
                    (x + 3, y),
                    cells.saturating_sub(4),
                    (&words, model.theme.strong()),
                );
            }
            Row::Entry(entry) => draw(model, play, buffer, (area, y), lanes, entry),
        }
    }
}

fn rows(play: &Play) -> Vec<Row<'_>> {
    let several = play.visits() > 1;
    let mut rows = Vec::new();
    let mut visit = 0;
    for entry in &play.transcript().entries {
        if several && entry.visit != visit {
            visit = entry.visit;
            rows.push(Row::Visit(visit));
        }
        rows.push(Row::Entry(entry));
    }
    rows
}

fn heads(model: &Model, buffer: &mut Buffer, area: Rect, lanes: Lanes) {
    let heads = [
        (Role::Patient, "role-patient"),
        (Role::Card, "role-card"),
        (Role::Reader, "role-reader"),
        (Role::Backend, "role-backend"),
    ];
    for (role, key) in heads {
        let name = model.wording().say(key);
        let half = u16::try_from(text::width(&name).div_ceil(2)).unwrap_or(0);
        let last = area.right().saturating_sub(2 * half);
        let x = lanes
            .x(role)
            .saturating_sub(half)
            .clamp(area.x, last.max(area.x));
        pane::put(
            model,
            buffer,
            (x, area.y),
            text::width(&name),
            (&name, model.theme.strong()),
        );
    }
}

fn lifelines(model: &Model, buffer: &mut Buffer, y: u16, lanes: Lanes) {
    for role in [Role::Patient, Role::Card, Role::Reader, Role::Backend] {
        let line = (model.symbols.lifeline, model.theme.faint());
        pane::put(model, buffer, (lanes.x(role), y), 1, line);
    }
}

fn draw(
    model: &Model,
    play: &Play,
    buffer: &mut Buffer,
    place: (Rect, u16),
    lanes: Lanes,
    entry: &Entry,
) {
    let (area, y) = place;
    let cursor = play.cursor() as u64;
    let here = entry.n == cursor;
    let later = entry.n > cursor;
    let style = style(model, play, entry, here, later);
    let pointer = if here { model.symbols.pointer } else { " " };
    let gutter = format!("{pointer}{:>3} ", entry.n);
    let gutter_style = if here {
        model.theme.accent()
    } else {
        model.theme.faint()
    };
    pane::put(
        model,
        buffer,
        (area.x, y),
        usize::from(GUTTER),
        (&gutter, gutter_style),
    );
    let mut label = describe::label(play, entry, model.language);
    if describe::is_stand_in(play, entry) {
        label = format!("{} {label}", model.symbols.convention);
    }
    let (from, to) = (lanes.x(entry.from), lanes.x(entry.to));
    // Staff and testers stand in the lane of another; what they do says whose it is. What follows
    // from a tester's act says so again where there is room.
    for role in [Role::Desk, Role::Tester] {
        if entry.from == role || entry.to == role {
            let who = model.wording().say(describe::role(role));
            let named = format!("{who}: {label}");
            let room = usize::from(from.abs_diff(to)).saturating_sub(4);
            let is_act = role == Role::Desk || matches!(entry.event, Event::Stimulus(_));
            if is_act || text::width(&named) <= room {
                label = named;
            }
        }
    }
    let label = text::clean(&label, model.symbols);
    if from == to || entry.from == Role::Harness {
        let x = lanes.patient + 1;
        let cells = usize::from(area.right().saturating_sub(x + 1));
        let remark = format!("({label})");
        pane::put(
            model,
            buffer,
            (x + 1, y),
            cells.saturating_sub(1),
            (&remark, style),
        );
        return;
    }
    arrow(model, buffer, (from, to, y), (&label, style), later);
}

fn style(model: &Model, play: &Play, entry: &Entry, here: bool, later: bool) -> Style {
    let theme = model.theme;
    let failed = play.findings().any(|finding| {
        finding.verdict >= Verdict::Fail
            && finding.counts(false)
            && finding.decided_at == Some(entry.n)
    });
    let style = match &entry.event {
        _ if later => theme.faint(),
        _ if failed => theme.bad(),
        Event::Fault(_) => theme.warning(),
        Event::Note(_) => theme.faint(),
        _ if describe::is_stand_in(play, entry) => theme.warning(),
        _ => theme.text(),
    };
    if here {
        style.patch(theme.selected())
    } else {
        style
    }
}

/// Draws an arrow between two lifelines, its label in the middle of the shaft.
fn arrow(
    model: &Model,
    buffer: &mut Buffer,
    path: (u16, u16, u16),
    label: (&str, Style),
    later: bool,
) {
    let (from, to, y) = path;
    let (label, style) = label;
    let (left, right) = (from.min(to) + 1, from.max(to));
    let cells = usize::from(right.saturating_sub(left));
    let symbols = model.symbols;
    let shaft = if later {
        symbols.shaft_later
    } else {
        symbols.shaft
    };
    let label = text::cut(
        &shorter(label, cells.saturating_sub(2)),
        cells.saturating_sub(2),
        symbols,
    );
    let spare = cells.saturating_sub(text::width(&label) + 1);
    // The tail keeps a piece of its shaft where there is room for one only.
    let near_head = spare / 2;
    let tail = spare - near_head;
    let drawn = if from < to {
        format!(
            "{}{label}{}{}",
            Symbols::row(shaft, tail),
            Symbols::row(shaft, near_head),
            symbols.right
        )
    } else {
        format!(
            "{}{}{label}{}",
            symbols.left,
            Symbols::row(shaft, near_head),
            Symbols::row(shaft, tail)
        )
    };
    pane::put(model, buffer, (left, y), cells, (&drawn, style));
}

/// Returns a label of several words without its last ones, where it would be too long: what a
/// status word means stands in the details, too.
fn shorter(label: &str, cells: usize) -> String {
    let status = label.len() > 4 && label.bytes().take(4).all(|byte| byte.is_ascii_hexdigit());
    match label.split_once(' ') {
        Some((first, _)) if status && text::width(label) > cells => first.to_owned(),
        _ => label.to_owned(),
    }
}
