//! `CoverageEligibilityResponse`, Bundle or `OperationOutcome` → answer.

use super::form::CONSENT;
use super::look::{
    Resource, list, of, own, own_boolean, own_text, own_word, read_word, resource_type, text,
};
use super::tree::{Members as _, Value, borrowed};
use super::{Unreadable, eligibility, medical, outcome};
use crate::eligibility::{Answer, Authenticated, Inquiry, LimitAnswer, Moment, PortalView};

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
pub fn answer(body: &serde_json::Value, asked: &Inquiry, now: Moment) -> Result<Reply, Unreadable> {
    let body = borrowed(body);
    let found = find(&body, asked, 0)?;
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
    body: &'a Value<'a>,
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
                .find(|parameter| parameter.at("name").and_then(Value::as_str) == Some("return"))
                .and_then(|parameter| parameter.at("resource"))
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
    body: &'a Value<'a>,
    asked: &Inquiry,
    depth: usize,
) -> Result<Option<Resource<'a>>, Unreadable> {
    let entries = list(body, "entry").map_err(|error| error.within("Bundle"))?;
    let of_type = |wanted: &'static str| {
        entries
            .iter()
            .filter_map(|entry| entry.at("resource"))
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
fn is_error(outcome: &Value<'_>) -> bool {
    outcome
        .at("issue")
        .and_then(Value::as_array)
        .is_some_and(|issues| {
            issues.iter().any(|issue| {
                matches!(
                    issue.at("severity").and_then(Value::as_str),
                    Some("error" | "fatal")
                )
            })
        })
}

fn read(response: Resource<'_>, asked: &Inquiry, now: Moment) -> Result<Reply, Unreadable> {
    let body = response.body;
    let errors = list(body, "error")?;
    let error = errors.first().and_then(|error| error.at("code"));
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
            limit: eligibility::limit(body)?,
        }),
        "eligibility" => {
            Answer::Eligibility(Box::new(eligibility::read(response, now, &mut missing)?))
        }
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
            .and_then(|error| {
                error
                    .at("coding")?
                    .as_array()?
                    .first()?
                    .at("code")?
                    .as_str()
            })
            .map(str::to_owned);
        heard.error_message = error
            .and_then(|error| error.at("text")?.as_str())
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

fn authenticated(body: &Value<'_>) -> Result<Answer, Unreadable> {
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

fn portal(body: &Value<'_>) -> Result<Answer, Unreadable> {
    let shown = own(body, "portal-section")?
        .into_iter()
        .map(|extension| {
            let word = extension.at("valueCode").and_then(Value::as_str);
            read_word(word.unwrap_or("")).map_err(|error| error.within(&of("portal-section")))
        })
        .collect::<Result<_, _>>()?;
    Ok(Answer::Portal(PortalView { shown }))
}
