//! What the adapter `fhir:URL` costs: its inquiries a second beside those of a bare client that
//! sends the same bytes to the same server and parses the same answers.
//!
//! `cargo bench --bench fhir`. Prints both and their ratio; exits 1 where it is below the goal.
//! The two take turns in short rounds, and the median of the rounds' ratios counts, so that what
//! else the machine does matters little.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::runtime::{Builder, Handle, Runtime};
use uketsuke::backend::{Access, fhir};
use uketsuke::eligibility::{
    Answer, Eligibility, Inquiry, Moment, NumberKey, Person, Qualification, Relation, Sex, Site,
    Validity,
};

/// Inquiries a second of the adapter, as a part of the bare client's, at least.
const GOAL: f64 = 0.5;
const ROUNDS: usize = 21;
const INQUIRIES: u32 = 200;

fn inquiry() -> Inquiry {
    Inquiry::Number {
        key: NumberKey {
            insurer: "06123456".to_owned(),
            symbol: "１２".to_owned(),
            number: "３４５".to_owned(),
            branch: Some("00".to_owned()),
            birth_date: jiff::civil::date(1980, 4, 1),
        },
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    }
}

fn answer() -> Answer {
    Answer::Eligibility(Box::new(Eligibility {
        validity: Validity::Valid,
        person: Some(Person {
            name: "架空　花子".to_owned(),
            kana: "カクウ　ハナコ".to_owned(),
            birth_date: jiff::civil::date(1980, 4, 1),
            sex: Sex::Female,
            address: Some("架空県見本市１−２−３".to_owned()),
            postcode: Some("000-0000".to_owned()),
        }),
        qualification: Some(Qualification {
            insurer: "06123456".to_owned(),
            insurer_name: "架空健康保険組合".to_owned(),
            symbol: "１２".to_owned(),
            number: "３４５".to_owned(),
            branch: Some("00".to_owned()),
            relation: Relation::Insured,
            from: jiff::civil::date(2020, 4, 1),
            until: None,
            lost_because: None,
            class: uketsuke::eligibility::CardClass::General,
            share: 30,
            preschool: None,
            elderly: None,
        }),
        limit: None,
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
        consents: Vec::new(),
        side_information: None,
    }))
}

/// Starts a runtime on a thread of its own, as the program has it for its connections.
fn runtime() -> Handle {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    handle
}

/// Starts a server that reads the request and sends one answer, and returns its base.
fn serve(said: Vec<u8>) -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let base = format!("http://{}/fhir", listener.local_addr().unwrap());
    let said = Bytes::from(said);
    let router = Router::new()
        .route(
            "/fhir/metadata",
            get(|| async { axum::http::StatusCode::NOT_FOUND }),
        )
        .route(
            "/fhir/CoverageEligibilityRequest/$submit",
            post(move |request: Bytes| {
                let said = said.clone();
                async move {
                    black_box(request.len());
                    ([(CONTENT_TYPE, "application/fhir+json")], said)
                }
            }),
        );
    runtime().spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, router).await.unwrap();
    });
    base
}

struct Bare {
    client: reqwest::Client,
    url: String,
    body: Vec<u8>,
}

impl Bare {
    async fn round(&self) -> Duration {
        let begun = Instant::now();
        for _ in 0..INQUIRIES {
            let request = self
                .client
                .post(&self.url)
                .header(CONTENT_TYPE, "application/fhir+json");
            let response = request.body(self.body.clone()).send().await.unwrap();
            let parsed: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            black_box(parsed);
        }
        begun.elapsed()
    }
}

async fn round(backend: &mut dyn uketsuke::backend::Backend, now: Moment) -> Duration {
    let inquiry = inquiry();
    let begun = Instant::now();
    for _ in 0..INQUIRIES {
        black_box(backend.ask(&inquiry, now).await.unwrap());
    }
    begun.elapsed()
}

fn main() -> ExitCode {
    let now: Moment = "2025-12-20T09:15:00+09:00".parse().unwrap();
    let said = serde_json::to_vec(&fhir::response(&answer(), None, now)).unwrap();
    let base = serve(said.clone());
    let ours: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let bare = Bare {
        client: reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .build()
            .unwrap(),
        url: format!("{base}/CoverageEligibilityRequest/$submit"),
        body: serde_json::to_vec(&fhir::request(&inquiry(), now)).unwrap(),
    };
    let connector = ours
        .block_on(fhir::open(&base, &Access::default(), runtime()))
        .unwrap();
    let mut backend = ours.block_on(connector.connect()).unwrap();
    assert_eq!(
        ours.block_on(backend.ask(&inquiry(), now)).unwrap(),
        answer()
    );
    ours.block_on(bare.round());

    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| {
            let bare = ours.block_on(bare.round()).as_secs_f64();
            let adapter = ours.block_on(round(&mut *backend, now)).as_secs_f64();
            (f64::from(INQUIRIES) / adapter, f64::from(INQUIRIES) / bare)
        })
        .collect();
    rounds.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (adapter, bare_client) = rounds[ROUNDS / 2];
    let ratio = adapter / bare_client;
    println!(
        "number inquiries over one connection, request {} bytes, answer {} bytes",
        bare.body.len(),
        said.len()
    );
    println!("     bare client: {bare_client:.0}/s, adapter: {adapter:.0}/s (median round)");
    let word = if ratio >= GOAL { "ok  " } else { "MISS" };
    println!("{word} ratio: {ratio:.2} (at least {GOAL:.2})");
    if ratio >= GOAL {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
