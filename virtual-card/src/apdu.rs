//! Commands and responses as bytes and back: ISO 7816-4 § 5, short and extended.
//!
//! Knows nothing of what a command does; [`describe()`] only names it for people.

mod describe;
mod name;

pub use describe::describe;
pub use name::CommandName;

use crate::status::Status;

/// A command APDU.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// CLA.
    pub class: u8,
    /// INS.
    pub instruction: u8,
    /// P1.
    pub p1: u8,
    /// P2.
    pub p2: u8,
    /// The data field, 0 to 65,535 bytes; empty when the command has none.
    pub data: Vec<u8>,
    /// Ne, the most bytes that the answer may have, 1 to 65,536; nothing when there is no Le field.
    pub expected: Option<usize>,
}

/// Ne of a short Le of 00.
const SHORT_MAX: usize = 256;
/// Ne of an extended Le of 0000.
const EXTENDED_MAX: usize = 65_536;
/// Most bytes of a data field.
const DATA_MAX: usize = 65_535;

impl Command {
    /// Returns a command without data and without Le.
    #[must_use]
    pub const fn new(class: u8, instruction: u8, p1: u8, p2: u8) -> Self {
        Self {
            class,
            instruction,
            p1,
            p2,
            data: Vec::new(),
            expected: None,
        }
    }

