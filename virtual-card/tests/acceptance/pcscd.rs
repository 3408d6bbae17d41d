//! A running pcscd with the vpcd driver: the one that is there, or one of our own that ends with us.

use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where pcscd of Debian 12 takes its clients.
const SOCKET: &str = "/run/pcscd/pcscd.comm";
/// How long pcscd may take to come up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Ends pcscd when dropped, if it was started here.
pub struct Pcscd {
    own: Option<Child>,
}

impl Pcscd {
    /// Starts pcscd unless one takes clients already, and waits until it does. By then vpcd
    /// listens, since pcscd starts its readers first.
    pub fn start() -> Self {
        if takes_clients() {
            return Self { own: None };
        }
        let mut child = Command::new("pcscd")
            .arg("--foreground")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pcscd can be started (Debian: apt-get install pcscd vsmartcard-vpcd)");
        let deadline = Instant::now() + PATIENCE;
        while !takes_clients() {
            let ended = child.try_wait().expect("pcscd can be waited for");
            assert!(ended.is_none(), "pcscd ended at once: {ended:?}");
            assert!(Instant::now() < deadline, "pcscd takes no clients");
            std::thread::yield_now();
        }
        Self { own: Some(child) }
    }
}

impl Pcscd {
    /// Ends it at once, as a crash would, and waits until it is gone. Nothing when it is not ours.
    #[allow(dead_code, reason = "the benchmark shares this file")]
    pub fn kill(mut self) -> Option<()> {
        let mut child = self.own.take()?;
        child.kill().expect("our own process can be killed");
        child.wait().expect("and waited for");
        Some(())
    }

    /// Says whether it was started here, so that it may be killed.
    #[allow(dead_code, reason = "the benchmark shares this file")]
    pub fn is_ours(&self) -> bool {
        self.own.is_some()
    }
}

impl Drop for Pcscd {
    fn drop(&mut self) {
        if let Some(mut child) = self.own.take() {
            terminate(&mut child);
        }
    }
}

fn takes_clients() -> bool {
    UnixStream::connect(SOCKET).is_ok()
}

/// Asks a process that we started to end, and waits for it.
pub fn terminate(child: &mut Child) {
    let asked = Command::new("kill").arg(child.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        let _ = child.kill();
    }
    let _ = child.wait();
}
