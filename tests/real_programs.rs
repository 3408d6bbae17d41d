//! Programs that others wrote, under `uketsuke observe`: what must come out of which requirement
//! stands in `tests/real-programs`, one file for each program, written before its first run.
//!
//! Runs with `UKETSUKE_CARD_SOFTWARE=1` (OpenSC) and with `UKETSUKE_MYNA_CARD` besides (the examples
//! of the crate `myna-card`); otherwise it says what was left out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "observe/namespace.rs"]
mod namespace;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use uketsuke::judge::{Finding, Verdict};
use uketsuke::library::Library;
use uketsuke::requirement::{Id, Subject, catalogue};
use uketsuke::scenario::Document;
use uketsuke::transcript::{Event, Transcript};
use virtual_card::profile::Profile;

use namespace::{beside, said};

/// A program, and what must come out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The name of the file.
    #[serde(skip)]
    name: String,
    /// The program, for people.
    program: String,
    package: Package,
    /// From what it is known what the program does.
    source: String,
    /// The bundled scenario whose card it is given.
    scenario: String,
    command: Vec<String>,
    /// What the program does, as far as rules are concerned.
    does: String,
    expect: BTreeMap<Id, Expectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    verdict: Verdict,
    why: String,
}

/// Where a program comes from.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
enum Package {
    Opensc,
    MynaCard,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<Expected> {
    let folder = root().join("tests/real-programs");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "yaml"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut expected: Expected = serde_saphyr::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        expected.name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        expected
    };
    paths.iter().map(read).collect()
}

/// Returns the card of a scenario as it is today.
fn profile(scenario: &str) -> Profile {
    let file = root().join("scenarios").join(format!("{scenario}.yaml"));
    let text = std::fs::read_to_string(file).unwrap();
    let document = Document::parse(&text, scenario).unwrap().today().unwrap();
    let library = Library::bundled().unwrap();
    let now = uketsuke::clock::system_now();
    let mut playables = document.resolve(scenario, library.deck(), now).unwrap();
    playables.remove(0).profiles.remove(0)
}

/// Makes one word of a shell's line.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What one program must not leave in a transcript: what it was told in its command line.
fn secrets(card: &Profile) -> Vec<String> {
    let words = ["1234", "4321", "1243", "ABC123"].map(str::to_owned);
    let codes = [card.code_a(), card.code_b(), card.birth_digits()];
    words.into_iter().chain(codes).collect()
}

