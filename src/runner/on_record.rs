//! What is on record of a scenario's people as it goes on: what it states of them, what its steps
//! change, what the backend registers. Plays and observations keep it alike.

use crate::backend::World;
use crate::eligibility::{Incident, Moment, Registration, RegistrationPlace};
use crate::scenario::{DateExprError, Patient, RegistryOverrides, Scenario};

/// The people of a scenario, with what is on record of each.
#[derive(Debug, Clone)]
pub(crate) struct OnRecord {
    people: Vec<Patient>,
    incidents: Vec<Incident>,
    /// Where the scenario begins: relative dates count from there.
    at: Moment,
}

impl OnRecord {
    /// Returns what is on record where a scenario begins.
    pub(crate) fn of(scenario: &Scenario) -> OnRecord {
        OnRecord {
            people: scenario.people.clone(),
            incidents: scenario.incidents.clone(),
            at: scenario.at,
        }
    }

    /// Returns what a backend must know by now.
    pub(crate) fn world(&self) -> World {
        World::new(&self.people, &self.incidents)
    }

    /// Returns the person of that name, or the patient.
    pub(crate) fn person(&self, name: Option<&str>) -> Option<&Patient> {
        match name {
            Some(name) => self.people.iter().find(|patient| patient.name == name),
            None => self.people.first(),
        }
    }

    /// Changes what is on record of the patient.
    ///
    /// # Errors
    ///
    /// [`DateExprError`] where a relative date leaves the calendar.
    pub(crate) fn change(&mut self, overrides: &RegistryOverrides) -> Result<(), DateExprError> {
        match self.people.first_mut() {
            Some(patient) => overrides.apply(&mut patient.registry, self.at),
            None => Ok(()),
        }
    }

    /// Takes down that the backend has registered a person: the next time the world is arranged, an
    /// earlier cancellation must not come back.
    pub(crate) fn registered(&mut self, person: &str) {
        let mut people = self.people.iter_mut();
        if let Some(patient) = people.find(|patient| patient.name == person) {
            patient.registry.registration = Some(Registration {
                place: RegistrationPlace::Reader,
                cancelled: false,
            });
            patient.registry.previous_certificate_until = None;
        }
    }
}
