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
pub(super) fn named(name: &str) -> Result<Result<Playable, Box<Judged>>, Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, &[name.to_owned()])?;
    let now = system_now();
    let playables = select::playables(&library, &named, now)?;
    let ids: Vec<&str> = playables.iter().map(|it| it.scenario.id.as_str()).collect();
    let (Some(playable), 1, Some(named)) = (playables.first(), playables.len(), named.first())
    else {
        return Err(Failure::Usage(format!(
            "{name} is {} scenarios; name one, such as {}",
            ids.len(),
            ids.first().unwrap_or(&"pin/correct")
        )));
    };
    let moved = match moved(&library, named, &playable.scenario.id, now)? {
        Ok(moved) => moved,
        Err(why) => {
            let judged = Judged::not_applicable(&playable.scenario, &why);
            return Ok(Err(Box::new(judged)));
        }
    };
    match holds(playable) && !holds(&moved) {
        false => Ok(Ok(moved)),
        true => {
            let why = Text::new(
                "今日の日付では別の結果になるシナリオで、この相手の日付は設定できない",
                "on today's date it comes out otherwise, and the date of this software cannot be set",
            );
            Ok(Err(Box::new(Judged::not_applicable(&moved.scenario, &why))))
        }
    }
}

fn moved(
    library: &Library,
    named: &Named,
    id: &str,
    now: Moment,
) -> Result<Result<Playable, Text>, Failure> {
    let source = &named.source;
    let document = Document::parse(&source.text, &source.origin)
        .map_err(|error| Failure::Invalid(shown(&error)))?;
    let document = match document.today() {
        Ok(document) => document,
        Err(why) => return Ok(Err(why)),
    };
    let all = document
        .resolve(&source.id, library.deck(), now)
        .map_err(|error| Failure::Invalid(format!("{}: {}", source.origin, error.message)))?;
    let found = all.into_iter().find(|it| it.scenario.id == *id);
    found.map(Ok).ok_or_else(|| {
        Failure::Bug(format!(
            "the scenario {id} is not there any more once it is moved to now"
        ))
    })
}

/// Tells whether what the scenario expects is what is due on its day: whether our own reader passes.
fn holds(playable: &Playable) -> bool {
    let played = runner::play_blocking(playable, &runner::Options::default());
    played.is_ok_and(|transcript| {
        judge(&transcript.header.scenario, &transcript).verdict == Verdict::Pass
    })
}
