//! A reception that goes on while it is looked at: what follows it, what stays, what is asked.

use super::screens::snapshot;
use super::*;
use crate::eligibility::Text;
use crate::judge::{Judgement, Verdict};
use crate::tui::live::{Answer, News, Seen};
use crate::tui::standing::Standing;

const ID: &str = "pin/wrong-then-right";
/// The entry at which IDV-02 is decided in the film.
const DECIDED: usize = 19;

/// Returns the first entries of the film, and what a judge says who has seen no more.
fn seen(entries: usize) -> Seen {
    let (mut transcript, mut judgement) = Films::new().play(ID).unwrap();
    transcript.entries.truncate(entries);
    for finding in &mut judgement.findings {
        if finding.decided_at.is_none_or(|at| at > entries as u64) {
            finding.verdict = Verdict::Inconclusive;
            finding.decided_at = None;
        }
    }
    Seen {
        transcript,
        judgement,
    }
}

fn more(seen: Seen) -> News {
    let seen = Box::new(seen);
    News::Seen { seen, asked: None }
}

fn begun(language: Language) -> Model {
    let mut model = model(language, &UNICODE);
    model.begin(seen(0).transcript);
    model
}

fn hear(model: &mut Model, news: News) -> Option<Request> {
    model.update(Message::News(news))
}

fn asked(model: &mut Model) {
    let news = News::Asked {
        what: Text::new(
            "読取機で: 暗証番号1234を入力する",
            "At the reader: type the PIN 1234",
        ),
        keys: Text::new(
            "読取機が反応したら [Enter] · n 行えない",
            "[Enter] once the reader has reacted · n cannot be done",
        ),
    };
    assert_eq!(hear(model, news), None);
}

fn over(model: &mut Model) {
    let mut seen = Box::new(seen(48));
    seen.judgement.verdict = Verdict::Fail;
    let remarks = vec![Text::new("中断しました", "interrupted")];
    assert_eq!(hear(model, News::Over { seen, remarks }), None);
}

fn cursor(model: &Model) -> (usize, usize) {
    let play = model.play().unwrap();
    (play.cursor(), play.length())
}

#[test]
fn the_cursor_follows_the_newest_entry_until_it_is_walked_back() {
    let mut model = begun(Language::En);
    assert_eq!(cursor(&model), (0, 0));
    hear(&mut model, more(seen(3)));
    assert_eq!(cursor(&model), (3, 3));
    hear(&mut model, more(seen(12)));
    assert_eq!(cursor(&model), (12, 12));
    press(&mut model, &[Action::StepBack, Action::StepBack]);
    hear(&mut model, more(seen(20)));
    assert_eq!(cursor(&model), (10, 20), "it stays");
    press(&mut model, &[Action::Last]);
    hear(&mut model, more(seen(25)));
    assert_eq!(cursor(&model), (25, 25), "it follows again");
    press(&mut model, &[Action::First]);
    over(&mut model);
    assert_eq!(cursor(&model), (1, 48));
}

#[test]
fn playing_what_goes_on_ends_in_following_it() {
    let mut model = begun(Language::En);
    hear(&mut model, more(seen(5)));
    press(&mut model, &[Action::PlayPause]);
    assert_eq!((cursor(&model), model.tick_ms()), ((5, 5), None));
    press(&mut model, &[Action::StepBack, Action::PlayPause]);
    assert!(model.tick_ms().is_some());
    model.update(Message::Tick);
    assert_eq!((cursor(&model), model.tick_ms()), ((5, 5), None));
    hear(&mut model, more(seen(9)));
    assert_eq!(cursor(&model), (9, 9));
}

/// How IDV-02 stands.
fn standing(model: &Model) -> Standing {
    let play = model.play().unwrap();
    let mut findings = play.findings();
    let pin = findings.find(|it| it.requirement.to_string() == "IDV-02");
    play.standing(pin.unwrap())
}

