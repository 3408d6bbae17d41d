//! The card: takes command APDUs and answers them, as card.md tells.
//!
//! Two kinds of state are kept apart, since power decides between them: what lies in the card's
//! memory (PINs, counters) and what holds only while it has power (selection, security status).
//! Which files there are stands in `applications`; time, faults and transport are not known here.

mod authenticate;
mod contents;
mod memory;
mod pins;
mod read;
mod secure_messaging;
mod select;
mod sign;
mod state;

use crate::apdu::{Command, Response};
use crate::applications::{Access, Credential, File, Kind};
use crate::certificate;
use crate::profile::{Profile, Token};
use crate::status::Status;

pub use crate::pin::{PinChange, PinName};
use contents::Contents;
pub use memory::{Memory, MemoryError};
use state::{Persistent, Volatile};

/// A My Number Card without a card. SIMULATION.
///
/// Cheap to make: the contents of the files are made when they are first read.
#[derive(Clone, Debug)]
pub struct Card {
    profile: Profile,
    seed: u64,
    persistent: Persistent,
    volatile: Volatile,
    contents: Contents,
}

impl Card {
    /// Makes the card that the profile describes; `seed` decides the challenges that it
    /// will give and the salts with which it will sign.
    #[must_use]
    pub fn new(profile: &Profile, seed: u64) -> Self {
        Self {
            profile: profile.clone(),
            seed,
            persistent: Persistent::of(profile),
            volatile: Volatile::default(),
            contents: Contents::default(),
        }
    }

    /// Answers one command APDU with one response APDU.
    ///
    /// Any bytes get an answer: what is no command gets 6700.
    pub fn transmit(&mut self, bytes: &[u8]) -> Vec<u8> {
        match Command::parse(bytes) {
            Ok(command) => self.execute(&command).into_bytes(),
            Err(status) => Response::from(status).into_bytes(),
        }
    }

    /// Answers one command.
    pub fn execute(&mut self, command: &Command) -> Response {
        self.answer(command).into()
    }

    /// Sorts by class. Logical channels do not exist and no card was seen to take chained commands
    /// (card.md §1.4, §4.3); that chaining (class 10) gets 6E00 like any foreign class is inferred.
    fn answer(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        const FOREIGN: u8 = 0x70;
        const SECURE_MESSAGING: u8 = 0x0C;
        const CHANNEL: u8 = 0x03;
        let class = command.class;
        if class & FOREIGN != 0 {
            Err(Status::UNKNOWN_CLASS)
        } else if class & CHANNEL != 0 {
            Err(Status::CHANNEL_NOT_SUPPORTED)
        } else if class & SECURE_MESSAGING != 0 {
            self.secured(command)
        } else {
            self.dispatch(command)
        }
    }

    fn dispatch(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        match (command.class, command.instruction) {
            (0x00, 0xA4) => self.select(command),
            (0x00, 0xB0) => self.read_binary(command),
            (0x00, 0xB2) => self.read_record(command),
            (0x00, 0x20) => self.verify(command),
            (0x00, 0x24) => self.change_reference_data(command),
            (0x80, 0x32) => self.change_key(command),
            (0x00, 0x84) => self.get_challenge(command),
            (0x00, 0x82) => self.external_authenticate(command),
            (0x00, 0x88) => self.internal_authenticate(command),
            (0x80, 0x2A) => self.compute_signature(command),
            (0x80, 0xA2) => self.terminal_certificate(command),
            (0x80, 0xAE) => self.set_session_key(command),
            (0x00, 0xCA) => self.get_data(command),
            // LOCK DF, UNLOCK DF, UNLOCK KEY and MANAGE ATTRIBUTES are the issuer's (card.md §4).
            (0x80, 0x50 | 0x52 | 0x54) => Err(Status::SECURITY_NOT_SATISFIED),
            (0x80, 0x8A) => Err(refused_attributes(command.p1)),
            (0x80, 0xFC) => self.last_command_indicator(command),
            _ => Err(Status::UNKNOWN_INSTRUCTION),
        }
    }

    /// Gives the card power; it starts at card level, with nothing verified.
    pub fn power_on(&mut self) {
        self.volatile = Volatile::default();
    }

    /// Takes its power away: selection, security status, secure messaging and terminal
    /// authentication are gone.
    pub fn power_off(&mut self) {
        self.volatile = Volatile::default();
    }

