//! Finds the scenarios that a command line names.

use std::path::Path;

use super::failure::{Failure, shown};
use crate::eligibility::Moment;
use crate::fault;
use crate::library::{Library, LibraryError};
use crate::scenario::{FaultStep, ParseError, Playable, Scenario, Source, Step};

/// A file that was named, and the one case of it if one was named.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    /// The file.
    pub(super) source: Source,
    /// The case, without `#`.
    pub(super) case: Option<String>,
}

/// Returns the library that is embedded in the program.
///
/// # Errors
///
/// [`Failure::Bug`] where a bundled file is broken, which a test excludes.
pub(super) fn bundled() -> Result<Library, Failure> {
    Library::bundled().map_err(|error| Failure::Bug(error.to_string()))
}

/// Checks that the faults that a scenario names are those of the catalogue, which the core does not
/// know.
///
/// # Errors
///
/// The step, and what to write in its place.
pub(super) fn known_faults(scenario: &Scenario) -> Result<(), String> {
    for (index, step) in scenario.steps.iter().enumerate() {
        if let Step::Fault(FaultStep::Backend(fault)) = step
            && let Some(name) = &fault.name
        {
            fault::of_backend(name)
                .map_err(|why| format!("{}: step {}: {why}", scenario.id, index + 1))?;
        }
    }
    Ok(())
}

/// Finds the files that the user named; all bundled ones for no name at all.
///
/// # Errors
///
/// [`Failure::Invalid`] where a name leads nowhere or a file cannot be read.
pub(super) fn named(library: &mut Library, names: &[String]) -> Result<Vec<Named>, Failure> {
    if names.is_empty() {
        return Ok(whole(library.sources().to_vec()).collect());
    }
    let mut all: Vec<Named> = Vec::new();
    for name in names {
        for found in find(library, name)? {
            if !all.contains(&found) {
                all.push(found);
            }
        }
    }
    Ok(all)
}

fn whole(sources: Vec<Source>) -> impl Iterator<Item = Named> {
    sources
        .into_iter()
        .map(|source| Named { source, case: None })
}

fn find(library: &mut Library, name: &str) -> Result<Vec<Named>, LibraryError> {
    let case = match name.rsplit_once('#') {
        Some((file, case)) if !Path::new(name).exists() => Some((file, case)),
        _ => None,
    };
    let Some((file, case)) = case else {
        return Ok(whole(library.find(name)?).collect());
    };
    let sources = library.find(file)?;
    let found = whole(sources).map(|named| Named {
        case: Some(case.to_owned()),
        ..named
    });
    Ok(found.collect())
}

impl Named {
    /// Makes the file, or its one case, ready to play.
    ///
    /// # Errors
    ///
    /// What is wrong in the file, with the place; or that there is no such case.
    pub(super) fn playables(
        &self,
        library: &Library,
        now: Moment,
    ) -> Result<Vec<Playable>, String> {
        let playables = library
            .playables(&self.source, now)
            .map_err(|error: ParseError| shown(&error))?;
        for playable in &playables {
            known_faults(&playable.scenario)?;
        }
        let Some(case) = &self.case else {
            return Ok(playables);
        };
        let id = format!("{}#{case}", self.source.id);
        let names: Vec<String> = playables.iter().map(|p| p.scenario.id.clone()).collect();
        let found: Vec<Playable> = playables
            .into_iter()
            .filter(|playable| playable.scenario.id == id)
            .collect();
        if found.is_empty() {
            return Err(format!(
                "there is no case {id:?}; the file has {}",
                names.join(", ")
            ));
        }
        Ok(found)
    }
}

/// Makes every file ready to play, in the order in which they were named.
///
/// # Errors
///
/// [`Failure::Invalid`] with everything that is wrong in any of them: a run over a part of what
/// was asked for would look like one over the whole. Also where two scenarios share an id.
pub(super) fn playables(
    library: &Library,
    named: &[Named],
    now: Moment,
) -> Result<Vec<Playable>, Failure> {
    let mut all: Vec<(Playable, &str)> = Vec::new();
    let mut problems: Vec<String> = Vec::new();
    for named in named {
        let origin = named.source.origin.as_str();
        match named.playables(library, now) {
            Ok(playables) => {
                for playable in playables {
                    let id = &playable.scenario.id;
                    match all.iter().find(|(other, _)| other.scenario.id == *id) {
                        Some((_, other)) if *other == origin => {}
                        Some((_, other)) => problems.push(format!(
                            "{other} and {origin} are both scenario {id:?}; name the folder that holds both"
                        )),
                        None => all.push((playable, origin)),
                    }
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Invalid(problems.join("\n")));
    }
    Ok(all.into_iter().map(|(playable, _)| playable).collect())
}
