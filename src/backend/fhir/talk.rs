//! One inquiry's talk with a server: submit or create, ask again where it says so, and poll.

use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LOCATION, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::time::Instant;

use super::adapter::{Link, below, millis};
use super::look::code_in;
use super::system::GROUND;
use super::tree::borrowed;
use crate::backend::Outage;
use crate::backend::http::{Http, Received, Sent, same_server, short};
use crate::eligibility::Wire;

/// The media type of FHIR's JSON.
pub(super) const FHIR_JSON: &str = "application/fhir+json";

/// The first and the longest pause between two looks for an answer.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

const SUBMIT: &str = "CoverageEligibilityRequest/$submit";
const CREATE: &str = "CoverageEligibilityRequest";
const RESPONSE: &str = "CoverageEligibilityResponse";

/// One inquiry's talk.
pub(super) struct Talk<'a> {
    pub(super) link: &'a Link,
    pub(super) http: Http,
    pub(super) base: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) deadline: Instant,
}

/// Where the answer will be found.
enum Later {
    /// At this address.
    At(Url),
    /// By a search for what was asked, such as `CoverageEligibilityRequest/7`.
    Search(String),
}

impl Talk<'_> {
    /// Holds the talk, within its deadline.
    pub(super) async fn hold(self, body: Vec<u8>) -> (Wire, Result<Value, Outage>) {
        let mut wire = Wire {
            protocol: "fhir".to_owned(),
            ..Wire::default()
        };
        let deadline = self.deadline;
        let talked = tokio::time::timeout_at(deadline, self.ask(body, &mut wire)).await;
        let came = talked.unwrap_or(Err(Outage::Silent {
            limit_ms: millis(self.link.patience),
        }));
        (wire, came)
    }

    async fn ask(&self, body: Vec<u8>, wire: &mut Wire) -> Result<Value, Outage> {
        if self.link.submits() {
            let received = self.post(SUBMIT, body.clone(), wire).await?;
            if !lacks_submit(&received) {
                return self.submitted(&received, wire).await;
            }
            self.link.submits.store(false, Ordering::Relaxed);
        }
        let received = self.post(CREATE, body, wire).await?;
        self.created(&received, wire).await
    }

    async fn post(&self, path: &str, body: Vec<u8>, wire: &mut Wire) -> Result<Received, Outage> {
        wire.request = format!("POST {path}");
        let sent = Sent {
            method: Method::POST,
            url: below(&self.base, path),
            headers: self.headers.clone(),
            body: Some(body),
        };
        self.send(sent, wire).await
    }

    /// Sends, and again where the server asks for patience (429, 503 with Retry-After).
    async fn send(&self, sent: Sent, wire: &mut Wire) -> Result<Received, Outage> {
        loop {
            wire.response = None;
            let received = self.http.send(sent.clone()).await?;
            wire.response = Some(received.line.clone());
            let (_, charset) = received.content_type();
            wire.declared_encodings = charset.into_iter().collect();
            wire.actual_encoding = match std::str::from_utf8(&received.body) {
                Ok(text) if !text.is_ascii() => Some("UTF-8".to_owned()),
                _ => None,
            };
            if !matches!(received.status, 429 | 503) {
                return Ok(received);
            }
            let line = &received.line;
            let Some(pause) = retry_after(&received) else {
                return Err(Outage::Down(format!("{line}: {}", spoken(&received))));
            };
            // No pause to speak of is no demand for more time: it ends as silence does.
            if pause > FIRST_PAUSE && Instant::now() + pause >= self.deadline {
                return Err(Outage::Down(format!(
                    "{line}: asks for {} s of patience, which is more than there is",
                    pause.as_secs()
                )));
            }
            // Patience asked for in seconds of 0, or until a moment past, is a little all the same.
            tokio::time::sleep(pause.max(FIRST_PAUSE)).await;
        }
    }

    async fn submitted(&self, received: &Received, wire: &mut Wire) -> Result<Value, Outage> {
        if received.status == 202 {
            let later = self.content_location(received)?;
            return self.poll(later, retry_after(received), wire).await;
        }
        let body = self.body(received)?;
        if !is_waiting(&body) {
            return Ok(body);
        }
        let later = self.later(received, &body).ok_or_else(|| {
            Outage::Malformed("queued, and nothing says where to ask for the answer".to_owned())
        })?;
        self.poll(later, retry_after(received), wire).await
    }

    async fn created(&self, received: &Received, wire: &mut Wire) -> Result<Value, Outage> {
        if received.status == 202 {
            let later = self.content_location(received)?;
            return self.poll(later, retry_after(received), wire).await;
        }
        // `Prefer: return=minimal` is some servers' default: then the Location alone tells.
        if received.body.is_empty() && matches!(received.status, 200 | 201) {
            let request = received.header(&LOCATION).and_then(id_in);
            let request = request.ok_or_else(|| {
                Outage::Malformed(format!("{} without a body or a Location", received.line))
            })?;
            return self.poll(Later::Search(request), None, wire).await;
        }
        let body = self.body(received)?;
        if resource_type(&body) != CREATE {
            return if is_waiting(&body) {
                let later = self.later(received, &body).ok_or_else(|| {
                    Outage::Malformed("queued, and nothing says where to ask".to_owned())
                })?;
                self.poll(later, retry_after(received), wire).await
            } else {
                Ok(body)
            };
        }
        let id = body.get("id").and_then(Value::as_str);
        let request = match (received.header(&LOCATION).and_then(id_in), id) {
            (Some(request), _) => request,
            (None, Some(id)) => format!("{CREATE}/{id}"),
            (None, None) => {
                return Err(Outage::Malformed(format!(
                    "{}: neither a Location nor an id says what was created",
                    received.line
                )));
            }
        };
        self.poll(Later::Search(request), None, wire).await
    }

    /// Looks for the answer until it is there; the talk's deadline ends it.
    async fn poll(
        &self,
        later: Later,
        first: Option<Duration>,
        wire: &mut Wire,
    ) -> Result<Value, Outage> {
        let url = match &later {
            Later::At(url) => url.clone(),
            Later::Search(request) => below(&self.base, &format!("{RESPONSE}?request={request}")),
        };
        let headers = self.headers.iter();
        let headers = headers.filter(|(name, _)| name != reqwest::header::CONTENT_TYPE);
        let sent = Sent {
            method: Method::GET,
            url,
            headers: headers.cloned().collect(),
            body: None,
        };
        let mut usual = FIRST_PAUSE;
        let mut pause = first.unwrap_or(FIRST_PAUSE);
        loop {
            tokio::time::sleep(pause.max(FIRST_PAUSE)).await;
            let received = self.send(sent.clone(), wire).await?;
            if received.status != 202 {
                let body = self.body(&received)?;
                if !is_waiting(&body) {
                    return Ok(body);
                }
            }
            usual = (usual * 2).min(LONGEST_PAUSE);
            pause = retry_after(&received).unwrap_or(usual);
        }
    }

    fn content_location(&self, received: &Received) -> Result<Later, Outage> {
        received
            .header(&CONTENT_LOCATION)
            .or_else(|| received.header(&LOCATION))
            .and_then(|location| received.url.join(location).ok())
            .filter(|url| same_server(url, &self.base))
            .map(Later::At)
            .ok_or_else(|| {
                Outage::Malformed(format!(
                    "{} without a Content-Location on the same server",
                    received.line
                ))
            })
    }

    /// Returns where the answer of a queued response will be found: the response itself by its id,
    /// else a search for the request that it answers.
    fn later(&self, received: &Received, body: &Value) -> Option<Later> {
        if let Some(id) = body
            .get("id")
            .and_then(Value::as_str)
            .filter(|id| is_id(id))
        {
            return Some(Later::At(below(&self.base, &format!("{RESPONSE}/{id}"))));
        }
        let request = body
            .get("request")
            .and_then(|it| it.get("reference")?.as_str());
        if let Some(request) = request.and_then(id_in) {
            return Some(Later::Search(request));
        }
        self.content_location(received).ok()
    }

    /// Returns the body of an answer that is a FHIR resource, or says why there is none.
    fn body(&self, received: &Received) -> Result<Value, Outage> {
        let line = &received.line;
        match received.status {
            200 | 201 => json_of(received),
            500.. => Err(Outage::Down(format!("{line}: {}", spoken(received)))),
            _ => {
                let outcome = json_of(received)
                    .ok()
                    .filter(|body| resource_type(body) == "OperationOutcome");
                match (received.status, outcome) {
                    (_, Some(outcome)) if is_ours(&outcome) => Ok(outcome),
                    (401 | 403, _) if self.http.has_token() => Err(Outage::Down(format!(
                        "{line}: the token was refused: {}",
                        spoken(received)
                    ))),
                    (401 | 403, _) => Err(Outage::Down(format!(
                        "{line}: is a token needed? {}",
                        spoken(received)
                    ))),
                    (400.., Some(outcome)) => Ok(outcome),
                    _ => Err(Outage::Down(format!("{line}: {}", spoken(received)))),
                }
            }
        }
    }
}

