//! What an operator sets or says at the reader: another site, that there is no card.

use uketsuke::eligibility::{Bytes, Care, Inquiry, Site};
use uketsuke::judge::Verdict;
use uketsuke::observe::{Answered, Ended, Question};

use crate::scripted::{attended, failed, of_step};
use crate::story;

/// In an ambulance nothing may be read of somebody who is not the holder of the card (EMG-01).
const MOVED: &str = "requirements: [EMG-01]
site: { kind: clinic, institution: \"1399999999\", emergency-access: true }
steps:
- present-card
- take-card
- go-to: { kind: ambulance, institution: \"1309999999\" }
- present-card
- desk: { visual-check: mismatch }
- expect-no-inquiry: authenticate
- take-card
";

#[test]
fn the_rules_of_the_site_that_a_reader_is_set_to_hold_from_then_on() {
    for sound in [true, false] {
        let observed = attended(MOVED, move |question, hands| {
            if let (Question::Give(4), false) = (question, sound) {
                hands.authenticate().unwrap();
            }
            Answered::Enter
        });
        let told = story(&observed.transcript.entries);
        assert!(
            told.contains(&"changed 2 (Confirmed)".to_owned()),
            "{told:?}"
        );
        let failed = failed(&observed);
        assert_eq!(failed.contains(&"EMG-01".to_owned()), !sound, "{failed:?}");
        assert!(!sound || failed.is_empty(), "{failed:?}");
    }
}

#[test]
fn where_a_reader_cannot_be_set_to_the_other_site_the_rest_says_nothing_of_it() {
    let observed = attended(MOVED, |question, _| match question {
        Question::Move(_) => Answered::No,
        _ => Answered::Enter,
    });
    assert_eq!(observed.ended, Ended::NotMoved);
    let told = story(&observed.transcript.entries);
    assert_eq!(told.last().map(String::as_str), Some("cut short"));
    assert_eq!(of_step(&observed, 5), Verdict::Inconclusive);
}

/// An ambulance crew says on its device that there is no card.
const NO_CARD: &str = "requirements: [EMG-01]
site: { kind: ambulance, institution: \"1309999999\", emergency-access: true }
steps:
- desk: no-card
- expect-screen: counter
- expect-answer: none
";

/// An inquiry with a card that nobody has put in.
fn out_of_nothing() -> Inquiry {
    Inquiry::Authenticate {
        certificate: Bytes(vec![0x30, 0x00]),
        challenge: Bytes(vec![1]),
        signature: Bytes(vec![2]),
        site: Site::default(),
        care: Care::Emergency,
    }
}

#[test]
fn without_a_card_nothing_is_asked() {
    for sound in [true, false] {
        let observed = attended(NO_CARD, move |question, hands| match question {
            Question::Give(0) => {
                if !sound {
                    hands.ask(&out_of_nothing()).unwrap();
                }
                Answered::Enter
            }
            _ => Answered::Yes,
        });
        assert_eq!(observed.ended, Ended::Complete);
        let told = story(&observed.transcript.entries);
        assert_eq!(told[0], "step 0 (Confirmed)");
        assert!(observed.transcript.entries.iter().all(|it| it.visit == 1));
        let failed = failed(&observed);
        assert_eq!(failed.contains(&"EMG-01".to_owned()), !sound, "{failed:?}");
        assert_eq!(of_step(&observed, 1), Verdict::Pass);
        // No card was there to be silent about.
        assert!(!observed.is_silent());
    }
}
