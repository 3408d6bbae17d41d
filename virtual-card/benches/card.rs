//! What a reception costs in the card alone: making it, issuing, reading and signing.
//!
//! `cargo bench -p virtual-card --bench card`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use virtual_card::apdu::{Command, Response};
use virtual_card::applications::JPKI;
use virtual_card::card::Card;
use virtual_card::profile::Profile;

const ROUNDS: usize = 400;

fn main() {
    let profile = Profile::standard("adult").unwrap();
    // Keys are parsed once in a program's life, so once before the clock runs.
    reception(&mut Card::new(&profile, 0));
    report("make a card", || {
        black_box(Card::new(black_box(&profile), 0));
    });
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
    let info = hex::decode("3031300D060960864801650304020105000420").unwrap();
    send(card, &Command::sign(&[info, vec![7; 32]].concat()));
}

fn send(card: &mut Card, command: &Command) {
    let response = Response::from_bytes(&card.transmit(&command.to_bytes())).unwrap();
    assert!(
        response.status.is_success(),
        "{command:?}: {}",
        response.status
    );
}

fn report(what: &str, mut work: impl FnMut()) {
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
}
