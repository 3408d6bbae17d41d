//! Keys of the names of inquiries and of what they ask for.

use crate::eligibility::{Inquiry, MedicalKind, SearchReason};

/// Returns the key of the name of a kind of medical information.
pub(super) fn medical(kind: MedicalKind) -> &'static str {
    match kind {
        MedicalKind::Drug => "medical-drug",
        MedicalKind::Diagnosis => "medical-diagnosis",
        MedicalKind::Checkup => "medical-checkup",
        MedicalKind::Surgery => "medical-surgery",
        MedicalKind::EmergencySummary => "medical-emergency-summary",
    }
}

/// Returns the key of the name of an inquiry.
pub(super) fn inquiry(inquiry: &Inquiry) -> &'static str {
    match inquiry {
        Inquiry::Authenticate { .. } => "inquiry-authenticate",
        Inquiry::Register { .. } => "inquiry-register",
        Inquiry::Confirm { .. } => "inquiry-confirm",
        Inquiry::Limit { .. } => "inquiry-limit",
        Inquiry::Number { .. } => "inquiry-number",
        Inquiry::Person { .. } => "inquiry-person",
        Inquiry::Medical { kind, .. } => medical(*kind),
        Inquiry::Portal { .. } => "inquiry-portal",
    }
}

/// Returns the key of why somebody is asked for by name.
pub(super) fn reason(reason: SearchReason) -> &'static str {
    match reason {
        SearchReason::Outage => "reason-outage",
        SearchReason::Disaster => "reason-disaster",
    }
}

/// Returns the key of the name of an inquiry that an entry names so.
pub(super) fn named(name: &str) -> Option<&'static str> {
    Some(match name {
        "authenticate" => "inquiry-authenticate",
        "register" => "inquiry-register",
        "confirm" => "inquiry-confirm",
        "limit" => "inquiry-limit",
        "number" => "inquiry-number",
        "person" => "inquiry-person",
        "portal" => "inquiry-portal",
        _ => return None,
    })
}
