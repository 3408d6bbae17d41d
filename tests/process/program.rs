//! What a test of a program needs: an I/O runtime on a thread, and a look at `/proc`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// A runtime on a thread of its own, as a run has it.
pub struct Io {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Io {
    pub fn start() -> (Io, Handle) {
        let runtime = runtime();
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let _ = runtime.block_on(stopped);
        });
        (Io { stop, thread }, handle)
    }

    pub fn end(self) {
        drop(self.stop);
        self.thread.join().unwrap();
    }
}

pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Returns the command that plays `mode`: this test program once more.
pub fn command(mode: &str, marker: &str) -> Vec<String> {
    let program = std::env::current_exe().unwrap();
    [program.to_str().unwrap(), "--play", mode, marker]
        .map(str::to_owned)
        .to_vec()
}

/// Returns what tells the processes of one test from those of others: a path in its folder.
pub fn marker(folder: &tempfile::TempDir) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("marker-{}-{count}", std::process::id());
    folder.path().join(name).display().to_string()
}

/// Counts the processes with this marker in their command line; a zombie has none.
pub fn running(marker: &str) -> usize {
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(Result::ok)
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(marker))
        .count()
}
