//! A person as a Patient, both ways, with JP Core's two names.

use super::Unreadable;
use super::look::{day, extension_at, list, text};
use super::system::REPRESENTATION;
use super::tree::{Members as _, Value, array, object};
use crate::eligibility::{Person, Sex};

/// Returns a name in one script: `IDE` kanji, `SYL` kana.
fn human_name<'a>(script: &'a str, name: &'a str) -> Value<'a> {
    let mut human = object! {
        "extension": array![object! { "url": REPRESENTATION, "valueCode": script }],
        "use": "official",
        "text": name,
    };
    let mut parts = name
        .split(['\u{3000}', ' '])
        .filter(|part| !part.is_empty());
    if let (Some(family), Some(given), None) = (parts.next(), parts.next(), parts.next()) {
        human.set("family", family);
        human.set("given", array![given]);
    }
    human
}

fn gender(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Unset => "unknown",
    }
}

/// What is known of a patient, as far as a resource says it.
pub(super) struct Known<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) kana: Option<&'a str>,
    pub(super) birth_date: Option<jiff::civil::Date>,
    pub(super) sex: Option<Sex>,
    pub(super) address: Option<&'a str>,
    pub(super) postcode: Option<&'a str>,
}

/// Returns the contained Patient `#patient`.
pub(super) fn write<'a>(known: &Known<'a>) -> Value<'a> {
    let mut names = Vec::new();
    for (script, name) in [("IDE", known.name), ("SYL", known.kana)] {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            names.push(human_name(script, name));
        }
    }
    let mut patient = object! { "resourceType": "Patient", "id": "patient" };
    patient.put("name", names);
    if let Some(sex) = known.sex {
        patient.set("gender", gender(sex));
    }
    if let Some(birth_date) = known.birth_date {
        patient.set("birthDate", birth_date.to_string());
    }
    let mut address = object! {};
    address.put("text", known.address.unwrap_or_default());
    address.put("postalCode", known.postcode.unwrap_or_default());
    if address != (object! {}) {
        patient.set("address", array![address]);
    }
    patient
}

/// Returns the contained Patient of a person on record.
pub(super) fn write_person(person: &Person) -> Value<'_> {
    write(&Known {
        name: Some(&person.name),
        kana: Some(&person.kana),
        birth_date: Some(person.birth_date),
        sex: Some(person.sex),
        address: person.address.as_deref(),
        postcode: person.postcode.as_deref(),
    })
}

/// Reads a person. What a [`Person`] cannot be without and the Patient does not say is added to
/// `missing`, and there is no person then.
pub(super) fn read(
    patient: &Value<'_>,
    missing: &mut Vec<String>,
) -> Result<Option<Person>, Unreadable> {
    let inside = |error: Unreadable| error.within("Patient");
    let (name, kana) = names(patient).map_err(inside)?;
    let birth_date = day(patient, "birthDate").map_err(inside)?;
    let sex = sex(patient).map_err(inside)?;
    let (address, postcode) = address(patient).map_err(inside)?;
    for (absent, member) in [
        (name.is_none(), "Patient.name"),
        (kana.is_none(), "Patient.name in kana"),
        (birth_date.is_none(), "Patient.birthDate"),
        (sex.is_none(), "Patient.gender"),
    ] {
        if absent {
            missing.push(member.to_owned());
        }
    }
    let (Some(name), Some(birth_date), Some(sex)) = (name, birth_date, sex) else {
        return Ok(None);
    };
    Ok(Some(Person {
        name,
        kana: kana.unwrap_or_default(),
        birth_date,
        sex,
        address,
        postcode,
    }))
}

/// Reads the sex, where it is said; HL7's `other` and `unknown` are 未設定.
pub(super) fn sex(patient: &Value<'_>) -> Result<Option<Sex>, Unreadable> {
    Ok(match text(patient, "gender")? {
        None => None,
        Some("male") => Some(Sex::Male),
        Some("female") => Some(Sex::Female),
        Some("unknown" | "other") => Some(Sex::Unset),
        Some(other) => {
            return Err(Unreadable::new(
                "gender",
                format!("male, female, other or unknown was expected, {other:?} stands there"),
            ));
        }
    })
}

/// Reads the name and the name in kana.
pub(super) fn names(patient: &Value<'_>) -> Result<(Option<String>, Option<String>), Unreadable> {
    let (mut name, mut kana) = (None, None);
    for (index, human) in list(patient, "name")?.iter().enumerate() {
        let inside = |error: Unreadable| error.within(&format!("name[{index}]"));
        let script = extension_at(human, REPRESENTATION)
            .map_err(inside)?
            .and_then(|extension| extension.at("valueCode"))
            .and_then(Value::as_str);
        let written = whole(human).map_err(inside)?;
        match script {
            Some("SYL") => kana = kana.or(written),
            // Roman letters: nothing of ours.
            Some("ABC") => {}
            _ => name = name.or(written),
        }
    }
    Ok((name, kana))
}

fn whole(human: &Value<'_>) -> Result<Option<String>, Unreadable> {
    if let Some(text) = text(human, "text")? {
        return Ok(Some(text.to_owned()));
    }
    let parts: Vec<&str> = text(human, "family")?
        .into_iter()
        .chain(list(human, "given")?.iter().filter_map(Value::as_str))
        .collect();
    Ok((!parts.is_empty()).then(|| parts.join("\u{3000}")))
}

/// Reads address and postcode.
pub(super) fn address(patient: &Value<'_>) -> Result<(Option<String>, Option<String>), Unreadable> {
    let Some(address) = list(patient, "address")?.first() else {
        return Ok((None, None));
    };
    let inside = |error: Unreadable| error.within("address[0]");
    let postcode = text(address, "postalCode").map_err(inside)?;
    let written = match text(address, "text").map_err(inside)? {
        Some(text) => text.to_owned(),
        None => [
            text(address, "state").map_err(inside)?,
            text(address, "city").map_err(inside)?,
        ]
        .into_iter()
        .flatten()
        .chain(
            list(address, "line")
                .map_err(inside)?
                .iter()
                .filter_map(Value::as_str),
        )
        .collect(),
    };
    Ok((
        Some(written).filter(|written| !written.is_empty()),
        postcode.map(str::to_owned),
    ))
}
