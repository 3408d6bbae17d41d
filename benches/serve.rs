//! What `uketsuke serve` makes of number inquiries, beside a one-route axum server that parses the
//! same request and sends a fixed answer of the same size; and the backend alone.
//!
//! `cargo bench --bench serve`. Both servers are asked in turn by the same client over the same
//! number of kept connections, so that what else the machine does strikes both; the ratio is that
//! of the medians. Exits 1 where a bound is missed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use uketsuke::backend::World;
use uketsuke::backend::embedded::Embedded;
use uketsuke::backend::fhir;
use uketsuke::eligibility::{Answer, Inquiry, Moment, NumberKey, Site};
use uketsuke::library::Library;

#[path = "serve/served.rs"]
mod served;
use served::Served;

/// Inquiries per second of `serve` beside the baseline, at least.
const RATIO: f64 = 0.7;
/// Inquiries per second of the backend alone, at least.
const EMBEDDED: f64 = 20_000.0;
/// Connections of the client.
const CONNECTIONS: usize = 16;
/// Inquiries of a round, per connection.
const ROUND: usize = 250;
/// Rounds per server.
const ROUNDS: usize = 15;
const AT: &str = "2025-12-20T09:15:00+09:00";
const PATH: &str = "/fhir/CoverageEligibilityRequest/$submit";

fn inquiry() -> Inquiry {
    Inquiry::Number {
        key: NumberKey {
            insurer: "01139999".to_owned(),
            symbol: "123".to_owned(),
            number: "45678".to_owned(),
            branch: None,
            birth_date: "1985-06-15".parse().unwrap(),
        },
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    }
}

/// Returns where a server listens.
fn address(served: &Served) -> SocketAddr {
    let address = served.base.strip_prefix("http://").unwrap();
    address.strip_suffix("/fhir").unwrap().parse().unwrap()
}

/// Starts the baseline on a thread of its own.
fn baseline(answer: Vec<u8>) -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let answer = Bytes::from(answer);
            let handler = move |body: Bytes| {
                let answer = answer.clone();
                async move {
                    let parsed: serde_json::Value = serde_json::from_slice(&body).unwrap();
                    black_box(parsed);
                    (
                        [(CONTENT_TYPE, "application/fhir+json; charset=utf-8")],
                        answer,
                    )
                }
            };
            let router = axum::Router::new().route(PATH, post(handler));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

/// A client with kept connections.
struct Client {
    connections: Vec<BufReader<TcpStream>>,
    request: Vec<u8>,
}

impl Client {
    fn new(address: SocketAddr, body: &[u8]) -> Client {
        let connections = (0..CONNECTIONS)
            .map(|_| {
                let stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                BufReader::new(stream)
            })
            .collect();
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: test\r\nContent-Type: application/fhir+json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Client {
            connections,
            request: [head.as_bytes(), body].concat(),
        }
    }

    /// Asks on every connection, then fetches every answer; returns the last.
    fn volley(&mut self) -> Vec<u8> {
        for connection in &mut self.connections {
            connection.get_mut().write_all(&self.request).unwrap();
        }
        let mut last = Vec::new();
        for connection in &mut self.connections {
            last = answer(connection);
        }
        last
    }

    fn round(&mut self) -> Duration {
        let begun = Instant::now();
        for _ in 0..ROUND {
            black_box(self.volley());
        }
        begun.elapsed()
    }
}

fn answer(connection: &mut BufReader<TcpStream>) -> Vec<u8> {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        connection.read_line(&mut line).unwrap();
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    body
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

fn held(what: &str, value: f64, bound: f64, unit: &str) -> bool {
    let word = if value >= bound { "ok  " } else { "MISS" };
    println!("{word} {what}: {value:.2} {unit} (at least {bound:.2})");
    value >= bound
}

/// Inquiries per second of the backend alone, on this thread.
fn embedded(world: &World, now: Moment) -> f64 {
    const COUNT: u32 = 200_000;
    let mut backend = Embedded::new();
    backend.know(world);
    let inquiry = inquiry();
    assert!(matches!(
        backend.answer(&inquiry, now),
        Answer::Eligibility(_)
    ));
    let begun = Instant::now();
    for _ in 0..COUNT {
        black_box(backend.answer(black_box(&inquiry), now));
    }
    f64::from(COUNT) / begun.elapsed().as_secs_f64()
}

fn main() -> ExitCode {
    let now: Moment = AT.parse().unwrap();
    let library = Library::bundled().unwrap();
    let source = library
        .sources()
        .iter()
        .find(|source| source.id == "pin/correct")
        .unwrap();
    let playable = source.playables(library.deck(), now).unwrap().remove(0);
    let alone = embedded(&World::of(&playable.scenario), now);

    let body = serde_json::to_vec(&fhir::request(&inquiry(), now)).unwrap();
    let served = Served::start(&["--at", AT]);
    let mut ours = Client::new(address(&served), &body);
    let fixed = ours.volley();
    let found: serde_json::Value = serde_json::from_slice(&fixed).unwrap();
    assert_eq!(found["insurance"][0]["inforce"], true, "{found}");
    let size = fixed.len();
    let mut theirs = Client::new(baseline(fixed), &body);
    assert_eq!(theirs.volley().len(), size);

    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    ours.round();
    theirs.round();
    for _ in 0..ROUNDS {
        our_times.push(ours.round());
        their_times.push(theirs.round());
    }
    #[allow(clippy::cast_precision_loss)] // thousands
    let count = (ROUND * CONNECTIONS) as f64;
    let (ours, theirs) = (count / median(our_times), count / median(their_times));
    println!(
        "number inquiries, {} bytes asked and {size} answered, {CONNECTIONS} connections",
        body.len()
    );
    println!("     serve {ours:.0}/s, baseline {theirs:.0}/s");
    let mut all = held("serve beside the baseline", ours / theirs, RATIO, "of it");
    all &= held("the backend alone", alone, EMBEDDED, "inquiries/s");
    if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
