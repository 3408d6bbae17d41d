//! What is asked past the card in a disaster or an outage of the centre (DIS-01, OUT-01).
//!
//! Conventions of this harness, where eligibility.md §2 is silent: a search by name finds the
//! person's current qualification, as a card does; of what is typed, everything counts; surgery is
//! not among what a disaster opens; what is recorded in a disaster counts at that institution, for
//! the rest of the activation.

use jiff::civil::Date;

use super::evidence::{folded, unpadded};
use crate::eligibility::{Incident, IncidentKind, MedicalKind, Registry, Sex, Site};

/// What staff know of somebody whose card and number are not at hand.
#[derive(Debug, Clone, Copy)]
pub struct Description<'a> {
    /// Name.
    pub name: &'a str,
    /// Birth date.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Address.
    pub address: Option<&'a str>,
    /// Insurer number.
    pub insurer: Option<&'a str>,
}

/// Returns the disaster for which `site` may view on `day`: its municipality is in the activated
/// area, the day in the period, and whoever asks has an administration account (DIS-01).
pub fn disaster<'a>(incidents: &'a [Incident], site: &Site, day: Date) -> Option<&'a Incident> {
    let municipality = site.municipality.as_ref().filter(|_| site.administrator)?;
    incidents.iter().find(|incident| {
        let area = match &incident.kind {
            IncidentKind::Disaster(area) => area.contains(municipality),
            IncidentKind::Outage(_) => false,
        };
        area && lasts(incident, day)
    })
}

/// Tells whether the failure mode is switched on for `site` on `day` (OUT-01).
pub fn is_outage(incidents: &[Incident], site: &Site, day: Date) -> bool {
    incidents.iter().any(|incident| {
        let listed = match &incident.kind {
            IncidentKind::Outage(institutions) => institutions.contains(&site.institution),
            IncidentKind::Disaster(_) => false,
        };
        listed && lasts(incident, day)
    })
}

/// Tells whether a function is switched on on `day`, its first and its last day included.
pub fn lasts(incident: &Incident, day: Date) -> bool {
    incident.from <= day && day <= incident.until
}

/// Tells whether a recorded consent, or why there is none, opens this in a disaster: drugs,
/// diagnoses and check-ups (eligibility.md §2; that surgery stays shut is a convention).
pub fn opens(kind: MedicalKind) -> bool {
    matches!(
        kind,
        MedicalKind::Drug | MedicalKind::Diagnosis | MedicalKind::Checkup
    )
}

/// Tells whether a description is of this person, whatever the spaces and the width of the letters.
pub fn describes(description: &Description<'_>, registry: &Registry) -> bool {
    let person = &registry.person;
    let address = description.address.is_none_or(|asked| {
        let kept = person.address.as_deref();
        kept.is_some_and(|kept| folded(asked) == folded(kept))
    });
    let insured = description.insurer.is_none_or(|asked| {
        let mut qualifications = registry.qualifications.iter();
        qualifications.any(|one| unpadded(asked) == unpadded(&one.insurer))
    });
    folded(description.name) == folded(&person.name)
        && description.birth_date == person.birth_date
        && description.sex == person.sex
        && address
        && insured
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::Person;
    use jiff::civil::date;

    fn site(municipality: &str, administrator: bool) -> Site {
        Site {
            municipality: Some(municipality.to_owned()),
            administrator,
            ..Site::default()
        }
    }

    fn week(kind: IncidentKind) -> [Incident; 1] {
        [Incident {
            kind,
            from: date(2024, 1, 1),
            until: date(2024, 1, 7),
        }]
    }

    #[test]
    fn a_disaster_is_viewed_in_its_area_from_its_first_to_its_last_day() {
        let incidents = week(IncidentKind::Disaster(vec!["99201".to_owned()]));
        let viewed = |site: &Site, day| disaster(&incidents, site, day).is_some();
        let inside = site("99201", true);
        assert!(!viewed(&inside, date(2023, 12, 31)));
        assert!(viewed(&inside, date(2024, 1, 1)));
        assert!(viewed(&inside, date(2024, 1, 7)));
        assert!(!viewed(&inside, date(2024, 1, 8)));
        assert!(!viewed(&site("99202", true), date(2024, 1, 3)));
        assert!(!viewed(&site("99201", false), date(2024, 1, 3)));
        assert!(!is_outage(&incidents, &inside, date(2024, 1, 3)));
    }

    #[test]
    fn an_outage_is_of_the_institutions_for_which_it_was_switched_on() {
        let incidents = week(IncidentKind::Outage(vec!["1399999999".to_owned()]));
        let here = Site::default();
        let elsewhere = Site {
            institution: "1388888888".to_owned(),
            ..Site::default()
        };
        assert!(is_outage(&incidents, &here, date(2024, 1, 1)));
        assert!(is_outage(&incidents, &here, date(2024, 1, 7)));
        assert!(!is_outage(&incidents, &here, date(2024, 1, 8)));
        assert!(!is_outage(&incidents, &elsewhere, date(2024, 1, 3)));
    }

    #[test]
    fn spaces_and_width_do_not_count_in_a_description() {
        let registry = Registry::of(Person {
            name: "模擬　ﾀﾛｳ".to_owned(),
            kana: "モギ　タロウ".to_owned(),
            birth_date: date(1985, 6, 15),
            sex: Sex::Male,
            address: Some("架空県模擬市１－２".to_owned()),
            postcode: None,
        });
        let asked = Description {
            name: "模擬タロウ",
            birth_date: date(1985, 6, 15),
            sex: Sex::Male,
            address: Some("架空県 模擬市1-2"),
            insurer: None,
        };
        assert!(describes(&asked, &registry));
        let other_address = Description {
            address: Some("架空県模擬市1-3"),
            ..asked
        };
        assert!(!describes(&other_address, &registry));
        let other_sex = Description {
            sex: Sex::Female,
            ..asked
        };
        assert!(!describes(&other_sex, &registry));
        let with_insurer = Description {
            insurer: Some("01139999"),
            ..asked
        };
        assert!(!describes(&with_insurer, &registry), "no such insurance");
    }
}
