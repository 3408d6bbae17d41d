//! CONS: whether a fetch of medical information rests on a consent on record.

use crate::eligibility::{Care, CertificatePhase, ConsentAnswer, ConsentKind, Inquiry};
use crate::judge::dates;
use crate::judge::facts::case::governed_by;
use crate::judge::facts::{Exchange, Facts, Recorded, phases_of};
use crate::judge::incident::standing;
use crate::transcript::Role;

/// What a correct backend makes of a fetch of medical information.
pub(super) enum Gate {
    /// The consent is on record and counts.
    Open,
    /// Closed, by the row that says so, and by which exception of it.
    Closed(&'static str, Option<&'static str>),
    /// Nothing is known: an emergency, care of another kind than the consent's, whose data it is.
    Unknown,
}

/// Finds whether a fetch rests on a consent on record, and which row closes it if not.
pub(super) fn gate(facts: &Facts<'_>, exchange: &Exchange<'_>) -> Gate {
    let Inquiry::Medical {
        kind, care, site, ..
    } = exchange.inquiry
    else {
        return Gate::Unknown;
    };
    let (Some(person), Some(question)) = (exchange.person, governed_by(*kind)) else {
        return Gate::Unknown;
    };
    // In grace the row is CERT-03, in an emergency EMG-04.
    let in_grace = facts.person(person).is_some_and(|patient| {
        phases_of(&patient.card, exchange.at).contains(&CertificatePhase::Grace)
    });
    if *care == Care::Emergency || (in_grace && exchange.from == Role::Reader) {
        return Gate::Unknown;
    }
    // Past card and number the row is DIS-01 or OUT-01.
    if standing(facts, exchange).is_some() {
        return Gate::Unknown;
    }
    let here = facts.consent_on_record(person, &site.institution, question, exchange.n);
    match here {
        Some(record) if record.answer == ConsentAnswer::Refuse => {
            let by = if question == ConsentKind::Checkup {
                "CONS-05"
            } else {
                "CONS-01"
            };
            Gate::Closed(by, None)
        }
        Some(record) => by_age(facts, exchange, record, *care),
        None if facts.agreed_elsewhere(person, &site.institution, question, exchange) => {
            Gate::Closed("CONS-04", None)
        }
        None if asked_by_number(facts, exchange) => Gate::Closed("CONS-08", None),
        None => Gate::Closed("CONS-01", None),
    }
}

/// Tells whether staff had asked for the person by number before, at the same institution: the most
/// likely reason why a fetch without any consent is answered (CONS-08).
fn asked_by_number(facts: &Facts<'_>, fetch: &Exchange<'_>) -> bool {
    let Inquiry::Medical { site: here, .. } = fetch.inquiry else {
        return false;
    };
    let mut before = facts.exchanges.iter().take_while(|it| it.n < fetch.n);
    before.any(|exchange| match exchange.inquiry {
        Inquiry::Number {
            disaster: None,
            site,
            ..
        } => exchange.person == fetch.person && site.institution == here.institution,
        _ => false,
    })
}

/// Finds whether a consent still counts. How one for some care bears on another is stated nowhere.
fn by_age(facts: &Facts<'_>, exchange: &Exchange<'_>, record: &Recorded, care: Care) -> Gate {
    let holds = dates::consent_holds(record.at, exchange.at);
    match (record.care, care) {
        // That the last instant counts is a convention of this harness (9).
        (Care::Outpatient, Care::Outpatient)
            if facts.backend_is_foreign() && at_its_end(record, exchange) =>
        {
            Gate::Unknown
        }
        (Care::Outpatient, Care::Outpatient) if holds => Gate::Open,
        (Care::Outpatient, Care::Outpatient) => Gate::Closed("CONS-03", None),
        // How long after the session it counts is not published.
        (Care::Online, Care::Online) if holds && exchange.from == Role::Reader => Gate::Open,
        (Care::Online, Care::Online) if holds => Gate::Unknown,
        (Care::Online, Care::Online) => Gate::Closed("CONS-03", Some("online")),
        (Care::HomeVisit, Care::HomeVisit) if facts.withdrawn(record, exchange) => {
            Gate::Closed("CONS-03", Some("withdrawn"))
        }
        (Care::HomeVisit, Care::HomeVisit) => Gate::Open,
        _ => Gate::Unknown,
    }
}

fn at_its_end(record: &Recorded, exchange: &Exchange<'_>) -> bool {
    let age = exchange.at.0.duration_since(record.at.0);
    age == jiff::SignedDuration::from_secs(dates::CONSENT_SECONDS)
}
