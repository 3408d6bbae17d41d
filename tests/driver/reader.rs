//! The reader of a driver that uses PC/SC: before a vpcd of our own, it uses the card when it is told.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use uketsuke::runner::Vpcd as Place;
use uketsuke::transcript::{Entry, Event, Note};

use crate::vpcd::Vpcd;

/// A vpcd, and where a driver says that its reader is now to use the card.
pub struct Reader {
    pub vpcd: Vpcd,
    pub told: TcpListener,
}

impl Reader {
    pub fn new() -> Reader {
        Reader {
            vpcd: Vpcd::new(),
            told: TcpListener::bind("127.0.0.1:0").unwrap(),
        }
    }

    pub fn place(&self) -> Place {
        Place::new(&self.vpcd.address())
    }

    /// Returns the mode of a driver that has this reader use the card once a PIN is typed.
    pub fn mode(&self, then: &str) -> String {
        let port = self.told.local_addr().unwrap().port();
        format!("pcsc-{then}@{port}")
    }

    pub fn when_told(&self, act: impl FnOnce()) {
        when_told(&self.told, act);
    }

    pub fn start(self, act: impl FnOnce(&Reader) + Send + 'static) -> JoinHandle<()> {
        std::thread::spawn(move || act(&self))
    }
}

/// Uses the card when the driver says so, and lets it go on.
pub fn when_told(told: &TcpListener, act: impl FnOnce()) {
    let (mut driver, _) = told.accept().unwrap();
    act();
    driver.write_all(b"!").unwrap();
}

/// Asks the reader at this port to use its card, and waits until it has: for the driver.
pub fn use_card(port: &str) {
    let address = format!("127.0.0.1:{port}");
    let mut reader = std::net::TcpStream::connect(address).unwrap();
    reader.read_exact(&mut [0]).unwrap();
}

/// Writes entries down shortly.
pub fn story(entries: &[Entry]) -> Vec<String> {
    let word = |entry: &Entry| match &entry.event {
        Event::Stimulus(stimulus) => format!("step {}", stimulus.step),
        Event::Command(command) => hex::encode(&command.apdu.0),
        Event::Response(response) => {
            let status = response.status.clone();
            status.or(response.lost.clone()).unwrap()
        }
        Event::Card(event) => format!("{event:?}"),
        Event::Screen(screen) => screen.id().name().to_owned(),
        Event::Fault(what) => what.clone(),
        Event::Note(Note::Reached { step }) => format!("reached {step}"),
        Event::Note(Note::Moot { step }) => format!("moot {step}"),
        Event::Note(Note::CutShort { .. }) => "cut short".to_owned(),
        other => other.kind().to_owned(),
    };
    entries.iter().map(word).collect()
}
