//! What a reader shows and asks, where no fault of the catalogue does so.

use super::story::{CARD_FACE, JPKI, Story, answered, valid};
use crate::eligibility::{
    Answer, Authenticated, CertificatePhase, Ground, Inquiry, NumberKey, Refusal, Site,
};
use crate::judge::Verdict::{Fail, Inconclusive, NotApplicable, Pass};
use crate::screen::Screen;
use crate::transcript::{Reply, Role};

/// A reader that asks with a token of its own making is refused, and no backend is to blame.
#[test]
fn a_token_that_nobody_gave_may_be_refused() {
    for (token, expect) in [("token-1", Fail), ("my-number#1", NotApplicable)] {
        let mut story = Story::new(&["ELIG-01"]);
        story.card_in().authenticate(Some(CertificatePhase::Valid));
        let inquiry = Inquiry::Confirm {
            token: token.to_owned(),
            consents: Vec::new(),
            emergency: None,
        };
        let refusal = Reply::Answer(refused(Ground::UnknownToken));
        story.ask(Role::Reader, inquiry, refusal);
        story.card_out();
        assert_eq!(story.backend("ELIG-01"), expect, "{token}");
    }
}

fn refused(ground: Ground) -> Answer {
    Answer::Refused(Refusal {
        ground,
        code: "SIM-1".to_owned(),
        message: "窓口へ".to_owned(),
    })
}

/// A visit up to a proven PIN.
fn identified(requirement: &str) -> Story {
    let mut story = Story::new(&[requirement]);
    story.card_in().methods().act("choose: pin").at_the_pin();
    let keys = "1234567890".to_owned();
    story.screen(Screen::PinPad {
        left: Some(3),
        keys,
        masked: None,
    });
    story.act("enter-pin: \"1234\"").verify("1234", "9000");
    story
}

#[test]
fn a_visit_that_ends_before_it_is_asked_about_is_fine() {
    let mut story = Story::new(&["IDV-01"]);
    story.card_in().methods().apdu(JPKI, "9000").card_out();
    assert_eq!(story.reader("IDV-01"), Pass);
    assert_eq!(story.reader("IDV-16"), Pass);
}

#[test]
fn done_without_an_inquiry_is_no_pass() {
    let mut story = identified("IDV-01");
    story
        .screen(Screen::Done)
        .screen(Screen::TakeCard)
        .card_out();
    assert_eq!(story.reader("IDV-01"), Inconclusive);
}

#[test]
fn visual_mode_needs_the_word_of_staff() {
    for (word, expect) in [("match", Pass), ("mismatch", Fail)] {
        let mut story = Story::new(&["IDV-19"]);
        story
            .act("desk: visual-mode")
            .card_in()
            .screen(Screen::VisualCheck);
        story.act(&format!("desk: {{ visual-check: {word} }}"));
        story.authenticate(None).confirm(answered(valid()));
        story
            .screen(Screen::Done)
            .screen(Screen::TakeCard)
            .card_out();
        assert_eq!(story.reader("IDV-19"), expect);
        // One cause, one finding.
        assert_ne!(story.reader("IDV-01"), Fail);
    }
}

#[test]
fn a_card_that_was_pulled_cannot_be_closed_any_more() {
    for (pulled_first, expect) in [(true, NotApplicable), (false, Fail)] {
        let mut story = Story::new(&["ACC-07"]);
        story.card_in().methods().act("choose: pin");
        story.at_the_pin().verify("1234", "9000");
        if pulled_first {
            story.card_out().screen(Screen::TakeCard);
        } else {
            story.screen(Screen::TakeCard).card_out();
        }
        assert_eq!(story.reader("ACC-07"), expect, "{pulled_first}");
    }
}

#[test]
fn what_staff_switched_to_last_is_the_way_that_is_chosen() {
    for (visual_last, idv_08, idv_20) in [(true, Fail, Pass), (false, Pass, Fail)] {
        let mut story = Story::new(&["IDV-08", "IDV-20"]);
        story.card_in().methods();
        let acts = ["choose: pin", "desk: visual-mode"];
        for act in if visual_last {
            acts
        } else {
            [acts[1], acts[0]]
        } {
            story.act(act);
        }
        story.apdu(CARD_FACE, "9000").select("0002");
        story.apdu("00b0000000", "9000");
        story.at_the_pin().verify("1234", "9000").card_out();
        assert_eq!(story.reader("IDV-08"), idv_08, "{visual_last}");
        assert_eq!(story.reader("IDV-20"), idv_20, "{visual_last}");
    }
}

#[test]
fn a_failed_face_check_leads_on() {
    for (next, expect) in [(Screen::Counter, Pass), (Screen::Done, Fail)] {
        let mut story = Story::new(&["IDV-13"]);
        story
            .card_in()
            .methods()
            .act("choose: face")
            .screen(Screen::Face { failures: 0 });
        story.act("show-face: mismatch").screen(next).card_out();
        assert_eq!(story.reader("IDV-13"), expect);
    }
}