    /// Gives the command its data field; what exceeds 65,535 bytes is cut off.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = data.into();
        self.data.truncate(DATA_MAX);
        self
    }

    /// Gives the command its Ne, brought into 1 to 65,536.
    #[must_use]
    pub fn with_expected(mut self, expected: usize) -> Self {
        self.expected = Some(expected.clamp(1, EXTENDED_MAX));
        self
    }

    /// SELECT an application by its AID (card.md §0.1 rule 2).
    #[must_use]
    pub fn select_application(aid: &[u8]) -> Self {
        Self::new(0x00, 0xA4, 0x04, 0x0C).with_data(aid)
    }

    /// SELECT an elementary file of the selected application (card.md §0.1 rule 3).
    #[must_use]
    pub fn select_file(file: u16) -> Self {
        Self::new(0x00, 0xA4, 0x02, 0x0C).with_data(file.to_be_bytes())
    }

    /// READ BINARY of the current file, from `offset` (15 bits count), at most `length` bytes.
    #[must_use]
    pub fn read_binary(offset: u16, length: usize) -> Self {
        let [high, low] = offset.to_be_bytes();
        Self::new(0x00, 0xB0, high & 0x7F, low).with_expected(length)
    }

    /// READ RECORD number `record`, from 1, of the current file (card.md §2.4).
    #[must_use]
    pub const fn read_record(record: u8) -> Self {
        let mut command = Self::new(0x00, 0xB2, record, 0x04);
        command.expected = Some(SHORT_MAX);
        command
    }

    /// GET DATA, with room for the largest objects (card.md §1.3).
    #[must_use]
    pub fn get_data(tag: u16) -> Self {
        let [high, low] = tag.to_be_bytes();
        Self::new(0x00, 0xCA, high, low).with_expected(EXTENDED_MAX)
    }

    /// PIN status query of the current PIN: VERIFY without data (card.md §0.1 rule 4).
    #[must_use]
    pub const fn pin_status() -> Self {
        Self::new(0x00, 0x20, 0x00, 0x80)
    }

    /// VERIFY the current PIN.
    #[must_use]
    pub fn verify(pin: &[u8]) -> Self {
        Self::new(0x00, 0x20, 0x00, 0x80).with_data(pin)
    }

    /// CHANGE REFERENCE DATA of the current PIN, which must be verified (card.md §3).
    #[must_use]
    pub fn change_pin(pin: &[u8]) -> Self {
        Self::new(0x00, 0x24, 0x01, 0x80).with_data(pin)
    }

    /// CHANGE KEY of the current PIN, which must be verified: in 共通カードAP and 住基AP what
    /// [`Self::change_pin`] is elsewhere (card.md §3).
    #[must_use]
    pub fn change_key(pin: &[u8]) -> Self {
        Self::new(0x80, 0x32, 0x00, 0x80).with_data(pin)
    }

    /// COMPUTE DIGITAL SIGNATURE with the current key over `data` as it is (card.md §4.1).
    #[must_use]
    pub fn sign(data: &[u8]) -> Self {
        Self::new(0x80, 0x2A, 0x00, 0x80)
            .with_data(data)
            .with_expected(SHORT_MAX)
    }

    /// INTERNAL AUTHENTICATE with the current key over `challenge`, 1 to 255 bytes (card.md §2.4).
    #[must_use]
    pub fn internal_authenticate(challenge: &[u8]) -> Self {
        Self::new(0x00, 0x88, 0x00, 0x80)
            .with_data(challenge)
            .with_expected(SHORT_MAX)
    }

    /// SET SESSION KEY: the key delivery, encrypted for the key in 0006 (card.md §4.2).
    #[must_use]
    pub fn set_session_key(cryptogram: &[u8]) -> Self {
        Self::new(0x80, 0xAE, 0x00, 0x00).with_data(cryptogram)
    }

    /// GET CHALLENGE of `length` bytes.
    #[must_use]
    pub fn get_challenge(length: usize) -> Self {
        Self::new(0x00, 0x84, 0x00, 0x00).with_expected(length)
    }

    /// Reads a command from its bytes.
    ///
    /// # Errors
    ///
    /// [`Status::WRONG_LENGTH`] when there is no header, or when Lc or Le does not fit the number
    /// of bytes (ISO 7816-4 § 5.2).
    pub fn parse(bytes: &[u8]) -> Result<Self, Status> {
        let &[class, instruction, p1, p2, ref body @ ..] = bytes else {
            return Err(Status::WRONG_LENGTH);
        };
        let command = Self::new(class, instruction, p1, p2);
        match *body {
            [] => Ok(command),
            [length] => Ok(command.with_expected(short_expected(length))),
            [0, high, low] => Ok(command.with_expected(extended_expected(high, low))),
            [0, high, low, ref rest @ ..] => command.with_extended_body(high, low, rest),
            [length, ref rest @ ..] => command.with_short_body(usize::from(length), rest),
        }
    }

    fn with_short_body(self, length: usize, rest: &[u8]) -> Result<Self, Status> {
        if length == 0 {
            return Err(Status::WRONG_LENGTH);
        }
        match rest.split_at_checked(length) {
            Some((data, [])) => Ok(self.with_data(data)),
            Some((data, &[expected])) => {
                Ok(self.with_data(data).with_expected(short_expected(expected)))
            }
            _ => Err(Status::WRONG_LENGTH),
        }
    }

    fn with_extended_body(self, high: u8, low: u8, rest: &[u8]) -> Result<Self, Status> {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length == 0 {
            return Err(Status::WRONG_LENGTH);
        }
        match rest.split_at_checked(length) {
            Some((data, [])) => Ok(self.with_data(data)),
            Some((data, &[high, low])) => Ok(self
                .with_data(data)
                .with_expected(extended_expected(high, low))),
            _ => Err(Status::WRONG_LENGTH),
        }
    }

    /// Returns the command's bytes, in the short form where that can hold it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let data = self.data.get(..DATA_MAX).unwrap_or(&self.data);
        let expected = self
            .expected
            .map(|expected| expected.clamp(1, EXTENDED_MAX));
        let mut bytes = vec![self.class, self.instruction, self.p1, self.p2];
        // The casts wrap on purpose: 256 is written 00, 65,536 is written 0000.
        if data.len() < SHORT_MAX && expected.is_none_or(|expected| expected <= SHORT_MAX) {
            if !data.is_empty() {
                bytes.push(data.len() as u8);
                bytes.extend_from_slice(data);
            }
            bytes.extend(expected.map(|expected| expected as u8));
        } else {
            bytes.push(0);
            if !data.is_empty() {
                bytes.extend_from_slice(&(data.len() as u16).to_be_bytes());
                bytes.extend_from_slice(data);
            }
            if let Some(expected) = expected {
                bytes.extend_from_slice(&(expected as u16).to_be_bytes());
            }
        }
        bytes
    }

    /// Says whether the data field may hold a PIN, a password or a number that opens a file, so
    /// that a log must not show it: VERIFY, CHANGE REFERENCE DATA, CHANGE KEY.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        carries_secret(self.instruction) && !self.data.is_empty()
    }
}

