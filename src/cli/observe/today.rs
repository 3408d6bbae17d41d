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

/// Returns, of the scenarios of these names (all bundled ones for none) that are chosen, those that
/// apply and can be put to foreign software now, and how many do not.
///
/// # Errors
///
/// [`Failure`] where one is invalid.
pub(super) fn all(
    names: &[String],
    chosen: impl Fn(&Playable) -> bool,
    applies: impl Fn(&Playable) -> bool,
) -> Result<(Vec<Playable>, usize), Failure> {
    let mut library = select::bundled()?;
    let named = select::named(&mut library, names)?;
    let now = system_now();
    let (mut found, mut others) = (Vec::new(), 0);
    for named in &named {
        let playables = named.playables(&library, now).map_err(Failure::Invalid)?;
        let moved = moved(&library, named, now)?;
        for playable in playables.iter().filter(|it| chosen(it)) {
            let due = match &moved {
                Ok(moved) if applies(playable) => due(playable, moved).ok(),
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
        Some(moved) if holds(verdict(playable), verdict(moved)) => Ok(moved.clone()),
        _ => Err(Text::new(
            "今日の日付では別の結果になるシナリオで、この相手の日付は設定できない",
            "on today's date it comes out otherwise, and the date of this software cannot be set",
        )),
    }
}

/// Tells whether a scenario comes out today as it does on its day: our own reader passes, or comes
/// to the same as before.
fn holds(then: Option<Verdict>, today: Option<Verdict>) -> bool {
    today == Some(Verdict::Pass) || (then != Some(Verdict::Pass) && then == today)
}

/// Returns the verdict on our own reader; none where it cannot play.
fn verdict(playable: &Playable) -> Option<Verdict> {
    let played = runner::play_blocking(playable, &runner::Options::default()).ok()?;
    Some(judge(&played.header.scenario, &played).verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn a_scenario_that_comes_out_otherwise_today_does_not_hold() {
        assert!(holds(Some(Pass), Some(Pass)));
        assert!(!holds(Some(Pass), Some(Fail)));
        // Of its day no requirement speaks; today one does, and our own reader breaks it.
        assert!(!holds(Some(NotApplicable), Some(Fail)));
        assert!(holds(Some(NotApplicable), Some(NotApplicable)));
        assert!(holds(Some(Fail), Some(Fail)));
        assert!(holds(None, None));
    }

    #[test]
    fn the_day_before_phones_cannot_be_put_to_a_reader_of_today() {
        let held = one("phone/the-day-before").unwrap();
        assert!(held.is_err());
        assert!(one("pin/correct").unwrap().is_ok());
    }
}
