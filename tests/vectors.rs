//! The vectors of the catalogue against the bundled scenarios: what a scenario expects of a
//! certificate on a day is what the sources say, and every border of theirs is stood on.
//!
//! Rules and judge are checked against the same file in their own unit tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use jiff::civil::Date;
use uketsuke::eligibility::Moment;
use uketsuke::library::Library;
use uketsuke::requirement::{DayVector, VectorPhase, vectors};
use uketsuke::scenario::{Scenario, Step};
use uketsuke::screen::ScreenId;

/// What one scenario claims: the certificate that ends on this day is in this phase at this moment.
struct Claim {
    id: String,
    last_day: Date,
    at: Moment,
    phase: VectorPhase,
}

/// Returns the phase that the steps of the only visit expect to be shown.
fn claimed(scenario: &Scenario) -> Option<Claim> {
    let visits = scenario
        .steps
        .iter()
        .filter(|step| matches!(step, Step::PresentCard(_)))
        .count();
    let about = scenario.requirements.iter().any(|id| {
        ["CERT-01", "CERT-02", "CERT-03", "CERT-04", "CERT-05"].contains(&id.to_string().as_str())
    });
    // With a pace of its own a visit may last into another day; those scenarios say so in steps.
    if visits != 1 || !about || scenario.pace_ms != 0 {
        return None;
    }
    let shown: Vec<ScreenId> = scenario
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::ExpectScreen(expectation) => Some(expectation.fields().id),
            _ => None,
        })
        .collect();
    let phase = if shown.contains(&ScreenId::CertificateExpired) {
        VectorPhase::Grace
    } else if shown.contains(&ScreenId::CertificateLapsed) {
        VectorPhase::Lapsed
    } else if shown.contains(&ScreenId::CertificateEnding) {
        VectorPhase::Alert
    } else {
        VectorPhase::Ok
    };
    Some(Claim {
        id: scenario.id.clone(),
        last_day: scenario.people[0].card.not_after.day(),
        at: scenario.at,
        phase,
    })
}

fn claims() -> Vec<Claim> {
    let library = Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    library
        .sources()
        .iter()
        .flat_map(|source| source.playables(library.deck(), now).unwrap())
        .filter_map(|playable| claimed(&playable.scenario))
        .collect()
}

/// Reads the phase off a vector, by comparing days and nothing else.
fn phase_by(vector: &DayVector, day: Date) -> Option<VectorPhase> {
    if day <= vector.last_day {
        let (first, last) = (vector.alert_from.first()?, vector.alert_from.last()?);
        return if day < *first {
            Some(VectorPhase::Ok)
        } else if *last <= day {
            Some(VectorPhase::Alert)
        } else {
            None
        };
    }
    let grace_until = vector.grace_until?;
    let grace_from = vector
        .grace_from
        .unwrap_or(vector.last_day.tomorrow().unwrap());
    if grace_from <= day && day <= grace_until {
        Some(VectorPhase::Grace)
    } else {
        Some(VectorPhase::Lapsed)
    }
}

#[test]
fn scenarios_expect_what_the_vectors_say() {
    let mut compared = 0;
    for claim in claims() {
        for vector in &vectors().days {
            if vector.last_day != claim.last_day {
                continue;
            }
            if let Some(phase) = phase_by(vector, claim.at.day()) {
                compared += 1;
                assert_eq!(claim.phase, phase, "{} against {vector:?}", claim.id);
            }
        }
    }
    assert!(compared >= 30, "only {compared} claims were compared");
}

#[test]
fn every_instant_of_the_vectors_is_stood_on_by_a_scenario() {
    let claims = claims();
    for vector in &vectors().instants {
        let stands = claims.iter().any(|claim| {
            claim.last_day == vector.last_day
                && claim.at.0 == vector.at
                && claim.phase == vector.phase
        });
        assert!(stands, "no scenario stands on {vector:?}");
    }
}

#[test]
fn every_last_day_of_grace_of_the_vectors_is_stood_on_by_a_scenario() {
    let stood: BTreeSet<(Date, Date)> = claims()
        .iter()
        .filter(|claim| claim.phase == VectorPhase::Grace)
        .map(|claim| (claim.last_day, claim.at.day()))
        .collect();
    let missing: Vec<&DayVector> = vectors()
        .days
        .iter()
        .filter(|vector| {
            vector
                .grace_until
                .is_some_and(|day| !stood.contains(&(vector.last_day, day)))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
