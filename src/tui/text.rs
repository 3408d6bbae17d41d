//! Makes text fit: cleans what comes from outside, measures cells, cuts, pads and breaks lines.
//!
//! Widths are those of `unicode-width` 0.2.2, which is what ratatui 0.30 counts by. Half-width
//! kana are shown as full-width ones, because a half-width voicing mark is counted differently by
//! every layer; control, bidirectional and zero-width characters never reach the terminal.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::symbols::Symbols;
use crate::sanitise::is_hidden;

/// What stands in place of a character that must not be drawn.
const REPLACEMENT: char = '?';

/// Characters that may not begin a line (行頭禁則).
const NOT_FIRST: &str = "、。，．,.・：；:;？！?!」』）】〕》〉］｝)]}ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々ゝヽ～…%％";
/// Characters that may not end a line (行末禁則).
const NOT_LAST: &str = "「『（【〔《〈［｛([{";

/// Returns `text` as it may be drawn: one line, nothing that moves the cursor or reorders, kana in
/// full width.
pub fn clean(text: &str, symbols: &Symbols) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut half = String::new();
    for character in text.chars() {
        if ('\u{FF61}'..='\u{FF9F}').contains(&character) {
            half.push(character);
            continue;
        }
        widen(&mut half, &mut cleaned);
        match character {
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => cleaned.push(' '),
            // Variation selectors only refine the character before them.
            '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{200D}' => {}
            _ if is_hidden(character) => cleaned.push(REPLACEMENT),
            _ if symbols.ascii => plain(character, &mut cleaned),
            _ => cleaned.push(character),
        }
    }
    widen(&mut half, &mut cleaned);
    cleaned
}

/// Moves a run of half-width kana to `cleaned` in full width.
fn widen(half: &mut String, cleaned: &mut String) {
    for character in half.nfkc() {
        cleaned.push(match character {
            // A voicing mark without its kana would combine with whatever stands before it.
            '\u{3099}' => '\u{309B}',
            '\u{309A}' => '\u{309C}',
            other => other,
        });
    }
    half.clear();
}

/// Replaces the commonest characters of ambiguous width.
fn plain(character: char, cleaned: &mut String) {
    match character {
        '…' => cleaned.push_str("..."),
        '→' => cleaned.push_str("->"),
        '←' => cleaned.push_str("<-"),
        '≥' => cleaned.push_str(">="),
        '≤' => cleaned.push_str("<="),
        '–' | '—' | '−' | '─' => cleaned.push('-'),
        '§' => cleaned.push_str("S."),
        '·' => cleaned.push('-'),
        '×' => cleaned.push('x'),
        '‘' | '’' => cleaned.push('\''),
        '“' | '”' => cleaned.push('"'),
        other => cleaned.push(other),
    }
}

/// Returns the cells that `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Returns `text` cut to at most `cells`, an ellipsis at the end where something is missing.
pub fn cut(text: &str, cells: usize, symbols: &Symbols) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    if cells == 0 {
        return String::new();
    }
    let mut kept = head(text, cells - 1).to_owned();
    kept.push_str(symbols.ellipsis);
    kept
}

/// Returns as much of the start of `text` as `cells` hold.
fn head(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (index, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > cells {
            return text.get(..index).unwrap_or_default();
        }
    }
    text
}

/// Returns `text` cut or filled with spaces to exactly `cells`.
pub fn pad(text: &str, cells: usize, symbols: &Symbols) -> String {
    let mut padded = cut(text, cells, symbols);
    let missing = cells.saturating_sub(width(&padded));
    padded.push_str(&" ".repeat(missing));
    padded
}

/// Returns `text` in the middle of `cells`.
pub fn centre(text: &str, cells: usize, symbols: &Symbols) -> String {
    let kept = cut(text, cells, symbols);
    let before = cells.saturating_sub(width(&kept)) / 2;
    pad(&format!("{}{kept}", " ".repeat(before)), cells, symbols)
}

/// Breaks `text` into lines of at most `cells`: between Japanese characters with regard to
/// 禁則, between Latin words.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    if cells == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut line: Vec<&str> = Vec::new();
    for piece in pieces(text, cells) {
        let used: usize = line.iter().map(|piece| width(piece)).sum();
        if used + width(piece) <= cells {
            line.push(piece);
            continue;
        }
        if piece == " " {
            lines.push(join(&mut line));
            continue;
        }
        let mut carried = carry(&mut line, piece);
        if carried.iter().map(|piece| width(piece)).sum::<usize>() > cells {
            // Too narrow for the rule: break where the edge is.
            let last = carried.pop();
            line.append(&mut carried);
            carried.extend(last);
        }
        lines.push(join(&mut line));
        line = carried;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(join(&mut line));
    }
    lines
}

