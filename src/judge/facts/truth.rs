//! What a correct backend must have found, from the facts of the scenario.

use crate::eligibility::{Care, CertificatePhase, CertificateStatus, Site, SiteKind};

/// What a correct backend must have found, from the scenario's facts at the inquiry.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Truth {
    pub person: usize,
    pub site: Site,
    pub care: Care,
    /// The reader sent another certificate than that of the card: the facts do not apply.
    pub other_certificate: bool,
    /// Not issued by the scenario's trust anchor, or a signature that is not the card's over the
    /// challenge (CERT-07).
    pub untrusted: bool,
    pub status: CertificateStatus,
    /// More than one where two readings pass.
    pub phases: Vec<CertificatePhase>,
    /// The last day of the certificate's validity.
    pub last_day: jiff::civil::Date,
    pub withheld: bool,
    pub undisclosed: bool,
    pub registered: bool,
    pub cancelled: bool,
    pub recorded: bool,
}

impl Truth {
    /// Returns the phase, where only one reading passes.
    pub fn phase(&self) -> Option<CertificatePhase> {
        match self.phases.as_slice() {
            [phase] => Some(*phase),
            _ => None,
        }
    }

    /// Tells whether the certificate itself is refused: forged, revoked or suspended.
    pub fn certificate_refused(&self) -> bool {
        self.untrusted || self.status != CertificateStatus::Good
    }

    /// Tells whether the certificate may be beyond all service.
    pub fn may_be_lapsed(&self) -> bool {
        self.phases.contains(&CertificatePhase::Lapsed)
    }

    /// Returns the row that makes a refusal right, the strictest first (convention 1).
    pub fn refused_by(&self) -> Option<&'static str> {
        if self.untrusted {
            Some("CERT-07")
        } else if self.status != CertificateStatus::Good {
            Some("CERT-06")
        } else if self.may_be_lapsed() {
            Some("CERT-04")
        } else if self.withheld {
            Some("DISC-01")
        } else if !self.registered {
            Some("REG-06")
        } else {
            None
        }
    }

    /// Tells whether only the summary may be read here, in an emergency.
    pub fn is_emergency(&self) -> bool {
        self.care == Care::Emergency || self.site.kind == SiteKind::Ambulance
    }
}
