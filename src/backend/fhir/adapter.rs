//! The adapter `fhir:URL`: the way to a FHIR R4 server, and one play's talks with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::talk::{FHIR_JSON, Talk, json_of};
use super::{
    Announced, Arranged, Arrangement, Heard, NOW_HEADER, Reply, WORLDS, answer, request_tree,
};
use crate::backend::http::{Clients, Http, Sent};
use crate::backend::{
    Access, Asked, Backend, Cannot, Connector, OpenError, Outage, Pending, World,
};
use crate::eligibility::{Answer, Inquiry, InquiryKind, Moment, Text, Wire};

/// How long the end of a world may take; it is asked for and not waited for.
const FAREWELL: Duration = Duration::from_secs(2);

/// The way to a server, shared by all plays: its connections stay open between them.
#[derive(Debug)]
pub(super) struct Link {
    /// For the control interface, on `io`.
    http: Http,
    io: Handle,
    /// For inquiries, on the runtime of the play that asks: to change threads twice costs as much
    /// as the inquiry itself.
    clients: Clients,
    base: Url,
    /// Where worlds are arranged, where the server allows it.
    root: Option<Url>,
    announced: Announced,
    pub(super) patience: Duration,
    /// Whether `$submit` is still worth a try.
    pub(super) submits: AtomicBool,
}

/// Opens the way to the FHIR server at `base`, its base URL such as `http://127.0.0.1:8080/fhir`.
/// Worlds are arranged and ended on `io`, for their end outlives the play; inquiries are asked on
/// the runtime that waits for the answer. Both must have time and network switched on.
///
/// # Errors
///
/// [`OpenError`]: `base` is no base URL, the access cannot be used, or no answer came.
pub async fn open(
    base: &str,
    access: &Access,
    io: Handle,
) -> Result<Arc<dyn Connector>, OpenError> {
    let url = base_url(base)?;
    let http = Http::new(&url, access)?;
    let clients = Clients::new(url.clone(), access.clone());
    let as_it_is = access.as_it_is;
    let mut link = Link {
        http,
        io: io.clone(),
        clients,
        base: url,
        root: None,
        announced: Announced::default(),
        patience: access.patience,
        submits: AtomicBool::new(true),
    };
    let (link, read) = on(&io, async move {
        let read = tokio::time::timeout(link.patience, link.metadata()).await;
        let read = read.unwrap_or(Err(Outage::Silent {
            limit_ms: millis(link.patience),
        }));
        if let Ok(announced) = &read {
            link.announced = *announced;
            let arranges = announced.control && !as_it_is;
            link.root = arranges.then(|| root_of(&link.base)).flatten();
        }
        (link, read)
    })
    .await?;
    match read {
        // What is there but no CapabilityStatement: plain FHIR, which announces nothing.
        Ok(_) | Err(Outage::Malformed(_)) => Ok(Arc::new(Server(Arc::new(link)))),
        Err(outage) => Err(OpenError::Unreachable(outage)),
    }
}

