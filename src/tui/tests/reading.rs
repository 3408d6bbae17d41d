//! What can be read, scrolled and told apart on the smallest terminal.

use super::*;
use crate::eligibility::Text;
use crate::requirement::Subject;

/// Opens the film at a screen whose rule is longer than its room.
fn opened() -> Model {
    let mut model = model(Language::Ja, &UNICODE);
    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::StepOn; 27]);
    model
}

fn has(screen: &str, words: &str) -> bool {
    screen.contains(words)
}

#[test]
fn the_rule_of_the_screen_can_be_read_to_its_end() {
    // The last words of ELIG-16 in the catalogue.
    let end = "ない。";
    let mut model = opened();
    press(&mut model, &[Action::Pane(1)]);
    let top = drawn(&mut model, 80, 24);
    assert!(has(&top, "ELIG-16") && !has(&top, end), "{top}");
    assert!(has(&top, "J K"), "the keys are named: {top}");
    press(&mut model, &[Action::DetailsDown; 90]);
    let bottom = drawn(&mut model, 80, 24);
    assert!(has(&bottom, end), "{bottom}");
    assert_eq!(model.play().unwrap().cursor(), 28, "time stays");
    press(&mut model, &[Action::DetailsUp; 3]);
    assert_eq!(drawn(&mut model, 80, 24), top);
}

#[test]
fn what_is_said_of_a_requirement_can_be_read_to_its_end() {
    // The last words of IDV-02 in the catalogue.
    let end = "である。";
    let mut model = opened();
    press(&mut model, &[Action::Pane(4)]);
    let top = drawn(&mut model, 80, 24);
    assert!(has(&top, "IDV-02 読取機 必須") && !has(&top, end), "{top}");
    press(&mut model, &[Action::DetailsDown; 90]);
    let bottom = drawn(&mut model, 80, 24);
    assert!(has(&bottom, end), "{bottom}");
    assert_eq!(model.play().unwrap().selected, 0, "the list stays");
    // Another requirement begins at its top.
    press(&mut model, &[Action::Down]);
    assert!(has(&drawn(&mut model, 80, 24), "── IDV-05 読取機"));
}

#[test]
fn the_pane_with_the_focus_is_in_brackets_without_any_colour() {
    let mut model = opened();
    for (width, height) in [(80, 24), (120, 36)] {
        let mut focused = |digit| {
            press(&mut model, &[Action::Pane(digit)]);
            drawn(&mut model, width, height)
        };
        let screen = focused(4);
        assert!(has(&screen, "[4 要件]") && !has(&screen, "[1 "), "{screen}");
        let screen = focused(1);
        assert!(has(&screen, "[1 画面]") && !has(&screen, "[4 "), "{screen}");
    }
    assert!(
        drawn(&mut model, 80, 24).contains("(4 要件)"),
        "which tab is open is still told"
    );
}

#[test]
fn the_library_says_that_q_ends_the_program_and_what_it_does_to_a_filter() {
    let mut model = model(Language::Ja, &UNICODE);
    assert!(has(&drawn(&mut model, 80, 24), "q 終了"));
    press(
        &mut model,
        &[Action::Filter, Action::Type('p'), Action::Accept],
    );
    let screen = drawn(&mut model, 80, 24);
    assert!(
        has(&screen, "q 取消") && !has(&screen, "q 終了"),
        "{screen}"
    );
}

#[test]
fn a_terminal_that_is_too_small_names_the_key_that_leaves() {
    for language in [Language::Ja, Language::En] {
        let screen = drawn(&mut model(language, &UNICODE), 79, 23);
        assert!(screen.contains("Ctrl-C"), "{screen}");
    }
}

#[test]
fn a_requirement_that_binds_two_is_listed_with_each() {
    let mut model = model(Language::Ja, &UNICODE);
    let _ = model.open("pin/wrong-then-right");
    let (transcript, mut judgement) = Films::new().play("pin/wrong-then-right").unwrap();
    let one = judgement.findings.first_mut().unwrap();
    one.requirement = "CONS-07".parse().unwrap();
    one.subject = Subject::Reader;
    one.step = None;
    let mut other = one.clone();
    other.subject = Subject::Backend;
    other.message = Text::new("別", "other");
    judgement.findings.insert(1, other);
    model.update(Message::Finished {
        id: "pin/wrong-then-right".to_owned(),
        outcome: Ok(Box::new(Played {
            transcript,
            judgement,
        })),
    });
    press(&mut model, &[Action::Pane(4)]);
    let screen = drawn(&mut model, 80, 24);
    assert!(has(&screen, "CONS-07 読取機: "), "{screen}");
    assert!(has(&screen, "CONS-07 照会先: "), "{screen}");
    assert!(has(&screen, "IDV-05  残り"), "others go without: {screen}");
}

#[test]
fn every_folder_of_the_bundled_scenarios_has_a_name() {
    let library = crate::library::Library::bundled().unwrap();
    let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
    let mut folders = std::collections::BTreeSet::new();
    let mut listed = Vec::new();
    for source in library.sources() {
        let (folder, _) = source.id.rsplit_once('/').unwrap_or(("", &source.id));
        if !folder.is_empty() && folders.insert(folder.to_owned()) {
            let playable = source.playables(library.deck(), now).unwrap().remove(0);
            listed.push(Listed::of(&playable.scenario));
        }
    }
    assert!(folders.contains("convention") && folders.contains("phone"));
    let mut model = Model::new(listed, Language::Ja, &UNICODE, Theme::new(true));
    let screen = drawn(&mut model, 200, 100);
    for folder in folders {
        // A name comes first, the path after it.
        let path = format!("  {folder}/");
        assert!(has(&screen, &path), "{folder} in {screen}");
    }
}
