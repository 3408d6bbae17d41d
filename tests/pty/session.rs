//! A program in a terminal of its own, with what stands there.

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

/// A program in a terminal, with what the terminal shows.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    output: mpsc::Receiver<Vec<u8>>,
    keyboard: Box<dyn Write + Send>,
    screen: vt100::Parser,
    _terminal: Box<dyn portable_pty::MasterPty + Send>,
}

impl Session {
    pub fn start(columns: u16, rows: u16, arguments: &[&str]) -> Session {
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

    pub fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads on until `text` stands on the screen.
    pub fn wait_for(&mut self, text: &str) {
        while !self.contents().contains(text) {
            assert!(self.more(), "ended before {text:?}:\n{}", self.contents());
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// Reads to the end and returns the exit code, if the program ended by itself.
    pub fn end(&mut self) -> u32 {
        while self.more() {}
        self.child.wait().unwrap().exit_code()
    }

    pub fn assert_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
    }
}
