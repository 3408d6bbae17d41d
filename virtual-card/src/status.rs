//! The status words with which the card ends each answer, and the error type of the card.
//!
//! Values after ISO 7816-4 and the JICSAP specification that the card follows (card.md §4).

use std::fmt;

/// A status word, SW1-SW2 (ISO 7816-4 § 5.6).
///
/// Anything other than [`Status::SUCCESS`] is a refusal, so this is what the card's own functions
/// return as their error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(pub u16);

impl Status {
    /// 9000: the command was carried out.
    pub const SUCCESS: Self = Self(0x9000);
    /// 6700: Lc or Le cannot be right.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// 66F1: no security environment for this command (this card only).
    pub const NO_SECURITY_ENVIRONMENT: Self = Self(0x66F1);
    /// 6881: logical channels other than the basic one do not exist.
    pub const CHANNEL_NOT_SUPPORTED: Self = Self(0x6881);
    /// 6882: this command does not take secure messaging.
    pub const SECURE_MESSAGING_NOT_SUPPORTED: Self = Self(0x6882);
    /// 6981: the command does not fit the structure of the file.
    pub const STRUCTURE_CONFLICT: Self = Self(0x6981);
    /// 6982: a PIN, password or terminal authentication is missing.
    pub const SECURITY_NOT_SATISFIED: Self = Self(0x6982);
    /// 6984: the PIN is locked (ISO 7816-4 says "reference data not usable", JICSAP "IEF locked").
    pub const REFERENCE_LOCKED: Self = Self(0x6984);
    /// 6985: conditions of use not satisfied.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    /// 6986: there is no current file.
    pub const NO_CURRENT_FILE: Self = Self(0x6986);
    /// 6987: an object that secure messaging needs is missing.
    pub const SECURE_OBJECTS_MISSING: Self = Self(0x6987);
    /// 6988: an object of secure messaging is wrong; the session is over.
    pub const SECURE_OBJECTS_WRONG: Self = Self(0x6988);
    /// 69FC: secure messaging without a session (this card only).
    pub const NO_SECURE_SESSION: Self = Self(0x69FC);
    /// 6A80: the data field is built wrongly.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// 6A81: the function does not exist.
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(0x6A81);
    /// 6A82: no such application or file.
    pub const FILE_NOT_FOUND: Self = Self(0x6A82);
    /// 6A83: no such record.
    pub const RECORD_NOT_FOUND: Self = Self(0x6A83);
    /// 6A84: not enough memory.
    pub const NOT_ENOUGH_MEMORY: Self = Self(0x6A84);
    /// 6A85: Lc does not fit the TLV structure.
    pub const LENGTH_AGAINST_STRUCTURE: Self = Self(0x6A85);
    /// 6A86: wrong P1 or P2.
    pub const WRONG_PARAMETERS: Self = Self(0x6A86);
    /// 6A87: Lc does not fit P1 and P2.
    pub const LENGTH_AGAINST_PARAMETERS: Self = Self(0x6A87);
    /// 6A88: no such data object or key.
    pub const DATA_NOT_FOUND: Self = Self(0x6A88);
    /// 6B00: the offset lies at or past the end of the file.
    pub const WRONG_OFFSET: Self = Self(0x6B00);
    /// 6D00: unknown instruction.
    pub const UNKNOWN_INSTRUCTION: Self = Self(0x6D00);
    /// 6E00: unknown class.
    pub const UNKNOWN_CLASS: Self = Self(0x6E00);
    /// 6F00: the card met an error that it cannot name.
    pub const UNKNOWN_ERROR: Self = Self(0x6F00);

    /// Returns 63Cn: `count` tries are left (at most 15 can be told).
    #[must_use]
    pub const fn tries_left(count: u8) -> Self {
        let count = if count > 15 { 15 } else { count };
        Self(0x63C0 | count as u16)
    }

    /// Returns the number of tries that a 63Cx tells, or nothing for any other status word.
    #[must_use]
    pub const fn left(self) -> Option<u8> {
        if self.0 & 0xFFF0 == 0x63C0 {
            Some((self.0 & 0x0F) as u8)
        } else {
            None
        }
    }

    /// Says whether this is 9000.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == Self::SUCCESS.0
    }

    /// Returns what the status word means, in a few English words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self.0 {
            0x9000 => "success",
            0x63C0..=0x63CF => "tries left",
            0x66F1 => "no security environment",
            0x6700 => "wrong length",
            0x6881 => "logical channel not supported",
            0x6882 => "secure messaging not supported",
            0x6981 => "command does not fit the file structure",
            0x6982 => "security status not satisfied",
            0x6984 => "PIN locked",
            0x6985 => "conditions of use not satisfied",
            0x6986 => "no current file",
            0x6987 => "secure messaging object missing",
            0x6988 => "secure messaging object wrong",
            0x69FC => "no secure messaging session",
            0x6A80 => "wrong data",
            0x6A81 => "function not supported",
            0x6A82 => "file or application not found",
            0x6A83 => "record not found",
            0x6A84 => "not enough memory",
            0x6A85 => "length does not fit the TLV structure",
            0x6A86 => "wrong P1 or P2",
            0x6A87 => "length does not fit P1 and P2",
            0x6A88 => "data object or key not found",
            0x6B00 => "offset past the end",
            0x6D00 => "unknown instruction",
            0x6E00 => "unknown class",
            0x6F00 => "unknown error",
            _ => "meaning not known",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.left() {
            Some(1) => write!(formatter, "{:04X} 1 try left", self.0),
            Some(left) => write!(formatter, "{:04X} {left} tries left", self.0),
            None => write!(formatter, "{:04X} {}", self.0, self.meaning()),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Status({:04X})", self.0)
    }
}

impl std::error::Error for Status {}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn tries_left_round_trips_and_only_63cx_tells_it() {
        assert_eq!(Status::tries_left(3), Status(0x63C3));
        assert_eq!(Status::tries_left(200).left(), Some(15));
        assert_eq!(Status(0x6300).left(), None);
        assert_eq!(Status::SUCCESS.left(), None);
    }

    #[test]
    fn status_reads_as_number_and_meaning() {
        let shown = |status: Status| status.to_string();
        assert_eq!(shown(Status(0x6982)), "6982 security status not satisfied");
        assert_eq!(shown(Status(0x63C2)), "63C2 2 tries left");
        assert_eq!(shown(Status(0x63C1)), "63C1 1 try left");
        assert_eq!(shown(Status(0x1234)), "1234 meaning not known");
    }
}
