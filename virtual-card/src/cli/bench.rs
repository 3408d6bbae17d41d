//! The bench: the slots with their cards, and the hand that carries out orders.

use std::io::Write;

use virtual_card::card::PinName;
use virtual_card::slot::{Ending, Presence, Slot};
use virtual_card::state_file::Kept;

use super::cards::{Deck, Named};
use super::control::{self, Order};
use super::{Failure, in_full};

/// A slot and what this program knows of it.
pub(super) struct Place {
    pub(super) number: u16,
    pub(super) address: String,
    pub(super) word: String,
    pub(super) holder: String,
    pub(super) slot: Slot<Kept>,
}

/// The bench: the slots, and the cards beside them.
pub(super) struct Bench {
    pub(super) places: Vec<Place>,
    pub(super) deck: Deck,
}

impl Bench {
    /// Carries out a line and answers it; says whether it was the last.
    pub(super) fn obey(&mut self, line: &str) -> bool {
        let parsed = control::parse(line);
        let last = matches!(parsed, Ok((_, Order::Quit)));
        let answer = match parsed.map(|(slot, order)| self.carry_out(slot, order)) {
            Ok(Ok(done)) => format!("ok {done}"),
            Ok(Err(failure)) => format!("error {}", control::one_line(&in_full(&failure))),
            Err(problem) => format!("error {}", control::one_line(&problem)),
        };
        let mut out = std::io::stdout().lock();
        // Who does not read the answers does not get them.
        let _ = writeln!(out, "{answer}").and_then(|()| out.flush());
        last
    }

    fn carry_out(&mut self, slot: Option<u16>, order: Order) -> Result<String, Failure> {
        let index = match slot {
            None => 0,
            Some(wanted) => self
                .places
                .iter()
                .position(|place| place.number == wanted)
                .ok_or_else(|| no_card(wanted))?,
        };
        if let Order::Swap(word) = order {
            return self.swap(index, &word);
        }
        let Some(place) = self.places.get(index) else {
            return Err(Failure::Usage("there is no slot".to_owned()));
        };
        let (number, slot) = (place.number, &place.slot);
        let presence = match order {
            Order::Insert => slot.insert(),
            Order::Remove => slot.remove(),
            Order::PowerCycle => {
                slot.power_cycle();
                slot.presence()
            }
            Order::Reset => {
                slot.reset();
                slot.presence()
            }
            Order::Fault(faults) => {
                slot.add_faults(faults);
                slot.presence()
            }
            Order::NoFaults => {
                slot.clear_faults();
                slot.presence()
            }
            Order::Status => return Ok(status(place)),
            Order::Quit | Order::Swap(_) => return Ok("quit".to_owned()),
        };
        Ok(format!("{number} {}", word_of(presence)))
    }

    fn swap(&mut self, index: usize, word: &str) -> Result<String, Failure> {
        let taken = self
            .places
            .iter()
            .enumerate()
            .find(|(other, place)| *other != index && place.word == word);
        if let Some((_, other)) = taken {
            let problem = format!("{word} belongs to slot {}; take another card", other.number);
            return Err(Failure::Usage(problem));
        }
        let Some(place) = self.places.get_mut(index) else {
            return Err(Failure::Usage("there is no slot".to_owned()));
        };
        if place.word == word {
            place.slot.remove();
            let presence = place.slot.insert();
            return Ok(format!("{} {}", place.number, word_of(presence)));
        }
        let named = self.deck.take(word)?;
        place
            .holder
            .clone_from(&named.card.card().profile().holder.name);
        let (card, presence) = place.slot.swap(named.card);
        let word = std::mem::replace(&mut place.word, named.word);
        self.deck.put(Named { word, card });
        Ok(format!("{} {}", place.number, word_of(presence)))
    }

    /// Takes every card out and tells how it ended.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.places.iter().for_each(|place| place.slot.stop());
        let mut failure = None;
        let mut endings = Vec::new();
        for place in self.places {
            match place.slot.finish() {
                Ok(ending) => endings.push(ending),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        if let Some(failure) = failure {
            return Err(failure.into());
        }
        let text = if endings.contains(&Ending::PeerClosed) {
            "pcscd has ended, so the card is out"
        } else {
            "the card was taken out"
        };
        eprintln!("SIMULATION: {text}");
        Ok(())
    }
}

const fn word_of(presence: Presence) -> &'static str {
    match presence {
        Presence::In => "in",
        Presence::Out => "out",
        Presence::Coming { .. } => "waiting",
        Presence::Ended(_) => "ended",
    }
}

fn status(place: &Place) -> String {
    let (user, signature, faults) = place.slot.look(|faulty| {
        let card = faulty.card().card();
        let faults = faulty.plan().pending();
        (
            card.tries(PinName::User),
            card.tries(PinName::Signature),
            faults,
        )
    });
    format!(
        "{} {} card {} tries user {user} signature {signature} faults {faults}",
        place.number,
        word_of(place.slot.presence()),
        control::one_line(&place.word),
    )
}

fn no_card(slot: u16) -> Failure {
    Failure::Usage(format!(
        "no card belongs to slot {slot}; expected one given with --slot or --second"
    ))
}
