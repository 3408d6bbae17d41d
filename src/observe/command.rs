//! The program that uses the card, in a process group of its own that ends with it.
//!
//! A descendant that makes a session of its own leaves the group, and is beyond us.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a program may take to end once it is asked to.
const GRACE: Duration = Duration::from_secs(1);
/// How long the last words of a program are waited for: a descendant may hold its streams open.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How much of what a program says is passed on, in bytes.
pub(super) const SAID_MAX: usize = 64 * 1024;
/// How long a line may be, in bytes; a longer one is broken.
const LINE_MAX: usize = 1024;
/// How many lines wait to be passed on.
const LINES_WAITING: usize = 64;

/// A running program. Dropped, it is killed with its descendants.
pub(super) struct Program {
    child: Child,
    group: Option<Pid>,
    lines: mpsc::Receiver<String>,
}

/// What comes from a program.
pub(super) enum Heard {
    /// A line.
    Said(String),
    /// Its end.
    Ended(io::Result<ExitStatus>),
}

impl Program {
    /// Starts it. A terminal stays ours: a program of another process group that reads it would be
    /// stopped. Any other standard input is the program's. `environment` is added to ours.
    pub(super) fn start(
        command: &[OsString],
        environment: &[(&str, OsString)],
    ) -> io::Result<Program> {
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let input = match io::stdin().is_terminal() {
            true => Stdio::null(),
            false => Stdio::inherit(),
        };
        let mut child = Command::new(program)
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (sender, lines) = mpsc::channel(LINES_WAITING);
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(pass_on(stdout, sender.clone()));
        }
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(pass_on(stderr, sender));
        }
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        Ok(Program {
            child,
            group: pid.and_then(Pid::from_raw),
            lines,
        })
    }

    /// Waits for a line that it says, or for its end.
    pub(super) async fn next(&mut self) -> Heard {
        let Program { child, lines, .. } = self;
        tokio::select! {
            biased;
            Some(line) = lines.recv() => Heard::Said(line),
            status = child.wait() => Heard::Ended(status),
        }
    }

    /// Ends it with its descendants, gently where that works, and returns its last words.
    pub(super) async fn end(mut self) -> Vec<String> {
        // One that has ended already cannot be waited for again with another result.
        self.signal(Signal::TERM);
        let _ = timeout(GRACE, self.child.wait()).await;
        self.signal(Signal::KILL);
        self.group = None;
        let _ = timeout(GRACE, self.child.wait()).await;
        let mut last = Vec::new();
        let words = async {
            while let Some(line) = self.lines.recv().await {
                last.push(line);
            }
        };
        let _ = timeout(LAST_WORDS, words).await;
        last
    }

    /// Signals whoever is left of the group.
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // A group of which nobody is left cannot be signalled, and need not be.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Passes on what comes, line by line, up to [`SAID_MAX`]; the rest is read and dropped, so that
/// the program does not wait for us.
async fn pass_on(mut from: impl AsyncRead + Unpin, to: mpsc::Sender<String>) {
    let mut chunk = [0; 4096];
    let mut line = Vec::new();
    let mut left = SAID_MAX;
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        if left == 0 {
            continue;
        }
        for byte in chunk.get(..count.min(left)).unwrap_or_default() {
            if *byte != b'\n' {
                line.push(*byte);
            }
            if *byte == b'\n' || line.len() >= LINE_MAX {
                send(&to, &mut line).await;
            }
        }
        left = left.saturating_sub(count);
        if left == 0 {
            line = b"(what it says from here on is not shown)".to_vec();
            send(&to, &mut line).await;
        }
    }
    if !line.is_empty() {
        send(&to, &mut line).await;
    }
}

async fn send(to: &mpsc::Sender<String>, line: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(line).trim_end().to_owned();
    line.clear();
    // Nobody listens any more once the program is ended.
    let _ = to.send(text).await;
}

#[cfg(test)]
mod tests;
