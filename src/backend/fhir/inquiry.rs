//! `CoverageEligibilityRequest` → inquiry.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::coverage::{self, Numbers};
use super::form::{CONSENT, SITE};
use super::look::{
    Resource, day, identifier_in, list, of, own, own_boolean, own_text, own_word, resource_type,
};
use super::system::INSTITUTION;
use super::tree::{Members as _, Value, borrowed};
use super::{Unreadable, patient};
use crate::eligibility::{Bytes, Inquiry, InquiryKind, NumberKey, Period, Site};

const REQUEST: &str = "CoverageEligibilityRequest";

/// Reads a `CoverageEligibilityRequest`, or a Bundle with one: as it is, or in the `resource`
/// parameter of a `Parameters`, as `$submit` takes them. Without an extension that says otherwise
/// it is a number inquiry.
///
/// # Errors
///
/// [`Unreadable`]: where, and what was expected.
pub fn inquiry(body: &serde_json::Value) -> Result<Inquiry, Unreadable> {
    inquiry_in(&borrowed(body))
}

/// As [`inquiry`], of a document whose texts are borrowed.
///
/// # Errors
///
/// [`Unreadable`]: where, and what was expected.
pub fn inquiry_in(body: &Value<'_>) -> Result<Inquiry, Unreadable> {
    let request = find(body)?;
    read(request).map_err(|error| error.within(REQUEST))
}

fn find<'a>(body: &'a Value<'a>) -> Result<Resource<'a>, Unreadable> {
    match resource_type(body) {
        REQUEST => Ok(Resource::alone(body)),
        "Bundle" => list(body, "entry")
            .map_err(|error| error.within("Bundle"))?
            .iter()
            .filter_map(|entry| entry.at("resource"))
            .find(|resource| resource_type(resource) == REQUEST)
            .map(|resource| Resource::of(resource, body))
            .ok_or_else(|| Unreadable::new("Bundle.entry", format!("a {REQUEST} was expected"))),
        "Parameters" => {
            let parameters = list(body, "parameter").map_err(|error| error.within("Parameters"))?;
            let inner = parameters
                .iter()
                .find(|parameter| parameter.at("name").and_then(Value::as_str) == Some("resource"))
                .and_then(|parameter| parameter.at("resource"))
                // One level: Parameters in Parameters mean nothing.
                .filter(|inner| resource_type(inner) != "Parameters")
                .ok_or_else(|| {
                    Unreadable::new("Parameters.parameter", "one named resource was expected")
                })?;
            find(inner)
        }
        other => Err(Unreadable::new(
            "",
            format!("a {REQUEST} or a Bundle with one was expected, resourceType is {other:?}"),
        )),
    }
}

fn read(request: Resource<'_>) -> Result<Inquiry, Unreadable> {
    let body = request.body;
    let kind = own_word(body, "inquiry")?.unwrap_or(InquiryKind::Number);
    Ok(match kind {
        InquiryKind::Authenticate => Inquiry::Authenticate {
            certificate: bytes(body, "certificate")?,
            challenge: bytes(body, "challenge")?,
            signature: bytes(body, "signature")?,
            site: site(request)?,
            care: own_word(body, "care")?.unwrap_or_default(),
        },
        InquiryKind::Register => Inquiry::Register {
            token: needed(own_text(body, "token")?, "token")?.to_owned(),
        },
        InquiryKind::Confirm => Inquiry::Confirm {
            token: needed(own_text(body, "token")?, "token")?.to_owned(),
            consents: CONSENT.read_all(body)?,
            emergency: own_word(body, "emergency-consent")?,
        },
        InquiryKind::Limit => Inquiry::Limit {
            token: needed(own_text(body, "token")?, "token")?.to_owned(),
        },
        InquiryKind::Number => Inquiry::Number {
            key: key(request)?,
            limit_consent: own_boolean(body, "limit-consent")?.unwrap_or(false),
            disaster: own_word(body, "disaster-consent")?,
            site: site(request)?,
        },
        InquiryKind::Person => person(request)?,
        InquiryKind::Medical => Inquiry::Medical {
            key: key(request)?,
            kind: needed(own_word(body, "medical-kind")?, "medical-kind")?,
            period: period(body)?,
            care: own_word(body, "care")?.unwrap_or_default(),
            site: site(request)?,
        },
        InquiryKind::Portal => Inquiry::Portal {
            person: needed(own_text(body, "person")?, "person")?.to_owned(),
        },
    })
}