/// Observes every program of a package, and compares what came out with what must.
fn compare(package: Package, programs: &str) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let all: Vec<Expected> = files()
        .into_iter()
        .filter(|expected| expected.package == package)
        .collect();
    assert!(!all.is_empty());
    let mut script = String::new();
    for expected in &all {
        let card = profile(&expected.scenario);
        let arguments: Vec<String> = expected
            .command
            .iter()
            .map(|word| {
                let word = word.replace("${folder}", place);
                let word = word.replace("${myna-card}", programs);
                let word = word.replace("${code-a}", &card.code_a());
                let word = word.replace("${code-b}", &card.code_b());
                quoted(&word.replace("${birth-date}", &card.birth_digits()))
            })
            .collect();
        let (name, scenario) = (&expected.name, &expected.scenario);
        let out = format!("{place}/{name}");
        writeln!(
            script,
            "$observe {scenario} --format json --output {out}.json --transcript {out}.ndjson -- {} >{out}.said 2>&1 || true",
            arguments.join(" ")
        )
        .unwrap();
    }
    let Some(output) = beside(&script, &[]) else {
        return;
    };
    assert!(output.status.success(), "{}", said(&output));
    let mut wrong = String::new();
    for expected in &all {
        judged(expected, folder.path(), &mut wrong);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Compares one program, and writes down what differs.
fn judged(expected: &Expected, folder: &Path, wrong: &mut String) {
    let name = &expected.name;
    let read = |end: &str| {
        let path = folder.join(format!("{name}.{end}"));
        std::fs::read_to_string(path).unwrap_or_default()
    };
    let transcript = read("ndjson");
    for secret in secrets(&profile(&expected.scenario)) {
        let hidden = !transcript.to_lowercase().contains(&hex::encode(&secret));
        assert!(hidden, "{name}: a secret in the transcript");
    }
    let transcript = Transcript::from_ndjson(&transcript)
        .unwrap_or_else(|error| panic!("{name}: {error}: {}", read("said")));
    let is_command = |entry: &uketsuke::transcript::Entry| matches!(entry.event, Event::Command(_));
    assert!(transcript.entries.iter().any(is_command), "{name}");
    let result: serde_json::Value = serde_json::from_str(&read("json")).unwrap();
    let findings = result["scenarios"][0]["findings"].clone();
    let findings: Vec<Finding> = serde_json::from_value(findings).unwrap();
    for row in catalogue()
        .iter()
        .filter(|row| row.concerns(Subject::Reader))
    {
        // What a step of the scenario expects is another question.
        let of_row = findings.iter().filter(|finding| {
            let about = finding.requirement == row.id && finding.subject == Subject::Reader;
            about && finding.step.is_none()
        });
        let worst = of_row.max_by_key(|finding| finding.verdict);
        let verdict = worst.map_or(Verdict::NotApplicable, |finding| finding.verdict);
        let message = worst.map_or("", |finding| finding.message.en.as_str());
        let (right, must) = match expected.expect.get(&row.id) {
            Some(it) => (it.verdict == verdict, it.verdict.name()),
            None => (
                !matches!(verdict, Verdict::Pass | Verdict::Fail | Verdict::Error),
                "untouched",
            ),
        };
        let (id, came) = (row.id, verdict.name());
        if !right {
            writeln!(wrong, "{name} {id}: {came} ({message}), must be {must}").unwrap();
        }
        // A breach is proven by the commands that made it.
        if verdict == Verdict::Fail && !message.contains('→') {
            writeln!(wrong, "{name} {id}: no command is quoted: {message}").unwrap();
        }
    }
}

#[test]
fn tools_of_opensc_come_out_as_their_files_say() {
    compare(Package::Opensc, "");
}

#[test]
fn examples_of_the_crate_myna_card_come_out_as_their_files_say() {
    let Some(programs) = std::env::var_os("UKETSUKE_MYNA_CARD") else {
        println!("left out: set UKETSUKE_MYNA_CARD to try the programs of the crate myna-card");
        return;
    };
    compare(Package::MynaCard, programs.to_str().unwrap());
}

#[test]
fn every_expectation_names_a_row_of_readers_and_says_why() {
    let all = files();
    assert!(all.len() >= 19);
    for expected in &all {
        let name = &expected.name;
        let texts = [&expected.program, &expected.source, &expected.does];
        assert!(texts.iter().all(|text| !text.trim().is_empty()), "{name}");
        assert!(!expected.command.is_empty(), "{name}");
        profile(&expected.scenario);
        for (id, expectation) in &expected.expect {
            let row = catalogue().by_id(*id).unwrap();
            assert!(row.concerns(Subject::Reader), "{name} {id}");
            assert!(!expectation.why.trim().is_empty(), "{name} {id}");
        }
    }
    let breaks = |id: &str| {
        let fails = |it: &&Expected| {
            let found = it.expect.iter().find(|(row, _)| row.to_string() == id);
            found.is_some_and(|(_, it)| it.verdict == Verdict::Fail)
        };
        all.iter().any(|it| fails(&it))
    };
    for id in [
        "ACC-02", "ACC-03", "ACC-05", "ACC-07", "ACC-10", "IDV-02", "IDV-03", "IDV-12",
    ] {
        assert!(breaks(id), "no program breaks {id}");
    }
}

#[test]
fn the_documentation_says_of_each_program_what_comes_out() {
    let text = std::fs::read_to_string(root().join("docs/observe.md")).unwrap();
    for expected in files() {
        let of = |verdict: Verdict| {
            let rows = expected
                .expect
                .iter()
                .filter(|(_, it)| it.verdict == verdict);
            let ids: Vec<String> = rows.map(|(id, _)| id.to_string()).collect();
            match ids.is_empty() {
                true => "–".to_owned(),
                false => ids.join(", "),
            }
        };
        let end = format!("| {} | {} |", of(Verdict::Fail), of(Verdict::Pass));
        let begin = format!("| `{}` |", expected.name);
        let mut lines = text.lines();
        let found = lines.any(|line| line.starts_with(&begin) && line.ends_with(&end));
        assert!(found, "docs/observe.md must have a line {begin} … {end}");
    }
}
