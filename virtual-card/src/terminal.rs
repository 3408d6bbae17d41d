//! The stand-in for the terminal authentication that unlocks the user key without a PIN.
//!
//! **Not J-LIS: a convention of this harness.** How a face-authentication reader really unlocks the
//! card is not published. Known are two commands and their lengths (card.md §8): SELECT 0016, then
//! `80 A2 06 C1` with the body of a certificate and `80 A2 00 C1` with its signature. The rest is
//! made up in their manner:
//!
//! 1. SELECT 公的個人認証AP, SELECT 0016.
//! 2. [`certificate_commands`]: 9000 twice when the stand-in authority signed the certificate.
//! 3. GET CHALLENGE of 16 bytes, [`external_authenticate`]: 9000.
//! 4. 0017 signs without a PIN, until another application is selected or the power goes.
//!
//! A card whose profile says `accept-stand-in: false` refuses the certificate.

use std::sync::LazyLock;

use crate::apdu::Command;
use crate::cv_certificate::{self, BODY_LENGTH, KeyId, tag};
use crate::key::{SIGNATURE_LENGTH, TERMINAL, TERMINAL_CA};
use crate::tlv;

/// Bytes of the challenge that the terminal signs.
pub const CHALLENGE_LENGTH: usize = 16;

/// P1-P2 of the command that carries a certificate's body.
pub(crate) const BODY_COMMAND: (u8, u8) = (0x06, 0xC1);
/// P1-P2 of the command that carries its signature.
pub(crate) const SIGNATURE_COMMAND: (u8, u8) = (0x00, 0xC1);

/// Header of the certificate (5) and of its body (5) before the body.
pub(crate) const BODY_FIELD_LENGTH: usize = 307;
/// Header (5) and signature.
pub(crate) const SIGNATURE_FIELD_LENGTH: usize = 261;

/// Key id of the stand-in authority. The captured one begins with 9.
const AUTHORITY_ID: KeyId = KeyId::new(b"7000073", b"001", 0);
/// Key id of the stand-in terminal.
const TERMINAL_ID: KeyId = KeyId::new(b"7999999", b"001", 1);

/// Returns the two commands with which a stand-in terminal shows its certificate, to be sent with
/// 0016 of 公的個人認証AP selected.
#[must_use]
pub fn certificate_commands() -> [Command; 2] {
    // Always the same: signed once.
    static COMMANDS: LazyLock<[Command; 2]> = LazyLock::new(make_certificate_commands);
    COMMANDS.clone()
}

fn make_certificate_commands() -> [Command; 2] {
    let body = cv_certificate::body(AUTHORITY_ID, TERMINAL_ID, &TERMINAL);
    let signature = tlv::write(tag::SIGNATURE, &TERMINAL_CA.sign_sha256(&body));
    let body = tlv::write(tag::BODY, &body);
    let mut first = tlv::header(tag::CERTIFICATE, body.len() + signature.len());
    first.extend(body);
    let command = |(p1, p2), data: Vec<u8>| Command::new(0x80, 0xA2, p1, p2).with_data(data);
    [
        command(BODY_COMMAND, first),
        command(SIGNATURE_COMMAND, signature),
    ]
}

/// Returns the command with which the stand-in terminal answers the card's challenge.
#[must_use]
pub fn external_authenticate(challenge: &[u8]) -> Command {
    Command::new(0x00, 0x82, 0x00, 0x00).with_data(TERMINAL.sign_sha256_once(challenge))
}

/// Finds the body in the first command's data: `7F21 820233 5F4E 820129 …`, whose outer length
/// also counts the signature that comes with the second command.
pub(crate) fn body_of(data: &[u8]) -> Option<&[u8]> {
    const HEADER: [u8; 5] = [0x7F, 0x21, 0x82, 0x02, 0x33];
    let (object, rest) = tlv::read(data.strip_prefix(&HEADER)?).ok()?;
    let whole = object.tag == tag::BODY && object.value.len() == BODY_LENGTH && rest.is_empty();
    whole.then_some(object.value)
}

/// Finds the signature in the second command's data: `5F37 820100 …`.
pub(crate) fn signature_of(data: &[u8]) -> Option<&[u8]> {
    let (object, rest) = tlv::read(data).ok()?;
    let whole =
        object.tag == tag::SIGNATURE && object.value.len() == SIGNATURE_LENGTH && rest.is_empty();
    whole.then_some(object.value)
}

/// Finds the modulus in a body.
pub(crate) fn modulus_of(body: &[u8]) -> Option<&[u8]> {
    let modulus = tlv::find(body.get(2 * KeyId::LENGTH..)?, tag::MODULUS)?;
    (modulus.len() == SIGNATURE_LENGTH).then_some(modulus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_the_lengths_of_the_published_capture() {
        let [first, second] = certificate_commands();
        assert_eq!(first.data.len(), BODY_FIELD_LENGTH);
        assert_eq!(
            first.to_bytes()[..17],
            [
                0x80, 0xA2, 0x06, 0xC1, 0x00, 0x01, 0x33, 0x7F, 0x21, 0x82, 0x02, 0x33, 0x5F, 0x4E,
                0x82, 0x01, 0x29
            ]
        );
        assert_eq!(second.data.len(), SIGNATURE_FIELD_LENGTH);
        assert_eq!(
            second.to_bytes()[..12],
            [
                0x80, 0xA2, 0x00, 0xC1, 0x00, 0x01, 0x05, 0x5F, 0x37, 0x82, 0x01, 0x00
            ]
        );
    }
}
