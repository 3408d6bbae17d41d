//! Faulty cards: interposers on the way to the card, and cards issued with wrong dates.

mod dates;

use virtual_card::apdu::Command;
use virtual_card::applications::{JPKI, SECURITY_DOMAIN};
use virtual_card::card::{Card, PinName};
use virtual_card::profile::{Profile, Tries};

use crate::card_link::{CardLink, InProcess, Lost};

pub(super) use dates::issued;

/// The user key and its PIN (card.md §2.1).
const USER_KEY: u16 = 0x0017;
const USER_PIN: u16 = 0x0018;

/// What is wrong with a card; `crate::fault::FAULTS` says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // each is described in the catalogue
pub enum CardFlaw {
    QuerySpendsATry,
    QuerySaysVerified,
    QuerySaysLocked,
    WrongPinNotCounted,
    WrongPinCountsTwice,
    LockedPinAnswersZeroLeft,
    LockedPinAnswersBlocked,
    RightPinRestoresNothing,
    CounterResetByPowerOff,
    LockedPinAcceptsTheRightOne,
    SignsWithoutPin,
    SignsAfterWrongPin,
    StatusLostOnReset,
    StatusLostOnSameApplication,
    StatusKeptOverAnotherApplication,
    StatusKeptOverPowerOff,
    EmptyPastTheEnd,
    WrongParametersPastTheEnd,
    WarningPastTheEnd,
    UnknownApplicationSelected,
    UnknownFileSelected,
    CertificateAYearShort,
    CertificateEndsAtMidnight,
    CertificateOutlivesCard,
    RenewalToTheFifth,
    MinorsCardForTen,
    YoungAdultsCardForTen,
    StayIgnored,
}

/// A card with a flaw.
#[derive(Debug)]
pub(super) struct Faulty {
    flaw: CardFlaw,
    inner: InProcess,
    profile: Profile,
    seed: u64,
    /// Tries left as a card counts that restores nothing.
    left: u8,
    /// Whether a card that never forgets holds the user PIN for verified.
    granted: bool,
}

impl Faulty {
    pub(super) fn new(flaw: CardFlaw, profile: &Profile, seed: u64) -> Faulty {
        Faulty {
            flaw,
            inner: InProcess::new(Card::new(profile, seed)),
            profile: profile.clone(),
            seed,
            left: profile.tries.user,
            granted: false,
        }
    }

    /// Returns a card of the same holder on which the user PIN has just been verified.
    fn opened(&self) -> Option<Card> {
        let pin = self.profile.pins.user.as_ref()?;
        let mut profile = self.profile.clone();
        profile.tries = Tries::FULL;
        let mut card = Card::new(&profile, self.seed);
        card.power_on();
        for command in [
            Command::select_application(JPKI),
            Command::select_file(USER_PIN),
            Command::verify(pin.as_str().as_bytes()),
        ] {
            card.execute(&command);
        }
        Some(card)
    }

    /// Returns the file of 公的個人認証AP that a command names or takes as selected.
    fn file_of(&self, command: &Command) -> Option<u16> {
        let card = self.inner.card();
        if card.selected_application() != JPKI {
            return None;
        }
        match command.p2 {
            short @ 0x81..=0x9F => Some(u16::from(short & 0x1F)),
            _ => card.current_file(),
        }
    }

    /// Sends a PIN that is not the card's, to the key that `command` is about.
    fn guess_wrong(&mut self, command: &Command) -> Result<(), Lost> {
        let is_zeros = self
            .profile
            .pins
            .user
            .as_ref()
            .is_some_and(|pin| pin.as_str() == "0000");
        let guess: &[u8] = if is_zeros { b"0001" } else { b"0000" };
        let verify = Command {
            data: guess.to_vec(),
            ..command.clone()
        };
        self.inner.transmit(&verify.to_bytes()).map(|_| ())
    }

    /// Answers a VERIFY of the user PIN, or a query of its tries.
    fn verify(&mut self, command: &Command) -> Result<Vec<u8>, Lost> {
        use CardFlaw::*;
        let query = command.data.is_empty();
        let before = self.inner.card().clone();
        let tries = before.tries(PinName::User);
        let answer = self.inner.transmit(&command.to_bytes())?;
        let is_wrong = !query && answer.first() == Some(&0x63);
        let is_locked = !query && answer == words(0x6984);
        match self.flaw {
            QuerySpendsATry if query => self.guess_wrong(command)?,
            QuerySaysVerified if query && before.is_verified(PinName::User) => {
                return Ok(words(0x9000));
            }
            QuerySaysLocked if query && tries == 0 => return Ok(words(0x6984)),
            WrongPinNotCounted if is_wrong => {
                self.inner.replace(before);
                return Ok(words(0x63C0 | u16::from(tries)));
            }
            WrongPinCountsTwice if is_wrong && tries > 1 => {
                return self.inner.transmit(&command.to_bytes());
            }
            LockedPinAnswersZeroLeft if is_locked => return Ok(words(0x63C0)),
            LockedPinAnswersBlocked if is_locked => return Ok(words(0x6983)),
            LockedPinAcceptsTheRightOne if is_locked => {
                let pin = self.profile.pins.user.as_ref();
                let is_right = pin.is_some_and(|pin| pin.as_str().as_bytes() == command.data);
                if let Some(card) = self.opened().filter(|_| is_right) {
                    self.inner.replace(card);
                    return Ok(words(0x9000));
                }
            }
            SignsAfterWrongPin if !query => self.granted = is_wrong,
            StatusKeptOverAnotherApplication | StatusKeptOverPowerOff if !query => {
                self.granted = answer == words(0x9000);
            }
            RightPinRestoresNothing if query => return Ok(words(0x63C0 | u16::from(self.left))),
            RightPinRestoresNothing if self.left == 0 => return Ok(words(0x6984)),
            RightPinRestoresNothing if is_wrong => {
                self.left -= 1;
                return Ok(words(0x63C0 | u16::from(self.left)));
            }
            _ => {}
        }
        Ok(answer)
    }