/// Takes from the end of `line` what has to move to the next line together with `piece`.
fn carry<'a>(line: &mut Vec<&'a str>, piece: &'a str) -> Vec<&'a str> {
    let mut carried = vec![piece];
    for _ in 0..3 {
        let first = carried.first().copied().unwrap_or_default();
        let stuck = starts(first, NOT_FIRST);
        let opens = line.last().is_some_and(|last| starts(last, NOT_LAST));
        if line.len() < 2 || !(stuck || opens) {
            break;
        }
        match line.pop() {
            Some(last) if last != " " => carried.insert(0, last),
            _ => break,
        }
    }
    carried
}

fn starts(piece: &str, set: &str) -> bool {
    piece
        .chars()
        .next()
        .is_some_and(|first| set.contains(first))
}

fn join(line: &mut Vec<&str>) -> String {
    let text: String = line.concat();
    line.clear();
    text.trim_end().to_owned()
}

/// Splits into what may not be broken: a space, a Latin word, any other character alone.
fn pieces(text: &str, cells: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = None;
    for (index, grapheme) in text.grapheme_indices(true) {
        let narrow = width(grapheme) <= 1 && grapheme != " ";
        if narrow {
            let from = *start.get_or_insert(index);
            let so_far = text.get(from..index + grapheme.len()).unwrap_or_default();
            if width(so_far) <= cells {
                continue;
            }
            pieces.push(text.get(from..index).unwrap_or_default());
            start = Some(index);
            continue;
        }
        if let Some(from) = start.take() {
            pieces.push(text.get(from..index).unwrap_or_default());
        }
        pieces.push(grapheme);
    }
    if let Some(from) = start {
        pieces.push(text.get(from..).unwrap_or_default());
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::symbols::{ASCII, UNICODE};
    use super::*;

    #[test]
    fn half_width_kana_become_full_width_and_nothing_else_changes() {
        assert_eq!(clean("ﾔﾏﾀﾞ ﾊﾟﾋﾟｺ １２３①", &UNICODE), "ヤマダ パピコ １２３①");
        assert_eq!(clean("aﾞ", &UNICODE), "a゛");
    }

    #[test]
    fn escapes_and_direction_marks_never_get_through() {
        let nasty = "\u{1b}[2J\u{9b}1m\u{7}\u{202e}abc\u{2066}\u{200b}\u{e0041}\r\n";
        assert_eq!(clean(nasty, &UNICODE), "?[2J?1m??abc???? ");
    }

    #[test]
    fn ambiguous_characters_give_way_in_ascii() {
        assert_eq!(clean("§3 → …", &ASCII), "S.3 -> ...");
    }

    #[test]
    fn a_wide_character_is_never_halved() {
        assert_eq!(cut("暗証番号", 5, &UNICODE), "暗証…");
        assert_eq!(cut("暗証番号", 4, &UNICODE), "暗…");
        assert_eq!(width(&pad("暗証番号", 4, &UNICODE)), 4);
        assert_eq!(centre("暗証", 8, &UNICODE), "  暗証  ");
    }

    #[test]
    fn lines_neither_begin_with_a_full_stop_nor_end_with_a_bracket() {
        assert_eq!(wrap("あいうえ。かき", 8), ["あいう", "え。かき"]);
        assert_eq!(wrap("あいう「えお」", 8), ["あいう", "「えお」"]);
        assert_eq!(wrap("the PIN was wrong", 8), ["the PIN", "was", "wrong"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    }

    proptest! {
        #[test]
        fn wrapped_lines_fit_and_lose_nothing(text in "[ a-z、。「」あ-んア-ヶ一-龠]{0,60}", cells in 2usize..40) {
            let lines = wrap(&text, cells);
            for line in &lines {
                prop_assert!(width(line) <= cells, "{line:?} in {cells}");
            }
            let strip = |text: &str| text.replace(' ', "");
            prop_assert_eq!(strip(&lines.concat()), strip(&text));
        }

        #[test]
        fn cleaned_text_holds_nothing_unsafe_and_pads_exactly(text in any::<String>(), cells in 0usize..30) {
            let cleaned = clean(&text, &UNICODE);
            prop_assert!(!cleaned.chars().any(is_hidden));
            prop_assert_eq!(width(&pad(&cleaned, cells, &UNICODE)), cells);
        }
    }
}
