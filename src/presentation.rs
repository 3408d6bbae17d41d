//! How foreign software reaches our card: through vpcd, which pcscd shows to every PC/SC program
//! as a reader with a card in it.

use std::sync::Arc;
use std::time::Duration;

use virtual_card::card::Card;
use virtual_card::fault::{Fault, Faulty, Plan};
use virtual_card::slot::{Event, Patience, Presence, Slot};
use virtual_card::timing::{Timed, Timing};
use virtual_card::vpcd::Exchange;

use crate::card_link::Lost;

/// How long pcscd may take until it shows the card to every program: it looks for one every 400 ms,
/// and may have to start first.
pub const TAKEN_WITHIN: Duration = Duration::from_secs(10);

/// The most events between card and reader of one play or observation: software that causes more is
/// running in circles. A convention of this harness.
pub const EVENTS_MAX: usize = 50_000;

/// Says that the slot at `address` does not take a card, and what to do.
pub fn not_taken(address: &str) -> String {
    format!(
        "vpcd at {address} does not take the card: another card lies in this slot, or it is not vpcd; stop the other one, or name another slot with --vpcd"
    )
}

/// Says why a slot takes no card any more, where its own end says nothing ([`Traffic::Out`]).
pub fn ended(why: Option<String>) -> String {
    why.unwrap_or_else(|| "pcscd ended".to_owned())
}

/// What is seen of a card in a slot. The bytes of a command may hold a PIN: never log them.
pub enum Traffic {
    /// Every PC/SC program sees the card by now.
    Taken,
    /// vpcd has not asked for the card for 2 s; another one most likely lies in its slot.
    NotTaken,
    /// The reader took the power away.
    PowerOff,
    /// The reader reset the card and kept the power on.
    Reset,
    /// A command came and was answered, or not.
    Apdu {
        /// The command APDU.
        command: Vec<u8>,
        /// What went back: a response APDU, unless a fault has made something else of it.
        answer: Result<Vec<u8>, Lost>,
        /// The fault that struck, if one did.
        struck: Option<Fault>,
    },
    /// A fault pulled the card.
    Left,
    /// The card is out; with what went wrong, if something did.
    Out(Option<String>),
}

/// Our card at a slot of vpcd. Dropping it takes the card out.
pub struct Presentation {
    slot: Slot<Card>,
}

impl Presentation {
    /// Puts a card into the slot at `address` (`HOST:PORT`). `watcher` is called on a thread of its
    /// own, in the order of the traffic, before the other side sees the answer.
    pub fn start(
        card: Card,
        timing: Timing,
        faults: Vec<Fault>,
        address: &str,
        mut watcher: impl FnMut(Traffic) + Send + 'static,
    ) -> Presentation {
        let card = Timed::new(Faulty::new(card, Plan::new(faults)), Arc::new(timing));
        let patience = Patience {
            reconnect: None,
            attended: true,
        };
        let slot = Slot::start(card, address, patience, move |event| {
            if let Some(traffic) = traffic(event) {
                watcher(traffic);
            }
        });
        Presentation { slot }
    }

    /// Adds faults to those that are still to strike.
    pub fn add_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.slot.add_faults(faults);
    }

    /// Tells whether the card is in the slot.
    pub fn is_in(&self) -> bool {
        self.slot.presence() == Presence::In
    }

    /// Takes the card out; when this returns, no program reaches it any more.
    pub fn take_out(&self) {
        self.slot.remove();
    }

    /// Takes the card out and returns it, with all that it has counted; when this returns, no
    /// program reaches it any more.
    pub fn remove(self) -> Card {
        self.slot.remove();
        let mut card = self.slot.look(|faulty| faulty.card().clone());
        card.power_off();
        card
    }
}

fn traffic(event: &Event<'_>) -> Option<Traffic> {
    Some(match event {
        Event::Exchange(Exchange::Taken) => Traffic::Taken,
        Event::Exchange(Exchange::NotTaken) => Traffic::NotTaken,
        Event::Exchange(Exchange::PowerOff) => Traffic::PowerOff,
        Event::Exchange(Exchange::Reset) => Traffic::Reset,
        Event::Exchange(Exchange::Apdu {
            command,
            response,
            struck,
        }) => Traffic::Apdu {
            command: command.to_vec(),
            answer: Ok(response.to_vec()),
            struck: struck.cloned(),
        },
        Event::Exchange(Exchange::Unanswered {
            command,
            gone,
            struck,
        }) => Traffic::Apdu {
            command: command.to_vec(),
            answer: Err(if *gone { Lost::Gone } else { Lost::Mute }),
            struck: struck.cloned(),
        },
        Event::Left => Traffic::Left,
        Event::Out(error) => Traffic::Out(error.map(|error| in_full(error))),
        // The power comes before the first command; nothing is judged by it.
        Event::Exchange(Exchange::PowerOn) | Event::Inserted | Event::Waiting(_) | Event::Lost => {
            return None;
        }
    })
}

/// Returns an error with what caused it.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
