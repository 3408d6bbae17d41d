//! How many instructions SELECT and READ BINARY take in process, counted by callgrind, beside those
//! of the baseline that is kept in `instructions.txt`. More than 1 % above it ends with an error.
//!
//! `cargo bench -p virtual-card --bench instructions`, with `-- --save` to write the baseline. Needs
//! valgrind. The numbers hold for one compiler and one set of crates, so a change of either is a
//! reason to save anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::path::Path;
use std::process::{Command as Process, ExitCode};

use virtual_card::apdu::{Command, masked};
use virtual_card::applications::JPKI;
use virtual_card::card::Card;
use virtual_card::profile::Profile;

/// How often a command is repeated.
const REPETITIONS: u64 = 1_000;
/// How far above the baseline a count may lie.
const ALLOWED: f64 = 1.01;
const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");
const NAMES: [&str; 3] = ["select-application", "select-file", "read-binary"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = arguments.as_slice()
        && flag == "--repeat"
    {
        repeat(name);
        return ExitCode::SUCCESS;
    }
    let program = Path::new("/tmp/virtual-card-instructions");
    std::fs::copy(std::env::current_exe().unwrap(), program).unwrap();
    let counts = NAMES.map(|name| (name, count(program, name) / REPETITIONS));
    std::fs::remove_file(program).unwrap();
    if arguments.iter().any(|argument| argument == "--save") {
        let lines: String = counts
            .iter()
            .map(|(name, count)| format!("{name} {count}\n"))
            .collect();
        std::fs::write(BASELINE, lines).unwrap();
        println!("{BASELINE} written");
        return ExitCode::SUCCESS;
    }
    compare(&counts)
}

/// Prepares a card, which has read the file before, and sends it one command many times.
fn repeat(name: &str) {
    let mut card = Card::new(&Profile::standard("adult").unwrap(), 0);
    let read = Command::read_binary(0, 256).to_bytes();
    let file = Command::select_file(0x000A).to_bytes();
    let application = Command::select_application(JPKI).to_bytes();
    for command in [&application, &file, &read] {
        assert!(card.transmit(command).ends_with(&[0x90, 0x00]));
    }
    let command = match name {
        "select-application" => application,
        "select-file" => file,
        _ => read,
    };
    measured(&mut card, &command);
}

/// What is counted: each command is watched by a tap that masks it as a log does.
#[inline(never)]
fn measured(card: &mut Card, command: &[u8]) {
    for _ in 0..REPETITIONS {
        let response = card.transmit(black_box(command));
        black_box((masked(command), response));
    }
}

/// Counts the instructions of the repetitions of one command.
///
/// Only they are counted, since making a certificate takes random numbers. How memory is copied
/// depends on where the stack begins, so that is held still: no random addresses, no environment,
/// and a path that is the same wherever the program was built.
fn count(program: &Path, name: &str) -> u64 {
    let output = Process::new("setarch")
        .args(["--addr-no-randomize", "valgrind"])
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=instructions::measured*")
        .arg(program)
        .args(["--repeat", name])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .expect("valgrind can be started (Debian: apt-get install valgrind)");
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    // ==1234== Collected : 123456
    let collected = printed
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    collected.unwrap().1.trim().parse().unwrap()
}

fn compare(counts: &[(&str, u64)]) -> ExitCode {
    assert!(
        Path::new(BASELINE).exists(),
        "no baseline; run with -- --save"
    );
    let baseline = std::fs::read_to_string(BASELINE).unwrap();
    let kept = |name: &str| {
        let mut lines = baseline.lines().filter_map(|line| line.split_once(' '));
        lines
            .find(|(known, _)| *known == name)
            .unwrap()
            .1
            .parse::<u64>()
            .unwrap()
    };
    let mut code = ExitCode::SUCCESS;
    for &(name, count) in counts {
        let before = kept(name);
        let ratio = count as f64 / before as f64;
        let word = if ratio <= ALLOWED { "within" } else { "BEYOND" };
        println!("{name:20} {count:>8} instructions, baseline {before:>8}: {ratio:.3}, {word} 1 %");
        if ratio > ALLOWED {
            code = ExitCode::FAILURE;
        }
    }
    code
}
