//! A vpcd of our own: the other side of the card's connection, message by message.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::{SELECT_JPKI, SELECT_USER_PIN, VERIFY};

/// Long enough for whatever happens on a busy machine; nothing waits for it unless it fails.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Vpcd {
    listener: TcpListener,
}

/// A card in the slot.
pub struct Slot {
    stream: TcpStream,
}

impl Vpcd {
    pub fn new() -> Vpcd {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Vpcd { listener }
    }

    pub fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    /// Takes a card that is put in, and shows it to every program.
    pub fn take(&self) -> Slot {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut slot = Slot { stream };
        slot.control(1);
        slot.control(4);
        assert_eq!(slot.hear().unwrap(), "3b888001000041e0b381a1003b");
        // By the second question every program sees the card; it may be out again before it answers.
        slot.control(4);
        slot.hear();
        slot
    }
}

impl Slot {
    /// Says 0 power off, 1 power on, 2 reset, 4 answer to reset.
    pub fn control(&mut self, word: u8) {
        self.stream.write_all(&[0, 1, word]).unwrap();
    }

    /// Says a thousand times that the card is reset; whether it is still there.
    pub fn try_resets(&mut self) -> bool {
        let resets = self.stream.write_all(&[0, 1, 2].repeat(1_000));
        let atr = self.stream.write_all(&[0, 1, 4]);
        resets.is_ok() && atr.is_ok() && self.hear().is_some()
    }

    /// Sends a command and returns the answer, or nothing where the card is gone.
    pub fn apdu(&mut self, command: &str) -> Option<String> {
        let command = hex::decode(command).unwrap();
        let length = u16::try_from(command.len()).unwrap().to_be_bytes();
        self.stream.write_all(&length).ok()?;
        self.stream.write_all(&command).ok()?;
        self.hear()
    }

    /// Types the right PIN into the card, as a reader does.
    pub fn verify(&mut self) {
        for command in [SELECT_JPKI, SELECT_USER_PIN, VERIFY] {
            assert_eq!(self.apdu(command).as_deref(), Some("9000"));
        }
    }

    /// Takes the power away; when this returns, the card knows.
    pub fn power_off(&mut self) {
        self.control(0);
        self.control(4);
        assert!(self.hear().is_some());
    }

    /// Waits until the card is out.
    pub fn gone(mut self) {
        let mut byte = [0];
        assert!(matches!(self.stream.read(&mut byte), Ok(0) | Err(_)));
    }

    fn hear(&mut self) -> Option<String> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length).ok()?;
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut payload).ok()?;
        Some(hex::encode(payload))
    }
}
