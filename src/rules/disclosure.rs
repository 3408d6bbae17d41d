//! Restricted disclosure for people at risk (requirements.md DISC).

use crate::eligibility::{PortalSection, Registry};

/// Tells whether 自己情報提供不可 is in force: it lasts until every insurer has lifted it (DISC-07).
pub fn is_withheld(registry: &Registry) -> bool {
    !registry.withheld_by.is_empty()
}

/// Tells whether a number inquiry leaves out address and postcode: 不開示 (DISC-03), and by our
/// convention 自己情報提供不可 as well (DISC-10).
pub fn hides_address_by_number(registry: &Registry) -> bool {
    !registry.undisclosed_by.is_empty() || is_withheld(registry)
}

/// Returns what マイナポータル shows the person (DISC-05, DISC-06).
pub fn portal_sections(registry: &Registry) -> Vec<PortalSection> {
    let mut shown = Vec::new();
    if !is_withheld(registry) {
        shown.extend([
            PortalSection::Insurance,
            PortalSection::Drug,
            PortalSection::Diagnosis,
            PortalSection::Cost,
            PortalSection::Checkup,
        ]);
    }
    if registry.undisclosed_by.is_empty() {
        shown.push(PortalSection::ExchangeHistory);
    }
    shown
}
