//! What a command costs through a real pcscd: our side of vpcd against that of the crate `vpicc`,
//! with the same card behind both, one command after the other in the two slots.
//!
//! `cargo bench -p virtual-card --features pcsc --bench pcsc`; needs libpcsclite-dev to build, and
//! pcscd with vpcd to run (one is started if none is there).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/acceptance/pcscd.rs"]
mod pcscd;

use std::ffi::CString;
use std::time::{Duration, Instant};

use pcsc::{Context, Disposition, Protocols, ReaderState, Scope, ShareMode, State};
use virtual_card::apdu::Command;
use virtual_card::applications::JPKI;
use virtual_card::card::Card;
use virtual_card::profile::Profile;
use virtual_card::vpcd::{Connection, End};

/// Commands in each slot.
const ROUNDS: usize = 300;
/// How long a reader may take to see its card.
const PATIENCE: Duration = Duration::from_secs(10);
/// Goal for the ratio of the two medians.
const GOAL: f64 = 100.0;

/// The card as `vpicc` wants it.
struct ForVpicc(Card);

impl vpicc::VSmartCard for ForVpicc {
    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn power_on(&mut self) {
        self.0.power_on();
    }

    fn power_off(&mut self) {
        self.0.power_off();
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn execute(&mut self, command: &[u8]) -> Vec<u8> {
        self.0.transmit(command)
    }
}

fn main() {
    let _pcscd = pcscd::Pcscd::start();
    let profile = Profile::standard("adult").unwrap();
    let mut connection = Connection::open("127.0.0.1:35963").unwrap();
    let stop = connection.stop().unwrap();
    let mut card = Card::new(&profile, 0);
    let ours = std::thread::spawn(move || connection.serve(&mut card, |_| ()).unwrap());
    let mut theirs = ForVpicc(Card::new(&profile, 0));
    let other = vpicc::connect_socket("127.0.0.1:35964").unwrap();
    // Ends with the process: this crate has no other way.
    std::thread::spawn(move || other.run(&mut theirs));

    let context = Context::establish(Scope::User).unwrap();
    let mut slots = ["Virtual PCD 00 00", "Virtual PCD 00 01"].map(|name| connect(&context, name));
    compare(&mut slots);
    let [mut first, _second] = slots;
    let reset = times(50, || reconnect(&mut first, Disposition::ResetCard));
    let power = times(50, || reconnect(&mut first, Disposition::UnpowerCard));
    histogram("warm reset, our side", &reset);
    histogram("power-up, our side", &power);
    drop(first);
    stop.stop();
    assert_eq!(ours.join().unwrap(), End::Stopped);
}

fn connect(context: &Context, name: &str) -> pcsc::Card {
    let name = CString::new(name).unwrap();
    let mut states = [ReaderState::new(name.clone(), State::UNAWARE)];
    let deadline = Instant::now() + PATIENCE;
    while !states[0].event_state().contains(State::PRESENT) {
        assert!(Instant::now() < deadline, "no card in {name:?}");
        // Waits for a change; a timeout only means that there was none yet.
        let _ = context.get_status_change(Duration::from_secs(1), &mut states);
        states[0].sync_current_state();
    }
    let mut card = context
        .connect(&name, ShareMode::Exclusive, Protocols::ANY)
        .unwrap();
    prepare(&mut card);
    card
}

fn prepare(card: &mut pcsc::Card) {
    transmit(card, &Command::select_application(JPKI).to_bytes());
    transmit(card, &Command::select_file(0x000A).to_bytes());
}

fn transmit(card: &mut pcsc::Card, command: &[u8]) -> usize {
    let mut buffer = [0; 300];
    let response = card.transmit(command, &mut buffer).unwrap();
    assert!(response.ends_with(&[0x90, 0x00]), "{response:02X?}");
    response.len()
}

fn reconnect(card: &mut pcsc::Card, disposition: Disposition) {
    card.reconnect(ShareMode::Exclusive, Protocols::ANY, disposition)
        .unwrap();
}

fn compare(slots: &mut [pcsc::Card; 2]) {
    let read = Command::read_binary(0, 256).to_bytes();
    let mut measured = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (card, times) in slots.iter_mut().zip(&mut measured) {
            let start = Instant::now();
            assert_eq!(transmit(card, &read), 258);
            times.push(start.elapsed());
        }
    }
    let [ours, theirs] = &mut measured;
    histogram("READ BINARY of 256 bytes, our side", ours);
    histogram("READ BINARY of 256 bytes, vpicc", theirs);
    let ratio = median(theirs).as_secs_f64() / median(ours).as_secs_f64();
    let word = if ratio >= GOAL { "reached" } else { "missed" };
    println!("ratio of the medians: {ratio:.0} (goal {GOAL:.0}: {word})\n");
}

fn times(rounds: usize, mut work: impl FnMut()) -> Vec<Duration> {
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect()
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// Prints how many fell where; the delayed acknowledgement would stand out at 35 to 45 ms.
fn histogram(what: &str, times: &[Duration]) {
    const EDGES_US: [u64; 9] = [
        100,
        200,
        500,
        1_000,
        5_000,
        20_000,
        35_000,
        45_000,
        u64::MAX,
    ];
    let per_second = 1.0 / median(times).as_secs_f64();
    let median = median(times);
    println!(
        "{what}: median {median:.1?} ({per_second:.0}/s), {} times",
        times.len()
    );
    let mut low = 0;
    for high in EDGES_US {
        let range = u128::from(low)..u128::from(high);
        let count = times
            .iter()
            .filter(|time| range.contains(&time.as_micros()))
            .count();
        let high = if high == u64::MAX {
            "more".to_owned()
        } else {
            format!("{high} µs")
        };
        let bar = "#".repeat((count * 50).div_ceil(times.len()));
        println!("  {low:>6} – {high:>9} {count:>5} {bar}");
        low = EDGES_US
            .into_iter()
            .find(|edge| *edge > low)
            .unwrap_or(u64::MAX);
    }
    println!();
}
