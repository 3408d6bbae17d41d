//! Eligibility out of a `CoverageEligibilityResponse`: validity, person, qualification, limit.

use super::form::{CONSENT_STATE, LIMIT, SPECIFIC_DISEASE, TICKET};
use super::look::{Resource, boolean, code_in, day, list, of, own, own_word, text};
use super::system::{BENEFIT, EXTENSION, LIMIT_CLASS};
use super::tree::{Members as _, Value};
use super::{Unreadable, coverage, patient};
use crate::eligibility::{Eligibility, Limit, Moment, Validity};

/// Reads an eligibility; what it leaves open is added to `missing`.
pub(super) fn read(
    response: Resource<'_>,
    now: Moment,
    missing: &mut Vec<String>,
) -> Result<Eligibility, Unreadable> {
    let body = response.body;
    let insurances = list(body, "insurance")?;
    let (index, validity) = validity(response, now)?;
    let insurance = insurances.get(index);
    let person = match body.at("patient").and_then(|it| response.resolve(it)) {
        Some(resource) => patient::read(resource, missing)?,
        None => None,
    };
    let coverage = match insurance.and_then(|insurance| insurance.at("coverage")) {
        Some(reference) => {
            let found = response.resolve(reference);
            if found.is_none() && reference.at("reference").is_some() {
                missing.push(format!(
                    "insurance[{index}].coverage: the Coverage did not come along"
                ));
            }
            found
        }
        None => None,
    };
    let qualification = match coverage {
        Some(coverage) => coverage::read(response, coverage, missing)?,
        None => None,
    };
    Ok(Eligibility {
        validity,
        person,
        qualification,
        limit: limit(body)?,
        specific_diseases: SPECIFIC_DISEASE.read_all(body)?,
        tickets: TICKET.read_all(body)?,
        consents: CONSENT_STATE.read_all(body)?,
        side_information: text(body, "disposition")?.map(str::to_owned),
    })
}

/// Returns which insurance is meant and whether it is valid.
///
/// Our extension decides where it stands, and must not contradict `inforce`. Else: no insurance is
/// 該当資格なし; one in force is 有効, and the others beside it are past ones; several in force
/// are 複数該当; of several that are not in force it cannot be told which is meant.
fn validity(response: Resource<'_>, now: Moment) -> Result<(usize, Validity), Unreadable> {
    let body = response.body;
    let insurances = list(body, "insurance")?;
    let stated: Option<Validity> = own_word(body, "validity")?;
    if let Some(stated) = stated {
        let held = insurances
            .first()
            .map(|it| boolean(it, "inforce"))
            .transpose()?;
        let contradicts = match held.flatten() {
            Some(true) => !matches!(
                stated,
                Validity::Valid | Validity::ValidUnregistered | Validity::Several
            ),
            Some(false) => matches!(stated, Validity::Valid | Validity::ValidUnregistered),
            None => false,
        };
        if contradicts {
            return Err(Unreadable::new(
                "insurance[0].inforce",
                format!("contradicts the extension {EXTENSION}validity"),
            ));
        }
        return Ok((0, stated));
    }
    let day = match day(body, "servicedDate")? {
        Some(day) => day,
        None => now.day(),
    };
    let mut held = Vec::new();
    for (index, insurance) in insurances.iter().enumerate() {
        let in_force = in_force(response, insurance, day)
            .map_err(|error| error.within(&format!("insurance[{index}]")))?;
        if in_force {
            held.push(index);
        }
    }
    match (held[..].as_ref(), insurances.len()) {
        ([], 0) => Ok((0, Validity::None)),
        ([], 1) => Ok((0, Validity::Invalid)),
        ([one], _) => Ok((*one, Validity::Valid)),
        ([], _) => Err(Unreadable::new(
            "insurance",
            "none of several is in force, and which one was asked for cannot be told",
        )),
        ([first, ..], _) => Ok((*first, Validity::Several)),
    }
}

fn in_force(
    response: Resource<'_>,
    insurance: &Value<'_>,
    day: jiff::civil::Date,
) -> Result<bool, Unreadable> {
    if let Some(said) = boolean(insurance, "inforce")? {
        return Ok(said);
    }
    let mut period = coverage::period(insurance, "benefitPeriod")?;
    if period == (None, None)
        && let Some(coverage) = insurance.at("coverage").and_then(|it| response.resolve(it))
    {
        period = coverage::period(coverage, "period").map_err(|error| error.within("coverage"))?;
    }
    match period {
        (None, None) => Err(Unreadable::new(
            "inforce",
            "is missing, and so are benefitPeriod and Coverage.period: whether it is valid cannot be told",
        )),
        (from, until) => {
            Ok(from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until))
        }
    }
}

/// Reads the limit: an item of our category, or with a benefit of our system.
pub(super) fn limit(body: &Value<'_>) -> Result<Option<Limit>, Unreadable> {
    for insurance in list(body, "insurance")? {
        for item in list(insurance, "item")? {
            let ours = code_in(item.at("category"), BENEFIT) == Some("limit");
            let class = list(item, "benefit")?
                .iter()
                .find_map(|benefit| code_in(benefit.at("type"), LIMIT_CLASS));
            let (Some(class), true) = (class, ours) else {
                continue;
            };
            let extension = own(item, LIMIT.name)?.first().copied().ok_or_else(|| {
                Unreadable::new(
                    format!("insurance.item.{}", of(LIMIT.name)),
                    "this extension with the limit's period was expected",
                )
            })?;
            return LIMIT.read(extension, Some(("class", class))).map(Some);
        }
    }
    Ok(None)
}
