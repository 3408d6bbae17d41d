//! The model: what a card must remember, and what it must answer because of that.

use std::collections::BTreeMap;

use virtual_card::card::PinName;

use super::step::{Place, Step};
use super::table::{self, Ap, Holds};

/// What a card of `adult` remembers.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    pub selected: Ap,
    pub file: Option<u16>,
    pub verified: Vec<PinName>,
    pub left: BTreeMap<PinName, u8>,
    values: BTreeMap<PinName, &'static str>,
}

/// Status words, one of which must come; more than one where card.md leaves it open.
pub type Expected = &'static [u16];

const SUCCESS: Expected = &[0x9000];
const CONFLICT: Expected = &[0x6981];
const REFUSED: Expected = &[0x6982];
const CONDITIONS: Expected = &[0x6985];
const NO_FILE: Expected = &[0x6986];
const NOT_FOUND: Expected = &[0x6A82];
const PARAMETERS: Expected = &[0x6A86];
const LOCKED: Expected = &[0x6984];
const LEFT: [Expected; 11] = [
    &[0x63C0],
    &[0x63C1],
    &[0x63C2],
    &[0x63C3],
    &[0x63C4],
    &[0x63C5],
    &[0x63C6],
    &[0x63C7],
    &[0x63C8],
    &[0x63C9],
    &[0x63CA],
];

impl Model {
    pub fn new() -> Self {
        let left = PinName::ALL.map(|name| (name, table::pin(name).0));
        let values = PinName::ALL.map(|name| (name, table::pin(name).1));
        Self {
            selected: Ap::Domain,
            file: None,
            verified: Vec::new(),
            left: left.into(),
            values: values.into(),
        }
    }

    /// Returns the file that a place names, or the refusal.
    fn file(&self, place: Place) -> Result<(u16, Holds), Expected> {
        let id = match place {
            Place::Current => self.file.ok_or(NO_FILE)?,
            Place::Named(short) => u16::from(short),
        };
        let holds = self.selected.file(id).ok_or(NOT_FOUND)?;
        Ok((id, holds))
    }

    fn pin(&self, place: Place) -> Result<(u16, PinName), Expected> {
        match self.file(place)? {
            (id, Holds::Pin(name)) => Ok((id, name)),
            _ => Err(CONFLICT),
        }
    }

    fn opens(&self, needed: &[PinName]) -> Result<(), Expected> {
        let open = needed.is_empty() || needed.iter().any(|name| self.verified.contains(name));
        if open { Ok(()) } else { Err(REFUSED) }
    }

    /// Does the step and returns what the card must answer; nothing where it answers nothing.
    pub fn step(&mut self, step: &Step) -> Option<Expected> {
        let done = match *step {
            Step::Select(ap) => self.select(ap),
            Step::SelectUnknown => Err(NOT_FOUND),
            Step::SelectFile(id) => self.select_file(id),
            Step::Query(place) => self
                .pin(place)
                .and_then(|(_, name)| Err(LEFT[usize::from(self.left[&name])])),
            Step::Verify(place, entry) => self.verify(place, entry),
            Step::Change(instruction, place, new) => self.change(instruction, place, new),
            Step::Read(place) => self.read(place),
            Step::ReadPastEnd => self.read(Place::Current).and(Err(&[0x6B00])),
            Step::ReadRecord(place, number) => self.read_record(place, number),
            Step::Sign(form, key) => self.sign(form, key),
            Step::Authenticate(place) => self.authenticate(place),
            Step::GetData(tag) => self.get_data(tag),
            Step::Challenge(_) => Ok(()),
            Step::Reset => return None,
            Step::PowerCycle => {
                self.forget(Ap::Domain);
                return None;
            }
        };
        Some(done.err().unwrap_or(SUCCESS))
    }

    fn forget(&mut self, selected: Ap) {
        self.selected = selected;
        self.file = None;
        self.verified.clear();
    }

    fn select(&mut self, ap: Ap) -> Result<(), Expected> {
        if self.selected == ap {
            self.file = None;
        } else {
            self.forget(ap);
        }
        Ok(())
    }

    fn select_file(&mut self, id: u16) -> Result<(), Expected> {
        self.selected.file(id).ok_or(NOT_FOUND)?;
        self.file = Some(id);
        Ok(())
    }

    fn verify(&mut self, place: Place, entry: &str) -> Result<(), Expected> {
        let (id, name) = self.pin(place)?;
        let left = self.left[&name];
        if left == 0 {
            return Err(LOCKED);
        }
        self.verified.retain(|verified| *verified != name);
        if entry == self.values[&name] {
            self.verified.push(name);
            self.left.insert(name, table::pin(name).0);
            self.file = Some(id);
            Ok(())
        } else {
            self.left.insert(name, left - 1);
            Err(LEFT[usize::from(left - 1)])
        }
    }

    fn change(&mut self, instruction: u8, place: Place, new: &'static str) -> Result<(), Expected> {
        let (id, name) = self.pin(place)?;
        if table::pin(name).2 != Some(instruction) {
            return Err(CONDITIONS);
        }
        self.opens(&[name])?;
        let fits = match name {
            PinName::Signature => (6..=16).contains(&new.len()),
            _ => new.len() == 4,
        };
        if !fits {
            return Err(&[0x6A80]);
        }
        self.values.insert(name, new);
        self.file = Some(id);
        Ok(())
    }

    fn read(&mut self, place: Place) -> Result<(), Expected> {
        match self.file(place)? {
            (_, Holds::Sealed) => Err(REFUSED),
            (id, Holds::Bytes(needed)) => {
                self.opens(needed)?;
                self.file = Some(id);
                Ok(())
            }
            _ => Err(CONFLICT),
        }
    }

    fn read_record(&mut self, place: Place, number: u8) -> Result<(), Expected> {
        match self.file(place)? {
            (id, Holds::Record) if number == 1 => {
                self.file = Some(id);
                Ok(())
            }
            (_, Holds::Record) => Err(&[0x6A83]),
            _ => Err(CONFLICT),
        }
    }

    fn sign(&mut self, form: u8, key: Option<Place>) -> Result<(), Expected> {
        if form > 0x05 {
            return Err(PARAMETERS);
        }
        let Some(place) = key else {
            return if self.selected.has_default_key() {
                Ok(())
            } else {
                Err(PARAMETERS)
            };
        };
        let (id, Holds::Key(needed)) = self.file(place)? else {
            return Err(CONFLICT);
        };
        self.opens(needed)?;
        self.file = Some(id);
        Ok(())
    }

    fn authenticate(&mut self, place: Place) -> Result<(), Expected> {
        match self.file(place)? {
            (id, Holds::Authenticates) => {
                self.file = Some(id);
                Ok(())
            }
            // card.md §2.4 has both for the keys of other applications.
            (_, Holds::Key(_)) => Err(&[0x6982, 0x6985]),
            _ => Err(CONFLICT),
        }
    }

    fn get_data(&self, tag: u16) -> Result<(), Expected> {
        match tag {
            0x5F51 => Ok(()),
            0x0045 | 0x00F8 if self.selected == Ap::Domain => Ok(()),
            _ => Err(&[0x6A88]),
        }
    }
}
