//! An HTTP client with bounds: how large an answer may be, how often it may lead elsewhere, and
//! that the token goes nowhere but to the server that it was given for.
//!
//! Time is the caller's to bound. Nothing that a server sends is trusted, its copies of the token
//! included: they are struck out of what it answers.

use std::collections::HashMap;
use std::error::Error;
use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Method, Url};
use tokio::runtime::{self, Handle};

use super::{Access, OpenError, Outage};

/// How large an answer may be, in bytes.
pub const BODY_MAX: usize = 4 * 1024 * 1024;
/// How often an answer may lead elsewhere.
const REDIRECTS_MAX: usize = 3;
/// How much of a text from outside is repeated in a reason, in characters.
const REASON_MAX: usize = 300;

/// A client for one server, on one runtime: its connections are driven by the runtime that opened
/// them. A clone shares them.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
    token: Option<String>,
    authorization: Option<HeaderValue>,
}

/// How many runtimes have a client kept for them; all are forgotten before one more is, for nothing
/// tells when a runtime ends.
const CLIENTS_MAX: usize = 64;

/// A client for one server on each runtime that asks it.
#[derive(Debug)]
pub(super) struct Clients {
    base: Url,
    access: Access,
    made: Mutex<HashMap<runtime::Id, Http>>,
}

impl Clients {
    /// For the server at `base`. No client is made yet.
    pub(super) fn new(base: Url, access: Access) -> Clients {
        Clients {
            base,
            access,
            made: Mutex::default(),
        }
    }

    /// Returns the client of the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// [`Outage::Down`] outside any runtime, or where no client can be made.
    pub(super) fn here(&self) -> Result<Http, Outage> {
        let runtime = Handle::try_current().map_err(|error| Outage::Down(error.to_string()))?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(http) = made.get(&runtime.id()) {
            return Ok(http.clone());
        }
        let http =
            Http::new(&self.base, &self.access).map_err(|error| Outage::Down(error.to_string()))?;
        if made.len() >= CLIENTS_MAX {
            made.clear();
        }
        made.insert(runtime.id(), http.clone());
        Ok(http)
    }
}

/// What shall be sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Option<Vec<u8>>,
}

/// What came, whole.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) status: u16,
    /// `200 OK`.
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Where it came from, after what led elsewhere.
    pub(super) url: Url,
}

impl Received {
    /// Returns a header that is readable text.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the media type and the character set of the content type.
    pub(super) fn content_type(&self) -> (Option<String>, Option<String>) {
        let Some(value) = self.header(&header::CONTENT_TYPE) else {
            return (None, None);
        };
        let mut parts = value.split(';').map(str::trim);
        let media = parts.next().map(str::to_ascii_lowercase);
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("charset")
                .then(|| value.trim().trim_matches('"').to_owned())
        });
        (media, charset)
    }
}

impl Http {
    /// Makes a client for the server at `base`.
    ///
    /// # Errors
    ///
    /// [`OpenError::Config`]: the authorities are no certificates, or the token cannot be sent.
    pub(super) fn new(base: &Url, access: &Access) -> Result<Http, OpenError> {
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .user_agent(concat!(
                "uketsuke/",
                env!("CARGO_PKG_VERSION"),
                " (SIMULATION)"
            ))
            .tcp_nodelay(true);
        if is_loopback(base) {
            // A proxy cannot reach this machine's own loopback.
            builder = builder.no_proxy();
        }
        let authorities = match &access.authorities {
            None => Vec::new(),
            Some(pem) => certificates(pem)?,
        };
        builder = match (base.scheme(), authorities.is_empty()) {
            // The system's authorities need not be read where no TLS is spoken.
            ("http", true) => builder.tls_certs_only([]),
            (_, true) => builder,
            (_, false) => builder.tls_certs_merge(authorities),
        };
        let client = builder.build().map_err(|error| {
            OpenError::Config(format!("TLS cannot be set up: {}", chain(&error)))
        })?;
        let token = match &access.token {
            None => None,
            Some(secret) => Some(
                secret
                    .plain()
                    .filter(|token| !token.is_empty())
                    .ok_or_else(|| {
                        OpenError::Config(
                            "the token is empty, or known by its alias alone".to_owned(),
                        )
                    })?,
            ),
        };
        let authorization = token
            .map(|token| {
                let mut value =
                    HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
                        let why = "the token has characters that cannot stand in an HTTP header";
                        OpenError::Config(why.to_owned())
                    })?;
                value.set_sensitive(true);
                Ok::<_, OpenError>(value)
            })
            .transpose()?;
        Ok(Http {
            client,
            token: token.map(str::to_owned),
            authorization,
        })
    }

    /// Tells whether a token is sent.
    pub(super) fn has_token(&self) -> bool {
        self.authorization.is_some()
    }

    /// Sends, follows at most three redirections within the same server, and reads the answer.
    ///
    /// # Errors
    ///
    /// [`Outage::Down`] where no answer begins, [`Outage::Malformed`] where it is no HTTP, breaks
    /// off, or is larger than [`BODY_MAX`].
    pub(super) async fn send(&self, sent: Sent) -> Result<Received, Outage> {
        let mut sent = sent;
        let mut redirects = 0;
        loop {
            let received = self.send_once(&sent).await?;
            let Some(next) = elsewhere(&sent, &received)? else {
                return Ok(received);
            };
            redirects += 1;
            if redirects > REDIRECTS_MAX {
                return Err(Outage::Down(format!(
                    "{}: led elsewhere more than {REDIRECTS_MAX} times",
                    received.line
                )));
            }
            sent = next;
        }
    }

    async fn send_once(&self, sent: &Sent) -> Result<Received, Outage> {
        let mut request = self.client.request(sent.method.clone(), sent.url.clone());
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization.clone());
        }
        if let Some(body) = &sent.body {
            request = request.body(body.clone());
        }
        let response = request
            .send()
            .await
            .map_err(|error| before_answer(&error.without_url()))?;
        let status = response.status();
        let mut received = Received {
            status: status.as_u16(),
            line: status.to_string(),
            headers: response.headers().clone(),
            body: Vec::new(),
            url: sent.url.clone(),
        };
        if let Some(token) = self.token.as_deref().map(str::as_bytes) {
            for value in received.headers.values_mut() {
                if position(value.as_bytes(), token).is_some() {
                    *value = HeaderValue::from_static("***");
                }
            }
        }
        self.read(response, &mut received).await?;
        Ok(received)
    }

    async fn read(
        &self,
        mut response: reqwest::Response,
        received: &mut Received,
    ) -> Result<(), Outage> {
        let too_large = || Outage::Malformed(format!("an answer of more than {BODY_MAX} bytes"));
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).is_ok_and(|length| length > BODY_MAX) {
            return Err(too_large());
        }
        loop {
            let chunk = response.chunk().await;
            let chunk =
                chunk.map_err(|error| mid_answer(&error.without_url(), received.body.len()))?;
            let Some(chunk) = chunk else { break };
            if received.body.len() + chunk.len() > BODY_MAX {
                return Err(too_large());
            }
            received.body.extend_from_slice(&chunk);
        }
        self.strike_out(&mut received.body);
        Ok(())
    }

    /// Strikes the token out of what a server sent.
    fn strike_out(&self, body: &mut Vec<u8>) {
        let Some(token) = self.token.as_deref().map(str::as_bytes) else {
            return;
        };
        let mut from = 0;
        while let Some(found) = body.get(from..).and_then(|rest| position(rest, token)) {
            let at = from + found;
            body.splice(at..at + token.len(), *b"***");
            from = at + 3;
        }
    }
}

