//! `ResultOfQualificationConfirmation`, in both directions (eligibility.md §1.5).
//!
//! Conventions of this harness: `DisqualificationDate` is the day after the last day of the
//! qualification (資格喪失日); the share of people whose result has no place for one is read as
//! 30 %, before school as 20 %, under 医療扶助 as 0, and a share that differs from that is written
//! as `InsuredPartialContributionRatio`, which real results have for 後期高齢者 only.

use super::code::{CLASS, LOSS, RELATION, SEX};
use super::field::{self, optional, required};
use super::xml::Element;
use super::{Unreadable, certificates, consents};
use crate::eligibility::{
    CardClass, ElderlyCertificate, Eligibility, Moment, Person, Qualification, Validity,
};

/// The element's name.
pub(super) const RESULT: &str = "ResultOfQualificationConfirmation";

/// Writes what was found; nothing where there is no person, qualification or ticket.
pub(super) fn write(found: &Eligibility, now: Moment, references: &[String]) -> Option<Element> {
    if found.person.is_none() && found.qualification.is_none() && found.tickets.is_empty() {
        return None;
    }
    let mut element = Element::new(RESULT);
    if let Some(qualification) = &found.qualification {
        write_qualification(qualification, &mut element);
    }
    if let Some(person) = &found.person {
        write_person(person, &mut element);
    }
    certificates::write(found, &mut element);
    consents::write(found, now, &mut element);
    for reference in references {
        element.put("ReferenceNumber", reference);
    }
    Some(element)
}

/// Reads what was found.
pub(super) fn read(element: &Element, validity: Validity) -> Result<Eligibility, Unreadable> {
    let elderly = read_elderly(element)?;
    let has_qualification = element.get("InsurerNumber").is_some();
    let has_person = element.get("Name").is_some() || element.get("Birthdate").is_some();
    Ok(Eligibility {
        validity,
        person: has_person.then(|| read_person(element)).transpose()?,
        qualification: has_qualification
            .then(|| read_qualification(element, elderly))
            .transpose()?,
        limit: certificates::read_limit(element)?,
        specific_diseases: certificates::read_diseases(element)?,
        tickets: certificates::read_tickets(element)?,
        consents: consents::read(element)?,
        side_information: None,
    })
}

fn write_qualification(qualification: &Qualification, element: &mut Element) {
    element.put("InsuredCardClassification", CLASS.code(qualification.class));
    element.put(
        "InsurerNumber",
        &field::insurer_in_result(&qualification.insurer),
    );
    element.put("InsuredCardSymbol", &qualification.symbol);
    element.put("InsuredIdentificationNumber", &qualification.number);
    element.put_some("InsuredBranchNumber", qualification.branch.as_deref());
    element.put(
        "PersonalFamilyClassification",
        RELATION.code(qualification.relation),
    );
    element.put("InsurerName", &qualification.insurer_name);
    element.put("QualificationDate", &field::date(qualification.from));
    if let Some(until) = qualification.until {
        let lost = until.tomorrow().unwrap_or(until);
        element.put("DisqualificationDate", &field::date(lost));
    }
    if let Some(reason) = qualification.lost_because {
        element.put("ReasonOfLoss", LOSS.code(reason));
    }
    let implied = implied_share(
        qualification.class,
        qualification.elderly.as_ref(),
        qualification.preschool,
    );
    if qualification.share != implied || is_latter_stage(&qualification.insurer) {
        element.put(
            "InsuredPartialContributionRatio",
            &field::share(qualification.share),
        );
    }
    if qualification.preschool == Some(true) {
        element.put("PreschoolClassification", "1");
    }
    if let Some(elderly) = &qualification.elderly {
        let mut info = Element::new("ElderlyRecipientCertificateInfo");
        info.put(
            "ElderlyRecipientCertificateDate",
            &field::date(elderly.from),
        );
        info.put("ElderlyRecipientValidStartDate", &field::date(elderly.from));
        info.put("ElderlyRecipientValidEndDate", &field::date(elderly.until));
        info.put(
            "ElderlyRecipientContributionRatio",
            &field::share(elderly.share),
        );
        element.push(info);
    }
}

