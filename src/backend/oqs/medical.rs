//! Medical information in results, in both directions.
//!
//! Of the real layout a public reader of drug results shows `MeTrMonthInf` and what it holds
//! (confidence M); that of diagnoses, surgery and check-ups is not public. Convention of this
//! harness: those stand in `SimulatedRecord`, and a kind that is withheld in `SimulatedRefusal`.

use super::Unreadable;
use super::field::{self, needed, required};
use super::response::refusal;
use super::xml::Element;
use crate::eligibility::{MedicalKind, MedicalRecord, Refusal};

/// What a medical result says.
#[derive(Debug, Clone, PartialEq)]
pub struct Medical {
    /// The records, or why there are none.
    pub result: Result<Vec<MedicalRecord>, Refusal>,
    /// Kinds that were asked for beside the first, and withheld.
    pub withheld: Vec<(MedicalKind, Refusal)>,
    /// Whether there is content in a layout that is not public, and so not read.
    pub unread: bool,
}

/// The kinds by their names in `SimulatedRecord`.
const KINDS: &[(MedicalKind, &str)] = &[
    (MedicalKind::Drug, "drug"),
    (MedicalKind::Diagnosis, "diagnosis"),
    (MedicalKind::Checkup, "checkup"),
    (MedicalKind::Surgery, "surgery"),
    (MedicalKind::EmergencySummary, "emergency-summary"),
];

fn kind_name(kind: MedicalKind) -> &'static str {
    KINDS
        .iter()
        .find(|(one, _)| *one == kind)
        .map_or("", |(_, name)| name)
}

fn kind_of(name: &str) -> Option<MedicalKind> {
    KINDS
        .iter()
        .find(|(_, one)| *one == name)
        .map(|(kind, _)| *kind)
}

/// Groups of months in drug results: dispensed, dispensed on electronic prescription, prescribed.
/// Each with the elements of its month and of a drug's name.
const MONTHS: &[(&str, &str, &str)] = &[
    ("MeTrMonthInf", "MeTrMonth", "DrugN"),
    ("CzDiMonthInf", "CzDiMonth", "CzDrugN"),
    ("ShPrMonthInf", "ShPrMonth", "ShDrugN"),
];

impl Medical {
    pub(super) fn write(&self, body: &mut Element) {
        match &self.result {
            Err(refusal) => {
                body.put("ResultCode", &refusal.code);
                body.put("MessageContents", &refusal.message);
            }
            Ok(records) => {
                body.put("ResultCode", "1");
                for record in records {
                    body.push(match record.kind {
                        MedicalKind::Drug => write_drug(record),
                        _ => write_record(record),
                    });
                }
            }
        }
        for (kind, refusal) in &self.withheld {
            let mut element = Element::new("SimulatedRefusal");
            element.put("SimulatedKind", kind_name(*kind));
            element.put("SimulatedCode", &refusal.code);
            element.put("SimulatedMessage", &refusal.message);
            body.push(element);
        }
    }

    pub(super) fn read(body: &Element) -> Result<Medical, Unreadable> {
        let withheld = body
            .all("SimulatedRefusal")
            .map(|element| {
                let kind = required(element, "SimulatedKind", kind_of)?;
                let (code, message) = (
                    element.get("SimulatedCode"),
                    element.get("SimulatedMessage"),
                );
                Ok((kind, refusal(code, message)))
            })
            .collect::<Result<_, _>>()?;
        let code = needed(body, "ResultCode")?;
        if code != "1" {
            return Ok(Medical {
                result: Err(refusal(Some(code), body.get("MessageContents"))),
                withheld,
                unread: false,
            });
        }
        let mut records = Vec::new();
        let mut unread = false;
        for child in &body.children {
            match child.name.as_str() {
                "ResultCode" | "MessageContents" | "SimulatedRefusal" => {}
                "SimulatedRecord" => records.push(read_record(child)?),
                _ => unread |= !read_months(child, &mut records)?,
            }
        }
        Ok(Medical {
            result: Ok(records),
            withheld,
            unread,
        })
    }
}

fn write_record(record: &MedicalRecord) -> Element {
    let mut element = Element::new("SimulatedRecord");
    element.put("SimulatedKind", kind_name(record.kind));
    element.put("SimulatedMonth", &field::month(&record.month));
    element.put("SimulatedText", &record.text);
    element
}

fn read_record(element: &Element) -> Result<MedicalRecord, Unreadable> {
    Ok(MedicalRecord {
        kind: required(element, "SimulatedKind", kind_of)?,
        month: required(element, "SimulatedMonth", field::parse_month)?,
        text: element.get("SimulatedText").unwrap_or("").to_owned(),
    })
}

fn write_drug(record: &MedicalRecord) -> Element {
    let mut drug = Element::new("DrugInf");
    drug.put("DrugN", &record.text);
    let mut day = Element::new("DiDateInf");
    let mut drugs = Element::new("DrugInfs");
    drugs.push(drug);
    day.push(drugs);
    let mut days = Element::new("DiDateInfs");
    days.push(day);
    let mut month = Element::new("MeTrMonthInf");
    month.put("MeTrMonth", &field::month(&record.month));
    month.push(days);
    month
}

/// Reads months of drugs, directly or in a group; tells whether all of it was known.
fn read_months(element: &Element, records: &mut Vec<MedicalRecord>) -> Result<bool, Unreadable> {
    if let Some((_, month, drug)) = MONTHS.iter().find(|(name, ..)| *name == element.name) {
        let mut names = Vec::new();
        collect(element, drug, &mut names);
        records.push(MedicalRecord {
            kind: MedicalKind::Drug,
            month: required(element, month, field::parse_month)?,
            text: names.join("、"),
        });
        return Ok(true);
    }
    if !matches!(element.name.as_str(), "CzDiInf" | "ShPrInf") {
        // A group that holds nothing says nothing.
        return Ok(element.children.is_empty() && element.value().is_none());
    }
    let mut known = true;
    for child in &element.children {
        known &= read_months(child, records)?;
    }
    Ok(known)
}

fn collect(element: &Element, name: &str, found: &mut Vec<String>) {
    for child in &element.children {
        if child.name == name {
            found.extend(child.value().map(str::to_owned));
        }
        collect(child, name, found);
    }
}
