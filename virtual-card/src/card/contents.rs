//! The contents of the card's files, made when they are first read.

use std::collections::BTreeMap;
use std::fmt;

use crate::applications::Application;

/// Where a file is: AID and file id.
type Place = (&'static [u8], u16);

/// What was read so far of the transparent files and of those with records.
#[derive(Clone, Default)]
pub(super) struct Contents {
    transparent: BTreeMap<Place, Vec<u8>>,
    records: BTreeMap<Place, Vec<Vec<u8>>>,
}

impl Contents {
    /// Returns the bytes of a transparent file; `make` makes them the first time.
    pub(super) fn transparent(
        &mut self,
        application: &Application,
        id: u16,
        make: impl FnOnce() -> Vec<u8>,
    ) -> &[u8] {
        let place = (application.aid, id);
        self.transparent.entry(place).or_insert_with(make)
    }

    /// Returns the records of a file, the first of which has number 1; `make` makes them the first
    /// time.
    pub(super) fn records(
        &mut self,
        application: &Application,
        id: u16,
        make: impl FnOnce() -> Vec<Vec<u8>>,
    ) -> &[Vec<u8>] {
        let place = (application.aid, id);
        self.records.entry(place).or_insert_with(make)
    }
}

/// Shows which files were read but not what stands in them: My Number is among it.
impl fmt::Debug for Contents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.transparent.keys().chain(self.records.keys());
        let names = places.map(|(aid, id)| format!("{} {id:04X}", hex::encode_upper(aid)));
        formatter.debug_set().entries(names).finish()
    }
}
