//! The deck: people with their cards and what the registry knows of them.

use std::collections::BTreeMap;

use super::document::DeckPerson;
use super::load::{ParseError, parse};

/// People by name.
#[derive(Debug, Clone, Default)]
pub struct Deck {
    people: BTreeMap<String, DeckPerson>,
}

impl Deck {
    /// Adds the person that a deck file describes; one of the same name is replaced.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place where the file describes no person.
    pub fn add(&mut self, name: &str, text: &str, origin: &str) -> Result<(), ParseError> {
        self.people.insert(name.to_owned(), parse(text, origin)?);
        Ok(())
    }

    /// Adds the people of `other`; those of the same name are replaced.
    pub fn extend(&mut self, other: Deck) {
        self.people.extend(other.people);
    }

    /// Returns the person of that name.
    pub fn person(&self, name: &str) -> Option<&DeckPerson> {
        self.people.get(name)
    }

    /// Returns the names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.people.keys().map(String::as_str)
    }
}
