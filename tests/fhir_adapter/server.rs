//! A server on a loopback socket that says whatever a test wants, byte for byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `POST /fhir/CoverageEligibilityRequest/$submit`.
    pub line: String,
    /// The head, headers included.
    pub head: String,
    pub body: Vec<u8>,
    /// Which connection it came by, counted from 1.
    pub connection: usize,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the server does with a request.
pub enum Does {
    /// Sends these bytes and reads on.
    Says(Vec<u8>),
    /// Sends these bytes and closes in good order.
    Ends(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Resets(Vec<u8>),
    /// Sends these bytes over and over until nobody reads.
    Floods(Vec<u8>),
    /// Sends these bytes, then one more now and then, for ever.
    Drips(Vec<u8>),
    /// Says nothing.
    Hangs,
}

/// Returns a whole answer.
pub fn http(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Does {
    let body = body.as_ref();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    Does::Says(bytes)
}

/// Returns a whole answer of FHIR JSON.
pub fn fhir(status: &str, body: &Value) -> Does {
    http(
        status,
        "content-type: application/fhir+json\r\n",
        body.to_string(),
    )
}

/// A server that is there as long as its runtime.
pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts one. `does` is told the request and how many came before it.
    pub async fn start(does: impl Fn(&Asked, usize) -> Does + Send + Sync + 'static) -> Server {
        Server::start_with(None, does).await
    }

    /// Starts one that speaks TLS.
    pub async fn start_with(
        tls: Option<tokio_rustls::TlsAcceptor>,
        does: impl Fn(&Asked, usize) -> Does + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, does) = (Arc::clone(&asked), Arc::new(does));
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                connection += 1;
                let (log, does, tls) = (Arc::clone(&log), Arc::clone(&does), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, connection, &log, &*does).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, connection, &log, &*does).await;
                            }
                        }
                    }
                });
            }
        });
        Server { address, asked }
    }

    pub fn base(&self) -> String {
        format!("http://{}/fhir", self.address)
    }

    /// Returns what was asked so far, `metadata` left out.
    pub fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|asked| !asked.line.ends_with("/metadata"))
            .cloned()
            .collect()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

/// A stream that can be reset; TLS streams only close.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    fn reset_when_dropped(&mut self) {}
}

impl Stream for TcpStream {
    fn reset_when_dropped(&mut self) {
        self.set_zero_linger().unwrap();
    }
}

impl Stream for tokio_rustls::server::TlsStream<TcpStream> {}

async fn serve(
    mut stream: impl Stream,
    connection: usize,
    log: &Mutex<Vec<Asked>>,
    does: &(dyn Fn(&Asked, usize) -> Does + Send + Sync),
) {
    let mut pending = Vec::new();
    while let Some(asked) = next(&mut stream, &mut pending, connection).await {
        let before = {
            let mut log = log.lock().unwrap();
            let asked_for = |it: &&Asked| !it.line.ends_with("/metadata");
            let before = log.iter().filter(asked_for).count();
            log.push(asked.clone());
            before
        };
        match does(&asked, before) {
            Does::Says(bytes) => stream.write_all(&bytes).await.unwrap(),
            Does::Ends(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                let _ = stream.shutdown().await;
                return;
            }
            Does::Resets(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                stream.flush().await.unwrap();
                // The client has to have read them before the reset overtakes them.
                tokio::task::yield_now().await;
                stream.reset_when_dropped();
                return;
            }
            Does::Floods(bytes) => while stream.write_all(&bytes).await.is_ok() {},
            Does::Drips(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                let mut tick = tokio::time::interval(Duration::from_millis(20));
                while stream.write_all(b" ").await.is_ok() {
                    tick.tick().await;
                }
            }
            Does::Hangs => std::future::pending().await,
        }
    }
}

async fn next(stream: &mut impl Stream, pending: &mut Vec<u8>, connection: usize) -> Option<Asked> {
    let mut more = async |pending: &mut Vec<u8>| {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => {
                pending.extend_from_slice(&buffer[..count]);
                Some(())
            }
            _ => None,
        }
    };
    let end = loop {
        if let Some(end) = pending.windows(4).position(|it| it == b"\r\n\r\n") {
            break end + 4;
        }
        more(pending).await?;
    };
    let head = String::from_utf8(pending.drain(..end).collect()).unwrap();
    let mut asked = Asked {
        line: head
            .lines()
            .next()
            .unwrap()
            .trim_end_matches(" HTTP/1.1")
            .to_owned(),
        head,
        body: Vec::new(),
        connection,
    };
    let length: usize = asked
        .header("content-length")
        .map_or(0, |it| it.parse().unwrap());
    while pending.len() < length {
        more(pending).await?;
    }
    asked.body = pending.drain(..length).collect();
    Some(asked)
}