    /// Answers a signature with the user key.
    fn sign(&mut self, command: &Command) -> Result<Vec<u8>, Lost> {
        use CardFlaw::*;
        let answer = self.inner.transmit(&command.to_bytes())?;
        let signs = match self.flaw {
            SignsWithoutPin => true,
            SignsAfterWrongPin | StatusKeptOverAnotherApplication | StatusKeptOverPowerOff => {
                self.granted
            }
            _ => false,
        };
        if !signs || answer != words(0x6982) {
            return Ok(answer);
        }
        let Some(mut card) = self.opened() else {
            return Ok(answer);
        };
        card.execute(&Command::select_file(USER_KEY));
        let named = Command {
            p2: 0x80,
            ..command.clone()
        };
        Ok(card.transmit(&named.to_bytes()))
    }

    /// Answers a SELECT.
    fn select(&mut self, command: &Command) -> Result<Vec<u8>, Lost> {
        use CardFlaw::*;
        let before = self.inner.card().selected_application();
        let answer = self.inner.transmit(&command.to_bytes())?;
        let after = self.inner.card().selected_application();
        let selected = before != SECURITY_DOMAIN;
        let by_name = command.p1 == 0x04;
        match self.flaw {
            StatusLostOnSameApplication if by_name && selected && before == after => {
                self.inner.power_off();
                return self.inner.transmit(&command.to_bytes());
            }
            StatusKeptOverPowerOff if selected && before != after => self.granted = false,
            UnknownApplicationSelected if by_name && answer == words(0x6A82) => {
                return Ok(words(0x9000));
            }
            UnknownFileSelected if !by_name && selected && answer == words(0x6A82) => {
                return Ok(words(0x9000));
            }
            _ => {}
        }
        Ok(answer)
    }

    /// Answers a READ BINARY.
    fn read(&mut self, command: &Command) -> Result<Vec<u8>, Lost> {
        let answer = self.inner.transmit(&command.to_bytes())?;
        let instead = match self.flaw {
            CardFlaw::EmptyPastTheEnd => 0x9000,
            CardFlaw::WrongParametersPastTheEnd => 0x6A86,
            CardFlaw::WarningPastTheEnd => 0x6282,
            _ => return Ok(answer),
        };
        let past_the_end = answer == words(0x6B00);
        Ok(if past_the_end { words(instead) } else { answer })
    }
}

/// Returns an answer without data.
fn words(status: u16) -> Vec<u8> {
    status.to_be_bytes().to_vec()
}

impl CardLink for Faulty {
    fn transmit(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Lost> {
        let Ok(command) = Command::parse(bytes) else {
            return self.inner.transmit(bytes);
        };
        match (command.instruction, self.file_of(&command)) {
            (0x20, Some(USER_PIN)) => self.verify(&command),
            (0x2A, Some(USER_KEY)) => self.sign(&command),
            (0xA4, _) => self.select(&command),
            (0xB0, _) => self.read(&command),
            _ => self.inner.transmit(bytes),
        }
    }

    fn power_off(&mut self) {
        if self.flaw == CardFlaw::CounterResetByPowerOff {
            self.inner.replace(Card::new(&self.profile, self.seed));
        }
        if self.flaw != CardFlaw::StatusKeptOverPowerOff {
            self.granted = false;
        }
        self.inner.power_off();
    }

    fn reset(&mut self) {
        self.inner.reset();
        if self.flaw != CardFlaw::StatusLostOnReset {
            return;
        }
        let card = self.inner.card();
        let (application, file) = (card.selected_application(), card.current_file());
        self.inner.power_off();
        // Only the security status is lost: selection is where it was.
        let again = [Command::select_application(application)];
        for command in again.into_iter().chain(file.map(Command::select_file)) {
            // Our own card always answers; what it says here is what it said before.
            let _ = self.inner.transmit(&command.to_bytes());
        }
    }
}
