//! What the user of a command that goes on for a while does: types lines, and stops it.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// How long a typed line may be.
const LINE_MAX: u64 = 4_096;
/// How many typed lines wait at most.
const LINES_WAITING: usize = 16;

/// Tells whether the terminal UI can be drawn: on a terminal that can move the cursor.
pub(super) fn can_draw() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !dumb && std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
}

/// Waits for the next typed line; for ever once there are no more.
pub(super) async fn next(lines: &mut Option<mpsc::Receiver<String>>) -> String {
    if let Some(receiver) = lines {
        if let Some(line) = receiver.recv().await {
            return line;
        }
        *lines = None;
    }
    std::future::pending().await
}

/// Reads lines of standard input. Its end is not the end of the server.
pub(super) fn typed_lines() -> Option<mpsc::Receiver<String>> {
    typed(|line| Some(line.to_owned()))
}

/// Reads standard input on a thread of its own, which nothing waits for, and hands on what `read`
/// makes of each line; nothing where reading would stop us.
pub(super) fn typed<T: Send + 'static>(
    read: impl Fn(&str) -> Option<T> + Send + 'static,
) -> Option<mpsc::Receiver<T>> {
    if std::io::stdin().is_terminal() && !in_foreground() {
        // Reading would stop a server that was started with `&`.
        return None;
    }
    let (sender, receiver) = mpsc::channel(LINES_WAITING);
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            match stdin.by_ref().take(LINE_MAX).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let line = String::from_utf8_lossy(&line);
                    if let Some(typed) = read(line.trim())
                        && sender.blocking_send(typed).is_err()
                    {
                        return;
                    }
                }
            }
        }
    });
    Some(receiver)
}

/// Tells whether our process group is the one that the terminal listens to: `tpgid` beside `pgrp`
/// in Linux proc_pid_stat(5). Where that cannot be told it is taken to be.
fn in_foreground() -> bool {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else {
        return true;
    };
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    match (fields.get(2), fields.get(5)) {
        (Some(group), Some(foreground)) => group == foreground,
        _ => true,
    }
}

/// How its user stops a command: Ctrl-C, SIGTERM, or a terminal that is closed.
pub(super) struct Stop {
    interrupt: Signal,
    terminate: Signal,
    /// Absent where we were started so as to outlive the terminal (nohup).
    hang_up: Option<Signal>,
}

impl Stop {
    /// Prepares for the signals.
    ///
    /// # Errors
    ///
    /// Where the system does not let us.
    pub(super) fn new() -> std::io::Result<Stop> {
        let hang_up = match hang_up_is_ignored() {
            true => None,
            false => Some(signal(SignalKind::hangup())?),
        };
        Ok(Stop {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up,
        })
    }

    /// Is ready once the user wants the end.
    pub(super) async fn wanted(&mut self) {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hang_up => {}
        }
    }
}

/// Tells whether SIGHUP is ignored: `SigIgn` in Linux proc_pid_status(5), of which it is the lowest
/// bit.
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}
