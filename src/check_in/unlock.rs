//! Unlocks the user key after face or visual check, without a PIN.
//!
//! How the real terminal does it is not public (card.md §8, §13.1). This is the stand-in of this
//! harness: a terminal certificate by `80 A2`, a challenge, EXTERNAL AUTHENTICATE. Marked as a
//! convention wherever it shows.

use virtual_card::apdu::Command;

use super::{CardReply, CheckIn, Effect, Event, JPKI_AP, Stage, Turn, Visit};
use super::{ignored, leave, prove};
use crate::screen::Screen;

/// CA key reference for terminal certificates (card.md §2.1).
const TERMINAL_CA: u16 = 0x0016;
/// Length of the card's challenge.
const CHALLENGE_LENGTH: usize = 16;

/// Where the unlocking stands: which command was sent last.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Application,
    Authority,
    Certificate,
    CertificateSignature,
    Challenge,
    Authenticate,
}

/// Begins with the application; the card forgets what other applications had verified.
pub(super) fn begin(visit: Visit) -> Turn {
    (
        Stage::Unlock(Step::Application, visit),
        vec![
            Effect::Show(Screen::Checking),
            Effect::Transmit(Command::select_application(&JPKI_AP)),
        ],
    )
}

impl CheckIn {
    /// Takes an event while the key is being unlocked.
    pub(super) fn unlock(&mut self, step: Step, visit: Visit, event: Event) -> Turn {
        let response = match event {
            Event::CardReplied(CardReply::Response(response)) => response,
            Event::CardReplied(_) => return leave([Screen::Unreadable]),
            _ => return ignored(Stage::Unlock(step, visit)),
        };
        if !response.status.is_success() {
            return leave([Screen::Unreadable]);
        }
        let certificate = self.terminal.certificate_commands;
        let (step, command) = match step {
            Step::Application => (Step::Authority, Command::select_file(TERMINAL_CA)),
            Step::Authority => {
                let [body, _] = certificate();
                (Step::Certificate, body)
            }
            Step::Certificate => {
                let [_, signature] = certificate();
                (Step::CertificateSignature, signature)
            }
            Step::CertificateSignature => {
                (Step::Challenge, Command::get_challenge(CHALLENGE_LENGTH))
            }
            Step::Challenge => (
                Step::Authenticate,
                (self.terminal.external_authenticate)(&response.data),
            ),
            Step::Authenticate => return prove::begin_selected(visit),
        };
        (Stage::Unlock(step, visit), vec![Effect::Transmit(command)])
    }
}
