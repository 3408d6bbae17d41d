//! The scenario that is named, as it would be today: the date of foreign software cannot be set.

use crate::cli::failure::{Failure, shown};
use crate::cli::select::{self, Named};
use crate::clock::system_now;
use crate::eligibility::{Moment, Text};
use crate::judge::{Verdict, judge};
use crate::library::Library;
use crate::report::Judged;
use crate::runner;
use crate::scenario::{Document, Playable};

/// Returns the one scenario of that name as it would be now, or why it cannot be.
///
/// # Errors
///
/// [`Failure`] where there is not exactly one, or it is invalid.
pub(in crate::cli) fn one(name: &str) -> Result<Result<Playable, Box<Judged>>, Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, &[name.to_owned()])?;
    let now = system_now();
    let playables = select::playables(&library, &named, now)?;
    let (Some(playable), 1, Some(named)) = (playables.first(), playables.len(), named.first())
    else {
        let first = playables.first().map(|it| it.scenario.id.as_str());
        return Err(Failure::Usage(format!(
            "{name} is {} scenarios; name one, such as {}, or walk through all with --suite",
            playables.len(),
            first.unwrap_or("pin/correct")
        )));
    };
    let applicable = |why: Text| Box::new(Judged::not_applicable(&playable.scenario, &why));
    let moved = moved(&library, named, now)?;
    Ok(moved
        .and_then(|moved| due(playable, &moved))
        .map_err(applicable))
}

/// Returns every scenario of these names (all bundled ones for none) that `wanted` lets through and
/// that can be put to foreign software now, and how many cannot.
///
/// # Errors
///
/// [`Failure`] where one is invalid.
pub(super) fn all(
    names: &[String],
    wanted: impl Fn(&Playable) -> bool,
) -> Result<(Vec<Playable>, usize), Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, names)?;
    let now = system_now();
    let (mut found, mut others) = (Vec::new(), 0);
    for named in &named {
        let playables = named.playables(&library, now).map_err(Failure::Invalid)?;
        let moved = moved(&library, named, now)?;
        for playable in &playables {
            let due = match &moved {
                Ok(moved) if wanted(playable) => due(playable, moved).ok(),
                _ => None,
            };
            match due {
                Some(due) => found.push(due),
                None => others += 1,
            }
        }
    }
    Ok((found, others))
}

/// Returns every scenario of a file as it would be now.
fn moved(
    library: &Library,
    named: &Named,
    now: Moment,
) -> Result<Result<Vec<Playable>, Text>, Failure> {
    let source = &named.source;
    let document = Document::parse(&source.text, &source.origin)
        .map_err(|error| Failure::Invalid(shown(&error)))?;
    let document = match document.today() {
        Ok(document) => document,
        Err(why) => return Ok(Err(why)),
    };
    document
        .resolve(&source.id, library.deck(), now)
        .map(Ok)
        .map_err(|error| Failure::Invalid(format!("{}: {}", source.origin, error.message)))
}

/// Returns a scenario as it would be now, or that it would be another.
fn due(playable: &Playable, moved: &[Playable]) -> Result<Playable, Text> {
    let id = &playable.scenario.id;
    let found = moved.iter().find(|it| it.scenario.id == *id);
    match found {
        Some(moved) if !holds(playable) || holds(moved) => Ok(moved.clone()),
        _ => Err(Text::new(
            "今日の日付では別の結果になるシナリオで、この相手の日付は設定できない",
            "on today's date it comes out otherwise, and the date of this software cannot be set",
        )),
    }
}

/// Tells whether what the scenario expects is what is due on its day: whether our own reader passes.
fn holds(playable: &Playable) -> bool {
    let played = runner::play_blocking(playable, &runner::Options::default());
    played.is_ok_and(|transcript| {
        judge(&transcript.header.scenario, &transcript).verdict == Verdict::Pass
    })
}
