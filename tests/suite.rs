//! The suite for eligibility backends is whole: every row has its scenario and its opposite, every
//! border of the sources is stood on, and a convention of this harness is said to be one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use uketsuke::eligibility::Moment;
use uketsuke::judge::{Verdict, judge, why_not_judged};
use uketsuke::library::Library;
use uketsuke::requirement::{Id, Medium, Subject, catalogue, vectors};
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::{AnswerExpectation, Playable, Step, UnderTest};

/// What `at: now` stands for here.
const NOW: &str = "2026-11-21T09:00:00+09:00";
/// Files in which a backend is what is under test, at least.
const FILES_MIN: usize = 80;
/// The tag of a scenario about a convention of this harness.
const CONVENTION: &str = "convention";
/// Numbered conventions of the catalogue that no scenario can play, and why.
const NOT_PLAYED: [(u8, &str); 2] = [
    (
        15,
        "about foreign software at the card: nothing that our own reader could play",
    ),
    (
        16,
        "about readers observed without the patient's entries: no scenario can leave those out",
    ),
];
/// The numbered conventions of the catalogue.
const CONVENTIONS: u8 = 16;

/// A line of the inventory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sides {
    rule: String,
    opposite: String,
    #[serde(default)]
    border: Vec<String>,
    decided: Option<String>,
}

fn inventory() -> BTreeMap<Id, Sides> {
    serde_saphyr::from_str(include_str!("suite/sides.yaml")).unwrap()
}

fn playables() -> Vec<Playable> {
    let library = Library::bundled().unwrap();
    let now: Moment = NOW.parse().unwrap();
    let sources = library.sources().iter();
    sources
        .flat_map(|source| library.playables(source, now).unwrap())
        .collect()
}

fn file_of(id: &str) -> &str {
    id.split('#').next().unwrap_or(id)
}

fn backend_rows() -> Vec<Id> {
    let rows = catalogue().iter();
    rows.filter(|row| row.concerns(Subject::Backend))
        .map(|row| row.id)
        .collect()
}

#[test]
fn every_row_has_a_scenario_or_says_why_not() {
    let now: Moment = NOW.parse().unwrap();
    let rows = Library::bundled().unwrap().by_requirement(now).unwrap();
    for row in catalogue() {
        let judged = row
            .subjects
            .iter()
            .any(|subject| why_not_judged(row.id, *subject).is_none());
        // What a reader writes into its log, a driver alone tells: then every scenario decides it.
        let judged = judged && row.seen_in != [Medium::Log];
        assert!(
            rows.contains_key(&row.id) == judged,
            "{}: a row that is judged has a scenario, any other says why it is not",
            row.id
        );
    }
}

#[test]
fn the_inventory_has_every_row_for_a_backend_and_its_plays_are_there() {
    let inventory = inventory();
    let rows: BTreeSet<Id> = inventory.keys().copied().collect();
    assert_eq!(rows, backend_rows().into_iter().collect());
    let playables = playables();
    let ids: BTreeSet<&str> = playables.iter().map(|it| it.scenario.id.as_str()).collect();
    let files: BTreeSet<&str> = ids.iter().map(|id| file_of(id)).collect();
    for (row, sides) in &inventory {
        for id in [&sides.rule, &sides.opposite] {
            assert!(ids.contains(id.as_str()), "{row}: {id}");
        }
        for file in &sides.border {
            assert!(files.contains(file.as_str()), "{row}: {file}");
        }
        assert_ne!(sides.rule, sides.opposite, "{row}");
    }
}

/// A play in which a row does not come up proves nothing of it.
#[test]
fn a_row_is_listed_and_decided_where_its_rule_binds() {
    let playables = playables();
    for (row, sides) in inventory() {
        let playable = playables
            .iter()
            .find(|it| it.scenario.id == sides.rule)
            .unwrap();
        assert!(
            playable.scenario.requirements.contains(&row),
            "{row}: {}",
            sides.rule
        );
        let transcript = play_blocking(playable, &Options::default()).unwrap();
        let judgement = judge(&transcript.header.scenario, &transcript);
        let decided = judgement.findings.iter().any(|finding| {
            finding.requirement == row
                && finding.subject == Subject::Backend
                && finding.step.is_none()
                && finding.verdict == Verdict::Pass
        });
        assert_eq!(decided, sides.decided.is_none(), "{row}: {}", sides.rule);
    }
}

