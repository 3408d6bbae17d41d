//! `--known`: reads the user's file of known deviations, and lets a report take account of it.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use crate::eligibility::Moment;
use crate::report::known::Document;
use crate::report::{Judged, Report};
use crate::text_file;

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
    let text = text_file::read(path, FILE_MAX)
        .map_err(|error| Failure::Invalid(format!("{name}: {error}")))?;
    Document::parse(&text, &name).map_err(|error| Failure::Invalid(error.to_string()))
}
