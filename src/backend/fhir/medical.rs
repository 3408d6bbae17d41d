//! Medical information as a collection Bundle, both ways.

use super::Unreadable;
use super::look::{list, needed_text, resource_type, text};
use super::outcome::{simulation, simulation_tag};
use super::system::MEDICAL_KIND;
use super::tree::{Members as _, Value, array, object, word};
use crate::eligibility::{MedicalAnswer, MedicalKind, MedicalRecord, Moment};

/// Returns the collection Bundle of an answer; dates have the precision of a month.
pub(super) fn write(answer: &MedicalAnswer, now: Moment) -> Value<'_> {
    let kind = object! { "system": MEDICAL_KIND, "code": word(&answer.kind) };
    let meta = object! { "tag": array![simulation_tag(), kind] };
    let entries: Vec<Value<'_>> = answer
        .records
        .iter()
        .enumerate()
        .map(|(index, record)| {
            // The last part counts the entries, so that the answer is the same every time.
            let full = format!("urn:uuid:00000000-0000-4000-8000-{:012}", index + 1);
            object! { "fullUrl": full, "resource": resource(record) }
        })
        .collect();
    let mut bundle = object! {
        "resourceType": "Bundle",
        "meta": meta,
        "type": "collection",
        "timestamp": now.to_string(),
    };
    bundle.put("entry", entries);
    bundle
}

fn resource(record: &MedicalRecord) -> Value<'_> {
    let subject = object! { "display": "SIMULATION: the person asked about" };
    let text = record.text.as_str();
    let says = object! { "text": text };
    let month = record.month.as_str();
    match record.kind {
        MedicalKind::Drug => object! {
            "resourceType": "MedicationStatement",
            "meta": simulation(),
            "status": "completed",
            "medicationCodeableConcept": says,
            "subject": subject,
            "effectiveDateTime": month,
        },
        MedicalKind::Diagnosis => object! {
            "resourceType": "Condition",
            "meta": simulation(),
            "code": says,
            "subject": subject,
            "recordedDate": month,
        },
        MedicalKind::Checkup => object! {
            "resourceType": "Observation",
            "meta": simulation(),
            "status": "final",
            "code": object! { "text": "特定健診" },
            "subject": subject,
            "effectiveDateTime": month,
            "valueString": text,
        },
        MedicalKind::Surgery => object! {
            "resourceType": "Procedure",
            "meta": simulation(),
            "status": "completed",
            "code": says,
            "subject": subject,
            "performedDateTime": month,
        },
        MedicalKind::EmergencySummary => object! {
            "resourceType": "DocumentReference",
            "meta": simulation(),
            "status": "current",
            "type": object! { "text": "救急用サマリー" },
            "description": text,
            "content": array![object! { "attachment": object! { "title": "SIMULATION" } }],
            "context": object! { "period": object! { "start": month } },
        },
    }
}

/// Reads a Bundle of records. Its tag says the kind, else it is the kind that was asked for; the
/// kind of each record follows from its resource. What is none of these is ignored, with a note.
pub(super) fn read(
    bundle: &Value<'_>,
    asked: MedicalKind,
    missing: &mut Vec<String>,
) -> Result<MedicalAnswer, Unreadable> {
    let tag = bundle
        .at("meta")
        .and_then(|meta| meta.at("tag")?.as_array())
        .into_iter()
        .flatten()
        .find(|tag| tag.at("system").and_then(Value::as_str) == Some(MEDICAL_KIND))
        .and_then(|tag| tag.at("code")?.as_str());
    let kind = match tag {
        Some(word) => {
            super::look::read_word(word).map_err(|error| error.within("Bundle.meta.tag"))?
        }
        None => asked,
    };
    let mut records = Vec::new();
    let entries = list(bundle, "entry").map_err(|error| error.within("Bundle"))?;
    for (index, entry) in entries.iter().enumerate() {
        let place = format!("Bundle.entry[{index}].resource");
        let resource = entry
            .at("resource")
            .ok_or_else(|| Unreadable::new(&place, "a resource was expected"))?;
        match record(resource).map_err(|error| error.within(&place))? {
            Some(record) => records.push(record),
            None => {
                let what = resource_type(resource);
                if !matches!(
                    what,
                    "Patient" | "Organization" | "Practitioner" | "Coverage"
                ) {
                    missing.push(format!("{place}: {what:?} is not read"));
                }
            }
        }
    }
    Ok(MedicalAnswer { kind, records })
}