/// Tells whether this is an insurer of 後期高齢者医療: its number begins with 39.
fn is_latter_stage(insurer: &str) -> bool {
    let bare = insurer.trim();
    bare.len() == 8 && bare.starts_with("39")
}

fn implied_share(
    class: CardClass,
    elderly: Option<&ElderlyCertificate>,
    preschool: Option<bool>,
) -> u8 {
    match elderly {
        _ if class == CardClass::MedicalAid => 0,
        Some(elderly) => elderly.share,
        None if preschool == Some(true) => 20,
        None => 30,
    }
}

fn read_elderly(element: &Element) -> Result<Option<ElderlyCertificate>, Unreadable> {
    let Some(info) = element.child("ElderlyRecipientCertificateInfo") else {
        return Ok(None);
    };
    // An empty group stands in results of people without such a certificate.
    if info.children.iter().all(|child| child.value().is_none()) {
        return Ok(None);
    }
    Ok(Some(ElderlyCertificate {
        share: required(
            info,
            "ElderlyRecipientContributionRatio",
            field::parse_share,
        )?,
        from: required(info, "ElderlyRecipientValidStartDate", field::parse_date)?,
        until: required(info, "ElderlyRecipientValidEndDate", field::parse_date)?,
    }))
}

fn read_qualification(
    element: &Element,
    elderly: Option<ElderlyCertificate>,
) -> Result<Qualification, Unreadable> {
    let class = optional(element, "InsuredCardClassification", |code| {
        CLASS.value(code)
    })?
    .unwrap_or_default();
    // 2 is said to mean "at school".
    let preschool = optional(element, "PreschoolClassification", |code| match code {
        "1" => Some(Some(true)),
        "0" | "2" => Some(None),
        _ => None,
    })?
    .flatten();
    let lost = optional(element, "DisqualificationDate", field::parse_date)?;
    let share = optional(
        element,
        "InsuredPartialContributionRatio",
        field::parse_share,
    )?
    .unwrap_or_else(|| implied_share(class, elderly.as_ref(), preschool));
    Ok(Qualification {
        insurer: field::needed(element, "InsurerNumber")?.to_owned(),
        insurer_name: element.get("InsurerName").unwrap_or("").to_owned(),
        symbol: element.get("InsuredCardSymbol").unwrap_or("").to_owned(),
        number: field::needed(element, "InsuredIdentificationNumber")?.to_owned(),
        branch: element.get("InsuredBranchNumber").map(str::to_owned),
        relation: required(element, "PersonalFamilyClassification", |code| {
            RELATION.value(code)
        })?,
        from: required(element, "QualificationDate", field::parse_date)?,
        until: lost.map(|day| day.yesterday().unwrap_or(day)),
        lost_because: optional(element, "ReasonOfLoss", |code| LOSS.value(code))?,
        class,
        share,
        preschool,
        elderly,
    })
}

fn write_person(person: &Person, element: &mut Element) {
    element.put("Name", &person.name);
    element.put("NameKana", &field::half_width(&person.kana));
    element.put("Sex1", SEX.code(person.sex));
    element.put("Birthdate", &field::date(person.birth_date));
    element.put_some("Address", person.address.as_deref());
    element.put_some("PostNumber", person.postcode.as_deref());
}

fn read_person(element: &Element) -> Result<Person, Unreadable> {
    let sex = |name| optional(element, name, |code| SEX.value(code));
    Ok(Person {
        name: field::needed(element, "Name")?.to_owned(),
        kana: field::full_width(element.get("NameKana").unwrap_or("")),
        birth_date: required(element, "Birthdate", field::parse_date)?,
        sex: match sex("Sex1")? {
            Some(sex) => sex,
            None => {
                sex("Sex2")?.ok_or_else(|| Unreadable::new("Sex1", "is missing, and so is Sex2"))?
            }
        },
        address: element.get("Address").map(str::to_owned),
        postcode: element.get("PostNumber").map(str::to_owned),
    })
}
