//! Says what stands on the reader's screen: the words, the pad, the buttons.
//!
//! Content only; `kiosk_view` draws it. A real kiosk's words are its maker's; these are ours.

use crate::eligibility::ConsentAnswer;
use crate::requirement::Id;
use crate::scenario::{ConsentSubject, Decision, DeskStep, FaceShown, Step};
use crate::screen::{Method, Screen};
use crate::wording::Wording;

use super::scene::Scene;

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// Whether it was pressed.
    pub pressed: bool,
    /// Whether it was the answer at the last visit here (CONS-09).
    pub preset: bool,
}

/// What takes the middle of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Widget {
    /// Nothing.
    Nothing,
    /// Buttons, side by side where they fit.
    Buttons(Vec<Button>),
    /// The PIN pad.
    Pad {
        /// The digits in the order of the keys; empty where the reader did not report them.
        keys: String,
        /// Digits typed.
        typed: usize,
    },
    /// The slot with a card going in (or, `false`, out).
    Slot(bool),
    /// The camera's frame; whether a face was seen to match.
    Camera(Option<bool>),
    /// Something is being waited for.
    Waiting,
}

/// A screen of the kiosk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kiosk {
    /// The heading.
    pub heading: String,
    /// What stands below it.
    pub body: Vec<String>,
    /// A warning: tries left, a failed check.
    pub warning: Option<String>,
    /// What takes the middle.
    pub widget: Widget,
    /// The requirement that this screen is about.
    pub rule: Option<Id>,
}

/// Digits of a user PIN (card.md §3).
pub const PIN_LENGTH: usize = 4;

/// Returns what stands on the screen.
pub fn content(screen: &Screen, scene: &Scene<'_>, wording: &Wording) -> Kiosk {
    let heading = wording.pick(&screen.id().title());
    let mut kiosk = Kiosk {
        heading,
        body: Vec::new(),
        warning: None,
        widget: Widget::Nothing,
        rule: rule(screen),
    };
    let act = scene.act;
    match screen {
        Screen::InsertCard => {
            kiosk.body.push(wording.say("kiosk-insert-card"));
            kiosk.widget = Widget::Slot(true);
        }
        Screen::ChooseMethod { methods } => {
            kiosk.body.push(wording.say("kiosk-choose-method"));
            kiosk.widget = methods_widget(methods, act, wording);
        }
        Screen::Face { failures } => {
            kiosk.body.push(wording.say("kiosk-face"));
            let failed = failures.to_string();
            kiosk.warning = (*failures > 0)
                .then(|| wording.say_with("kiosk-face-failed", &[("count", &failed)]));
            kiosk.widget = Widget::Camera(face_shown(act));
        }
        Screen::PinPad { left, keys, .. } => {
            kiosk.body.push(wording.say("kiosk-pin-pad"));
            kiosk.warning = left.map(|left| tries(left, wording));
            kiosk.widget = pad(keys, scene);
        }
        Screen::PinWrong { left, keys, .. } => {
            kiosk.body.push(wording.say("kiosk-pin-wrong"));
            kiosk.warning = left.map(|left| tries(left, wording));
            kiosk.widget = pad(keys, scene);
        }
        Screen::PinLocked { methods } => {
            kiosk.body.push(wording.say("kiosk-pin-locked"));
            kiosk.widget = methods_widget(methods, act, wording);
        }
        _ => rest(screen, act, wording, &mut kiosk),
    }
    kiosk
}

/// The screens after identity is proven, and those that end a visit.
fn rest(screen: &Screen, act: Option<&Step>, wording: &Wording, kiosk: &mut Kiosk) {
    let went_on = matches!(act, Some(Step::Continue));
    let go_on = || {
        Widget::Buttons(vec![Button {
            label: wording.say("button-continue"),
            pressed: went_on,
            preset: false,
        }])
    };
    match screen {
        Screen::VisualCheck => {
            kiosk.body.push(wording.say("kiosk-visual-check"));
            kiosk.widget = visual_buttons(act, wording);
        }
        Screen::OfferRegistration => {
            kiosk.body.push(wording.say("kiosk-offer-registration"));
            kiosk.widget = register_buttons(act, wording);
        }
        Screen::CertificateEnding { until } => {
            if let Some(until) = until {
                let until = date(*until);
                kiosk.warning = Some(wording.say_with("kiosk-until", &[("date", &until)]));
            }
            kiosk.body.push(wording.say("kiosk-certificate-ending"));
            kiosk.widget = go_on();
        }
        Screen::CertificateExpired => {
            kiosk.body.push(wording.say("kiosk-certificate-expired"));
            kiosk.body.push(wording.say("kiosk-certificate-renew"));
            kiosk.widget = go_on();
        }
        Screen::CertificateLapsed => {
            kiosk.body.push(wording.say("kiosk-certificate-lapsed"));
            kiosk.body.push(wording.say("kiosk-certificate-renew"));
        }
        Screen::Consent { .. } | Screen::ConsentAll { .. } | Screen::ConsentLimit => {
            ask(screen, act, wording, kiosk);
        }
        Screen::OralConsent => {
            kiosk.body.push(wording.say("kiosk-oral-consent"));
            kiosk.widget = oral_buttons(act, wording);
        }
        Screen::Checking => {
            kiosk.body.push(wording.say("kiosk-checking"));
            kiosk.widget = Widget::Waiting;
        }
        Screen::Done => kiosk.body.push(wording.say("kiosk-done")),
        Screen::TakeCard => {
            kiosk.body.push(wording.say("kiosk-take-card"));
            kiosk.widget = Widget::Slot(false);
        }
        Screen::Unreadable => kiosk.body.push(wording.say("kiosk-unreadable")),
        Screen::Counter => kiosk.body.push(wording.say("kiosk-counter")),
        Screen::Outage => kiosk.body.push(wording.say("kiosk-outage")),
        _ => {}
    }
}

