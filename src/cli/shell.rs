//! The two streams of the program: results on stdout, everything else on stderr.
//!
//! A stream that cannot be written never makes the program panic, and a reader that has gone away
//! (`| head -1`) is no error.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::failure::Failure;
use super::{Color, Global, Lang};
use crate::report::page::Page;
use crate::sanitise;
use crate::wording::Language;

/// What a command knows of the user's terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shell {
    /// The language for people.
    pub(super) language: Language,
    /// Whether text on stdout has colour.
    pub(super) color: bool,
}

impl Shell {
    /// Reads the options and the environment, and starts the log.
    pub(super) fn new(global: &Global) -> Shell {
        log(global.verbose);
        let language = match global.lang {
            Lang::Ja => Language::Ja,
            Lang::En => Language::En,
            Lang::Auto => Language::of_locale(&locale(|name| std::env::var(name).ok())),
        };
        let color = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stdout().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
            }
        };
        Shell { language, color }
    }

    /// Returns an empty page for stdout.
    pub(super) fn page(&self) -> Page {
        Page::new(self.language, self.color)
    }
}

/// Returns the locale for messages: the first of LC_ALL, LC_MESSAGES and LANG that says something.
pub(super) fn locale(get: impl Fn(&str) -> Option<String>) -> String {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(get)
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}

/// Writes a result to stdout. The text must have passed the sanitiser.
///
/// # Errors
///
/// [`Failure::Output`] where stdout cannot be written; a reader that has gone away is none.
pub(super) fn emit(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Output {
            to: "stdout".to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Writes a line to stderr. Where that fails there is nobody left to tell.
pub(super) fn tell(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "{}", sanitise::visible(text));
}

/// Starts the log on stderr: warnings, and what `-v` asks for.
fn log(verbose: u8) {
    let level = match verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    // A second start within one process, as in tests, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .without_time()
        .with_target(verbose > 1)
        .with_writer(|| SafeStderr)
        .try_init();
}

/// How much of the log is held back at most, in bytes.
const HELD_MAX: usize = 64 * 1024;
/// The log while it is held back.
static HELD: Mutex<Option<String>> = Mutex::new(None);

fn held() -> MutexGuard<'static, Option<String>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the log back while something draws on the terminal; dropped, it is written.
pub(super) struct HeldLog(());

impl HeldLog {
    /// Begins to hold the log back.
    pub(super) fn new() -> HeldLog {
        held().get_or_insert_default();
        HeldLog(())
    }
}

impl Drop for HeldLog {
    fn drop(&mut self) {
        let log = held().take().unwrap_or_default();
        let _ = io::stderr().lock().write_all(log.as_bytes());
    }
}

/// Stderr behind the sanitiser.
struct SafeStderr;

impl Write for SafeStderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let text = sanitise::visible(&text);
        match &mut *held() {
            Some(log) if log.len() + text.len() <= HELD_MAX => log.push_str(&text),
            Some(_) => {}
            None => {
                let _ = io::stderr().lock().write_all(text.as_bytes());
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_held_back_within_bounds() {
        let log = HeldLog::new();
        let line = "x".repeat(1_000);
        for _ in 0..100 {
            assert_eq!(SafeStderr.write(line.as_bytes()).unwrap(), 1_000);
        }
        let kept = held().take();
        // Other tests may write beside this one.
        assert!(kept.is_some_and(|kept| (60_000..=HELD_MAX).contains(&kept.len())));
        drop(log);
        assert!(held().is_none());
    }

    #[test]
    fn the_first_locale_that_says_something_wins() {
        let of = |all: &str, messages: &str, lang: &str| {
            locale(|name| {
                Some(match name {
                    "LC_ALL" => all.to_owned(),
                    "LC_MESSAGES" => messages.to_owned(),
                    _ => lang.to_owned(),
                })
            })
        };
        assert_eq!(of("", "", "ja_JP.UTF-8"), "ja_JP.UTF-8");
        assert_eq!(of("", "en_GB", "ja_JP.UTF-8"), "en_GB");
        assert_eq!(of("C", "en_GB", "ja_JP.UTF-8"), "C");
        assert_eq!(locale(|_| None), "");
    }
}
