//! The judge on real transcripts: sound parts are never blamed, every fault of the catalogue is
//! found by the row that it breaks, and no entry taken away turns a finding into a pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use uketsuke::eligibility::Moment;
use uketsuke::fault::{FAULTS, Fault};
use uketsuke::judge::{Finding, Judgement, Verdict, judge};
use uketsuke::library::Library;
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::Playable;
use uketsuke::transcript::{Entry, Transcript};

fn run(playable: &Playable, fault: Option<&'static Fault>) -> Transcript {
    play_blocking(
        playable,
        &Options {
            fault,
            ..Options::default()
        },
    )
    .unwrap()
}

fn judged(transcript: &Transcript) -> Judgement {
    judge(&transcript.header.scenario, transcript)
}

fn playables() -> &'static [(Playable, Transcript)] {
    static PLAYABLES: OnceLock<Vec<(Playable, Transcript)>> = OnceLock::new();
    PLAYABLES.get_or_init(|| {
        let mut library = Library::bundled().unwrap();
        let now: Moment = "2026-11-21T09:00:00+09:00".parse().unwrap();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judged");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        let mut playables = Vec::new();
        for file in files {
            for source in library.find(file.to_str().unwrap()).unwrap() {
                for playable in library.playables(&source, now).unwrap() {
                    let transcript = run(&playable, None);
                    playables.push((playable, transcript));
                }
            }
        }
        assert!(playables.len() > 30, "the folder was found");
        playables
    })
}

fn failed(judgement: &Judgement) -> Vec<&Finding> {
    judgement
        .findings
        .iter()
        .filter(|finding| finding.verdict >= Verdict::Fail)
        .collect()
}

