//! What a card remembers without power, handed out and given back.
//!
//! For those who keep it in a file; nothing here reads or writes one.

use serde::{Deserialize, Serialize};

use crate::card::state::Persistent;
use crate::card::{Card, PinName};
use crate::pin::Reference;
use crate::profile::{Pins, Tries};

/// What a card remembers without power, for keeping it elsewhere.
///
/// It holds PINs that were changed, in the clear; its `Debug` does not show them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Memory {
    /// Tries left; 0 as well for a PIN that was never set.
    pub tries: Tries,
    /// The PINs that are no longer those of the profile.
    #[serde(default)]
    pub changed_pins: Pins,
    /// How often random bytes were drawn, for challenges and salts: none come twice.
    pub draws: u64,
}

/// A memory that no card with this profile can have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key}: {problem}; {hint}")]
pub struct MemoryError {
    /// The value that is wrong.
    pub key: &'static str,
    /// What is wrong; never shows the value.
    pub problem: &'static str,
    /// What to do.
    pub hint: &'static str,
}

impl Card {
    /// Returns what the card remembers without power.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let mut changed_pins = Pins::default();
        for (name, place) in changed_pins.by_name_mut() {
            let now = &self.persistent.pins.get(name).value;
            if *now != Reference::of(&self.profile, name).value {
                place.clone_from(now);
            }
        }
        Memory {
            tries: self.tries_left(),
            changed_pins,
            draws: self.persistent.draws,
        }
    }

    /// Gives back to the card what it remembered, as [`Card::memory`] returned it.
    ///
    /// # Errors
    ///
    /// [`MemoryError`] when it is not one that a card can have; the card is as it was then.
    pub fn restore(&mut self, memory: Memory) -> Result<(), MemoryError> {
        let mut profile = self.profile.clone();
        profile.tries = memory.tries;
        let mut changed = memory.changed_pins;
        let places = profile.pins.by_name_mut().into_iter();
        for ((_, place), (_, pin)) in places.zip(changed.by_name_mut()) {
            if pin.is_some() {
                *place = pin.take();
            }
        }
        if let Some((key, problem, hint)) = profile.problem() {
            return Err(MemoryError { key, problem, hint });
        }
        self.persistent = Persistent {
            draws: memory.draws,
            ..Persistent::of(&profile)
        };
        Ok(())
    }

    /// Says whether [`Card::memory`] would return this; costs next to nothing.
    #[must_use]
    pub fn remembers(&self, memory: &Memory) -> bool {
        let pins = [&memory.changed_pins, &self.profile.pins].map(Pins::by_name);
        let [changed, stated] = pins;
        let same_pins = || {
            changed
                .iter()
                .zip(&stated)
                .all(|((name, changed), (_, stated))| {
                    self.persistent.pins.get(*name).value.as_ref() == changed.or(*stated)
                })
        };
        self.persistent.draws == memory.draws && self.tries_left() == memory.tries && same_pins()
    }

    fn tries_left(&self) -> Tries {
        Tries {
            user: self.tries(PinName::User),
            signature: self.tries(PinName::Signature),
            code_b: self.tries(PinName::CodeB),
            code_a: self.tries(PinName::CodeA),
            birth_date: self.tries(PinName::BirthDate),
            input_support: self.tries(PinName::InputSupport),
            input_support_code_a: self.tries(PinName::InputSupportCodeA),
            input_support_code_b: self.tries(PinName::InputSupportCodeB),
            common: self.tries(PinName::Common),
            resident_register: self.tries(PinName::ResidentRegister),
        }
    }
}
