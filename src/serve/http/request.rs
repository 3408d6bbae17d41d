//! What comes in over HTTP: its bounds, its type, its token.

use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::answer::Problem;

/// How long a body may be.
pub(super) const BODY_MAX: usize = 1024 * 1024;
/// How long a body may take to arrive, once its head is here.
const BODY_TIME: Duration = Duration::from_secs(10);

/// The digest of the bearer token that is asked for; the token itself is not kept.
#[derive(Debug, Clone)]
pub(super) struct Token([u8; 32]);

impl Token {
    /// Remembers a token.
    pub(super) fn new(token: &str) -> Token {
        Token(Sha256::digest(token.as_bytes()).into())
    }

    /// Checks the token of a request. Digests are compared, so that the time which that takes
    /// tells nothing about the token.
    ///
    /// # Errors
    ///
    /// 401, without a word of what was sent.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let sent = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Sha256::digest(token.trim().as_bytes()));
        if sent.is_some_and(|sent| sent.as_slice() == self.0) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "login",
            "this server wants the bearer token that it was started with (--token-file)",
        ))
    }
}

/// Checks that whoever asks can read JSON.
///
/// # Errors
///
/// 406.
pub(super) fn check_accept(headers: &HeaderMap) -> Result<(), Problem> {
    let acceptable = headers.get_all(ACCEPT).iter().all(|accept| {
        accept.to_str().is_ok_and(|accept| {
            ["json", "*/*", "application/*"]
                .iter()
                .any(|known| accept.contains(known))
        })
    });
    match acceptable {
        true => Ok(()),
        false => Err(Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "not-supported",
            "this server answers in application/fhir+json alone",
        )),
    }
}

/// Fetches a body that is said to be JSON, bounded in length and time.
///
/// # Errors
///
/// 415 for another type or encoding, 413, 408, and 400 where it ends too soon.
pub(super) async fn fetch(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    check_type(headers)?;
    read(headers, body).await
}

/// Reads JSON.
///
/// # Errors
///
/// 400.
pub(super) fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "structure",
            format!("the body is no JSON in UTF-8: {error}"),
        )
    })
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let unsupported = |message: String| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", message)
    };
    let declared = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| unsupported("say Content-Type: application/fhir+json".to_owned()))?;
    let mut parts = declared.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    if media != "application/fhir+json" && media != "application/json" {
        return Err(unsupported(format!(
            "{media:?} is not understood; send application/fhir+json"
        )));
    }
    let charset = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim_matches('"').to_ascii_lowercase());
    match charset.as_deref() {
        None | Some("utf-8" | "utf8") => Ok(()),
        Some(other) => Err(unsupported(format!("JSON is sent in UTF-8, not {other:?}"))),
    }
}

async fn read(headers: &HeaderMap, mut body: Body) -> Result<Vec<u8>, Problem> {
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if declared.is_some_and(|length| length > BODY_MAX) {
        return Err(too_long());
    }
    let collected = async {
        let mut bytes = Vec::with_capacity(declared.unwrap_or_default());
        loop {
            let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context));
            let Some(frame) = frame.await else {
                return Ok(bytes);
            };
            let frame = frame.map_err(|_| {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "structure",
                    "the body ended before it was whole",
                )
            })?;
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > BODY_MAX {
                    return Err(too_long());
                }
                bytes.extend_from_slice(&data);
            }
        }
    };
    tokio::time::timeout(BODY_TIME, collected)
        .await
        .unwrap_or_else(|_| {
            Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                format!("the body did not arrive within {} s", BODY_TIME.as_secs()),
            ))
        })
}

fn too_long() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-long",
        format!("a body may have {BODY_MAX} bytes at most"),
    )
}
