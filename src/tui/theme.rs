//! Gives each meaning its style. Colour is never the only sign: a word or a symbol stands beside it.
//!
//! The colours are of middle brightness in the 256-colour palette, whose values no theme changes,
//! so that they can be read on a dark and on a light background alike. `NO_COLOR` (no-color.org)
//! leaves bold, dim and reverse.

use ratatui::style::{Color, Modifier, Style};

use crate::judge::Verdict;

/// The styles in use.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    /// Makes a theme with or without colour.
    pub fn new(colour: bool) -> Theme {
        Theme { colour }
    }

    /// Makes the theme that the environment asks for.
    pub fn from_environment() -> Theme {
        Theme::new(std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    fn tint(self, index: u8) -> Style {
        if self.colour {
            Style::new().fg(Color::Indexed(index))
        } else {
            Style::new()
        }
    }

    /// Ordinary text.
    pub fn text(self) -> Style {
        Style::new()
    }

    /// What matters most in its place.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What stands back: frames, hints, what is yet to come.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Where the attention is: the focused pane, the knob.
    pub fn accent(self) -> Style {
        self.tint(32).add_modifier(Modifier::BOLD)
    }

    /// The line or button that is selected or pressed.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A warning, and what is a convention of this harness.
    pub fn warning(self) -> Style {
        self.tint(130)
    }

    /// What went wrong.
    pub fn bad(self) -> Style {
        self.tint(160).add_modifier(Modifier::BOLD)
    }

    /// What is as it should be.
    pub fn good(self) -> Style {
        self.tint(28)
    }

    /// The style of a verdict.
    pub fn verdict(self, verdict: Verdict) -> Style {
        match verdict {
            Verdict::Pass => self.good(),
            Verdict::Fail | Verdict::Error => self.bad(),
            Verdict::Inconclusive => self.warning(),
            Verdict::NotApplicable => self.faint(),
        }
    }
}
