//! Faulty readers, backends and cards (mutants): one catalogue, each an interposer on a seam.
//!
//! Each breaks one requirement and names it. There is no fault inside `check_in`, the embedded
//! backend or the virtual card: what is here changes what goes into them or comes out.

mod backend;
mod card;
mod catalogue;
mod reader;

use virtual_card::card::Card;
use virtual_card::profile::Profile;

use crate::backend::Backend;
use crate::card_link::{CardLink, InProcess};
use crate::eligibility::Text;
use crate::reader::Reader;
use crate::requirement::{Id, Subject};

pub use backend::BackendFlaw;
pub use card::CardFlaw;
pub use catalogue::FAULTS;
pub use reader::ReaderFlaw;

/// A way in which an implementation can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Of a reader.
    Reader(ReaderFlaw),
    /// Of a backend.
    Backend(BackendFlaw),
    /// Of a card.
    Card(CardFlaw),
}

/// One entry of the catalogue of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Name, such as `pin-sent-twice`.
    pub name: &'static str,
    /// What is wrong.
    pub flaw: Flaw,
    /// The requirement that it breaks, and that must catch it.
    pub breaks: Id,
    /// What it does, in Japanese.
    pub ja: &'static str,
    /// What it does, in English.
    pub en: &'static str,
}

impl Fault {
    /// Returns who is faulty.
    pub fn subject(&self) -> Subject {
        match self.flaw {
            Flaw::Reader(_) => Subject::Reader,
            Flaw::Backend(_) => Subject::Backend,
            Flaw::Card(_) => Subject::Card,
        }
    }

    /// Returns what it does.
    pub fn title(&self) -> Text {
        Text::new(self.ja, self.en)
    }

    /// Returns the fault of that name.
    pub fn named(name: &str) -> Option<&'static Fault> {
        FAULTS.iter().find(|fault| fault.name == name)
    }
}

/// Returns the fault of a backend of that name.
///
/// # Errors
///
/// What is wrong with the name, and what to do.
pub fn of_backend(name: &str) -> Result<&'static Fault, String> {
    let of_backends = || FAULTS.iter().filter(|it| it.subject() == Subject::Backend);
    of_backends().find(|fault| fault.name == name).ok_or_else(|| {
        let nearest = of_backends().min_by_key(|it| strsim::levenshtein(it.name, name));
        format!(
            "{name:?} is no fault of a backend; did you mean {}? `uketsuke list faults` lists all",
            nearest.map_or("another", |fault| fault.name)
        )
    })
}

/// Puts a fault between a sound reader and backend and the rest.
pub fn interpose(
    fault: &Fault,
    reader: Box<dyn Reader>,
    backend: Box<dyn Backend>,
) -> (Box<dyn Reader>, Box<dyn Backend>) {
    (
        interpose_reader(fault, reader),
        interpose_backend(fault, backend),
    )
}

/// Puts a fault of a reader between a sound one and the rest; none of another subject's.
pub fn interpose_reader(fault: &Fault, reader: Box<dyn Reader>) -> Box<dyn Reader> {
    match fault.flaw {
        Flaw::Reader(flaw) => Box::new(reader::Faulty::new(flaw, reader)),
        Flaw::Backend(_) | Flaw::Card(_) => reader,
    }
}

/// Puts a fault of a backend between a sound one and whoever asks; none of another subject's.
pub fn interpose_backend(fault: &Fault, backend: Box<dyn Backend>) -> Box<dyn Backend> {
    match fault.flaw {
        Flaw::Backend(flaw) => Box::new(backend::Faulty::new(flaw, backend)),
        Flaw::Reader(_) | Flaw::Card(_) => backend,
    }
}

/// Returns the card as it was issued: with wrong dates where the fault is one of issuing.
pub fn issued(fault: Option<&Fault>, profile: &Profile) -> Profile {
    match fault.map(|fault| fault.flaw) {
        Some(Flaw::Card(flaw)) => card::issued(flaw, profile),
        _ => profile.clone(),
    }
}

/// Makes a card and the way to it, with the fault between where it is one of the card.
pub fn card_link(fault: Option<&Fault>, profile: &Profile, seed: u64) -> Box<dyn CardLink> {
    match fault.map(|fault| fault.flaw) {
        Some(Flaw::Card(flaw)) => Box::new(card::Faulty::new(flaw, profile, seed)),
        _ => Box::new(InProcess::new(Card::new(profile, seed))),
    }
}
