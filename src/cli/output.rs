//! Delivers a report: in a format, to stdout or to a file that is there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tempfile::NamedTempFile;

use super::failure::Failure;
use super::shell::{Shell, emit, tell};
use crate::exit_code::ExitCode;
use crate::report::{Report, json, junit, ndjson, text};

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people, in their language
    Text,
    /// One JSON document
    Json,
    /// A line of JSON per scenario, then the summary
    Ndjson,
    /// JUnit XML
    Junit,
}

/// Where a report goes. Opened before anything is played, so that a place that cannot be written
/// is known in time.
#[derive(Debug)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A file that takes the place of what is there, in one step.
    File {
        /// What is written.
        temporary: NamedTempFile,
        /// What it becomes.
        path: PathBuf,
    },
    /// Something that cannot be replaced, such as a pipe or a device.
    Device {
        /// Itself.
        file: File,
        /// Its name.
        path: PathBuf,
    },
}

impl Target {
    /// Opens a file, or stdout for none.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] where nothing can be written there.
    pub(super) fn open(path: Option<&Path>) -> Result<Target, Failure> {
        let Some(path) = path else {
            return Ok(Target::Stdout);
        };
        Target::file(path).map_err(|source| cannot_write(path, &source))
    }

    fn file(path: &Path) -> io::Result<Target> {
        // A link stays a link: what it leads to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path.is_dir() {
            return Err(io::Error::other("it is a folder; name a file"));
        }
        if path.exists() && !path.is_file() {
            let file = OpenOptions::new().write(true).open(&path)?;
            return Ok(Target::Device { file, path });
        }
        let temporary = temporary_beside(&path)?;
        Ok(Target::File { temporary, path })
    }

    /// Writes the whole text and closes the target.
    ///
    /// # Errors
    ///
    /// [`Failure::Output`] where that fails; a file is then what it was before.
    pub(super) fn write(self, text: &str) -> Result<(), Failure> {
        match self {
            Target::Stdout => emit(text),
            Target::File { temporary, path } => {
                replace(temporary, &path, text).map_err(|source| output(&path, source))
            }
            Target::Device { mut file, path } => file
                .write_all(text.as_bytes())
                .and_then(|()| file.flush())
                .map_err(|source| output(&path, source)),
        }
    }

    fn is_terminal(&self) -> bool {
        matches!(self, Target::Stdout) && io::stdout().is_terminal()
    }
}

fn output(path: &Path, source: io::Error) -> Failure {
    Failure::Output {
        to: path.display().to_string(),
        source,
    }
}

pub(super) fn cannot_write(path: &Path, source: &io::Error) -> Failure {
    Failure::Usage(format!(
        "cannot write to {}: {source}; name a place that can be written",
        path.display()
    ))
}

/// Makes a temporary file in the folder of `path`, so that renaming it is one step. Dropped, it
/// is gone.
pub(super) fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".uketsuke-");
    // As any new file: what the user's umask leaves of it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes `text` and lets it take the place of `path`.
pub(super) fn replace(mut temporary: NamedTempFile, path: &Path, text: &str) -> io::Result<()> {
    temporary.write_all(text.as_bytes())?;
    if let Ok(before) = path.metadata() {
        temporary.as_file().set_permissions(before.permissions())?;
    }
    temporary.persist(path)?;
    Ok(())
}

/// Writes a report in a format and returns how the command ends.
///
/// The verdict is told on stderr too, unless it already stands on the terminal: a report that
/// cannot be written must not hide it, nor change it.
///
/// # Errors
///
/// [`Failure::Bug`] where a format cannot express the report.
pub(super) fn deliver(
    report: &Report,
    format: ReportFormat,
    target: Target,
    conventions: bool,
    shell: &Shell,
) -> Result<ExitCode, Failure> {
    let rendered = match format {
        ReportFormat::Text => {
            let color = shell.color && matches!(target, Target::Stdout);
            text::render(report, shell.language, color)
        }
        ReportFormat::Json => json::render(report),
        ReportFormat::Ndjson => ndjson::render(report),
        ReportFormat::Junit => {
            junit::render(report).map_err(|error| Failure::Bug(error.to_string()))?
        }
    };
    let code = exit_code(report, conventions);
    let seen = target.is_terminal() && format == ReportFormat::Text;
    let written = target.write(&rendered);
    if !seen || written.is_err() {
        let summary = text::summary(report, shell.language);
        tell(&format!("uketsuke: SIMULATION: {summary}"));
    }
    match written {
        Ok(()) => Ok(code),
        Err(failure) => {
            tell(&format!("error: {failure}"));
            Ok(match code {
                ExitCode::Failed => ExitCode::Failed,
                _ => failure.exit_code(),
            })
        }
    }
}

/// Returns how a command with this report ends (design §5).
fn exit_code(report: &Report, conventions: bool) -> ExitCode {
    let summary = &report.summary;
    if report.failed(conventions) {
        ExitCode::Failed
    } else if summary.inconclusive + summary.error > 0 {
        ExitCode::Undecided
    } else if summary.pass + summary.known == 0 {
        ExitCode::Nothing
    } else {
        ExitCode::Passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Verdict;
    use crate::report::tests::judged;

    fn code(verdicts: &[Verdict]) -> u8 {
        let scenarios = verdicts
            .iter()
            .map(|v| judged("x", *v, Vec::new()))
            .collect();
        exit_code(&Report::new(scenarios), false).code()
    }

    #[test]
    fn the_exit_code_follows_the_worst_that_counts() {
        use Verdict::{Error, Fail, Inconclusive, NotApplicable, Pass};
        assert_eq!(code(&[Pass, NotApplicable]), 0);
        assert_eq!(code(&[Pass, Fail, Error, Inconclusive]), 1);
        assert_eq!(code(&[Pass, Inconclusive]), 5);
        assert_eq!(code(&[Error, NotApplicable]), 5);
        assert_eq!(code(&[NotApplicable]), 4);
        let mut known = judged("x", Fail, Vec::new());
        known.without_known = Some(Pass);
        let report = Report::new(vec![known.clone()]);
        assert_eq!(exit_code(&report, false).code(), 0);
        known.without_known = Some(Inconclusive);
        assert_eq!(exit_code(&Report::new(vec![known]), false).code(), 5);
        assert_eq!(code(&[]), 4);
    }
}