fn needed<T>(found: Option<T>, extension: &str) -> Result<T, Unreadable> {
    found.ok_or_else(|| Unreadable::new(of(extension), "this extension was expected"))
}

fn bytes(body: &Value<'_>, name: &str) -> Result<Bytes, Unreadable> {
    needed(own(body, name)?.first(), name)?
        .at("valueBase64Binary")
        .and_then(Value::as_str)
        .and_then(|text| STANDARD.decode(text).ok())
        .map(Bytes)
        .ok_or_else(|| Unreadable::new(of(name), "valueBase64Binary with base64 was expected"))
}

/// Reads where the inquiry comes from: the institution is the provider's, the rest our extension.
fn site(request: Resource<'_>) -> Result<Site, Unreadable> {
    let provider = request.body.at("provider");
    let institution = provider
        .and_then(|provider| {
            request
                .resolve(provider)
                .and_then(|organization| identifier_in(organization, INSTITUTION))
                .or_else(|| identifier_in(provider, INSTITUTION))
        })
        .ok_or_else(|| {
            Unreadable::new(
                "provider",
                format!(
                    "an Organization with an identifier of the system {INSTITUTION} was expected"
                ),
            )
        })?
        .to_owned();
    match own(request.body, SITE.name)?.first() {
        None => Ok(Site {
            institution,
            ..Site::default()
        }),
        Some(extension) => SITE.read(extension, Some(("institution", &institution))),
    }
}

fn the_patient(request: Resource<'_>) -> Result<&Value<'_>, Unreadable> {
    request
        .body
        .at("patient")
        .and_then(|patient| request.resolve(patient))
        .ok_or_else(|| {
            Unreadable::new(
                "patient",
                "a Patient, contained or in the same Bundle, was expected",
            )
        })
}

fn key(request: Resource<'_>) -> Result<NumberKey, Unreadable> {
    let insurance = list(request.body, "insurance")?.first();
    let coverage = insurance
        .and_then(|insurance| request.resolve(insurance.at("coverage")?))
        .ok_or_else(|| {
            Unreadable::new(
                "insurance[0].coverage",
                "a Coverage, contained or in the same Bundle, was expected",
            )
        })?;
    let Numbers {
        insurer,
        symbol,
        number,
        branch,
        ..
    } = coverage::numbers(request, coverage).map_err(|error| error.within("Coverage"))?;
    let birth_date = day(the_patient(request)?, "birthDate")
        .map_err(|error| error.within("Patient"))?
        .ok_or_else(|| Unreadable::new("Patient.birthDate", "a date was expected"))?;
    Ok(NumberKey {
        insurer: insurer.ok_or_else(|| {
            Unreadable::new("Coverage.payor", "an Organization with the insurer number was expected")
        })?,
        symbol,
        number: number.ok_or_else(|| {
            Unreadable::new(
                "Coverage.extension",
                "JP_Coverage_InsuredPersonNumber or an identifier JP_Insurance_SubscriberID was expected",
            )
        })?,
        branch,
        birth_date,
    })
}

fn period(body: &Value<'_>) -> Result<Option<Period>, Unreadable> {
    Ok(match coverage::period(body, "servicedPeriod")? {
        (None, None) => None,
        (Some(from), Some(until)) => Some(Period { from, until }),
        _ => {
            return Err(Unreadable::new(
                "servicedPeriod",
                "both start and end were expected",
            ));
        }
    })
}

fn person(request: Resource<'_>) -> Result<Inquiry, Unreadable> {
    let body = request.body;
    let resource = the_patient(request)?;
    let inside = |error: Unreadable| error.within("Patient");
    let lacks = |member: &str| Unreadable::new(format!("Patient.{member}"), "this was expected");
    let (name, _) = patient::names(resource).map_err(inside)?;
    let (address, _) = patient::address(resource).map_err(inside)?;
    let mut numbers = Numbers::default();
    if let Some(insurer) = body.at("insurer") {
        coverage::read_insurer(insurer, request.resolve(insurer), &mut numbers)?;
    }
    Ok(Inquiry::Person {
        name: name.ok_or_else(|| lacks("name"))?,
        birth_date: day(resource, "birthDate")
            .map_err(inside)?
            .ok_or_else(|| lacks("birthDate"))?,
        sex: patient::sex(resource)
            .map_err(inside)?
            .ok_or_else(|| lacks("gender"))?,
        address,
        insurer: numbers.insurer,
        reason: needed(own_word(body, "search-reason")?, "search-reason")?,
        consent: own_word(body, "disaster-consent")?,
        site: site(request)?,
    })
}
