//! A driver that is open for the time of a test, and what is played with it.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use uketsuke::judge::{Judgement, Verdict};
use uketsuke::library::Library;
use uketsuke::reader::driven::{Drivers, open};
use uketsuke::scenario::Playable;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Opens a driver, hands it to `work` and ends it.
pub fn with_driver<T>(
    command: &[String],
    patience: Duration,
    work: impl FnOnce(&Arc<Drivers>) -> T,
) -> T {
    let io = runtime();
    let handle = io.handle().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let _ = io.block_on(stopped);
    });
    let drivers = runtime()
        .block_on(open(command, patience, handle))
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let result = work(&drivers);
    drop(drivers);
    drop(stop);
    thread.join().unwrap();
    result
}

/// Returns every bundled scenario, at a fixed moment where it says `now`.
pub fn playables() -> Vec<Playable> {
    let library = Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    let sources = library.sources().iter();
    sources
        .flat_map(|source| source.playables(library.deck(), now).unwrap())
        .collect()
}

/// Returns what failed and counts.
pub fn failures(id: &str, judgement: &Judgement) -> Vec<String> {
    let findings = judgement.findings.iter();
    findings
        .filter(|finding| finding.verdict >= Verdict::Fail && finding.counts(false))
        .map(|finding| {
            format!(
                "{id}: {} {} {} {:?}",
                finding.requirement, finding.subject, finding.message.en, finding.entries
            )
        })
        .collect()
}
