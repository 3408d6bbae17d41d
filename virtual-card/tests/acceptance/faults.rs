//! Each kind of fault, seen by programs that know nothing of it.

use crate::hand::{Hand, READ, Reader, SELECT_JPKI, VERIFY_WRONG, assert_gone, assert_unanswered};
use crate::pcscd::Pcscd;
use crate::{take_turn, tool, try_tool, wanted};

/// What READ gives from a card without faults.
const RIGHT: &str = "8F8F009000";

/// Runs with a card that has these faults, and a reader that has selected 公的個人認証AP.
fn with(fault: &str, check: impl FnOnce(&mut Hand, &mut Reader)) {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    // A mute card can hang the readers of a pcscd, so each test has its own where it can.
    let _pcscd = Pcscd::start();
    let mut hand = Hand::start(&["--holder", "adult"]);
    let mut reader = Reader::connected(0);
    assert_eq!(reader.apdu(SELECT_JPKI), "9000");
    hand.order(&format!("fault {fault}"));
    check(&mut hand, &mut reader);
}

fn changed_answer(what: &str, expected: &str) {
    with(
        &format!("{{ what: {what}, command: read-binary }}"),
        |_, reader| {
            assert_eq!(reader.apdu(READ), expected);
            assert_eq!(reader.apdu(READ), RIGHT);
        },
    );
}

#[test]
fn truncated_answer_has_half_of_its_data() {
    changed_answer("truncated", "8F9000");
}

#[test]
fn overlong_answer_has_256_bytes_too_many() {
    let zeros = "00".repeat(256);
    changed_answer("overlong", &format!("8F8F00{zeros}9000"));
}

#[test]
fn flipped_answer_differs_in_one_bit() {
    changed_answer("flipped, bit: 15", "8F8E009000");
}

#[test]
fn doubled_answer_comes_twice_in_one() {
    changed_answer("doubled", &format!("{RIGHT}{RIGHT}"));
}

#[test]
fn replaced_status_is_what_opensc_receives() {
    with(
        "{ what: status, status: \"6F00\", command: read-binary }",
        |_, reader| {
            assert_eq!(reader.ask("disconnect"), "ok");
            let select = "00:A4:04:0C:0A:D3:92:F0:00:26:01:00:00:00:01";
            let read = "00:B0:88:00:00";
            let send = ["-c", "default", "-s", select, "-s", read, "-s", read];
            let output = tool("opensc-tool", &send);
            let status = |line: &&str| line.starts_with("Received");
            let received: Vec<&str> = output.lines().filter(status).collect();
            let expected = ["0x90, SW2=0x00", "0x6F, SW2=0x00", "0x90, SW2=0x00"];
            assert_eq!(received.len(), expected.len(), "{output}");
            for (received, expected) in received.iter().zip(expected) {
                assert!(received.contains(expected), "{output}");
            }
        },
    );
}

#[test]
fn card_pulled_before_a_command_has_not_acted_on_it() {
    with("{ what: removed, command: verify }", |hand, reader| {
        pulled(hand, reader);
        assert!(hand.order("status").contains("tries user 3"));
    });
}

#[test]
fn card_pulled_during_a_command_has_acted_on_it() {
    with(
        "{ what: removed, when: during, command: verify }",
        |hand, reader| {
            pulled(hand, reader);
            assert!(hand.order("status").contains("tries user 2"));
        },
    );
}

/// Verifies a wrong PIN, at which the card leaves, and sees it come again.
fn pulled(hand: &mut Hand, reader: &mut Reader) {
    assert_eq!(reader.apdu("00A4020C020018"), "9000");
    assert_unanswered(&reader.apdu(VERIFY_WRONG));
    assert_eq!(reader.ask("empty"), "ok");
    hand.says("has left the reader, as its fault says");
    assert_eq!(hand.order("insert"), "0 in");
    reader.connect();
    assert_eq!(reader.apdu(SELECT_JPKI), "9000");
}

#[test]
fn card_pulled_after_a_command_has_answered_it() {
    with(
        "{ what: removed, when: after, command: read-binary }",
        |_, reader| {
            assert_eq!(reader.apdu(READ), RIGHT);
            assert_eq!(reader.ask("empty"), "ok");
            assert_gone(&reader.apdu(READ));
        },
    );
}

#[test]
fn mute_card_answers_nothing_until_it_is_taken_out() {
    with("{ what: mute, command: read-binary }", |hand, reader| {
        reader.begin(READ);
        hand.says("no answer: the card is mute");
        assert_eq!(hand.order("remove"), "0 out");
        assert_unanswered(&reader.end());
        assert_eq!(reader.ask("empty"), "ok");
        assert_eq!(hand.order("insert"), "0 in");
        reader.connect();
        assert_eq!(reader.apdu(SELECT_JPKI), "9000");
        assert_eq!(reader.apdu(READ), RIGHT);
    });
}

#[test]
fn slow_answer_is_not_there_when_the_card_is_taken_out_meanwhile() {
    with(
        "{ what: slow, by: 10m, command: read-binary }",
        |hand, reader| {
            reader.begin(READ);
            hand.says("READ BINARY");
            assert_eq!(hand.order("remove"), "0 out");
            assert_unanswered(&reader.end());
        },
    );
}

#[test]
fn slow_answer_is_the_right_one() {
    changed_answer("slow, by: 700ms", RIGHT);
}

#[test]
fn reset_in_mid_flow_loses_the_selection() {
    with("{ what: reset, command: read-binary }", |_, reader| {
        let refusal = reader.apdu(READ);
        assert!(refusal.len() == 4 && refusal != "9000", "{refusal}");
        assert_eq!(reader.apdu(SELECT_JPKI), "9000");
        assert_eq!(reader.apdu(READ), RIGHT);
    });
}

#[test]
fn wrong_answers_to_reset_are_what_programs_see() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let _pcscd = Pcscd::start();
    for (bytes, expected) in [("3B80800101", "3B80800101"), ("short", "3B8880010000")] {
        let fault = format!("{{ what: atr, bytes: {bytes} }}");
        let _hand = Hand::start(&["--holder", "adult", "--fault", &fault]);
        let mut reader = Reader::start(0);
        assert_eq!(reader.ask("present"), "ok");
        // pcscd makes no connection to a card whose answer to reset breaks off, but shows it.
        let shown = tool("opensc-tool", &["--list-readers"]);
        assert!(shown.contains("Virtual PCD 00 00"), "{shown}");
        assert_eq!(reader.ask("state"), expected);
        drop(_hand);
        assert_eq!(reader.ask("empty"), "ok");
    }
}

#[test]
fn opensc_reads_the_certificate_over_a_slow_link() {
    if !wanted() {
        return;
    }
    let _turn = take_turn();
    let _pcscd = Pcscd::start();
    let _hand = Hand::start(&["--holder", "adult", "--timing", "contactless-106"]);
    let _reader = Reader::connected(0);
    let (success, pem, errors) = try_tool("pkcs15-tool", &["--read-certificate", "1"], &[]);
    assert!(success, "{errors}");
    let profile = virtual_card::profile::Profile::standard("adult").unwrap();
    assert_eq!(
        crate::to_der(&pem),
        virtual_card::certificate::user(&profile)
    );
}