/// Returns the type of a resource.
fn resource_type(resource: &Value) -> &str {
    let kind = resource.get("resourceType").and_then(Value::as_str);
    kind.unwrap_or_default()
}

/// Tells whether an `OperationOutcome` has a ground of ours, so that it is a refusal.
fn is_ours(outcome: &Value) -> bool {
    outcome
        .get("issue")
        .and_then(Value::as_array)
        .is_some_and(|issues| {
            let has = |issue: &Value| {
                let details = issue.get("details").map(borrowed);
                code_in(details.as_ref(), GROUND).is_some()
            };
            issues.iter().any(has)
        })
}

/// Tells whether the server has no `$submit`, which FHIR lets it leave out.
fn lacks_submit(received: &Received) -> bool {
    let outcome = || {
        json_of(received)
            .ok()
            .filter(|body| resource_type(body) == "OperationOutcome")
    };
    match received.status {
        404 | 405 | 501 => !outcome().is_some_and(|outcome| is_ours(&outcome)),
        400..=599 => outcome().is_some_and(|outcome| {
            let code = outcome
                .get("issue")
                .and_then(|it| it.get(0)?.get("code")?.as_str());
            code == Some("not-supported")
        }),
        _ => false,
    }
}

/// Tells whether a resource says that there is no answer yet: queued, or a search without result.
fn is_waiting(body: &Value) -> bool {
    let queued =
        |resource: &Value| resource.get("outcome").and_then(Value::as_str) == Some("queued");
    match resource_type(body) {
        RESPONSE => queued(body),
        "Bundle" if body.get("type").and_then(Value::as_str) == Some("searchset") => {
            let entries = body.get("entry").and_then(Value::as_array);
            let mut resources = entries
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.get("resource"))
                .peekable();
            resources.peek().is_none()
                || resources.any(|it| resource_type(it) == RESPONSE && queued(it))
        }
        _ => false,
    }
}

