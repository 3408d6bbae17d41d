//! What a faulty backend makes of insurance: shares, marks, tickets, specific diseases.

use super::{BackendFlaw, Faulty};
use crate::eligibility::{Eligibility, MedicalTicket, Validity};

impl Faulty {
    /// Changes a sound answer to the one that the flawed backend gives.
    pub(super) fn insured(&self, eligibility: &mut Eligibility, by_card: bool) {
        let registry = self.patient().map(|patient| &patient.registry);
        match self.flaw {
            BackendFlaw::TicketsOfEveryMonth if !eligibility.tickets.is_empty() => {
                let Some(registry) = registry else { return };
                let institution = eligibility
                    .tickets
                    .iter()
                    .find(|ticket| ticket.designated == Some(true))
                    .map(|ticket| ticket.institution.clone());
                let designated = |ticket: &MedicalTicket| {
                    Some(Some(&ticket.institution) == institution.as_ref())
                };
                eligibility.tickets = registry
                    .tickets
                    .iter()
                    .map(|ticket| MedicalTicket {
                        designated: designated(ticket),
                        ..ticket.clone()
                    })
                    .collect();
            }
            BackendFlaw::DesignationWrong => {
                for ticket in &mut eligibility.tickets {
                    ticket.designated = ticket.designated.map(|designated| !designated);
                }
            }
            BackendFlaw::TicketsWithheld => eligibility.tickets.clear(),
            BackendFlaw::UnrecordedIsInvalid
                if eligibility.validity == Validity::ValidUnregistered =>
            {
                eligibility.validity = Validity::Invalid;
            }
            BackendFlaw::NumberCalledInvalid
                if !by_card && eligibility.validity == Validity::Valid =>
            {
                eligibility.validity = Validity::Invalid;
            }
            BackendFlaw::SpecificDiseaseUnasked if by_card => {
                if let Some(registry) = registry {
                    eligibility
                        .specific_diseases
                        .clone_from(&registry.specific_diseases);
                }
            }
            _ => self.by_age(eligibility),
        }
    }

    /// Changes what follows from the patient's age.
    fn by_age(&self, eligibility: &mut Eligibility) {
        let Some(qualification) = &mut eligibility.qualification else {
            return;
        };
        match self.flaw {
            BackendFlaw::PreschoolUnmarked => qualification.preschool = None,
            BackendFlaw::ElderlyShareMissing => qualification.elderly = None,
            BackendFlaw::ElderlyPeriodWrong => {
                if let Some(certificate) = &mut qualification.elderly {
                    let year = jiff::Span::new().years(1);
                    certificate.until = certificate.until.saturating_add(year);
                }
            }
            BackendFlaw::LateElderlyShareWrong if qualification.insurer.starts_with("39") => {
                qualification.share = 30;
            }
            _ => {}
        }
    }
}
