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
use crate::applications::card_face::{self, tag};
use crate::key::{SIGNATURE_LENGTH, TERMINAL, TERMINAL_CA};
use crate::tlv;

/// Bytes of the challenge that the terminal signs.
pub const CHALLENGE_LENGTH: usize = 16;

/// P1-P2 of the command that carries a certificate's body.
pub(crate) const BODY_COMMAND: (u8, u8) = (0x06, 0xC1);
/// P1-P2 of the command that carries its signature.
pub(crate) const SIGNATURE_COMMAND: (u8, u8) = (0x00, 0xC1);

/// Key ids (16), key ids (16), exponent (5), modulus (260): card.md §2.5.
const BODY_LENGTH: usize = 297;
/// Header of the certificate (5) and of its body (5) before the body.
pub(crate) const BODY_FIELD_LENGTH: usize = 307;
/// Header (5) and signature.
pub(crate) const SIGNATURE_FIELD_LENGTH: usize = 261;

const CERTIFICATE_TAG: u16 = 0x7F21;
const BODY_TAG: u16 = 0x5F4E;
const SIGNATURE_TAG: u16 = 0x5F37;
/// Bytes of one key id.
const KEY_ID_LENGTH: usize = 16;

/// Key id of the stand-in authority: 7 digits, `08 05`, 3 digits, 4 bytes. Real ones begin with 5,
/// those of test cards with 6, those of terminals with 9.
const AUTHORITY_ID: &[u8; KEY_ID_LENGTH] = b"7000073\x08\x05001\x00\x00\x00\x00";
/// Key id of the stand-in terminal.
const TERMINAL_ID: &[u8; KEY_ID_LENGTH] = b"7999999\x08\x05001\x00\x00\x00\x01";

/// Returns the two commands with which a stand-in terminal shows its certificate, to be sent with
/// 0016 of 公的個人認証AP selected.
#[must_use]
pub fn certificate_commands() -> [Command; 2] {
    // Always the same: signed once.
    static COMMANDS: LazyLock<[Command; 2]> = LazyLock::new(make_certificate_commands);
    COMMANDS.clone()
}

fn make_certificate_commands() -> [Command; 2] {
    let body = body();
    let signature = tlv::write(SIGNATURE_TAG, &TERMINAL_CA.sign_sha256(&body));
    let body = tlv::write(BODY_TAG, &body);
    let mut first = tlv::header(CERTIFICATE_TAG, body.len() + signature.len());
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
    Command::new(0x00, 0x82, 0x00, 0x00).with_data(TERMINAL.sign_sha256(challenge))
}

fn body() -> Vec<u8> {
    let mut body = Vec::with_capacity(BODY_LENGTH);
    body.extend_from_slice(AUTHORITY_ID);
    body.extend_from_slice(TERMINAL_ID);
    body.extend(card_face::public_key(&TERMINAL));
    body
}

/// Finds the body in the first command's data: `7F21 820233 5F4E 820129 …`, whose outer length
/// also counts the signature that comes with the second command.
pub(crate) fn body_of(data: &[u8]) -> Option<&[u8]> {
    const HEADER: [u8; 5] = [0x7F, 0x21, 0x82, 0x02, 0x33];
    let (object, rest) = tlv::read(data.strip_prefix(&HEADER)?).ok()?;
    let whole = object.tag == BODY_TAG && object.value.len() == BODY_LENGTH && rest.is_empty();
    whole.then_some(object.value)
}

/// Finds the signature in the second command's data: `5F37 820100 …`.
pub(crate) fn signature_of(data: &[u8]) -> Option<&[u8]> {
    let (object, rest) = tlv::read(data).ok()?;
    let whole =
        object.tag == SIGNATURE_TAG && object.value.len() == SIGNATURE_LENGTH && rest.is_empty();
    whole.then_some(object.value)
}

/// Finds the modulus in a body.
pub(crate) fn modulus_of(body: &[u8]) -> Option<&[u8]> {
    let modulus = tlv::find(body.get(2 * KEY_ID_LENGTH..)?, tag::MODULUS)?;
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