#[test]
fn sound_parts_pass_and_are_never_blamed() {
    let mut wrong = Vec::new();
    for (playable, transcript) in playables() {
        let judgement = judged(transcript);
        let id = &playable.scenario.id;
        for finding in failed(&judgement) {
            wrong.push(format!(
                "{id}: {} {}",
                finding.requirement, finding.message.en
            ));
        }
        if judgement.verdict != Verdict::Pass {
            wrong.push(format!("{id}: {:?}", judgement.verdict));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A fault, the scenario that shows it, and what comes of it.
struct Faulty {
    fault: &'static Fault,
    id: &'static str,
    transcript: Transcript,
    judgement: Judgement,
}

impl Faulty {
    fn is_caught(&self) -> bool {
        failed(&self.judgement).iter().any(|finding| {
            finding.requirement == self.fault.breaks && finding.subject == self.fault.subject()
        })
    }
}

/// Every fault with every scenario that shows it.
fn faulty() -> &'static [Faulty] {
    static FAULTY: OnceLock<Vec<Faulty>> = OnceLock::new();
    FAULTY.get_or_init(|| {
        let mut faulty = Vec::new();
        for fault in FAULTS {
            for (playable, sound) in playables() {
                let transcript = run(playable, Some(fault));
                if transcript.entries != sound.entries {
                    faulty.push(Faulty {
                        fault,
                        id: &playable.scenario.id,
                        judgement: judged(&transcript),
                        transcript,
                    });
                }
            }
        }
        faulty
    })
}

#[test]
fn every_fault_that_shows_is_found_by_the_row_that_it_breaks() {
    let mut caught: BTreeMap<&str, bool> = BTreeMap::new();
    for faulty in faulty() {
        *caught.entry(faulty.fault.name).or_default() |= faulty.is_caught();
    }
    // Their rows are judged only in scenarios of their own (CERT-10), or nothing in this folder shows
    // what they break: `tests/mutants.rs` has them.
    let elsewhere = [
        "ended-by-the-signature-certificate",
        "face-in-online-care",
        "signature-unchecked",
        "staff-word-ignored",
    ];
    caught.retain(|name, _| !elsewhere.contains(name));
    let missed: Vec<&&str> = caught.iter().filter(|it| !it.1).map(|it| it.0).collect();
    assert!(missed.is_empty(), "{missed:?}");
    assert!(caught.len() > 70, "the faults show: {}", caught.len());
}

#[test]
fn a_fault_of_one_part_is_not_blamed_on_another() {
    let mut crossed = Vec::new();
    for faulty in faulty() {
        for finding in failed(&faulty.judgement) {
            // What a scenario expects literally is compared with whatever happened.
            if finding.step.is_none() && finding.subject != faulty.fault.subject() {
                crossed.push(format!(
                    "{} in {}: {} {}",
                    faulty.fault.name, faulty.id, finding.requirement, finding.message.en
                ));
            }
        }
    }
    assert!(crossed.is_empty(), "{}", crossed.join("\n"));
}

/// What a finding is about, to find it again in another judgement.
type Key = (String, String, Option<usize>, String, String);

fn verdicts(judgement: &Judgement) -> BTreeMap<Key, Verdict> {
    let mut verdicts = BTreeMap::new();
    for finding in &judgement.findings {
        let key = (
            finding.requirement.to_string(),
            finding.subject.to_string(),
            finding.step,
            finding.level.to_string(),
            finding.confidence.to_string(),
        );
        verdicts.insert(key, finding.verdict);
    }
    verdicts
}

/// Takes entries away; `renumbered`, so that no gap in the numbers tells of it.
fn without(transcript: &Transcript, gone: impl Fn(&Entry) -> bool, renumbered: bool) -> Transcript {
    let mut less = transcript.clone();
    less.entries.retain(|entry| !gone(entry));
    if renumbered {
        let numbers: BTreeMap<u64, u64> = (1_u64..)
            .zip(&less.entries)
            .map(|(new, entry)| (entry.n, new))
            .collect();
        for entry in &mut less.entries {
            entry.n = numbers[&entry.n];
            entry.re = entry.re.and_then(|re| numbers.get(&re).copied());
        }
    }
    less
}

/// Returns what passes now and did not before.
fn gained(before: &BTreeMap<Key, Verdict>, less: &Transcript, from: &[Verdict]) -> Vec<String> {
    let after = verdicts(&judged(less));
    after
        .iter()
        .filter(|(_, verdict)| **verdict == Verdict::Pass)
        .filter_map(|(key, _)| {
            let was = before.get(key).copied().unwrap_or(Verdict::NotApplicable);
            from.contains(&was).then(|| format!("{key:?} was {was:?}"))
        })
        .collect()
}

/// Sound transcripts, and for each fault the first one in which it is caught.
fn samples() -> Vec<(String, &'static Transcript)> {
    let mut samples: Vec<_> = playables()
        .iter()
        .map(|(playable, transcript)| (playable.scenario.id.clone(), transcript))
        .collect();
    let mut seen = BTreeSet::new();
    for faulty in faulty() {
        if faulty.is_caught() && seen.insert(faulty.fault.name) {
            samples.push((faulty.fault.name.to_owned(), &faulty.transcript));
        }
    }
    samples
}

const NOT_PASSED: [Verdict; 3] = [Verdict::NotApplicable, Verdict::Inconclusive, Verdict::Fail];

#[test]
fn no_entry_taken_away_turns_a_finding_into_a_pass() {
    let mut wrong = BTreeSet::new();
    for (name, transcript) in samples() {
        let before = verdicts(&judged(transcript));
        for n in 1..=transcript.entries.len() as u64 {
            let less = without(transcript, |it| it.n == n, false);
            let gained = gained(&before, &less, &NOT_PASSED);
            wrong.extend(gained.iter().map(|it| format!("{name} - {n}: {it}")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn no_kind_of_entry_taken_away_turns_a_finding_into_a_pass() {
    let kinds = [
        "stimulus", "screen", "command", "response", "inquiry", "answer", "card", "fault", "note",
    ];
    let mut wrong = BTreeSet::new();
    for (name, transcript) in samples() {
        let before = verdicts(&judged(transcript));
        for gone in kinds {
            for renumbered in [false, true] {
                let less = without(transcript, |it| it.event.kind() == gone, renumbered);
                let from: &[Verdict] = if renumbered {
                    &[Verdict::Fail]
                } else {
                    &NOT_PASSED
                };
                for it in gained(&before, &less, from) {
                    wrong.insert(format!("{name} - {gone} ({renumbered}): {it}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn nothing_passes_on_an_empty_transcript() {
    for (playable, transcript) in playables() {
        let empty = without(transcript, |_| true, false);
        let judgement = judged(&empty);
        let passed: Vec<String> = judgement
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Pass)
            .map(|finding| finding.requirement.to_string())
            .collect();
        assert!(passed.is_empty(), "{}: {passed:?}", playable.scenario.id);
        assert_eq!(judgement.verdict, Verdict::Inconclusive);
    }
}
