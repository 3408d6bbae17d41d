//! Limit, specific diseases and tickets of a result, in both directions (eligibility.md §1.5).
//!
//! Convention of this harness: payer, recipient and welfare office of tickets stand beside the
//! list, and inside a ticket where they are not those of the first.

use super::Unreadable;
use super::code::{COMBINED, DESIGNATED, LIMIT_KIND, TICKET, TREATMENT};
use super::field::{self, needed, optional, required};
use super::xml::Element;
use crate::eligibility::{Eligibility, Limit, MedicalTicket, SpecificDisease};

const LIMIT: &str = "LimitApplicationCertificateRelatedInfo";
const DISEASES: &str = "SpecificDiseasesCertificateList";
const TICKETS: &str = "PublicExpenseResultList";

/// Writes what is there.
pub(super) fn write(found: &Eligibility, element: &mut Element) {
    if let Some(limit) = &found.limit {
        element.push(write_limit(limit));
    }
    if !found.specific_diseases.is_empty() {
        let mut list = Element::new(DISEASES);
        for disease in &found.specific_diseases {
            list.push(write_disease(disease));
        }
        element.push(list);
    }
    if let Some(first) = found.tickets.first() {
        write_payer(first, element);
        let mut list = Element::new(TICKETS);
        for ticket in &found.tickets {
            list.push(write_ticket(ticket, first));
        }
        element.push(list);
    }
}

fn write_limit(limit: &Limit) -> Element {
    let mut info = Element::new(LIMIT);
    let name = |what: &str| format!("LimitApplicationCertificate{what}");
    info.put(&name("Classification"), LIMIT_KIND.code(limit.kind));
    info.put(&name("ClassificationFlag"), &limit.class);
    info.put(&name("Date"), &field::date(limit.from));
    info.put(&name("ValidStartDate"), &field::date(limit.from));
    info.put(&name("ValidEndDate"), &field::date(limit.until));
    if let Some(day) = limit.long_term {
        info.put(&name("LongTermDate"), &field::date(day));
    }
    info
}

/// Tells whether a group is there and holds anything.
fn filled<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    element
        .child(name)
        .filter(|group| group.children.iter().any(|child| child.value().is_some()))
}

/// Reads the limit.
pub(super) fn read_limit(element: &Element) -> Result<Option<Limit>, Unreadable> {
    let Some(info) = filled(element, LIMIT) else {
        return Ok(None);
    };
    let name = |what: &str| format!("LimitApplicationCertificate{what}");
    Ok(Some(Limit {
        class: needed(info, &name("ClassificationFlag"))?.to_owned(),
        kind: optional(info, &name("Classification"), |code| LIMIT_KIND.value(code))?
            .unwrap_or_default(),
        from: required(info, &name("ValidStartDate"), field::parse_date)?,
        until: required(info, &name("ValidEndDate"), field::parse_date)?,
        long_term: optional(info, &name("LongTermDate"), field::parse_date)?,
    }))
}

fn write_disease(disease: &SpecificDisease) -> Element {
    let mut info = Element::new("SpecificDiseasesCertificateInfo");
    info.put("SpecificDiseasesDiseaseCategory", &disease.category);
    info.put(
        "SpecificDiseasesCertificateDate",
        &field::date(disease.from),
    );
    info.put("SpecificDiseasesValidStartDate", &field::date(disease.from));
    if let Some(until) = disease.until {
        info.put("SpecificDiseasesValidEndDate", &field::date(until));
    }
    if let Some(yen) = disease.self_pay {
        info.put("SpecificDiseasesSelfPay", &yen.to_string());
    }
    info
}

/// Reads the specific diseases.
pub(super) fn read_diseases(element: &Element) -> Result<Vec<SpecificDisease>, Unreadable> {
    let Some(list) = element.child(DISEASES) else {
        return Ok(Vec::new());
    };
    list.all("SpecificDiseasesCertificateInfo")
        .filter(|info| info.children.iter().any(|child| child.value().is_some()))
        .map(|info| {
            Ok(SpecificDisease {
                category: needed(info, "SpecificDiseasesDiseaseCategory")?.to_owned(),
                from: required(info, "SpecificDiseasesValidStartDate", field::parse_date)?,
                until: optional(info, "SpecificDiseasesValidEndDate", field::parse_date)?,
                self_pay: optional(info, "SpecificDiseasesSelfPay", |yen| yen.parse().ok())?,
            })
        })
        .collect()
}

fn write_payer(ticket: &MedicalTicket, element: &mut Element) {
    element.put("PublicExpenseNumber", &ticket.payer);
    element.put("BeneficiaryNumber", &ticket.recipient);
    element.put("WelfareOfficeName", &ticket.office);
}

fn write_ticket(ticket: &MedicalTicket, first: &MedicalTicket) -> Element {
    let mut info = Element::new("MedicalTicketInfo");
    info.put("TicketType", TICKET.code(ticket.kind));
    info.put("MedicalTicketValidDate", &field::date(ticket.from));
    info.put("MedicalTicketExpirationDate", &field::date(ticket.until));
    info.put("IssueNumber", &ticket.number);
    info.put("MedicalTreatmentMonth", &field::month(&ticket.month));
    info.put("DesignatedMedicalInstitutionCode", &ticket.institution);
    if let Some(designated) = ticket.designated {
        info.put(
            "DesignatedMedicalInstitutionFlag",
            DESIGNATED.code(designated),
        );
    }
    info.put("MedicalTreatmentType", TREATMENT.code(ticket.treatment));
    info.put("SelfPayAmount", &ticket.self_pay.to_string());
    info.put("SingleOrCombinedUse", COMBINED.code(ticket.combined));
    let same = (&ticket.payer, &ticket.recipient, &ticket.office)
        == (&first.payer, &first.recipient, &first.office);
    if !same {
        write_payer(ticket, &mut info);
    }
    info
}

/// Reads the tickets.
pub(super) fn read_tickets(element: &Element) -> Result<Vec<MedicalTicket>, Unreadable> {
    let Some(list) = element.child(TICKETS) else {
        return Ok(Vec::new());
    };
    list.all("MedicalTicketInfo")
        .filter(|info| info.children.iter().any(|child| child.value().is_some()))
        .map(|info| read_ticket(info, element))
        .collect()
}

fn read_ticket(info: &Element, element: &Element) -> Result<MedicalTicket, Unreadable> {
    let payer = |name: &str| {
        info.get(name)
            .or_else(|| element.get(name))
            .unwrap_or("")
            .to_owned()
    };
    Ok(MedicalTicket {
        kind: required(info, "TicketType", |code| TICKET.value(code))?,
        month: required(info, "MedicalTreatmentMonth", field::parse_month)?,
        from: required(info, "MedicalTicketValidDate", field::parse_date)?,
        until: required(info, "MedicalTicketExpirationDate", field::parse_date)?,
        number: info.get("IssueNumber").unwrap_or("").to_owned(),
        treatment: required(info, "MedicalTreatmentType", |code| TREATMENT.value(code))?,
        payer: payer("PublicExpenseNumber"),
        recipient: payer("BeneficiaryNumber"),
        office: payer("WelfareOfficeName"),
        institution: info
            .get("DesignatedMedicalInstitutionCode")
            .unwrap_or("")
            .to_owned(),
        designated: optional(info, "DesignatedMedicalInstitutionFlag", |code| {
            DESIGNATED.value(code)
        })?,
        self_pay: optional(info, "SelfPayAmount", |yen| yen.parse().ok())?.unwrap_or(0),
        combined: optional(info, "SingleOrCombinedUse", |code| COMBINED.value(code))?
            .unwrap_or(false),
    })
}
