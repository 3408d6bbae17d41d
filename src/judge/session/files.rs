//! Puts files together from what was read of them, and finds in them how long they last.

use jiff::Timestamp;
use jiff::civil::Date;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::{Act, App, CARD_FACE_FILE, Command, USER_CERTIFICATE};
use crate::eligibility::Moment;

/// The object of 券面事項確認AP 0002 that holds the card's last day, `YYYYMMDD` (card.md §2.3.1).
const EXPIRES: [u8; 2] = [0xDF, 0x29];

/// Returns the length of the DER object at the start of `bytes`, header included.
pub(in crate::judge) fn der_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x30, rest @ ..] => length(rest).map(|(header, value)| 1 + header + value),
        _ => None,
    }
}

/// Returns the bytes of a length field, and the length that it states.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes {
        [short @ 0..=0x7F, ..] => Some((1, usize::from(*short))),
        [0x81, length, ..] => Some((2, usize::from(*length))),
        [0x82, high, low, ..] => Some((3, usize::from(u16::from_be_bytes([*high, *low])))),
        _ => None,
    }
}

/// Splits an object with a tag of two bytes off: its tag, its value, and what follows.
fn object(bytes: &[u8]) -> Option<([u8; 2], &[u8], &[u8])> {
    let [first, second, rest @ ..] = bytes else {
        return None;
    };
    let (header, length) = length(rest)?;
    let (value, after) = rest.get(header..)?.split_at_checked(length)?;
    Some(([*first, *second], value, after))
}

/// Puts together what was read of a file; nothing unless `whole` says that it is whole.
fn read_of<'a>(
    commands: impl Iterator<Item = &'a Command>,
    (app, file): (App, u16),
    whole: impl Fn(&[u8]) -> Option<usize>,
) -> Option<(Vec<u8>, Vec<u64>)> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut entries = Vec::new();
    for read in commands {
        let fits = read.is(Act::Read, app, file) && read.done();
        if !fits || read.offset > bytes.len() || read.response.is_empty() {
            continue;
        }
        if read.offset == 0 {
            entries.clear();
        }
        bytes.truncate(read.offset);
        bytes.extend(&read.response);
        entries.extend(read.entries());
        if let Some(length) = whole(&bytes).filter(|length| *length <= bytes.len()) {
            bytes.truncate(length);
            return Some((bytes, entries));
        }
    }
    None
}

/// Puts together what was read of the user certificate; nothing unless it is whole.
pub(in crate::judge) fn whole_certificate<'a>(
    commands: impl Iterator<Item = &'a Command>,
) -> Option<(Vec<u8>, Vec<u64>)> {
    read_of(commands, (App::Jpki, USER_CERTIFICATE), der_length)
}

/// Returns the last instant of a certificate; nothing where it cannot be read.
pub(in crate::judge) fn certificate_end(der: &[u8]) -> Option<Moment> {
    let certificate = Certificate::from_der(der).ok()?;
    let end = certificate.tbs_certificate.validity.not_after;
    let seconds = i64::try_from(end.to_unix_duration().as_secs()).ok()?;
    Timestamp::from_second(seconds).ok().map(Moment)
}

/// Returns the card's last day, as its face says that was read whole.
pub(in crate::judge) fn card_end<'a>(
    commands: impl Iterator<Item = &'a Command>,
) -> Option<(Date, Vec<u64>)> {
    let whole = |bytes: &[u8]| length(bytes.get(2..)?).map(|(header, value)| 2 + header + value);
    let (face, entries) = read_of(commands, (App::CardFace, CARD_FACE_FILE), whole)?;
    let (_, mut rest, _) = object(&face)?;
    while let Some((tag, value, after)) = object(rest) {
        if tag == EXPIRES {
            let text = std::str::from_utf8(value).ok()?;
            return Date::strptime("%Y%m%d", text)
                .ok()
                .map(|day| (day, entries));
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_a_short_or_a_long_length_and_lies_within() {
        assert_eq!(
            object(&[0xDF, 0x29, 0x01, 7, 8]),
            Some(([0xDF, 0x29], &[7][..], &[8][..]))
        );
        assert_eq!(
            object(&[0xDF, 0x27, 0x82, 0, 1, 7]).map(|it| it.1),
            Some(&[7][..])
        );
        assert_eq!(object(&[0xDF, 0x27, 0x02, 7]), None);
        assert_eq!(der_length(&[0x30, 0x82, 0x01, 0x00]), Some(260));
    }
}
