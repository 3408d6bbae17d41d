//! What a test of the adapter needs: an I/O runtime on a thread, a program, and a look at `/proc`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uketsuke::backend::process::open;
use uketsuke::backend::{Access, Backend, Cannot, Connector, OpenError, Outage, World};
use uketsuke::eligibility::{Answer, Care, Inquiry, MedicalKind, Moment, NumberKey, Site};

pub use super::program::running;
use super::program::{Io, command, marker, runtime};

/// Longer than anything takes that is meant to come.
pub const LONG: Duration = Duration::from_secs(60);
/// Long enough for a program to start, short enough to be waited for.
pub const SHORT: Duration = Duration::from_secs(3);

/// What the test program says in its answer.
#[derive(Debug)]
pub struct Said {
    pub pid: u32,
    pub arranged: String,
}

/// One program, opened.
pub struct Stage {
    connector: Option<Arc<dyn Connector>>,
    io: Option<Io>,
    marker: String,
    _folder: tempfile::TempDir,
}

/// One play with it.
pub struct Play {
    pub backend: Box<dyn Backend>,
}

impl Stage {
    /// Opens the program that plays `mode`.
    pub fn open(mode: &str, patience: Duration) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let marker = marker(&folder);
        let (io, handle) = Io::start();
        let opened = runtime().block_on(open(&command(mode, &marker), &access(patience), handle));
        Stage {
            connector: Some(opened.unwrap_or_else(|error| panic!("{mode}: {error}"))),
            io: Some(io),
            marker,
            _folder: folder,
        }
    }

    /// Returns why the program that plays `mode` cannot be opened; nothing of it is left running.
    pub fn refused(mode: &str, patience: Duration) -> OpenError {
        let folder = tempfile::tempdir().unwrap();
        let marker = marker(&folder);
        let error = Stage::refused_command(&command(mode, &marker), patience);
        assert_eq!(running(&marker), 0, "{mode}");
        error
    }

    pub fn refused_command(command: &[String], patience: Duration) -> OpenError {
        let (io, handle) = Io::start();
        let opened = runtime().block_on(open(command, &access(patience), handle));
        let error = opened.err().expect("nothing is opened");
        io.end();
        error
    }

    pub fn connector(&self) -> &dyn Connector {
        self.connector.as_deref().unwrap()
    }

    pub fn marker(&self) -> &str {
        &self.marker
    }

    pub fn play(&self) -> Play {
        let backend = runtime().block_on(self.connector().connect()).unwrap();
        Play { backend }
    }

    /// Returns how many processes of this test run.
    pub fn processes(&self) -> usize {
        running(&self.marker)
    }

    /// Waits until the process is a zombie.
    pub fn wait_for_end(&self, pid: u32) {
        wait_until(|| stat(pid).is_none_or(|stat| stat.contains(") Z ")));
    }

    /// Waits until the process waits for a message: the only thing that it ever waits for.
    pub fn wait_until_reading(&self, pid: u32) {
        wait_until(|| stat(pid).unwrap().contains(") S "));
    }

    /// Ends the connector, and returns the marker of what must be gone now.
    pub fn close(mut self) -> String {
        self.connector = None;
        self.marker.clone()
    }

    /// Ends the runtime in the middle of everything, as an error in a run does.
    pub fn end_runtime(&mut self) {
        self.io.take().unwrap().end();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let orderly = self.io.is_some();
        self.connector = None;
        if orderly && !std::thread::panicking() {
            assert_eq!(running(&self.marker), 0, "something was left running");
        }
        if let Some(io) = self.io.take() {
            io.end();
        }
    }
}

impl Play {
    pub fn arrange(&mut self) -> Result<(), Cannot> {
        let world = World {
            people: Vec::new(),
            incidents: Vec::new(),
        };
        runtime().block_on(self.backend.arrange(&world, now()))
    }

    pub fn ask(&mut self) -> Result<Said, Outage> {
        match self.ask_this(&number())? {
            Answer::Refused(refusal) => Ok(Said {
                pid: refusal.code.trim_start_matches("SIM-").parse().unwrap(),
                arranged: refusal.message,
            }),
            other => panic!("{other:?}"),
        }
    }

    pub fn ask_this(&mut self, inquiry: &Inquiry) -> Result<Answer, Outage> {
        runtime().block_on(self.backend.ask(inquiry, now()))
    }

    /// Asks, and drops the question after a while.
    pub fn ask_and_give_up(&mut self, after: Duration) {
        let asked = number();
        let given_up = runtime()
            .block_on(async { tokio::time::timeout(after, self.backend.ask(&asked, now())).await });
        assert!(given_up.is_err());
    }
}

fn now() -> Moment {
    "2025-12-20T09:15:00+09:00".parse().unwrap()
}

fn key() -> NumberKey {
    NumberKey {
        insurer: "06139999".to_owned(),
        symbol: "１２".to_owned(),
        number: "345".to_owned(),
        branch: None,
        birth_date: "1985-04-12".parse().unwrap(),
    }
}

fn number() -> Inquiry {
    Inquiry::Number {
        key: key(),
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    }
}

pub fn medical() -> Inquiry {
    Inquiry::Medical {
        key: key(),
        kind: MedicalKind::Drug,
        period: None,
        care: Care::Outpatient,
        site: Site::default(),
    }
}

fn access(patience: Duration) -> Access {
    Access {
        patience,
        ..Access::default()
    }
}

fn stat(pid: u32) -> Option<String> {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()
}

/// Returns the most memory that this process has had, in KiB.
pub fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

fn wait_until(happened: impl Fn() -> bool) {
    let until = Instant::now() + LONG;
    while !happened() {
        assert!(Instant::now() < until, "it never happened");
        std::thread::yield_now();
    }
}
