//! Draws the model.
//!
//! From 118 × 34 cells on, all five panes; from 80 × 24 on, the screen with one other pane as a
//! tab beside it; below that, the size that is needed. The library has two columns at any size.
//!
//! ```text
//!  受付 uketsuke · SIMULATION   id   title                                   date and time
//! ┌ 1 screen ─────────────┐┌ 2 sequence ────────────────────┐┌ 4 requirements ───────────┐
//! │ the reader as patient ││ patient  card  reader  backend ││ ✓ PASS  IDV-02  ...       │
//! │ or staff see it       ││    │──────────────▶│      │    ││ ~ so far ACC-02 ...       │
//! │ the rule of it        ││                                ││ ── the selected one ───── │
//! └───────────────────────┘└────────────────────────────────┘└───────────────────────────┘
//! ┌ 3 card ───────────────┐┌ 5 detail ─────────────────────────────────────────────────┐
//! │ PIN, certificate, use ││ the entry under the cursor, decoded                       │
//! └───────────────────────┘└───────────────────────────────────────────────────────────┘
//!  ◀━━━━━✓━━━━━━━●──────────────────────────────────────────────────────▶ 17/42  ‖ 0.8s
//!  keys
//! ```

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::Line;

use super::arrangement::{Arrangement, PaneId};
use super::card;
use super::detail;
use super::footer;
use super::kiosk_view;
use super::library_view;
use super::model::{Focus, Model};
use super::pane;
use super::play::Play;
use super::requirements;
use super::scene::Scene;
use super::sequence;
use super::slider;
use super::text;

/// From this width on the title bar has the date beside the time.
const ROOM_FOR_DATE: u16 = 100;

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if Arrangement::of((area.width, area.height)) == Arrangement::TooSmall {
        too_small(model, frame, area);
        return;
    }
    let [title, body, last] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(area);
    match model.play() {
        Some(play) => {
            title_bar(model, Some(play), frame, title);
            draw_play(model, play, frame, body);
        }
        None => {
            title_bar(model, None, frame, title);
            library_view::render(model, frame, body);
        }
    }
    let keys = model.under();
    footer::render(model, frame, last, keys);
    if model.focus() == Focus::Help {
        footer::help(model, frame, keys);
    }
}

fn too_small(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let (width, height) = Arrangement::NEEDED;
    let say = |key: &str, width: u16, height: u16| {
        let blanks = [("width", width.to_string()), ("height", height.to_string())];
        let blanks = blanks
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        model.wording().say_with(key, &blanks)
    };
    let cells = usize::from(area.width);
    let mut lines = Vec::new();
    for words in [
        "uketsuke SIMULATION".to_owned(),
        say("size-needed", width, height),
        say("size-now", area.width, area.height),
        model.wording().say("size-leave"),
    ] {
        lines.extend(pane::paragraph(model, &words, cells, 0, model.theme.text()));
    }
    pane::lines(model, frame, area, &lines);
}

fn title_bar(model: &Model, play: Option<&Play>, frame: &mut Frame<'_>, area: Rect) {
    let theme = model.theme;
    let dot = model.symbols.dot;
    let mut spans = vec![
        pane::span(model, " 受付 uketsuke ", theme.strong()),
        pane::span(model, &format!("{dot} "), theme.faint()),
        pane::span(model, "SIMULATION ", theme.bad()),
    ];
    let mut clock = String::new();
    if let Some(play) = play {
        let scenario = &play.transcript().header.scenario;
        let title = text::clean(scenario.title.get(model.language), model.symbols);
        spans.push(pane::span(model, &format!("  {}", play.id), theme.strong()));
        spans.push(pane::span(model, &format!("  {title}"), theme.text()));
        if let Some(entry) = play.scene().entry {
            let local = entry.at.zoned().datetime();
            let time = local.time();
            clock = format!(
                " {:02}:{:02}:{:02} ",
                time.hour(),
                time.minute(),
                time.second()
            );
            if area.width >= ROOM_FOR_DATE {
                clock = format!(" {}{clock}", local.date());
            }
        }
        if model.awaited().is_some() {
            clock = format!(" {} ", model.wording().say("playing"));
        }
    }
    let cells = u16::try_from(text::width(&clock))
        .unwrap_or(0)
        .min(area.width);
    let [left, right] =
        Layout::horizontal([Constraint::Min(0), Constraint::Length(cells)]).areas(area);
    pane::lines(model, frame, left, &[Line::from(spans)]);
    pane::lines(
        model,
        frame,
        right,
        &[pane::line(model, &clock, theme.strong())],
    );
}

/// Where the panes of a play are.
struct Areas {
    screen: Rect,
    /// The sequence, or the tab.
    middle: Rect,
    requirements: Rect,
    card: Rect,
    detail: Rect,
    slider: Rect,
}

