//! Holds every symbol that the screens draw, in two sets.
//!
//! Box lines, arrows and circles are of ambiguous width (UAX #11): a terminal set to
//! "ambiguous = wide", as many are in Japan, gives them two cells and shifts every frame. The
//! ASCII set is for such a terminal; `UKETSUKE_ASCII=1` chooses it.

use ratatui::symbols::border::{PLAIN, ROUNDED, Set};

/// The environment variable that chooses the ASCII set when it is set and not empty or `0`.
pub const ENVIRONMENT: &str = "UKETSUKE_ASCII";

/// One set of symbols. Each is one cell wide.
#[derive(Debug)]
pub struct Symbols {
    /// Whether text from outside must do without ambiguous characters, too.
    pub ascii: bool,
    /// Passed.
    pub pass: &'static str,
    /// Failed.
    pub fail: &'static str,
    /// Inconclusive.
    pub inconclusive: &'static str,
    /// In error.
    pub error: &'static str,
    /// Not applicable.
    pub not_applicable: &'static str,
    /// Held so far.
    pub so_far: &'static str,
    /// Nothing seen or known yet.
    pub unseen: &'static str,
    /// Points at the selected line.
    pub pointer: &'static str,
    /// A try that is left, a digit that is typed, a button that is pressed.
    pub full: &'static str,
    /// A try that is spent, a digit that is missing.
    pub empty: &'static str,
    /// Head of an arrow to the right.
    pub right: &'static str,
    /// Head of an arrow to the left.
    pub left: &'static str,
    /// Shaft of an arrow that has been.
    pub shaft: &'static str,
    /// Shaft of an arrow yet to come.
    pub shaft_later: &'static str,
    /// Lifeline of a role.
    pub lifeline: &'static str,
    /// A thin rule.
    pub rule: &'static str,
    /// The slider's track before the knob.
    pub track: &'static str,
    /// The slider's track after the knob.
    pub track_later: &'static str,
    /// The slider's knob.
    pub knob: &'static str,
    /// Marks what is a convention of this harness.
    pub convention: &'static str,
    /// Stands for text that is cut off.
    pub ellipsis: &'static str,
    /// More to see above.
    pub above: &'static str,
    /// More to see below.
    pub below: &'static str,
    /// A dot between words.
    pub dot: &'static str,
    /// A play sign.
    pub playing: &'static str,
    /// A pause sign.
    pub paused: &'static str,
    /// Borders of panes.
    pub border: Set<'static>,
    /// Borders of what stands on the patient's screen.
    pub bezel: Set<'static>,
}

/// For terminals that draw ambiguous characters in one cell.
pub static UNICODE: Symbols = Symbols {
    ascii: false,
    pass: "✓",
    fail: "✗",
    inconclusive: "?",
    error: "!",
    not_applicable: "-",
    so_far: "~",
    unseen: "·",
    pointer: "▶",
    full: "●",
    empty: "○",
    right: "▶",
    left: "◀",
    shaft: "─",
    shaft_later: "╌",
    lifeline: "│",
    rule: "─",
    track: "━",
    track_later: "─",
    knob: "●",
    convention: "※",
    ellipsis: "…",
    above: "↑",
    below: "↓",
    dot: "·",
    playing: "▶",
    paused: "‖",
    border: PLAIN,
    bezel: ROUNDED,
};

const ASCII_BORDER: Set<'static> = Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// For terminals that draw ambiguous characters in two cells.
pub static ASCII: Symbols = Symbols {
    ascii: true,
    pass: "v",
    fail: "x",
    inconclusive: "?",
    error: "!",
    not_applicable: "-",
    so_far: "~",
    unseen: ".",
    pointer: ">",
    full: "*",
    empty: "o",
    right: ">",
    left: "<",
    shaft: "-",
    shaft_later: ".",
    lifeline: "|",
    rule: "-",
    track: "=",
    track_later: "-",
    knob: "O",
    convention: "*",
    ellipsis: "~",
    above: "^",
    below: "v",
    dot: "-",
    playing: ">",
    paused: "=",
    border: ASCII_BORDER,
    bezel: ASCII_BORDER,
};

impl Symbols {
    /// Returns the set that the environment asks for.
    pub fn from_environment() -> &'static Symbols {
        let wish = std::env::var(ENVIRONMENT).unwrap_or_default();
        if wish.is_empty() || wish == "0" {
            &UNICODE
        } else {
            &ASCII
        }
    }

    /// Returns `count` of these symbols in a row.
    pub fn row(symbol: &str, count: usize) -> String {
        symbol.repeat(count)
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn each(symbols: &Symbols) -> [&'static str; 32] {
        [
            symbols.pass,
            symbols.fail,
            symbols.inconclusive,
            symbols.error,
            symbols.not_applicable,
            symbols.so_far,
            symbols.unseen,
            symbols.pointer,
            symbols.full,
            symbols.empty,
            symbols.right,
            symbols.left,
            symbols.shaft,
            symbols.shaft_later,
            symbols.lifeline,
            symbols.rule,
            symbols.track,
            symbols.track_later,
            symbols.knob,
            symbols.convention,
            symbols.ellipsis,
            symbols.above,
            symbols.below,
            symbols.dot,
            symbols.playing,
            symbols.paused,
            symbols.border.top_left,
            symbols.border.horizontal_top,
            symbols.border.vertical_left,
            symbols.bezel.top_left,
            symbols.bezel.horizontal_top,
            symbols.bezel.vertical_left,
        ]
    }

    #[test]
    fn every_symbol_is_one_cell_and_the_ascii_set_is_ascii() {
        for symbol in each(&UNICODE) {
            assert_eq!(symbol.width(), 1, "{symbol}");
        }
        for symbol in each(&ASCII) {
            assert!(symbol.len() == 1 && symbol.is_ascii(), "{symbol}");
        }
    }
}