/// The consent questions.
fn ask(screen: &Screen, act: Option<&Step>, wording: &Wording, kiosk: &mut Kiosk) {
    match screen {
        Screen::Consent { kind, preset } => {
            let about = wording.pick(&kind.title());
            kiosk
                .body
                .push(wording.say_with("kiosk-consent", &[("about", &about)]));
            if preset.is_some() {
                kiosk.body.push(wording.say("kiosk-consent-preset"));
            }
            kiosk.widget = consent_buttons(act, *preset, wording);
        }
        Screen::ConsentAll { kinds } => {
            kiosk.body.push(wording.say("kiosk-consent-all"));
            let kinds = kinds.iter().map(|kind| wording.pick(&kind.title()));
            kiosk.body.extend(kinds.map(|kind| format!("- {kind}")));
            kiosk.widget = consent_buttons(act, None, wording);
        }
        Screen::ConsentLimit => {
            kiosk.body.push(wording.say("kiosk-consent-limit"));
            kiosk.widget = consent_buttons(act, None, wording);
        }
        _ => {}
    }
}

/// The requirement that a screen is about, for the line of explanation below it.
fn rule(screen: &Screen) -> Option<Id> {
    Some(match screen {
        Screen::ChooseMethod { .. } => Id::literal("IDV-16"),
        Screen::Face { .. } => Id::literal("IDV-13"),
        Screen::PinPad { .. } => Id::literal("IDV-06"),
        Screen::PinWrong { .. } => Id::literal("IDV-05"),
        Screen::PinLocked { .. } => Id::literal("IDV-07"),
        Screen::VisualCheck => Id::literal("IDV-19"),
        Screen::OfferRegistration => Id::literal("REG-01"),
        Screen::CertificateEnding { .. } => Id::literal("CERT-02"),
        Screen::CertificateExpired => Id::literal("CERT-03"),
        Screen::CertificateLapsed => Id::literal("CERT-04"),
        Screen::Consent { preset: None, .. } => Id::literal("CONS-01"),
        Screen::Consent { .. } => Id::literal("CONS-09"),
        Screen::ConsentAll { .. } => Id::literal("CONS-11"),
        Screen::ConsentLimit => Id::literal("CONS-06"),
        Screen::OralConsent => Id::literal("EMG-02"),
        Screen::Checking => Id::literal("ELIG-16"),
        Screen::Done => Id::literal("IDV-17"),
        Screen::TakeCard => Id::literal("ACC-11"),
        Screen::Unreadable => Id::literal("ACC-08"),
        Screen::Outage => Id::literal("ELIG-13"),
        Screen::InsertCard | Screen::Counter => return None,
    })
}

fn tries(left: u8, wording: &Wording) -> String {
    wording.say_with("tries-left", &[("left", &left.to_string())])
}

fn pad(keys: &str, scene: &Scene<'_>) -> Widget {
    Widget::Pad {
        keys: keys.to_owned(),
        typed: scene.typed,
    }
}

fn date(date: jiff::civil::Date) -> String {
    date.to_string()
}

fn face_shown(act: Option<&Step>) -> Option<bool> {
    match act {
        Some(Step::ShowFace(face)) => Some(*face == FaceShown::Match),
        _ => None,
    }
}

fn button(key: &str, pressed: bool, wording: &Wording) -> Button {
    named(wording.say(key), pressed)
}

fn named(label: String, pressed: bool) -> Button {
    Button {
        label,
        pressed,
        preset: false,
    }
}

