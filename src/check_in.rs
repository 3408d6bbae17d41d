//! The reference reader: a pure state machine from events to effects.
//!
//! `CheckIn::handle(Event) -> Vec<Effect>`, in stages, each with a `handle` of its own: identify
//! (who is there), prove (read the certificate, sign), register, consent, inquire, leave. It
//! knows no card, socket or clock: time comes with each event, randomness from a seed.

mod consent;
mod effect;
mod identify;
mod inquire;
mod leave;
mod pin_pad;
mod prove;
mod unlock;

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use virtual_card::apdu::Command;

use crate::eligibility::{
    Answer, Authenticated, Care, CertificatePhase, Consent, EmergencyConsent, Moment, Site,
    SiteKind,
};
use crate::rules::identity::CardFace;
use crate::screen::{Method, Screen};

use leave::leave;

pub use effect::{CardReply, Effect, Event, PrintedFace};
pub(crate) use prove::digest_info;

/// 公的個人認証AP (card.md §2).
pub const JPKI_AP: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// 券面事項確認AP (card.md §2).
pub const CARD_FACE_AP: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];

/// The terminal's side of the stand-in for the unpublished unlock without PIN (card.md §8).
///
/// A convention of this harness, not the real thing.
#[derive(Clone)]
pub struct Terminal {
    /// Shows the terminal's certificate to the card.
    pub certificate_commands: fn() -> [Command; 2],
    /// Answers the card's challenge.
    pub external_authenticate: fn(&[u8]) -> Command,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terminal")
    }
}

/// The reference reader.
#[derive(Debug)]
pub struct CheckIn {
    site: Site,
    terminal: Terminal,
    random: ChaCha20Rng,
    /// Staff have switched to visual mode for the next card (IDV-14).
    visual_mode: bool,
    /// Staff have started emergency viewing for the next card (EMG-03).
    emergency: bool,
    stage: Stage,
    /// Bytes of data that the last command asked for at most.
    asked_for: usize,
}

/// What the reader is doing. The card's presence is part of it: every stage but `Idle` and
/// `Leave(Empty)` has a card in the slot.
#[derive(Debug)]
enum Stage {
    /// No card.
    Idle,
    /// Finding out who is there.
    Identify(identify::Step, Visit),
    /// Unlocking the key without a PIN, by the stand-in.
    Unlock(unlock::Step, Visit),
    /// Reading the certificate and signing.
    Prove(prove::Step, Visit),
    /// Waiting for the backend, or for an answer to an offer or a notice.
    Inquire(inquire::Step, Visit),
    /// Asking for consent.
    Consent(consent::Step, Visit),
    /// The reception is over; the card is still in.
    Leave,
    /// The reception is over and there never was a card, or it has been taken.
    Over,
}

/// What is known in this visit. Dropped with it: the next session takes nothing over (ACC-06).
#[derive(Debug, Default)]
struct Visit {
    printed: Option<PrintedFace>,
    presented_on: Option<Moment>,
    method: Option<Method>,
    face_failures: u8,
    face_closed: bool,
    photo_read: bool,
    certificate: Vec<u8>,
    challenge: Vec<u8>,
    authenticated: Option<Authenticated>,
    phase: Option<CertificatePhase>,
    consents: Vec<Consent>,
    emergency: Option<EmergencyConsent>,
    care: Care,
}

impl Visit {
    fn card_face(&self) -> CardFace {
        CardFace {
            photo: self.printed.as_ref().is_some_and(|face| face.photo),
            pinless: self.printed.as_ref().is_some_and(|face| face.pinless),
        }
    }

    fn token(&self) -> String {
        self.authenticated
            .as_ref()
            .map(|authenticated| authenticated.token.clone())
            .unwrap_or_default()
    }

    fn day(&self, now: Moment) -> jiff::civil::Date {
        // Screens go by the day on which the card was put in (convention 10).
        self.presented_on.unwrap_or(now).day()
    }
}

/// The next stage with what to do on the way there.
type Turn = (Stage, Vec<Effect>);

impl CheckIn {
    /// Makes a reader at `site`; `seed` feeds challenges and key layouts.
    pub fn new(site: Site, terminal: Terminal, seed: u64) -> CheckIn {
        CheckIn {
            site,
            terminal,
            random: ChaCha20Rng::seed_from_u64(seed),
            visual_mode: false,
            emergency: false,
            stage: Stage::Idle,
            asked_for: 0,
        }
    }