fn record(resource: &Value<'_>) -> Result<Option<MedicalRecord>, Unreadable> {
    let concept = |member: &str| -> Result<String, Unreadable> {
        let concept = resource
            .at(member)
            .ok_or_else(|| Unreadable::new(member, "a CodeableConcept was expected"))?;
        spoken(concept).map_err(|error| error.within(member))
    };
    let (kind, says, dates): (MedicalKind, String, &[&str]) = match resource_type(resource) {
        "MedicationStatement" | "MedicationAdministration" => (
            MedicalKind::Drug,
            concept("medicationCodeableConcept")?,
            &["effectiveDateTime", "effectivePeriod"],
        ),
        "MedicationRequest" => (
            MedicalKind::Drug,
            concept("medicationCodeableConcept")?,
            &["authoredOn"],
        ),
        "MedicationDispense" => (
            MedicalKind::Drug,
            concept("medicationCodeableConcept")?,
            &["whenHandedOver", "whenPrepared"],
        ),
        "Condition" => (
            MedicalKind::Diagnosis,
            concept("code")?,
            &["recordedDate", "onsetDateTime", "onsetPeriod"],
        ),
        "Observation" => {
            let says = match text(resource, "valueString")? {
                Some(says) => says.to_owned(),
                None => concept("code")?,
            };
            (
                MedicalKind::Checkup,
                says,
                &["effectiveDateTime", "effectivePeriod", "issued"],
            )
        }
        "Procedure" => (
            MedicalKind::Surgery,
            concept("code")?,
            &["performedDateTime", "performedPeriod"],
        ),
        "DocumentReference" => (
            MedicalKind::EmergencySummary,
            needed_text(resource, "description")?.to_owned(),
            &["date"],
        ),
        _ => return Ok(None),
    };
    Ok(Some(MedicalRecord {
        kind,
        month: month(resource, dates)?,
        text: says,
    }))
}

/// Returns what a CodeableConcept says to people.
fn spoken(concept: &Value<'_>) -> Result<String, Unreadable> {
    if let Some(text) = text(concept, "text")? {
        return Ok(text.to_owned());
    }
    list(concept, "coding")?
        .iter()
        .find_map(|coding| {
            ["display", "code"]
                .into_iter()
                .find_map(|member| coding.at(member)?.as_str())
        })
        .map(str::to_owned)
        .ok_or_else(|| Unreadable::new("text", "a text or a coding was expected"))
}

/// Returns the month that a resource names in one of these members, or in its context.
fn month(resource: &Value<'_>, members: &[&str]) -> Result<String, Unreadable> {
    let context = resource.at("context").and_then(|it| it.at("period"));
    let named = context
        .into_iter()
        .chain(members.iter().filter_map(|member| resource.at(member)))
        .find_map(|date| date.as_str().or_else(|| date.at("start")?.as_str()));
    let place = members.first().copied().unwrap_or("");
    let named = named.ok_or_else(|| Unreadable::new(place, "a month or a day was expected"))?;
    let month = named.get(..7).unwrap_or(named);
    let is_month = format!("{month}-01").parse::<jiff::civil::Date>().is_ok();
    if !is_month {
        return Err(Unreadable::new(
            place,
            format!("a month such as 2025-10 was expected, {named:?} stands there"),
        ));
    }
    Ok(month.to_owned())
}