fn methods_widget(methods: &[Method], act: Option<&Step>, wording: &Wording) -> Widget {
    let buttons = methods.iter().map(|method| {
        let pressed = matches!(act, Some(Step::Choose(chosen)) if chosen == method);
        named(wording.pick(&method.title()), pressed)
    });
    Widget::Buttons(buttons.collect())
}

fn consent_buttons(act: Option<&Step>, preset: Option<ConsentAnswer>, wording: &Wording) -> Widget {
    let left_alone = matches!(act, Some(Step::Continue));
    let is_preset = |answer| preset == Some(answer);
    let mut agree = button("button-agree", matches!(act, Some(Step::Agree(_))), wording);
    let mut refuse = button(
        "button-refuse",
        matches!(act, Some(Step::Refuse(_))),
        wording,
    );
    agree.preset = is_preset(ConsentAnswer::Agree);
    refuse.preset = is_preset(ConsentAnswer::Refuse);
    agree.pressed |= left_alone && agree.preset;
    refuse.pressed |= left_alone && refuse.preset;
    // "Refuse all" leads to the single questions, which is what its button says.
    if matches!(act, Some(Step::Refuse(ConsentSubject::All))) {
        refuse.label = wording.say("button-one-by-one");
    }
    Widget::Buttons(vec![agree, refuse])
}

fn register_buttons(act: Option<&Step>, wording: &Wording) -> Widget {
    let decided = |decision| matches!(act, Some(Step::Register(made)) if *made == decision);
    Widget::Buttons(vec![
        button("button-register", decided(Decision::Accept), wording),
        button("button-not-now", decided(Decision::Decline), wording),
    ])
}

fn visual_buttons(act: Option<&Step>, wording: &Wording) -> Widget {
    let seen =
        |face| matches!(act, Some(Step::Desk(DeskStep::VisualCheck(shown))) if *shown == face);
    Widget::Buttons(vec![
        button("face-match", seen(FaceShown::Match), wording),
        button("face-mismatch", seen(FaceShown::Mismatch), wording),
    ])
}

fn oral_buttons(act: Option<&Step>, wording: &Wording) -> Widget {
    use crate::eligibility::EmergencyConsent::{Given, Refused, Unobtainable};
    let said = |consent| matches!(act, Some(Step::Desk(DeskStep::OralConsent(given))) if *given == consent);
    Widget::Buttons(vec![
        button("oral-given", said(Given), wording),
        button("oral-refused", said(Refused), wording),
        button("oral-unobtainable", said(Unobtainable), wording),
    ])
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::requirement::catalogue;
    use crate::wording::Language;

    #[test]
    fn every_screen_has_words_and_its_rule_exists() {
        let screens = [
            Screen::InsertCard,
            Screen::ChooseMethod {
                methods: vec![Method::Face, Method::Pin],
            },
            Screen::Face { failures: 1 },
            Screen::PinPad {
                left: Some(3),
                keys: "7294013865".to_owned(),
                masked: None,
            },
            Screen::PinWrong {
                left: Some(2),
                keys: String::new(),
                masked: None,
            },
            Screen::PinLocked {
                methods: vec![Method::Face],
            },
            Screen::VisualCheck,
            Screen::OfferRegistration,
            Screen::CertificateEnding {
                until: Some(date(2025, 12, 31)),
            },
            Screen::CertificateExpired,
            Screen::CertificateLapsed,
            Screen::Consent {
                kind: crate::eligibility::ConsentKind::Care,
                preset: Some(ConsentAnswer::Agree),
            },
            Screen::ConsentAll {
                kinds: vec![crate::eligibility::ConsentKind::Checkup],
            },
            Screen::ConsentLimit,
            Screen::OralConsent,
            Screen::Checking,
            Screen::Done,
            Screen::TakeCard,
            Screen::Unreadable,
            Screen::Counter,
            Screen::Outage,
        ];
        for language in [Language::Ja, Language::En] {
            for screen in &screens {
                let kiosk = content(screen, &Scene::default(), language.wording());
                assert!(!kiosk.body.is_empty(), "{screen:?}");
                assert!(!kiosk.heading.starts_with("screen-"), "{screen:?}");
                if let Some(id) = kiosk.rule {
                    assert!(catalogue().by_id(id).is_some(), "{id}");
                }
            }
        }
    }

    #[test]
    fn what_was_pressed_is_shown_as_pressed() {
        let mut scene = Scene::default();
        scene.act = Some(&Step::Refuse(ConsentSubject::Care));
        let screen = Screen::Consent {
            kind: crate::eligibility::ConsentKind::Care,
            preset: None,
        };
        let Widget::Buttons(buttons) = content(&screen, &scene, Language::En.wording()).widget
        else {
            panic!("a consent question has buttons");
        };
        assert_eq!(
            buttons
                .iter()
                .map(|button| button.pressed)
                .collect::<Vec<_>>(),
            [false, true]
        );
    }
}