#[test]
fn a_dated_row_names_the_files_that_sweep_its_borders() {
    let inventory = inventory();
    for row in catalogue()
        .iter()
        .filter(|row| row.concerns(Subject::Backend))
    {
        let dated = row.period.from.is_some() || row.period.until.is_some();
        assert!(
            !dated || !inventory[&row.id].border.is_empty(),
            "{}",
            row.id
        );
    }
}

#[test]
fn a_backend_is_under_test_in_many_files() {
    let rows = backend_rows();
    let files: BTreeSet<String> = playables()
        .iter()
        .filter(|it| matches!(it.scenario.under_test, UnderTest::Any | UnderTest::Backend))
        .filter(|it| it.scenario.requirements.iter().any(|id| rows.contains(id)))
        .map(|it| file_of(&it.scenario.id).to_owned())
        .collect();
    assert!(files.len() >= FILES_MIN, "{} files", files.len());
}

/// Returns the instants at which a certificate with this last day is presented, by file.
fn stood_on(playables: &[Playable], file: &str, last_day: Date) -> BTreeSet<String> {
    playables
        .iter()
        .map(|it| &it.scenario)
        .filter(|scenario| file_of(&scenario.id) == file && scenario.pace_ms == 0)
        .filter(|scenario| scenario.people[0].card.not_after.day() == last_day)
        .map(|scenario| scenario.at.to_string())
        .collect()
}

#[test]
fn both_sides_of_every_border_in_the_vectors_are_stood_on() {
    let playables = playables();
    let first = |day: Date| format!("{day}T00:00:00+09:00");
    let last = |day: Date| format!("{day}T23:59:59+09:00");
    let mut missing = Vec::new();
    let mut need = |file: &str, end: Date, at: String| {
        if !stood_on(&playables, file, end).contains(&at) {
            missing.push(format!("{file}: {end} at {at}"));
        }
    };
    for vector in &vectors().days {
        let end = vector.last_day;
        // Where two readings pass there is a scenario of its own for the first day.
        if let [alert] = vector.alert_from[..] {
            need(
                "certificate/valid-to-the-eve-of-the-notice",
                end,
                last(alert - 1.day()),
            );
            need("certificate/ending", end, first(alert));
            need("certificate/ending", end, last(end));
        }
        if let Some(until) = vector.grace_until {
            let from = vector.grace_from.unwrap_or(end + 1.day());
            need("certificate/grace", end, first(from));
            need("certificate/grace", end, last(until));
            need("certificate/lapsed", end, first(until + 1.day()));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Returns what a scenario says of itself, in Japanese and English.
fn says_convention(playable: &Playable) -> (bool, bool) {
    let about = playable.scenario.about.clone().unwrap();
    let en = [
        "a convention of this harness",
        "conventions of this harness",
    ];
    (
        about.ja.contains("本ハーネスの取り決め"),
        en.iter().any(|words| about.en.contains(words)),
    )
}

#[test]
fn a_convention_is_said_to_be_one_in_both_languages() {
    for playable in playables() {
        let scenario = &playable.scenario;
        let tagged = scenario.tags.iter().any(|tag| tag == CONVENTION);
        let (ja, en) = says_convention(&playable);
        assert_eq!((ja, en), (tagged, tagged), "{}", scenario.id);
        let expects = scenario.steps.iter().any(|step| {
            matches!(step, Step::ExpectAnswer(AnswerExpectation::Fields(fields)) if fields.convention)
        });
        assert!(tagged || !expects, "{} expects a convention", scenario.id);
    }
}

#[test]
fn every_numbered_convention_has_a_scenario_or_says_why_not() {
    let playables = playables();
    for number in 1..=CONVENTIONS {
        let tag = format!("{CONVENTION}-{number}");
        let tagged: Vec<&Playable> = playables
            .iter()
            .filter(|it| it.scenario.tags.contains(&tag))
            .collect();
        let excused = NOT_PLAYED.iter().any(|(it, _)| *it == number);
        assert_eq!(tagged.is_empty(), excused, "{tag}");
        for playable in tagged {
            let tags = &playable.scenario.tags;
            assert!(
                tags.iter().any(|tag| tag == CONVENTION),
                "{}",
                playable.scenario.id
            );
        }
    }
}
