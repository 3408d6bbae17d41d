//! What keys do, what is never shown, and that nothing upsets the screen.

use super::*;

#[test]
fn the_ascii_set_leaves_no_symbol_of_ambiguous_width() {
    use unicode_width::UnicodeWidthStr as _;
    let mut model = model(Language::Ja, &ASCII);
    let mut screens = vec![drawn(&mut model, 120, 36)];
    for id in ["pin/wrong-then-right", "visual/two-visits"] {
        open(&mut model, id);
        for _ in 0..48 {
            screens.push(drawn(&mut model, 120, 36));
            press(&mut model, &[Action::StepOn]);
        }
        press(&mut model, &[Action::Back]);
    }
    press(&mut model, &[Action::Help]);
    screens.push(drawn(&mut model, 120, 36));
    for screen in screens {
        for character in screen.chars() {
            let text = character.to_string();
            assert_eq!(text.width(), text.width_cjk(), "{character:?} in\n{screen}");
        }
    }
}

#[test]
fn everything_says_simulation_at_any_size() {
    for (width, height) in [(40, 10), (80, 24), (120, 36), (200, 60), (500, 200)] {
        let mut model = model(Language::Ja, &UNICODE);
        assert!(
            drawn(&mut model, width, height).contains("SIMULATION"),
            "{width}x{height}"
        );
        open(&mut model, "pin/wrong-then-right");
        assert!(
            drawn(&mut model, width, height).contains("SIMULATION"),
            "{width}x{height}"
        );
    }
}

#[test]
fn a_terminal_that_is_too_small_is_told_so() {
    let mut model = model(Language::En, &UNICODE);
    let screen = drawn(&mut model, 60, 20);
    assert!(
        screen.contains("Size needed: 80 x 24") && screen.contains("Size now: 60 x 20"),
        "{screen}"
    );
    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::StepOn; 5]);
    drawn(&mut model, 10, 3);
    drawn(&mut model, 80, 24);
    assert_eq!(model.play().unwrap().cursor(), 6);
}

#[test]
fn no_secret_and_no_escape_reaches_the_screen() {
    let mut model = model(Language::En, &UNICODE);
    for id in ["pin/wrong-then-right", "visual/two-visits"] {
        open(&mut model, id);
        for _ in 0..48 {
            let screen = drawn(&mut model, 200, 60);
            for secret in [" 9999", "1234", "39 39 39 39", "31 32 33 34", "\u{1b}"] {
                assert!(!screen.contains(secret), "{secret} in\n{screen}");
            }
            press(&mut model, &[Action::StepOn]);
        }
    }
}

#[test]
fn the_stand_in_is_called_a_convention_wherever_it_shows() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "visual/two-visits");
    press(&mut model, &[Action::StepOn; 15]);
    let screen = drawn(&mut model, 120, 36);
    assert!(
        screen.contains("harness convention 本ハーネスの取り決め"),
        "{screen}"
    );
    assert!(screen.contains("※ 00 82"), "{screen}");
    press(&mut model, &[Action::StepOn]);
    let screen = drawn(&mut model, 120, 36);
    assert!(screen.contains("stand-in for terminal unlock"), "{screen}");
}

#[test]
fn a_finding_is_decided_at_its_entry_and_open_before() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::StepOn; 13]);
    let screen = drawn(&mut model, 120, 36);
    assert!(screen.contains("~ so far IDV-02"), "{screen}");
    press(&mut model, &[Action::NextFinding, Action::NextFinding]);
    let screen = drawn(&mut model, 120, 36);
    assert!(screen.contains("✓ PASS   IDV-02"), "{screen}");
    assert_eq!(model.play().unwrap().cursor(), 19);
    press(&mut model, &[Action::Last]);
    let screen = drawn(&mut model, 120, 36);
    assert!(screen.contains("? INCONC IDV-06"), "{screen}");
}

#[test]
fn enter_on_a_finding_goes_through_its_entries() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::Pane(4), Action::Open]);
    assert_eq!(model.play().unwrap().cursor(), 19);
    press(&mut model, &[Action::Open]);
    assert_eq!(model.play().unwrap().cursor(), 14);
    press(&mut model, &[Action::Open]);
    assert_eq!(model.play().unwrap().cursor(), 19);
}

