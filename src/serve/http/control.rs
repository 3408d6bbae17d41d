//! The control interface over HTTP: worlds, faults, the date, and cards in use. For this machine
//! alone.

use axum::Json;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::App;
use super::answer::Problem;
use super::connection::Peer;
use super::request::{fetch, json as json_in};
use crate::backend::fhir::{Arranged, Arrangement};
use crate::serve::control::{CardUse, ClockSetting, FaultSetting, set_faults};
use crate::transcript::SIMULATION;

/// What cannot be done, as the control interface says it.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused(problem.status, problem.message)
    }
}

/// Answers a request below `/uketsuke`.
pub(super) async fn answer(
    app: &App,
    peer: &Peer,
    path: &[&str],
    parts: Parts,
    body: Body,
) -> Response {
    if !peer.is_loopback() {
        return Refused(
            StatusCode::FORBIDDEN,
            "control is for the machine on which the server runs".to_owned(),
        )
        .into_response();
    }
    let done = match (path, &parts.method) {
        (["worlds"], &Method::POST) => make(app, peer, &parts.headers, body).await,
        (["worlds", number], &Method::PUT) => change(app, peer, number, &parts.headers, body).await,
        (["worlds", number], &Method::DELETE) => end(app, number),
        (["fault"], &Method::POST) => fault(app, peer, &parts.headers, body).await,
        (["clock"], &Method::POST) => clock(app, peer, &parts.headers, body).await,
        (["face"], &Method::POST) => face(app, peer, &parts.headers, body).await,
        ([], &Method::GET) => Ok(Json(state(app)).into_response()),
        (["worlds"] | ["fault"] | ["clock"] | ["face"] | [] | ["worlds", _], _) => Err(Refused(
            StatusCode::METHOD_NOT_ALLOWED,
            "POST worlds, fault, clock or face; PUT or DELETE worlds/N; GET the state".to_owned(),
        )),
        _ => Err(Refused(
            StatusCode::NOT_FOUND,
            "there are worlds, fault, clock and face".to_owned(),
        )),
    };
    done.unwrap_or_else(IntoResponse::into_response)
}

fn state(app: &App) -> Value {
    let worlds = &app.serving.worlds;
    let faults: Vec<String> = worlds
        .faults()
        .wanted()
        .iter()
        .map(ToString::to_string)
        .collect();
    json!({
        "simulation": SIMULATION,
        "now": worlds.served().now(),
        "people": app.serving.reception.people(),
        "faults": faults,
        "worlds": worlds.len(),
        "inquiries": worlds.asked(),
    })
}

/// Reads what the control interface is told.
async fn read<T: DeserializeOwned>(
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Refused> {
    let body = fetch(headers, body).await?;
    let value: Value = json_in(&body)?;
    peer.arrived();
    serde_json::from_value(value)
        .map_err(|error| Refused(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

async fn make(
    app: &App,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let order: Arrangement = read(peer, headers, body).await?;
    let id = app
        .serving
        .worlds
        .arrange(&order.world, order.at)
        .await
        .map_err(|error| Refused(StatusCode::TOO_MANY_REQUESTS, error.to_string()))?;
    let arranged = Arranged {
        world: id.to_string(),
        base: format!("/worlds/{id}/fhir"),
    };
    Ok((StatusCode::CREATED, Json(arranged)).into_response())
}

fn no_world(number: &str) -> Refused {
    Refused(
        StatusCode::NOT_FOUND,
        format!("there is no world {number:?} (any more)"),
    )
}

async fn change(
    app: &App,
    peer: &Peer,
    number: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let id = number.parse().map_err(|_| no_world(number))?;
    let live = app
        .serving
        .worlds
        .arranged(id)
        .ok_or_else(|| no_world(number))?;
    let order: Arrangement = read(peer, headers, body).await?;
    live.set_clock(order.at);
    live.change(&order.world, || ()).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn end(app: &App, number: &str) -> Result<Response, Refused> {
    let ended = number.parse().is_ok_and(|id| app.serving.worlds.end(id));
    match ended {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(no_world(number)),
    }
}

async fn fault(
    app: &App,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let order: FaultSetting = read(peer, headers, body).await?;
    set_faults(&app.serving.worlds, &order.faults)
        .map_err(|error| Refused(StatusCode::UNPROCESSABLE_ENTITY, error))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn clock(
    app: &App,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let order: ClockSetting = read(peer, headers, body).await?;
    app.serving.worlds.served().set_clock(order.at);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn face(
    app: &App,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let order: CardUse = read(peer, headers, body).await?;
    let pushed = app
        .serving
        .push_face(&order)
        .await
        .map_err(|error| Refused(StatusCode::UNPROCESSABLE_ENTITY, error))?;
    Ok(Json(pushed).into_response())
}
