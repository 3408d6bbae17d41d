//! Which row a refusal breaks that no fact of the scenario calls for: one cause, one finding.

use jiff::civil::Date;

use super::dates::{self, Renewal};
use super::difference::{Difference, refused_wrongly};
use super::facts::case::emergency_consent;
use super::facts::{Case, Facts};
use super::outcome::Outcome;
use crate::eligibility::{CertificatePhase, EmergencyConsent, Ground, Site, SiteKind, Text};
use crate::scenario::Step;
use crate::transcript::{Event, Note};

/// A refusal that nothing calls for.
#[derive(Debug, Clone)]
pub(super) struct WrongRefusal {
    /// The most specific row that it breaks, for the backend.
    pub row: &'static str,
    pub entries: Vec<u64>,
    pub ground: Ground,
    difference: Difference,
}

impl WrongRefusal {
    /// Makes the breach of the row.
    pub fn breach(&self, message: Text) -> Outcome {
        Outcome::fail(&self.entries, message).all_differ(vec![self.difference.clone()])
    }
}

impl WrongRefusal {
    /// Tells whether the ground that was told is one of the certificate.
    pub fn is_of_certificate(&self) -> bool {
        matches!(
            self.ground,
            Ground::CertificateInvalid | Ground::CertificateRevoked | Ground::CertificateLapsed
        )
    }
}

/// Returns the name of a ground, as it stands in transcripts.
pub(super) fn ground_name(ground: Ground) -> &'static str {
    match ground {
        Ground::CertificateInvalid => "certificate-invalid",
        Ground::CertificateRevoked => "certificate-revoked",
        Ground::CertificateLapsed => "certificate-lapsed",
        Ground::Withheld => "withheld",
        Ground::Unregistered => "unregistered",
        Ground::NotRecorded => "not-recorded",
        Ground::NoConsent => "no-consent",
        Ground::NotAuthorised => "not-authorised",
        Ground::UnknownToken => "unknown-token",
        Ground::Unstated => "unstated",
    }
}

/// Tells whether a site may view information in an emergency on a day (EMG-04); nothing where it
/// is not known, for ambulances before the first of them began.
pub(super) fn may_view_emergency(site: &Site, day: Date) -> Option<bool> {
    match site.kind {
        _ if !site.emergency_access => Some(false),
        SiteKind::Hospital => Some(dates::HOSPITAL_VIEWING_STARTS <= day),
        SiteKind::Ambulance if day < dates::AMBULANCE_VIEWING_STARTS => None,
        SiteKind::Ambulance => Some(true),
        _ => Some(false),
    }
}

/// Finds a refusal of a card inquiry that nothing in the scenario calls for.
pub(super) fn wrong_refusal(facts: &Facts<'_>, case: &Case) -> Option<WrongRefusal> {
    let truth = facts.truth(case)?;
    let (exchange, refusal) = facts.refusal(case)?;
    let consent = facts
        .confirm(case)
        .and_then(|confirm| emergency_consent(confirm.inquiry));
    let emergency_refused = truth.is_emergency()
        && (may_view_emergency(&truth.site, exchange.at.day()) != Some(true)
            || matches!(consent, None | Some(EmergencyConsent::Refused)));
    let right = truth.refused_by().is_some()
        || truth.other_certificate
        || facts.asks_with_another_token(case)
        || emergency_refused
        || exchange.fault.is_some()
        || is_new_elsewhere(facts, case)
        || (refusal.ground == Ground::Unregistered && truth.renewal == Some(Renewal::Unknown))
        // 自己情報提供不可 may have been set since the card was accepted.
        || facts
            .registry(truth.person, exchange.n)
            .is_some_and(|registry| !registry.withheld_by.is_empty())
        || (refusal.ground == Ground::NotRecorded && !truth.recorded);
    if right {
        return None;
    }
    let row = match refusal.ground {
        Ground::CertificateInvalid | Ground::CertificateRevoked | Ground::CertificateLapsed => {
            match truth.phase() {
                Some(CertificatePhase::Valid) => "CERT-01",
                Some(CertificatePhase::Grace) => "CERT-03",
                _ => "ELIG-01",
            }
        }
        Ground::Withheld if was_withheld(facts, truth.person, exchange.n) => "DISC-09",
        Ground::Withheld if truth.undisclosed => "DISC-04",
        Ground::Withheld => "DISC-07",
        Ground::Unregistered if registered_here(facts, case) => "REG-02",
        Ground::Unregistered if truth.renewal.is_some() => "REG-04",
        Ground::Unregistered => registration_row(facts, truth.person, exchange.n),
        // The phase is the most likely ground; its row knows of the weeks that are not decided.
        Ground::Unstated if truth.phase() == Some(CertificatePhase::Grace) => "CERT-03",
        Ground::NotRecorded
        | Ground::NoConsent
        | Ground::NotAuthorised
        | Ground::UnknownToken
        | Ground::Unstated => "ELIG-01",
    };
    Some(WrongRefusal {
        row,
        entries: exchange.entries(),
        ground: refusal.ground,
        difference: refused_wrongly(exchange),
    })
}

/// Tells whether the certificate is not a day old and the backend is another's, which need not know
/// of it at once (convention 12).
pub(super) fn is_new_elsewhere(facts: &Facts<'_>, case: &Case) -> bool {
    let Some(patient) = facts
        .truth(case)
        .and_then(|truth| facts.person(truth.person))
    else {
        return false;
    };
    let asked = facts.exchanges[case.auth].at;
    facts.backend_is_foreign() && dates::consent_holds(patient.card.not_before, asked)
}

/// Tells whether the card was registered within this card inquiry.
pub(super) fn registered_here(facts: &Facts<'_>, case: &Case) -> bool {
    case.register.is_some_and(|index| {
        matches!(
            facts.exchanges[index].answer(),
            Some(crate::eligibility::Answer::Registered)
        )
    })
}

/// Tells whether 自己情報提供不可 was set before and is lifted now, 不開示 apart.
pub(super) fn was_withheld(facts: &Facts<'_>, person: usize, n: u64) -> bool {
    facts
        .worlds
        .iter()
        .filter(|world| world.from <= n)
        .filter_map(|world| world.registries.get(person))
        .any(|registry| !registry.withheld_by.is_empty())
}

/// Returns the row under which a lost registration is reported: REG-04 where insurance has
/// changed, else REG-03.
pub(super) fn registration_row(facts: &Facts<'_>, person: usize, n: u64) -> &'static str {
    if has_changed(facts, person, n) {
        "REG-04"
    } else {
        "REG-03"
    }
}

/// Tells whether the person has changed insurance, on record or within the scenario.
pub(super) fn has_changed(facts: &Facts<'_>, person: usize, n: u64) -> bool {
    let several = facts
        .registry(person, n)
        .is_some_and(|registry| registry.qualifications.len() > 1);
    let within = facts.entries.iter().any(|entry| {
        let step = match &entry.event {
            Event::Note(Note::Changed { step }) if entry.n <= n => facts.scenario.steps.get(*step),
            _ => None,
        };
        matches!(step, Some(Step::ChangeRegistry(over)) if over.qualifications.is_some())
    });
    several || (within && person == 0)
}
