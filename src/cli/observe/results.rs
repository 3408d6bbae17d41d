//! The results of a suite, kept in a file as they come, so that an interrupted run can go on: a line
//! of JSON that says what it is, then a line per scenario.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::failure::Failure;
use crate::cli::output::cannot_write;
use crate::report::Judged;
use crate::sanitise;
use crate::statement::Statement;
use crate::transcript::SIMULATION;

/// The format that this version writes and reads.
const FORMAT: &str = "uketsuke-suite/1";
/// A file of more bytes is none of ours.
const SIZE_MAX: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    simulation: String,
    /// The statement in effect: results under another one do not go together with these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    statement: Option<Statement>,
}

/// The results so far, and the file that keeps them.
#[derive(Debug, Default)]
pub(super) struct Results {
    kept: Option<(File, PathBuf)>,
    pub(super) judged: Vec<Judged>,
}

impl Results {
    /// Reads what an earlier run has kept under the same statement, or begins a file; nothing is kept
    /// without one.
    ///
    /// # Errors
    ///
    /// [`Failure`] where the file is not one of ours, was made under another statement, or cannot be
    /// written.
    pub(super) fn open(
        path: Option<&Path>,
        statement: Option<&Statement>,
    ) -> Result<Results, Failure> {
        let Some(path) = path else {
            return Ok(Results::default());
        };
        let unwritable = |error: io::Error| cannot_write(path, &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(unwritable)?;
        let mut text = String::new();
        (&mut file)
            .take(SIZE_MAX)
            .read_to_string(&mut text)
            .map_err(unwritable)?;
        // A run that was killed may have left half a line.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let judged = read(text.get(..whole).unwrap_or_default(), statement)
            .map_err(|why| Failure::Invalid(format!("{}: {why}", path.display())))?;
        file.set_len(whole as u64).map_err(unwritable)?;
        file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        let mut results = Results {
            kept: Some((file, path.to_owned())),
            judged,
        };
        if whole == 0 {
            results.keep(&Header {
                format: FORMAT.to_owned(),
                simulation: SIMULATION.to_owned(),
                statement: statement.cloned(),
            })?;
        }
        Ok(results)
    }

    /// Tells whether a scenario has its result.
    pub(super) fn has(&self, id: &str) -> bool {
        self.judged.iter().any(|judged| judged.id == id)
    }

    /// Adds a result.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it cannot be kept.
    pub(super) fn add(&mut self, judged: Judged) -> Result<(), Failure> {
        self.keep(&judged)?;
        self.judged.push(judged);
        Ok(())
    }

    fn keep(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let Some((file, path)) = &mut self.kept else {
            return Ok(());
        };
        let line = serde_json::to_string(value)
            .map_err(|error| Failure::Bug(format!("a result has no JSON: {error}")))?;
        let line = format!("{}\n", sanitise::json(&line));
        file.write_all(line.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|source| Failure::Output {
                to: path.display().to_string(),
                source,
            })
    }
}

fn read(text: &str, statement: Option<&Statement>) -> Result<Vec<Judged>, String> {
    let mut lines = text.lines().enumerate();
    let Some((_, first)) = lines.next() else {
        return Ok(Vec::new());
    };
    let header = serde_json::from_str::<Header>(first).ok();
    let Some(header) = header.filter(|header| header.format == FORMAT) else {
        return Err(format!(
            "it is not the results of a suite ({FORMAT}); name another file with --resume"
        ));
    };
    if header.statement.as_ref() != statement {
        let why = "its results were found under another statement; name the same --statement, or another file with --resume";
        return Err(why.to_owned());
    }
    lines
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Verdict;
    use crate::report::tests::{finding, judged};

    fn result(id: &str) -> Judged {
        judged(
            id,
            Verdict::Pass,
            vec![finding("IDV-02", Verdict::Pass, &[1])],
        )
    }

    #[test]
    fn what_is_added_is_there_again_and_half_a_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.ndjson");
        let mut results = Results::open(Some(&path), None).unwrap();
        results.add(result("a")).unwrap();
        results.add(result("b")).unwrap();
        drop(results);
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.truncate(text.len() - 10);
        std::fs::write(&path, text).unwrap();
        let mut again = Results::open(Some(&path), None).unwrap();
        assert_eq!(again.judged, [result("a")]);
        assert!(again.has("a") && !again.has("b"));
        again.add(result("c")).unwrap();
        let last = Results::open(Some(&path), None).unwrap();
        assert_eq!(last.judged, [result("a"), result("c")]);
    }

    #[test]
    fn results_under_another_statement_are_left_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.ndjson");
        Results::open(Some(&path), None)
            .unwrap()
            .add(result("a"))
            .unwrap();
        let kept = std::fs::read_to_string(&path).unwrap();
        let text = "version: 1\nreader: Example kiosk (made up)\n";
        let statement = Statement::parse(text, "statement").unwrap();
        let opened = Results::open(Some(&path), Some(&statement));
        assert!(matches!(opened, Err(Failure::Invalid(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), kept);
    }

    #[test]
    fn another_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("precious.txt");
        std::fs::write(&path, "mine\nand mine").unwrap();
        assert!(matches!(
            Results::open(Some(&path), None),
            Err(Failure::Invalid(_))
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine\nand mine");
    }
}
