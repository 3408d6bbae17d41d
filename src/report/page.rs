//! Lines of text for people: columns that line up with wide characters, colour where wanted.
//!
//! Everything that is put on a page passes the sanitiser; the only escape bytes that can be on it
//! are the page's own.

use unicode_width::UnicodeWidthStr as _;

use crate::judge::Verdict;
use crate::sanitise;
use crate::wording::Language;

/// Returns how many cells a terminal gives to a line of text.
///
/// A half-width dakuten or handakuten takes a cell of its own, as in ﾀﾞ: our version of
/// `unicode-width` leaves it out, and the terminal UI adds it in the same way (libraries.md A5).
pub fn width(text: &str) -> usize {
    let marks = text.chars().filter(|c| matches!(c, 'ﾞ' | 'ﾟ')).count();
    text.width() + marks
}

/// Characters that may not begin a line (行頭禁則), as far as our own wording has them.
const NOT_FIRST: &str = "、。，．）」』】)]}:;,.!?ーっゃゅょッャュョ々";

/// Breaks text into lines of at most `cells`: at spaces, and between wide characters. What has no
/// place to break is broken at the edge; nothing is left out.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let text = sanitise::one_line(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(&text) {
        if width(&line) + width(piece.trim_end()) <= cells {
            line.push_str(piece);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in piece.chars() {
            let mut longer = line.clone();
            longer.push(c);
            if width(longer.trim_end()) > cells {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    let trimmed = lines.iter().map(|line| line.trim_end().to_owned());
    trimmed.collect()
}

/// Splits text where a line may end: after spaces, before and after a wide character.
fn pieces(text: &str) -> Vec<&str> {
    let wide = |c: char| unicode_width::UnicodeWidthChar::width(c) == Some(2);
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (index, c) in text.char_indices() {
        let after_space = before == Some(' ') && c != ' ';
        let between = before.is_some_and(wide) || (wide(c) && before.is_some());
        let opens = before.is_some_and(|it| "「『（【(".contains(it));
        if after_space || (between && c != ' ' && !NOT_FIRST.contains(c) && !opens) {
            pieces.push(&text[start..index]);
            start = index;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

/// How a piece of text looks, where colour is wanted. Never the only carrier of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// As it is.
    #[default]
    Plain,
    /// Bold.
    Strong,
    /// Dim.
    Faint,
    /// Green.
    Good,
    /// Yellow.
    Doubtful,
    /// Red.
    Bad,
    /// Magenta.
    Broken,
}

impl Style {
    /// Returns the style of a verdict.
    pub fn of(verdict: Verdict) -> Style {
        match verdict {
            Verdict::NotApplicable => Style::Faint,
            Verdict::Pass => Style::Good,
            Verdict::Inconclusive => Style::Doubtful,
            Verdict::Fail => Style::Bad,
            Verdict::Error => Style::Broken,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Strong => "1",
            Style::Faint => "2",
            Style::Good => "32",
            Style::Doubtful => "33",
            Style::Bad => "1;31",
            Style::Broken => "35",
        }
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Makes a cell that looks as `style` says.
    pub fn styled(style: Style, text: impl Into<String>) -> Cell {
        Cell {
            text: sanitise::one_line(&text.into()).into_owned(),
            style,
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell::styled(Style::Plain, text)
    }
}

/// Text that grows line by line.
#[derive(Debug, Clone)]
pub struct Page {
    language: Language,
    color: bool,
    text: String,
}

impl Page {
    /// Makes an empty page in a language, with or without colour.
    pub fn new(language: Language, color: bool) -> Page {
        Page {
            language,
            color,
            text: String::new(),
        }
    }

    /// Returns the language of the page.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Returns the wording in the language of the page.
    pub fn pick<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Ja => ja,
            Language::En => en,
        }
    }

    /// Adds text to the line.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(&sanitise::one_line(text));
    }

    /// Adds text that looks as `style` says to the line.
    pub fn push_styled(&mut self, style: Style, text: &str) {
        let text = sanitise::one_line(text);
        if self.color && style != Style::Plain {
            self.text
                .push_str(&format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()));
        } else {
            self.text.push_str(&text);
        }
    }

    /// Ends the line; nothing trails behind it.
    pub fn end_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// Adds a whole line.
    pub fn line(&mut self, text: &str) {
        self.push(text);
        self.end_line();
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: &str) {
        self.push_styled(Style::Strong, text);
        self.end_line();
    }

    /// Adds text of several lines, each with an indent.
    pub fn block(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }

    /// Adds a table whose columns line up, each line with an indent; the last column is open.
    pub fn table(&mut self, indent: usize, rows: &[Vec<Cell>]) {
        self.table_with_notes(indent, rows, &[]);
    }

    /// Adds a table with a note below each line, as far as there are notes; each note is a cell and
    /// the columns before it.
    pub fn table_with_notes(&mut self, indent: usize, rows: &[Vec<Cell>], notes: &[(usize, Cell)]) {
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(&cell.text));
            }
        }
        for (nth, row) in rows.iter().enumerate() {
            self.push(&" ".repeat(indent));
            for (index, cell) in row.iter().enumerate() {
                self.push_styled(cell.style, &cell.text);
                if index + 1 < row.len() {
                    let gap = widths[index].saturating_sub(width(&cell.text)) + 2;
                    self.push(&" ".repeat(gap));
                }
            }
            self.end_line();
            if let Some((columns, note)) = notes.get(nth) {
                self.push(&" ".repeat(*columns));
                self.push_styled(note.style, &note.text);
                self.end_line();
            }
        }
    }

    /// Returns the text.
    pub fn into_string(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_wide_characters() {
        let mut page = Page::new(Language::Ja, false);
        page.table(
            1,
            &[
                vec!["暗証番号".into(), "a".into()],
                vec!["ﾔﾏﾀﾞ".into(), "b".into()],
                vec!["pin".into(), "c".into()],
            ],
        );
        let expected = " 暗証番号  a\n ﾔﾏﾀﾞ      b\n pin       c\n";
        assert_eq!(page.into_string(), expected);
    }

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        for (text, cells, lines) in [
            ("", 10, &[""][..]),
            ("one two three", 7, &["one two", "three"]),
            (
                "期限切れの証明書、です",
                10,
                &["期限切れの", "証明書、で", "す"],
            ),
            ("期限切れの、証明書", 10, &["期限切れ", "の、証明書"]),
            ("項目12 entry", 6, &["項目12", "entry"]),
            ("abcdefgh ij", 4, &["abcd", "efgh", "ij"]),
            ("a\u{1b}b", 80, &["a␛b"]),
        ] {
            assert_eq!(wrap(text, cells), lines, "{text}");
        }
    }

    #[test]
    fn only_the_page_itself_writes_escapes() {
        let mut plain = Page::new(Language::En, false);
        plain.push_styled(Style::Bad, "a\u{1b}[2J");
        plain.end_line();
        assert_eq!(plain.into_string(), "a␛[2J\n");
        let mut colored = Page::new(Language::En, true);
        colored.push_styled(Style::Bad, "a\u{1b}[2J");
        assert_eq!(colored.into_string(), "\u{1b}[1;31ma␛[2J\u{1b}[0m");
    }
}
