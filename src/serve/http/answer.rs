//! What goes back over HTTP: answers, complaints, and answers that go wrong on their way.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::connection::Peer;
use crate::backend::fhir::operation_outcome;
use crate::serve::fault::{SLOW_MS, WireFault};

/// What resources are sent as (FHIR R4 §3.1.0.1.8).
pub(super) const FHIR_JSON: HeaderValue =
    HeaderValue::from_static("application/fhir+json; charset=utf-8");
/// How long a silent answer takes before the connection closes: longer than anyone waits.
const SILENCE: Duration = Duration::from_secs(600);
/// After how many seconds whoever was told that we are busy may ask again.
const BUSY_SECONDS: u32 = 1;
/// How many bytes an answer of the wrong length lacks.
const LACKING: usize = 100;
/// How many bytes an answer has, usually: room for it is made at once.
const USUAL: usize = 4_096;
/// What is no answer: no JSON, no text, no line of anything.
const GARBAGE: [u8; 4] = [0x00, 0xFF, 0xFE, 0x1B];

/// A request that cannot be answered as it is.
#[derive(Debug)]
pub(super) struct Problem {
    /// The status.
    pub(super) status: StatusCode,
    /// A code of HL7's issue types.
    pub(super) issue: &'static str,
    /// What is wrong and what was expected.
    pub(super) message: String,
}

impl Problem {
    /// Makes one.
    pub(super) fn new(
        status: StatusCode,
        issue: &'static str,
        message: impl Into<String>,
    ) -> Problem {
        Problem {
            status,
            issue,
            message: message.into(),
        }
    }

    /// Nothing is there.
    pub(super) fn not_found(path: &str) -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "not-found",
            format!("there is nothing at {path}; GET /fhir/metadata says what there is"),
        )
    }

    /// Something is there that cannot be used so.
    pub(super) fn method(allowed: &str) -> Problem {
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "not-supported",
            format!("only {allowed} is possible here"),
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let outcome = operation_outcome(self.issue, &self.message);
        let mut response = resource(self.status, &outcome);
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                let scheme = HeaderValue::from_static("Bearer realm=\"uketsuke SIMULATION\"");
                headers.insert("www-authenticate", scheme);
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from(BUSY_SECONDS));
            }
            _ => {}
        }
        response
    }
}

/// Returns a resource as bytes. Our own values always serialise.
pub(super) fn bytes(resource: &impl Serialize) -> Bytes {
    let mut bytes = Vec::with_capacity(USUAL);
    match serde_json::to_writer(&mut bytes, resource) {
        Ok(()) => bytes.into(),
        Err(_) => Bytes::new(),
    }
}

/// Returns a response with a resource.
pub(super) fn resource(status: StatusCode, resource: &impl Serialize) -> Response {
    stored(status, bytes(resource))
}

/// Returns a response with a resource that is bytes already.
pub(super) fn stored(status: StatusCode, body: Bytes) -> Response {
    (status, [(CONTENT_TYPE, FHIR_JSON)], Body::from(body)).into_response()
}

/// Lets the answer to an inquiry go wrong on its way.
pub(super) async fn spoil(fault: WireFault, response: Response, peer: &Peer) -> Response {
    match fault {
        WireFault::Down => cut(peer),
        WireFault::Silent => {
            tokio::time::sleep(SILENCE).await;
            cut(peer)
        }
        WireFault::Slow => {
            tokio::time::sleep(Duration::from_millis(SLOW_MS)).await;
            response
        }
        WireFault::Busy => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "transient",
            "this server is busy, as a fault says (SIMULATION); ask again later",
        )
        .into_response(),
        // A connection pairs question and answer: there is no identifier to repeat.
        WireFault::IdentifierLost => response,
        WireFault::Garbage => stored(StatusCode::OK, Bytes::from_static(&GARBAGE)),
        WireFault::Half | WireFault::WrongLength | WireFault::WrongEncoding => {
            let (parts, body) = response.into_parts();
            // Our own body, in memory already.
            let whole = axum::body::to_bytes(body, usize::MAX)
                .await
                .unwrap_or_default();
            let body = match fault {
                WireFault::Half => {
                    peer.cut_after(whole.len() / 2);
                    whole
                }
                WireFault::WrongLength => {
                    peer.cut_after(whole.len());
                    [whole.as_ref(), &[b' '; LACKING]].concat().into()
                }
                _ => shift_jis(&whole),
            };
            Response::from_parts(parts, Body::from(body))
        }
    }
}

fn cut(peer: &Peer) -> Response {
    peer.cut();
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn shift_jis(body: &[u8]) -> Bytes {
    let text = String::from_utf8_lossy(body);
    let (encoded, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    encoded.into_owned().into()
}
