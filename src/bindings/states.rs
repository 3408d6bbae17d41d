//! The states that scenarios need, under the names by which they are bound.

use std::collections::BTreeSet;

use virtual_card::profile::Profile;

use super::bind;
use super::state::{State, of_people};
use crate::eligibility::Moment;
use crate::scenario::{Deck, Patient, Playable, Step};

/// A state under its name, with an example of it and what needs it.
#[derive(Debug, Clone)]
pub struct Named {
    /// Name: that of the person in the deck, and what differs.
    pub name: String,
    /// The state.
    pub state: State,
    /// The person of the first scenario that needs it.
    pub patient: Patient,
    /// Their card.
    pub profile: Profile,
    /// The ids of the scenarios that need it.
    pub scenarios: Vec<String>,
    /// Whether one of those scenarios presents a card.
    pub card: bool,
    /// Whether one of those scenarios opens マイナポータル.
    pub portal: bool,
}

/// The states that scenarios need, named.
///
/// A name is stable as long as the scenarios before it are: the bundled ones come first, and a
/// number sets a state apart that would have the name of an earlier one.
#[derive(Debug, Clone, Default)]
pub struct States {
    named: Vec<Named>,
    /// The instant at which days were given a meaning.
    pub(super) at: Option<Moment>,
}

impl States {
    /// Finds the states of those scenarios that can be played with a backend as it is.
    pub fn new<'p>(playables: impl IntoIterator<Item = &'p Playable>, deck: &Deck) -> States {
        let mut states = States::default();
        for playable in playables {
            if bind::cannot_run(playable).is_none() {
                states.add(playable, deck);
            }
        }
        states
    }

    fn add(&mut self, playable: &Playable, deck: &Deck) {
        let scenario = &playable.scenario;
        let at = *self.at.get_or_insert(scenario.at);
        let presented = |step: &Step| matches!(step, Step::PresentCard(_));
        let card = scenario.steps.iter().any(presented);
        let portal = scenario
            .steps
            .iter()
            .any(|step| matches!(step, Step::OpenPortal(_)));
        let people = scenario.people.iter().zip(&playable.profiles);
        for ((patient, profile), state) in people.zip(of_people(&scenario.people, at)) {
            let index = match self.named.iter().position(|it| it.state == state) {
                Some(index) => index,
                None => {
                    self.named.push(Named {
                        name: self.new_name(&state, deck, at),
                        state,
                        patient: patient.clone(),
                        profile: profile.clone(),
                        scenarios: Vec::new(),
                        card: false,
                        portal: false,
                    });
                    self.named.len() - 1
                }
            };
            if let Some(named) = self.named.get_mut(index) {
                if !named.scenarios.contains(&scenario.id) {
                    named.scenarios.push(scenario.id.clone());
                }
                named.card |= card;
                named.portal |= portal;
            }
        }
    }

    fn new_name(&self, state: &State, deck: &Deck, at: Moment) -> String {
        let base = deck.patient(&state.person, at).ok();
        let words = base.map_or_else(Vec::new, |(patient, _)| {
            state.differences(&State::of(&patient, &[], at))
        });
        let parts = std::iter::once(state.person.as_str()).chain(words);
        let name = parts.collect::<Vec<_>>().join("-");
        let taken: BTreeSet<&str> = self.named.iter().map(|it| it.name.as_str()).collect();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !taken.contains(name.as_str()))
            .unwrap_or(name)
    }

    /// Returns the states in the order in which they were first needed.
    pub fn iter(&self) -> impl Iterator<Item = &Named> {
        self.named.iter()
    }

    /// Returns the state of that name.
    pub fn named(&self, name: &str) -> Option<&Named> {
        self.named.iter().find(|it| it.name == name)
    }

    /// Returns the name under which a state is bound.
    pub fn name_of(&self, state: &State) -> Option<&str> {
        let named = self.named.iter().find(|it| it.state == *state);
        named.map(|it| it.name.as_str())
    }
}
