//! A backend that is reached over a protocol, and the scenarios to play with it.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use uketsuke::backend::{Access, Connector, Spec, open};
use uketsuke::eligibility::Moment;
use uketsuke::library::Library;
use uketsuke::scenario::Playable;

/// What `at: now` stands for here.
const NOW: &str = "2026-11-21T09:00:00+09:00";

/// Returns every bundled play.
pub fn playables() -> Vec<Playable> {
    let library = Library::bundled().unwrap();
    let now: Moment = NOW.parse().unwrap();
    let sources = library.sources().iter();
    sources
        .flat_map(|source| source.playables(library.deck(), now).unwrap())
        .collect()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Opens a backend, hands it to `work` and ends it. What it reads and writes lives on a thread of
/// its own.
pub fn with_backend<T>(spec: &Spec, work: impl FnOnce(&Arc<dyn Connector>) -> T) -> T {
    let io = runtime();
    let handle = io.handle().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let _ = io.block_on(stopped);
    });
    let connector = runtime()
        .block_on(open(spec, &Access::default(), handle))
        .unwrap_or_else(|error| panic!("{error}"));
    let done = work(&connector);
    drop(connector);
    drop(stop);
    thread.join().unwrap();
    done
}