fn base_url(base: &str) -> Result<Url, OpenError> {
    let usage = |why: &str| OpenError::Usage(format!("fhir: {why}"));
    let url = Url::parse(base.trim_end_matches('/'))
        .map_err(|error| usage(&format!("this is no base URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(usage("the base URL begins with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(usage(
            "no name and password in the base URL; a token has its own option",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(usage("a base URL has no ? and no #"));
    }
    Ok(url)
}

/// Returns the root of a server whose base is `{root}/fhir`.
fn root_of(base: &Url) -> Option<Url> {
    let root = base.path().trim_end_matches('/').strip_suffix("/fhir")?;
    let mut url = base.clone();
    url.set_path(root);
    Some(url)
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the address of `path` below `base`.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query((!query.is_empty()).then_some(query));
    url
}

/// A task that ends with whoever waits for it.
struct Held<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs a future on the runtime of the connections.
async fn on<T: Send + 'static>(
    io: &Handle,
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, Outage> {
    let mut task = Held(io.spawn(future));
    (&mut task.0)
        .await
        .map_err(|_| Outage::Down("the connection's runtime has ended".to_owned()))
}

impl Link {
    async fn metadata(&self) -> Result<Announced, Outage> {
        let sent = Sent {
            method: Method::GET,
            url: below(&self.base, "metadata"),
            headers: vec![(ACCEPT, HeaderValue::from_static(FHIR_JSON))],
            body: None,
        };
        let received = self.http.send(sent).await?;
        if received.status != 200 {
            return Ok(Announced::default());
        }
        Ok(Announced::read(&json_of(&received)?))
    }

    /// Sends to the control interface.
    async fn control(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Value, Outage> {
        let Some(root) = &self.root else {
            return Err(Outage::Down(
                "the server has no control interface".to_owned(),
            ));
        };
        let sent = Sent {
            method,
            url: below(root, path.trim_start_matches('/')),
            headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
            body,
        };
        let limit = Outage::Silent {
            limit_ms: millis(self.patience),
        };
        let received = tokio::time::timeout(self.patience, self.http.send(sent))
            .await
            .unwrap_or(Err(limit))?;
        match received.status {
            201 => json_of(&received),
            200 | 204 => Ok(Value::Null),
            _ => Err(Outage::Down(format!(
                "the control interface answers {}: {}",
                received.line,
                super::talk::spoken(&received)
            ))),
        }
    }
}

/// The way to a server.
struct Server(Arc<Link>);

impl Connector for Server {
    fn arranges(&self) -> bool {
        self.0.root.is_some()
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        let play = Play {
            link: Arc::clone(&self.0),
            place: None,
            first: None,
            wire: None,
        };
        Box::pin(std::future::ready(Ok(Box::new(play) as Box<dyn Backend>)))
    }
}

/// A world that was arranged for one play.
#[derive(Debug, Clone)]
struct Place {
    path: String,
    base: Url,
}

/// One play's talks with a server.
struct Play {
    link: Arc<Link>,
    place: Option<Place>,
    /// The world that the server is taken to know, where none can be arranged.
    first: Option<World>,
    wire: Option<Wire>,
}

impl Backend for Play {
    fn name(&self) -> &'static str {
        "fhir"
    }

    fn is_foreign(&self) -> bool {
        true
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        self.link.announced.carries(kind)
    }

    fn arrange<'a>(&'a mut self, world: &'a World, at: Moment) -> Pending<'a, Result<(), Cannot>> {
        Box::pin(self.make(world, at))
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        Box::pin(self.put(inquiry, now))
    }

    fn wire(&self) -> Option<Wire> {
        self.wire.clone()
    }
}

impl Play {
    async fn make(&mut self, world: &World, at: Moment) -> Result<(), Cannot> {
        let Some(root) = self.link.root.clone() else {
            return self.take_as_given(world);
        };
        let arrangement = Arrangement {
            at,
            world: world.clone(),
        };
        let body = serde_json::to_vec(&arrangement)
            .map_err(|error| Outage::Down(format!("the world cannot be written: {error}")))?;
        let link = Arc::clone(&self.link);
        if let Some(place) = self.place.clone() {
            on(&self.link.io, async move {
                link.control(Method::PUT, &place.path, Some(body)).await
            })
            .await??;
            return Ok(());
        }
        let made = on(&self.link.io, async move {
            link.control(Method::POST, WORLDS, Some(body)).await
        })
        .await??;
        self.place = Some(place(&root, made)?);
        Ok(())
    }

    /// Without a control interface: the server knows its people before the play, and what happens
    /// to them later cannot be made known to it.
    fn take_as_given(&mut self, world: &World) -> Result<(), Cannot> {
        match &self.first {
            None => {
                self.first = Some(world.clone());
                Ok(())
            }
            Some(first) if first == world => Ok(()),
            Some(_) => Err(Cannot::Arrange(Text::new(
                "このFHIRサーバーの登録内容は、途中で変えられない",
                "what this FHIR server has on record cannot be changed during a scenario",
            ))),
        }
    }

    async fn put(&mut self, inquiry: &Inquiry, now: Moment) -> Result<Answer, Outage> {
        self.wire = None;
        let body = serde_json::to_vec(&request_tree(inquiry, now))
            .map_err(|error| Outage::Down(format!("the request cannot be written: {error}")))?;
        let mut headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static(FHIR_JSON)),
            (ACCEPT, HeaderValue::from_static(FHIR_JSON)),
        ];
        let base = match &self.place {
            Some(place) => {
                if let Ok(value) = HeaderValue::from_str(&now.to_string()) {
                    headers.push((HeaderName::from_static(NOW_HEADER), value));
                }
                place.base.clone()
            }
            None => self.link.base.clone(),
        };
        let talk = Talk {
            link: &self.link,
            http: self.link.clients.here()?,
            base,
            headers,
            deadline: Instant::now() + self.link.patience,
        };
        let (mut wire, came) = talk.hold(body).await;
        let said = came.and_then(|body| {
            answer(&body, inquiry, now).map_err(|error| Outage::Malformed(error.to_string()))
        });
        let heard = said.and_then(decided);
        if let Ok(heard) = &heard {
            wire.normal = Some(!matches!(heard.answer, Answer::Refused(_)));
            wire.error_code.clone_from(&heard.error_code);
            wire.error_message.clone_from(&heard.error_message);
            wire.missing.clone_from(&heard.missing);
        }
        self.wire = Some(wire);
        heard.map(|heard| heard.answer)
    }
}

/// A complaint about our request is no answer. Whether it or our request is at fault cannot be
/// told from here, so nobody is blamed: it counts as no answer, with what was said.
fn decided(reply: Reply) -> Result<Heard, Outage> {
    match reply {
        Reply::Answered(heard) => Ok(*heard),
        Reply::Queued => Err(Outage::Malformed(
            "queued, and nothing says where to ask for the answer".to_owned(),
        )),
        Reply::Complaint(said) => Err(Outage::Down(format!(
            "the server finds fault with our request: {said}"
        ))),
        Reply::Failure(said) => Err(Outage::Down(format!("the server has failed: {said}"))),
    }
}

/// Reads where a world was made. Its base is a path below the root, and leads nowhere else.
fn place(root: &Url, made: Value) -> Result<Place, Outage> {
    let wrong = |why: &str| Outage::Malformed(format!("the control interface: {why}"));
    let arranged: Arranged =
        serde_json::from_value(made).map_err(|error| wrong(&error.to_string()))?;
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let segments: Option<Vec<&str>> = arranged
        .base
        .strip_prefix('/')
        .map(|path| path.split('/').collect());
    match segments {
        Some(segments) if plain(&arranged.world) && segments.iter().all(|it| plain(it)) => {
            Ok(Place {
                path: format!("{WORLDS}/{}", arranged.world),
                base: below(root, arranged.base.trim_start_matches('/')),
            })
        }
        _ => Err(wrong(
            "a world's name and a base such as /worlds/7/fhir were expected",
        )),
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        let Some(place) = self.place.take() else {
            return;
        };
        let link = Arc::clone(&self.link);
        // Best effort: nobody waits, and a server bounds its worlds by itself.
        self.link.io.spawn(async move {
            let farewell = link.control(Method::DELETE, &place.path, None);
            let _ = tokio::time::timeout(FAREWELL, farewell).await;
        });
    }
}

impl Link {
    /// Tells whether `$submit` is worth a try.
    pub(super) fn submits(&self) -> bool {
        self.submits.load(Ordering::Relaxed)
    }
}
