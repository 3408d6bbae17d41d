//! The closed list of names by which data speaks of commands: faults, timings, scenarios.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which command it is, by its instruction alone.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CommandName {
    /// SELECT of an application or a file.
    Select,
    /// READ BINARY.
    ReadBinary,
    /// READ RECORD.
    ReadRecord,
    /// GET DATA.
    GetData,
    /// VERIFY with data: a try.
    Verify,
    /// VERIFY without data: a question for the tries left.
    PinStatus,
    /// CHANGE REFERENCE DATA.
    ChangePin,
    /// COMPUTE DIGITAL SIGNATURE.
    Sign,
    /// GET CHALLENGE.
    GetChallenge,
    /// INTERNAL AUTHENTICATE.
    InternalAuthenticate,
    /// EXTERNAL AUTHENTICATE.
    ExternalAuthenticate,
    /// Either command that brings a terminal's certificate.
    TerminalCertificate,
    /// Any other command, and what is none.
    Other,
}

impl CommandName {
    /// Every name.
    pub const ALL: [Self; 13] = [
        Self::Select,
        Self::ReadBinary,
        Self::ReadRecord,
        Self::GetData,
        Self::Verify,
        Self::PinStatus,
        Self::ChangePin,
        Self::Sign,
        Self::GetChallenge,
        Self::InternalAuthenticate,
        Self::ExternalAuthenticate,
        Self::TerminalCertificate,
        Self::Other,
    ];

    /// Returns the name of the command with these bytes; of any bytes, some name.
    #[must_use]
    pub const fn of(command: &[u8]) -> Self {
        match command {
            [_, 0x20, _, _] => Self::PinStatus,
            [_, 0xA4, ..] => Self::Select,
            [_, 0xB0, ..] => Self::ReadBinary,
            [_, 0xB2, ..] => Self::ReadRecord,
            [_, 0xCA, ..] => Self::GetData,
            [_, 0x20, ..] => Self::Verify,
            [_, 0x24, ..] => Self::ChangePin,
            [_, 0x2A, ..] => Self::Sign,
            [_, 0x84, ..] => Self::GetChallenge,
            [_, 0x88, ..] => Self::InternalAuthenticate,
            [_, 0x82, ..] => Self::ExternalAuthenticate,
            [_, 0xA2, ..] => Self::TerminalCertificate,
            _ => Self::Other,
        }
    }

    /// Returns the name as data writes it, such as `read-binary`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::ReadBinary => "read-binary",
            Self::ReadRecord => "read-record",
            Self::GetData => "get-data",
            Self::Verify => "verify",
            Self::PinStatus => "pin-status",
            Self::ChangePin => "change-pin",
            Self::Sign => "sign",
            Self::GetChallenge => "get-challenge",
            Self::InternalAuthenticate => "internal-authenticate",
            Self::ExternalAuthenticate => "external-authenticate",
            Self::TerminalCertificate => "terminal-certificate",
            Self::Other => "other",
        }
    }

    /// Returns the command of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|command| command.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::Command;

    #[test]
    fn every_name_reads_back_and_is_what_serde_writes() {
        for name in CommandName::ALL {
            assert_eq!(CommandName::from_name(name.as_str()), Some(name));
            let read: CommandName = serde_saphyr::from_str(name.as_str()).unwrap();
            assert_eq!(read, name);
        }
    }

    #[test]
    fn verify_without_data_is_a_status_query() {
        let name = |command: Command| CommandName::of(&command.to_bytes());
        assert_eq!(name(Command::pin_status()), CommandName::PinStatus);
        assert_eq!(name(Command::verify(b"1234")), CommandName::Verify);
        assert_eq!(name(Command::sign(&[1])), CommandName::Sign);
        assert_eq!(CommandName::of(&[]), CommandName::Other);
    }
}
