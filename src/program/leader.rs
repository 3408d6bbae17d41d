//! The process itself, as the leader of a group that ends with it: no orphan, no zombie.

use std::io::ErrorKind;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, test_kill_process_group,
    waitid,
};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};

use super::{Failed, StartError};
use crate::sanitise;

/// How long a program may take to end itself after `bye`.
pub(super) const GOODBYE: Duration = Duration::from_secs(2);
/// How long it may take after SIGTERM.
const TERMINATION: Duration = Duration::from_secs(1);
/// How long the system may take to carry out a SIGKILL.
const KILLING: Duration = Duration::from_secs(1);
/// How often is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(2);

/// The pipes to and from a process.
pub(super) struct Pipes {
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

/// A process that leads a group. Dropped in any other way than by [`Leader::end`] or
/// [`Leader::kill`], it is killed with its group at once.
pub(super) struct Leader {
    child: tokio::process::Child,
    group: Pid,
    reaped: bool,
}

impl Leader {
    /// Starts the program; to be called within a runtime.
    pub(super) fn start(command: &[String]) -> Result<(Leader, Pipes), StartError> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(StartError::Usage(
                "no program was named; write process:COMMAND".to_owned(),
            ));
        };
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| refused(program, &error))?;
        let down = |what: &str| StartError::Failed(Failed::Down(what.to_owned()));
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        let group = pid
            .and_then(Pid::from_raw)
            .ok_or_else(|| down("the program ended at once"))?;
        let mut leader = Leader {
            child,
            group,
            reaped: false,
        };
        let child = &mut leader.child;
        let ((stdin, stdout), stderr) = child
            .stdin
            .take()
            .zip(child.stdout.take())
            .zip(child.stderr.take())
            .ok_or_else(|| down("the program has no pipes"))?;
        Ok((
            leader,
            Pipes {
                stdin,
                stdout,
                stderr,
            },
        ))
    }

    /// Tells how the process ended, if it has. It stays a zombie, so that its number and that of
    /// its group stay its own until [`Leader::is_gone`] takes the exit status.
    pub(super) fn ended(&self) -> Option<String> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(self.group), options) {
            Ok(None) => None,
            Ok(Some(status)) => Some(told(&status)),
            Err(_) => Some("the program has ended".to_owned()),
        }
    }

    /// Waits for the end, a bounded time.
    pub(super) async fn ended_within(&self, limit: Duration) -> Option<String> {
        let until = Instant::now() + limit;
        loop {
            let ended = self.ended();
            if ended.is_some() || until <= Instant::now() {
                return ended;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits for the process to end itself, then ends it by force, its descendants with it.
    pub(super) async fn end(self) {
        if self.ended_within(GOODBYE).await.is_none() {
            tracing::warn!("a program did not end after `bye`; it is ended by force");
        }
        self.kill().await;
    }

    /// Ends process and descendants: SIGTERM, then SIGKILL.
    pub(super) async fn kill(mut self) {
        if self.ended().is_none() {
            self.signal(Signal::TERM);
            self.ended_within(TERMINATION).await;
        }
        // Descendants may live on after their leader.
        self.signal(Signal::KILL);
        let until = Instant::now() + KILLING;
        while !self.is_gone() && Instant::now() < until {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn signal(&self, signal: Signal) {
        // A group of which nobody is left cannot be signalled, and need not be.
        let _ = kill_process_group(self.group, signal);
    }

    /// Takes the exit status, so that no zombie stays, and tells whether nobody is left of the
    /// group: who was killed needs a moment to be gone.
    fn is_gone(&mut self) -> bool {
        self.reaped = self.reaped || matches!(self.child.try_wait(), Ok(Some(_)) | Err(_));
        self.reaped && test_kill_process_group(self.group).is_err()
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        self.signal(Signal::KILL);
        let until = Instant::now() + KILLING;
        while !self.is_gone() && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
    }
}

fn refused(program: &str, error: &std::io::Error) -> StartError {
    let program = sanitise::one_line(program);
    match error.kind() {
        ErrorKind::NotFound => StartError::Usage(format!(
            "there is no program {program:?}; write process:COMMAND with the program's path, or \
             its name where it stands in PATH"
        )),
        ErrorKind::PermissionDenied => StartError::Usage(format!(
            "{program:?} may not be executed; make it executable, or name its interpreter \
             first, as in process:\"python3 program.py\""
        )),
        _ => StartError::Failed(Failed::Down(format!(
            "the program {program:?} could not be started: {error}"
        ))),
    }
}

fn told(status: &WaitIdStatus) -> String {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("the program ended with exit status {code}"),
        (None, Some(signal)) => format!("the program was ended by signal {signal}"),
        (None, None) => "the program has ended".to_owned(),
    }
}
