//! Refuses steps that parse and cannot be.

use virtual_card::fault::{Fault, Kind};

use super::super::Scenario;
use super::super::load::PathItem::{self, Index, Key};
use super::super::probe::Probe;
use super::super::step::{DeskStep, FaultStep, Step};
use super::{ResolveError, error};
use crate::eligibility::{IncidentKind, SearchReason, Site};

/// Checks the codes of a site: 10 digits of its institution, 5 of its municipality.
pub(super) fn site(site: &Site, path: &[PathItem]) -> Result<(), ResolveError> {
    if !has_digits(&site.institution, 10) {
        return Err(error(
            path,
            format!(
                "institution {:?}: an institution code has 10 digits, in quotation marks",
                site.institution
            ),
        ));
    }
    match &site.municipality {
        Some(code) if !has_digits(code, 5) => Err(error(path, not_a_municipality(code))),
        _ => Ok(()),
    }
}

/// Checks what is switched on: that it ends after it begins, and for whom.
pub(super) fn incidents(scenario: &Scenario) -> Result<(), ResolveError> {
    for (index, incident) in scenario.incidents.iter().enumerate() {
        let path = [Key("incidents"), Index(index)];
        if incident.until < incident.from {
            let (from, until) = (incident.from, incident.until);
            return Err(error(
                &path,
                format!("this ends on {until}, before it begins on {from}"),
            ));
        }
        let problem = match &incident.kind {
            IncidentKind::Disaster(area) => {
                let wrong = area.iter().find(|code| !has_digits(code, 5));
                wrong.map(|code| not_a_municipality(code))
            }
            IncidentKind::Outage(institutions) => {
                let wrong = institutions.iter().find(|code| !has_digits(code, 10));
                wrong.map(|code| {
                    format!("{code:?}: an institution code has 10 digits, in quotation marks")
                })
            }
        };
        if let Some(problem) = problem {
            return Err(error(&path, problem));
        }
    }
    Ok(())
}

fn not_a_municipality(code: &str) -> String {
    format!("{code:?}: the code of a municipality has 5 digits, in quotation marks")
}

fn has_digits(code: &str, length: usize) -> bool {
    code.len() == length && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// Checks a step of a scenario at `path`: that its people take part, and that it can be done.
pub(super) fn step(
    scenario: &Scenario,
    step: &Step,
    path: &[PathItem],
) -> Result<(), ResolveError> {
    let person = match step {
        Step::PresentCard(person) | Step::OpenPortal(person) => person.as_deref(),
        Step::Desk(DeskStep::NumberInquiry(inquiry)) => inquiry.person.as_deref(),
        Step::Desk(DeskStep::PersonInquiry(inquiry)) => inquiry.person.as_deref(),
        Step::Desk(DeskStep::MedicalInquiry(inquiry)) => inquiry.person.as_deref(),
        _ => None,
    };
    if scenario.patient(person).is_none() {
        let known: Vec<&str> = scenario.people.iter().map(|p| p.name.as_str()).collect();
        return Err(error(
            path,
            format!(
                "{:?} does not take part in this scenario; its people are {}. Add them under `others:`",
                person.unwrap_or_default(),
                known.join(", ")
            ),
        ));
    }
    match step {
        Step::Desk(DeskStep::PersonInquiry(inquiry))
            if inquiry.reason == SearchReason::Outage && inquiry.consent.is_some() =>
        {
            Err(error(
                path,
                "no consent is recorded in an outage, where medical information stays shut; leave `consent` out, or write reason: disaster",
            ))
        }
        Step::Wait(span) if !span.is_positive() => {
            Err(error(path, "time only goes forward; write wait: 1d"))
        }
        Step::EnterPin(pin) if pin.plain().is_some_and(str::is_empty) => Err(error(
            path,
            "an empty PIN cannot be confirmed; write enter-pin: \"1234\"",
        )),
        Step::Fault(FaultStep::Card(Fault {
            kind: Kind::Atr(_), ..
        })) => Err(error(
            path,
            "no reader in this process reads an answer to reset; the program virtual-card shows `what: atr` to PC/SC software",
        )),
        Step::Probe(probes) => probes_of(probes, path),
        _ => Ok(()),
    }
}

fn probes_of(probes: &[Probe], path: &[PathItem]) -> Result<(), ResolveError> {
    if !probes.first().is_some_and(Probe::is_act) {
        return Err(error(
            path,
            "a probe begins with something that the tester does; write probe: [{ select: jpki }]",
        ));
    }
    for (index, probe) in probes.iter().enumerate() {
        if let Some(problem) = probe.problem() {
            let mut path = path.to_vec();
            path.extend([Key("probe"), Index(index)]);
            return Err(error(&path, problem));
        }
    }
    Ok(())
}
