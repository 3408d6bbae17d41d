//! Faulty backends in disasters, outages and emergencies.

use jiff::civil::date;

use super::{BackendFlaw, Faulty, refused};
use crate::backend::World;
use crate::eligibility::{
    Answer, Care, Eligibility, EmergencyConsent, Ground, Incident, IncidentKind, Inquiry,
    MedicalAnswer, MedicalKind, MedicalRecord, SearchReason, Site,
};

/// An institution of the flawed backend's own, for which it has switched failure mode on.
const FLAWED_INSTITUTION: &str = "9999999999";

/// Returns a municipality in which a disaster function is switched on.
pub(super) fn area(world: &World) -> Option<String> {
    world
        .incidents
        .iter()
        .find_map(|incident| match &incident.kind {
            IncidentKind::Disaster(area) => area.first().cloned(),
            IncidentKind::Outage(_) => None,
        })
}

/// Returns the site of an inquiry that may be part of disaster viewing.
fn site_of(inquiry: &mut Inquiry) -> Option<&mut Site> {
    match inquiry {
        Inquiry::Person { site, .. }
        | Inquiry::Medical { site, .. }
        | Inquiry::Number {
            disaster: Some(_),
            site,
            ..
        } => Some(site),
        _ => None,
    }
}

impl Faulty {
    /// Changes which functions the flawed backend takes to be switched on.
    pub(super) fn switch_on(&self, world: &mut World) {
        match self.flaw {
            BackendFlaw::DisasterAtAnyTime => {
                for incident in &mut world.incidents {
                    incident.from = date(2000, 1, 1);
                    incident.until = date(2099, 12, 31);
                }
            }
            BackendFlaw::OutageSearchForAll => world.incidents.push(Incident {
                kind: IncidentKind::Outage(vec![FLAWED_INSTITUTION.to_owned()]),
                from: date(2000, 1, 1),
                until: date(2099, 12, 31),
            }),
            _ => {}
        }
    }

    /// Changes a search, or a fetch after one, to what the flawed backend understands.
    pub(super) fn understand_search(&mut self, inquiry: &mut Inquiry) {
        let outage = |inquiry: &Inquiry| {
            matches!(
                inquiry,
                Inquiry::Person {
                    reason: SearchReason::Outage,
                    ..
                }
            )
        };
        self.searched |= outage(inquiry);
        match (self.flaw, &mut *inquiry) {
            (BackendFlaw::DisasterWithoutRecord, Inquiry::Person { consent, .. }) => {
                *consent = Some(EmergencyConsent::Given);
            }
            (
                BackendFlaw::DisasterWithoutRecord,
                Inquiry::Number {
                    disaster: Some(consent),
                    ..
                },
            ) => *consent = EmergencyConsent::Given,
            _ => {}
        }
        let for_all = self.flaw == BackendFlaw::OutageSearchForAll && outage(inquiry);
        let Some(site) = site_of(inquiry) else {
            return;
        };
        match self.flaw {
            BackendFlaw::DisasterEverywhere => site.municipality.clone_from(&self.area),
            BackendFlaw::DisasterForAnyAccount => site.administrator = true,
            _ if for_all => FLAWED_INSTITUTION.clone_into(&mut site.institution),
            _ => {}
        }
    }

    /// Returns the refusal of a backend that forgets what was recorded in a disaster.
    pub(super) fn forgets(&self, inquiry: &Inquiry) -> Option<Answer> {
        let fetch = matches!(inquiry, Inquiry::Medical { site, .. } if site.administrator);
        (self.flaw == BackendFlaw::DisasterRecordForgotten && fetch)
            .then(|| refused(Ground::NoConsent))
    }

    /// Returns the answer to a search with the address that a sound backend keeps back.
    pub(super) fn tell_address(&self, inquiry: &Inquiry, eligibility: &mut Eligibility) {
        let (Inquiry::Person { .. }, Some(person)) = (inquiry, &mut eligibility.person) else {
            return;
        };
        let on_record = self
            .people
            .iter()
            .map(|patient| &patient.registry.person)
            .find(|it| it.name == person.name && it.birth_date == person.birth_date);
        if let Some(on_record) = on_record {
            person.clone_from(on_record);
        }
    }

    /// Returns records of an emergency whatever their age.
    pub(super) fn beyond_periods(&self, inquiry: &Inquiry, medical: &mut MedicalAnswer) {
        let Inquiry::Medical { key, care, .. } = inquiry else {
            return;
        };
        let summary = medical.kind == MedicalKind::EmergencySummary;
        let flawed = match self.flaw {
            BackendFlaw::SummaryBeyondItsPeriods => summary,
            BackendFlaw::NormalViewBeyondItsPeriod => !summary && *care == Care::Emergency,
            _ => false,
        };
        let Some(patient) = self.patient_of(key).filter(|_| flawed) else {
            return;
        };
        let on_record = patient.registry.medical.iter();
        medical.records = on_record
            .filter(|record| record.kind == medical.kind || summary)
            .filter(|record| record.kind != MedicalKind::Checkup || !summary)
            .map(|record| MedicalRecord {
                kind: medical.kind,
                ..record.clone()
            })
            .collect();
    }
}
