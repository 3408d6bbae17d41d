//! FHIR and the control interface over HTTP.

mod answer;
mod connection;
mod control;
mod fhir;
mod kept;
mod request;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::answer::Problem;
use self::connection::{Bounded, Peer};
use self::kept::Kept;
use self::request::Token;
use super::Serving;
use crate::secret::Secret;
use crate::transcript::SIMULATION;

/// How long inquiries under way may take once the server is to stop: longer than a slow one.
const GRACE: Duration = Duration::from_secs(10);

/// What every request is answered with.
struct App {
    serving: Arc<Serving>,
    token: Option<Token>,
    kept: Mutex<Kept>,
    address: SocketAddr,
}

impl App {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server over HTTP that runs.
pub(super) struct HttpServer {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

impl HttpServer {
    /// Listens at an address and begins to answer.
    ///
    /// # Errors
    ///
    /// Where nobody can listen there.
    pub(super) async fn start(
        address: SocketAddr,
        serving: Arc<Serving>,
        token: Option<&Secret>,
    ) -> io::Result<HttpServer> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let app = Arc::new(App {
            serving,
            token: token.and_then(Secret::plain).map(Token::new),
            kept: Mutex::default(),
            address,
        });
        let router = Router::new()
            .fallback(handle)
            .with_state(app)
            .into_make_service_with_connect_info::<Peer>();
        let (stop, stopped) = oneshot::channel();
        let serving = axum::serve(Bounded::new(listener), router).with_graceful_shutdown(async {
            // A sender that is gone stops the server as well.
            let _ = stopped.await;
        });
        Ok(HttpServer {
            address,
            stop,
            served: tokio::spawn(async move { serving.await }),
        })
    }

    /// Returns the address with its real port.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new requests, and finishes those under way within [`GRACE`].
    pub(super) async fn stop(mut self) {
        let _ = self.stop.send(());
        if tokio::time::timeout(GRACE, &mut self.served).await.is_err() {
            tracing::warn!("answers under way were cut short");
            self.served.abort();
        }
    }
}

async fn handle(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let response = route(&app, &peer, request)
        .await
        .unwrap_or_else(IntoResponse::into_response);
    peer.answered();
    response
}

async fn route(app: &App, peer: &Peer, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["fhir", rest @ ..] => {
            let base = fhir::Base {
                world: None,
                live: Arc::clone(app.serving.worlds.served()),
                path: "/fhir".to_owned(),
            };
            fhir::answer(app, peer, &base, rest, parts, body).await
        }
        ["worlds", number, "fhir", rest @ ..] => {
            let found = number.parse::<u64>().ok();
            let found = found.and_then(|id| Some((id, app.serving.worlds.arranged(id)?)));
            let (id, live) = found.ok_or_else(|| {
                Problem::new(
                    StatusCode::NOT_FOUND,
                    "not-found",
                    format!(
                        "there is no world {number:?} (any more); POST /uketsuke/worlds makes one"
                    ),
                )
            })?;
            let base = fhir::Base {
                world: Some(id),
                live,
                path: format!("/worlds/{id}/fhir"),
            };
            fhir::answer(app, peer, &base, rest, parts, body).await
        }
        ["uketsuke", rest @ ..] => Ok(control::answer(app, peer, rest, parts, body).await),
        [""] if parts.method == Method::GET => Ok(format!(
            "uketsuke {}\n{SIMULATION}\n\nFHIR R4 base: /fhir (GET /fhir/metadata)\n",
            env!("CARGO_PKG_VERSION")
        )
        .into_response()),
        _ => Err(Problem::not_found(&path)),
    }
}
