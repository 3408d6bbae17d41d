//! A card with a plan of faults before it.

use super::{Fault, Kind, Plan, When};
use crate::smart_card::{Outcome, Reply, SmartCard};
use crate::status::Status;

/// A card that goes wrong as its plan says; without faults it is the card itself.
#[derive(Clone, Debug)]
pub struct Faulty<C> {
    card: C,
    plan: Plan,
    mute: bool,
    gone: bool,
    struck: Option<Fault>,
}

impl<C: SmartCard> Faulty<C> {
    /// Puts a plan before a card.
    pub const fn new(card: C, plan: Plan) -> Self {
        Self {
            card,
            plan,
            mute: false,
            gone: false,
            struck: None,
        }
    }

    /// Returns the card behind the plan.
    pub const fn card(&self) -> &C {
        &self.card
    }

    /// Returns the card, without the faults that have not struck.
    pub fn into_card(self) -> C {
        self.card
    }

    /// Returns the fault that struck at the last command, if one did.
    pub const fn struck(&self) -> Option<&Fault> {
        self.struck.as_ref()
    }

    /// Returns the plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the plan, to add faults or take them away.
    pub const fn plan_mut(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// Says whether the card has been pulled and not been put back.
    pub const fn is_gone(&self) -> bool {
        self.gone
    }

    /// Takes the card out: it loses power and gives no answer until it is put back.
    pub fn take_out(&mut self) {
        self.card.power_off();
        self.gone = true;
        self.mute = false;
    }

    /// Puts the card back, without power.
    pub const fn put_back(&mut self) {
        self.gone = false;
    }

    /// Lays another card in the place of this one and returns it without power; the plan stays.
    pub fn swap(&mut self, card: C) -> C {
        self.mute = false;
        self.card.power_off();
        std::mem::replace(&mut self.card, card)
    }

    /// Lets the card lose its power for a moment.
    pub fn power_cycle(&mut self) {
        self.mute = false;
        self.card.power_off();
        self.card.power_on();
    }

    fn go_wrong(&mut self, fault: &Fault, command: &[u8]) -> Outcome {
        match (&fault.kind, fault.when) {
            (Kind::Reset, When::Before) => self.power_cycle(),
            // A mute card that is asked again is as mute as before.
            (Kind::Mute, When::Before | When::During) => self.mute = true,
            _ => {}
        }
        // What strikes before the command keeps it from the card, unless all it does is to delay
        // the answer or to change the state in which the card takes the command.
        let reaches_card = fault.when != When::Before
            || matches!(fault.kind, Kind::Reset | Kind::Slow(_) | Kind::Atr(_));
        let outcome = if reaches_card {
            self.card.transmit(command)
        } else {
            Outcome::from(Status::SUCCESS.0.to_be_bytes().to_vec())
        };
        self.altered(fault, outcome)
    }

    fn altered(&mut self, fault: &Fault, mut outcome: Outcome) -> Outcome {
        match (&fault.kind, fault.when) {
            (Kind::Removed, When::After) => {
                self.take_out();
                outcome.leaves = true;
                return outcome;
            }
            (Kind::Removed, _) => {
                self.take_out();
                return Outcome::GONE;
            }
            (Kind::Mute, When::After) => {
                self.mute = true;
                return outcome;
            }
            (Kind::Reset, When::Before) => return outcome,
            (Kind::Reset, When::After) => {
                self.power_cycle();
                return outcome;
            }
            (Kind::Reset, When::During) => {
                self.power_cycle();
                let status = Status::UNKNOWN_ERROR.0.to_be_bytes();
                outcome.reply = Reply::Answer(status.to_vec());
                return outcome;
            }
            (Kind::Slow(by), _) => outcome.delay = outcome.delay.saturating_add(*by),
            _ => {}
        }
        outcome.reply = match outcome.reply {
            Reply::Answer(answer) => fault
                .kind
                .alter(answer)
                .map_or(Reply::Silence, Reply::Answer),
            none => none,
        };
        outcome
    }
}

impl<C: SmartCard> SmartCard for Faulty<C> {
    fn atr(&self) -> Vec<u8> {
        self.plan.atr(self.card.atr())
    }

    fn power_on(&mut self) {
        self.mute = false;
        if !self.gone {
            self.card.power_on();
        }
    }

    fn power_off(&mut self) {
        self.mute = false;
        self.card.power_off();
    }

    fn reset(&mut self) {
        self.mute = false;
        if !self.gone {
            self.card.reset();
        }
    }

    fn transmit(&mut self, command: &[u8]) -> Outcome {
        self.struck = None;
        if self.gone {
            return Outcome::GONE;
        }
        if self.mute {
            return Outcome::SILENCE;
        }
        match self.plan.strike(command) {
            None => self.card.transmit(command),
            Some(fault) => {
                let mut outcome = self.go_wrong(&fault, command);
                outcome.struck = Some(fault.clone());
                self.struck = Some(fault);
                outcome
            }
        }
    }
}
