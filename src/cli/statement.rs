//! `--statement`: reads the vendor's implementation conformance statement.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use crate::statement::Statement;
use crate::text_file;

/// The largest statement that is read, in bytes.
const FILE_MAX: u64 = 1 << 16;

/// The option, for every command that judges a reader.
#[derive(Debug, Args)]
pub(super) struct StatementArgs {
    /// Which functions the reader has (see `uketsuke schema statement`); without it, all
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
}

impl StatementArgs {
    /// Reads the file, if one was named.
    ///
    /// # Errors
    ///
    /// [`Failure::Invalid`] with the place where it is no statement.
    pub(super) fn read(&self) -> Result<Option<Statement>, Failure> {
        let Some(path) = &self.statement else {
            return Ok(None);
        };
        let name = path.display().to_string();
        let text = text_file::read(path, FILE_MAX)
            .map_err(|error| Failure::Invalid(format!("{name}: {error}")))?;
        let statement = Statement::parse(&text, &name);
        statement
            .map(Some)
            .map_err(|error| Failure::Invalid(error.to_string()))
    }
}