#[test]
fn playing_stops_at_the_end_and_starts_over_from_there() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "pin/wrong-then-right");
    assert_eq!(model.tick_ms(), Some(800), "what is opened plays");
    press(&mut model, &[Action::PlayPause]);
    assert_eq!(model.tick_ms(), None);
    press(&mut model, &[Action::PlayPause, Action::Faster]);
    assert_eq!(model.tick_ms(), Some(400));
    for _ in 0..4 {
        model.update(Message::Tick);
    }
    assert_eq!(model.tick_ms(), Some(100), "an APDU comes next");
    for _ in 0..100 {
        model.update(Message::Tick);
    }
    assert_eq!(
        (model.play().unwrap().cursor(), model.tick_ms()),
        (48, None)
    );
    press(&mut model, &[Action::PlayPause]);
    assert_eq!(
        (model.play().unwrap().cursor(), model.tick_ms()),
        (1, Some(400))
    );
    press(&mut model, &[Action::StepOn]);
    assert_eq!(model.tick_ms(), None);
}

#[test]
fn the_filter_matches_id_title_tag_requirement_and_verdict() {
    let found = |words: &str| {
        let mut model = model(Language::Ja, &UNICODE);
        press(&mut model, &[Action::AgainAll, Action::Filter]);
        for letter in words.chars() {
            press(&mut model, &[Action::Type(letter)]);
        }
        let shown = model.library.shown();
        shown
            .iter()
            .map(|item| item.listed.id.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(found("grace"), "certificate/expired-in-grace");
    assert_eq!(found("一度間違"), "pin/wrong-then-right");
    assert_eq!(found("training"), "pin/wrong-then-right");
    assert_eq!(found("idv-08"), "visual/two-visits");
    assert_eq!(found("fail"), "certificate/expired-in-grace");
    assert_eq!(found("pin pass"), "pin/wrong-then-right");
    assert_eq!(found("nothing like it"), "");
}

#[test]
fn what_cannot_be_played_says_why_and_the_library_stays() {
    let mut model = model(Language::En, &UNICODE);
    let request = model.open("outage/backend-down");
    perform(&mut model, Some(request));
    assert!(model.play().is_none());
    let screen = drawn(&mut model, 120, 36);
    assert!(
        screen.contains("cannot play: no film of outage/backend-down"),
        "{screen}"
    );
    assert!(screen.contains("! ERROR"), "{screen}");
}

#[test]
fn a_run_that_comes_back_after_the_user_left_opens_nothing() {
    let mut model = model(Language::En, &UNICODE);
    let request = model.open("pin/wrong-then-right");
    press(&mut model, &[Action::Back]);
    perform(&mut model, Some(request));
    assert!(model.play().is_none());
    assert_eq!(model.library.counts().pass, 1);
}

#[test]
fn the_language_is_that_of_the_kiosk_too_until_that_is_turned_alone() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::StepOn; 11]);
    let screen = drawn(&mut model, 120, 36);
    assert!(
        screen.contains("Type the 4 digits.") && screen.contains("sequence"),
        "{screen}"
    );
    press(&mut model, &[Action::KioskLanguage]);
    let screen = drawn(&mut model, 120, 36);
    assert!(
        screen.contains("4桁の数字") && screen.contains("sequence"),
        "{screen}"
    );
    press(&mut model, &[Action::Language]);
    let screen = drawn(&mut model, 120, 36);
    assert!(
        screen.contains("4桁の数字") && screen.contains("やりとり"),
        "{screen}"
    );
}

#[test]
fn without_colour_nothing_but_bold_dim_and_reverse_is_used() {
    let mut model = Model::new(
        Films::new().scenarios(),
        Language::Ja,
        &UNICODE,
        Theme::new(false),
    );
    open(&mut model, "certificate/expired-in-grace");
    press(&mut model, &[Action::Last]);
    model.update(Message::Resized(120, 36));
    let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    terminal.draw(|frame| view(&model, frame)).unwrap();
    let colours = |cell: &ratatui::buffer::Cell| (cell.fg, cell.bg);
    let plain = (ratatui::style::Color::Reset, ratatui::style::Color::Reset);
    assert!(
        terminal
            .backend()
            .buffer()
            .content
            .iter()
            .all(|cell| colours(cell) == plain)
    );
}

#[test]
fn an_empty_transcript_is_shown_and_every_key_survives_it() {
    let (mut transcript, mut judgement) = films::expired();
    transcript.entries.clear();
    judgement.findings.clear();
    for action in all_actions() {
        let mut model = model(Language::Ja, &UNICODE);
        let _ = model.open("certificate/expired-in-grace");
        model.update(Message::Finished {
            id: "certificate/expired-in-grace".to_owned(),
            outcome: Ok(Box::new(Played {
                transcript: transcript.clone(),
                judgement: judgement.clone(),
            })),
        });
        assert_eq!(model.play().unwrap().cursor(), 0);
        press(&mut model, &[action]);
        drawn(&mut model, 120, 36);
        // What is run again is not empty.
        if let Some(play) = model.play().filter(|_| action != Action::Again) {
            assert_eq!(play.cursor(), 0, "{action:?}");
        }
    }
}

