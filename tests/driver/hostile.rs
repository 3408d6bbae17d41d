//! A driver for the tests of the protocol: this test program once more, with `--play MODE MARKER`.
//! It speaks from literals and uses nothing of ours. `pcsc-MODE@PORT` says that its reader uses PC/SC,
//! and has the one at that port use the card when a PIN is typed. `MARKER` shows which test it belongs to.

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use crate::reader::use_card;

const HELLO: &str = r#"{"type":"hello","protocol":"uketsuke-reader/1","name":"試験用","version":"1","sets-date":true,"card":"pipe","backend":"pipe"}"#;
const OVER_PCSC: &str = r#""card":"pcsc""#;
const IDLE: &str = r#"{"type":"idle"}"#;
const MORE: &str = r#"{"type":"idle","more":true}"#;
const INSERT: &str = r#"{"type":"screen","screen":"insert-card"}"#;
const METHODS: &str = r#"{"type":"screen","screen":"choose-method","methods":["face","pin"]}"#;
const PAD: &str = r#"{"type":"screen","screen":"pin-pad","left":3,"keys":"7204198365"}"#;
const CHECKING: &str = r#"{"type":"screen","screen":"checking"}"#;
const TAKE: &str = r#"{"type":"screen","screen":"take-card"}"#;
const COUNTER: &str = r#"{"type":"screen","screen":"counter"}"#;
const SELECT: &str = r#"{"type":"transmit","apdu":"00a4040c0ad392f000260100000001"}"#;
const PORTAL: &str = r#"{"inquiry":"portal","person":"adult"}"#;

/// Plays the mode to its end.
pub fn play(mode: &str) -> ExitCode {
    let (mode, port) = match mode.split_once('@') {
        Some((mode, port)) => (mode, Some(port)),
        None => (mode, None),
    };
    let (mode, card) = match mode.strip_prefix("pcsc-") {
        Some(mode) => (mode, "pcsc"),
        None => (mode, "pipe"),
    };
    match mode {
        "exits-at-once" => return ExitCode::from(3),
        "silent-hello" => hang(),
        _ => {}
    }
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let code = match type_of(&line) {
            "hello" if card == "pcsc" => say(&[&HELLO.replace(r#""card":"pipe""#, OVER_PCSC)]),
            "hello" => hello(mode),
            "begin" => begin(mode),
            "present-card" => say(&[METHODS, IDLE]),
            "choose" => choose(mode),
            "enter-pin" => {
                if mode == "shows-while-reading" {
                    say(&[CHECKING]);
                }
                if let Some(port) = port {
                    use_card(port);
                    if mode == "shows-while-reading" {
                        say(&[TAKE, CHECKING, TAKE]);
                        use_card(port);
                    }
                }
                enter_pin(mode)
            }
            "response" | "answer" => say(&[COUNTER, IDLE]),
            "take-card" => say(&[INSERT, IDLE]),
            "bye" => break,
            _ => say(&[IDLE]),
        };
        if let Some(code) = code {
            return code;
        }
    }
    ExitCode::SUCCESS
}

/// Returns the `type` of a line that we know to be ours.
fn type_of(line: &str) -> &str {
    let rest = line.strip_prefix(r#"{"type":""#).unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

/// Writes lines at once.
fn say(lines: &[&str]) -> Option<ExitCode> {
    put(format!("{}\n", lines.join("\n")).as_bytes());
    None
}

fn put(bytes: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
}

/// Never comes back.
fn hang() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

fn hello(mode: &str) -> Option<ExitCode> {
    match mode {
        "other-protocol" => say(&[&HELLO.replace("reader/1", "reader/2")]),
        "no-hello" => say(&[INSERT]),
        "hello-without-card" => say(&[&HELLO.replace(r#","card":"pipe""#, "")]),
        "own-backend" | "asks-all-the-same" | "tells-of-its-own" => {
            say(&[&HELLO.replace(r#""backend":"pipe""#, r#""backend":"own""#)])
        }
        "real-date" => say(&[&HELLO.replace(r#""sets-date":true"#, r#""sets-date":false"#)]),
        _ => say(&[HELLO]),
    }
}

fn begin(mode: &str) -> Option<ExitCode> {
    match mode {
        "cannot-at-begin" => {
            say(&[r#"{"type":"cannot","reason":{"ja":"救急車では使えない","en":"no ambulances"}}"#])
        }
        _ => say(&[INSERT, IDLE]),
    }
}

fn choose(mode: &str) -> Option<ExitCode> {
    match mode {
        // The pad comes by itself: nobody does anything in between.
        "shows-later" => say(&[MORE, PAD, IDLE]),
        "shows-never" => say(&[MORE]),
        _ => say(&[PAD, IDLE]),
    }
}

fn enter_pin(mode: &str) -> Option<ExitCode> {
    match mode {
        "not-json" => say(&["PIN 1234 entered"]),
        "not-utf8" => {
            put(b"{\"type\":\"\xe3\x81\"}\n");
            None
        }
        "unknown-type" => say(&[r#"{"type":"pin-1234"}"#]),
        "unknown-member" => say(&[r#"{"type":"idle","pin":"1234"}"#]),
        "no-such-screen" => say(&[r#"{"type":"screen","screen":"welcome"}"#]),
        "wrong-layout" => say(&[&PAD.replace("7204198365", "1111111111")]),
        "hello-again" => say(&[HELLO]),
        "cannot-midway" => say(&[r#"{"type":"cannot","reason":"no"}"#]),
        "speaks-too-early" => say(&[SELECT, COUNTER, IDLE]),
        "speaks-while-idle" => say(&[IDLE, COUNTER]),
        "asks-all-the-same" => say(&[&format!(r#"{{"type":"ask","inquiry":{PORTAL}}}"#)]),
        "tells-without-a-backend" => say(&[&format!(r#"{{"type":"asked","inquiry":{PORTAL}}}"#)]),
        "tells-of-its-own" => say(&[
            &format!(
                r#"{{"type":"asked","inquiry":{PORTAL},"answer":{{"answer":"portal","shown":["insurance"]}}}}"#
            ),
            &format!(r#"{{"type":"asked","inquiry":{PORTAL}}}"#),
            COUNTER,
            IDLE,
        ]),
        "half" => {
            put(&COUNTER.as_bytes()[..20]);
            Some(ExitCode::SUCCESS)
        }
        "dies" => Some(ExitCode::from(7)),
        "hangs" => hang(),
        "floods" => loop {
            put(format!("{COUNTER}\n").as_bytes());
        },
        "long-line" => {
            let chunk = vec![b'x'; 1 << 20];
            for _ in 0..16 {
                put(&chunk);
            }
            hang();
        }
        "logs-a-pin" => say(&[
            r#"{"type":"log","text":"VERIFY 00 20 00 80 04 31 32 33 34, 12 digits 123412341234"}"#,
            COUNTER,
            IDLE,
        ]),
        "pin-to-stderr" => {
            eprintln!("stderr says 1234 and 31323334");
            say(&[COUNTER, IDLE])
        }
        "reaches-the-card" => say(&[SELECT]),
        _ => say(&[COUNTER, IDLE]),
    }
}
