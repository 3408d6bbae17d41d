//! The FHIR interactions: `$submit`, create, read, search, asynchronous answers, metadata.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_LOCATION, HOST, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json as value};

use super::App;
use super::answer::{Problem, bytes, resource, spoil, stored};
use super::connection::Peer;
use super::kept::{Exchange, WorldId};
use super::request::{check_accept, fetch, json};
use crate::backend::Outage;
use crate::backend::fhir::{self, Announced, NOW_HEADER, Tree, system};
use crate::eligibility::{Inquiry, Moment};
use crate::serve::fault::WireFault;
use crate::serve::worlds::{Asking, LiveWorld};

const REQUEST: &str = "CoverageEligibilityRequest";
const RESPONSE: &str = "CoverageEligibilityResponse";
/// Where asynchronous answers are fetched, below the base: a convention of this harness.
const STATUS: &str = "uketsuke-status";

/// A FHIR base: the world behind it, and its path.
pub(super) struct Base {
    /// Which world.
    pub(super) world: WorldId,
    /// The world.
    pub(super) live: Arc<LiveWorld>,
    /// The path of the base.
    pub(super) path: String,
}

/// Answers a request below a base.
///
/// # Errors
///
/// [`Problem`], an `OperationOutcome` with the status that fits.
pub(super) async fn answer(
    app: &App,
    peer: &Peer,
    base: &Base,
    path: &[&str],
    parts: Parts,
    body: Body,
) -> Result<Response, Problem> {
    check_accept(&parts.headers)?;
    let (get, post) = (parts.method == Method::GET, parts.method == Method::POST);
    if let ["metadata"] = path {
        return match get {
            true => Ok(metadata(base)),
            false => Err(Problem::method("GET")),
        };
    }
    if let Some(token) = &app.token {
        token.check(&parts.headers)?;
    }
    match path {
        [REQUEST, "$submit"] if post => submit(app, peer, base, &parts.headers, body).await,
        [REQUEST, "$submit"] => Err(Problem::method("POST")),
        [REQUEST] if post => create(app, peer, base, &parts.headers, body).await,
        [REQUEST] => Err(Problem::method("POST")),
        [kind @ (REQUEST | RESPONSE | STATUS), number] if get => read(app, base, kind, number),
        [REQUEST | RESPONSE | STATUS, _] => Err(Problem::method("GET")),
        [RESPONSE] if get => search(app, base, parts.uri.query().unwrap_or_default()),
        [RESPONSE] => Err(Problem::method("GET")),
        _ => Err(Problem::not_found(parts.uri.path())),
    }
}

fn metadata(base: &Base) -> Response {
    resource(StatusCode::OK, &Announced::ALL.statement(base.live.now()))
}

/// Reads the inquiry, sets the clock where the request may, and has it answered.
async fn ask(base: &Base, headers: &HeaderMap, request: &Tree<'_>) -> Result<Asking, Problem> {
    let inquiry = fhir::inquiry_in(request).map_err(|error| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            format!("the request cannot be read without guessing: {error}"),
        )
    })?;
    set_clock(base, headers)?;
    let asking = base.live.ask(&inquiry).await;
    match &asking.answer {
        Err(outage) if asking.fault.is_none() => Err(failure(&inquiry, outage)),
        _ => Ok(asking),
    }
}

/// Returns the response to what was asked; `reference` is what it says that it answers.
fn responded<'a>(asking: &'a Asking, reference: Option<&'a str>) -> Tree<'a> {
    match &asking.answer {
        Ok(answer) => fhir::response_tree(answer, reference, asking.at),
        // A fault swallowed it: what stands here is never sent.
        Err(_) => Tree::Null,
    }
}

fn failure(inquiry: &Inquiry, outage: &Outage) -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "exception",
        format!("{:?}: {outage}", inquiry.kind()),
    )
}

/// Takes the instant that a request in an arranged world gives (a convention of this harness).
fn set_clock(base: &Base, headers: &HeaderMap) -> Result<(), Problem> {
    let (Some(now), Some(_)) = (headers.get(NOW_HEADER), base.world) else {
        return Ok(());
    };
    let now: Option<Moment> = now.to_str().ok().and_then(|now| now.parse().ok());
    let now = now.ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "value",
            format!("{NOW_HEADER} is no moment; write 2025-12-20T09:15:00+09:00"),
        )
    })?;
    base.live.set_clock(now);
    Ok(())
}

