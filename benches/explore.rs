//! How many generated receptions, each with its real RSA-2048 signature, are drawn, played and judged
//! in a second on every processor, beside the bare signing rate of the library in use.
//!
//! `cargo bench --bench explore`. Prints figures and the bounds that they are held to; exits 1 where
//! one is missed. Signing and exploring take turns in short rounds, so that what else the machine
//! does falls on both; the ratio is the median of the rounds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use uketsuke::explore::{Explorer, Stage};
use uketsuke::library::Library;
use uketsuke::runner::Options;

/// That of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Receptions a second, at least.
const RECEPTIONS: f64 = 1_000.0;
/// Receptions for each bare signature, at least.
const RATIO: f64 = 0.5;
/// How long one side of a round lasts.
const ROUND: Duration = Duration::from_secs(2);
/// How many rounds are made.
const ROUNDS: usize = 7;

fn per_second(count: u64, since: Instant) -> f64 {
    #[allow(clippy::cast_precision_loss)] // counts of one round
    {
        count as f64 / since.elapsed().as_secs_f64()
    }
}

/// Does `work` on so many threads for the length of a round; returns how much was done a second.
fn round(threads: usize, work: impl Fn() -> u64 + Sync) -> f64 {
    let begun = Instant::now();
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while begun.elapsed() < ROUND {
                    done.fetch_add(work(), Ordering::Relaxed);
                }
            });
        }
    });
    per_second(done.into_inner(), begun)
}

fn held(what: &str, value: f64, bound: f64) -> bool {
    let word = if value >= bound { "ok  " } else { "MISS" };
    println!("{word} {what}: {value:.2} (at least {bound:.2})");
    value >= bound
}

fn main() -> ExitCode {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let explorer = Explorer {
        stage: Stage {
            deck: Library::bundled().unwrap().deck().clone(),
            options: Options::default(),
            now: "2026-11-21T09:00:00+09:00".parse().unwrap(),
        },
        seed: 1,
        conventions: false,
        relations_every: 4,
    };
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let random = SystemRandom::new();
    let next = AtomicU32::new(0);
    let explore = || {
        let explored = explorer.explore(next.fetch_add(1, Ordering::Relaxed));
        assert!(
            explored.breaches.is_empty(),
            "a sound backend is blamed: {:?}",
            explored.breaches
        );
        u64::from(explored.counts.receptions)
    };
    let sign = || {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &random,
            black_box(b"a challenge"),
            &mut signature,
        )
        .unwrap();
        black_box(signature);
        1
    };
    round(threads, explore);
    let rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| (round(threads, sign), round(threads, explore)))
        .collect();
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let signed = median(rounds.iter().map(|(signed, _)| *signed).collect());
    let explored = median(rounds.iter().map(|(_, explored)| *explored).collect());
    let ratio = median(
        rounds
            .iter()
            .map(|(signed, explored)| explored / signed)
            .collect(),
    );
    println!(
        "{ROUNDS} rounds on {threads} threads; {} cases; bare RSA-2048 signatures: {signed:.0}/s",
        next.into_inner()
    );
    let fast = held(
        "explored receptions that sign, a second",
        explored,
        RECEPTIONS,
    );
    let lean = held("receptions for each bare signature", ratio, RATIO);
    if fast && lean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
