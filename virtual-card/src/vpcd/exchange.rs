//! What those who watch a connection see of it.

use std::fmt;

use crate::apdu;
use crate::fault::Fault;

/// What has just happened between vpcd and the card. Requests for the ATR are left out, since they
/// come several times a second to see whether the card is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Exchange<'a> {
    /// The card got power.
    PowerOn,
    /// The card lost power.
    PowerOff,
    /// The card was reset.
    Reset,
    /// A command was answered; the answer is about to be sent. The bytes may hold a PIN.
    Apdu {
        /// The command APDU.
        command: &'a [u8],
        /// The bytes that go back: a response APDU, unless a fault has changed them.
        response: &'a [u8],
        /// The fault that struck, if one did.
        struck: Option<&'a Fault>,
    },
    /// A command gets no answer, as a fault will have it. The bytes may hold a PIN.
    Unanswered {
        /// The command APDU.
        command: &'a [u8],
        /// Whether the card is gone; otherwise it is mute.
        gone: bool,
        /// The fault that struck, if one did just now.
        struck: Option<&'a Fault>,
    },
    /// pcscd has looked for the card once more after powering it, so every program sees it by now.
    /// Once for each connection.
    Taken,
    /// vpcd has said nothing for two seconds since the card was put in. As it serves one card at
    /// a time, another one most likely lies in this slot.
    NotTaken,
}

/// Why the card is no longer presented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// [`super::Stop::stop`] was called.
    Stopped,
    /// vpcd closed the connection: pcscd ended.
    PeerClosed,
    /// The card left the reader by itself, as a fault will have it.
    CardLeft,
    /// pcscd takes the card for the one that lay there before and shows no program a new one; put
    /// in again, it is noticed. So it is where the card before was taken out just when pcscd took
    /// its power away: vpcd 3.3 then accepts the next card before pcscd looks whether one is there.
    Unnoticed,
}

/// Shows commands with secrets masked, and of answers the length.
impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PowerOn => formatter.write_str("PowerOn"),
            Self::PowerOff => formatter.write_str("PowerOff"),
            Self::Reset => formatter.write_str("Reset"),
            Self::Taken => formatter.write_str("Taken"),
            Self::NotTaken => formatter.write_str("NotTaken"),
            Self::Apdu {
                command, response, ..
            } => {
                let (command, length) = (apdu::masked(command), response.len());
                write!(formatter, "Apdu({command}, {length} bytes)")
            }
            Self::Unanswered { command, gone, .. } => {
                let command = apdu::masked(command);
                write!(formatter, "Unanswered({command}, gone: {gone})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_not_shown() {
        let command = &apdu::Command::verify(b"1234").to_bytes();
        let response = &[0x90, 0x00];
        for exchange in [
            Exchange::Apdu {
                command,
                response,
                struck: None,
            },
            Exchange::Unanswered {
                command,
                gone: true,
                struck: None,
            },
        ] {
            let shown = format!("{exchange:?}");
            assert!(shown.contains("00200080"), "{shown}");
            assert!(
                !shown.contains("31323334") && !shown.contains("51, 52"),
                "{shown}"
            );
        }
    }
}
