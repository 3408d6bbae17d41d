//! What our backend does beside a reader: it goes down, its registry changes, it shows the portal.

use uketsuke::eligibility::{Answer, Consent, ConsentAnswer, ConsentKind, Ground, Inquiry};
use uketsuke::judge::Verdict;
use uketsuke::observe::{Answered, Question};

use crate::scripted::{Hands, attended, failed, findings, of_step, unattended};
use crate::story;

fn confirm(token: &str) -> Inquiry {
    Inquiry::Confirm {
        token: token.to_owned(),
        consents: [ConsentKind::Care, ConsentKind::Checkup]
            .map(|kind| Consent {
                kind,
                answer: ConsentAnswer::Refuse,
            })
            .to_vec(),
        emergency: None,
    }
}

fn token(answer: Answer) -> String {
    match answer {
        Answer::Authenticated(told) => told.token,
        other => panic!("{other:?}"),
    }
}

fn is_withheld(answer: &Answer) -> bool {
    matches!(answer, Answer::Refused(refusal) if refusal.ground == Ground::Withheld)
}

/// The backend goes down after the method is chosen, and before the PIN is typed.
const OUTAGE: &str = "requirements: [ELIG-13]
steps:
- present-card
- choose: pin
- fault: { backend: { what: down, inquiry: authenticate } }
- enter-pin: \"1234\"
- expect-screen: outage
- expect-no-inquiry: confirm
- expect-answer: none
- take-card
";

#[test]
fn an_outage_strikes_at_its_step_and_a_reader_that_goes_on_is_caught() {
    for sound in [true, false] {
        let observed = attended(OUTAGE, move |question, hands| match question {
            Question::Give(3) => {
                hands.authenticate().unwrap_err();
                if !sound {
                    // As if the patient were known and had answered.
                    hands.ask(&confirm("guessed")).unwrap();
                }
                Answered::Enter
            }
            Question::Look(_) if !sound => Answered::No,
            _ => Answered::Yes,
        });
        let told = story(&observed.transcript.entries);
        assert!(told.contains(&"backend down".to_owned()), "{told:?}");
        let expected: &[&str] = match sound {
            true => &[],
            false => &["ELIG-13 at step 4", "ELIG-13 at step 5"],
        };
        let failed = failed(&observed);
        let here: Vec<_> = failed
            .iter()
            .filter(|it| it.starts_with("ELIG-13"))
            .collect();
        assert_eq!(here, expected, "{sound}");
        assert!(!sound || failed.is_empty(), "{failed:?}");
        assert_eq!(of_step(&observed, 6), Verdict::Pass);
    }
}

