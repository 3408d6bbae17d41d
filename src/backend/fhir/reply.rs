//! `CoverageEligibilityResponse`, Bundle or `OperationOutcome` → answer.

use serde_json::Value;

use super::form::{CONSENT, CONSENT_STATE, LIMIT, SPECIFIC_DISEASE, TICKET};
use super::look::{
    Resource, boolean, code_in, day, list, of, own, own_boolean, own_text, own_word, read_word,
    resource_type, text,
};
use super::system::{BENEFIT, EXTENSION, LIMIT_CLASS};
use super::{Unreadable, coverage, medical, outcome, patient};
use crate::eligibility::{
    Answer, Authenticated, Eligibility, Inquiry, Limit, LimitAnswer, Moment, PortalView, Validity,
};

const RESPONSE: &str = "CoverageEligibilityResponse";

/// What a server said.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// It answered, a refusal included.
    Answered(Box<Heard>),
    /// It has not decided yet: ask again later.
    Queued,
    /// It says that our request is wrong. Whose fault that is cannot be told from here.
    Complaint(String),
    /// It says that it failed.
    Failure(String),
}

/// An answer, and what else the resource said.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The answer.
    pub answer: Answer,
    /// What the resource does not say, so that it had to be left out, with its place.
    pub missing: Vec<String>,
    /// The error code, of a refusal too.
    pub error_code: Option<String>,
    /// The error message, of a refusal too.
    pub error_message: Option<String>,
}

/// Reads what a server said to `asked` at `now`.
///
/// A `CoverageEligibilityResponse`, contained in what it may be wrapped into (the result of a
/// search, of a batch, `Parameters`); for medical information a Bundle of records; an
/// `OperationOutcome` for either.
///
/// # Errors
///
/// [`Unreadable`]: where, and what was expected.
pub fn answer(body: &Value, asked: &Inquiry, now: Moment) -> Result<Reply, Unreadable> {
    let found = find(body, asked, 0)?;
    let Some(resource) = found else {
        return Ok(Reply::Queued);
    };
    match resource_type(resource.body) {
        "OperationOutcome" => outcome::read(resource.body),
        "Bundle" => {
            let Inquiry::Medical { kind, .. } = asked else {
                return Err(Unreadable::new(
                    "Bundle",
                    format!("a {RESPONSE} was expected"),
                ));
            };
            let mut missing = Vec::new();
            let answer = medical::read(resource.body, *kind, &mut missing)?;
            Ok(heard(Answer::Medical(answer), missing))
        }
        _ => read(resource, asked, now).map_err(|error| error.within(RESPONSE)),
    }
}

fn heard(answer: Answer, missing: Vec<String>) -> Reply {
    Reply::Answered(Box::new(Heard {
        answer,
        missing,
        error_code: None,
        error_message: None,
    }))
}

/// Finds the resource that answers. Nothing: a search that has not found it yet.
fn find<'a>(
    body: &'a Value,
    asked: &Inquiry,
    depth: usize,
) -> Result<Option<Resource<'a>>, Unreadable> {
    // Our own `serve` needs two levels; more would be nobody's.
    if depth > 3 {
        return Err(Unreadable::new("Bundle", "Bundles are nested too deep"));
    }
    match resource_type(body) {
        RESPONSE | "OperationOutcome" => Ok(Some(Resource::alone(body))),
        "Parameters" => {
            let returned = list(body, "parameter")
                .map_err(|error| error.within("Parameters"))?
                .iter()
                .find(|parameter| parameter.get("name").and_then(Value::as_str) == Some("return"))
                .and_then(|parameter| parameter.get("resource"))
                .ok_or_else(|| {
                    Unreadable::new("Parameters.parameter", "one named return was expected")
                })?;
            find(returned, asked, depth + 1)
        }
        "Bundle" => in_bundle(body, asked, depth),
        "" => Err(Unreadable::new(
            "resourceType",
            "a FHIR resource was expected",
        )),
        other => Err(Unreadable::new(
            "resourceType",
            format!(
                "a {RESPONSE}, a Bundle or an OperationOutcome was expected, {other:?} stands there"
            ),
        )),
    }
}

fn in_bundle<'a>(
    body: &'a Value,
    asked: &Inquiry,
    depth: usize,
) -> Result<Option<Resource<'a>>, Unreadable> {
    let entries = list(body, "entry").map_err(|error| error.within("Bundle"))?;
    let of_type = |wanted: &'static str| {
        entries
            .iter()
            .filter_map(|entry| entry.get("resource"))
            .filter(move |resource| resource_type(resource) == wanted)
    };
    let bundle_type = text(body, "type").map_err(|error| error.within("Bundle"))?;
    let mut responses = of_type(RESPONSE);
    if let Some(first) = responses.next() {
        if responses.next().is_some() {
            return Err(Unreadable::new(
                "Bundle.entry",
                format!("one {RESPONSE} was expected, several stand there"),
            ));
        }
        return Ok(Some(Resource::of(first, body)));
    }
    if let Some(inner) = of_type("Bundle").next() {
        return find(inner, asked, depth + 1);
    }
    if let Some(outcome) = of_type("OperationOutcome").find(|outcome| is_error(outcome)) {
        return Ok(Some(Resource::alone(outcome)));
    }
    match bundle_type {
        Some("searchset") => Ok(None),
        _ if matches!(asked, Inquiry::Medical { .. }) => Ok(Some(Resource::alone(body))),
        _ => Err(Unreadable::new(
            "Bundle.entry",
            format!("a {RESPONSE} was expected"),
        )),
    }
}

