//! Stage 2: reads the user certificate whole, and has the card sign a fresh challenge.

use sha2::{Digest, Sha256};
use virtual_card::apdu::{Command, Response};

use super::{CardReply, CheckIn, Effect, Event, Stage, Turn, Visit};
use super::{ignored, inquire, leave, pin_pad};
use crate::eligibility::{Bytes, Inquiry};
use crate::screen::Screen;

/// 利用者証明用電子証明書 (card.md §2.1).
const USER_CERTIFICATE: u16 = 0x000A;
/// 利用者証明用秘密鍵 (card.md §2.1).
const USER_KEY: u16 = 0x0017;
/// Bytes asked for by one READ BINARY.
pub(super) const BLOCK: usize = 256;
/// The longest certificate that we read, a bound for damaged lengths.
const CERTIFICATE_MAX: usize = 8 * 1024;
/// Length of the reader's challenge.
const CHALLENGE_LENGTH: usize = 32;
/// DER of a DigestInfo for SHA-256, up to the digest (RFC 8017 §9.2).
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Where the proof stands.
#[derive(Debug)]
pub(super) enum Step {
    SelectingCertificate,
    Reading { read: Vec<u8> },
    SelectingKey,
    Signing,
}

/// Begins after a right PIN.
pub(super) fn begin(visit: Visit) -> Turn {
    let (stage, mut effects) = begin_selected(visit);
    effects.insert(0, Effect::Show(Screen::Checking));
    (stage, effects)
}

/// Begins after the unlocking, which shows `checking` already.
pub(super) fn begin_selected(visit: Visit) -> Turn {
    (
        Stage::Prove(Step::SelectingCertificate, visit),
        vec![Effect::Transmit(Command::select_file(USER_CERTIFICATE))],
    )
}

impl CheckIn {
    /// Takes an event while the card is being read.
    pub(super) fn prove(&mut self, step: Step, visit: Visit, event: Event) -> Turn {
        let response = match event {
            Event::CardReplied(CardReply::Response(response)) => response,
            Event::CardReplied(_) => return leave([Screen::Unreadable]),
            _ => return ignored(Stage::Prove(step, visit)),
        };
        if !response.status.is_success() {
            return leave([Screen::Unreadable]);
        }
        match step {
            Step::SelectingCertificate => transmit(
                Step::Reading { read: Vec::new() },
                visit,
                Command::read_binary(0, BLOCK),
            ),
            Step::Reading { read } => read_on(read, visit, &response),
            Step::SelectingKey => self.sign(visit),
            Step::Signing => self.authenticate(visit, response.data),
        }
    }

    fn sign(&mut self, mut visit: Visit) -> Turn {
        // A fresh challenge for every proof (ACC-05).
        visit.challenge = pin_pad::challenge(&mut self.random, CHALLENGE_LENGTH);
        let command = Command::sign(&digest_info(&visit.challenge));
        transmit(Step::Signing, visit, command)
    }

    fn authenticate(&mut self, visit: Visit, signature: Vec<u8>) -> Turn {
        let inquiry = Inquiry::Authenticate {
            certificate: Bytes(visit.certificate.clone()),
            challenge: Bytes(visit.challenge.clone()),
            signature: Bytes(signature),
            site: self.site.clone(),
            care: visit.care,
        };
        (
            Stage::Inquire(inquire::Step::Authenticating, visit),
            vec![Effect::Ask(inquiry)],
        )
    }
}

/// Returns the DigestInfo of a message's SHA-256, as the card pads and signs it.
pub(crate) fn digest_info(message: &[u8]) -> Vec<u8> {
    let mut digest_info = SHA256_DIGEST_INFO.to_vec();
    digest_info.extend_from_slice(&Sha256::digest(message));
    digest_info
}

fn transmit(step: Step, visit: Visit, command: Command) -> Turn {
    (Stage::Prove(step, visit), vec![Effect::Transmit(command)])
}

/// Reads until the certificate's own DER length is reached (ACC-04); 00 filler is left alone.
fn read_on(mut read: Vec<u8>, mut visit: Visit, response: &Response) -> Turn {
    if response.data.is_empty() {
        return leave([Screen::Unreadable]);
    }
    read.extend_from_slice(&response.data);
    let Some(whole) = der_length(&read) else {
        return leave([Screen::Unreadable]);
    };
    if whole > CERTIFICATE_MAX {
        return leave([Screen::Unreadable]);
    }
    if read.len() < whole {
        let Ok(offset) = u16::try_from(read.len()) else {
            return leave([Screen::Unreadable]);
        };
        let command = Command::read_binary(offset, BLOCK);
        return transmit(Step::Reading { read }, visit, command);
    }
    read.truncate(whole);
    visit.certificate = read;
    transmit(Step::SelectingKey, visit, Command::select_file(USER_KEY))
}

/// Returns the length of the DER object that `bytes` begin with, its header included.
fn der_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x30, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([*high, *low]))),
        [0x30, 0x81, length, ..] => Some(3 + usize::from(*length)),
        [0x30, length @ 0..=0x7F, ..] => Some(2 + usize::from(*length)),
        _ => None,
    }
}
