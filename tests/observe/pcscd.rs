//! Programs that know nothing of us, before pcscd and vpcd as packaged.
//!
//! Runs with `UKETSUKE_CARD_SOFTWARE=1`; otherwise each test says that it was left out. Needs
//! unshare, Debian's pcscd, vsmartcard-vpcd, opensc and python3-pyscard.

use std::process::Output;

use uketsuke::transcript::{Event, Transcript};

use crate::namespace::{beside, said};

/// A program that uses PC/SC through pyscard: waits for a card, then does what stands in `DO`.
const PYTHON: &str = r#"
import os, sys
from smartcard.System import readers
from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.util import toBytes
service = CardRequest(timeout=20, cardType=AnyCardType()).waitforcard()
card = service.connection
card.connect()
def send(text):
    data, sw1, sw2 = card.transmit(toBytes(text))
    return f"{sw1:02X}{sw2:02X}"
exec(os.environ["DO"])
"#;

/// Runs a script beside a pcscd of its own, the program above in `$PYTHON`.
fn beside_pcscd(script: &str) -> Option<Output> {
    beside(script, &[("PYTHON", PYTHON)])
}

/// Runs a script whose transcript goes to `$seen`, and returns its output with the transcript.
fn observed(script: &str) -> Option<(Output, Transcript)> {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen.ndjson");
    let output = beside_pcscd(&format!("seen={}\n{script}", seen.display()))?;
    let text = std::fs::read_to_string(&seen);
    let text = text.unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    assert!(!text.contains("31323334"), "a PIN in clear");
    Some((output, Transcript::from_ndjson(&text).unwrap()))
}

/// Returns the commands that carried a PIN, with the status words that came back.
fn verifies(transcript: &Transcript) -> Vec<String> {
    let entries = &transcript.entries;
    let pins = entries.iter().filter(
        |entry| matches!(&entry.event, Event::Command(command) if command.secret.is_some()),
    );
    pins.filter_map(|pin| {
        let answer = entries.iter().find(|entry| entry.re == Some(pin.n))?;
        match &answer.event {
            Event::Response(response) => response.status.clone(),
            _ => None,
        }
    })
    .collect()
}

#[test]
fn opensc_is_judged_by_what_it_does_with_the_pin() {
    for (pin, statuses) in [("1234", ["9000"]), ("4321", ["63C2"])] {
        let script = format!(
            "$observe pin/correct --format json --transcript $seen -- pkcs15-tool --verify-pin --auth-id 01 --pin {pin}"
        );
        let Some((output, transcript)) = observed(&script) else {
            return;
        };
        assert_eq!(verifies(&transcript), statuses);
        // Another PIN than the one that the scenario's patient types is nobody's.
        let code = if pin == "1234" { 5 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    }
}

#[test]
fn a_card_listing_touches_no_pin_and_fails_nothing() {
    let script = "$observe pin/correct --transcript $seen -- opensc-tool -n";
    let Some((output, transcript)) = observed(script) else {
        return;
    };
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("| jpki"), "{}", said(&output));
    assert!(verifies(&transcript).is_empty());
}

#[test]
fn each_of_two_visits_has_its_card_for_a_program_that_is_started_for_each() {
    let steps = "title: { ja: 二人, en: Two }\nrequirements: [ACC-02]\nunder-test: reader\nat: now\ncard: { holder: adult }\nothers: [{ card: { holder: elder-80 } }]\nsteps:\n- present-card\n- take-card\n- present-card: elder-80\n- take-card\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two.yaml");
    std::fs::write(&file, steps).unwrap();
    let script = format!(
        "DO='print(send(\"00A4040C0AD392F000260100000001\"))' $observe {} --transcript $seen -- /usr/bin/python3 -c \"$PYTHON\"",
        file.display()
    );
    let Some((output, transcript)) = observed(&script) else {
        return;
    };
    let said = said(&output);
    assert_eq!(said.matches("| 9000").count(), 2, "{said}");
    let selects: Vec<u32> = transcript
        .entries
        .iter()
        .filter(|entry| matches!(&entry.event, Event::Command(_)))
        .map(|entry| entry.visit)
        .collect();
    assert_eq!(selects, [1, 2], "{said}");
}

#[test]
fn a_program_that_resets_in_a_loop_is_ended() {
    let script = "DO='while True: card.reconnect(disposition=1)' $observe pin/correct --for 3 --transcript $seen -- /usr/bin/python3 -c \"$PYTHON\"";
    let Some((output, transcript)) = observed(script) else {
        return;
    };
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let resets = transcript.entries.iter();
    let resets = resets.filter(|entry| matches!(&entry.event, Event::Card(_)));
    assert!(resets.count() > 10, "{}", said(&output));
}

#[test]
fn a_program_that_dies_with_the_card_in_leaves_it_to_the_next() {
    let script = "DO='send(\"00A4040C0AD392F000260100000001\"); os.kill(os.getpid(), 9)' $observe pin/correct --transcript $seen -- /usr/bin/python3 -c \"$PYTHON\" || true\n$observe pin/correct -- opensc-tool -n || true";
    let Some((output, transcript)) = observed(script) else {
        return;
    };
    let said = said(&output);
    assert!(said.contains("SIGKILL"), "{said}");
    assert!(said.contains("| jpki"), "{said}");
    assert!(transcript.to_ndjson().contains("cut-short"));
}

#[test]
fn a_slot_in_use_is_an_error_that_says_so() {
    let script = "mkfifo /run/wait; $observe pin/correct -- sh -c 'echo in; cat /run/wait' 2>/run/first & until grep -q '| in' /run/first; do :; done\ncode=0; $observe pin/correct -- true || code=$?; echo > /run/wait; wait $!  || true; exit $code";
    let Some(output) = beside_pcscd(script) else {
        return;
    };
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("another card lies in this slot"),
        "{}",
        said(&output)
    );
}

#[test]
fn pcscd_that_is_killed_and_comes_back_ends_this_observation_and_serves_the_next() {
    let script = "code=0; $observe pin/correct --transcript $seen -- sh -c \"opensc-tool -n; kill -9 $pcscd; sleep 1000\" || code=$?\n rm -f /run/pcscd/pcscd.comm; start; $observe pin/correct -- opensc-tool -n || true; ps ax -o args; exit $code";
    let Some((output, transcript)) = observed(script) else {
        return;
    };
    let said = said(&output);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("pcscd ended"), "{said}");
    assert_eq!(said.matches("| jpki").count(), 2, "{said}");
    assert!(!said.contains("\nsleep 1000"), "something is left: {said}");
    assert!(transcript.to_ndjson().contains("cut-short"));
}

#[test]
fn without_pcscd_an_error_says_how_to_get_it() {
    let script = "kill $pcscd; wait $pcscd || true; $observe pin/correct -- true";
    let Some(output) = beside_pcscd(script) else {
        return;
    };
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("start pcscd"), "{}", said(&output));
}
