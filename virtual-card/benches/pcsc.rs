//! What a command costs through a real pcscd: our card against a bare echo of bytes, and our side of
//! vpcd against that of the crate `vpicc` with the same card behind both. The two lie in the two
//! slots and take turns, so that whatever else the machine does meets both.
//!
//! `cargo bench -p virtual-card --features pcsc --bench pcsc`; needs libpcsclite-dev to build, and
//! pcscd with vpcd to run (one is started if none is there).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "pcsc/echo.rs"]
mod echo;
#[path = "../tests/acceptance/pcscd.rs"]
mod pcscd;

use std::ffi::{CStr, CString};
use std::hint::black_box;
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use pcsc::{Context, Disposition, Protocols, ReaderState, Scope, ShareMode, State};
use virtual_card::apdu::{Command, masked};
use virtual_card::applications::JPKI;
use virtual_card::card::Card;
use virtual_card::profile::Profile;
use virtual_card::vpcd::{Connection, End, Exchange};

/// Commands in each slot when the other side is `vpicc`.
const ROUNDS: usize = 300;
/// Pairs of blocks, one block in each slot, when the other side is the echo.
const PAIRS: usize = 60;
/// Commands in a block.
const BLOCK: usize = 100;
/// How long a reader may take to see its card.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many times as fast as `vpicc` we are to be.
const VPICC_GOAL: f64 = 100.0;
/// How many times the latency of the echo ours may be, at the upper end of what it can be.
const ECHO_GOAL: f64 = 1.10;

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
    let atr = card.atr().to_vec();
    let ours = std::thread::spawn(move || connection.serve(&mut card, tap).unwrap());
    let context = Context::establish(Scope::User).unwrap();
    let mut first = connect(&context, "Virtual PCD 00 00");
    prepare(&mut first);

    let answer = [[0xA5; 256].as_slice(), &[0x90, 0x00]].concat();
    let echo = TcpStream::connect("127.0.0.1:35964").unwrap();
    let other_end = echo.try_clone().unwrap();
    let echo = std::thread::spawn(move || echo::serve(echo, &atr, &answer));
    let mut second = connect(&context, "Virtual PCD 00 01");
    compare_with_echo(&mut first, &mut second);
    drop(second);
    other_end.shutdown(Shutdown::Both).unwrap();
    echo.join().unwrap();
    absent(&context, "Virtual PCD 00 01");

    let mut theirs = ForVpicc(Card::new(&profile, 0));
    let other = vpicc::connect_socket("127.0.0.1:35964").unwrap();
    // Ends with the process: this crate has no other way.
    std::thread::spawn(move || other.run(&mut theirs));
    let mut second = connect(&context, "Virtual PCD 00 01");
    prepare(&mut second);
    compare_with_vpicc(&mut first, &mut second);

    let reset = times(50, || reconnect(&mut first, Disposition::ResetCard));
    let power = times(50, || reconnect(&mut first, Disposition::UnpowerCard));
    histogram("warm reset, our side", &reset);
    histogram("power-up, our side", &power);
    drop(first);
    stop.stop();
    assert_eq!(ours.join().unwrap(), End::Stopped);
}

/// What a log makes of each exchange: masked, as `virtual-card --verbose` does.
fn tap(exchange: &Exchange<'_>) {
    if let Exchange::Apdu {
        command, response, ..
    } = exchange
    {
        black_box((masked(command), response.len()));
    }
}

fn connect(context: &Context, name: &str) -> pcsc::Card {
    let name = CString::new(name).unwrap();
    wait_for(context, &name, State::PRESENT);
    context
        .connect(&name, ShareMode::Exclusive, Protocols::ANY)
        .unwrap()
}

fn absent(context: &Context, name: &str) {
    wait_for(context, &CString::new(name).unwrap(), State::EMPTY);
}

fn wait_for(context: &Context, name: &CStr, state: State) {
    let mut states = [ReaderState::new(name, State::UNAWARE)];
    let deadline = Instant::now() + PATIENCE;
    while !states[0].event_state().contains(state) {
        assert!(Instant::now() < deadline, "{name:?} is not {state:?}");
        // Waits for a change; a timeout only means that there was none yet.
        let _ = context.get_status_change(Duration::from_secs(1), &mut states);
        states[0].sync_current_state();
    }
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

fn compare_with_echo(ours: &mut pcsc::Card, echo: &mut pcsc::Card) {
    let read = Command::read_binary(0, 256).to_bytes();
    let block = |card: &mut pcsc::Card| {
        median(&times(BLOCK, || {
            assert_eq!(transmit(card, &read), 258);
        }))
    };
    let mut all = [Vec::new(), Vec::new()];
    let mut ratios: Vec<f64> = (0..PAIRS)
        .map(|pair| {
            // Who goes first changes, so that neither gains from it.
            let (mine, bare) = if pair % 2 == 0 {
                let mine = block(ours);
                (mine, block(echo))
            } else {
                let bare = block(echo);
                (block(ours), bare)
            };
            all[0].push(mine);
            all[1].push(bare);
            mine.as_secs_f64() / bare.as_secs_f64()
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    // The median lies below this order statistic in 95 of 100 runs (sign test, normal limit).
    let pairs = PAIRS as f64;
    let rank = (pairs / 2.0 + 1.645 * pairs.sqrt() / 2.0).ceil() as usize;
    let (middle, upper) = (ratios[PAIRS / 2], ratios[rank.min(PAIRS - 1)]);
    let word = verdict(upper <= ECHO_GOAL);
    println!(
        "READ BINARY of 256 bytes: ours {:.1?}, echo {:.1?}; {PAIRS} pairs of blocks of {BLOCK}",
        median(&all[0]),
        median(&all[1])
    );
    println!(
        "ratio to the echo: median {middle:.3}, 95 % below {upper:.3} (goal {ECHO_GOAL}: {word})\n"
    );
}

fn compare_with_vpicc(ours: &mut pcsc::Card, theirs: &mut pcsc::Card) {
    let read = Command::read_binary(0, 256).to_bytes();
    let mut measured = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (card, taken) in [&mut *ours, &mut *theirs].into_iter().zip(&mut measured) {
            taken.extend(times(1, || {
                assert_eq!(transmit(card, &read), 258);
            }));
        }
    }
    let [ours, theirs] = &measured;
    histogram("READ BINARY of 256 bytes, our side", ours);
    histogram("READ BINARY of 256 bytes, vpicc", theirs);
    let ratio = median(theirs).as_secs_f64() / median(ours).as_secs_f64();
    let word = verdict(ratio >= VPICC_GOAL);
    println!("ratio of the medians: {ratio:.0} (goal {VPICC_GOAL:.0}: {word})\n");
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
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