async fn submit(
    app: &App,
    peer: &Peer,
    base: &Base,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let later = headers
        .get_all("prefer")
        .iter()
        .filter_map(|prefer| prefer.to_str().ok())
        .any(|prefer| prefer.contains("respond-async"));
    let body = fetch(headers, body).await?;
    peer.arrived();
    let request: Tree<'_> = json(&body)?;
    let asking = ask(base, headers, &request).await?;
    let made = responded(&asking, None);
    let response = if later {
        let number = app.kept().number();
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::ACCEPTED;
        let at = format!("{}{}/{STATUS}/{number}", root(app, headers), base.path);
        insert(&mut response, CONTENT_LOCATION, &at);
        let exchange = Exchange {
            request: bytes(&request),
            response: bytes(&made),
        };
        keep(app, base, number, &asking, exchange);
        response
    } else {
        resource(StatusCode::OK, &made)
    };
    match asking.fault {
        None => Ok(response),
        Some(fault) => Ok(spoil(fault, response, peer).await),
    }
}

async fn create(
    app: &App,
    peer: &Peer,
    base: &Base,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let number = app.kept().number();
    let reference = format!("{REQUEST}/{number}");
    let body = fetch(headers, body).await?;
    peer.arrived();
    let mut request: Tree<'_> = json(&body)?;
    let asking = ask(base, headers, &request).await?;
    let id = number.to_string();
    identify(&mut request, &id);
    let request = bytes(&request);
    let mut response = stored(StatusCode::CREATED, request.clone());
    let at = format!("{}{}/{reference}/_history/1", root(app, headers), base.path);
    insert(&mut response, LOCATION, &at);
    let mut made = responded(&asking, Some(&reference));
    identify(&mut made, &id);
    let exchange = Exchange {
        request,
        response: bytes(&made),
    };
    keep(app, base, number, &asking, exchange);
    match asking.fault {
        None => Ok(response),
        Some(fault) => Ok(spoil(fault, response, peer).await),
    }
}

/// Gives a resource its id.
fn identify<'a>(resource: &mut Tree<'a>, id: &'a str) {
    if let Tree::Object(members) = resource {
        members.insert("id", Tree::from(id));
    }
}

/// Keeps what was asked and answered, unless a fault swallowed the answer.
fn keep(app: &App, base: &Base, number: u64, asking: &Asking, exchange: Exchange) {
    if asking.fault.is_some_and(WireFault::swallows) {
        return;
    }
    app.kept().keep(number, base.world, exchange);
}

fn kept(app: &App, base: &Base, number: &str) -> Option<Exchange> {
    app.kept().get(number.parse().ok()?, base.world)
}

fn read(app: &App, base: &Base, kind: &str, number: &str) -> Result<Response, Problem> {
    let exchange = kept(app, base, number)
        .ok_or_else(|| Problem::not_found(&format!("{}/{kind}/{number}", base.path)))?;
    let body = match kind {
        REQUEST => exchange.request,
        _ => exchange.response,
    };
    Ok(stored(StatusCode::OK, body))
}

/// Finds the response to a created request: `?request=CoverageEligibilityRequest/7`.
fn search(app: &App, base: &Base, query: &str) -> Result<Response, Problem> {
    let wanted = query
        .split('&')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| *name == "request" || *name == "request:CoverageEligibilityRequest")
        .map(|(_, value)| value.replace("%2F", "/").replace("%2f", "/"))
        .ok_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "not-supported",
                "responses are found by request alone: ?request=CoverageEligibilityRequest/7",
            )
        })?;
    let number = wanted.rsplit('/').next().unwrap_or_default();
    let entries: Vec<Value> = kept(app, base, number)
        .and_then(|exchange| serde_json::from_slice(&exchange.response).ok())
        .map(|found: Value| {
            let mode = match found["resourceType"] == "OperationOutcome" {
                true => "outcome",
                false => "match",
            };
            value!({ "resource": found, "search": { "mode": mode } })
        })
        .into_iter()
        .collect();
    let mut bundle = value!({
        "resourceType": "Bundle",
        "meta": { "tag": [{ "system": system::TAG, "code": "SIMULATION" }] },
        "type": "searchset",
        "total": entries.len(),
    });
    // FHIR has no empty arrays.
    if !entries.is_empty()
        && let Value::Object(fields) = &mut bundle
    {
        fields.insert("entry".to_owned(), Value::Array(entries));
    }
    Ok(resource(StatusCode::OK, &bundle))
}

/// Returns the root as whoever asks knows it.
fn root(app: &App, headers: &HeaderMap) -> String {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| !host.is_empty() && host.len() <= 255);
    match host {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", app.address),
    }
}

fn insert(response: &mut Response, name: axum::http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
