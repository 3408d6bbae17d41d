//! Writes the handful of ASN.1 types that a certificate is made of, in DER.
//!
//! Writing cannot fail, so a card can make its certificate without an error to handle. Reading is
//! left to others on purpose: tests read with `x509-cert` and OpenSSL.

use const_oid::ObjectIdentifier;
use jiff::Timestamp;
use jiff::tz::Offset;

/// Tag of PrintableString.
pub const PRINTABLE_STRING: u8 = 0x13;
/// Tag of UTF8String.
pub const UTF8_STRING: u8 = 0x0C;
/// Tag of IA5String.
pub const IA5_STRING: u8 = 0x16;

/// Writes a value under a tag of one byte, with the shortest length.
pub fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = value.len().to_be_bytes();
    let start = length.iter().take_while(|byte| **byte == 0).count();
    let significant = &length[start..];
    match significant {
        [] => bytes.push(0),
        [short @ 0..=0x7F] => bytes.push(*short),
        long => {
            bytes.push(0x80 | long.len() as u8);
            bytes.extend_from_slice(long);
        }
    }
    bytes.extend_from_slice(value);
    bytes
}

/// Writes a SEQUENCE of parts that are DER already.
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

/// Writes a SET of one part.
pub fn set(part: &[u8]) -> Vec<u8> {
    tagged(0x31, part)
}

/// Writes a constructed context-specific tag around parts.
pub fn context(number: u8, parts: &[u8]) -> Vec<u8> {
    tagged(0xA0 | number, parts)
}

/// Writes a primitive context-specific tag.
pub fn context_primitive(number: u8, value: &[u8]) -> Vec<u8> {
    tagged(0x80 | number, value)
}

/// Writes a non-negative INTEGER given big-endian.
pub fn integer(value: &[u8]) -> Vec<u8> {
    let start = value.iter().take_while(|byte| **byte == 0).count();
    match &value[start..] {
        [] => tagged(0x02, &[0]),
        significant @ [0x80..=0xFF, ..] => tagged(0x02, &[&[0], significant].concat()),
        significant => tagged(0x02, significant),
    }
}

/// Writes a BIT STRING of whole bytes.
pub fn bit_string(value: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], value].concat())
}

/// Writes an OCTET STRING.
pub fn octet_string(value: &[u8]) -> Vec<u8> {
    tagged(0x04, value)
}

/// Writes NULL.
pub fn null() -> Vec<u8> {
    vec![0x05, 0x00]
}

/// Writes an OBJECT IDENTIFIER.
pub fn oid(identifier: ObjectIdentifier) -> Vec<u8> {
    tagged(0x06, identifier.as_bytes())
}

/// Writes a Time to the second: UTCTime from 1950 to 2049, else GeneralizedTime (RFC 5280
/// § 4.1.2.5).
pub fn time(time: Timestamp) -> Vec<u8> {
    let time = Offset::UTC.to_datetime(time);
    let year = time.year().clamp(0, 9999);
    let rest = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    if (1950..=2049).contains(&year) {
        tagged(0x17, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        tagged(0x18, format!("{year:04}{rest}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        assert_eq!(octet_string(&[]), [0x04, 0x00]);
        assert_eq!(octet_string(&[7; 127])[..2], [0x04, 0x7F]);
        assert_eq!(octet_string(&[7; 128])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(octet_string(&[7; 256])[..4], [0x04, 0x82, 0x01, 0x00]);
    }

    #[test]
    fn integers_stay_positive_and_short() {
        assert_eq!(integer(&[0, 0]), [0x02, 0x01, 0x00]);
        assert_eq!(integer(&[0, 0x7F]), [0x02, 0x01, 0x7F]);
        assert_eq!(integer(&[0x80]), [0x02, 0x02, 0x00, 0x80]);
    }

    #[test]
    fn times_change_form_in_2050() {
        let written = |text: &str| time(text.parse().unwrap());
        assert_eq!(written("2049-12-31T23:59:59Z"), b"\x17\x0D491231235959Z");
        assert_eq!(written("2050-01-01T00:00:00Z"), b"\x18\x0F20500101000000Z");
    }
}
