//! Keeps `docs/backend-requirements.md` true: what an eligibility backend is judged by, how sure each
//! rule is, which scenarios look at it and which planted faults it has to catch.
//!
//! `UPDATE_DOCS=1 cargo test --test backend_requirements` writes the page anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use uketsuke::eligibility::Moment;
use uketsuke::fault::FAULTS;
use uketsuke::library::Library;
use uketsuke::requirement::{Id, Period, Requirement, Subject, catalogue};

const HEAD: &str = "\
# What an eligibility backend is judged by

Every row of the catalogue that concerns a backend. *Level*: a breach of a `should` is reported and changes neither verdict
nor exit code. *Conf*: how sure the duty is: `H` an official text or two independent sources, `M` one source, `L` a
convention of this harness, whose breach counts only with `--conventions`. *In force*: the scenario's date decides; `~`
marks a bound that is assumed. `uketsuke show ID` has the rule in full with its source, what a correct backend does, and
the parts of it that differ in level or confidence. The scenarios are those that name the row as their purpose; a backend is
judged by every row in every play. A fault stands beside the row that it breaks, and that has to catch it.

This page is written by a test from the catalogue, the scenarios and the faults: do not edit it by hand.
";

/// Returns the scenario files that list each row as their purpose.
fn scenarios() -> BTreeMap<Id, Vec<String>> {
    let now: Moment = "2026-11-21T09:00:00+09:00".parse().unwrap();
    let mut rows = Library::bundled().unwrap().by_requirement(now).unwrap();
    for ids in rows.values_mut() {
        for id in ids.iter_mut() {
            id.truncate(id.find('#').unwrap_or(id.len()));
        }
        ids.dedup();
    }
    rows
}

fn in_force(period: &Period) -> String {
    let about = if period.approximate { " ~" } else { "" };
    match (period.from, period.until) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}{about}"),
        (None, Some(until)) => format!("before {until}{about}"),
        (Some(from), Some(until)) => format!("{from} to before {until}{about}"),
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "–".to_owned(),
        names => names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn row(requirement: &Requirement, files: &[String]) -> String {
    let faults: Vec<String> = FAULTS
        .iter()
        .filter(|fault| fault.subject() == Subject::Backend && fault.breaks == requirement.id)
        .map(|fault| fault.name.to_owned())
        .collect();
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |\n",
        requirement.id,
        requirement.title.en,
        requirement.level,
        requirement.confidence,
        in_force(&requirement.period),
        listed(files),
        listed(&faults),
    )
}

fn page() -> String {
    let scenarios = scenarios();
    let mut page = HEAD.to_owned();
    let mut family = None;
    for requirement in catalogue() {
        if !requirement.concerns(Subject::Backend) {
            continue;
        }
        if family != Some(requirement.family) {
            family = Some(requirement.family);
            write!(
                page,
                "\n## {:?}\n\n| id | rule | level | conf | in force | scenarios | faults that it catches |\n|---|---|---|---|---|---|---|\n",
                requirement.family
            )
            .unwrap();
        }
        page.push_str(&row(
            requirement,
            scenarios.get(&requirement.id).map_or(&[], Vec::as_slice),
        ));
    }
    page
}

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/backend-requirements.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "run UPDATE_DOCS=1 cargo test --test backend_requirements"
    );
}