    /// Resets it while it keeps its power. Selection and security status stay as they are: a warm
    /// reset of this card clears neither (card.md §0.1 rule 12).
    pub fn reset(&mut self) {
        // The outstanding challenge belongs to the exchange that the reset cut short (inferred).
        self.volatile.challenge = None;
    }

    /// Returns the answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        self.profile.atr.bytes()
    }

    /// Returns how many tries a PIN has left; 0 as well for one that was never set.
    #[must_use]
    pub fn tries(&self, name: PinName) -> u8 {
        self.persistent.pins.get(name).left
    }

    /// Returns the profile with which the card was made; counters and PINs may differ by now.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Returns the 利用者証明用電子証明書 as it lies in 000A, DER without filler.
    #[must_use]
    pub fn user_certificate(&self) -> Vec<u8> {
        certificate::user(&self.profile)
    }

    /// Returns the AID of the selected application; at card level, where the card is after
    /// power-on, that of the issuer security domain.
    #[must_use]
    pub fn selected_application(&self) -> &'static [u8] {
        self.volatile.application.aid
    }

    /// Returns the id of the current elementary file, if there is one.
    #[must_use]
    pub fn current_file(&self) -> Option<u16> {
        Some(self.volatile.file?.id)
    }

    /// Says whether the security status holds this PIN as verified.
    #[must_use]
    pub fn is_verified(&self, name: PinName) -> bool {
        *self.volatile.verified.get(name)
    }

    /// Says whether a stand-in terminal has authenticated itself.
    #[must_use]
    pub fn is_terminal_authenticated(&self) -> bool {
        self.volatile.terminal_authenticated
    }

    /// Returns the file that P2 (or P1 of READ BINARY) names: `80` the current one, `80|SFI` one of
    /// the selected application.
    fn referenced(&self, reference: u8) -> Result<&'static File, Status> {
        match reference {
            0x80 => self.volatile.file.ok_or(Status::NO_CURRENT_FILE),
            0x81..=0x9F => self
                .volatile
                .application
                .file(u16::from(reference & 0x1F))
                .ok_or(Status::FILE_NOT_FOUND),
            _ => Err(Status::WRONG_PARAMETERS),
        }
    }

    /// `80 FC 00 00` says to an iPhone that no more commands follow; a card answers 6700 (card.md
    /// §4, §7), and so does an Android phone here (inferred).
    fn last_command_indicator(&self, command: &Command) -> Result<Vec<u8>, Status> {
        match (self.profile.token, command.p1, command.p2) {
            (Token::Iphone, 0x00, 0x00) => Ok(Vec::new()),
            (Token::Iphone, ..) => Err(Status::WRONG_PARAMETERS),
            (Token::Card | Token::Android, ..) => Err(Status::WRONG_LENGTH),
        }
    }

    fn permits(&self, access: &Access) -> Result<(), Status> {
        let shown = |credential: &Credential| match *credential {
            Credential::Pin(name) => self.is_verified(name),
            Credential::Terminal => self.volatile.terminal_authenticated,
        };
        match access {
            Access::Free => Ok(()),
            Access::FreeUnless(token, _) if *token != self.profile.token => Ok(()),
            Access::OneOf(credentials) | Access::FreeUnless(_, credentials)
                if credentials.iter().any(shown) =>
            {
                Ok(())
            }
            Access::OneOf(_) | Access::FreeUnless(..) | Access::Never => {
                Err(Status::SECURITY_NOT_SATISFIED)
            }
        }
    }
}

/// Refuses MANAGE ATTRIBUTES: with the P1 of which it is known that they reach the check for the
/// issuer by 6982, with others by 6A86. Both status words are inferred.
fn refused_attributes(p1: u8) -> Status {
    const CURRENT_FILE: u8 = 0x22;
    const CURRENT_APPLICATION: u8 = 0x24;
    match p1 {
        CURRENT_FILE | CURRENT_APPLICATION => Status::SECURITY_NOT_SATISFIED,
        _ => Status::WRONG_PARAMETERS,
    }
}

/// Returns the PIN that a file holds.
fn pin_of(file: &File) -> Result<PinName, Status> {
    match file.kind {
        Kind::Pin(name) => Ok(name),
        // Inferred: no source has VERIFY on another kind of file.
        _ => Err(Status::STRUCTURE_CONFLICT),
    }
}
