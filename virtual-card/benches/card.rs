//! What a card costs in process: making it, issuing, reading and signing, beside `openssl speed` in
//! the same run; and the memory that a thousand cards keep.
//!
//! `cargo bench -p virtual-card --bench card`; memory is told on Linux only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::process::Command as Process;
use std::time::{Duration, Instant};

use virtual_card::apdu::{Command, Response};
use virtual_card::applications::{CARD_FACE, COMMON, INPUT_SUPPORT, JPKI, RESIDENT_REGISTER};
use virtual_card::card::Card;
use virtual_card::profile::Profile;

const ROUNDS: usize = 400;
/// Cards of which the memory is measured.
const CARDS: usize = 1_000;
/// Blocks of signatures, ours and OpenSSL's in turn.
const BLOCKS: usize = 5;

fn main() {
    let profile = Profile::standard("adult").unwrap();
    memory(&profile);
    // Keys are parsed once in a program's life, so once before the clock runs.
    reception(&mut Card::new(&profile, 0));
    read_everything(&mut Card::new(&profile, 0), &profile);
    let first = report("from profile to first answer", || {
        let mut card = Card::new(black_box(&profile), 0);
        black_box(card.transmit(&Command::select_application(JPKI).to_bytes()));
    });
    goal(first.as_secs_f64() * 1e6, 100.0, "µs");
    let all = report("read every file once", || {
        read_everything(&mut Card::new(&profile, 0), &profile);
    });
    goal(all.as_secs_f64() * 1e3, 25.0, "ms");
    report("issue the user certificate", || {
        black_box(Card::new(&profile, 0).user_certificate());
    });
    report("make, issue, read, verify, sign", || {
        reception(&mut Card::new(&profile, 0));
    });
    let mut card = Card::new(&profile, 0);
    reception(&mut card);
    report("read, verify, sign again", || reception(&mut card));
    let read = Command::read_binary(0, 256).to_bytes();
    send(&mut card, &Command::select_file(0x000A));
    report("READ BINARY of 256 bytes", || {
        black_box(card.transmit(black_box(&read)));
    });
    signatures(&mut card);
}

fn reception(card: &mut Card) {
    send(card, &Command::select_application(JPKI));
    send(card, &Command::select_file(0x000A));
    for offset in (0..1536).step_by(256) {
        send(card, &Command::read_binary(offset, 256));
    }
    send(card, &Command::select_file(0x0018));
    send(card, &Command::verify(b"1234"));
    send(card, &Command::select_file(0x0017));
    send(card, &Command::sign(&digest_info()));
}

fn digest_info() -> Vec<u8> {
    let header = hex::decode("3031300D060960864801650304020105000420").unwrap();
    [header, vec![7; 32]].concat()
}

/// An application and its PINs, each by its file.
type Opened<'a> = (&'static [u8], &'a [(u16, &'a str)]);

/// Shows every PIN to the card and reads whatever can be read.
fn read_everything(card: &mut Card, profile: &Profile) {
    let (code_a, code_b) = (profile.code_a(), profile.code_b());
    let birth = profile.birth_digits();
    let applications: [Opened<'_>; 5] = [
        (JPKI, &[(0x18, "1234"), (0x1B, "ABC123")]),
        (
            CARD_FACE,
            &[(0x11, &birth), (0x12, &code_b), (0x13, &code_a)],
        ),
        (
            INPUT_SUPPORT,
            &[(0x11, "1234"), (0x14, &code_a), (0x15, &code_b)],
        ),
        (COMMON, &[]),
        (RESIDENT_REGISTER, &[]),
    ];
    for (aid, pins) in applications {
        send(card, &Command::select_application(aid));
        for (file, pin) in pins {
            send(card, &Command::select_file(*file));
            send(card, &Command::verify(pin.as_bytes()));
        }
        for file in 0x01..=0x1E_u16 {
            let read = Command::new(0x00, 0xB0, 0x80 | file as u8, 0).with_expected(65_536);
            black_box(card.transmit(&read.to_bytes()));
        }
    }
}

fn signatures(card: &mut Card) {
    let sign = Command::sign(&digest_info()).to_bytes();
    send(card, &Command::select_application(JPKI));
    send(card, &Command::select_file(0x0018));
    send(card, &Command::verify(b"1234"));
    send(card, &Command::select_file(0x0017));
    let mut ratios: Vec<f64> = (0..BLOCKS)
        .filter_map(|_| {
            let theirs = openssl_per_second()?;
            let start = Instant::now();
            let mut count = 0_u32;
            while start.elapsed() < Duration::from_secs(1) {
                assert_eq!(black_box(card.transmit(&sign)).len(), 258);
                count += 1;
            }
            let ours = f64::from(count) / start.elapsed().as_secs_f64();
            println!("signatures a second: ours {ours:.0}, openssl speed {theirs:.0}");
            Some(theirs / ours)
        })
        .collect();
    if ratios.is_empty() {
        println!("no openssl to compare with");
        return;
    }
    ratios.sort_unstable_by(f64::total_cmp);
    goal(ratios[ratios.len() / 2], 1.25, "times openssl");
}

fn openssl_per_second() -> Option<f64> {
    let arguments = ["speed", "-seconds", "1", "rsa2048"];
    let output = Process::new("openssl").args(arguments).output().ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    // rsa 2048 bits 0.000278s 0.000008s   3594.0 121234.0
    let line = printed
        .lines()
        .find(|line| line.starts_with("rsa 2048 bits"))?;
    line.split_whitespace().rev().nth(1)?.parse().ok()
}

/// Tells what one card keeps: idle, and when everything was read.
fn memory(profile: &Profile) {
    read_everything(&mut Card::new(profile, 0), profile);
    let Some(start) = resident_kib() else {
        println!("memory: not told on this system");
        return;
    };
    let mut cards: Vec<_> = (0..CARDS)
        .map(|seed| Card::new(profile, seed as u64))
        .collect();
    let idle = resident_kib().unwrap_or(start) - start;
    println!("idle card, one of {CARDS}");
    goal(idle / CARDS as f64, 4.0, "KiB");
    for card in &mut cards {
        read_everything(card, profile);
    }
    let read = resident_kib().unwrap_or(start) - start;
    println!("card of which every file was read, one of {CARDS}");
    goal(read / CARDS as f64, 40.0, "KiB");
}

fn resident_kib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn send(card: &mut Card, command: &Command) {
    let response = Response::from_bytes(&card.transmit(&command.to_bytes())).unwrap();
    assert!(
        response.status.is_success(),
        "{command:?}: {}",
        response.status
    );
}

fn report(what: &str, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let (median, late) = (times[ROUNDS / 2], times[ROUNDS * 99 / 100]);
    println!("{what:34} median {median:>10.1?}   99 % {late:>10.1?}");
    median
}

fn goal(reached: f64, at_most: f64, unit: &str) {
    let word = if reached <= at_most {
        "reached"
    } else {
        "MISSED"
    };
    println!("    {reached:.2} {unit}, goal at most {at_most}: {word}");
}