#[test]
fn a_requirement_turns_at_the_entry_that_decides_it_and_not_for_want_of_more() {
    let mut model = begun(Language::En);
    hear(&mut model, more(seen(DECIDED - 1)));
    assert_eq!(standing(&model), Standing::SoFar);
    hear(&mut model, more(seen(DECIDED)));
    assert_eq!(standing(&model), Standing::Decided(Verdict::Pass));
    press(&mut model, &[Action::StepBack]);
    assert_eq!(standing(&model), Standing::SoFar);
    // What has not come about so far may still come about.
    let mut absent = seen(DECIDED);
    for finding in &mut absent.judgement.findings {
        finding.verdict = Verdict::NotApplicable;
        finding.decided_at = None;
    }
    hear(&mut model, more(absent));
    press(&mut model, &[Action::Last]);
    assert_eq!(standing(&model), Standing::Unseen);
    over(&mut model);
    assert_eq!(standing(&model), Standing::Decided(Verdict::Pass));
}

#[test]
fn the_selected_requirement_stays_selected_when_the_order_changes() {
    let mut model = begun(Language::En);
    hear(&mut model, more(seen(5)));
    press(&mut model, &[Action::Pane(4), Action::Down]);
    let selected = |model: &Model| model.play().unwrap().finding().unwrap().requirement;
    let before = selected(&model);
    let mut failed = seen(6);
    let last = failed.judgement.findings.last_mut().unwrap();
    assert_ne!(last.requirement, before);
    last.listed = true;
    last.verdict = Verdict::Fail;
    hear(&mut model, more(failed));
    assert_eq!(selected(&model), before);
}

#[test]
fn what_is_asked_is_answered_once_and_keys_keep_their_meaning_otherwise() {
    let mut model = begun(Language::En);
    let enter = Message::Key(Action::Answer(Answer::Enter));
    assert_eq!(model.update(enter), None, "nothing is asked");
    assert_eq!(model.focus(), crate::tui::model::Focus::Live);
    asked(&mut model);
    assert_eq!(model.focus(), crate::tui::model::Focus::Asked);
    let no = || Message::Key(Action::Answer(Answer::No));
    assert_eq!(model.update(no()), Some(Request::Answer(Answer::No)));
    assert_eq!(model.update(no()), None);
    assert!(!drawn(&mut model, 80, 24).contains("type the PIN"));
}

#[test]
fn leaving_what_goes_on_is_asked_twice_and_what_is_over_once() {
    let mut model = begun(Language::En);
    let back = |model: &mut Model| model.update(Message::Key(Action::Back));
    assert_eq!(back(&mut model), None);
    assert!(drawn(&mut model, 80, 24).contains("q again ends"));
    press(&mut model, &[Action::StepBack]);
    assert_eq!(back(&mut model), None, "another key was pressed between");
    assert_eq!(back(&mut model), Some(Request::Quit));
    over(&mut model);
    assert!(drawn(&mut model, 80, 24).contains("✗ FAIL"));
    assert_eq!(back(&mut model), Some(Request::Quit));
}

#[test]
fn the_key_after_the_first_q_answers_nothing() {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    let mut model = begun(Language::En);
    asked(&mut model);
    for code in [KeyCode::Enter, KeyCode::Char('n'), KeyCode::Char('x')] {
        press(&mut model, &[Action::Back]);
        assert!(drawn(&mut model, 80, 24).contains("q again ends"));
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        let action = crate::tui::keys::action(model.focus(), key).unwrap();
        assert_eq!(model.update(Message::Key(action)), None, "{code:?}");
        let screen = drawn(&mut model, 80, 24);
        assert!(
            screen.contains("type the PIN") && !screen.contains("q again"),
            "{screen}"
        );
    }
    // Whatever comes by another way than the keys answers nothing either.
    press(&mut model, &[Action::Back]);
    let enter = Message::Key(Action::Answer(Answer::Enter));
    assert_eq!(model.update(enter), None);
    assert_eq!(model.focus(), crate::tui::model::Focus::Asked);
}

#[test]
fn what_is_over_can_be_played_from_the_beginning() {
    let mut model = begun(Language::En);
    hear(&mut model, more(seen(20)));
    over(&mut model);
    assert_eq!((cursor(&model), model.tick_ms()), ((48, 48), None));
    press(&mut model, &[Action::PlayPause]);
    assert_eq!((cursor(&model), model.tick_ms()), ((1, 48), Some(800)));
}

#[test]
fn help_and_language_are_named_on_the_narrowest_terminal() {
    for (language, words) in [
        (Language::Ja, ["ヘルプ", "L English", "q 終える"]),
        (Language::En, ["help", "L 日本語", "q end"]),
    ] {
        let mut model = begun(language);
        hear(&mut model, more(seen(12)));
        let footer = |model: &mut Model, help: &str| {
            let screen = drawn(model, 80, 24);
            let footer = screen.lines().last().unwrap();
            for words in words.into_iter().chain([help]) {
                assert!(footer.contains(words), "{words} in {footer}");
            }
        };
        footer(&mut model, "? ");
        asked(&mut model);
        footer(&mut model, "F1 ");
        over(&mut model);
        footer(&mut model, "? ");
    }
}

