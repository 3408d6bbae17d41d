//! What a reception costs, with its real RSA signature: CPU time, memory from 100 to 10,000
//! receptions, and the start of the program beside one that does nothing.
//!
//! `cargo bench --bench reception`. Prints figures and the bounds that they are held to; exits 1
//! where one is missed. CPU time is the operating system's own count for this process, so that
//! what else the machine does matters little; the start-up is a median of interleaved pairs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use uketsuke::judge::judge;
use uketsuke::library::Library;
use uketsuke::runner::{Options, play_blocking};
use uketsuke::scenario::Playable;

/// CPU milliseconds of one reception, at most.
const RECEPTION_MS: f64 = 3.0;
/// Milliseconds of one start of the program, at most.
const START_MS: f64 = 50.0;
/// KiB by which memory may grow from 100 to 10,000 receptions.
const GROWTH_KIB: u64 = 8 * 1024;

/// CPU milliseconds that this process has used.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    let nanoseconds: f64 = stat.split(' ').next().unwrap().parse().unwrap();
    nanoseconds / 1e6
}

/// KiB of memory that this process holds.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn receptions(playable: &Playable, count: usize) {
    for _ in 0..count {
        let transcript = play_blocking(playable, &Options::default()).unwrap();
        black_box(judge(&transcript.header.scenario, &transcript));
    }
}

fn start(program: &str, arguments: &[&str]) -> Duration {
    let begun = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn held(what: &str, value: f64, bound: f64, unit: &str) -> bool {
    let word = if value <= bound { "ok  " } else { "MISS" };
    println!("{word} {what}: {value:.2} {unit} (at most {bound:.2})");
    value <= bound
}

fn main() -> ExitCode {
    let library = Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    let source = library
        .sources()
        .iter()
        .find(|source| source.id == "pin/correct")
        .unwrap();
    let playable = source.playables(library.deck(), now).unwrap().remove(0);

    receptions(&playable, 100);
    let (cpu_before, kib_before) = (cpu_ms(), resident_kib());
    receptions(&playable, 9_900);
    let cost = (cpu_ms() - cpu_before) / 9_900.0;
    let growth = resident_kib().saturating_sub(kib_before);

    let program = env!("CARGO_BIN_EXE_uketsuke");
    let pairs: Vec<(Duration, Duration)> = (0..25)
        .map(|_| {
            (
                start(program, &["show", "pin/correct"]),
                start("/bin/true", &[]),
            )
        })
        .collect();
    let ours = median(pairs.iter().map(|pair| pair.0).collect());
    let nothing = median(pairs.iter().map(|pair| pair.1).collect());

    println!("a reception is played and judged; 10,000 of them, one thread");
    let mut all = held("CPU of a reception", cost, RECEPTION_MS, "ms");
    #[allow(clippy::cast_precision_loss)] // KiB of one process
    {
        all &= held(
            "memory from 100 to 10,000 receptions",
            growth as f64,
            GROWTH_KIB as f64,
            "KiB",
        );
    }
    all &= held(
        "start of the program (`show pin/correct`)",
        ours,
        START_MS,
        "ms",
    );
    println!("     a program that does nothing: {nothing:.2} ms, in the same run");
    if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
