//! What a remark of the harness says.

use super::short;
use crate::scenario::{Probe, Step};
use crate::transcript::reason::spoken;
use crate::transcript::{Event, Note};
use crate::tui::play::Play;
use crate::wording::Language;

/// Says the remark of entry `n` shortly.
pub(super) fn label(play: &Play, n: u64, note: &Note, language: Language) -> String {
    let wording = language.wording();
    let step = |index: usize| {
        let steps = &play.transcript().header.scenario.steps;
        steps
            .get(index)
            .map_or_else(|| format!("#{index}"), |step| short(step, language))
    };
    match note {
        Note::Reached { step: index } => {
            let step = expected_there(play, n, *index).unwrap_or_else(|| step(*index));
            wording.say_with("note-reached", &[("step", &step)])
        }
        Note::Told { step: index, holds } => {
            let key = if *holds {
                "note-told-yes"
            } else {
                "note-told-no"
            };
            wording.say_with(key, &[("step", &step(*index))])
        }
        Note::Unmet {
            step: index,
            reason,
        } => {
            let reason = spoken(reason);
            let (step, reason) = (step(*index), reason.get(language));
            wording.say_with("note-unmet", &[("step", &step), ("reason", reason)])
        }
        Note::Moot { step: index } => wording.say_with("note-moot", &[("step", &step(*index))]),
        Note::Waited { step: index } => wording.say_with("note-waited", &[("step", &step(*index))]),
        Note::Changed { step: index } => {
            wording.say_with("note-changed", &[("step", &step(*index))])
        }
        Note::ReaderFailed { reason } => {
            wording.say_with("note-reader-failed", &[("reason", reason)])
        }
        Note::CutShort { reason } => {
            let reason = spoken(reason);
            wording.say_with("note-cut-short", &[("reason", reason.get(language))])
        }
    }
}

/// Returns the status word that a probe expected and got at entry `n`.
fn expected_there(play: &Play, n: u64, index: usize) -> Option<String> {
    let transcript = play.transcript();
    let Step::Probe(probes) = transcript.header.scenario.steps.get(index)? else {
        return None;
    };
    let before = transcript
        .entries
        .iter()
        .filter(|entry| entry.n < n && entry.event == Event::Note(Note::Reached { step: index }));
    let mut expected = probes.iter().filter_map(|probe| match probe {
        Probe::Expect(expected) => Some(expected.fields().status),
        _ => None,
    });
    expected
        .nth(before.count())
        .map(|status| status.to_string())
}
