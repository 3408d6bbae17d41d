//! Every fault of the catalogue is caught by the requirement that it breaks, in a scenario that
//! passes without it, while other scenarios still pass; every must-rule that is judged catches one.
//! `docs/kill-matrix.md` says so, and is current.
//!
//! One named test per fault: `cargo test --test mutants pin-sent-twice`.
//! `UPDATE_DOCS=1 cargo test --test mutants` writes the page anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

use libtest_mimic::{Arguments, Failed, Trial};
use uketsuke::eligibility::Moment;
use uketsuke::fault::{FAULTS, Fault};
use uketsuke::judge::Verdict;
use uketsuke::library::Library;
use uketsuke::matrix::{Audience, Matrix, Outcome, Row, Selection, Sound, markdown, wire};
use uketsuke::requirement::Subject;
use uketsuke::serve::fault::{WIRE_FAULTS, WireFaultEntry};

/// How many cores the figures are for.
const JOBS: usize = 2;
/// How many faulty backends were promised.
const BACKENDS_MIN: usize = 40;
/// How many faulty readers were promised.
const READERS_MIN: usize = 30;

fn audience() -> &'static Audience {
    static AUDIENCE: OnceLock<Audience> = OnceLock::new();
    AUDIENCE.get_or_init(|| {
        let library = Library::bundled().unwrap();
        let now: Moment = "2026-11-21T09:00:00+09:00".parse().unwrap();
        let playables = library
            .sources()
            .iter()
            .flat_map(|source| source.playables(library.deck(), now).unwrap());
        Audience::new(playables.collect(), None, JOBS).unwrap()
    })
}

fn sounds() -> &'static [Sound] {
    audience().sounds()
}

/// Returns the row of a fault, made once.
fn row(index: usize) -> &'static Row {
    static ROWS: OnceLock<Vec<OnceLock<Row>>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| FAULTS.iter().map(|_| OnceLock::new()).collect());
    rows[index].get_or_init(|| audience().row(&FAULTS[index]).unwrap())
}

fn wire_faults() -> Vec<&'static WireFaultEntry> {
    let mut entries: Vec<_> = WIRE_FAULTS.iter().collect();
    entries.retain(|entry| entry.breaks.is_some());
    entries
}

/// Returns the rows of the faults on the way, made once.
fn wire_rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let playables: Vec<_> = sounds().iter().map(|it| it.playable.clone()).collect();
        wire::rows(&playables, &wire_faults()).unwrap()
    })
}

fn is_caught(row: &Row) -> Result<(), Failed> {
    if row.outcome == Outcome::Caught {
        return Ok(());
    }
    let Row {
        outcome,
        played,
        shown,
        also_blamed,
        requirement,
        ..
    } = row;
    Err(format!(
        "{outcome:?}: {requirement} must catch it; played {played}, shown in {shown}, blamed: {also_blamed:?}"
    )
    .into())
}

/// Tells whether this fault makes an expectation of the scenario fail.
fn violates_an_expectation(sound: &Sound, fault: &'static Fault) -> bool {
    let (_, judgement) = audience().play(sound, fault).unwrap();
    judgement
        .findings
        .iter()
        .any(|finding| finding.step.is_some() && finding.verdict == Verdict::Fail)
}

/// A scenario whose expectations no fault can violate proves nothing. A file with cases is one
/// situation: one of its cases is enough.
fn every_scenario_can_fail() -> Result<(), Failed> {
    let mut files: BTreeMap<&str, Vec<&Sound>> = BTreeMap::new();
    for sound in sounds() {
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
    none(&toothless)
}

fn nobody_is_blamed() -> Result<(), Failed> {
    let mut blamed = Vec::new();
    for sound in sounds() {
        let findings = sound.judgement.findings.iter();
        for finding in findings.filter(|finding| finding.verdict >= Verdict::Fail) {
            let id = &sound.playable.scenario.id;
            blamed.push(format!("{id}: {}", finding.requirement));
        }
    }
    none(&blamed)
}

fn none<T: AsRef<str>>(found: &[T]) -> Result<(), Failed> {
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<&str> = found.iter().map(AsRef::as_ref).collect();
    Err(lines.join("\n").into())
}

fn matrix() -> Matrix {
    let rows = (0..FAULTS.len()).map(row).chain(wire_rows()).cloned();
    Matrix::new(rows.collect(), &Selection::default(), "embedded")
}

fn every_must_rule_catches_a_fault() -> Result<(), Failed> {
    let matrix = matrix();
    let gaps: Vec<String> = matrix
        .coverage
        .iter()
        .filter(|coverage| coverage.is_gap())
        .map(|coverage| format!("{} {}", coverage.requirement, coverage.subject))
        .collect();
    none(&gaps)
}

fn the_page_is_current() -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kill-matrix.md");
    let page = markdown::render(&matrix());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept == page {
        return Ok(());
    }
    Err("run UPDATE_DOCS=1 cargo test --test mutants".into())
}

/// A test over the whole catalogue.
type Check = fn() -> Result<(), Failed>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let parts = FAULTS.iter().enumerate();
    let mut trials: Vec<Trial> = parts
        .map(|(index, fault)| Trial::test(fault.name, move || is_caught(row(index))))
        .collect();
    trials.extend(wire_faults().into_iter().map(|entry| {
        Trial::test(format!("{} on the way", entry.name), || {
            let row = wire_rows().iter().find(|row| row.fault == entry.name);
            is_caught(row.ok_or("it was not played")?)
        })
    }));
    let checks: [(&str, Check); 4] = [
        (
            "every scenario has an expectation that some fault violates",
            every_scenario_can_fail,
        ),
        ("nobody is blamed when nobody is faulty", nobody_is_blamed),
        (
            "every must-rule catches a fault",
            every_must_rule_catches_a_fault,
        ),
        (
            "the kill matrix of the documentation is current",
            the_page_is_current,
        ),
    ];
    trials.extend(checks.map(|(name, check)| Trial::test(name, check)));
    trials.push(Trial::test(
        "as many faulty readers and backends as were promised",
        || {
            let of = |subject| FAULTS.iter().filter(|it| it.subject() == subject).count();
            let counts = (of(Subject::Reader), of(Subject::Backend));
            assert!(
                counts.0 >= READERS_MIN && counts.1 >= BACKENDS_MIN,
                "{counts:?}"
            );
            Ok(())
        },
    ));
    libtest_mimic::run(&arguments, trials).exit_code()
}
