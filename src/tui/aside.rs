//! The texts beside what happens that are longer than their room: the rule of the screen in pane 1,
//! and what the judge says of the selected requirement in pane 4. Two keys scroll them.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::requirement::{self, Subject, catalogue};

use super::arrangement::PaneId;
use super::keys::Action;
use super::model::Model;
use super::pane;
use super::play::Play;
use super::text;
use super::view;
use super::{kiosk_view, requirements};

/// What a text is about. Another text begins at its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The rule of the screen.
    Rule(requirement::Id),
    /// A finding, as `standing::identity` names it.
    Finding(requirement::Id, Subject, Option<usize>),
}

/// Lines scrolled, and the text that they are for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scrolled(Option<About>, usize);

impl Scrolled {
    /// Returns the lines scrolled in this text.
    fn of(self, about: About) -> usize {
        match self {
            Scrolled(Some(known), lines) if known == about => lines,
            _ => 0,
        }
    }
}

/// A text with its room.
#[derive(Debug)]
pub struct Aside {
    /// What it is about.
    pub about: About,
    /// The text, broken into lines.
    pub lines: Vec<Line<'static>>,
    /// Its room, with the border of its pane just below.
    pub area: Rect,
}

impl Aside {
    /// Returns how far it can be scrolled.
    fn limit(&self) -> usize {
        self.lines
            .len()
            .saturating_sub(usize::from(self.area.height))
    }
}

/// Returns a rule with its name.
pub fn rule(model: &Model, id: requirement::Id, area: Rect) -> Option<Aside> {
    let requirement = catalogue().by_id(id)?;
    let title = requirement.title.get(model.language);
    let heading = format!(" {} {title}", requirement.id);
    let mut lines = vec![pane::line(model, &heading, model.theme.accent())];
    let rule = requirement.rule.get(model.language);
    let cells = usize::from(area.width);
    lines.extend(pane::paragraph(model, rule, cells, 1, model.theme.faint()));
    Some(Aside {
        about: About::Rule(id),
        lines,
        area,
    })
}

/// Draws a text from where it was scrolled to; where it is cut, the border below names the keys.
pub fn render(model: &Model, play: &Play, frame: &mut Frame<'_>, aside: &Aside) {
    let area = aside.area;
    let limit = aside.limit();
    let first = play.aside.of(aside.about).min(limit);
    let rest = aside.lines.get(first..).unwrap_or_default();
    pane::lines(model, frame, area, rest);
    if limit == 0 {
        return;
    }
    let keys = " J K ";
    let cells = text::width(keys);
    let Some(x) = area
        .right()
        .checked_sub(1 + u16::try_from(cells).unwrap_or(0))
    else {
        return;
    };
    let style = model.theme.accent();
    let at = (x.max(area.left()), area.bottom());
    pane::put(model, frame.buffer_mut(), at, cells, (keys, style));
}

impl Model {
    /// Scrolls the text of the pane that has the focus, or else the rule of the screen.
    pub(super) fn scroll_aside(&mut self, action: Action) {
        let Some(play) = self.play() else { return };
        let by = if action == Action::DetailsUp { -1 } else { 1 };
        if play.pane == PaneId::Detail {
            if let Some(play) = self.play_mut() {
                play.scroll_details(by);
            }
            return self.keep_scroll();
        }
        let panes = view::inside(self.size);
        let aside = match play.pane {
            PaneId::Requirements => requirements::aside(self, play, panes.requirements),
            _ => kiosk_view::aside(self, play, panes.screen),
        };
        let Some(aside) = aside else { return };
        let line = play.aside.of(aside.about).saturating_add_signed(by);
        let scrolled = Scrolled(Some(aside.about), line.min(aside.limit()));
        if let Some(play) = self.play_mut() {
            play.aside = scrolled;
        }
    }
}