#[test]
fn the_help_names_no_screen_of_a_patient_where_there_is_none() {
    let mut model = begun(Language::Ja);
    asked(&mut model);
    press(&mut model, &[Action::Help]);
    let screen = drawn(&mut model, 80, 24);
    assert!(!screen.contains("患者画面"), "{screen}");
    assert!(screen.contains("SIMULATION"), "{screen}");
    snapshot("help-live-80x24-ja", &screen);
}

#[test]
fn a_terminal_that_is_slow_is_told_the_newest_and_nothing_piles_up() {
    let (teller, stand) = crate::tui::stand();
    for entries in 1..=40 {
        teller.tell(more(seen(entries)));
    }
    let mut model = begun(Language::En);
    let mut came = 0;
    for arrival in stand.receiver.try_iter() {
        let crate::tui::events::Arrival::Message(message) = arrival else {
            panic!("only messages are told");
        };
        model.update(message);
        came += 1;
    }
    assert_eq!((came, cursor(&model)), (1, (40, 40)));
    teller.tell(more(seen(41)));
    assert_eq!(stand.receiver.try_iter().count(), 1);
    drop(teller);
    assert_eq!(stand.receiver.try_iter().count(), 1, "nothing more comes");
}

#[test]
fn what_could_not_begin_closes_the_screen_and_what_is_over_stays() {
    let mut model = begun(Language::En);
    assert_eq!(hear(&mut model, News::Gone), Some(Request::Quit));
    over(&mut model);
    assert_eq!(hear(&mut model, News::Gone), None);
}

#[test]
fn what_a_program_says_is_cleaned_bounded_and_newest_last() {
    let mut model = begun(Language::En);
    for n in 0..2_000 {
        let line = format!("| line {n} \u{1b}[2J");
        hear(&mut model, News::Said(Text::new(line.clone(), line)));
    }
    let screen = drawn(&mut model, 120, 36);
    assert!(screen.contains("| line 1999"), "{screen}");
    assert!(!screen.contains('\u{1b}') && !screen.contains("line 1900"));
    assert!(model.live().unwrap().said.len() <= 500);
}

#[test]
fn every_key_survives_a_reception_that_goes_on() {
    for entries in [0, 1, 14] {
        for action in all_actions() {
            let mut model = begun(Language::Ja);
            hear(&mut model, more(seen(entries)));
            asked(&mut model);
            press(&mut model, &[action]);
            drawn(&mut model, 80, 24);
            over(&mut model);
            press(&mut model, &[action]);
            drawn(&mut model, 120, 36);
        }
    }
}

#[test]
fn a_reader_that_is_observed_shows_what_to_do_beside_what_comes() {
    for (language, tag) in [(Language::Ja, "ja"), (Language::En, "en")] {
        for (width, height) in [(80, 24), (120, 36)] {
            let mut model = begun(language);
            let name = |what: &str| format!("live-{what}-{width}x{height}-{tag}");
            let said = Text::new(
                "模擬　太郎のカードが読取機(127.0.0.1:35963)にあります",
                "the card of 模擬　太郎 lies in the reader at 127.0.0.1:35963",
            );
            hear(&mut model, News::Said(said));
            let news = News::Seen {
                seen: Box::new(seen(12)),
                asked: Some(12),
            };
            hear(&mut model, news);
            asked(&mut model);
            snapshot(&name("asked"), &drawn(&mut model, width, height));
            press(&mut model, &[Action::Answer(Answer::Enter)]);
            press(&mut model, &[Action::StepBack; 3]);
            hear(&mut model, more(seen(20)));
            snapshot(&name("behind"), &drawn(&mut model, width, height));
            press(&mut model, &[Action::Last]);
            over(&mut model);
            snapshot(&name("over"), &drawn(&mut model, width, height));
        }
    }
}

#[test]
fn nothing_is_judged_before_anything_is_recorded() {
    let model = begun(Language::En);
    let Judgement { findings, .. } = model.play().unwrap().judgement();
    assert!(findings.is_empty());
}
