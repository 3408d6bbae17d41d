//! Which scenarios and faults belong to a requirement, for `list` and `show`.

use std::collections::BTreeMap;
use std::iter;

use serde_json::{Value, json};

use super::failure::Failure;
use super::list::value;
use crate::clock::system_now;
use crate::eligibility::Text;
use crate::fault::{FAULTS, Fault};
use crate::judge::why_not_judged;
use crate::library::Library;
use crate::report::page::{Page, width};
use crate::requirement::{Id, Medium, Requirement};
use crate::wording::Language;

/// Columns that a line of the list fills at most.
const COLUMNS: usize = 80;

/// The bundled scenarios by requirement.
#[derive(Default)]
pub(super) struct Coverage {
    scenarios: BTreeMap<Id, Vec<String>>,
}

impl Coverage {
    /// Reads the bundled scenarios.
    ///
    /// # Errors
    ///
    /// [`Failure::Bug`] where a bundled file is broken, which a test excludes.
    pub(super) fn of(library: &Library) -> Result<Coverage, Failure> {
        let scenarios = library
            .by_requirement(system_now())
            .map_err(|error| Failure::Bug(error.to_string()))?;
        Ok(Coverage { scenarios })
    }

    /// Returns the ids of the scenarios that list a requirement, cases one by one.
    fn scenarios(&self, id: Id) -> &[String] {
        self.scenarios.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Returns the files with the number of their plays, in order.
    pub(super) fn files(&self, id: Id) -> Vec<(&str, usize)> {
        let mut files: Vec<(&str, usize)> = Vec::new();
        for id in self.scenarios(id) {
            let file = id.split_once('#').map_or(id.as_str(), |(file, _)| file);
            match files.last_mut() {
                Some((last, plays)) if *last == file => *plays += 1,
                _ => files.push((file, 1)),
            }
        }
        files
    }

    /// Returns one line: how many plays, and the first files of them; or why there is none.
    pub(super) fn line(&self, row: &Requirement, page: &Page, indent: usize) -> String {
        let files = self.files(row.id);
        if files.is_empty() {
            let why = why_none(row).map(|why| why.get(page.language()).to_owned());
            return cut(&why.unwrap_or_default(), COLUMNS - indent);
        }
        let plays = self.scenarios(row.id).len();
        let head = match page.language() {
            Language::Ja => format!("{plays}例"),
            Language::En if plays == 1 => "1 play".to_owned(),
            Language::En => format!("{plays} plays"),
        };
        let names = files.iter().map(|(file, _)| *file);
        fitting(iter::once(head.as_str()).chain(names), COLUMNS - indent)
    }

    /// Returns a row as JSON, with its scenarios, its faults and why there is none.
    pub(super) fn json(&self, row: &Requirement) -> Value {
        let mut item = value(row);
        let faults: Vec<&str> = faults(row.id).map(|fault| fault.name).collect();
        if let Value::Object(fields) = &mut item {
            fields.insert("scenarios".to_owned(), json!(self.scenarios(row.id)));
            fields.insert("faults".to_owned(), json!(faults));
            if self.scenarios(row.id).is_empty() {
                fields.insert("why-no-scenario".to_owned(), json!(why_none(row)));
            }
        }
        item
    }
}

/// Returns the faulty readers, backends and cards that break a requirement.
pub(super) fn faults(id: Id) -> impl Iterator<Item = &'static Fault> {
    FAULTS.iter().filter(move |fault| fault.breaks == id)
}

/// Returns why no scenario lists a row: nothing could decide it, or only a driver does.
pub(super) fn why_none(row: &Requirement) -> Option<Text> {
    let not_judged = row
        .subjects
        .iter()
        .find_map(|subject| why_not_judged(row.id, *subject));
    let by_driver = (row.seen_in == [Medium::Log]).then(|| {
        Text::new(
            "ドライバーだけが伝えるので、どのシナリオでも--reader process:のときに判定する",
            "only a driver tells it: every scenario decides it with --reader process:",
        )
    });
    not_judged.or(by_driver)
}

/// Joins words with spaces as far as they fit; how many are missing ends a line that lacks some.
fn fitting<'w>(words: impl Iterator<Item = &'w str>, columns: usize) -> String {
    let words: Vec<&str> = words.collect();
    let mut line = String::new();
    for (index, word) in words.iter().enumerate() {
        let left = words.len() - index;
        let more = format!(" … +{left}");
        let needed = width(&line) + 1 + width(word);
        let limit = columns.saturating_sub(if left > 1 { width(&more) } else { 0 });
        if needed > limit && !line.is_empty() {
            line.push_str(&more);
            return line;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Cuts a sentence where the line ends.
fn cut(sentence: &str, columns: usize) -> String {
    let mut line = String::new();
    for char in sentence.chars() {
        if width(&line) + width(char.encode_utf8(&mut [0; 4])) + 1 > columns {
            line.push('…');
            return line;
        }
        line.push(char);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_before_the_columns_do_and_says_how_much_is_missing() {
        let words = ["12:", "a/bcd", "e/fgh", "i/jkl"];
        assert_eq!(fitting(words.into_iter(), 80), "12: a/bcd e/fgh i/jkl");
        assert_eq!(fitting(words.into_iter(), 21), "12: a/bcd e/fgh i/jkl");
        assert_eq!(fitting(words.into_iter(), 20), "12: a/bcd e/fgh … +1");
        assert_eq!(fitting(words.into_iter(), 19), "12: a/bcd … +2");
        assert_eq!(cut("暗証番号の照合", 9), "暗証番号…");
        assert_eq!(cut("as it is", 9), "as it is");
    }
}
