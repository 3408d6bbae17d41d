//! What card traffic alone shows, and what in it is no fault of the reader: retries, drivers, status
//! queries, other programs. Each good form stands beside a faulty one.

use super::story::{CARD_FACE, JPKI, PIN_STATUS, Story, pin};
use crate::judge::Verdict::{Fail, Inconclusive, NotApplicable, Pass};
use crate::requirement::Subject;
use crate::transcript::CardEvent;

/// A digest to sign, in the form that the card takes; the last byte tells one from another.
fn sign(byte: u8) -> String {
    format!("802a0080 04 000000{byte:02x} 00")
}

/// A card in, nothing known but traffic.
fn recorded() -> Story {
    let mut story = Story::new(&["ACC-01"]).recorded();
    story.card_in();
    story
}

#[test]
fn a_select_that_leaves_data_for_get_response_was_done() {
    let mut story = recorded();
    story
        .apdu("00a4040c 0a d392f000260100000001", "6112")
        .apdu("00c0000012", "9000");
    story
        .apdu("00a4020c02000a", "6110")
        .apdu("00c0000010", "9000");
    story.apdu("00b0000000", "9000").card_out();
    assert_eq!(story.reader("ACC-01"), Pass);

    let mut story = recorded();
    story.apdu("00a4040c 0a d392f000260100000001", "6112");
    story.apdu("00b0000000", "6986").card_out();
    assert_eq!(story.reader("ACC-01"), Fail);
}

#[test]
fn a_get_response_that_a_driver_sends_in_vain_is_not_the_readers() {
    let mut story = recorded();
    story.apdu(JPKI, "9000").select("000a");
    story.apdu("00c0000000", "6d00").card_out();
    assert_eq!(story.reader("ACC-01"), Pass);

    let mut story = recorded();
    story.apdu(JPKI, "9000").select("000a");
    story.apdu("00c4000000", "6d00").card_out();
    assert_eq!(story.reader("ACC-01"), Fail);
}

#[test]
fn a_signature_that_comes_by_get_response_counts_once() {
    for (second, expect) in [(2, Pass), (1, Fail)] {
        let mut story = recorded();
        story.at_the_pin().verify("1234", "9000").select("0017");
        for byte in [1, second] {
            story.apdu(&sign(byte), "6100").apdu("00c0000000", "9000");
        }
        story.card_out();
        assert_eq!(story.reader("ACC-05"), expect);
    }
}

#[test]
fn a_read_answered_with_the_right_length_is_repeated_with_it() {
    let mut story = recorded();
    story.apdu(JPKI, "9000").select("0008");
    for _ in 0..4 {
        story.apdu("00b0000000", "6c03").apdu("00b0000003", "9000");
    }
    story.card_out();
    assert_eq!(story.reader("ACC-01"), Pass);
}

#[test]
fn extended_length_is_a_form_like_any_other() {
    for (value, expect) in [("1234", Pass), ("12345", Fail)] {
        let mut story = recorded();
        let apdu = format!("00200080 0000{:02x}", value.len());
        story
            .at_the_pin()
            .apdu_with(&apdu, Some(pin(value)), "9000", &[]);
        story
            .select("000a")
            .apdu("00b00000000000", "9000")
            .card_out();
        assert_eq!(story.reader("IDV-09"), expect, "{value}");
        assert_eq!(story.reader("ACC-01"), Pass);
    }
}

#[test]
fn a_retry_after_a_transport_error_is_no_fault_and_an_endless_one_is() {
    for (times, expect) in [(3, Pass), (4, Fail)] {
        let mut story = recorded();
        story.apdu(JPKI, "9000").select("000a");
        for _ in 0..times {
            story.apdu("00b0000000", "mute").card(CardEvent::Reset);
        }
        story.apdu("00b0000000", "9000").card_out();
        assert_eq!(story.reader("ACC-08"), expect, "{times}");
    }
}

#[test]
fn a_signature_asked_for_again_after_it_was_lost_is_one_signature() {
    for (first, expect) in [("mute", Pass), ("9000", Fail)] {
        let mut story = recorded();
        story.at_the_pin().verify("1234", "9000").select("0017");
        story
            .apdu(&sign(1), first)
            .apdu(&sign(1), "9000")
            .card_out();
        assert_eq!(story.reader("ACC-05"), expect, "{first}");
    }
}

