//! The lists that name nobody: who agreed to home visits or online care, and the tickets of a
//! month.
//!
//! Conventions of this harness: a list rests on what is on record when it is handed in; consents
//! on record do not say by which device they were given, so all of an institution count, and the
//! day of consent stands for that of the examination.

use jiff::civil::Date;

use super::Answering;
use crate::backend::Outage;
use crate::backend::oqs::request::Visits;
use crate::backend::oqs::response::Unit;
use crate::eligibility::{
    Answer, ConsentAnswer, ConsentFlag, ConsentState, EarlierConsent, Eligibility, Inquiry,
    NumberKey, Qualification, Registry, Site, Validity,
};
use crate::scenario::Patient;

/// Returns the people who agreed here in those days, with what they agreed to.
pub(super) async fn visits(
    visits: &Visits,
    site: &Site,
    answering: &mut dyn Answering,
) -> Result<Vec<Unit>, Outage> {
    let mut units = Vec::new();
    for patient in answering.people() {
        let consents = agreed(&patient.registry, visits, &site.institution);
        if consents.is_empty() {
            continue;
        }
        let mut unit = look_up(&patient, site, answering).await?;
        if let Ok(found) = &mut unit.result {
            found.consents = consents;
        }
        units.push(unit);
    }
    Ok(units)
}

/// Returns the people with tickets of a month for this institution.
pub(super) async fn tickets(
    month: &str,
    site: &Site,
    answering: &mut dyn Answering,
) -> Result<Vec<Unit>, Outage> {
    let mut units = Vec::new();
    for patient in answering.people() {
        let mut tickets = patient.registry.tickets.clone();
        tickets.retain(|one| one.month == month && one.institution == site.institution);
        if tickets.is_empty() {
            continue;
        }
        for ticket in &mut tickets {
            ticket.designated = Some(true);
        }
        let mut unit = look_up(&patient, site, answering).await?;
        if let Ok(found) = &mut unit.result {
            found.tickets = tickets;
        }
        units.push(unit);
    }
    Ok(units)
}

fn agreed(registry: &Registry, visits: &Visits, institution: &str) -> Vec<ConsentState> {
    let here = |consent: &&EarlierConsent| {
        let day = consent.at.day();
        consent.institution == institution
            && visits.period.from <= day
            && day <= visits.period.until
    };
    let mut states: Vec<ConsentState> = Vec::new();
    for consent in registry.earlier_consents.iter().filter(here) {
        states.retain(|state| state.kind != consent.kind);
        let withdrawn = registry
            .withdrawals
            .iter()
            .any(|one| one.institution == institution && one.at >= consent.at);
        if consent.answer == ConsentAnswer::Agree && !withdrawn {
            states.push(ConsentState {
                kind: consent.kind,
                flag: ConsentFlag::Given,
                at: Some(consent.at),
                until: None,
            });
        }
    }
    states.sort_by_key(|state| state.kind);
    states
}

/// Asks about a person as an inquiry by their number would.
async fn look_up(
    patient: &Patient,
    site: &Site,
    answering: &mut dyn Answering,
) -> Result<Unit, Outage> {
    let now = answering.now();
    let Some(qualification) = current(&patient.registry.qualifications, now.day()) else {
        return Ok(unit(Ok(unregistered(&patient.registry))));
    };
    let inquiry = Inquiry::Number {
        key: NumberKey {
            insurer: qualification.insurer.clone(),
            symbol: qualification.symbol.clone(),
            number: qualification.number.clone(),
            branch: qualification.branch.clone(),
            birth_date: patient.registry.person.birth_date,
        },
        limit_consent: false,
        disaster: None,
        site: site.clone(),
    };
    match answering.ask(&inquiry, now).await? {
        Answer::Eligibility(found) => Ok(unit(Ok(*found))),
        Answer::Refused(refusal) => Ok(unit(Err(refusal))),
        _ => Err(Outage::Malformed(
            "the answer to another inquiry".to_owned(),
        )),
    }
}

fn current(qualifications: &[Qualification], day: Date) -> Option<&Qualification> {
    qualifications
        .iter()
        .rfind(|one| one.holds_on(day))
        .or(qualifications.last())
}

/// Somebody with a ticket and no qualification on record; the address stays out where it is not
/// disclosed.
fn unregistered(registry: &Registry) -> Eligibility {
    let mut person = registry.person.clone();
    if !registry.withheld_by.is_empty() || !registry.undisclosed_by.is_empty() {
        person.address = None;
        person.postcode = None;
    }
    Eligibility {
        validity: Validity::None,
        person: Some(person),
        qualification: None,
        limit: None,
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
        consents: Vec::new(),
        side_information: None,
    }
}

fn unit(result: Result<Eligibility, crate::eligibility::Refusal>) -> Unit {
    Unit {
        search: None,
        result,
        references: Vec::new(),
    }
}
