//! Cards that come and go, seen by programs that know nothing of it.

use virtual_card::certificate;
use virtual_card::profile::Profile;

use crate::hand::{Hand, READ, Reader, SELECT_JPKI, SELECT_USER_PIN, VERIFY_RIGHT, assert_gone};
use crate::pcscd::Pcscd;
use crate::{take_turn, to_der, tool_bytes, wanted};

/// SELECT of the user key, and a signature with it over a DigestInfo of SHA-256.
const SELECT_KEY: &str = "00A4020C020017";
const SIGN: &str = concat!(
    "802A008033",
    "3031300D060960864801650304020105000420",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "00"
);

const CONTACTLESS: &str = "3B888001000041E0B381A1003B";

#[test]
fn card_put_in_again_has_kept_its_tries_and_lost_its_selection() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let _pcscd = Pcscd::start();
    let mut hand = Hand::start(&["--holder", "adult"]);
    let mut reader = Reader::connected(0);
    assert_eq!(reader.spend(), "63C2");
    assert_eq!(hand.order("remove"), "0 out");
    assert_eq!(reader.ask("empty"), "ok");
    assert_gone(&reader.apdu(SELECT_JPKI));
    assert_eq!(hand.order("insert"), "0 in");
    assert_eq!(reader.connect(), CONTACTLESS);
    assert_ne!(reader.apdu(SELECT_USER_PIN), "9000");
    assert_eq!(reader.spend(), "63C1");
}

#[test]
fn swap_brings_another_answer_to_reset_and_another_certificate() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let _pcscd = Pcscd::start();
    let text = concat!(
        include_str!("../../profiles/elder-80.yaml"),
        "\natr: contact\n"
    );
    let other = Profile::parse(text, "contact.yaml").unwrap();
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("contact.yaml");
    std::fs::write(&file, text).unwrap();
    let mut hand = Hand::start(&["--holder", "adult"]);
    let mut reader = Reader::start(0);
    let certificate = || {
        to_der(&tool_bytes(
            "pkcs15-tool",
            &["--read-certificate", "1"],
            &[],
        ))
    };
    assert_eq!(reader.connect(), CONTACTLESS);
    let adult = Profile::standard("adult").unwrap();
    assert_eq!(certificate(), certificate::user(&adult));
    let swap = format!("swap {}", file.display());
    assert_eq!(hand.order(&swap), "0 in");
    assert_eq!(reader.ask("empty"), "ok");
    assert_eq!(reader.connect(), "3BE000FF8131FE4514");
    assert_eq!(certificate(), certificate::user(&other));
}

#[test]
fn reset_keeps_the_security_status_and_unpowering_clears_it() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let _pcscd = Pcscd::start();
    let mut hand = Hand::start(&["--holder", "adult"]);
    let mut reader = Reader::connected(0);
    let verify = |reader: &mut Reader| {
        for command in [SELECT_JPKI, SELECT_USER_PIN, VERIFY_RIGHT] {
            assert_eq!(reader.apdu(command), "9000");
        }
    };
    verify(&mut reader);
    assert_eq!(reader.ask("reset"), "ok");
    assert_eq!(reader.apdu(SELECT_KEY), "9000");
    let signature = reader.apdu(SIGN);
    assert_eq!(
        (signature.len(), signature.ends_with("9000")),
        (2 * 258, true)
    );
    assert_eq!(reader.ask("unpower"), "ok");
    for command in [SELECT_JPKI, SELECT_KEY] {
        assert_eq!(reader.apdu(command), "9000");
    }
    assert_eq!(reader.apdu(SIGN), "6982");
    // The same without pcscd knowing of it.
    verify(&mut reader);
    hand.order("reset");
    assert_eq!(reader.apdu(SELECT_KEY), "9000");
    assert_eq!(reader.apdu(SIGN).len(), 2 * 258);
    hand.order("power-cycle");
    assert_ne!(reader.apdu(SELECT_KEY), "9000");
}

#[test]
fn each_of_two_cards_comes_and_goes_by_itself() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let _pcscd = Pcscd::start();
    let mut hand = Hand::start(&["--holder", "adult", "--second", "elder-80"]);
    let (mut first, mut second) = (Reader::connected(0), Reader::connected(1));
    assert_eq!(first.spend(), "63C2");
    assert_eq!(hand.order("0 remove"), "0 out");
    assert_eq!(first.ask("empty"), "ok");
    assert_eq!(second.spend(), "63C2");
    assert_eq!(hand.order("0 insert"), "0 in");
    assert_eq!(hand.order("1 remove"), "1 out");
    assert_eq!(second.ask("empty"), "ok");
    first.connect();
    assert_eq!(first.spend(), "63C1");
}

#[test]
fn card_waits_for_pcscd_and_comes_back_with_its_tries() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let pcscd = Pcscd::start();
    let hand = Hand::start(&["--holder", "adult", "--reconnect"]);
    let mut reader = Reader::connected(0);
    assert_eq!(reader.spend(), "63C2");
    if pcscd.kill().is_none() {
        println!("left out: pcscd is not ours to kill");
        return;
    }
    hand.says("pcscd has ended");
    hand.says("waits for vpcd: nothing listens");
    let _pcscd = Pcscd::start();
    let mut reader = Reader::connected(0);
    assert_eq!(reader.spend(), "63C1");
}

#[test]
fn pcscd_killed_in_mid_command_ends_the_program_and_says_so() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let pcscd = Pcscd::start();
    let fault = "{ what: slow, by: 10m, command: read-binary }";
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_virtual-card"));
    command.args(["--holder", "adult", "--verbose", "--fault", fault]);
    let alone = Hand::spawn(&mut command);
    let mut reader = Reader::connected(0);
    assert_eq!(reader.apdu(SELECT_JPKI), "9000");
    reader.begin(READ);
    alone.says("READ BINARY");
    if pcscd.kill().is_none() {
        println!("left out: pcscd is not ours to kill");
        return;
    }
    alone.says("SIMULATION: pcscd has ended, so the card is out");
    assert_eq!(alone.code(), Some(0));
}

#[test]
fn card_for_a_taken_slot_says_so_and_comes_in_when_the_slot_is_free() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let _pcscd = Pcscd::start();
    let mut first = Hand::start(&["--holder", "adult"]);
    let mut reader = Reader::connected(0);
    let second = Hand::start(&["--holder", "elder-80"]);
    second.says("another card may lie in slot 0");
    assert_eq!(reader.spend(), "63C2");
    first.order("remove");
    assert_eq!(reader.ask("empty"), "ok");
    reader.connect();
    second.says("power on");
    assert_eq!(reader.spend(), "63C2");
}
