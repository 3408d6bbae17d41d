//! Reads scenario and deck files; every error shows file, line, column and the line itself.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Options, Spanned};

use super::document::Document;
use super::{Deck, Lint, Playable};
use crate::eligibility::Moment;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
}

/// A file that is no scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The file, as the user named it.
    pub origin: String,
    /// Where, as far as known.
    pub place: Option<Place>,
    /// The line itself.
    pub excerpt: Option<String>,
    /// What is wrong, what was expected, what to do.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if let Some(place) = self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let (Some(place), Some(excerpt)) = (self.place, &self.excerpt) {
            let number = place.line.to_string();
            let gutter = " ".repeat(number.len());
            // The caret stands under the character as a terminal places it: wide ones count two.
            let before: String = excerpt.chars().take(place.column - 1).collect();
            let indent = " ".repeat(unicode_width::UnicodeWidthStr::width(before.as_str()));
            write!(
                f,
                "\n {gutter} |\n {number} | {excerpt}\n {gutter} | {indent}^"
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for ParseError {}

impl ParseError {
    /// Makes an error at a place of `text`, or at none.
    pub(super) fn at(origin: &str, text: &str, place: Option<Place>, message: String) -> Self {
        let place = place.filter(|place| place.line > 0 && place.column > 0);
        let excerpt = place.and_then(|place| {
            text.lines()
                .nth(place.line - 1)
                .map(|line| line.replace('\t', " "))
        });
        ParseError {
            origin: origin.to_owned(),
            place,
            excerpt,
            message,
        }
    }
}

/// Limits for files that come from elsewhere: a scenario is a page, not a database.
fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_nodes: 50_000,
            max_depth: 32,
            max_aliases: 100,
            max_documents: 1,
        },
    }
}

/// Reads one YAML document of type `T`.
///
/// # Errors
///
/// [`ParseError`] with the place where `text` is no such document.
pub fn parse<T: DeserializeOwned>(text: &str, origin: &str) -> Result<T, ParseError> {
    if text.len() > 1 << 20 {
        return Err(ParseError::at(
            origin,
            text,
            None,
            format!(
                "the file has {} bytes; a scenario has at most 1 MiB",
                text.len()
            ),
        ));
    }
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let place = error.location().map(|location| Place {
            line: usize::try_from(location.line()).unwrap_or(0),
            column: usize::try_from(location.column()).unwrap_or(0),
        });
        ParseError::at(origin, text, place, bare_message(&error.to_string()))
    })
}

/// Takes the place off a message of the parser: we show it in our own way.
fn bare_message(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message = match message.split_once(": ") {
        Some((place, rest)) if place.starts_with("line ") => rest,
        _ => message,
    };
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(rest, _)| rest);
    // What the parser says in its own terms, in those of the file.
    if let Some(key) = message.strip_prefix("duplicate mapping key: ") {
        let key = key.split(',').next().unwrap_or(key);
        return format!("the key `{key}` stands here twice; keep one");
    }
    match message {
        "unexpected end of input" => {
            "the file ends before it says anything; a scenario begins with `title:`".to_owned()
        }
        "expected mapping start" => {
            "a map was expected here, such as `{ ja: …, en: … }`".to_owned()
        }
        "expected sequence start" => {
            "a list was expected here, such as `[IDV-02]` or lines that begin with `- `".to_owned()
        }
        "expected string scalar" => "a text was expected here".to_owned(),
        other => other.to_owned(),
    }
}

/// A scenario file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path without extension, relative to the library.
    pub id: String,
    /// The file, as errors name it.
    pub origin: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Makes a scenario file ready to play: every case of it, dates resolved against `now`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place where the file is no scenario, names who is not in the deck,
    /// or could never be played to its end.
    pub fn playables(&self, deck: &Deck, now: Moment) -> Result<Vec<Playable>, ParseError> {
        let document = Document::parse(&self.text, &self.origin)?;
        let playables = document.resolve(&self.id, deck, now).map_err(|error| {
            ParseError::at(
                &self.origin,
                &self.text,
                place_of(&self.text, &error.path),
                error.message,
            )
        })?;
        for playable in &playables {
            if let Some(lint) = Lint::errors(&playable.scenario).into_iter().next() {
                return Err(lint.at(self));
            }
        }
        Ok(playables)
    }
}