fn is_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    !id.is_empty() && id.len() <= 64 && id.chars().all(allowed) && id != ".." && id != "."
}

/// Returns `CoverageEligibilityRequest/7` out of an address that ends so, a version left out.
fn id_in(address: &str) -> Option<String> {
    let address = address.split("/_history/").next().unwrap_or(address);
    let (before, id) = address.trim_end_matches('/').rsplit_once('/')?;
    let is_request = before.rsplit('/').next() == Some(CREATE);
    (is_request && is_id(id)).then(|| format!("{CREATE}/{id}"))
}

/// Returns how long a server asks to wait: seconds, or a date (RFC 9110 § 10.2.3).
fn retry_after(received: &Received) -> Option<Duration> {
    let value = received.header(&RETRY_AFTER)?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let then = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let wait = then.duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

/// Returns what an answer says to people: its `OperationOutcome`, else nothing of its contents.
pub(super) fn spoken(received: &Received) -> String {
    let body = json_of(received).unwrap_or_default();
    let issue = body.get("issue").and_then(|issues| issues.get(0));
    issue
        .and_then(|issue| {
            let text = issue.get("details").and_then(|it| it.get("text")?.as_str());
            text.or_else(|| issue.get("diagnostics")?.as_str())
        })
        .map_or_else(|| "no reason given".to_owned(), short)
}

/// Reads the JSON of an answer.
pub(super) fn json_of(received: &Received) -> Result<Value, Outage> {
    let malformed = |why: String| Outage::Malformed(format!("{}: {why}", received.line));
    if let Some(coding) = received.header(&CONTENT_ENCODING)
        && !coding.eq_ignore_ascii_case("identity")
    {
        return Err(malformed(format!(
            "content encoding {coding:?}, which nobody asked for"
        )));
    }
    let (media, _) = received.content_type();
    match media.as_deref() {
        Some("application/json") => {}
        Some(media) if media.ends_with("+json") || media == "application/json+fhir" => {}
        other => {
            return Err(malformed(format!(
                "content type {FHIR_JSON} was expected, {} came",
                other.map_or_else(|| "none".to_owned(), short)
            )));
        }
    }
    let text = std::str::from_utf8(&received.body)
        .map_err(|error| malformed(format!("JSON is UTF-8, this is not: {error}")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value =
        serde_json::from_str(text).map_err(|error| malformed(format!("no JSON: {error}")))?;
    if !value.is_object() {
        return Err(malformed("a JSON object was expected".to_owned()));
    }
    Ok(value)
}
