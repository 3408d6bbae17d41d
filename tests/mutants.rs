//! Every fault of the catalogue is caught by the requirement that it breaks, in a scenario that
//! passes without it, while other scenarios still pass. A crash is not a catch.
//!
//! One named test per fault: `cargo test --test mutants pin-sent-twice`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Failed, Trial};
use uketsuke::eligibility::Moment;
use uketsuke::fault::{FAULTS, Fault};
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::library::Library;
use uketsuke::requirement::Subject;
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::Playable;
use uketsuke::transcript::{Event, Note, Transcript};

/// A scenario with what comes of it when nobody is faulty.
struct Sound {
    playable: Playable,
    transcript: Transcript,
    judgement: Judgement,
}

fn run(playable: &Playable, fault: Option<&'static Fault>) -> (Transcript, Judgement) {
    let transcript = play_blocking(
        playable,
        &Options {
            fault,
            ..Options::default()
        },
    )
    .unwrap();
    let judgement = judge(&transcript.header.scenario, &transcript);
    (transcript, judgement)
}

fn sound() -> &'static [Sound] {
    static SOUND: OnceLock<Vec<Sound>> = OnceLock::new();
    SOUND.get_or_init(|| {
        let library = Library::bundled().unwrap();
        let now: Moment = "2026-11-21T09:00:00+09:00".parse().unwrap();
        library
            .sources()
            .iter()
            .flat_map(|source| source.playables(library.deck(), now).unwrap())
            .map(|playable| {
                let (transcript, judgement) = run(&playable, None);
                Sound {
                    playable,
                    transcript,
                    judgement,
                }
            })
            .collect()
    })
}

/// Tells whether this judgement catches the fault by the requirement that it breaks.
fn catches(judgement: &Judgement, fault: &Fault) -> bool {
    judgement.findings.iter().any(|finding| {
        finding.requirement == fault.breaks
            && finding.subject == fault.subject()
            && finding.verdict == Verdict::Fail
    })
}

fn was_cut_short(transcript: &Transcript) -> bool {
    transcript
        .entries
        .iter()
        .any(|entry| matches!(entry.event, Event::Note(Note::CutShort { .. })))
}

/// The scenarios that a fault is shown: those whose purpose is the requirement that it breaks, and
/// one in five of all, some of which must still pass.
fn audience(fault: &Fault) -> impl Iterator<Item = &'static Sound> {
    sound()
        .iter()
        .enumerate()
        .filter(|(index, sound)| {
            let scenario = &sound.playable.scenario;
            index.is_multiple_of(5) || scenario.requirements.contains(&fault.breaks)
        })
        .map(|(_, sound)| sound)
}

fn check(fault: &'static Fault) -> Result<(), Failed> {
    let mut differs = 0;
    let mut caught = Vec::new();
    let mut by_rule = false;
    let mut others_pass = 0;
    let mut blamed = BTreeSet::new();
    for sound in audience(fault) {
        let (transcript, judgement) = run(&sound.playable, Some(fault));
        let is_caught = catches(&judgement, fault) && !catches(&sound.judgement, fault);
        others_pass += usize::from(!is_caught && judgement.verdict == Verdict::Pass);
        if transcript.entries == sound.transcript.entries {
            continue;
        }
        differs += 1;
        if is_caught && !was_cut_short(&transcript) {
            caught.push(&sound.playable.scenario.id);
            by_rule |= judgement.findings.iter().any(|finding| {
                finding.requirement == fault.breaks
                    && finding.step.is_none()
                    && finding.verdict == Verdict::Fail
            });
        }
        let fails = judgement
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Fail);
        blamed.extend(fails.map(|finding| (finding.requirement, finding.subject)));
    }
    if differs == 0 {
        return Err("no scenario shows this fault: it plays like a sound part".into());
    }
    if caught.is_empty() {
        return Err(format!(
            "it shows in {differs} scenarios and is caught by {} in none; blamed: {blamed:?}",
            fault.breaks
        )
        .into());
    }
    // What a card answers can always be stated literally; the rule itself has to notice too.
    if fault.subject() == Subject::Card && !by_rule {
        return Err("only a literal expectation catches it, and no rule".into());
    }
    if others_pass < 3 {
        return Err(format!("only {others_pass} other scenarios still pass").into());
    }
    Ok(())
}

/// Tells whether this fault makes an expectation of the scenario fail.
fn violates_an_expectation(sound: &Sound, fault: &'static Fault) -> bool {
    let (_, judgement) = run(&sound.playable, Some(fault));
    judgement
        .findings
        .iter()
        .any(|finding| finding.step.is_some() && finding.verdict == Verdict::Fail)
}

/// A scenario whose expectations no fault can violate proves nothing. A file with cases is one
/// situation: one of its cases is enough.
fn every_scenario_can_fail() -> Result<(), Failed> {
    let mut files: BTreeMap<&str, Vec<&Sound>> = BTreeMap::new();
    for sound in sound() {
        let id = &sound.playable.scenario.id;
        let file = id.split('#').next().unwrap();
        files.entry(file).or_default().push(sound);
    }
    let toothless: Vec<&str> = files
        .into_iter()
        .filter(|(_, sounds)| {
            let plays = sounds
                .iter()
                .any(|sound| sound.judgement.verdict == Verdict::Pass);
            let requirements = &sounds[0].playable.scenario.requirements;
            let mut faults: Vec<&'static Fault> = FAULTS.iter().collect();
            // Those that break the purpose are the likeliest.
            faults.sort_by_key(|fault| !requirements.contains(&fault.breaks));
            let mut tried = faults
                .iter()
                .flat_map(|fault| sounds.iter().take(3).map(move |sound| (sound, *fault)));
            plays && !tried.any(|(sound, fault)| violates_an_expectation(sound, fault))
        })
        .map(|(file, _)| file)
        .collect();
    if toothless.is_empty() {
        Ok(())
    } else {
        Err(toothless.join("\n").into())
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = FAULTS
        .iter()
        .map(|fault| Trial::test(fault.name, move || check(fault)))
        .collect();
    trials.push(Trial::test(
        "every scenario has an expectation that some fault violates",
        every_scenario_can_fail,
    ));
    trials.push(Trial::test(
        "nobody is blamed when nobody is faulty",
        || {
            let blamed: Vec<String> = sound()
                .iter()
                .flat_map(|sound| {
                    sound
                        .judgement
                        .findings
                        .iter()
                        .filter(|finding| finding.verdict >= Verdict::Fail)
                        .map(|finding| {
                            format!("{}: {}", sound.playable.scenario.id, finding.requirement)
                        })
                })
                .collect();
            if blamed.is_empty() {
                Ok(())
            } else {
                Err(blamed.join("\n").into())
            }
        },
    ));
    libtest_mimic::run(&arguments, trials).exit_code()
}