/// Returns where `part` begins in `whole`.
fn position(whole: &[u8], part: &[u8]) -> Option<usize> {
    whole.windows(part.len()).position(|window| window == part)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, OpenError> {
    let certificates = Certificate::from_pem_bundle(pem).map_err(|error| {
        OpenError::Config(format!(
            "the file of authorities is no PEM: {}",
            chain(&error)
        ))
    })?;
    if certificates.is_empty() {
        let why = "the file of authorities has no certificate in PEM";
        return Err(OpenError::Config(why.to_owned()));
    }
    Ok(certificates)
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

/// Returns what to send next where the answer leads elsewhere.
fn elsewhere(sent: &Sent, received: &Received) -> Result<Option<Sent>, Outage> {
    let line = &received.line;
    let keeps_method = match received.status {
        307 | 308 => true,
        303 => false,
        // For other methods than GET these two mean different things to different clients.
        301 | 302 if sent.method == Method::GET => true,
        301 | 302 => {
            let why = format!(
                "{line}: a {} is not led elsewhere by this status",
                sent.method
            );
            return Err(Outage::Down(why));
        }
        _ => return Ok(None),
    };
    let target = received
        .header(&header::LOCATION)
        .and_then(|location| sent.url.join(location).ok())
        .ok_or_else(|| Outage::Malformed(format!("{line} without a usable Location")))?;
    if !same_server(&sent.url, &target) {
        let why = format!("{line}: leads to another server, which was not followed");
        return Err(Outage::Down(why));
    }
    let mut next = Sent {
        url: target,
        ..sent.clone()
    };
    if !keeps_method {
        next.method = Method::GET;
        next.body = None;
    }
    Ok(Some(next))
}

/// Tells whether two addresses are on the same server: scheme, host and port.
pub(super) fn same_server(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// Returns an error with all its causes, each once.
fn chain(error: &reqwest::Error) -> String {
    let mut causes: Vec<String> = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        source = cause.source();
    }
    short(&causes.join(": "))
}

/// Returns the beginning of a text from outside.
pub(super) fn short(text: &str) -> String {
    let mut kept: String = text.chars().take(REASON_MAX).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = cause.source();
    }
    None
}

/// Before the head of an answer is whole: no connection, or no HTTP.
fn before_answer(error: &reqwest::Error) -> Outage {
    let causes = chain(error);
    // hyper's own words for a connection that ends without an answer; it has no other way to tell
    // from outside. Pinned by a test.
    let ended = causes.contains("connection closed before message completed");
    if error.is_connect() || error.is_builder() || ended || io_kind(error).is_some() {
        Outage::Down(causes)
    } else {
        Outage::Malformed(format!("no HTTP: {causes}"))
    }
}

/// Within the body: a connection that was cut off is nobody's answer, one that ended in good order
/// before the announced length is half an answer.
fn mid_answer(error: &reqwest::Error, so_far: usize) -> Outage {
    let causes = chain(error);
    match io_kind(error) {
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) => {
            Outage::Down(format!("cut off after {so_far} bytes: {causes}"))
        }
        _ => Outage::Malformed(format!("breaks off after {so_far} bytes: {causes}")),
    }
}
