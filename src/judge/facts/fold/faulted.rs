//! Takes in what declared faults did: to a command, to an inquiry, to the card's power.

use super::Fold;
use crate::judge::session::{Command, State};
use crate::transcript::Entry;

impl Fold<'_> {
    /// Marks what a declared fault struck.
    pub(super) fn fault(&mut self, entry: &Entry) {
        let strike = |command: &mut Command| {
            command.fault = Some(entry.n);
            command.garbled |= entry.event.garbles();
        };
        let mut probed = self
            .facts
            .probings
            .iter_mut()
            .flat_map(|it| &mut it.commands);
        if let Some(command) = probed.find(|command| Some(command.n) == entry.re) {
            return strike(command);
        }
        if let Some(visit) = self.visit() {
            visit.faults.push(entry.n);
            let hit = visit
                .commands
                .iter_mut()
                .find(|command| Some(command.n) == entry.re);
            if let Some(command) = hit {
                return strike(command);
            }
        }
        let hit = self
            .facts
            .exchanges
            .iter_mut()
            .find(|exchange| Some(exchange.n) == entry.re);
        if let Some(exchange) = hit {
            exchange.fault = Some(entry.n);
        }
    }

    /// The card lost its power by a declared fault: selection and security status are gone, and
    /// the reader has had no part in it.
    pub(super) fn power_lost(&mut self, entry: &Entry) {
        self.card = State::default();
        let probing = self.facts.probings.iter_mut().find(|probing| {
            let mut commands = probing.commands.iter();
            commands.any(|command| Some(command.n) == entry.re)
        });
        if let Some(probing) = probing {
            probing.power_off.push(entry.n);
            return;
        }
        match self.visit() {
            Some(visit) => visit.power_lost.push(entry.n),
            None => self.broken(entry.n),
        }
    }
}
