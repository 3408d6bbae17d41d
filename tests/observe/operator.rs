//! A visit with an operator: each step in its turn, and what they say.

use std::cell::Cell;
use std::sync::mpsc::Sender;

use tokio::sync::mpsc::channel;
use uketsuke::judge::{Verdict, judge};
use uketsuke::observe::{Answered, Ended, Observed, Progress, Question};

use crate::vpcd::Vpcd;
use crate::{STEPS, setup, story, watch};

/// Plays the scenario: the operator answers what `answer` says, the reader sends the PIN while its
/// confirmation is still awaited.
fn attended(steps: &str, answer: impl Fn(Question) -> Answered) -> (Observed, Vec<Question>) {
    let vpcd = Vpcd::new();
    let setup = setup(&vpcd);
    let (asked, typed) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut slot = vpcd.take();
        let wanted: Sender<()> = typed.recv().unwrap();
        slot.verify();
        wanted.send(()).unwrap();
        slot.gone();
    });
    let (sender, mut answers) = channel(1);
    let mut questions = Vec::new();
    let observed = watch(steps, &setup, Some(&mut answers), |progress| {
        if let Progress::Asked(question) = progress {
            questions.push(question);
            if question == Question::Give(2) {
                let (done, wait) = std::sync::mpsc::channel();
                asked.send(done).unwrap();
                wait.recv().unwrap();
            }
            sender.try_send(answer(question)).unwrap();
        }
    });
    reader.join().unwrap();
    (observed.unwrap(), questions)
}

#[test]
fn what_an_operator_confirms_stands_before_what_follows_from_it() {
    let (observed, questions) = attended(STEPS, |question| match question {
        Question::Look(_) => Answered::Yes,
        _ => Answered::Enter,
    });
    assert_eq!(observed.ended, Ended::Complete);
    assert_eq!(
        questions,
        [
            Question::Insert(0),
            Question::Give(1),
            Question::Give(2),
            Question::Look(3),
            Question::Take(5)
        ]
    );
    assert_eq!(
        story(&observed.transcript.entries),
        [
            "step 0",
            "Presented { person: \"adult\" }",
            "step 1 (Confirmed)",
            "step 2 (Confirmed)",
            "00a4040c0ad392f000260100000001",
            "9000",
            "00a4020c020018",
            "9000",
            "VERIFY",
            "9000",
            "told 3 true (Confirmed)",
            "reached 4",
            "step 5",
            "Removed",
        ]
    );
    let judgement = judge(&observed.transcript.header.scenario, &observed.transcript);
    assert_eq!(judgement.verdict, Verdict::Pass);
}

#[test]
fn a_screen_that_the_operator_does_not_see_fails_and_one_that_they_cannot_tell_is_open() {
    for (answer, expected) in [
        (Answered::No, Verdict::Fail),
        (Answered::Unknown, Verdict::Inconclusive),
    ] {
        let (observed, _) = attended(STEPS, |question| match question {
            Question::Look(_) => answer,
            _ => Answered::Yes,
        });
        let judgement = judge(&observed.transcript.header.scenario, &observed.transcript);
        let of_step: Vec<_> = judgement
            .findings
            .iter()
            .filter(|finding| finding.step == Some(3))
            .map(|finding| finding.verdict)
            .collect();
        assert_eq!(of_step, [expected], "{answer:?}");
        assert_eq!(judgement.verdict, expected, "{answer:?}");
    }
}

#[test]
fn a_step_that_cannot_be_done_is_unmet() {
    let (observed, _) = attended(STEPS, |question| match question {
        Question::Give(1) => Answered::No,
        Question::Look(_) => Answered::Unknown,
        _ => Answered::Enter,
    });
    let story = story(&observed.transcript.entries);
    assert_eq!(story[2], "unmet 1");
    assert_eq!(story[3], "step 2 (Confirmed)");
    // Each language gives the reason in its own words.
    let judgement = judge(&observed.transcript.header.scenario, &observed.transcript);
    let message = |step| {
        let findings = &judgement.findings;
        &findings.iter().find(|it| it.step == step).unwrap().message
    };
    let (ja, en) = (&message(Some(3)).ja, &message(Some(3)).en);
    assert!(en.contains("nobody has confirmed it"), "{en}");
    assert!(
        ja.contains("行ったと確認した人がいない") && !ja.contains("nobody"),
        "{ja}"
    );
}

/// Whoever cannot say whether a step is done has not told that it is not: a reader that goes on as if
/// it were would be blamed.
#[test]
fn what_is_no_answer_to_a_step_is_asked_again() {
    let times = Cell::new(0);
    let (observed, asked) = attended(STEPS, |question| match question {
        Question::Give(1) => {
            times.set(times.get() + 1);
            [Answered::Unknown, Answered::Else, Answered::Yes][times.get() - 1]
        }
        _ => Answered::Yes,
    });
    let again = asked.iter().filter(|it| **it == Question::Give(1)).count();
    assert_eq!(again, 3);
    let judgement = judge(&observed.transcript.header.scenario, &observed.transcript);
    assert_eq!(judgement.verdict, Verdict::Pass);
}

#[test]
fn without_an_operator_any_more_the_visit_is_cut_short() {
    let vpcd = Vpcd::new();
    let setup = setup(&vpcd);
    let reader = std::thread::spawn(move || vpcd.take().gone());
    let (sender, mut answers) = channel(1);
    let mut sender = Some(sender);
    let observed = watch(
        STEPS,
        &setup,
        Some(&mut answers),
        |progress| match progress {
            Progress::Asked(Question::Insert(_)) => {
                let sender = sender.as_ref().unwrap();
                sender.try_send(Answered::Enter).unwrap();
            }
            Progress::Asked(_) => drop(sender.take()),
            _ => {}
        },
    )
    .unwrap();
    reader.join().unwrap();
    assert_eq!(observed.ended, Ended::Deserted);
    assert_eq!(
        story(&observed.transcript.entries)[2..],
        ["unmet 1", "Removed", "cut short"]
    );
}

#[test]
fn the_second_card_goes_in_after_the_first_is_out() {
    let steps = "- present-card\n- take-card\n- present-card: elder-80\n- take-card\n";
    let vpcd = Vpcd::new();
    let setup = setup(&vpcd);
    let reader = std::thread::spawn(move || {
        for _ in 0..2 {
            vpcd.take().gone();
        }
    });
    let (sender, mut answers) = channel(1);
    let observed = watch(steps, &setup, Some(&mut answers), |progress| {
        if let Progress::Asked(_) = progress {
            sender.try_send(Answered::Enter).unwrap();
        }
    })
    .unwrap();
    reader.join().unwrap();
    let people = [
        "step 0",
        "Presented { person: \"adult\" }",
        "step 1",
        "Removed",
        "step 2",
        "Presented { person: \"elder-80\" }",
        "step 3",
        "Removed",
    ];
    assert_eq!(story(&observed.transcript.entries), people);
    let visits: Vec<u32> = observed
        .transcript
        .entries
        .iter()
        .map(|it| it.visit)
        .collect();
    assert_eq!(visits, [1, 1, 1, 1, 2, 2, 2, 2]);
}
