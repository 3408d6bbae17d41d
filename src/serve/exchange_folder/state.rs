//! What an exchange folder remembers: reference numbers, and results that are to be fetched.
//!
//! Both are bounded. Nothing of it outlives the process.

use std::collections::VecDeque;

use crate::backend::oqs::name::Kind;
use crate::backend::oqs::response::Body;
use crate::eligibility::Qualification;

/// Most results that wait to be fetched; the oldest goes first.
const RECEPTIONS_MAX: usize = 256;
/// Most reference numbers.
const REFERENCES_MAX: usize = 100_000;

/// What an exchange folder remembers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    receptions: VecDeque<Reception>,
    given: u64,
    references: Vec<Reference>,
}

/// A result that waits to be fetched.
#[derive(Debug)]
struct Reception {
    number: String,
    kind: Kind,
    body: Body,
    /// How often it will still be said to be in progress.
    in_progress: u32,
}

/// A reference number (照会番号) of one qualification at one institution.
#[derive(Debug)]
struct Reference {
    institution: String,
    key: [String; 4],
    number: String,
}

/// What there is under a reception number.
pub(super) enum Fetched {
    /// Nothing was ever handed in under it, or it is forgotten.
    Unknown,
    /// Ask again.
    InProgress,
    /// The result.
    Ready(Body),
}

impl Memory {
    /// Keeps a result; returns the number under which it is fetched.
    pub(super) fn hand_in(&mut self, kind: Kind, body: Body, in_progress: u32) -> String {
        self.given += 1;
        // Visibly no number of the real system.
        let number = format!("SIM{:012}", self.given);
        if self.receptions.len() == RECEPTIONS_MAX {
            self.receptions.pop_front();
        }
        self.receptions.push_back(Reception {
            number: number.clone(),
            kind,
            body,
            in_progress,
        });
        number
    }

    /// Fetches the result of what was handed in as `kind`. It can be fetched again.
    pub(super) fn fetch(&mut self, kind: Kind, number: &str) -> Fetched {
        let Some(reception) = self
            .receptions
            .iter_mut()
            .find(|one| one.kind == kind && one.number == number)
        else {
            return Fetched::Unknown;
        };
        if reception.in_progress > 0 {
            reception.in_progress -= 1;
            return Fetched::InProgress;
        }
        Fetched::Ready(reception.body.clone())
    }

    /// Registers a reference number; a new one replaces the old one. False where there are too
    /// many.
    pub(super) fn register(
        &mut self,
        institution: &str,
        qualification: &Qualification,
        number: &str,
    ) -> bool {
        let key = key(qualification);
        let known = self
            .references
            .iter_mut()
            .find(|one| one.institution == institution && one.key == key);
        if let Some(reference) = known {
            number.clone_into(&mut reference.number);
            return true;
        }
        if self.references.len() >= REFERENCES_MAX {
            return false;
        }
        self.references.push(Reference {
            institution: institution.to_owned(),
            key,
            number: number.to_owned(),
        });
        true
    }

    /// Returns the reference numbers of a qualification at an institution.
    pub(super) fn references(
        &self,
        institution: &str,
        qualification: Option<&Qualification>,
    ) -> Vec<String> {
        let Some(key) = qualification.map(key) else {
            return Vec::new();
        };
        self.references
            .iter()
            .filter(|one| one.institution == institution && one.key == key)
            .map(|one| one.number.clone())
            .collect()
    }
}

fn key(qualification: &Qualification) -> [String; 4] {
    [
        qualification.insurer.trim().to_owned(),
        qualification.symbol.clone(),
        qualification.number.clone(),
        qualification.branch.clone().unwrap_or_default(),
    ]
}