    /// Returns what the reader shows before anyone comes.
    pub fn start(&self) -> Vec<Effect> {
        vec![Effect::Show(Screen::InsertCard)]
    }

    /// Moves the reader to another site, between visits.
    pub fn move_to(&mut self, site: Site) {
        self.site = site;
    }

    /// Takes one event at `now` and returns what to do, in order.
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let stage = std::mem::replace(&mut self.stage, Stage::Idle);
        let (stage, effects) = self.turn(stage, event, now);
        self.stage = stage;
        let sent = effects.iter().rev().find_map(|effect| match effect {
            Effect::Transmit(command) => Some(command.expected.unwrap_or(0)),
            _ => None,
        });
        self.asked_for = sent.unwrap_or(self.asked_for);
        effects
    }

    fn turn(&mut self, stage: Stage, event: Event, now: Moment) -> Turn {
        match (stage, event) {
            (stage, Event::Removed) => self.removed(&stage),
            (stage, Event::CardReplied(CardReply::Gone)) => card_gone(stage),
            (
                Stage::Identify(..) | Stage::Unlock(..) | Stage::Prove(..),
                Event::CardReplied(CardReply::Response(response)),
            ) if response.data.len() > self.asked_for => {
                // No card answers with more than was asked for: nothing of it can be relied on.
                leave([Screen::Unreadable])
            }
            (stage, Event::VisualModeSwitched) => self.visual_mode_switched(stage),
            (Stage::Idle, Event::EmergencyStarted) => {
                self.emergency = true;
                (Stage::Idle, Vec::new())
            }
            (Stage::Idle, Event::NoCard) => {
                // Without a card nothing is read (EMG-01); staff go on without it.
                (Stage::Over, vec![Effect::Show(Screen::Counter)])
            }
            (Stage::Idle | Stage::Over, Event::Presented(face)) => self.presented(face, now),
            (Stage::Identify(step, visit), event) => self.identify(step, visit, event),
            (Stage::Unlock(step, visit), event) => self.unlock(step, visit, event),
            (Stage::Prove(step, visit), event) => self.prove(step, visit, event),
            (Stage::Inquire(step, visit), event) => self.inquire(step, visit, event, now),
            (Stage::Consent(step, visit), event) => self.consent(step, visit, event),
            (stage @ (Stage::Idle | Stage::Leave | Stage::Over), _) => ignored(stage),
        }
    }

    fn presented(&mut self, printed: PrintedFace, now: Moment) -> Turn {
        let emergency = self.emergency || self.site.kind == SiteKind::Ambulance;
        self.emergency = false;
        let visit = Visit {
            printed: Some(printed),
            presented_on: Some(now),
            care: match self.site.kind {
                _ if emergency => Care::Emergency,
                kind => kind.care(),
            },
            ..Visit::default()
        };
        if emergency || self.visual_mode {
            self.visual_mode = false;
            return self.ask_staff(visit);
        }
        self.offer_methods(visit)
    }

    /// Staff may switch to visual mode at any time before identity is proven (eligibility.md §3.3).
    fn visual_mode_switched(&mut self, stage: Stage) -> Turn {
        match stage {
            Stage::Identify(_, visit) => self.ask_staff(visit),
            stage @ (Stage::Idle | Stage::Over) => {
                self.visual_mode = true;
                (stage, Vec::new())
            }
            stage => ignored(stage),
        }
    }

    /// The card is out: whatever was going on ends, and nothing of it is kept (ACC-06).
    fn removed(&mut self, stage: &Stage) -> Turn {
        self.visual_mode = false;
        match stage {
            Stage::Idle => (Stage::Idle, Vec::new()),
            _ => (Stage::Idle, vec![Effect::Show(Screen::InsertCard)]),
        }
    }
}

/// The card does not answer because it is gone; the optics will tell that it was taken out.
fn card_gone(stage: Stage) -> Turn {
    match stage {
        Stage::Idle => (Stage::Idle, Vec::new()),
        _ => (Stage::Over, vec![Effect::Show(Screen::Unreadable)]),
    }
}

/// An event that means nothing in this stage: a key that the screen does not have, an answer that
/// nobody waits for any more. Nothing happens, as on a kiosk.
fn ignored(stage: Stage) -> Turn {
    (stage, Vec::new())
}

/// What came back, in the reader's terms.
#[derive(Debug, Clone, PartialEq)]
pub enum BackendReply {
    /// An answer.
    Answer(Answer),
    /// No answer, or none that can be understood.
    Outage,
}
