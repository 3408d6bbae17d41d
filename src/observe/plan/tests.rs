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

fn unattended(steps: &str) -> Result<Unattended, Text> {
    visits(&playable(steps)).unwrap()[0].unattended()
}

#[test]
fn expectations_before_the_last_stimulus_are_nobodys_to_reach() {
    let plan = unattended(
        "- present-card\n- choose: pin\n- enter-pin: \"1111\"\n- expect-pin-tries: 2\n- enter-pin: \"1234\"\n- expect-pin-tries: 3\n- take-card\n",
    )
    .unwrap();
    assert_eq!(plan.stimuli, [1, 2, 4]);
    assert_eq!(plan.reached, [5]);
    assert_eq!(plan.take, Some(6));
}

#[test]
fn an_operator_meets_every_step_in_its_order() {
    let plan = visits(&playable(
        "- desk: visual-mode\n- present-card\n- desk: visual-check\n- expect-screen: done\n- expect-no-inquiry: confirm\n- take-card\n",
    ))
    .unwrap();
    assert_eq!(plan.len(), 1);
    assert_eq!((plan[0].present, &plan[0].before[..]), (1, &[0][..]));
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
fn another_time_place_or_backend_cannot_be_given() {
    for step in [
        "- wait: 1d\n",
        "- fault: { backend: { what: down } }\n",
        "- open-portal\n",
    ] {
        let steps = format!("- present-card\n- take-card\n{step}- present-card\n- take-card\n");
        let why = visits(&playable(&steps)).unwrap_err();
        assert!(why.en.contains("cannot be given"), "{}", why.en);
    }
}

#[test]
fn each_visit_has_its_own_card_its_faults_and_its_checks() {
    let steps = "- present-card\n- take-card\n- fault: { card: { what: mute, command: verify } }\n- present-card\n- expect-pin-tries: 3\n- take-card\n";
    let plan = visits(&playable(steps)).unwrap();
    let seen: Vec<_> = plan
        .iter()
        .map(|visit| visit.unattended().unwrap())
        .map(|visit| (visit.faults.len(), visit.reached))
        .collect();
    assert_eq!(seen, [(0, vec![]), (1, vec![4])]);
}