#[test]
fn status_queries_cost_nothing_and_count_for_nothing() {
    let mut story = recorded();
    story.at_the_pin();
    for _ in 0..6 {
        story.apdu(PIN_STATUS, "63C2");
    }
    story.card_out();
    assert_eq!(story.reader("ACC-08"), Pass);
    assert_eq!(story.reader("IDV-03"), NotApplicable);

    let mut story = recorded();
    story.at_the_pin();
    for _ in 0..4 {
        story.apdu("00b0000000", "6981");
    }
    story.card_out();
    assert_eq!(story.reader("ACC-08"), Fail);
}

/// What OpenSC 0.23 sends to find out whose card it has, shortened.
fn probe(story: &mut Story) {
    story.apdu("00a4040007 627601ff000000", "6a82");
    story.apdu("00cadf3005", "6a88");
    story.apdu("00cb3fff035c017e08", "6d00");
    story.apdu("00a4040c07 a0000000791000", "6a82");
}

#[test]
fn what_other_programs_probe_is_not_the_readers() {
    let mut story = recorded();
    for _ in 0..5 {
        story
            .apdu(JPKI, "9000")
            .select("000a")
            .apdu("00b0000000", "9000");
        probe(&mut story);
    }
    story.card_out();
    for id in ["ACC-01", "ACC-02", "ACC-03", "ACC-08", "ACC-10"] {
        assert_eq!(story.reader(id), Pass, "{id}");
    }

    let mut story = recorded();
    story.apdu(JPKI, "9000").apdu("00cb3fff035c017e08", "6d00");
    story.card_out();
    assert_eq!(story.reader("ACC-01"), Fail);
}

#[test]
fn an_application_that_the_card_has_not_may_be_asked_for_but_not_without_end() {
    for (times, expect) in [(3, Pass), (4, Fail)] {
        let mut story = recorded();
        for _ in 0..times {
            story.apdu("00a4040c07 a0000000791000", "6a82");
        }
        story.card_out();
        assert_eq!(story.reader("ACC-08"), expect, "{times}");
    }
}

#[test]
fn an_application_that_no_check_in_uses_selected_between_is_another_programs() {
    let manager = "00a4040c07 a0000001510000";
    let mut story = recorded();
    story
        .apdu(JPKI, "9000")
        .select("000a")
        .apdu(manager, "9000");
    story.apdu("00b0000000", "6986");
    story
        .apdu(JPKI, "9000")
        .select("000a")
        .apdu("00b0000000", "9000");
    story.card_out();
    assert_eq!(story.reader("ACC-01"), Pass);

    let mut story = recorded();
    story
        .apdu(JPKI, "9000")
        .select("000a")
        .apdu(CARD_FACE, "9000");
    story.apdu("00b0000000", "6986").card_out();
    assert_eq!(story.reader("ACC-01"), Fail);
}

#[test]
fn where_nobody_knows_what_was_typed_time_tells_one_entry_from_two() {
    // (answer to the first, milliseconds until the second, verdict on IDV-02)
    let cases = [
        ("63C2", 0, Fail),
        ("63C2", 5_000, Inconclusive),
        // Nobody types a PIN again that has just been right.
        ("9000", 5_000, Fail),
    ];
    for (answer, ms, expect) in cases {
        let mut story = recorded();
        story.at_the_pin().verify("1234", answer).later(ms);
        story.verify("1234", "9000").card_out();
        assert_eq!(story.reader("IDV-02"), expect, "{answer} {ms}");
    }
    let mut story = recorded();
    story
        .at_the_pin()
        .verify("1111", "63C2")
        .verify("1234", "9000");
    story.card_out();
    assert_eq!(story.reader("IDV-02"), Inconclusive);
}

#[test]
fn where_nobody_knows_what_was_typed_a_pin_sent_at_once_after_a_reset_is_remembered() {
    for (ms, expect) in [(0, Fail), (5_000, Inconclusive)] {
        let mut story = recorded();
        story.at_the_pin().verify("1234", "mute").later(ms);
        story
            .card(CardEvent::Reset)
            .verify("1234", "9000")
            .card_out();
        assert_eq!(story.reader("IDV-04"), expect, "{ms}");
        assert_eq!(story.reader("IDV-02"), Inconclusive);
    }
}

