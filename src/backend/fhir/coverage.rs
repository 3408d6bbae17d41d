//! An insurance as a Coverage with its Organization, both ways, with JP Core's identifiers.

use jiff::civil::Date;

use super::Unreadable;
use super::form::{ELDERLY, Kind, simple};
use super::look::{
    Resource, code_in, day, extension_at, identifier_in, list, own_boolean, own_word, text,
};
use super::system::{
    BRANCH, COPAY, COVERAGE_TYPE, INSURER_NUMBER, NUMBER, RELATIONSHIP, SUBSCRIBER_CSV,
    SUBSCRIBER_ID, SUBSCRIBER_RELATIONSHIP, SYMBOL, UCUM,
};
use super::tree::{Members as _, Value, array, object, word};
use crate::eligibility::{CardClass, NumberKey, Qualification, Relation};

/// The numbers of an insured person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Numbers {
    pub(super) insurer: Option<String>,
    pub(super) insurer_name: String,
    pub(super) symbol: String,
    pub(super) number: Option<String>,
    pub(super) branch: Option<String>,
}

/// The numbers that a Coverage is written with; an empty branch is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    insurer: &'a str,
    symbol: &'a str,
    number: &'a str,
    branch: &'a str,
}

impl<'a> Written<'a> {
    pub(super) fn of_key(key: &'a NumberKey) -> Written<'a> {
        Written {
            insurer: &key.insurer,
            symbol: &key.symbol,
            number: &key.number,
            branch: key.branch.as_deref().unwrap_or_default(),
        }
    }

    fn of_qualification(qualification: &'a Qualification) -> Written<'a> {
        Written {
            insurer: &qualification.insurer,
            symbol: &qualification.symbol,
            number: &qualification.number,
            branch: qualification.branch.as_deref().unwrap_or_default(),
        }
    }
}

/// Returns a text in full width, as JP Core wants mixed symbols.
fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// Returns a symbol or number in one width: as it is where it is plain ASCII, else full width.
fn one_width(text: &str) -> String {
    if text.is_ascii() {
        text.to_owned()
    } else {
        full_width(text)
    }
}

fn padded(insurer: &str) -> String {
    format!("{:0>8}", insurer.trim())
}

/// Returns the contained Organization `#insurer`.
pub(super) fn insurer<'a>(number: &'a str, name: &'a str) -> Value<'a> {
    let mut organization = object! { "resourceType": "Organization", "id": "insurer" };
    if !number.is_empty() {
        let identifier = object! { "system": INSURER_NUMBER, "value": number };
        organization.set("identifier", array![identifier]);
    }
    organization.put("name", name);
    organization
}

/// Returns the contained Coverage `#coverage` of these numbers.
pub(super) fn write_numbers(numbers: Written<'_>) -> Value<'_> {
    let Written {
        insurer,
        symbol,
        number,
        branch,
    } = numbers;
    let mut extensions = Vec::new();
    for (url, value) in [(SYMBOL, symbol), (NUMBER, number), (BRANCH, branch)] {
        if !value.is_empty() {
            extensions.push(object! { "url": url, "valueString": value });
        }
    }
    let (insurer, wide_symbol, wide_number) =
        (padded(insurer), full_width(symbol), full_width(number));
    let (one_symbol, one_number) = (one_width(symbol), one_width(number));
    let identifiers = array![
        object! {
            "system": SUBSCRIBER_ID,
            "value": format!("{insurer}:{one_symbol}:{one_number}:{branch}"),
        },
        object! {
            "system": SUBSCRIBER_CSV,
            "value": format!("\"{insurer}\",\"{wide_symbol}\",\"{wide_number}\",\"{branch}\""),
        },
    ];
    let mut coverage = object! { "resourceType": "Coverage", "id": "coverage" };
    coverage.put("extension", extensions);
    coverage.set("identifier", identifiers);
    coverage.set("status", "active");
    coverage.set("beneficiary", object! { "reference": "#patient" });
    coverage.put("dependent", branch);
    coverage.set("payor", array![object! { "reference": "#insurer" }]);
    coverage
}

/// Returns the kind of insurance as JP Core's code, by the form of the insurer number; 国保 has
/// six digits, 後期高齢者 begins with 39. Written for others to read, never read by us.
fn kind_of_insurance(qualification: &Qualification) -> &'static str {
    let number = qualification.insurer.trim().trim_start_matches('0');
    match number.len() {
        _ if qualification.class == CardClass::MedicalAid => "8",
        ..=6 => "2",
        8 if number.starts_with("39") => "7",
        _ => "1",
    }
}

/// Returns the period of a qualification.
pub(super) fn write_period(qualification: &Qualification) -> Value<'static> {
    let mut period = object! { "start": qualification.from.to_string() };
    if let Some(until) = qualification.until {
        period.set("end", until.to_string());
    }
    period
}

/// Returns the contained Coverage and Organization of a qualification.
pub(super) fn write(qualification: &Qualification) -> [Value<'_>; 2] {
    let mut coverage = write_numbers(Written::of_qualification(qualification));
    let kind = object! { "system": COVERAGE_TYPE, "code": kind_of_insurance(qualification) };
    coverage.set("type", object! { "coding": array![kind] });
    let relation = match qualification.relation {
        Relation::Insured => "1",
        Relation::Family => "2",
    };
    let relation = object! { "system": RELATIONSHIP, "code": relation };
    coverage.set("relationship", object! { "coding": array![relation] });
    coverage.set("period", write_period(qualification));
    let share = object! {
        "type": object! {
            "coding": array![object! { "system": COPAY, "code": "copaypct" }],
        },
        "valueQuantity": object! {
            "value": u64::from(qualification.share), "unit": "%", "system": UCUM, "code": "%",
        },
    };
    coverage.set("costToBeneficiary", array![share]);
    let mut extensions = match coverage.take("extension") {
        Value::Array(extensions) => extensions,
        _ => Vec::new(),
    };
    if !qualification.class.is_general() {
        extensions.push(simple("card-class", Kind::Code, word(&qualification.class)));
    }
    if let Some(reason) = qualification.lost_because {
        extensions.push(simple("loss-reason", Kind::Code, word(&reason)));
    }
    if let Some(preschool) = qualification.preschool {
        extensions.push(simple("preschool", Kind::Boolean, preschool));
    }
    if let Some(elderly) = &qualification.elderly {
        extensions.push(ELDERLY.write(elderly));
    }
    coverage.put("extension", extensions);
    [
        coverage,
        insurer(&qualification.insurer, &qualification.insurer_name),
    ]
}

/// Reads the numbers of a Coverage: JP Core's extensions first, else its subscriber identifier.
pub(super) fn numbers(resource: Resource<'_>, coverage: &Value<'_>) -> Result<Numbers, Unreadable> {
    let said = |url: &str| -> Result<Option<String>, Unreadable> {
        match extension_at(coverage, url)? {
            Some(extension) => Ok(text(extension, "valueString")?.map(str::to_owned)),
            None => Ok(None),
        }
    };
    let mut numbers = Numbers {
        symbol: said(SYMBOL)?.unwrap_or_default(),
        number: said(NUMBER)?,
        branch: said(BRANCH)?,
        ..Numbers::default()
    };
    let parts: Vec<&str> = identifier_in(coverage, SUBSCRIBER_ID)
        .map(|joined| joined.split(':').collect())
        .unwrap_or_default();
    if let [insurer, symbol, number, branch] = parts[..] {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        numbers.insurer = some(insurer);
        if numbers.number.is_none() {
            symbol.clone_into(&mut numbers.symbol);
            numbers.number = some(number);
            numbers.branch = some(branch);
        }
    }
    let payor = list(coverage, "payor")?.first();
    if let Some(payor) = payor {
        read_insurer(payor, resource.resolve(payor), &mut numbers)?;
    }
    if numbers.insurer.is_none()
        && let Some(insurer) = resource.body.at("insurer")
    {
        read_insurer(insurer, resource.resolve(insurer), &mut numbers)?;
    }
    Ok(numbers)
}

/// Reads the insurer's number and name from an Organization, or from a reference that names it.
pub(super) fn read_insurer(
    reference: &Value<'_>,
    organization: Option<&Value<'_>>,
    numbers: &mut Numbers,
) -> Result<(), Unreadable> {
    let number = organization
        .and_then(|organization| identifier_in(organization, INSURER_NUMBER))
        .or_else(|| identifier_in(reference, INSURER_NUMBER));
    if let Some(number) = number {
        numbers.insurer = Some(number.to_owned());
    }
    let name = match organization {
        Some(organization) => text(organization, "name")?,
        None => text(reference, "display")?,
    };
    if let Some(name) = name {
        name.clone_into(&mut numbers.insurer_name);
    }
    Ok(())
}

fn relation(coverage: &Value<'_>) -> Option<Relation> {
    let concept = coverage.at("relationship");
    match code_in(concept, RELATIONSHIP) {
        Some("1") => return Some(Relation::Insured),
        Some("2") => return Some(Relation::Family),
        _ => {}
    }
    match code_in(concept, SUBSCRIBER_RELATIONSHIP)? {
        "self" => Some(Relation::Insured),
        "spouse" | "child" | "parent" | "common" | "other" => Some(Relation::Family),
        _ => None,
    }
}

fn share(coverage: &Value<'_>) -> Result<Option<u8>, Unreadable> {
    for (index, cost) in list(coverage, "costToBeneficiary")?.iter().enumerate() {
        if code_in(cost.at("type"), COPAY) != Some("copaypct") {
            continue;
        }
        let value = cost.at("valueQuantity").and_then(|it| it.at("value"));
        // JSON has one kind of number: 30 and 30.0 are the same share.
        let percent = value
            .and_then(Value::as_f64)
            .filter(|value| (0.0..=100.0).contains(value) && value.fract() == 0.0);
        let Some(percent) = percent else {
            return Err(Unreadable::new(
                format!("costToBeneficiary[{index}].valueQuantity.value"),
                "a whole number of percent from 0 to 100 was expected",
            ));
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 100, whole
        return Ok(Some(percent as u8));
    }
    Ok(None)
}

/// Returns the period of a Coverage, as far as it says it.
pub(super) fn period(
    holder: &Value<'_>,
    member: &str,
) -> Result<(Option<Date>, Option<Date>), Unreadable> {
    let Some(period) = holder.at(member) else {
        return Ok((None, None));
    };
    let inside = |error: Unreadable| error.within(member);
    Ok((
        day(period, "start").map_err(inside)?,
        day(period, "end").map_err(inside)?,
    ))
}

/// Reads a qualification. What a [`Qualification`] cannot be without and the Coverage does not say
/// is added to `missing`, and there is no qualification then.
pub(super) fn read(
    resource: Resource<'_>,
    coverage: &Value<'_>,
    missing: &mut Vec<String>,
) -> Result<Option<Qualification>, Unreadable> {
    read_all(resource, coverage, missing).map_err(|error| error.within("Coverage"))
}

fn read_all(
    resource: Resource<'_>,
    coverage: &Value<'_>,
    missing: &mut Vec<String>,
) -> Result<Option<Qualification>, Unreadable> {
    let numbers = numbers(resource, coverage)?;
    let relation = relation(coverage);
    let (from, until) = period(coverage, "period")?;
    let share = share(coverage)?;
    for (absent, member) in [
        (
            numbers.insurer.is_none(),
            "Coverage.payor with the insurer number",
        ),
        (
            numbers.number.is_none(),
            "Coverage number (JP_Coverage_InsuredPersonNumber)",
        ),
        (relation.is_none(), "Coverage.relationship"),
        (from.is_none(), "Coverage.period.start"),
        (
            share.is_none(),
            "Coverage.costToBeneficiary of the type copaypct",
        ),
    ] {
        if absent {
            missing.push(member.to_owned());
        }
    }
    let (Some(insurer), Some(number), Some(relation), Some(from), Some(share)) =
        (numbers.insurer, numbers.number, relation, from, share)
    else {
        return Ok(None);
    };
    Ok(Some(Qualification {
        insurer,
        insurer_name: numbers.insurer_name,
        symbol: numbers.symbol,
        number,
        branch: numbers.branch,
        relation,
        from,
        until,
        lost_because: own_word(coverage, "loss-reason")?,
        class: own_word(coverage, "card-class")?.unwrap_or_default(),
        share,
        preschool: own_boolean(coverage, "preschool")?,
        elderly: ELDERLY.read_all(coverage)?.into_iter().next(),
    }))
}
