//! The answers to reset that a card can give: those seen in public, by name, or literal bytes.
//!
//! Which of them belongs to which generation of the card is not published (card.md §1.1), so the
//! names tell interface and look, never a year.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which answer to reset the card gives (card.md §1.1; the letter is the confidence there).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Atr {
    /// As a PC/SC reader makes it up for an ISO 14443 Type B card; in the lists of smartcard_list
    /// and OpenSC (B).
    #[default]
    Contactless,
    /// Contactless, another chip: ATQB `00 00 05 E0`; smartcard_list (B).
    #[serde(rename = "contactless-05")]
    Contactless05,
    /// Contactless, newer chips: ATQB `4B 51 FF 00`; smartcard_list and OpenSC (B).
    ContactlessNewer,
    /// Contactless, newer chips: ATQB `4B 51 FF B3`; smartcard_list and OpenSC (B).
    ContactlessNewerB3,
    /// As the chip's contacts give it, without historical bytes; the only one in OpenSC's table of
    /// cards (A).
    Contact,
    /// Contact, a newer generation, with historical bytes; smartcard_list and OpenSC (B).
    ContactNewer,
    /// Contact, `3B C5 …`; smartcard_list and OpenSC (B).
    ContactC5,
    /// Listed as contact by OpenSC, but probably made up by a reader (C).
    ContactF5,
    /// The same with other historical bytes (C).
    ContactF5B3,
    /// The 住民基本台帳カード of before, contactless; smartcard_list (C).
    ResidentCard,
    /// These bytes.
    Bytes(AtrBytes),
}

impl Atr {
    /// Every one that has a name.
    pub const NAMED: [Self; 10] = [
        Self::Contactless,
        Self::Contactless05,
        Self::ContactlessNewer,
        Self::ContactlessNewerB3,
        Self::Contact,
        Self::ContactNewer,
        Self::ContactC5,
        Self::ContactF5,
        Self::ContactF5B3,
        Self::ResidentCard,
    ];

    /// Returns the bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Contactless => b"\x3B\x88\x80\x01\x00\x00\x41\xE0\xB3\x81\xA1\x00\x3B",
            Self::Contactless05 => b"\x3B\x88\x80\x01\x00\x00\x05\xE0\xB3\x81\xA1\x00\x7F",
            Self::ContactlessNewer => b"\x3B\x88\x80\x01\x00\x4B\x51\xFF\x00\x81\xD1\x00\xBC",
            Self::ContactlessNewerB3 => b"\x3B\x88\x80\x01\x00\x4B\x51\xFF\xB3\x81\xD1\x00\x0F",
            Self::Contact => b"\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14",
            Self::ContactNewer => {
                b"\x3B\xDA\x13\xFF\x81\x31\xFB\x46\x80\x12\x39\x2F\x31\xC1\x73\xC6\x01\xC0\x3B"
            }
            Self::ContactC5 => b"\x3B\xC5\xFF\x81\x31\xFB\x45\x80\x73\xC6\x01\x00\x00",
            Self::ContactF5 => {
                b"\x3B\xF5\x91\x00\xFF\x91\x81\x71\xFE\x40\x00\x42\x00\x01\x00\xD1\xD6"
            }
            Self::ContactF5B3 => {
                b"\x3B\xF5\x91\x00\xFF\x91\x81\x71\xFE\x40\x00\x42\x00\x01\xB3\xA1\x15"
            }
            Self::ResidentCard => b"\x3B\x88\x80\x01\x00\x00\x14\xE0\xB3\x81\x91\x00\x5E",
            Self::Bytes(bytes) => bytes.as_bytes(),
        }
    }
}

/// The bytes of an answer to reset, well-formed as ISO 7816-3 § 8.2 wants them.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AtrBytes {
    bytes: [u8; AtrBytes::LENGTH_MAX],
    length: u8,
}

/// Why some bytes are no answer to reset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AtrError {
    /// Not an even number of hexadecimal digits.
    #[error("an ATR is written as hexadecimal digits, two for each byte")]
    NotHexadecimal,
    /// Longer than ISO 7816-3 allows.
    #[error("an ATR has 2 to 33 bytes; take out what is too much")]
    TooLong,
    /// Neither direct nor inverse convention.
    #[error("an ATR begins with 3B or 3F; write one of them first")]
    FirstByte,
    /// The bytes end before what the earlier ones announce.
    #[error("the ATR ends before the bytes that it announces; add them or change T0 and TDi")]
    TooShort,
    /// Bytes after the last announced one.
    #[error("the ATR has bytes after the last one that it announces; take them out")]
    Surplus,
    /// The check byte is wrong.
    #[error("the last byte of the ATR, TCK, must be {expected:02X}, so that all after TS XOR to 0")]
    CheckByte {
        /// The right one.
        expected: u8,
    },
}

