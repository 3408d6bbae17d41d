//! What of an APDU may be written down.
//!
//! In play, cards are ours and what they hold is fictitious: only secrets are masked. In a recording
//! of other software the card may be a real one. Then no data that it answered are kept but their
//! length, and no data that it was sent but the name in a SELECT.

use super::entry::{CommandApdu, ResponseApdu};
use crate::eligibility::Bytes;
use crate::secret::Masker;

/// The instructions whose data are a secret (card.md §4): VERIFY, CHANGE REFERENCE DATA, RESET RETRY
/// COUNTER, and the change of a key.
const SECRET: [u8; 4] = [0x20, 0x24, 0x2C, 0x32];
/// Known to exist and no more, so that what it does here is made up (card.md §8).
const EXTERNAL_AUTHENTICATE: u8 = 0x82;
const SELECT: u8 = 0xA4;
/// The longest name of an application (ISO 7816-4).
const NAME_MAX: usize = 16;
/// So many digits in a row might be a number of a person rather than a name.
const DIGITS_MAX: usize = 4;

/// Returns how many bytes stand before the data, and the data; nothing where there are none. A
/// length that does not fit makes everything behind the header data: better too much than a PIN.
fn parts(apdu: &[u8]) -> Option<(usize, &[u8])> {
    let rest = apdu.get(5..).filter(|rest| !rest.is_empty())?;
    let length = usize::from(*apdu.get(4)?);
    if length > 0 {
        return Some((5, rest.get(..length).unwrap_or(rest)));
    }
    match rest {
        // An extended Le, and no data.
        [_, _] => None,
        [high, low, data @ ..] => {
            let length = usize::from(*high) << 8 | usize::from(*low);
            let fits = length > 0 && (data.len() == length || data.len() == length + 2);
            let data = data.get(..length).filter(|_| fits);
            Some(data.map_or((5, rest), |data| (7, data)))
        }
        _ => Some((5, rest)),
    }
}

/// Returns a command with its secret masked.
pub(super) fn command(masker: &mut Masker, apdu: &[u8]) -> CommandApdu {
    let is_secret = apdu.get(1).is_some_and(|ins| SECRET.contains(ins));
    masked(masker, apdu, is_secret)
}

/// Returns a command that other software sent to a card that may be real.
pub(super) fn recorded_command(masker: &mut Masker, apdu: &[u8]) -> CommandApdu {
    masked(masker, apdu, !is_plain_select(apdu))
}

fn masked(masker: &mut Masker, apdu: &[u8], hide: bool) -> CommandApdu {
    let hidden = parts(apdu).filter(|_| hide);
    CommandApdu {
        apdu: Bytes(match hidden {
            Some((header, _)) => apdu.get(..header).unwrap_or(apdu).to_vec(),
            None => apdu.to_vec(),
        }),
        secret: hidden.map(|(_, data)| masker.mask(data)),
        convention: matches!(apdu, [_, EXTERNAL_AUTHENTICATE, ..]),
    }
}

/// Tells whether this is a SELECT, and its data a name that says nothing of a person.
fn is_plain_select(apdu: &[u8]) -> bool {
    let name = parts(apdu).map_or(&[][..], |(_, data)| data);
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    apdu.get(1) == Some(&SELECT)
        && apdu.len() <= 7 + NAME_MAX + 2
        && name.len() <= NAME_MAX
        && !apdu.windows(DIGITS_MAX).any(digits)
}

/// Returns an answer, or why there is none.
pub(super) fn response(answer: Result<&[u8], &str>) -> ResponseApdu {
    match answer {
        Ok(bytes) => {
            let (data, status) = bytes.split_at(bytes.len().saturating_sub(2));
            ResponseApdu {
                status: Some(hex::encode_upper(status)),
                data: Bytes(data.to_vec()),
                withheld: None,
                lost: None,
            }
        }
        Err(lost) => ResponseApdu {
            status: None,
            data: Bytes::default(),
            withheld: None,
            lost: Some(lost.to_owned()),
        },
    }
}

/// Returns an answer of a card that may be real: the status word, and how many bytes came with it.
pub(super) fn recorded_response(answer: Result<&[u8], &str>) -> ResponseApdu {
    let mut response = response(answer);
    let data = std::mem::take(&mut response.data.0);
    response.withheld = (!data.is_empty()).then_some(data.len());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(apdu: &str) -> Vec<u8> {
        hex::decode(apdu.replace(' ', "")).unwrap()
    }

    /// (APDU, header kept, length of the secret)
    fn check(apdu: &str, kept: &str, secret: Option<usize>) {
        let masked = command(&mut Masker::default(), &bytes(apdu));
        assert_eq!(masked.apdu.0, bytes(kept), "{apdu}");
        assert_eq!(masked.secret.map(|it| it.length), secret, "{apdu}");
    }

    #[test]
    fn every_instruction_with_a_secret_is_masked_whatever_the_form_of_its_length() {
        check("00200080 04 31323334", "00200080 04", Some(4));
        check("00200080 04 31323334 00", "00200080 04", Some(4));
        check("10200080 04 31323334", "10200080 04", Some(4));
        check("00200080 000004 31323334", "00200080 000004", Some(4));
        check("00200080 000004 31323334 0000", "00200080 000004", Some(4));
        check("00240180 08 3132333435363738", "00240180 08", Some(8));
        check("002C0080 04 31323334", "002C0080 04", Some(4));
        check("80320000 02 0102", "80320000 02", Some(2));
    }

    #[test]
    fn a_length_that_does_not_fit_hides_everything_behind_the_header() {
        check("00200080 08 31323334", "00200080 08", Some(4));
        check("00200080 00 31323334", "00200080 00", Some(4));
        check("00200080 00 0009 31323334", "00200080 00", Some(6));
        check("00200080 00 31", "00200080 00", Some(1));
    }

    #[test]
    fn a_query_has_no_secret() {
        for query in ["00200080", "0020008000", "00200080 000000"] {
            check(query, query, None);
        }
    }

    #[test]
    fn of_a_recording_the_names_in_selects_alone_are_kept() {
        let kept = |apdu: &str| {
            let masked = recorded_command(&mut Masker::default(), &bytes(apdu));
            masked.secret.is_none() && masked.apdu.0 == bytes(apdu)
        };
        assert!(kept("00A4040C 0A D392F000260100000001"));
        assert!(kept("00A4020C 02 000A"));
        assert!(kept("00B0000000"));
        // A number of a person where a name should be, data to write, a digest to sign.
        assert!(!kept("00A4040C 0C 313233343536373839303132"));
        assert!(!kept("00D60000 02 0102"));
        assert!(!kept("802A0080 04 01020304 00"));
    }

    #[test]
    fn of_a_recording_no_answered_data_are_kept() {
        let answer = recorded_response(Ok(&[1, 2, 3, 0x90, 0x00]));
        assert_eq!(answer.status.as_deref(), Some("9000"));
        assert_eq!((answer.data.0.len(), answer.withheld), (0, Some(3)));
        assert_eq!(recorded_response(Ok(&[0x6A, 0x82])).withheld, None);
    }
}