#[test]
fn a_locked_pin_is_left_alone() {
    let mut story = recorded();
    story
        .at_the_pin()
        .verify("1234", "63C0")
        .apdu(PIN_STATUS, "63C0");
    story.card_out();
    assert_eq!(story.reader("IDV-03"), Pass);

    let mut story = recorded();
    story
        .at_the_pin()
        .apdu(PIN_STATUS, "63C0")
        .verify("1234", "6984");
    story.card_out();
    assert_eq!(story.reader("IDV-03"), Fail);
}

#[test]
fn the_card_face_is_opened_with_its_own_code_once() {
    let wrong = |story: &mut Story, value: &str| {
        story.apdu_with("0020008008", Some(pin(value)), "63C9", &[]);
    };
    for (second, expect) in [("2222", Pass), ("1111", Fail)] {
        let mut story = recorded();
        story.apdu(CARD_FACE, "9000").select("0012");
        wrong(&mut story, "1111");
        wrong(&mut story, second);
        story.card_out();
        assert_eq!(story.reader("IDV-18"), expect);
        assert_eq!(story.reader("IDV-12"), Pass);
    }
    let mut story = recorded();
    story.apdu(CARD_FACE, "9000").select("0011");
    wrong(&mut story, "1111");
    story.card_out();
    assert_eq!(story.reader("IDV-12"), Fail);
}

#[test]
fn an_open_card_is_cleared_by_power_or_by_another_application() {
    let open = || {
        let mut story = recorded();
        story.at_the_pin().verify("1234", "9000");
        story
    };
    let mut story = open();
    story.card(CardEvent::PowerOff).card_out();
    assert_eq!(story.reader("ACC-07"), Pass);
    let mut story = open();
    story.apdu(CARD_FACE, "9000").card_out();
    assert_eq!(story.reader("ACC-07"), Pass);
    // Whether the check-in was over is not seen.
    let mut story = open();
    story.apdu(JPKI, "9000").card_out();
    assert_eq!(story.reader("ACC-07"), Inconclusive);
}

#[test]
fn what_card_traffic_does_not_show_is_not_decided() {
    let mut story = recorded();
    story
        .at_the_pin()
        .apdu(PIN_STATUS, "63C3")
        .verify("1234", "9000");
    story.select("000a").apdu("00b0000000", "9000");
    story.select("0017").apdu(&sign(1), "gone");
    story.card(CardEvent::PowerOff).card_out();
    let judgement = story.judgement();
    let passed: Vec<String> = judgement
        .findings
        .iter()
        .filter(|it| it.subject == Subject::Reader && it.verdict == Pass)
        .map(|it| it.requirement.to_string())
        .collect();
    assert_eq!(
        passed,
        ["ACC-01", "ACC-02", "ACC-03", "ACC-08", "ACC-10", "IDV-09"]
    );
    assert!(judgement.findings.iter().all(|it| it.verdict != Fail));
    // Seen in inquiries or screens, beside card traffic or without it; the card went before it
    // was powered off.
    for id in [
        "ACC-04", "ACC-06", "ACC-07", "ACC-11", "IDV-01", "IDV-02", "IDV-04", "IDV-08", "IDV-16",
        "IDV-17", "IDV-10", "ELIG-08", "ELIG-16", "CONS-01", "CERT-03", "REG-01",
    ] {
        assert_eq!(story.reader(id), Inconclusive, "{id}");
    }
}

#[test]
fn a_finding_quotes_what_was_sent_and_what_was_answered() {
    let mut story = recorded();
    story
        .at_the_pin()
        .verify("1234", "9000")
        .verify("1234", "9000");
    story.card_out();
    let findings = story.findings("IDV-02", Subject::Reader);
    let quote = "VERIFY JPKI 0018 (00 20 00 80 04 pin#1) → 9000";
    for text in [&findings[0].message.ja, &findings[0].message.en] {
        assert_eq!(text.matches(quote).count(), 2, "{text}");
    }
    assert!(findings[0].message.en.contains("at most once"));
    assert_eq!(findings[0].source, "S3, C §3");
}
