//! The vectors of the catalogue against the bundled scenarios: what a scenario expects of a
//! certificate on a day is what the sources say, and every border of theirs is stood on.
//!
//! Rules and judge are checked against the same file in their own unit tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use jiff::civil::Date;
use uketsuke::eligibility::Moment;
use uketsuke::library::Library;
use uketsuke::requirement::{DayVector, ValidityVector, VectorPhase, vectors};
use uketsuke::scenario::{Scenario, Step, ValidityFacts};
use uketsuke::screen::ScreenId;
use virtual_card::profile::Profile;

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
    // With a pace, or a card that takes its time, a visit may last into another day; those
    // scenarios say so in steps.
    let at_once = scenario.pace_ms == 0
        && (scenario.people.iter()).all(|patient| patient.card.timing.is_none());
    if visits != 1 || !about || !at_once {
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

/// Tells whether a card is the one of the vector.
fn is_of(vector: &ValidityVector, birth: Date, stated: &ValidityFacts) -> bool {
    let renewed = stated.not_before.map(Moment::day);
    (birth, stated.issued) == (vector.birth, vector.issued)
        && (renewed, stated.card_expires) == (vector.renewed, vector.stay_until)
        && stated.not_after.is_none()
        && stated.generation == 1 + u32::from(vector.renewed.is_some())
}

#[test]
fn the_card_lasts_as_the_vectors_say() {
    for vector in &vectors().validity {
        let mut profile = Profile::standard("adult").unwrap();
        profile.holder.birth_date = vector.birth;
        profile.issued = vector.issued;
        profile.card_expires = vector.stay_until;
        if let Some(day) = vector.renewed {
            profile.user_certificate.generation = 2;
            profile.user_certificate.not_before = Some(Moment::start_of(day).unwrap().0);
        }
        assert_eq!(profile.card_expires(), vector.card_until, "{vector:?}");
        let end = Moment(profile.user_certificate_not_after());
        assert_eq!(
            Some(end),
            Moment::end_of(vector.certificate_until),
            "{vector:?}"
        );
    }
}

#[test]
fn every_card_of_the_vectors_is_read_in_a_scenario_that_expects_its_dates() {
    let library = Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    let playables = library.sources().iter();
    let scenarios: Vec<Scenario> = playables
        .flat_map(|source| source.playables(library.deck(), now).unwrap())
        .map(|playable| playable.scenario)
        .collect();
    let mut expected = 0;
    for vector in &vectors().validity {
        let mut of_this_card = scenarios.iter().filter(|scenario| {
            let patient = &scenario.people[0];
            let stated = patient.card.validity.as_ref().unwrap();
            scenario.requirements.contains(&"CERT-08".parse().unwrap())
                && is_of(vector, patient.registry.person.birth_date, stated)
        });
        let scenario = of_this_card.next();
        let scenario = scenario.unwrap_or_else(|| panic!("no scenario reads {vector:?}"));
        for step in &scenario.steps {
            match step {
                Step::ExpectCertificate(it) => {
                    expected += 1;
                    assert_eq!(Some(it.not_after), Moment::end_of(vector.certificate_until));
                }
                Step::ExpectCard(it) => {
                    expected += 1;
                    assert_eq!(it.expires, vector.card_until);
                }
                _ => {}
            }
        }
    }
    // Two of the forty rest on a convention (29 February in other years) and are not stated.
    assert_eq!(expected, 38);
}
