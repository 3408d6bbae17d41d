//! Secure messaging of 券面入力補助AP: encrypted data fields, no integrity (card.md §4.2).
//!
//! A terminal sends the card a key under the key in 0006, after the PIN in the clear. From then on
//! VERIFY, SELECT and READ BINARY may come in class 08, each under an initial vector of its own.

use std::fmt;

use aws_lc_rs::cipher::{
    AES_128, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;

use crate::apdu::Command;
use crate::applications::{JPKI, RESIDENT_REGISTER};
use crate::card::{Card, PinName};
use crate::key::{self, DeliveryError, Purpose};
use crate::status::Status;
use crate::tlv;

/// Class with encrypted data.
const ENCRYPTED: u8 = 0x08;
/// Bytes of a block, of the session key and of an initial vector.
const BLOCK: usize = 16;
/// Bytes that a terminal delivers, of which the first 16 are the key.
const SEED_LENGTH: usize = 32;

/// Tag of encrypted data, with one byte before them that names the padding.
const CRYPTOGRAM: u16 = 0x86;
/// That byte: padding of ISO 7816-4, 80 and zeros.
const PADDED: u8 = 0x01;
/// Tag of Le.
const EXPECTED_LENGTH: u16 = 0x96;
/// Tag of what a terminal delivers, and of the encryption key within it.
const DELIVERY: u16 = 0xA0;
const ENCRYPTION_KEY: u16 = 0x80;

/// Where secure messaging stands.
///
/// It ends like the security status (card.md §4.2): when another application is selected or the
/// power goes. That selecting the same application again and a warm reset leave it is inferred.
#[derive(Clone, Debug)]
pub(super) enum Session {
    /// No key was delivered.
    None,
    Open(OpenSession),
    /// An error ended it; until the application is left, every command in it gets 69FC.
    Destroyed,
}

/// A session key, and the number of the next command in it.
#[derive(Clone)]
pub(super) struct OpenSession {
    key: [u8; BLOCK],
    number: u128,
}

/// Shows the number, not the key.
impl fmt::Debug for OpenSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenSession")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl Card {
    /// Answers SET SESSION KEY.
    ///
    /// One that is refused leaves a session as it was (inferred).
    pub(super) fn set_session_key(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(Status::WRONG_PARAMETERS);
        }
        let may_deliver = self.is_at_input_support() && self.is_verified(PinName::InputSupport);
        if !may_deliver {
            return Err(self.refused_delivery());
        }
        let cryptogram = command.data.as_slice().try_into();
        let cryptogram = cryptogram.map_err(|_| Status::WRONG_LENGTH)?;
        let key = key::of_card(&self.profile, Purpose::Session);
        let message = key.decrypt(cryptogram).map_err(|error| match error {
            DeliveryError::TooLarge => Status::UNKNOWN_ERROR,
            DeliveryError::Padding => Status::WRONG_DATA,
        })?;
        let key = delivered_key(&message).ok_or(Status::WRONG_DATA)?;
        self.volatile.session = Session::Open(OpenSession { key, number: 1 });
        Ok(Vec::new())
    }

    /// Returns why this application takes no session key: each as measured, the card level inferred.
    fn refused_delivery(&self) -> Status {
        match self.volatile.application.aid {
            JPKI | RESIDENT_REGISTER => Status::SECURITY_NOT_SATISFIED,
            _ if self.is_at_input_support() => Status::SECURITY_NOT_SATISFIED,
            _ => Status::NO_SECURITY_ENVIRONMENT,
        }
    }

    /// Answers a command of a class with secure messaging.
    pub(super) fn secured(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        let session = match &mut self.volatile.session {
            Session::Open(session) => session,
            Session::None if command.instruction == 0xA4 => {
                return Err(Status::SECURE_MESSAGING_NOT_SUPPORTED);
            }
            Session::None | Session::Destroyed => return Err(Status::NO_SECURE_SESSION),
        };
        let (plain, exchange) = match session.open(command) {
            Ok(opened) => opened,
            Err(status) => {
                self.volatile.session = Session::Destroyed;
                return Err(status);
            }
        };
        let data = self.dispatch(&plain)?;
        if data.is_empty() {
            return Ok(data);
        }
        let data = exchange.wrap(&data).ok_or(Status::UNKNOWN_ERROR)?;
        // Part of a cryptogram would be of no use; that the card refuses it so is inferred.
        match command.expected {
            Some(room) if data.len() <= room => Ok(data),
            _ => Err(Status::WRONG_LENGTH),
        }
    }
}

