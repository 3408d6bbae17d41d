//! Refuses steps that parse and cannot be.

use virtual_card::fault::{Fault, Kind};

use super::super::Scenario;
use super::super::load::PathItem::{self, Index, Key};
use super::super::probe::Probe;
use super::super::step::{DeskStep, FaultStep, Step};
use super::{ResolveError, error};

/// Checks a step of a scenario at `path`: that its people take part, and that it can be done.
pub(super) fn step(
    scenario: &Scenario,
    step: &Step,
    path: &[PathItem],
) -> Result<(), ResolveError> {
    let person = match step {
        Step::PresentCard(person) | Step::OpenPortal(person) => person.as_deref(),
        Step::Desk(DeskStep::NumberInquiry(inquiry)) => inquiry.person.as_deref(),
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
