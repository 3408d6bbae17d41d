//! `--known`: reads the user's file of known deviations, and lets a report take account of it.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use crate::eligibility::Moment;
use crate::report::known::Document;
use crate::report::{Judged, Report};

/// The largest file of known deviations that is read, in bytes.
const FILE_MAX: u64 = 1 << 20;

/// The option, for every command that judges.
#[derive(Debug, Args)]
pub(super) struct KnownArgs {
    /// Breaches that are known and accepted until a day (see `uketsuke schema known`)
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
}

/// What the user knows of; nothing where no file was named.
#[derive(Debug)]
pub(super) struct KnownDeviations(Option<Document>);

impl KnownArgs {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`Failure::Invalid`] with the place where it is no file of known deviations.
    pub(super) fn read(&self) -> Result<KnownDeviations, Failure> {
        let document = self.known.as_deref().map(document).transpose()?;
        Ok(KnownDeviations(document))
    }
}

impl KnownDeviations {
    /// Sums up what is said of each scenario. Last days are compared with the day of `now`.
    pub(super) fn report(
        &self,
        mut scenarios: Vec<Judged>,
        now: Moment,
        conventions: bool,
    ) -> Report {
        let known = match &self.0 {
            Some(document) => document.apply(&mut scenarios, now.day(), conventions),
            None => Vec::new(),
        };
        Report {
            known,
            ..Report::new(scenarios)
        }
    }
}

fn document(path: &Path) -> Result<Document, Failure> {
    let name = path.display().to_string();
    let text =
        text(path, FILE_MAX).map_err(|error| Failure::Invalid(format!("{name}: {error}")))?;
    Document::parse(&text, &name).map_err(|error| Failure::Invalid(error.to_string()))
}

/// Reads a file of at most so many bytes.
pub(super) fn text(path: &Path, bytes_max: u64) -> std::io::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path)?;
    file.take(bytes_max + 1).read_to_string(&mut text)?;
    if text.len() as u64 > bytes_max {
        return Err(std::io::Error::other(format!(
            "it has more than {bytes_max} bytes; that is no such file"
        )));
    }
    Ok(text)
}
