//! Relations between plays that hold for every sound backend, whatever is on record there: what
//! a foreign backend can be held to without an oracle.
//!
//! Two of the relations that one would ask for are rules of the judge already, and stay there:
//! "the same question gets the same answer" is ELIG-07, "what is returned was consented to" is
//! CONS-01. What stands here needs a second play.

mod facts;
mod number;
mod order;
mod withhold;

use crate::eligibility::Text;
use crate::requirement::{Confidence, Id, Level, Subject, catalogue};
use crate::scenario::Document;

use super::trial::{Outcome, Played, Stage};

/// A relation between a case and a variant of it.
pub struct Relation {
    /// Its name, such as `flags-only-withhold`.
    pub name: &'static str,
    /// The requirement for which it stands.
    pub requirement: Id,
    /// What it says, in Japanese.
    pub ja: &'static str,
    /// What it says, in English.
    pub en: &'static str,
    /// Makes the variant; nothing where the relation says nothing of the case.
    pub variant: fn(&Document) -> Option<Document>,
    /// Compares the case with the variant, and says what contradicts the relation.
    pub compare: fn(&Played, &Played) -> Option<Text>,
}

/// Every relation.
pub static RELATIONS: &[Relation] = &[
    withhold::FLAGS_ONLY_WITHHOLD,
    order::ORDER,
    number::NUMBER_AND_CARD,
];

impl Relation {
    /// Returns the relation of that name.
    pub fn named(name: &str) -> Option<&'static Relation> {
        RELATIONS.iter().find(|relation| relation.name == name)
    }

    /// Plays the variant of a case, where there is one that can be played.
    pub fn other(&self, stage: &Stage, document: &Document) -> Option<Box<Played>> {
        let variant = (self.variant)(document)?;
        match stage.try_out(&variant, "explore-variant") {
            Outcome::Played(played) => Some(played),
            _ => None,
        }
    }

    /// Plays case and variant, and says what contradicts the relation.
    pub fn broken_by(&self, stage: &Stage, document: &Document) -> Option<Text> {
        let other = self.other(stage, document)?;
        match stage.try_out(document, "explore-case") {
            Outcome::Played(played) => (self.compare)(&played, &other),
            _ => None,
        }
    }

    /// Tells whether a contradiction counts, by the row for which the relation stands.
    pub fn counts(&self, conventions: bool) -> bool {
        catalogue().by_id(self.requirement).is_some_and(|row| {
            row.level_for(Subject::Backend) == Level::Must
                && (conventions || row.confidence_for(Subject::Backend) != Confidence::Low)
        })
    }
}
