//! The people whom a template names, as one registry that knows them all.

use virtual_card::profile::Profile;

use super::bind;
use super::file::Bindings;
use super::states::States;
use super::template::template;
use crate::eligibility::Moment;
use crate::scenario::{Deck, Patient, Playable};

/// Returns who stands for each state in the [`template`] of these scenarios, under the state's
/// name, with their card. `now` is the moment that the scenarios were resolved at.
///
/// # Errors
///
/// Why the template cannot be read back, which would be a bug of ours.
pub fn people(
    playables: &[Playable],
    deck: &Deck,
    now: Moment,
) -> Result<Vec<(Patient, Profile)>, String> {
    let states = States::new(playables, deck);
    let at = states.at.unwrap_or(now);
    let text = template(playables, deck);
    let bindings =
        Bindings::parse(&text, "template", &states, at).map_err(|error| error.to_string())?;
    let mut people = Vec::new();
    for named in states.iter() {
        let Some(bound) = bindings.get(&named.name) else {
            return Err(format!("nobody stands for {}", named.name));
        };
        let (mut patient, mut profile) = (named.patient.clone(), named.profile.clone());
        bind::person(&mut patient, &mut profile, bound, at)?;
        patient.name.clone_from(&named.name);
        people.push((patient, profile));
    }
    Ok(people)
}
