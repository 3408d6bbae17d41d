//! `OperationOutcome`: refusals, complaints about a request, failures of a server.

use super::Unreadable;
use super::look::{code_in, list, read_word, text};
use super::reply::{Heard, Reply};
use super::system::{GROUND, REFUSAL, TAG};
use super::tree::{Members as _, Value, array, object, word};
use crate::eligibility::{Answer, Ground, Refusal};

/// Returns the `meta` that everything of ours has: it says SIMULATION.
pub(super) fn simulation() -> Value<'static> {
    object! { "tag": array![simulation_tag()] }
}

/// Returns the tag that says SIMULATION.
pub(super) fn simulation_tag() -> Value<'static> {
    object! { "system": TAG, "code": "SIMULATION" }
}

/// Returns an `OperationOutcome` that is no refusal: `issue` is a code of HL7's issue types
/// (`invalid`, `not-found`, `not-supported`, `throttled`, …).
pub fn operation_outcome(issue: &str, message: &str) -> serde_json::Value {
    let issue = object! { "severity": "error", "code": issue, "diagnostics": message };
    let outcome = object! {
        "resourceType": "OperationOutcome",
        "meta": simulation(),
        "issue": array![issue],
    };
    outcome.into()
}

/// Returns the issue type that comes nearest to a ground.
fn issue_type(ground: Ground) -> &'static str {
    match ground {
        Ground::NotAuthorised | Ground::NoConsent => "forbidden",
        Ground::CertificateInvalid | Ground::CertificateRevoked => "security",
        Ground::CertificateLapsed | Ground::UnknownToken => "expired",
        Ground::Withheld => "suppressed",
        Ground::Unregistered | Ground::NotRecorded | Ground::Unstated => "business-rule",
    }
}

/// Returns a refusal as an `OperationOutcome`.
pub(super) fn write(refusal: &Refusal) -> Value<'_> {
    let mut details = object! {
        "coding": array![
            object! { "system": GROUND, "code": word(&refusal.ground) },
            object! { "system": REFUSAL, "code": refusal.code.as_str() },
        ],
    };
    details.put("text", refusal.message.as_str());
    let issue = object! {
        "severity": "error",
        "code": issue_type(refusal.ground),
        "details": details,
        "diagnostics": "SIMULATION",
    };
    object! {
        "resourceType": "OperationOutcome",
        "meta": simulation(),
        "issue": array![issue],
    }
}

/// What an issue type says of a question that was not answered.
fn kind_of(issue: &str) -> fn(String) -> Reply {
    match issue {
        // HL7 "invalid content", and what a server cannot do at all: our request is meant.
        "invalid" | "structure" | "required" | "value" | "invariant" | "not-supported"
        | "too-long" | "code-invalid" | "extension" | "login" | "unknown" => Reply::Complaint,
        // HL7 "transient" and "exception": the server is meant.
        "transient" | "lock-error" | "no-store" | "exception" | "timeout" | "incomplete"
        | "throttled" => Reply::Failure,
        _ => |_| Reply::Queued,
    }
}

/// Reads an `OperationOutcome`: a refusal with our code or another, a complaint, or a failure.
pub(super) fn read(outcome: &Value<'_>) -> Result<Reply, Unreadable> {
    let inside = |error: Unreadable| error.within("OperationOutcome");
    let issues = list(outcome, "issue").map_err(inside)?;
    let worst = issues
        .iter()
        .find(|issue| {
            matches!(
                issue.at("severity").and_then(Value::as_str),
                Some("fatal" | "error")
            )
        })
        .or_else(|| issues.first())
        .ok_or_else(|| {
            Unreadable::new("OperationOutcome.issue", "at least one issue was expected")
        })?;
    let code = text(worst, "code").map_err(inside)?.ok_or_else(|| {
        Unreadable::new("OperationOutcome.issue.code", "an issue type was expected")
    })?;
    let details = worst.at("details");
    let said = match details
        .map(|details| text(details, "text"))
        .transpose()
        .map_err(inside)?
    {
        Some(Some(said)) => Some(said),
        _ => text(worst, "diagnostics").map_err(inside)?,
    };
    if code_in(details, GROUND).is_none() {
        let kind = kind_of(code);
        let reply = kind(format!("{code}: {}", said.unwrap_or("no reason given")));
        if reply != Reply::Queued {
            return Ok(reply);
        }
    }
    Ok(refused(details, code, said))
}

/// Returns the refusal in a CodeableConcept; what is no code of ours leaves the ground open.
pub(super) fn refused(concept: Option<&Value<'_>>, issue: &str, said: Option<&str>) -> Reply {
    let first = concept.and_then(|concept| {
        concept
            .at("coding")?
            .as_array()?
            .first()?
            .at("code")?
            .as_str()
    });
    let code = code_in(concept, REFUSAL).or(first).unwrap_or(issue);
    let ground = code_in(concept, GROUND)
        .and_then(|word| read_word(word).ok())
        .unwrap_or(Ground::Unstated);
    Reply::Answered(Box::new(Heard {
        answer: Answer::Refused(Refusal {
            ground,
            code: code.to_owned(),
            message: said.unwrap_or("").to_owned(),
        }),
        missing: Vec::new(),
        error_code: Some(code.to_owned()).filter(|code| !code.is_empty()),
        error_message: said.map(str::to_owned),
    }))
}
