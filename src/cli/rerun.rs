//! `--rerun`: keeps the scenarios that did not pass in an earlier report.

use std::path::Path;

use super::failure::Failure;
use super::shell::tell;
use crate::report::earlier;
use crate::scenario::Playable;
use crate::text_file;

/// The largest report that is read, in bytes.
const REPORT_MAX: u64 = 1 << 28;

/// So many ids that are gone are named.
const NAMED: usize = 20;

/// Keeps the scenarios that neither passed nor were not applicable in the report; says which of
/// them are gone.
///
/// # Errors
///
/// [`Failure::Invalid`] where the file is no report, [`Failure::Nothing`] where none is left.
pub(super) fn keep(playables: &mut Vec<Playable>, report: &Path) -> Result<(), Failure> {
    let name = report.display();
    let invalid = |why: String| Failure::Invalid(format!("{name}: {why}"));
    let text = text_file::read(report, REPORT_MAX).map_err(|error| invalid(error.to_string()))?;
    let ids = earlier::unfinished(&text).map_err(|error| invalid(error.to_string()))?;
    if ids.is_empty() {
        return Err(Failure::Nothing(format!(
            "{name}: everything passed or was not applicable, so there is nothing to play again"
        )));
    }
    let there = |id: &String| playables.iter().any(|it| it.scenario.id == *id);
    let gone: Vec<&str> = ids
        .iter()
        .filter(|id| !there(id))
        .map(String::as_str)
        .collect();
    if !gone.is_empty() {
        let named: Vec<&str> = gone.iter().copied().take(NAMED).collect();
        let more = match gone.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        tell(&format!(
            "uketsuke: {} scenario(s) of {name} are not among those named on the command line, or no longer exist: {}{more}",
            gone.len(),
            named.join(", ")
        ));
    }
    playables.retain(|playable| ids.contains(&playable.scenario.id));
    Ok(())
}
