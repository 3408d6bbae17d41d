//! The program in a real terminal: it draws, takes keys, says so where it has no room, and gives
//! the terminal back as it was however it ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

/// A program in a terminal, with what the terminal shows.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    output: mpsc::Receiver<Vec<u8>>,
    keyboard: Box<dyn Write + Send>,
    screen: vt100::Parser,
    _terminal: Box<dyn portable_pty::MasterPty + Send>,
}

impl Session {
    fn start(columns: u16, rows: u16, arguments: &[&str]) -> Session {
        let terminal = native_pty_system()
            .openpty(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_uketsuke"));
        command.args(arguments);
        command.env("LANG", "ja_JP.UTF-8");
        command.env("TERM", "xterm-256color");
        let child = terminal.slave.spawn_command(command).unwrap();
        drop(terminal.slave);
        let mut reader = terminal.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The terminal is gone once the program has ended.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Session {
            child,
            output,
            keyboard: terminal.master.take_writer().unwrap(),
            screen: vt100::Parser::new(
                NonZero::new(rows).unwrap(),
                NonZero::new(columns).unwrap(),
                0,
            ),
            _terminal: terminal.master,
        }
    }

    /// Takes in what comes next; false once nothing comes any more.
    fn more(&mut self) -> bool {
        match self.output.recv_timeout(Duration::from_secs(60)) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                true
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => false,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("nothing more came; shown:\n{}", self.contents())
            }
        }
    }

    fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads on until `text` stands on the screen.
    fn wait_for(&mut self, text: &str) {
        while !self.contents().contains(text) {
            assert!(self.more(), "ended before {text:?}:\n{}", self.contents());
        }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// Reads to the end and returns the exit code, if the program ended by itself.
    fn end(&mut self) -> u32 {
        while self.more() {}
        self.child.wait().unwrap().exit_code()
    }

    fn assert_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
    }
}

#[test]
fn a_reception_is_watched_and_left_again() {
    for (columns, rows) in [(80, 24), (120, 36)] {
        let mut session = Session::start(columns, rows, &["play", "pin/correct"]);
        session.wait_for("SIMULATION");
        session.wait_for("/57");
        assert!(session.contents().contains("暗証番号が正しい"));
        session.press("\u{1b}[F");
        session.wait_for("57/57");
        session.press("\u{1b}[H");
        session.wait_for("1/57");
        session.press("q");
        session.wait_for("絞り込み");
        session.press("q");
        assert_eq!(session.end(), 0);
        session.assert_given_back();
    }
}

#[test]
fn the_library_is_filtered_and_the_language_switched() {
    let mut session = Session::start(120, 36, &[]);
    session.wait_for("絞り込み");
    session.press("L");
    session.wait_for("filter");
    session.press("/IDV-07\r");
    session.wait_for("IDV-07");
    session.press("?");
    session.wait_for("help");
    session.press("\u{3}");
    session.end();
    session.assert_given_back();
}

#[test]
fn a_terminal_that_is_too_small_says_what_it_needs() {
    let mut session = Session::start(40, 10, &[]);
    session.wait_for("80");
    assert!(session.contents().contains("24"), "{}", session.contents());
    session.press("q");
    session.end();
    session.assert_given_back();
}

#[test]
fn the_terminal_is_given_back_after_signals() {
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        let mut session = Session::start(80, 24, &["play", "pin/correct"]);
        session.wait_for("暗証番号が正しい");
        session.signal(signal);
        session.end();
        session.assert_given_back();
    }
}
