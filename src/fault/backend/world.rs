//! What a faulty backend makes of the people and cards that it is told of.

use jiff::civil::Date;

use super::{BackendFlaw, Faulty, days_later};
use crate::backend::World;
use crate::eligibility::{CertificateStatus, Moment, Registration, RegistrationPlace};
use crate::scenario::CardFacts;

impl Faulty {
    /// Returns the world as the flawed backend takes it in.
    pub(super) fn world(&self, world: &World) -> World {
        let mut world = world.clone();
        self.switch_on(&mut world);
        for patient in &mut world.people {
            self.card(&mut patient.card);
            let registry = &mut patient.registry;
            match self.flaw {
                BackendFlaw::RevokedAccepted => registry.certificate = CertificateStatus::Good,
                BackendFlaw::WithheldIgnored => registry.withheld_by.clear(),
                BackendFlaw::AddressShown => registry.undisclosed_by.clear(),
                BackendFlaw::FlagsNotIndependent if registry.withheld_by.is_empty() => {
                    registry.withheld_by.clone_from(&registry.undisclosed_by);
                }
                BackendFlaw::FirstLiftOpens
                    if registry.withheld_by.len() == 1 && self.had_two_flags(&patient.name) =>
                {
                    registry.withheld_by.clear();
                }
                BackendFlaw::UnregisteredAccepted => {
                    registry.registration = Some(Registration {
                        place: RegistrationPlace::Desk,
                        cancelled: false,
                    });
                }
                BackendFlaw::RegistrationForgotten => registry.registration = None,
                BackendFlaw::AtmNotCounted
                    if registry
                        .registration
                        .as_ref()
                        .is_some_and(|it| it.place == RegistrationPlace::Atm) =>
                {
                    registry.registration = None;
                }
                BackendFlaw::RegistrationOutlivesLapse => {
                    registry.previous_certificate_until = None;
                }
                BackendFlaw::RegistrationLostByRenewal
                    if registry.previous_certificate_until.is_some() =>
                {
                    registry.registration = None;
                }
                BackendFlaw::WithdrawalIgnored => registry.withdrawals.clear(),
                BackendFlaw::RegisteredAlthoughWithheld if registry.registration.is_none() => {
                    registry.withheld_by.clear();
                }
                _ => {}
            }
        }
        world
    }

    /// Makes of a phone what the flawed backend takes it for.
    fn card(&self, card: &mut CardFacts) {
        let Some(physical) = &mut card.physical_card else {
            return;
        };
        match self.flaw {
            BackendFlaw::PhoneCardIgnored => physical.expires = Date::MAX,
            BackendFlaw::PhoneCardCertificateIgnored => {
                physical.not_after = days_later(card.not_after, 1);
            }
            BackendFlaw::PhoneGrace => {
                // A card that ends with the first of the three, its grace included.
                let ends = [Moment::end_of(physical.expires), Some(physical.not_after)];
                let first = ends.into_iter().flatten().min();
                card.not_after = first.map_or(card.not_after, |end| end.min(card.not_after));
                card.physical_card = None;
            }
            _ => {}
        }
    }

    fn had_two_flags(&self, name: &str) -> bool {
        self.people
            .iter()
            .any(|patient| patient.name == name && patient.registry.withheld_by.len() > 1)
    }
}