#[test]
fn a_reader_that_follows_a_wrong_phase_is_not_judged() {
    // The certificate is good for years; the backend says that it ends.
    let mut story = identified("CERT-12");
    story.authenticate(Some(CertificatePhase::Ending));
    story
        .screen(Screen::CertificateEnding { until: None })
        .act("continue");
    story
        .confirm(answered(valid()))
        .screen(Screen::Done)
        .screen(Screen::TakeCard)
        .card_out();
    assert_eq!(story.reader("CERT-12"), Inconclusive);
    assert_eq!(story.reader("CERT-02"), Inconclusive);
    assert_eq!(story.backend("CERT-01"), Fail);
}

#[test]
fn a_notice_of_its_own_comes_no_earlier_than_a_day_before() {
    for (at, expect) in [
        ("2028-03-13T09:00+09:00", Fail),
        ("2028-03-14T09:00+09:00", Pass),
    ] {
        let mut story = Story::new(&["CERT-12"]).at(at);
        story
            .card_in()
            .screen(Screen::CertificateEnding { until: None })
            .card_out();
        assert_eq!(story.reader("CERT-12"), expect, "{at}");
    }
}

#[test]
fn a_refusal_for_disclosure_names_no_reason() {
    for (screen, expect) in [(Screen::Counter, Pass), (Screen::CertificateLapsed, Fail)] {
        let mut story = identified("DISC-02");
        story.scenario.people[0].registry.withheld_by = vec!["01139999".to_owned()];
        story.authenticated(refused(Ground::Withheld));
        story.screen(screen).screen(Screen::TakeCard).card_out();
        assert_eq!(story.reader("DISC-02"), expect);
    }
}

#[test]
fn an_inquiry_rests_on_the_certificate() {
    let mut story = identified("ELIG-16");
    story
        .authenticate(None)
        .confirm(answered(valid()))
        .card_out();
    assert_eq!(story.reader("ELIG-16"), Pass);
    let key = NumberKey {
        insurer: "01139999".to_owned(),
        symbol: String::new(),
        number: "1".to_owned(),
        branch: None,
        birth_date: "1985-06-15".parse().unwrap(),
    };
    let inquiry = Inquiry::Number {
        disaster: None,
        key,
        limit_consent: false,
        site: Site::default(),
    };
    story.ask(Role::Reader, inquiry, Reply::Answer(answered(valid())));
    assert_eq!(story.reader("ELIG-16"), Fail);
}

#[test]
fn a_session_takes_nothing_over() {
    let mut story = identified("ACC-06");
    story.authenticate(None).card_out();
    story.card_in().methods();
    let inquiry = Inquiry::Confirm {
        token: "token-1".to_owned(),
        consents: Vec::new(),
        emergency: None,
    };
    story.ask(Role::Reader, inquiry, Reply::Answer(answered(valid())));
    story.card_out();
    assert_eq!(story.reader("ACC-06"), Fail);
}

#[test]
fn a_card_gone_before_it_signed_is_not_asked_about() {
    let mut story = identified("ACC-06");
    story
        .apdu("00a4020c02000a", "gone")
        .screen(Screen::Unreadable)
        .card_out();
    assert_eq!(story.reader("ACC-06"), Pass);
    story.authenticate(None);
    assert_eq!(story.reader("ACC-06"), Fail);
}

#[test]
fn a_refused_registration_ends_there() {
    let mut story = identified("REG-02");
    story.scenario.people[0].registry.registration = None;
    story.authenticated(Answer::Authenticated(Authenticated {
        token: "token-1".to_owned(),
        registered: false,
        phase: Some(CertificatePhase::Valid),
        earlier: Vec::new(),
    }));
    story
        .screen(Screen::OfferRegistration)
        .act("register: accept");
    let register = Inquiry::Register {
        token: "token-1".to_owned(),
    };
    story.ask(
        Role::Reader,
        register,
        Reply::Answer(refused(Ground::NotRecorded)),
    );
    story
        .screen(Screen::Counter)
        .screen(Screen::TakeCard)
        .card_out();
    assert_eq!(story.reader("REG-01"), Pass);
    assert_eq!(story.reader("REG-02"), Pass);
    // Refused although the insurer has recorded an insurance: not for REG-07 to say.
    assert_eq!(story.backend("REG-07"), NotApplicable);
    story.confirm(answered(valid()));
    assert_eq!(story.reader("REG-02"), Fail);
}

/// A proof of identity that comes after the inquiry makes nothing good.
#[test]
fn an_inquiry_before_the_pin_is_one_before_identity() {
    let mut story = Story::new(&["IDV-01"]);
    story.card_in().act("choose: pin");
    let inquiry = Inquiry::Confirm {
        token: String::new(),
        consents: Vec::new(),
        emergency: None,
    };
    let refusal = Answer::Refused(Refusal {
        ground: Ground::UnknownToken,
        code: "SIM-109".to_owned(),
        message: String::new(),
    });
    story.ask(Role::Reader, inquiry, Reply::Answer(refusal));
    story.act("enter-pin: \"1234\"").at_the_pin();
    story.verify("1234", "9000").card_out();
    assert_eq!(story.reader("IDV-01"), Fail);
    assert_ne!(story.reader("IDV-10"), Fail);
}
