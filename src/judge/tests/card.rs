//! The card under test (ACC-12 … ACC-16), and what a reader does to it.

use super::story::{CARD_FACE, JPKI, PIN_STATUS, Story, TEXT_INPUT, pin};
use crate::judge::Verdict::{self, Fail, NotApplicable, Pass};
use crate::requirement::Subject::Card;
use crate::scenario::UnderTest;
use crate::transcript::CardEvent;

const SIGN: &str = "802a0080 33 303130";
const SIGN_KEY: &str = "0017";

fn story() -> Story {
    let mut story = Story::new(&["ACC-13"]);
    story.scenario.under_test = UnderTest::Card;
    story.card_in().at_the_pin();
    story
}

fn check(id: &str, expect: Verdict, tell: impl Fn(&mut Story)) {
    let mut story = story();
    tell(&mut story);
    story.card_out();
    assert_eq!(story.verdict(id, Card), expect, "{id}");
}

#[test]
fn a_query_spends_nothing() {
    check("ACC-12", Pass, |story| {
        story.apdu(PIN_STATUS, "63C3").apdu(PIN_STATUS, "63C3");
    });
    check("ACC-12", Fail, |story| {
        story.apdu(PIN_STATUS, "63C3").apdu(PIN_STATUS, "63C2");
    });
    check("ACC-12", Fail, |story| {
        story.apdu(PIN_STATUS, "9000");
    });
    check("ACC-12", Pass, |story| {
        story
            .apdu(PIN_STATUS, "63C3")
            .verify("1111", "63C2")
            .apdu(PIN_STATUS, "63C2");
    });
}

#[test]
fn wrong_pins_are_counted_over_power_off_until_a_right_one() {
    check("ACC-13", Pass, |story| {
        story
            .verify("1111", "63C2")
            .verify("1234", "9000")
            .verify("1111", "63C2");
    });
    check("ACC-13", Fail, |story| {
        story
            .verify("1111", "63C2")
            .verify("1234", "9000")
            .verify("1111", "63C1");
    });
    check("ACC-13", Fail, |story| {
        story.verify("1111", "63C3");
    });
    let mut over = story();
    over.verify("1111", "63C2").card_out();
    over.card_in()
        .at_the_pin()
        .verify("1111", "63C2")
        .card_out();
    assert_eq!(over.verdict("ACC-13", Card), Fail);
}

#[test]
fn that_a_locked_pin_answers_6984_is_less_sure() {
    let mut story = story();
    story
        .verify("1111", "63C2")
        .verify("1111", "63C1")
        .verify("2222", "63C0");
    story.verify("1234", "6983").card_out();
    let findings = story.findings("ACC-13", Card);
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0].verdict, Pass);
    assert_eq!(findings[1].verdict, Fail);
    assert_eq!(findings[1].confidence.to_string(), "M");
}

#[test]
fn the_key_needs_a_pin() {
    check("ACC-14", Pass, |story| {
        story.select(SIGN_KEY).apdu(SIGN, "6982");
    });
    check("ACC-14", Fail, |story| {
        story.select(SIGN_KEY).apdu(SIGN, "9000");
    });
    check("ACC-14", NotApplicable, |story| {
        story
            .verify("1234", "9000")
            .select(SIGN_KEY)
            .apdu(SIGN, "9000");
    });
}

#[test]
fn security_status_stays_on_warm_reset_and_goes_with_another_application() {
    check("ACC-15", Pass, |story| {
        story.verify("1234", "9000").card(CardEvent::Reset);
        story.apdu(JPKI, "9000").select(SIGN_KEY).apdu(SIGN, "9000");
    });
    check("ACC-15", Fail, |story| {
        story
            .verify("1234", "9000")
            .apdu(JPKI, "9000")
            .select(SIGN_KEY)
            .apdu(SIGN, "6982");
    });
    check("ACC-15", Fail, |story| {
        story.verify("1234", "9000").apdu(CARD_FACE, "9000");
        story.apdu(JPKI, "9000").select(SIGN_KEY).apdu(SIGN, "9000");
    });
    check("ACC-15", Pass, |story| {
        story.verify("1234", "9000").card(CardEvent::PowerOff);
        story.apdu(JPKI, "9000").select(SIGN_KEY).apdu(SIGN, "6982");
    });
}

#[test]
fn the_end_of_a_file_and_the_unknown_have_their_status_words() {
    check("ACC-16", Pass, |story| {
        story
            .apdu("00a4040c02 abcd", "6A82")
            .select("000A")
            .apdu("00b07fff00", "6B00");
    });
    check("ACC-16", Fail, |story| {
        story.apdu("00a4040c02 abcd", "9000");
    });
    check("ACC-16", Fail, |story| {
        story.select("000A").apdu("00b07fff00", "9000");
    });
}

