//! How long certificate and card last (CERT-08), as the judge reckons it.
//!
//! Where the sources leave a day open, every reading that passes is returned: who was born on
//! 29 February may have the birthday on the 28th or on 1 March in other years (no source says),
//! and what a third certificate replaced is not stated in any scenario.

use jiff::civil::{Date, date};

use super::{notice_starts, on};
use crate::scenario::ValidityFacts;

/// From this day of application on a person of 18 is no minor (CERT-08).
const OF_AGE_AT_18: Date = date(2022, 4, 1);

/// The days that pass, and whether they rest on more than the count of birthdays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::judge) struct Ends {
    pub days: Vec<Date>,
    /// The day comes from what the catalogue is less sure of: a renewal, the card's own end, a
    /// period of stay, the age at which a minor is one.
    pub by_details: bool,
}

/// How the birthday of 29 February is read in other years.
#[derive(Clone, Copy)]
enum Reading {
    EndOfFebruary,
    FirstOfMarch,
}

const READINGS: [Reading; 2] = [Reading::EndOfFebruary, Reading::FirstOfMarch];

fn birthday_in(birth: Date, year: i16, reading: Reading) -> Option<Date> {
    on(year, birth.month(), birth.day()).or(match reading {
        Reading::EndOfFebruary => on(year, 2, 28),
        Reading::FirstOfMarch => on(year, 3, 1),
    })
}

/// Returns the `count`th birthday after a day, on which one itself does not count.
fn birthday_after(birth: Date, day: Date, count: usize, reading: Reading) -> Option<Date> {
    (day.year()..)
        .map_while(|year| birthday_in(birth, year, reading))
        .filter(|birthday| *birthday > day)
        .nth(count.checked_sub(1)?)
}

fn birthdays_after(birth: Date, day: Date, count: usize) -> Vec<Date> {
    sorted(
        READINGS
            .iter()
            .filter_map(|reading| birthday_after(birth, day, count, *reading)),
    )
}

fn sorted(days: impl Iterator<Item = Date>) -> Vec<Date> {
    let mut days: Vec<Date> = days.collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Returns the last days that a card may have.
pub(in crate::judge) fn card_ends(birth: Date, stated: &ValidityFacts) -> Ends {
    if let Some(day) = stated.card_expires {
        return Ends {
            days: vec![day],
            by_details: true,
        };
    }
    let issued = stated.issued;
    let of_age = if issued < OF_AGE_AT_18 { 20 } else { 18 };
    let days = READINGS.iter().filter_map(|reading| {
        let grown = birthday_in(birth, birth.year() + of_age, *reading)? <= issued;
        birthday_after(birth, issued, if grown { 10 } else { 5 }, *reading)
    });
    let age = issued.year() - birth.year();
    Ends {
        days: sorted(days),
        by_details: (17..=20).contains(&age),
    }
}

/// Returns the last days that a user certificate may have.
pub(in crate::judge) fn certificate_ends(birth: Date, stated: &ValidityFacts) -> Ends {
    let start = stated.not_before.map_or(stated.issued, |start| start.day());
    let cards = card_ends(birth, stated).days;
    let counts = counts(birth, stated, start, &cards);
    let birthdays = counts
        .iter()
        .flat_map(|count| birthdays_after(birth, start, *count));
    let birthdays = sorted(birthdays);
    let bounded = birthdays
        .iter()
        .flat_map(|birthday| cards.iter().map(|card| *birthday.min(card)));
    let days = sorted(bounded);
    Ends {
        by_details: counts != [5] || days != birthdays,
        days,
    }
}

/// Returns the birthdays to which a certificate may run: the 5th, or the 6th where it replaces one
/// with less than three months left.
fn counts(birth: Date, stated: &ValidityFacts, start: Date, cards: &[Date]) -> Vec<usize> {
    let replaced = match stated.generation {
        0 | 1 => return vec![5],
        2 => birthdays_after(birth, stated.issued, 5)
            .iter()
            .flat_map(|birthday| cards.iter().map(|card| *birthday.min(card)))
            .collect(),
        // What the one before was good for is not stated: its own birthday at the latest.
        _ => birthdays_after(birth, start.yesterday().unwrap_or(start), 1),
    };
    let late = |end: &Date| {
        let starts = notice_starts(*end);
        let all = starts.iter().all(|from| *from < start);
        let any = starts.iter().any(|from| *from < start);
        (start <= *end && all, start <= *end && any)
    };
    let surely = replaced.iter().map(late).all(|(all, _)| all);
    let perhaps = replaced.iter().map(late).any(|(_, any)| any);
    let on_the_last_day = replaced.contains(&start);
    match (
        perhaps,
        surely && stated.generation == 2 && !on_the_last_day,
    ) {
        (false, _) => vec![5],
        (true, true) => vec![6],
        (true, false) => vec![5, 6],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::Moment;
    use crate::requirement::vectors;

    #[test]
    fn validity_agrees_with_the_vectors() {
        for vector in &vectors().validity {
            let stated = ValidityFacts {
                issued: vector.issued,
                card_expires: vector.stay_until,
                not_before: vector.renewed.and_then(Moment::start_of),
                not_after: None,
                generation: 1 + u32::from(vector.renewed.is_some()),
            };
            let card = card_ends(vector.birth, &stated).days;
            assert!(card.contains(&vector.card_until), "{vector:?}: {card:?}");
            let certificate = certificate_ends(vector.birth, &stated).days;
            assert!(
                certificate.contains(&vector.certificate_until),
                "{vector:?}: {certificate:?}"
            );
            let leap = (vector.birth.month(), vector.birth.day()) == (2, 29);
            assert!(
                leap || (card.len(), certificate.len()) == (1, 1),
                "{vector:?}"
            );
        }
    }

    #[test]
    fn a_renewal_long_before_the_end_runs_to_the_fifth_birthday() {
        // Born 15 June, issued 2023: the first certificate has three years left in May 2025.
        let stated = ValidityFacts {
            issued: date(2023, 7, 3),
            card_expires: None,
            not_before: Moment::start_of(date(2025, 5, 1)),
            not_after: None,
            generation: 2,
        };
        let ends = certificate_ends(date(1985, 6, 15), &stated);
        assert_eq!(ends.days, [date(2029, 6, 15)]);
    }
}
