//! How long a registration for insurance use lasts (requirements.md REG-03, REG-04, REG-06).

use crate::eligibility::{Moment, Registry};
use crate::rules::certificate::grace_until;

/// Tells whether a person is registered whose present certificate began at `certificate_from`.
///
/// It makes no difference where the registration was made (REG-03); cancelling ends it (REG-06). A
/// new certificate, of the same card or of a new one, takes it over if it began by the last day of
/// grace of the one before; after that day the registration has ended (REG-04, convention 5). That
/// the day is counted alike before there was any grace is a convention of this harness.
pub fn stands(registry: &Registry, certificate_from: Moment) -> bool {
    let on_record = registry
        .registration
        .as_ref()
        .is_some_and(|registration| !registration.cancelled);
    let taken_over = registry
        .previous_certificate_until
        .is_none_or(|last| certificate_from.day() <= grace_until(last));
    on_record && taken_over
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::eligibility::{Person, Registration, RegistrationPlace, Sex};

    fn registered(place: RegistrationPlace) -> Registry {
        Registry {
            person: Person {
                name: "模擬　太郎".to_owned(),
                kana: String::new(),
                birth_date: date(1985, 6, 15),
                sex: Sex::Male,
                address: None,
                postcode: None,
            },
            registration: Some(Registration {
                place,
                cancelled: false,
            }),
            qualifications: Vec::new(),
            withheld_by: Vec::new(),
            undisclosed_by: Vec::new(),
            certificate: Default::default(),
            previous_certificate_until: None,
            limit: None,
            specific_diseases: Vec::new(),
            tickets: Vec::new(),
            medical: Vec::new(),
            earlier_consents: Vec::new(),
            withdrawals: Vec::new(),
        }
    }

    fn start_of(day: Date) -> Moment {
        Moment::start_of(day).unwrap()
    }

    #[test]
    fn it_counts_wherever_it_was_made_until_cancelled() {
        for place in [
            RegistrationPlace::Reader,
            RegistrationPlace::Portal,
            RegistrationPlace::Atm,
            RegistrationPlace::Desk,
        ] {
            let mut registry = registered(place);
            assert!(stands(&registry, start_of(date(2023, 7, 3))), "{place:?}");
            registry.registration = Some(Registration {
                place,
                cancelled: true,
            });
            assert!(!stands(&registry, start_of(date(2023, 7, 3))), "{place:?}");
        }
    }

    /// E 2025-11-30, so G 2026-02-28 (vectors of the catalogue).
    #[test]
    fn a_certificate_got_by_the_last_day_of_grace_takes_it_over() {
        let mut registry = registered(RegistrationPlace::Portal);
        registry.previous_certificate_until = Some(date(2025, 11, 30));
        for day in [date(2025, 11, 1), date(2025, 12, 1), date(2026, 2, 28)] {
            assert!(stands(&registry, start_of(day)), "{day}");
        }
        for day in [date(2026, 3, 1), date(2026, 12, 1)] {
            assert!(!stands(&registry, start_of(day)), "{day}");
        }
    }

    #[test]
    fn nobody_is_registered_who_never_was() {
        let mut registry = registered(RegistrationPlace::Portal);
        registry.registration = None;
        assert!(!stands(&registry, start_of(date(2023, 7, 3))));
    }
}
