//! Every card fault at every command of a reception: the judge blames nobody for a declared fault,
//! the reader never shows a success that nothing backs, and the transcript reads back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use uketsuke::eligibility::{Answer, Moment};
use uketsuke::judge::{Verdict, judge};
use uketsuke::library::Library;
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::{FaultStep, Playable, Source, Step};
use uketsuke::screen::ScreenId;
use uketsuke::transcript::{Event, Reply, Transcript};
use virtual_card::fault::Fault;

const BY_PIN: &str = "
  - present-card
  - choose: pin
  - enter-pin: \"1234\"
  - agree: all
  - take-card";
const BY_FACE: &str = "
  - present-card
  - choose: face
  - show-face: match
  - agree: all
  - take-card";

/// Every kind, at each moment at which it can strike.
const FAULTS: [&str; 20] = [
    "{ what: removed }",
    "{ what: removed, when: during }",
    "{ what: removed, when: after }",
    "{ what: mute }",
    "{ what: mute, when: during }",
    "{ what: mute, when: after }",
    "{ what: slow, by: 1500ms }",
    "{ what: slow, by: 1m }",
    "{ what: status, status: \"6F00\" }",
    "{ what: status, status: \"9000\" }",
    "{ what: truncated }",
    "{ what: truncated, when: before }",
    "{ what: overlong }",
    "{ what: flipped, bit: 3 }",
    "{ what: flipped, bit: 900 }",
    "{ what: flipped, bit: 2051 }",
    "{ what: doubled }",
    "{ what: reset }",
    "{ what: reset, when: during }",
    "{ what: reset, when: after }",
];
/// Those that a longer way, with a photo and the stand-in's unlocking, may bear otherwise.
const FACE_FAULTS: [&str; 8] = [
    "{ what: removed, when: after }",
    "{ what: status, status: \"9000\" }",
    "{ what: truncated }",
    "{ what: overlong }",
    "{ what: flipped, bit: 3 }",
    "{ what: flipped, bit: 900 }",
    "{ what: reset, when: during }",
    "{ what: reset, when: after }",
];
/// More commands than any of the receptions sends.
const COMMANDS_MAX: u32 = 60;

fn playable(steps: &str) -> Playable {
    let source = Source {
        id: "generated".to_owned(),
        origin: "generated".to_owned(),
        text: format!(
            "title: {{ ja: 生成, en: generated }}\nrequirements: [IDV-01]\n\
             at: 2025-12-20T09:15+09:00\nsite: {{ consent-layout: all-first }}\n\
             card: {{ holder: adult, timing: contactless-106 }}\nsteps:{steps}\n"
        ),
    };
    let library = Library::bundled().unwrap();
    let now: Moment = "2026-11-21T09:00:00+09:00".parse().unwrap();
    source.playables(library.deck(), now).unwrap().remove(0)
}

fn struck(transcript: &Transcript) -> bool {
    let mut events = transcript.entries.iter().map(|entry| &entry.event);
    events.any(|event| matches!(event, Event::Fault(_)))
}

/// Checks one run; says what is wrong.
fn wrong(transcript: &Transcript) -> Vec<String> {
    let mut wrong: Vec<String> = judge(&transcript.header.scenario, transcript)
        .findings
        .iter()
        .filter(|finding| finding.verdict >= Verdict::Fail)
        .map(|finding| format!("{} {}", finding.requirement, finding.message.en))
        .collect();
    let mut confirmed = false;
    for entry in &transcript.entries {
        match &entry.event {
            Event::Answer(Reply::Answer(Answer::Eligibility(_))) => confirmed = true,
            Event::Screen(screen) if screen.id() == ScreenId::Done && !confirmed => {
                wrong.push("done without an answer".to_owned());
            }
            Event::Note(uketsuke::transcript::Note::CutShort { reason }) => {
                wrong.push(reason.clone());
            }
            _ => {}
        }
    }
    if Transcript::from_ndjson(&transcript.to_ndjson())
        .ok()
        .as_ref()
        != Some(transcript)
    {
        wrong.push("does not read back".to_owned());
    }
    wrong
}

fn sweep(steps: &str, faults: &[&str]) {
    let sound = playable(steps);
    let mut wrongs = Vec::new();
    for text in faults {
        let fault = Fault::parse_list(text, "test").unwrap().remove(0);
        let mut strikes = 0;
        for nth in 1..=COMMANDS_MAX {
            let mut playable = sound.clone();
            let fault = Fault {
                nth: nth.try_into().unwrap(),
                ..fault.clone()
            };
            let step = Step::Fault(FaultStep::Card(fault));
            playable.scenario.steps.insert(0, step);
            let transcript = play_blocking(&playable, &Options::default()).unwrap();
            if !struck(&transcript) {
                break;
            }
            strikes = nth;
            let found = wrong(&transcript);
            wrongs.extend(found.iter().map(|it| format!("{text} at {nth}: {it}")));
        }
        assert!((10..COMMANDS_MAX).contains(&strikes), "{text}: {strikes}");
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

#[test]
fn no_fault_at_any_command_of_a_reception_by_pin_is_blamed_on_anybody() {
    sweep(BY_PIN, &FAULTS);
}

#[test]
fn no_fault_at_any_command_of_a_reception_by_face_is_blamed_on_anybody() {
    sweep(BY_FACE, &FACE_FAULTS);
}