fn reader(id: &str, expect: Verdict, tell: impl Fn(&mut Story)) {
    let mut story = Story::new(&["ACC-01"]);
    story.card_in();
    tell(&mut story);
    story.card_out();
    assert_eq!(story.reader(id), expect, "{id}");
}

#[test]
fn a_file_is_named_before_it_is_used() {
    reader("ACC-01", Pass, |story| {
        story
            .apdu("00a4040c02abcd", "6A82")
            .apdu("00ca004200", "6E00");
        story
            .at_the_pin()
            .apdu(PIN_STATUS, "63C3")
            .apdu("00b08a0000", "9000");
    });
    reader("ACC-01", Fail, |story| {
        story.apdu(JPKI, "9000").apdu("00b0000000", "6986");
    });
    reader("ACC-01", Fail, |story| {
        story.at_the_pin().apdu("00ff000000", "6D00");
    });
    reader("ACC-01", Pass, |story| {
        story
            .at_the_pin()
            .apdu("80fc0000", "6700")
            .apdu("80a200c1", "6700");
    });
}

#[test]
fn what_is_forbidden_is_forbidden_in_vain_and_by_short_id_too() {
    reader("ACC-02", Fail, |story| {
        story.apdu(TEXT_INPUT, "9000").apdu("00b0810011", "6982");
    });
    reader("ACC-02", Fail, |story| {
        story
            .apdu(TEXT_INPUT, "6A82")
            .apdu("00a4020c020001", "6A82")
            .apdu("00b0000011", "6986");
    });
    reader("ACC-02", Fail, |story| {
        story.apdu(CARD_FACE, "9000");
        story.apdu_with("002000930c", Some(pin("1111")), "63C9", &[]);
    });
    reader("ACC-02", Pass, |story| {
        story
            .apdu(TEXT_INPUT, "9000")
            .select("0001")
            .apdu(PIN_STATUS, "6982");
    });
    reader("ACC-03", Pass, |story| {
        story
            .apdu(JPKI, "9000")
            .select("001B")
            .apdu(PIN_STATUS, "63C5")
            .select("0001");
    });
    reader("ACC-03", Fail, |story| {
        story
            .apdu(JPKI, "9000")
            .apdu("802a009a 03 010203 00", "6982");
    });
}

#[test]
fn a_failure_is_repeated_three_times_at_most() {
    let again = |times: usize| {
        move |story: &mut Story| {
            story.apdu(JPKI, "9000").select("000A");
            for _ in 0..times {
                story.apdu("00b0000000", "6F00").select("000A");
            }
        }
    };
    reader("ACC-08", Pass, again(3));
    reader("ACC-08", Fail, again(4));
    reader("ACC-08", Pass, |story| {
        story.at_the_pin();
        for _ in 0..9 {
            story.apdu(PIN_STATUS, "63C3");
        }
    });
}

#[test]
fn the_card_face_opens_with_code_b_only() {
    let code_b = |status: &'static str| {
        move |story: &mut Story| {
            story.apdu(CARD_FACE, "9000").select("0012");
            story.apdu_with("002000800e", Some(pin("1111")), status, &[]);
        }
    };
    reader("IDV-12", Pass, |story| {
        code_b("9000")(story);
        story.select("0002").apdu("00b0000000", "9000");
    });
    reader("IDV-12", Fail, |story| {
        code_b("9000")(story);
        story.select("0001").apdu("00b0000000", "6982");
    });
    reader("IDV-12", Fail, |story| {
        story.apdu(TEXT_INPUT, "9000").select("0015");
        story.apdu_with("002000800e", Some(pin("1111")), "9000", &[]);
    });
    reader("IDV-18", Pass, code_b("63C9"));
    reader("IDV-18", Fail, |story| {
        code_b("63C9")(story);
        story.apdu_with("002000800e", Some(pin("1111")), "63C8", &[]);
    });
    reader("IDV-18", NotApplicable, code_b("9000"));
}

#[test]
fn nothing_is_said_of_card_traffic_that_was_not_recorded() {
    let mut story = Story::new(&["ACC-02"]);
    story.card_in().methods().card_out();
    for id in ["ACC-02", "ACC-03", "ACC-10", "IDV-12"] {
        assert_eq!(story.reader(id), Verdict::Inconclusive, "{id}");
    }
}
