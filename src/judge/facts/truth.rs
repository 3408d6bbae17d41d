//! What a correct backend must have found, from the facts of the scenario.

use crate::eligibility::{
    Care, CertificatePhase, CertificateStatus, Moment, Registry, Site, SiteKind,
};
use crate::judge::dates::{self, Renewal};
use crate::scenario::CardFacts;

/// Returns the phases that a card or phone may be said to be in at `at`.
pub(in crate::judge) fn phases_of(card: &CardFacts, at: Moment) -> Vec<CertificatePhase> {
    match &card.physical_card {
        Some(physical) => {
            dates::phone_phases(card.not_after, physical.expires, physical.not_after, at)
        }
        None => dates::phases(card.not_after, at),
    }
}

/// Returns what the last renewal did to the registration; nothing where there was none.
pub(in crate::judge) fn renewal_of(registry: &Registry, card: &CardFacts) -> Option<Renewal> {
    let last = registry.previous_certificate_until?;
    Some(dates::renewal(last, card.not_before.day()))
}

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
    /// The medium is a phone.
    pub phone: bool,
    pub registered: bool,
    pub cancelled: bool,
    /// A registration stands on record, whether or not it has ended with a certificate.
    pub on_record: bool,
    /// What the last renewal of the certificate did to the registration, if there was one.
    pub renewal: Option<Renewal>,
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
            Some(if self.phone { "CERT-09" } else { "CERT-04" })
        } else if self.withheld {
            Some("DISC-01")
        } else if !self.registered {
            Some(if self.has_outlived() {
                "REG-04"
            } else {
                "REG-06"
            })
        } else {
            None
        }
    }

    /// Tells whether the registration on record has ended with the certificate before this one.
    pub fn has_outlived(&self) -> bool {
        self.on_record && self.renewal == Some(Renewal::TooLate)
    }

    /// Tells whether only the summary may be read here, in an emergency.
    pub fn is_emergency(&self) -> bool {
        self.care == Care::Emergency || self.site.kind == SiteKind::Ambulance
    }
}
