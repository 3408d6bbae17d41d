//! Draws pane 1 where a reader is observed: nobody but the user sees its screen, so what they are to
//! do stands there, and what was said.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::arrangement::PaneId;
use super::live::Live;
use super::model::Model;
use super::pane;
use super::play::Play;
use super::requirements;

/// Draws the pane.
pub fn render(model: &Model, live: &Live, play: &Play, frame: &mut Frame<'_>, area: Rect) {
    let focused = play.pane == PaneId::Screen;
    let name = model.wording().say("pane-live");
    let title = pane::title(model, PaneId::Screen.digit(), &name, "", focused);
    let inner = pane::frame(model, frame, area, title, focused);
    let cells = usize::from(inner.width);
    let mut lines = head(model, live, play, cells);
    let room = usize::from(inner.height).saturating_sub(lines.len());
    let said = said(model, live, cells);
    let first = said.len().saturating_sub(room);
    lines.extend(said.into_iter().skip(first));
    pane::lines(model, frame, inner, &lines);
}

/// Returns what the user is to do, or how it came out.
fn head(model: &Model, live: &Live, play: &Play, cells: usize) -> Vec<Line<'static>> {
    let (language, theme) = (model.language, model.theme);
    let mut lines = Vec::new();
    let mut add = |words: &str, style: Style| {
        lines.extend(pane::paragraph(model, words, cells, 1, style));
    };
    if live.over {
        let (symbol, word, style) = requirements::verdict(model, play.judgement().verdict);
        add(&model.wording().say("live-over"), theme.text());
        add(&format!("{symbol} {}", model.wording().say(word)), style);
        add(&model.wording().say("live-leave"), theme.faint());
    } else if let Some(question) = &live.question {
        let what = format!("{} {}", model.symbols.playing, question.what.get(language));
        add(&what, theme.accent());
        add(question.keys.get(language), theme.strong());
    } else if live.said.is_empty() {
        add(&model.wording().say("live-begins"), theme.faint());
    }
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// Returns what was said, broken into lines.
fn said(model: &Model, live: &Live, cells: usize) -> Vec<Line<'static>> {
    let words = live.said.iter().map(|text| text.get(model.language));
    words
        .flat_map(|words| pane::paragraph(model, words, cells, 1, model.theme.text()))
        .collect()
}