/// Shows header, length and Ne; the data field only where it cannot be a secret.
impl std::fmt::Debug for Command {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let data = if self.is_secret() {
            format!("{} bytes masked", self.data.len())
        } else {
            hex::encode_upper(&self.data)
        };
        formatter
            .debug_struct("Command")
            .field("class", &format_args!("{:02X}", self.class))
            .field("instruction", &format_args!("{:02X}", self.instruction))
            .field("p1", &format_args!("{:02X}", self.p1))
            .field("p2", &format_args!("{:02X}", self.p2))
            .field("data", &format_args!("{data}"))
            .field("expected", &self.expected)
            .finish()
    }
}

fn short_expected(length: u8) -> usize {
    match length {
        0 => SHORT_MAX,
        length => usize::from(length),
    }
}

fn extended_expected(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => EXTENDED_MAX,
        length => usize::from(length),
    }
}

/// A response APDU.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response {
    /// What the card returns; empty with most refusals.
    pub data: Vec<u8>,
    /// SW1-SW2.
    pub status: Status,
}

/// Bytes that cannot be a response: fewer than the two of the status word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("response of {length} bytes where at least the 2 of the status word were expected")]
pub struct ShortResponse {
    /// How many bytes came.
    pub length: usize,
}

impl Response {
    /// Returns a response that carries `data` and 9000.
    #[must_use]
    pub fn success(data: impl Into<Vec<u8>>) -> Self {
        Self {
            data: data.into(),
            status: Status::SUCCESS,
        }
    }

    /// Reads a response from its bytes.
    ///
    /// # Errors
    ///
    /// [`ShortResponse`] when there is no status word.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ShortResponse> {
        match bytes {
            [data @ .., high, low] => Ok(Self {
                data: data.to_vec(),
                status: Status(u16::from_be_bytes([*high, *low])),
            }),
            _ => Err(ShortResponse {
                length: bytes.len(),
            }),
        }
    }

    /// Returns the response's bytes: data, then the status word.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.clone().into_bytes()
    }

    /// Makes the response into its bytes, in place if the data leave room for two more.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.data;
        bytes.extend_from_slice(&self.status.0.to_be_bytes());
        bytes
    }
}

impl From<Status> for Response {
    fn from(status: Status) -> Self {
        Self {
            data: Vec::new(),
            status,
        }
    }
}

impl From<Result<Vec<u8>, Status>> for Response {
    fn from(result: Result<Vec<u8>, Status>) -> Self {
        match result {
            Ok(data) => Self::success(data),
            Err(status) => status.into(),
        }
    }
}

/// Returns a command's bytes in hexadecimal, with the data field masked where it may hold a secret
/// ([`Command::is_secret`]), also when the bytes are no valid command.
#[must_use]
pub fn masked(bytes: &[u8]) -> String {
    /// CLA, INS, P1, P2 and a first byte of length.
    const SHOWN: usize = 5;
    match bytes.split_at_checked(SHOWN) {
        Some((header, hidden)) if carries_secret(header[1]) && !hidden.is_empty() => {
            format!("{} masked", hex::encode_upper(header))
        }
        _ => hex::encode_upper(bytes),
    }
}

/// VERIFY, CHANGE REFERENCE DATA, CHANGE KEY, whatever the class: a card that refuses channel or
/// chaining has been sent the secret all the same.
const fn carries_secret(instruction: u8) -> bool {
    matches!(instruction, 0x20 | 0x24 | 0x32)
}