/// The insurer withholds the card between the offer to register and the patient's answer.
const MEANWHILE: &str = "requirements: [REG-05]
registry: { registration: none }
steps:
- present-card
- choose: pin
- enter-pin: \"1234\"
- change-registry: { withheld-by: [\"01139999\"] }
- register: accept
- expect-answer: { refused: withheld }
- expect-no-inquiry: confirm
- take-card
";

#[test]
fn the_registry_changes_in_the_middle_of_a_visit_where_an_operator_gives_the_steps() {
    for sound in [true, false] {
        let mut session = String::new();
        let observed = attended(MEANWHILE, move |question, hands| {
            match question {
                Question::Give(2) => session = token(hands.authenticate().unwrap()),
                Question::Give(4) => {
                    let token = session.clone();
                    let answer = hands.ask(&Inquiry::Register { token }).unwrap();
                    assert!(is_withheld(&answer), "{answer:?}");
                    if !sound {
                        hands.ask(&confirm(&session)).unwrap();
                    }
                }
                _ => {}
            }
            Answered::Enter
        });
        let told = story(&observed.transcript.entries);
        let changed = told.iter().position(|it| it == "changed 3").unwrap();
        assert_eq!(told[changed + 1], "step 4 (Confirmed)");
        let caught = failed(&observed).contains(&"REG-05 at step 6".to_owned());
        assert_eq!(caught, !sound);
        assert!(!sound || failed(&observed).is_empty());
        assert_eq!(of_step(&observed, 5), Verdict::Pass);
    }
}

/// The flag is lifted between two visits; nobody is there who could say when.
const LIFTED: &str = "requirements: [DISC-01]
registry: { withheld-by: [\"01139999\"] }
steps:
- present-card
- choose: pin
- enter-pin: \"1234\"
- expect-answer: { refused: withheld }
- expect-no-inquiry: confirm
- take-card
- open-portal
- expect-portal: { hidden: [insurance] }
- change-registry: { withheld-by: [] }
- present-card
- choose: pin
- enter-pin: \"1234\"
- refuse: care
- refuse: checkup
- expect-answer: { validity: valid }
- take-card
- open-portal
- expect-portal: { shown: [insurance] }
";

fn two_visits(visit: usize, hands: &mut Hands, sound: bool) {
    let answer = hands.authenticate().unwrap();
    if visit == 1 {
        assert!(is_withheld(&answer), "{answer:?}");
        if !sound {
            hands.ask(&confirm("guessed")).unwrap();
        }
        return;
    }
    let answer = hands.ask(&confirm(&token(answer))).unwrap();
    assert!(matches!(answer, Answer::Eligibility(_)), "{answer:?}");
}

#[test]
fn the_registry_changes_between_two_visits_and_the_portal_shows_it() {
    for sound in [true, false] {
        let observed = unattended(LIFTED, 2, move |visit, hands| {
            two_visits(visit, hands, sound);
        });
        for step in [7, 14, 17] {
            assert_eq!(of_step(&observed, step), Verdict::Pass, "step {step}");
        }
        let failed = failed(&observed);
        let caught = failed.contains(&"DISC-01 at step 4".to_owned());
        assert_eq!(caught, !sound);
        assert!(!sound || failed.is_empty(), "{failed:?}");
        // The portal is opened by a person who reads in their own, before our eyes.
        let told = story(&observed.transcript.entries);
        let opened = told.iter().position(|it| it == "step 6").unwrap();
        assert_eq!(
            told[opened + 1..opened + 5],
            ["inquiry", "answer", "reached 7", "changed 8"]
        );
    }
}

/// A registration was cancelled, and made anew at the reader; then something else changes.
const ANEW: &str = "requirements: [REG-02]
registry: { registration: cancelled }
steps:
- present-card
- choose: pin
- enter-pin: \"1234\"
- register: accept
- take-card
- change-registry: { certificate: good }
- present-card
- choose: pin
- enter-pin: \"1234\"
- take-card
";

#[test]
fn a_cancellation_does_not_come_back_with_the_next_change() {
    let observed = unattended(ANEW, 2, |visit, hands| {
        let answer = hands.authenticate().unwrap();
        let Answer::Authenticated(told) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(told.registered, visit == 2);
        if visit == 1 {
            let token = told.token;
            let answer = hands.ask(&Inquiry::Register { token });
            assert_eq!(answer.unwrap(), Answer::Registered);
        }
    });
    assert!(story(&observed.transcript.entries).contains(&"changed 5".to_owned()));
}

/// A backend that decides wrongly is declared, so nothing of it is the reader's.
const WRONG: &str = "requirements: [ACC-11]
steps:
- fault: { backend: { what: wrong, name: valid-treated-as-expired } }
- present-card
- choose: pin
- enter-pin: \"1234\"
- expect-no-inquiry: confirm
- take-card
";

#[test]
fn a_backend_that_decides_wrongly_because_a_step_says_so_is_excused() {
    let observed = unattended(WRONG, 1, |_, hands| {
        hands.authenticate().unwrap();
    });
    let told = story(&observed.transcript.entries);
    let fault = "backend wrong: valid-treated-as-expired".to_owned();
    assert!(told.contains(&fault), "{told:?}");
    assert_eq!(failed(&observed), Vec::<String>::new(), "{told:?}");
    assert!(findings(&observed).iter().any(|it| it.step == Some(4)));
}
