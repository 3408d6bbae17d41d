//! A pcscd of a test's own, in namespaces of its own, since its socket and the ports of vpcd are
//! fixed; nothing of it outlives the test. Needs unshare and Debian's pcscd and vsmartcard-vpcd.

use std::process::{Command, Output};

/// Starts pcscd and waits until it takes clients; by then vpcd listens.
const PCSCD: &str = r#"
set -eu
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir -p /run/pcscd
start() {
    pcscd --foreground >/dev/null 2>&1 &
    pcscd=$!
    until [ -S /run/pcscd/pcscd.comm ]; do kill -0 "$pcscd"; done
}
start
"#;

/// Runs a script beside a pcscd of its own, `$observe` being our program; nothing where these tests
/// are not wanted. `environment` is added to ours.
pub fn beside(script: &str, environment: &[(&str, &str)]) -> Option<Output> {
    if std::env::var_os("UKETSUKE_CARD_SOFTWARE").is_none_or(|value| value != "1") {
        println!("left out: set UKETSUKE_CARD_SOFTWARE=1 to try real PC/SC software");
        return None;
    }
    let namespaces = ["--map-root-user", "--net", "--mount", "--pid", "--fork"];
    let output = Command::new("timeout")
        .args(["--kill-after=5", "300", "unshare"])
        .args(namespaces)
        .args(["--kill-child", "--mount-proc", "bash", "-c"])
        .arg(format!("{PCSCD}\n{script}"))
        .env(
            "observe",
            format!("{} observe", env!("CARGO_BIN_EXE_uketsuke")),
        )
        .env("LANG", "en_US.UTF-8")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    Some(output)
}

/// Returns what a program said, both streams.
pub fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}\n{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}
