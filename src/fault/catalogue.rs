//! The catalogue of faults: one table per subject, joined to one.

mod backend;
mod card;
mod reader;

use super::Fault;

/// Makes the table of one subject: name, seam and flaw, the row that it breaks, Japanese, English.
macro_rules! faults {
    ($table:ident $($name:literal, $seam:ident($kind:ident::$flaw:ident), $breaks:literal, $ja:literal, $en:literal;)*) => {
        /// Every fault of this subject.
        pub(super) const $table: &[$crate::fault::Fault] = &[$($crate::fault::Fault {
            name: $name,
            flaw: $crate::fault::Flaw::$seam($kind::$flaw),
            breaks: $crate::requirement::Id::literal($breaks),
            ja: $ja,
            en: $en,
        },)*];
    };
}
use faults;

const TABLES: [&[Fault]; 3] = [reader::READER, backend::BACKEND, card::CARD];
const COUNT: usize = TABLES[0].len() + TABLES[1].len() + TABLES[2].len();

/// Joins the tables, so that whoever goes through the faults need not know of them.
const fn joined() -> [Fault; COUNT] {
    let mut all = [TABLES[0][0]; COUNT];
    let (mut table, mut row, mut next) = (0, 0, 0);
    while next < COUNT {
        if row == TABLES[table].len() {
            table += 1;
            row = 0;
        } else {
            all[next] = TABLES[table][row];
            row += 1;
            next += 1;
        }
    }
    all
}

/// Every fault.
pub static FAULTS: &[Fault] = &joined();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::catalogue;

    #[test]
    fn every_fault_breaks_a_requirement_of_its_subject_and_has_a_name_of_its_own() {
        for (index, fault) in FAULTS.iter().enumerate() {
            let requirement = catalogue().by_id(fault.breaks).unwrap();
            assert!(requirement.concerns(fault.subject()), "{}", fault.name);
            assert!(
                FAULTS[..index].iter().all(|other| other.name != fault.name),
                "{}",
                fault.name
            );
        }
    }
}
