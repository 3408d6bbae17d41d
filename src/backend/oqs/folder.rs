//! Files handed over in a folder that others use too: written whole or not at all, read only when
//! whole, and never outside the folder.
//!
//! Blocking: callers give it a thread of its own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::backend::Outage;

/// Largest answer that is read.
pub const ANSWER_MAX: u64 = 4 << 20;
/// How often a folder is looked at: from the first to the last, growing.
const LOOK_FIRST: Duration = Duration::from_millis(5);
const LOOK_LAST: Duration = Duration::from_millis(100);
/// How many looks an answer that can never be right is given to change.
const LOOKS_BROKEN: u32 = 8;

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Returns a waiting time that grows with each call.
#[derive(Debug)]
pub struct BackOff(Duration);

impl Default for BackOff {
    fn default() -> BackOff {
        BackOff(LOOK_FIRST)
    }
}

impl BackOff {
    /// Returns how long to wait before looking again.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (wait * 3 / 2).min(LOOK_LAST);
        wait
    }
}

/// Writes a file whole: under a temporary name that no consumer looks for, then renamed. Nothing
/// is left where that fails.
///
/// # Errors
///
/// Where the folder is missing, full or cannot be written.
pub fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!(".uketsuke-{}-{number}.tmp", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&temporary, folder.join(name)));
    if written.is_err() {
        // It may not exist; then there is nothing to clear away.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Reads a file that is no larger than `max` bytes.
///
/// # Errors
///
/// `InvalidData` for what is no plain file (a link, a pipe) or larger; else what reading said.
pub fn read_whole(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no plain file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        let what = format!("larger than {max} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    Ok(bytes)
}

/// Returns a folder inside `root`, where `relative` does not lead out of it.
pub fn inside(root: &Path, relative: &str) -> Option<PathBuf> {
    let path = Path::new(relative);
    let mut components = path.components().peekable();
    components.peek()?;
    components
        .all(|component| matches!(component, Component::Normal(_)))
        .then(|| root.join(path))
}

/// What a look at an answer showed.
pub enum Look<T> {
    /// It is whole.
    Whole(T),
    /// It is not whole yet, for this reason.
    NotYet(String),
    /// It can never be right, unless it is written anew.
    Broken(String),
}

/// Why no answer was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// Nothing came.
    Nothing,
    /// It came, and somebody else took it before it was read.
    Taken,
    /// What came is no answer.
    Malformed(String),
    /// The folder cannot be used.
    Folder(String),
}

impl Missed {
    /// Returns the outage that it is.
    pub fn outage(self, patience: Duration) -> Outage {
        match self {
            Missed::Malformed(what) => Outage::Malformed(what),
            Missed::Folder(what) => Outage::Down(what),
            Missed::Nothing | Missed::Taken => Outage::Silent {
                limit_ms: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX),
            },
        }
    }
}

/// Waits until `folder` has a file `name` that `look` finds whole, and removes it.
///
/// # Errors
///
/// [`Missed`], at `deadline` at the latest.
pub fn take<T>(
    folder: &Path,
    name: &str,
    deadline: Instant,
    mut look: impl FnMut(&[u8]) -> Look<T>,
) -> Result<T, Missed> {
    let path = folder.join(name);
    let mut back_off = BackOff::default();
    let mut missed = Missed::Nothing;
    let mut broken: (Vec<u8>, u32) = (Vec::new(), 0);
    loop {
        match read_whole(&path, ANSWER_MAX) {
            Ok(bytes) => match look(&bytes) {
                Look::Whole(whole) => {
                    // Another consumer may have been faster: what was read stays read.
                    let _ = fs::remove_file(&path);
                    return Ok(whole);
                }
                Look::NotYet(what) => missed = Missed::Malformed(what),
                Look::Broken(what) => {
                    let looks = if broken.0 == bytes { broken.1 + 1 } else { 0 };
                    broken = (bytes, looks);
                    missed = Missed::Malformed(what);
                    if looks >= LOOKS_BROKEN {
                        break;
                    }
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !folder.is_dir() {
                    return Err(Missed::Folder(format!(
                        "there is no folder {name:?} can be in"
                    )));
                }
                if matches!(missed, Missed::Malformed(_)) {
                    missed = Missed::Taken;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                missed = Missed::Malformed(error.to_string());
                break;
            }
            // A writer may hold it exclusively for a while.
            Err(error) => missed = Missed::Folder(error.kind().to_string()),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        thread::sleep(back_off.next_wait().min(left));
    }
    if matches!(missed, Missed::Malformed(_)) {
        // It answers our question and nobody else's.
        let _ = fs::remove_file(&path);
    }
    Err(missed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_names_do_not_lead_out() {
        let root = Path::new("/root-of-it");
        assert_eq!(inside(root, "worlds/7"), Some(root.join("worlds/7")));
        for hostile in ["", "..", "worlds/../..", "/etc", "./x/../.."] {
            assert_eq!(inside(root, hostile), None, "{hostile}");
        }
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        // A folder of the same name cannot be replaced by a file.
        fs::create_dir(dir.path().join("taken.xml")).unwrap();
        assert!(write_whole(dir.path(), "taken.xml", b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_answer_that_another_takes_half_way_is_missed_as_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.xml");
        fs::write(&path, "half").unwrap();
        let deadline = Instant::now() + Duration::from_millis(50);
        let missed = take::<()>(dir.path(), "a.xml", deadline, |_| {
            fs::remove_file(&path).unwrap();
            Look::NotYet("not whole".to_owned())
        });
        assert_eq!(missed, Err(Missed::Taken));
        let limit_ms = 10_000;
        let outage = Missed::Taken.outage(Duration::from_secs(10));
        assert_eq!(outage, Outage::Silent { limit_ms });
    }

    #[test]
    fn an_answer_that_was_read_stays_read_whoever_removes_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.xml");
        fs::write(&path, "whole").unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let taken = take(dir.path(), "a.xml", deadline, |bytes| {
            fs::remove_file(&path).unwrap();
            Look::Whole(bytes.to_vec())
        });
        assert_eq!(taken, Ok(b"whole".to_vec()));
    }

    #[test]
    fn links_and_large_files_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), b"12345").unwrap();
        std::os::unix::fs::symlink(dir.path().join("a"), dir.path().join("b")).unwrap();
        assert_eq!(read_whole(&dir.path().join("a"), 5).unwrap(), b"12345");
        for (name, max) in [("a", 4), ("b", 5)] {
            let error = read_whole(&dir.path().join(name), max).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }
}