/// A search may be accompanied by warnings, which answer nothing.
fn is_error(outcome: &Value) -> bool {
    outcome
        .get("issue")
        .and_then(Value::as_array)
        .is_some_and(|issues| {
            issues.iter().any(|issue| {
                matches!(
                    issue.get("severity").and_then(Value::as_str),
                    Some("error" | "fatal")
                )
            })
        })
}

fn read(response: Resource<'_>, asked: &Inquiry, now: Moment) -> Result<Reply, Unreadable> {
    let body = response.body;
    let errors = list(body, "error")?;
    let error = errors.first().and_then(|error| error.get("code"));
    let disposition = text(body, "disposition")?;
    match text(body, "outcome")? {
        Some("queued") => return Ok(Reply::Queued),
        Some("error") => {
            let said = match error.map(|concept| text(concept, "text")).transpose()? {
                Some(Some(said)) => Some(said),
                _ => disposition,
            };
            return Ok(outcome::refused(error, "", said));
        }
        Some("complete" | "partial") => {}
        other => {
            return Err(Unreadable::new(
                "outcome",
                format!("complete, partial, error or queued was expected, {other:?} stands there"),
            ));
        }
    }
    let mut missing = Vec::new();
    let answer = match own_text(body, "answer")?.unwrap_or(usual(asked)) {
        "authenticated" => authenticated(body)?,
        "registered" => Answer::Registered,
        "portal" => portal(body)?,
        "limit" => Answer::Limit(LimitAnswer {
            limit: limit(body)?,
        }),
        "eligibility" => Answer::Eligibility(Box::new(eligibility(response, now, &mut missing)?)),
        other => {
            return Err(Unreadable::new(
                of("answer"),
                format!("an answer of this harness was expected, {other:?} stands there"),
            ));
        }
    };
    let mut reply = heard(answer, missing);
    if let Reply::Answered(heard) = &mut reply {
        heard.error_code = error
            .and_then(|error| error.get("coding")?.get(0)?.get("code")?.as_str())
            .map(str::to_owned);
        heard.error_message = error
            .and_then(|error| error.get("text")?.as_str())
            .map(str::to_owned);
    }
    Ok(reply)
}

/// Returns the answer that a response is unless it says otherwise.
fn usual(asked: &Inquiry) -> &'static str {
    match asked {
        Inquiry::Authenticate { .. } => "authenticated",
        Inquiry::Limit { .. } => "limit",
        // A complete response alone would be taken for a registration or a portal: let them say so.
        Inquiry::Register { .. } | Inquiry::Portal { .. } => "nothing",
        Inquiry::Confirm { .. }
        | Inquiry::Number { .. }
        | Inquiry::Person { .. }
        | Inquiry::Medical { .. } => "eligibility",
    }
}

fn authenticated(body: &Value) -> Result<Answer, Unreadable> {
    let lacks = |name: &str| Unreadable::new(of(name), "this extension was expected");
    Ok(Answer::Authenticated(Authenticated {
        token: own_text(body, "token")?
            .ok_or_else(|| lacks("token"))?
            .to_owned(),
        registered: own_boolean(body, "registered")?.ok_or_else(|| lacks("registered"))?,
        phase: own_word(body, "certificate-phase")?,
        earlier: CONSENT.read_all(body)?,
    }))
}

fn portal(body: &Value) -> Result<Answer, Unreadable> {
    let shown = own(body, "portal-section")?
        .into_iter()
        .map(|extension| {
            let word = extension.get("valueCode").and_then(Value::as_str);
            read_word(word.unwrap_or("")).map_err(|error| error.within(&of("portal-section")))
        })
        .collect::<Result<_, _>>()?;
    Ok(Answer::Portal(PortalView { shown }))
}

fn eligibility(
    response: Resource<'_>,
    now: Moment,
    missing: &mut Vec<String>,
) -> Result<Eligibility, Unreadable> {
    let body = response.body;
    let insurances = list(body, "insurance")?;
    let (index, validity) = validity(response, now)?;
    let insurance = insurances.get(index);
    let person = match body.get("patient").and_then(|it| response.resolve(it)) {
        Some(resource) => patient::read(resource, missing)?,
        None => None,
    };
    let coverage = match insurance.and_then(|insurance| insurance.get("coverage")) {
        Some(reference) => {
            let found = response.resolve(reference);
            if found.is_none() && reference.get("reference").is_some() {
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
    insurance: &Value,
    day: jiff::civil::Date,
) -> Result<bool, Unreadable> {
    if let Some(said) = boolean(insurance, "inforce")? {
        return Ok(said);
    }
    let mut period = coverage::period(insurance, "benefitPeriod")?;
    if period == (None, None)
        && let Some(coverage) = insurance
            .get("coverage")
            .and_then(|it| response.resolve(it))
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
fn limit(body: &Value) -> Result<Option<Limit>, Unreadable> {
    for insurance in list(body, "insurance")? {
        for item in list(insurance, "item")? {
            let ours = code_in(item.get("category"), BENEFIT) == Some("limit");
            let class = list(item, "benefit")?
                .iter()
                .find_map(|benefit| code_in(benefit.get("type"), LIMIT_CLASS));
            let (Some(class), true) = (class, ours) else {
                continue;
            };
            let mut known = serde_json::Map::new();
            known.insert("class".to_owned(), Value::from(class));
            let extension = own(item, LIMIT.name)?.first().copied().ok_or_else(|| {
                Unreadable::new(
                    format!("insurance.item.{}", of(LIMIT.name)),
                    "this extension with the limit's period was expected",
                )
            })?;
            return LIMIT.read(extension, known).map(Some);
        }
    }
    Ok(None)
}
