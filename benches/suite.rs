//! How long the whole suite takes over FHIR against `uketsuke serve`, beside the same suite against the
//! embedded backend; and the kill matrix.
//!
//! `cargo bench --bench suite`. Each is a program started anew, as a user starts it. The two ways take
//! turns, so that what else the machine does strikes both. Exits 1 where a bound is missed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

#[path = "serve/served.rs"]
mod served;
use served::Served;

/// Seconds of the suite over FHIR, at most.
const OVER_FHIR: f64 = 5.0;
/// Seconds of the kill matrix, at most.
const MATRIX: f64 = 90.0;
const ROUNDS: usize = 7;

/// Runs the program to its end; it must find nothing wrong.
fn run(arguments: &[&str]) -> Duration {
    let begun = Instant::now();
    let ran = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let took = begun.elapsed();
    assert!(
        ran.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    took
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn held(what: &str, seconds: f64, bound: f64) -> bool {
    let word = if seconds <= bound { "ok  " } else { "MISS" };
    println!("{word} {what}: {seconds:.2} s (at most {bound:.0} s)");
    seconds <= bound
}

fn main() -> ExitCode {
    let served = Served::start(&[]);
    let fhir = format!("fhir:{}", served.base);
    let rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| {
            let embedded = run(&["run"]).as_secs_f64();
            (embedded, run(&["run", "--backend", &fhir]).as_secs_f64())
        })
        .collect();
    drop(served);
    let embedded = median(rounds.iter().map(|(embedded, _)| *embedded).collect());
    let over_fhir = median(rounds.iter().map(|(_, over_fhir)| *over_fhir).collect());
    let ratio = median(rounds.iter().map(|(one, other)| other / one).collect());
    println!("     the suite, embedded: {embedded:.2} s; over FHIR {ratio:.1} times as long");
    let suite = held("the suite over FHIR against serve", over_fhir, OVER_FHIR);
    let matrix = held("the kill matrix", run(&["matrix"]).as_secs_f64(), MATRIX);
    if suite && matrix {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
