//! The hand at the reader: the program under `--control`, and a foreign program that reads.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::pcscd::terminate;

/// How long anything may take that another program has to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// A child that answers lines with lines.
struct Talk {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Talk {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = lines(child.stdout.take().unwrap());
        Self {
            input: child.stdin.take(),
            child,
            lines,
        }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("an answer")
    }

    fn ask(&mut self, line: &str) -> String {
        self.say(line);
        self.hear()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

/// Reads lines on a thread, so that waiting for one can have an end.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // The test may have heard enough, but the pipe must not run full.
            let _ = sender.send(line);
        }
    });
    lines
}

/// The program `virtual-card` with its card in the reader.
pub struct Hand {
    talk: Talk,
    log: Receiver<String>,
}

impl Hand {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_virtual-card"));
        Self::spawn(command.args(["--control", "--verbose"]).args(arguments))
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut talk = Talk::start(command.stderr(Stdio::piped()));
        let log = lines(talk.child.stderr.take().unwrap());
        Self { talk, log }
    }

    /// Gives an order that must be carried out, and returns what is said of it.
    pub fn order(&mut self, line: &str) -> String {
        let answer = self.talk.ask(line);
        let done = answer.strip_prefix("ok ");
        done.unwrap_or_else(|| panic!("{line}: {answer}"))
            .to_owned()
    }

    /// Waits until the program says this on stderr.
    pub fn says(&self, text: &str) {
        while !self.log.recv_timeout(PATIENCE).expect(text).contains(text) {}
    }

    /// Waits until it ends by itself, and returns the number.
    pub fn code(mut self) -> Option<i32> {
        // The orders do not end, so it is not their end that ends it.
        self.talk.child.wait().unwrap().code()
    }
}

/// A PC/SC program of others: Debian's pyscard, driven by `reader.py`.
pub struct Reader(Talk);

impl Reader {
    pub fn start(slot: u8) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/acceptance/reader.py");
        let name = format!("Virtual PCD 00 0{slot}");
        // Debian's own Python, which has Debian's packages.
        Self(Talk::start(
            Command::new("/usr/bin/python3").args([script, &name]),
        ))
    }

    /// Starts it and connects to the card that is in the slot, or comes.
    pub fn connected(slot: u8) -> Self {
        let mut reader = Self::start(slot);
        reader.connect();
        reader
    }

    /// Waits for a card, connects, and returns its answer to reset.
    pub fn connect(&mut self) -> String {
        assert_eq!(self.0.ask("present"), "ok");
        self.0.ask("connect")
    }

    pub fn ask(&mut self, line: &str) -> String {
        self.0.ask(line)
    }

    pub fn apdu(&mut self, command: &str) -> String {
        self.0.ask(&format!("apdu {command}"))
    }

    /// Sends a command and does not wait for what comes of it.
    pub fn begin(&mut self, command: &str) {
        self.0.say(&format!("apdu {command}"));
    }

    /// Waits for what comes of it.
    pub fn end(&self) -> String {
        self.0.hear()
    }

    /// Selects the user PIN and spends one of its tries.
    pub fn spend(&mut self) -> String {
        assert_eq!(self.apdu(SELECT_JPKI), "9000");
        assert_eq!(self.apdu(SELECT_USER_PIN), "9000");
        self.apdu(VERIFY_WRONG)
    }
}

pub const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";
pub const SELECT_USER_PIN: &str = "00A4020C020018";
pub const VERIFY_WRONG: &str = "002000800439393939";
pub const VERIFY_RIGHT: &str = "002000800431323334";
/// READ BINARY of the file 0008, which holds 8F8F00 on every card (card.md §0.1 rule 15).
pub const READ: &str = "00B0880000";
/// What PC/SC says of a card that is not there any more; which of these depends on who notices it
/// first, the command or the poll of pcscd.
pub const GONE: [&str; 6] = [
    "SCARD_W_REMOVED_CARD",
    "SCARD_E_NOT_TRANSACTED",
    "SCARD_E_NO_SMARTCARD",
    "SCARD_F_COMM_ERROR",
    "SCARD_W_UNRESPONSIVE_CARD",
    "SCARD_W_UNPOWERED_CARD",
];

/// What a program gets for a command that the card never answered: an error, or, since vpcd 3.3
/// takes the end of the connection for an answer without bytes, nothing at all.
pub fn assert_unanswered(answer: &str) {
    assert!(answer.is_empty() || GONE.contains(&answer), "{answer}");
}

pub fn assert_gone(answer: &str) {
    assert!(GONE.contains(&answer), "{answer}");
}
