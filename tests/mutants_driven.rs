//! Our reader as a driver in a process of its own (`uketsuke drive`): the sound one does what the
//! reference does, and each faulty one is caught by the very requirement that it breaks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use uketsuke::fault::{FAULTS, Fault};
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::reader::driven::PATIENCE;
use uketsuke::requirement::{Id, Subject};
use uketsuke::runner::{Options, RunError, play_blocking};
use uketsuke::scenario::Playable;
use uketsuke::transcript::{By, Entry, Event, Role, Transcript};

#[path = "driver/opened.rs"]
mod opened;
use opened::{failures, playables, with_driver};

/// What no driver can show: why, and the names. Nothing so far: whatever a reader of ours does wrong
/// in this process shows through the pipe as well.
const UNSEEN: &[(&str, &[&str])] = &[];

/// How many faulty readers were promised (issue 6).
const READERS_MIN: usize = 30;

fn command(faults: &[&str]) -> Vec<String> {
    let mut command = vec![
        env!("CARGO_BIN_EXE_uketsuke").to_owned(),
        "drive".to_owned(),
    ];
    for fault in faults {
        command.extend(["--fault".to_owned(), (*fault).to_owned()]);
    }
    command
}

fn play(playable: &Playable, options: &Options) -> Option<Transcript> {
    match play_blocking(playable, options) {
        Ok(transcript) => Some(transcript),
        Err(RunError::NotApplicable(_)) => None,
        Err(error) => panic!("{}: {error}", playable.scenario.id),
    }
}

/// Returns what happened: without what the reader tells of itself, and where each is known from.
fn happened(transcript: &Transcript) -> Vec<Entry> {
    let told = |entry: &&Entry| !matches!(entry.event, Event::Report(_));
    let kept: Vec<&Entry> = transcript.entries.iter().filter(told).collect();
    let number = |n: u64| 1 + kept.iter().position(|entry| entry.n == n).unwrap() as u64;
    kept.iter()
        .map(|entry| Entry {
            n: number(entry.n),
            re: entry.re.map(number),
            by: None,
            ..(*entry).clone()
        })
        .collect()
}

#[test]
fn the_sound_reader_does_through_a_driver_what_it_does_in_this_process() {
    with_driver(&command(&[]), PATIENCE, |drivers| {
        let driven = Options {
            reader: Some(drivers.clone()),
            ..Options::default()
        };
        let (mut failed, mut logs) = (Vec::new(), 0);
        for playable in playables() {
            let id = &playable.scenario.id;
            let Some(transcript) = play(&playable, &driven) else {
                continue;
            };
            let reference = play(&playable, &Options::default()).unwrap();
            assert_eq!(happened(&transcript), happened(&reference), "{id}");
            let known_from =
                |entry: &Entry| (entry.from == Role::Reader).then_some(By::Driven) == entry.by;
            assert!(transcript.entries.iter().all(known_from), "{id}");
            let judgement = judge(&transcript.header.scenario, &transcript);
            failed.extend(failures(id, &judgement));
            logs += usize::from(verdict_of(&judgement, "ACC-17") == Some(Verdict::Pass));
        }
        assert!(failed.is_empty(), "\n{}", failed.join("\n"));
        assert!(logs > 300, "{logs} plays in which its log was judged");
    });
}

fn verdict_of(judgement: &Judgement, id: &str) -> Option<Verdict> {
    let id: Id = id.parse().unwrap();
    let mut findings = judgement.findings.iter();
    Some(findings.find(|finding| finding.requirement == id)?.verdict)
}

fn blames(judgement: &Judgement, breaks: Id) -> bool {
    judgement.findings.iter().any(|finding| {
        finding.requirement == breaks
            && finding.subject == Subject::Reader
            && finding.verdict == Verdict::Fail
    })
}

/// Tells whether a faulty driver is caught: by its requirement, in a play in which the sound reader
/// is not blamed for it. Scenarios whose purpose is that requirement come first.
fn is_caught(fault: &Fault, all: &[Playable], sound: &[Option<Judgement>]) -> bool {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|index| !all[*index].scenario.requirements.contains(&fault.breaks));
    with_driver(&command(&[fault.name]), PATIENCE, |drivers| {
        let options = Options {
            reader: Some(drivers.clone()),
            ..Options::default()
        };
        order.into_iter().any(|index| {
            let held = |judgement: &Judgement| !blames(judgement, fault.breaks);
            sound[index].as_ref().is_some_and(held)
                && play(&all[index], &options).is_some_and(|transcript| {
                    blames(
                        &judge(&transcript.header.scenario, &transcript),
                        fault.breaks,
                    )
                })
        })
    })
}

#[test]
fn every_faulty_reader_is_caught_as_a_process_of_its_own() {
    let all = playables();
    let sound: Vec<Option<Judgement>> = with_driver(&command(&[]), PATIENCE, |drivers| {
        let options = Options {
            reader: Some(drivers.clone()),
            ..Options::default()
        };
        all.iter()
            .map(|playable| {
                let transcript = play(playable, &options)?;
                Some(judge(&transcript.header.scenario, &transcript))
            })
            .collect()
    });
    let readers: Vec<&Fault> = FAULTS
        .iter()
        .filter(|fault| fault.subject() == Subject::Reader)
        .collect();
    assert!(readers.len() >= READERS_MIN, "{}", readers.len());
    let mut silent = BTreeMap::new();
    for fault in readers {
        let listed = UNSEEN.iter().any(|(_, names)| names.contains(&fault.name));
        let caught = is_caught(fault, &all, &sound);
        if caught == listed {
            silent.insert(fault.name, (fault.breaks.to_string(), caught));
        }
    }
    assert!(silent.is_empty(), "not as listed: {silent:#?}");
}

/// What only a driver tells: a log, and what is kept.
#[test]
fn what_only_a_driver_tells_is_judged() {
    for (fault, breaks) in [("pin-logged", "ACC-17"), ("photo-kept", "ACC-09")] {
        assert_eq!(Fault::named(fault).unwrap().breaks.to_string(), breaks);
        let all = playables();
        let id = if breaks == "ACC-09" {
            "face/"
        } else {
            "pin/correct"
        };
        let playable = all
            .iter()
            .find(|playable| playable.scenario.id.starts_with(id))
            .unwrap();
        for (faults, expected) in [(&[][..], Verdict::Pass), (&[fault][..], Verdict::Fail)] {
            let transcript = with_driver(&command(faults), PATIENCE, |drivers| {
                let options = Options {
                    reader: Some(drivers.clone()),
                    ..Options::default()
                };
                play(playable, &options).unwrap()
            });
            let judgement = judge(&transcript.header.scenario, &transcript);
            assert_eq!(verdict_of(&judgement, breaks), Some(expected), "{faults:?}");
            assert!(!transcript.to_ndjson().contains("PIN entered: 1234"));
        }
    }
}
