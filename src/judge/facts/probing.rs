//! What a tester did to a card, apart from any visit, and the life of a card through both.

use super::Facts;
use crate::judge::session::{Command, State};
use crate::transcript::{CardEvent, Entry, Event};

/// One `probe`: from the card put into the tester's reader to the card taken out of it.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Probing {
    pub first: u64,
    /// Whose card, by index.
    pub person: Option<usize>,
    pub removed: Option<u64>,
    pub power_off: Vec<u64>,
    pub resets: Vec<u64>,
    pub commands: Vec<Command>,
    /// The step, once something was done or expected.
    pub step: Option<usize>,
    /// Where each expectation of the step was reached, in order.
    pub reached: Vec<u64>,
}

impl Probing {
    /// Begins one, with the card put in.
    pub fn new(first: u64, person: Option<usize>) -> Probing {
        Probing {
            first,
            person,
            removed: None,
            power_off: Vec::new(),
            resets: Vec::new(),
            commands: Vec::new(),
            step: None,
            reached: Vec::new(),
        }
    }

    /// Takes in what went on between tester and card, and follows where the card is; `false` where
    /// the entry cannot be there.
    pub fn take(&mut self, entry: &Entry, card: &mut State) -> bool {
        match &entry.event {
            Event::Stimulus(stimulus) => self.step = Some(stimulus.step),
            Event::Command(command) => {
                self.commands.push(Command::read(entry.n, command, card));
            }
            Event::Response(response) => {
                let mut asked = self.commands.iter_mut().rev();
                let Some(command) = asked.find(|command| Some(command.n) == entry.re) else {
                    return false;
                };
                command.answered(entry.n, response);
                card.follow(command);
            }
            Event::Card(CardEvent::Removed) => self.removed = Some(entry.n),
            Event::Card(CardEvent::PowerOff) => {
                self.power_off.push(entry.n);
                *card = State::default();
            }
            Event::Card(CardEvent::Reset) => self.resets.push(entry.n),
            _ => return false,
        }
        true
    }
}

/// The card in a reader, in a visit or at the tester's: all that rules about cards ask for.
#[derive(Debug, Clone, Copy)]
pub(in crate::judge) struct Stay<'f> {
    pub first: u64,
    pub commands: &'f [Command],
    /// Where it lost its power, within the stay or at its end: by the reader, and by a declared
    /// fault.
    pub power_off: &'f [u64],
    pub power_lost: &'f [u64],
    pub removed: Option<u64>,
    pub resets: &'f [u64],
}

impl Stay<'_> {
    /// Returns the commands that no declared fault hit.
    pub fn undisturbed(&self) -> impl Iterator<Item = &Command> {
        self.commands
            .iter()
            .filter(|command| command.fault.is_none())
    }
}

impl Facts<'_> {
    /// Returns every stay of a person's card in a reader, in order.
    pub fn stays(&self, person: usize) -> Vec<Stay<'_>> {
        let visits = self.visits.iter().filter(|it| it.person == Some(person));
        let visits = visits.map(|visit| Stay {
            first: visit.first,
            commands: &visit.commands,
            power_off: &visit.power_off,
            power_lost: &visit.power_lost,
            removed: visit.removed,
            resets: &visit.resets,
        });
        let probings = self.probings.iter().filter(|it| it.person == Some(person));
        let probings = probings.map(|probing| Stay {
            first: probing.first,
            commands: &probing.commands,
            power_off: &probing.power_off,
            power_lost: &[],
            removed: probing.removed,
            resets: &probing.resets,
        });
        let mut stays: Vec<Stay<'_>> = visits.chain(probings).collect();
        stays.sort_by_key(|stay| stay.first);
        stays
    }

    /// Returns the probe of a step, if it was begun.
    pub fn probing(&self, step: usize) -> Option<&Probing> {
        self.probings.iter().find(|it| it.step == Some(step))
    }
}