impl Document {
    /// Reads a scenario file.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place.
    pub fn parse(text: &str, origin: &str) -> Result<Document, ParseError> {
        parse(text, origin)
    }
}

/// A step on the way to a value in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathItem {
    /// A key.
    Key(&'static str),
    /// A list item, from 0.
    Index(usize),
}

/// Where each value of a file stands, for errors that are found after parsing.
#[derive(Debug)]
enum Node {
    Scalar,
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        struct NodeVisitor;

        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_str<E>(self, _: &str) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Scalar)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = map.next_entry()? {
                    items.push(item);
                }
                Ok(Node::Map(items))
            }
        }

        deserializer.deserialize_any(NodeVisitor)
    }
}

/// Makes an error at the key at the end of `keys` in `text`, or at the nearest on the way to it.
pub fn error_at(origin: &str, text: &str, keys: &[&str], message: String) -> ParseError {
    ParseError::at(origin, text, place_of_key(text, keys), message)
}

/// Makes an error at the value at `path` in `text`, or at the nearest on the way to it.
pub fn error_at_item(origin: &str, text: &str, path: &[PathItem], message: String) -> ParseError {
    ParseError::at(origin, text, place_of(text, path), message)
}

fn place_of_key(text: &str, keys: &[&str]) -> Option<Place> {
    let root: Node = serde_saphyr::from_str_with_options(text, options()).ok()?;
    let mut node = &root;
    let mut place = None;
    for key in keys {
        let Node::Map(items) = node else { break };
        let Some((name, value)) = items.iter().find(|(name, _)| name.value == *key) else {
            break;
        };
        place = Some(Place {
            line: usize::try_from(name.referenced.line()).unwrap_or(0),
            column: usize::try_from(name.referenced.column()).unwrap_or(0),
        });
        node = &value.value;
    }
    place
}

/// Finds the place of the value at `path` in `text`, or of the nearest value on the way to it.
pub(super) fn place_of(text: &str, path: &[PathItem]) -> Option<Place> {
    let root: Node = serde_saphyr::from_str_with_options(text, options()).ok()?;
    let mut node = &root;
    let mut place = None;
    for item in path {
        let next = match (item, node) {
            (PathItem::Key(key), Node::Map(items)) => items
                .iter()
                .find(|(name, _)| name.value == *key)
                .map(|(_, value)| value),
            (PathItem::Index(index), Node::List(items)) => items.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        place = Some(Place {
            line: usize::try_from(next.referenced.line()).unwrap_or(0),
            column: usize::try_from(next.referenced.column()).unwrap_or(0),
        });
        node = &next.value;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_file_line_column_and_the_line() {
        let text = "title: { ja: 題, en: T }\nat: now\nkard: {}\n";
        let error = Document::parse(text, "x.yaml").unwrap_err().to_string();
        assert!(error.starts_with("x.yaml:3:1: "), "{error}");
        assert!(error.contains("3 | kard: {}"), "{error}");
        assert!(error.contains("kard"), "{error}");
    }

    #[test]
    fn the_place_of_a_value_is_found_by_its_path() {
        let text = "card:\n  holder: nobody\nsteps:\n  - a\n  - b: 1\n";
        let place = place_of(text, &[PathItem::Key("card"), PathItem::Key("holder")]).unwrap();
        assert_eq!((place.line, place.column), (2, 11));
        let place = place_of(text, &[PathItem::Key("steps"), PathItem::Index(1)]).unwrap();
        assert_eq!(place.line, 5);
    }

    #[test]
    fn an_alias_bomb_is_refused_within_the_budget() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let item = format!("*a{}, ", level - 1).repeat(10);
            text.push_str(&format!("a{level}: &a{level} [{item}]\n"));
        }
        assert!(Document::parse(&text, "bomb.yaml").is_err());
    }
}