impl AtrBytes {
    /// Most bytes of an answer to reset, TS included.
    pub const LENGTH_MAX: usize = 33;

    /// Takes bytes that are an answer to reset.
    ///
    /// # Errors
    ///
    /// [`AtrError`] when they are none.
    pub fn new(atr: &[u8]) -> Result<Self, AtrError> {
        check(atr)?;
        let mut bytes = [0; Self::LENGTH_MAX];
        for (place, byte) in bytes.iter_mut().zip(atr) {
            *place = *byte;
        }
        Ok(Self {
            bytes,
            length: atr.len() as u8,
        })
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let length = usize::from(self.length);
        self.bytes.get(..length).unwrap_or(&self.bytes)
    }
}

/// Walks through TS, T0, the interface bytes, the historical bytes and TCK (ISO 7816-3 § 8.2).
fn check(atr: &[u8]) -> Result<(), AtrError> {
    if atr.len() > AtrBytes::LENGTH_MAX {
        return Err(AtrError::TooLong);
    }
    let mut rest = atr.iter().copied();
    if !matches!(rest.next(), Some(0x3B | 0x3F)) {
        return Err(AtrError::FirstByte);
    }
    let mut next = || rest.next().ok_or(AtrError::TooShort);
    let format = next()?;
    let (mut announced, mut checked) = (format >> 4, false);
    loop {
        for _ in 0..(announced & 0x07).count_ones() {
            next()?;
        }
        if announced & 0x08 == 0 {
            break;
        }
        let protocol = next()?;
        announced = protocol >> 4;
        // With T=0 alone there is no TCK.
        checked |= protocol & 0x0F != 0;
    }
    for _ in 0..format & 0x0F {
        next()?;
    }
    if checked {
        let last = next()?;
        let sum = atr.iter().skip(1).fold(0, |sum, byte| sum ^ byte);
        if sum != 0 {
            let expected = sum ^ last;
            return Err(AtrError::CheckByte { expected });
        }
    }
    match rest.next() {
        None => Ok(()),
        Some(_) => Err(AtrError::Surplus),
    }
}

impl TryFrom<String> for AtrBytes {
    type Error = AtrError;

    fn try_from(text: String) -> Result<Self, AtrError> {
        let digits: String = text.split_whitespace().collect();
        let bytes = hex::decode(digits).map_err(|_| AtrError::NotHexadecimal)?;
        Self::new(&bytes)
    }
}

impl From<AtrBytes> for String {
    fn from(atr: AtrBytes) -> Self {
        hex::encode_upper(atr.as_bytes())
    }
}

impl fmt::Debug for AtrBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode_upper(self.as_bytes()))
    }
}

impl JsonSchema for AtrBytes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AtrBytes".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An answer to reset in hexadecimal digits, TCK included where due.",
            "type": "string",
            "pattern": "^3[BFbf]([0-9A-Fa-f ]*)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<AtrBytes, AtrError> {
        AtrBytes::try_from(text.to_owned())
    }

    #[test]
    fn every_named_atr_is_well_formed_and_none_comes_twice() {
        for (index, atr) in Atr::NAMED.iter().enumerate() {
            let bytes = AtrBytes::new(atr.bytes()).unwrap();
            assert_eq!(bytes.as_bytes(), atr.bytes(), "{atr:?}");
            let others = Atr::NAMED.iter().skip(index + 1);
            assert!(others.into_iter().all(|other| other.bytes() != atr.bytes()));
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        assert_eq!(read("3B 8"), Err(AtrError::NotHexadecimal));
        assert_eq!(read("4B00"), Err(AtrError::FirstByte));
        assert_eq!(read(""), Err(AtrError::FirstByte));
        assert_eq!(read("3B"), Err(AtrError::TooShort));
        assert_eq!(read("3B 02 14"), Err(AtrError::TooShort));
        assert_eq!(read("3B 80 80 01"), Err(AtrError::TooShort));
        assert_eq!(read("3B 00 00"), Err(AtrError::Surplus));
        let expected = 0x01;
        let wrong = Err(AtrError::CheckByte { expected });
        assert_eq!(read("3B 80 80 01 02"), wrong);
        assert_eq!(
            read(&format!("3B{}", "00".repeat(33))),
            Err(AtrError::TooLong)
        );
    }

    #[test]
    fn check_byte_is_due_only_with_a_protocol_other_than_t0() {
        // The ATR of simulated cards in OpenSC's tests: card.md §1.1.
        assert_eq!(
            read("3b80800101").unwrap().as_bytes(),
            [0x3B, 0x80, 0x80, 0x01, 0x01]
        );
        assert!(read("3B 02 14 50").is_ok());
    }
}
