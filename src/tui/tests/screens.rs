//! Snapshots of what is shown, in three sizes and two languages.

use super::*;

pub fn snapshot(name: &str, screen: &str) {
    insta::with_settings!({
        snapshot_path => "../../../snapshots/screens",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, screen) });
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];
const LANGUAGES: [(Language, &str); 2] = [(Language::Ja, "ja"), (Language::En, "en")];

#[test]
fn the_library_shows_scenarios_verdicts_and_rules() {
    for (language, tag) in LANGUAGES {
        for (width, height) in SIZES {
            let mut model = model(language, &UNICODE);
            press(&mut model, &[Action::AgainAll, Action::Down]);
            let screen = drawn(&mut model, width, height);
            snapshot(&format!("library-{width}x{height}-{tag}"), &screen);
        }
    }
}

#[test]
fn a_long_title_stays_clear_of_the_requirement() {
    let mut scenarios = Films::new().scenarios();
    for listed in &mut scenarios {
        listed.title.en = "x".repeat(200);
    }
    let mut model = Model::new(scenarios, Language::En, &UNICODE, Theme::new(true));
    let screen = drawn(&mut model, 120, 36);
    assert!(screen.contains("… IDV-"), "{screen}");
    assert!(!screen.contains("…IDV-"), "{screen}");
}

#[test]
fn a_play_shows_screen_card_sequence_requirements_and_exchange() {
    let cursors = [
        ("pin/wrong-then-right", 14, "wrong-pin"),
        ("pin/wrong-then-right", 34, "consent"),
        ("certificate/expired-in-grace", 32, "expired-failed"),
        ("visual/two-visits", 16, "stand-in"),
    ];
    for (language, tag) in LANGUAGES {
        for (width, height) in SIZES {
            for (id, cursor, name) in cursors {
                let mut model = model(language, &UNICODE);
                model.kiosk_language = language;
                open(&mut model, id);
                press(&mut model, &vec![Action::StepOn; cursor - 1]);
                let screen = drawn(&mut model, width, height);
                snapshot(&format!("play-{name}-{width}x{height}-{tag}"), &screen);
            }
        }
    }
}

#[test]
fn every_tab_has_its_place_beside_the_screen() {
    for (digit, name) in [(3, "card"), (4, "requirements"), (5, "detail")] {
        let mut model = model(Language::Ja, &UNICODE);
        open(&mut model, "pin/wrong-then-right");
        press(&mut model, &[Action::StepOn; 27]);
        press(&mut model, &[Action::Pane(digit)]);
        let screen = drawn(&mut model, 80, 24);
        snapshot(&format!("tab-{name}-80x24-ja"), &screen);
    }
}

#[test]
fn the_help_lists_the_keys_of_where_one_is() {
    let mut model = model(Language::Ja, &UNICODE);
    press(&mut model, &[Action::Help]);
    snapshot("help-library-80x24-ja", &drawn(&mut model, 80, 24));
    press(&mut model, &[Action::Help]);
    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::Help]);
    snapshot("help-play-80x24-ja", &drawn(&mut model, 80, 24));
}
