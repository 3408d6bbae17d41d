//! What a card remembers with and without power.

use crate::applications::{Application, File, security_domain};
use crate::card::secure_messaging::Session;
use crate::pin::{PerPin, Reference};
use crate::profile::Profile;

/// What lies in the card's memory and outlives power-off.
#[derive(Clone, Debug)]
pub(super) struct Persistent {
    pub(super) pins: PerPin<Reference>,
    /// How often random bytes were drawn: no challenge and no salt comes twice.
    pub(super) draws: u64,
}

impl Persistent {
    pub(super) fn of(profile: &Profile) -> Self {
        Self {
            pins: PerPin::new(|name| Reference::of(profile, name)),
            draws: 0,
        }
    }
}

/// What holds while the card has power and, but for the selection, while the same application
/// stays selected (card.md §0.1 rule 12).
#[derive(Clone, Debug)]
pub(super) struct Volatile {
    pub(super) application: &'static Application,
    pub(super) file: Option<&'static File>,
    /// The security status.
    pub(super) verified: PerPin<bool>,
    /// Secure messaging.
    pub(super) session: Session,
    /// Body of a terminal certificate whose signature has not come yet (stand-in).
    pub(super) terminal_body: Option<Vec<u8>>,
    /// Modulus of a terminal whose certificate was accepted (stand-in).
    pub(super) terminal_key: Option<Vec<u8>>,
    /// The last challenge, until it is used.
    pub(super) challenge: Option<Vec<u8>>,
    pub(super) terminal_authenticated: bool,
}

impl Volatile {
    /// Returns the state right after this application was selected in place of another.
    pub(super) fn of(application: &'static Application) -> Self {
        Self {
            application,
            file: None,
            verified: PerPin::new(|_| false),
            session: Session::None,
            terminal_body: None,
            terminal_key: None,
            challenge: None,
            terminal_authenticated: false,
        }
    }
}

/// The state at power-on: the issuer security domain is selected (card.md §1.3).
impl Default for Volatile {
    fn default() -> Self {
        Self::of(&security_domain::APPLICATION)
    }
}
