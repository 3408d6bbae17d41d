//! Every bundled scenario passes, and plays as it was approved.
//!
//! One named test per scenario, cases too: `cargo test --test scenarios pin/correct`. The approved
//! play stands in `snapshots/<id>.snap`; `INSTA_UPDATE=always` writes it anew, for review.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Failed, Trial};
use uketsuke::eligibility::Moment;
use uketsuke::judge::{Judgement, Verdict, judge};
use uketsuke::library::Library;
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::{Lint, Playable, Probe, Scenario, Step};
use uketsuke::transcript::Transcript;

#[path = "scenarios/summary.rs"]
mod summary;

/// What `at: now` stands for here: the snapshots must not change from day to day.
const NOW: &str = "2026-11-21T09:00:00+09:00";
/// First line of every file, by which editors find the schema.
const SCHEMA_LINE: &str = "# yaml-language-server: $schema=../../docs/schema/scenario.json";
/// The tag of a scenario that is meant to be not applicable.
const NOT_APPLICABLE: &str = "not-applicable";
/// How many plays, different but for dates, the library promises at least.
const PLAYS_MIN: usize = 60;

/// A scenario, played and judged.
struct Played {
    scenario: Scenario,
    transcript: Transcript,
    judgement: Judgement,
}

fn play_one(playable: &Playable) -> Played {
    let transcript = play_blocking(playable, &Options::default()).unwrap();
    let judgement = judge(&transcript.header.scenario, &transcript);
    Played {
        scenario: playable.scenario.clone(),
        transcript,
        judgement,
    }
}

fn playables() -> Vec<Playable> {
    let library = Library::bundled().unwrap();
    let now: Moment = NOW.parse().unwrap();
    library
        .sources()
        .iter()
        .flat_map(|source| {
            source
                .playables(library.deck(), now)
                .unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
}

fn all() -> &'static [Played] {
    static ALL: OnceLock<Vec<Played>> = OnceLock::new();
    ALL.get_or_init(|| playables().iter().map(play_one).collect())
}

/// Returns the folder of an id under `snapshots`, and the name of the snapshot in it.
fn snapshot_of(id: &str) -> (String, String) {
    let (folder, name) = id.rsplit_once('/').unwrap_or(("", id));
    let folder = format!(
        "{}/snapshots/{folder}",
        env!("CARGO_MANIFEST_DIR").trim_end_matches('/')
    );
    (folder, name.replace('#', "__"))
}

fn plays_as_approved_and_passes(played: &Played) -> Result<(), Failed> {
    let (folder, name) = snapshot_of(&played.scenario.id);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = summary::of(&played.transcript, &played.judgement);
    settings.bind(|| insta::assert_snapshot!(name, text));

    let expected = if played.scenario.tags.iter().any(|tag| tag == NOT_APPLICABLE) {
        Verdict::NotApplicable
    } else {
        Verdict::Pass
    };
    if played.judgement.verdict == expected {
        return Ok(());
    }
    let blamed: Vec<String> = played
        .judgement
        .findings
        .iter()
        .filter(|finding| finding.verdict > Verdict::Pass)
        .filter(|finding| finding.listed || finding.verdict > Verdict::Inconclusive)
        .map(|finding| {
            format!(
                "  {} {} {}: {} {:?}",
                finding.requirement,
                finding.subject,
                finding.verdict.name(),
                finding.message.en,
                finding.entries
            )
        })
        .collect();
    Err(format!(
        "{} where {} was expected\n{}",
        played.judgement.verdict.name(),
        expected.name(),
        blamed.join("\n")
    )
    .into())
}

/// Two files that play alike but for dates tell the same story twice; cases of one file may, for
/// they sweep over dates.
fn no_two_files_play_alike() -> Result<(), Failed> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut alike = Vec::new();
    for played in all() {
        let id = played.scenario.id.as_str();
        let file = id.split('#').next().unwrap_or(id);
        let other = *seen
            .entry(summary::skeleton(&played.transcript))
            .or_insert(file);
        if other != file {
            alike.push(format!("{id} plays like {other}"));
        }
    }
    if !alike.is_empty() {
        return Err(alike.join("\n").into());
    }
    if seen.len() < PLAYS_MIN {
        return Err(format!(
            "only {} different plays; {PLAYS_MIN} were promised",
            seen.len()
        )
        .into());
    }
    Ok(())
}

fn every_scenario_states_what_must_come_out() -> Result<(), Failed> {
    let silent: Vec<&str> = all()
        .iter()
        .filter(|played| {
            !played.scenario.steps.iter().any(|step| {
                matches!(
                    step,
                    Step::ExpectScreen(_)
                        | Step::ExpectAnswer(_)
                        | Step::ExpectNoInquiry(_)
                        | Step::ExpectPinTries(_)
                        | Step::ExpectPortal(_)
                        | Step::ExpectCertificate(_)
                        | Step::ExpectCard(_)
                ) || matches!(step, Step::Probe(probes) if !probes.iter().all(Probe::is_act))
            })
        })
        .map(|played| played.scenario.id.as_str())
        .collect();
    require_none(&silent, "states nothing")
}

fn every_stimulus_is_given() -> Result<(), Failed> {
    let stuck: Vec<&str> = all()
        .iter()
        .filter(|played| summary::has_unmet_step(&played.transcript))
        .map(|played| played.scenario.id.as_str())
        .collect();
    require_none(&stuck, "has a step that could not be given")
}

/// Warnings too: the bundled files are what others copy from.
fn lint_finds_nothing() -> Result<(), Failed> {
    let found: Vec<String> = all()
        .iter()
        .filter(|played| !played.scenario.tags.iter().any(|tag| tag == NOT_APPLICABLE))
        .flat_map(|played| {
            Lint::all(&played.scenario)
                .into_iter()
                .map(|lint| format!("{}: {}", played.scenario.id, lint.message))
        })
        .collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    require_none(&found, "(lint)")
}

fn every_file_names_its_schema_and_tells_its_story() -> Result<(), Failed> {
    let library = Library::bundled().unwrap();
    let mut wanting: Vec<&str> = library
        .sources()
        .iter()
        .filter(|source| source.text.lines().next() != Some(SCHEMA_LINE))
        .map(|source| source.id.as_str())
        .collect();
    wanting.extend(
        all()
            .iter()
            .filter(|played| played.scenario.about.is_none())
            .map(|played| played.scenario.id.as_str()),
    );
    require_none(&wanting, "lacks its schema line or its story")
}

fn require_none(found: &[&str], what: &str) -> Result<(), Failed> {
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = found.iter().map(|id| format!("{id} {what}")).collect();
    Err(lines.join("\n").into())
}

/// A test over the whole library.
type Check = fn() -> Result<(), Failed>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = playables()
        .into_iter()
        .map(|playable| {
            let id = playable.scenario.id.clone();
            Trial::test(id, move || {
                plays_as_approved_and_passes(&play_one(&playable))
            })
        })
        .collect();
    let library: [(&str, Check); 5] = [
        ("no two files play alike", no_two_files_play_alike),
        (
            "every scenario states what must come out",
            every_scenario_states_what_must_come_out,
        ),
        ("every stimulus is given", every_stimulus_is_given),
        ("lint finds nothing", lint_finds_nothing),
        (
            "every file names its schema and tells its story",
            every_file_names_its_schema_and_tells_its_story,
        ),
    ];
    trials.extend(
        library
            .into_iter()
            .map(|(name, test)| Trial::test(name, test)),
    );
    libtest_mimic::run(&arguments, trials).exit_code()
}
