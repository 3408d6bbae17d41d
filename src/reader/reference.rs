//! The reference reader behind the reader port.

use super::Reader;
use crate::check_in::{CheckIn, Effect, Event, Terminal};
use crate::eligibility::{Moment, Site};

/// `CheckIn` with the stand-in terminal of the virtual card.
#[derive(Debug)]
pub struct Reference {
    check_in: CheckIn,
}

impl Reference {
    /// Makes the reference reader at `site`.
    pub fn new(site: Site, seed: u64) -> Reference {
        let terminal = Terminal {
            certificate_commands: virtual_card::terminal::certificate_commands,
            external_authenticate: virtual_card::terminal::external_authenticate,
        };
        Reference {
            check_in: CheckIn::new(site, terminal, seed),
        }
    }
}

impl Reader for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn start(&mut self) -> Vec<Effect> {
        self.check_in.start()
    }

    fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        self.check_in.handle(event, now)
    }

    fn move_to(&mut self, site: Site) {
        self.check_in.move_to(site);
    }
}