/// What is inside the panes whose texts can be scrolled.
#[derive(Debug)]
pub struct Inside {
    /// Of pane 1.
    pub screen: Rect,
    /// Of pane 4.
    pub requirements: Rect,
    /// Of pane 5.
    pub detail: Rect,
}

fn areas(body: Rect, arrangement: Arrangement) -> Areas {
    let [panes, slider] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(body);
    if arrangement != Arrangement::All {
        let [screen, middle] =
            Layout::horizontal([Constraint::Length(36), Constraint::Min(1)]).areas(panes);
        return Areas {
            screen,
            middle,
            requirements: middle,
            card: middle,
            detail: middle,
            slider,
        };
    }
    let lower = (panes.height * 3 / 10).clamp(11, 18);
    let left = (panes.width * 3 / 10).clamp(36, 50);
    let right = (panes.width / 3).clamp(40, 70);
    let [upper, below] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(lower)]).areas(panes);
    let [screen, middle, requirements] = Layout::horizontal([
        Constraint::Length(left),
        Constraint::Min(1),
        Constraint::Length(right),
    ])
    .areas(upper);
    let [card, detail] =
        Layout::horizontal([Constraint::Length(left), Constraint::Min(1)]).areas(below);
    Areas {
        screen,
        middle,
        requirements,
        card,
        detail,
        slider,
    }
}

/// Returns what is inside the panes, for keys that scroll their texts.
pub fn inside((width, height): (u16, u16)) -> Inside {
    let body = Rect::new(0, 1, width, height.saturating_sub(2));
    let areas = areas(body, Arrangement::of((width, height)));
    let border = Margin::new(1, 1);
    Inside {
        screen: areas.screen.inner(border),
        requirements: areas.requirements.inner(border),
        detail: areas.detail.inner(border),
    }
}

fn draw_play(model: &Model, play: &Play, frame: &mut Frame<'_>, body: Rect) {
    let size = frame.area();
    let arrangement = Arrangement::of((size.width, size.height));
    let areas = areas(body, arrangement);
    let scene = play.scene();
    kiosk_view::render(model, play, &scene, frame, areas.screen);
    if arrangement == Arrangement::All {
        let title = title(model, play, PaneId::Sequence);
        pane_content(
            model,
            play,
            &scene,
            frame,
            (areas.middle, PaneId::Sequence, title),
        );
        let title = self::title(model, play, PaneId::Requirements);
        pane_content(
            model,
            play,
            &scene,
            frame,
            (areas.requirements, PaneId::Requirements, title),
        );
        card::render(model, play, &scene, frame, areas.card);
        let title = self::title(model, play, PaneId::Detail);
        pane_content(
            model,
            play,
            &scene,
            frame,
            (areas.detail, PaneId::Detail, title),
        );
    } else {
        let tabs = tabs(model, play);
        pane_content(model, play, &scene, frame, (areas.middle, play.tab, tabs));
    }
    slider::render(model, play, frame, areas.slider);
}

fn title(model: &Model, play: &Play, pane: PaneId) -> Line<'static> {
    let more = match pane {
        PaneId::Requirements => requirements::summary(model, play),
        PaneId::Detail => format!("{}", play.cursor()),
        _ => String::new(),
    };
    let name = model.wording().say(name(pane));
    pane::title(model, pane.digit(), &name, &more, play.pane == pane)
}

fn name(pane: PaneId) -> &'static str {
    match pane {
        PaneId::Screen => "pane-screen",
        PaneId::Sequence => "pane-sequence",
        PaneId::Card => "pane-card",
        PaneId::Requirements => "pane-requirements",
        PaneId::Detail => "pane-detail",
    }
}

/// Makes the title of the tabs, the open one in brackets: square ones where it has the focus.
fn tabs(model: &Model, play: &Play) -> Line<'static> {
    let mut spans = Vec::new();
    for pane in PaneId::ALL.into_iter().skip(1) {
        let name = model.wording().say(name(pane));
        let words = format!("{} {name}", pane.digit());
        let (words, style) = match (pane == play.pane, pane == play.tab) {
            (true, _) => (format!("[{words}]"), model.theme.accent()),
            (false, true) => (format!("({words})"), model.theme.strong()),
            (false, false) => (format!(" {words} "), model.theme.faint()),
        };
        spans.push(pane::span(model, &words, style));
    }
    Line::from(spans)
}

fn pane_content(
    model: &Model,
    play: &Play,
    scene: &Scene<'_>,
    frame: &mut Frame<'_>,
    (area, pane, title): (Rect, PaneId, Line<'static>),
) {
    let focused = play.pane == pane;
    if pane == PaneId::Card {
        card::render_within(model, scene, frame, area, title, focused);
        return;
    }
    let inner = pane::frame(model, frame, area, title, focused);
    match pane {
        PaneId::Sequence => sequence::render(model, play, frame, inner),
        PaneId::Requirements => requirements::render(model, play, frame, inner, focused),
        PaneId::Detail => detail::render(model, play, frame, inner),
        PaneId::Screen | PaneId::Card => {}
    }
}
