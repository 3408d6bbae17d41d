//! `uketsuke serve` in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A server over FHIR on a free port; it ends with this value.
pub struct Served {
    child: Child,
    /// Its base URL.
    pub base: String,
}

impl Served {
    /// Starts it with these arguments more.
    pub fn start(more: &[&str]) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
            .args(["serve", "--fhir", "0", "--format", "json"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        let base = said["fhir"].as_str().unwrap().to_owned();
        Served { child, base }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