impl OpenSession {
    /// Takes the protection off a command. Whatever then becomes of it, its number is used up.
    ///
    /// Any error destroys the session. 6988 is measured, 6987 for class 0C as well; 6882 for an
    /// instruction that no source has under secure messaging is inferred.
    fn open(&mut self, command: &Command) -> Result<(Command, Exchange), Status> {
        if command.class != ENCRYPTED {
            return Err(Status::SECURE_OBJECTS_MISSING);
        }
        let exchange = self.next().ok_or(Status::UNKNOWN_ERROR)?;
        let plain = Command::new(0x00, command.instruction, command.p1, command.p2);
        let plain = match command.instruction {
            0x20 | 0xA4 => exchange
                .unwrap(&command.data)
                .map(|data| plain.with_data(data)),
            0xB0 => length_in(&command.data).map(|length| plain.with_expected(length)),
            _ => return Err(Status::SECURE_MESSAGING_NOT_SUPPORTED),
        };
        Ok((plain.ok_or(Status::SECURE_OBJECTS_WRONG)?, exchange))
    }

    /// Begins the exchange of the next number.
    fn next(&mut self) -> Option<Exchange> {
        let mut vector = self.number.to_be_bytes();
        self.number += 1;
        let key = UnboundCipherKey::new(&AES_128, &self.key).ok()?;
        EncryptingKey::ecb(key).ok()?.encrypt(&mut vector).ok()?;
        Some(Exchange {
            key: self.key,
            vector,
        })
    }
}

/// One command and its response: both go under the same initial vector.
struct Exchange {
    key: [u8; BLOCK],
    vector: [u8; BLOCK],
}

impl Exchange {
    /// Decrypts a data field that must be exactly one object, `86 L 01 cryptogram`.
    fn unwrap(&self, field: &[u8]) -> Option<Vec<u8>> {
        let [PADDED, cryptogram @ ..] = only_object(field, CRYPTOGRAM)? else {
            return None;
        };
        let mut data = cryptogram.to_vec();
        let key = UnboundCipherKey::new(&AES_128, &self.key).ok()?;
        let vector = DecryptionContext::Iv128(FixedLength::from(self.vector));
        DecryptingKey::cbc(key)
            .ok()?
            .decrypt(&mut data, vector)
            .ok()?;
        let end = data.iter().rposition(|byte| *byte != 0)?;
        if data.get(end) != Some(&0x80) {
            return None;
        }
        data.truncate(end);
        Some(data)
    }

    /// Encrypts an answer into `86 L 01 cryptogram`, padded always.
    fn wrap(&self, data: &[u8]) -> Option<Vec<u8>> {
        let mut padded = data.to_vec();
        padded.push(0x80);
        padded.resize(padded.len().next_multiple_of(BLOCK), 0);
        let key = UnboundCipherKey::new(&AES_128, &self.key).ok()?;
        let vector = EncryptionContext::Iv128(FixedLength::from(self.vector));
        EncryptingKey::cbc(key)
            .ok()?
            .less_safe_encrypt(&mut padded, vector)
            .ok()?;
        padded.insert(0, PADDED);
        Some(tlv::write(CRYPTOGRAM, &padded))
    }
}

/// Returns the length wanted in `96 03 00 Le`, where 0000 is everything.
fn length_in(field: &[u8]) -> Option<usize> {
    let &[0, high, low] = only_object(field, EXPECTED_LENGTH)? else {
        return None;
    };
    Some(match u16::from_be_bytes([high, low]) {
        0 => 1 << 16,
        length => usize::from(length),
    })
}

/// Finds the session key in `A0 22 80 20 seed`.
fn delivered_key(message: &[u8]) -> Option<[u8; BLOCK]> {
    let seed = only_object(only_object(message, DELIVERY)?, ENCRYPTION_KEY)?;
    if seed.len() != SEED_LENGTH {
        return None;
    }
    seed.first_chunk().copied()
}

/// Returns the value of the one object in `bytes`, if it is one and has this tag.
fn only_object(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    let (object, rest) = tlv::read(bytes).ok()?;
    (object.tag == tag && rest.is_empty()).then_some(object.value)
}
