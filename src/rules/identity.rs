//! The ways to prove who the patient is that a card and a site leave open (requirements.md IDV).

use crate::eligibility::SiteKind;
use crate::screen::Method;

/// What a reader's optics see on the face of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardFace {
    /// Whether there is a photo (IDV-10).
    pub photo: bool,
    /// Whether it says 顔認証: a card without PINs (IDV-11).
    pub pinless: bool,
}

/// Returns the ways on offer, in the order shown (IDV-10, IDV-11, IDV-16, VAR-02).
pub fn on_offer(face: CardFace, site: SiteKind) -> Vec<Method> {
    let camera = !matches!(
        site,
        SiteKind::EligibilityOnly
            | SiteKind::OnlineCare
            | SiteKind::HomeVisit
            | SiteKind::Ambulance
    );
    let mut methods = Vec::new();
    if camera && face.photo {
        methods.push(Method::Face);
    }
    if !face.pinless && site != SiteKind::Ambulance {
        methods.push(Method::Pin);
    }
    methods
}

/// Tells whether staff may compare the face with the photo (not: photo-less card, online care).
pub fn allows_visual_check(face: CardFace, site: SiteKind) -> bool {
    face.photo && site != SiteKind::OnlineCare
}
