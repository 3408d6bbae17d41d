//! What of a scenario is put to an observed reader.

use super::*;
use crate::library::Library;
use crate::scenario::Source;

fn playable(steps: &str) -> Playable {
    let library = Library::bundled().unwrap();
    let text = format!(
        "title: {{ ja: あ, en: a }}\nrequirements: [IDV-02]\nunder-test: reader\nat: now\ncard: {{ holder: adult }}\nsteps:\n{steps}"
    );
    let source = Source {
        id: "x".to_owned(),
        origin: "x.yaml".to_owned(),
        text,
    };
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    library.playables(&source, now).unwrap().remove(0)
}

const NOTHING: Beside = Beside {
    fhir: false,
    oqs: false,
};
const FHIR: Beside = Beside {
    fhir: true,
    oqs: false,
};

fn unattended(steps: &str) -> Result<Unattended, Text> {
    let visits = visits(&playable(steps), FHIR).unwrap();
    visits.last().unwrap().unattended()
}

#[test]
fn expectations_before_the_last_stimulus_are_nobodys_to_reach() {
    let plan = unattended(
        "- present-card\n- choose: pin\n- enter-pin: \"1111\"\n- expect-pin-tries: 2\n- enter-pin: \"1234\"\n- expect-pin-tries: 3\n- take-card\n",
    )
    .unwrap();
    assert_eq!(plan.stimuli, [1, 2, 4]);
    assert_eq!(plan.after, [Act::Check(5)]);
    assert_eq!(plan.take, Some(6));
}

#[test]
fn an_operator_meets_every_step_in_its_order() {
    let plan = visits(&playable(
        "- desk: visual-mode\n- present-card\n- desk: visual-check\n- expect-screen: done\n- expect-no-inquiry: confirm\n- take-card\n",
    ), NOTHING)
    .unwrap();
    assert_eq!(plan.len(), 1);
    assert_eq!(
        (plan[0].present, &plan[0].before[..]),
        (1, &[Act::Give(0)][..])
    );
    let acts = [Act::Give(2), Act::Look(3), Act::Check(4), Act::Take(5)];
    assert_eq!(plan[0].acts, acts);
}

#[test]
fn a_fault_before_anyone_acts_comes_with_the_card() {
    let removed = "- fault: { card: { what: removed, command: verify } }\n";
    let early = [
        format!("- present-card\n{removed}- choose: pin\n- take-card\n"),
        format!("{removed}- present-card\n- choose: pin\n- take-card\n"),
    ];
    for steps in early {
        assert_eq!(unattended(&steps).unwrap().faults.len(), 1, "{steps}");
    }
    let late =
        format!("- present-card\n- choose: pin\n{removed}- enter-pin: \"1234\"\n- take-card\n");
    let why = unattended(&late).unwrap_err();
    assert!(why.en.contains("without an operator"), "{}", why.en);
}

#[test]
fn another_time_or_a_testers_own_reader_cannot_be_given() {
    for step in ["- wait: 1d\n", "- probe: [{ select: jpki }]\n"] {
        let steps = format!("- present-card\n- take-card\n{step}- present-card\n- take-card\n");
        let why = visits(&playable(&steps), FHIR).unwrap_err();
        assert!(why.en.contains("cannot be given"), "{}", why.en);
    }
}

#[test]
fn what_our_backend_does_needs_our_backend_beside() {
    let oqs = Beside {
        fhir: false,
        oqs: true,
    };
    for (step, by_file) in [
        ("- fault: { backend: { what: down } }\n", true),
        (
            "- fault: { backend: { what: down, inquiry: number } }\n",
            true,
        ),
        (
            "- fault: { backend: { what: down, inquiry: confirm } }\n",
            false,
        ),
        ("- change-registry: { withheld-by: [] }\n", true),
        ("- open-portal\n", true),
    ] {
        let steps = format!("{step}- present-card\n- take-card\n");
        let playable = playable(&steps);
        let why = visits(&playable, NOTHING).unwrap_err();
        assert!(why.en.contains("--fhir or --oqs"), "{}", why.en);
        assert!(visits(&playable, FHIR).is_ok(), "{step}");
        assert_eq!(visits(&playable, oqs).is_ok(), by_file, "{step}");
    }
}

#[test]
fn the_backend_is_arranged_before_the_card_or_after_it_where_nobody_watches() {
    let change = "- change-registry: { withheld-by: [] }\n";
    let early = [
        format!("{change}- present-card\n- choose: pin\n- take-card\n"),
        format!("- present-card\n{change}- choose: pin\n- take-card\n"),
        format!(
            "- present-card\n- choose: pin\n- take-card\n{change}- present-card\n- take-card\n"
        ),
    ];
    for (steps, index) in early.iter().zip([0, 1, 3]) {
        assert_eq!(
            unattended(steps).unwrap().arranged,
            [Act::Arrange(index)],
            "{steps}"
        );
    }
    let late =
        format!("- present-card\n- choose: pin\n{change}- enter-pin: \"1234\"\n- take-card\n");
    let why = unattended(&late).unwrap_err();
    assert!(why.en.contains("without an operator"), "{}", why.en);
    let portal = "- present-card\n- choose: pin\n- take-card\n- open-portal\n- expect-portal: { shown: [insurance] }\n";
    let plan = unattended(portal).unwrap();
    assert_eq!(plan.after, [Act::Portal(3), Act::Check(4)]);
}

#[test]
fn without_an_operator_nobody_moves_a_reader_or_says_that_there_is_no_card() {
    let moved =
        "- present-card\n- take-card\n- go-to: { kind: pharmacy }\n- present-card\n- take-card\n";
    let visits = visits(&playable(moved), NOTHING).unwrap();
    assert_eq!(visits[1].before, [Act::Move(2)]);
    let why = visits[1].unattended().unwrap_err();
    assert!(why.en.contains("`go-to` needs an operator"), "{}", why.en);
    let why = unattended("- desk: no-card\n- expect-screen: counter\n").unwrap_err();
    assert!(
        why.en.contains("`desk: no-card` needs an operator"),
        "{}",
        why.en
    );
}

#[test]
fn each_visit_has_its_own_card_its_faults_and_its_checks() {
    let steps = "- present-card\n- take-card\n- fault: { card: { what: mute, command: verify } }\n- present-card\n- expect-pin-tries: 3\n- take-card\n";
    let plan = visits(&playable(steps), NOTHING).unwrap();
    let seen: Vec<_> = plan
        .iter()
        .map(|visit| visit.unattended().unwrap())
        .map(|visit| (visit.faults.len(), visit.after))
        .collect();
    assert_eq!(seen, [(0, vec![]), (1, vec![Act::Check(4)])]);
}
