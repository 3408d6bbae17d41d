//! A terminal in a session of secure messaging, written after card.md §4.2 and apart from the card.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use rsa::Oaep;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use sha2::Sha256;
use virtual_card::apdu::{Command, Response};
use virtual_card::applications::INPUT_SUPPORT;
use virtual_card::card::Card;
use virtual_card::status::Status;

use crate::{card, holder_key, select, send, status, verify};

/// Counts; padding needs bytes, not surprise.
struct Counter(u8);

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Counter {}

/// SET SESSION KEY with this message, encrypted for the card's key.
pub(super) fn deliver(message: &[u8]) -> Command {
    let cryptogram = holder_key!("1").encrypt(&mut Counter(0), Oaep::new::<Sha256>(), message);
    Command::set_session_key(&cryptogram.unwrap())
}

/// What a terminal delivers: `A0 22 80 20 seed`.
pub(super) fn delivery(seed: &[u8; 32]) -> Vec<u8> {
    [&[0xA0, 0x22, 0x80, 0x20], seed.as_slice()].concat()
}

/// A terminal in a session: AES-128 with CBC by hand, after card.md §4.2.
pub(super) struct Terminal {
    pub(super) card: Card,
    pub(super) cipher: Aes128,
    pub(super) number: u64,
}

impl Terminal {
    pub(super) fn open() -> Self {
        let mut card = card("adult");
        select(&mut card, INPUT_SUPPORT);
        assert_eq!(verify(&mut card, 0x11, "1234"), Status::SUCCESS);
        let seed: [u8; 32] = std::array::from_fn(|place| place as u8 ^ 0x5A);
        let command = deliver(&delivery(&seed));
        assert_eq!(status(&mut card, &command), Status::SUCCESS);
        let cipher = Aes128::new_from_slice(&seed[..16]).unwrap();
        Self {
            card,
            cipher,
            number: 1,
        }
    }

    fn vector(&self) -> [u8; 16] {
        let mut vector = [0; 16];
        vector[8..].copy_from_slice(&self.number.to_be_bytes());
        self.cipher.encrypt_block((&mut vector).into());
        vector
    }

    pub(super) fn encrypt(&self, data: &[u8]) -> Vec<u8> {
        let mut padded = data.to_vec();
        padded.push(0x80);
        padded.resize(padded.len().next_multiple_of(16), 0);
        let mut chain = self.vector();
        for block in padded.chunks_mut(16) {
            for (byte, before) in block.iter_mut().zip(chain) {
                *byte ^= before;
            }
            let block: &mut [u8; 16] = block.try_into().unwrap();
            self.cipher.encrypt_block((&mut *block).into());
            chain = *block;
        }
        padded
    }

    /// Decrypts `86 L 01 cryptogram`.
    fn decrypt(&self, field: &[u8]) -> Vec<u8> {
        let (object, rest) = virtual_card::tlv::read(field).unwrap();
        assert_eq!((object.tag, object.value[0], rest.len()), (0x86, 0x01, 0));
        let mut chain = self.vector();
        let mut data = Vec::new();
        for cryptogram in object.value[1..].chunks(16) {
            let mut block: [u8; 16] = cryptogram.try_into().unwrap();
            self.cipher.decrypt_block((&mut block).into());
            data.extend(block.iter().zip(chain).map(|(byte, before)| byte ^ before));
            chain = cryptogram.try_into().unwrap();
        }
        let end = data.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(data[end], 0x80);
        data.truncate(end);
        data
    }

    /// Sends a command as it stands; its number is used up.
    pub(super) fn send(&mut self, command: &Command) -> Response {
        let response = send(&mut self.card, command);
        self.number += 1;
        response
    }

    /// Encrypts data for a command of class 08 and sends it.
    pub(super) fn with(&mut self, instruction: u8, p1: u8, p2: u8, data: &[u8]) -> Status {
        let cryptogram = self.encrypt(data);
        let field = virtual_card::tlv::write(0x86, &[&[0x01], cryptogram.as_slice()].concat());
        let response = self.send(&Command::new(0x08, instruction, p1, p2).with_data(field));
        assert!(response.data.is_empty());
        response.status
    }

    pub(super) fn verify(&mut self, file: u8, value: &str) -> Status {
        self.with(0x20, 0x00, 0x80 | file, value.as_bytes())
    }

    pub(super) fn select_file(&mut self, file: u16) -> Status {
        self.with(0xA4, 0x02, 0x0C, &file.to_be_bytes())
    }

    pub(super) fn read(&mut self, offset: u16, length: u16) -> Result<Vec<u8>, Status> {
        let response = self.send(&reading(offset, length));
        if response.status.is_success() {
            self.number -= 1;
            let data = self.decrypt(&response.data);
            self.number += 1;
            Ok(data)
        } else {
            assert!(response.data.is_empty());
            Err(response.status)
        }
    }
}

pub(super) fn reading(offset: u16, length: u16) -> Command {
    let [high, low] = length.to_be_bytes();
    let [p1, p2] = offset.to_be_bytes();
    Command::new(0x08, 0xB0, p1, p2)
        .with_data([0x96, 0x03, 0x00, high, low])
        .with_expected(65_536)
}