#[test]
fn a_popup_over_wide_characters_keeps_its_border() {
    // For every column at which the help may begin, the characters before it are whole.
    for width in 80..100 {
        let mut model = model(Language::Ja, &UNICODE);
        press(&mut model, &[Action::Help]);
        for line in drawn(&mut model, width, 24).lines() {
            let cells = text::width(line);
            assert!(cells <= usize::from(width), "{cells} of {width}: {line}");
        }
        let screen = drawn(&mut model, width, 24);
        let corner = screen
            .lines()
            .find(|line| line.contains("┌ キーの一覧"))
            .unwrap();
        let at = text::width(corner.split("┌ キーの一覧").next().unwrap());
        let sides = screen
            .lines()
            .filter(|line| {
                let cut = line
                    .char_indices()
                    .find(|(index, _)| text::width(&line[..*index]) == at);
                cut.is_some_and(|(_, character)| character == '│')
            })
            .count();
        assert!(sides >= 12, "{sides} at {width}\n{screen}");
    }
}

#[test]
fn a_breach_of_a_convention_is_marked_and_counts_for_nothing() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "certificate/expired-in-grace");
    press(&mut model, &[Action::Last]);
    let screen = drawn(&mut model, 120, 36);
    assert!(screen.contains("rules ✓1 ✗1 ※1"), "{screen}");
    assert!(screen.contains("✗ FAIL  ※ACC-05"), "{screen}");
}

#[test]
fn visits_are_told_apart() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "visual/two-visits");
    press(&mut model, &[Action::Last]);
    assert!(drawn(&mut model, 120, 36).contains("─── visit 2 ───"));
}

#[test]
fn a_run_again_keeps_the_place() {
    let mut model = model(Language::En, &UNICODE);
    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::StepOn; 20]);
    press(&mut model, &[Action::Again]);
    assert_eq!(model.play().unwrap().cursor(), 21);
}

#[test]
fn long_details_can_be_scrolled_to_their_end_and_no_further() {
    let mut model = model(Language::Ja, &UNICODE);
    press(&mut model, &[Action::AgainAll]);
    model.library.select("pin/wrong-then-right");
    assert!(!drawn(&mut model, 80, 24).contains("IDV-05"));
    press(&mut model, &[Action::DetailsDown; 90]);
    let end = drawn(&mut model, 80, 24);
    assert!(end.contains("IDV-05"), "{end}");
    press(&mut model, &[Action::DetailsUp]);
    assert_ne!(drawn(&mut model, 80, 24), end);

    open(&mut model, "pin/wrong-then-right");
    press(&mut model, &[Action::StepOn; 38]);
    press(&mut model, &[Action::Pane(5)]);
    let top = drawn(&mut model, 80, 24);
    press(&mut model, &[Action::Down; 90]);
    assert_ne!(drawn(&mut model, 80, 24), top);
    press(&mut model, &[Action::PageUp; 9]);
    assert_eq!(drawn(&mut model, 80, 24), top);
}

#[test]
fn cases_stand_under_the_title_of_their_file() {
    let mut model = model(Language::En, &UNICODE);
    let screen = drawn(&mut model, 80, 24);
    let title = screen.find("   No answer in time  ").unwrap();
    let case = screen.find("   at-night ").unwrap();
    assert!(
        title < case && screen.matches("No answer in time").count() == 1,
        "{screen}"
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::default()
    })]

    #[test]
    fn no_sequence_of_keys_at_any_size_upsets_anything(
        keys in proptest::collection::vec(0usize..100, 0..25),
        sizes in proptest::collection::vec((1u16..=130, 1u16..=50), 1..6),
        which in 0usize..4,
    ) {
        let mut model = model(Language::Ja, if which == 0 { &ASCII } else { &UNICODE });
        let ids = ["pin/wrong-then-right", "certificate/expired-in-grace", "visual/two-visits"];
        if let Some(id) = ids.get(which) {
            open(&mut model, id);
        }
        let actions = all_actions();
        for (index, key) in keys.iter().enumerate() {
            press(&mut model, &[actions[key % actions.len()]]);
            let (width, height) = sizes[index % sizes.len()];
            drawn(&mut model, width, height);
            if let Some(play) = model.play() {
                proptest::prop_assert!((1..=play.length()).contains(&play.cursor()));
            }
        }
        // Forth and back again is where one was.
        press(&mut model, &[Action::Clear]);
        if model.focus() == crate::tui::model::Focus::Play {
            press(&mut model, &[Action::StepBack]);
            let before = drawn(&mut model, 130, 50);
            let last = model.play().map(|play| play.cursor() == play.length());
            press(&mut model, &[Action::StepOn, Action::StepBack]);
            if last == Some(false) {
                proptest::prop_assert_eq!(before, drawn(&mut model, 130, 50));
            }
        }
    }
}
