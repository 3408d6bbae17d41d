//! The card before software that knows nothing of it: pcscd, vpcd and OpenSC, as packaged.
//!
//! Runs with `UKETSUKE_CARD_SOFTWARE=1`; otherwise each test says that it was left out. Needs root
//! (or the rights to run pcscd) and Debian's pcscd, vsmartcard-vpcd, opensc, openssl and
//! python3-pyscard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod faults;
mod hand;
mod myna_card;
mod pcscd;
mod presence;
mod programs;
mod sequences;
mod trust;

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hand::Reader;
use pcscd::{Pcscd, terminate};
use virtual_card::card::Card;
use virtual_card::certificate;
use virtual_card::profile::Profile;

/// The ports of vpcd are fixed, so one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Says whether these tests are wanted, and if not, that they were left out.
fn wanted() -> bool {
    let wanted = std::env::var_os("UKETSUKE_CARD_SOFTWARE").is_some_and(|value| value == "1");
    if !wanted {
        println!("left out: set UKETSUKE_CARD_SOFTWARE=1 to try real PC/SC software");
    }
    wanted
}

fn take_turn() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// pcscd with a card in its first slot.
struct Bench {
    cards: Vec<Child>,
    _pcscd: Pcscd,
    _turn: MutexGuard<'static, ()>,
}

impl Bench {
    /// Puts one card after the other into the slots; nothing when these tests are not wanted.
    fn with_cards(names: &[&str]) -> Option<Self> {
        if !wanted() {
            return None;
        }
        let turn = take_turn();
        let pcscd = Pcscd::start();
        let mut bench = Self {
            cards: Vec::new(),
            _pcscd: pcscd,
            _turn: turn,
        };
        for (slot, name) in names.iter().enumerate() {
            let card = Command::new(env!("CARGO_BIN_EXE_virtual-card"))
                .args(["--holder", name, "--slot", &slot.to_string()])
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            bench.cards.push(card);
            let mut reader = Reader::start(u8::try_from(slot).unwrap());
            assert_eq!(reader.ask("present"), "ok");
        }
        Some(bench)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.cards.iter_mut().for_each(terminate);
    }
}

/// Runs a program for at most half a minute and returns whether it succeeded and what it printed.
fn try_tool(name: &str, arguments: &[&str], input: &[u8]) -> (bool, Vec<u8>, String) {
    let mut child = Command::new("timeout")
        .args(["30", name])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), output.stdout, errors)
}

/// Runs a program that must succeed and returns what it printed.
fn tool_bytes(name: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let (success, output, errors) = try_tool(name, arguments, input);
    assert!(success, "{name} {arguments:?}: {errors}");
    output
}

fn tool(name: &str, arguments: &[&str]) -> String {
    String::from_utf8(tool_bytes(name, arguments, &[])).unwrap()
}

/// Returns the tries left of both PINs, as OpenSC lists them.
fn tries() -> Vec<String> {
    tool("pkcs15-tool", &["--list-pins"])
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Tries left"))
        .map(|rest| rest.trim_matches([' ', ':']).to_owned())
        .collect()
}

fn to_der(pem: &[u8]) -> Vec<u8> {
    tool_bytes("openssl", &["x509", "-outform", "DER"], pem)
}

fn verify_pin(pin: &str) -> bool {
    let arguments = ["--verify-pin", "--auth-id", "01", "--pin", pin];
    try_tool("pkcs15-tool", &arguments, &[]).0
}

#[test]
fn opensc_takes_it_for_a_jpki_card() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    assert_eq!(tool("opensc-tool", &["-n"]).trim(), "jpki");
    let atr = tool("opensc-tool", &["--atr"]);
    assert_eq!(atr.trim(), "3b:88:80:01:00:00:41:e0:b3:81:a1:00:3b");
}

#[test]
fn opensc_lists_the_tries_of_both_pins() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    assert_eq!(tries(), ["3", "5"]);
}

#[test]
fn opensc_reads_every_certificate_byte_for_byte() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let profile = Profile::standard("adult").unwrap();
    let read = |number: &str| {
        to_der(&tool_bytes(
            "pkcs15-tool",
            &["--read-certificate", number],
            &[],
        ))
    };
    assert_eq!(read("1"), Card::new(&profile, 0).user_certificate());
    assert_eq!(read("3"), certificate::user_ca_der());
    assert_eq!(read("4"), certificate::signature_ca_der());
    let arguments = [
        "--read-certificate",
        "2",
        "--verify-pin",
        "--auth-id",
        "02",
        "--pin",
        "ABC123",
    ];
    let signature = to_der(&tool_bytes("pkcs15-tool", &arguments, &[]));
    assert_eq!(Some(signature), certificate::signature(&profile));
}

#[test]
fn opensc_sees_wrong_pins_spend_tries_and_the_right_one_restore_them() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    assert!(!verify_pin("9999"));
    assert_eq!(tries(), ["2", "5"]);
    assert!(verify_pin("1234"));
    assert_eq!(tries(), ["3", "5"]);
    for left in ["2", "1", "0"] {
        assert!(!verify_pin("9999"));
        assert_eq!(tries(), [left, "5"]);
    }
    assert!(!verify_pin("1234"));
}

#[test]
fn signature_made_through_pkcs11_verifies_with_openssl() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (message, signature, key) = (file("message"), file("signature"), file("key.pem"));
    std::fs::write(&message, "SIMULATION").unwrap();
    // OpenSC 0.23 takes the file of the public key for a bare key, so the certificate gives it.
    let certificate = tool_bytes("pkcs15-tool", &["--read-certificate", "1"], &[]);
    let public = tool_bytes("openssl", &["x509", "-noout", "-pubkey"], &certificate);
    std::fs::write(&key, public).unwrap();
    let mut arguments = vec!["--login", "--pin", "1234", "--sign", "--id", "01"];
    arguments.extend(["--mechanism", "SHA256-RSA-PKCS"]);
    arguments.extend(["--input-file", &message, "--output-file", &signature]);
    tool("pkcs11-tool", &arguments);
    let arguments = [
        "dgst",
        "-sha256",
        "-verify",
        &key,
        "-signature",
        &signature,
        &message,
    ];
    assert_eq!(tool("openssl", &arguments).trim(), "Verified OK");
}

#[test]
fn two_cards_lie_in_two_slots() {
    let Some(_bench) = Bench::with_cards(&["adult", "elder-80"]) else {
        return;
    };
    for (slot, name) in [("0", "adult"), ("1", "elder-80")] {
        let pem = tool_bytes(
            "pkcs15-tool",
            &["--reader", slot, "--read-certificate", "1"],
            &[],
        );
        let profile = Profile::standard(name).unwrap();
        assert_eq!(to_der(&pem), certificate::user(&profile), "{name}");
    }
}
