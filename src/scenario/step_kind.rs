//! One descriptor per kind of step, read by parser, lint, runner, prompts and UI.

use serde::de::Error;

use super::step::{DeskStep, Step};
use crate::screen::ScreenId::{self, *};

/// Who acts in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The patient.
    Patient,
    /// Staff, or an ambulance crew.
    Desk,
    /// A tester with a PC/SC reader of their own.
    Tester,
    /// The world: time, place, registry.
    World,
    /// The harness: faults and expectations.
    Harness,
}

/// What is true of every step of one kind.
#[derive(Debug, PartialEq, Eq)]
pub struct StepKind {
    /// Name in files; for staff `desk: visual-check`.
    pub name: &'static str,
    /// An example, as it stands in a file.
    pub example: &'static str,
    /// Who acts.
    pub actor: Actor,
    /// The screens that the step answers; empty where it waits for none.
    pub screens: &'static [ScreenId],
    /// Whether a card must be in the reader (`Some(true)`), must not (`Some(false)`), or either.
    pub card_in: Option<bool>,
    /// What to ask a person to do, in Japanese.
    pub ja: &'static str,
    /// What to ask a person to do, in English.
    pub en: &'static str,
}

macro_rules! step_kinds {
    ($($constant:ident = $name:literal, $example:literal, $actor:ident, [$($screen:ident),*], $card:expr, $ja:literal, $en:literal;)*) => {
        $(static $constant: StepKind = StepKind {
            name: $name, example: $example, actor: Actor::$actor, screens: &[$($screen),*], card_in: $card, ja: $ja, en: $en,
        };)*
        /// Every kind of step, in the order in which the documentation lists them.
        pub static STEP_KINDS: &[&StepKind] = &[$(&$constant),*];
    };
}

step_kinds! {
    PRESENT_CARD = "present-card", "present-card", Patient, [InsertCard], Some(false),
        "カードを置く", "put the card in";
    TAKE_CARD = "take-card", "take-card", Patient, [], Some(true),
        "カードを取る", "take the card out";
    CHOOSE = "choose", "choose: pin", Patient, [ChooseMethod, PinPad, PinWrong, PinLocked, Face, VisualCheck], Some(true),
        "本人確認の方法を選ぶ", "choose how to prove who you are";
    ENTER_PIN = "enter-pin", "enter-pin: \"1234\"", Patient, [PinPad, PinWrong], Some(true),
        "暗証番号を入力する", "type the PIN";
    SHOW_FACE = "show-face", "show-face: match", Patient, [Face], Some(true),
        "カメラに顔を向ける", "look into the camera";
    REGISTER = "register", "register: accept", Patient, [OfferRegistration], Some(true),
        "利用登録の案内に答える", "answer the offer to register";
    AGREE = "agree", "agree: care", Patient, [Consent, ConsentAll, ConsentLimit], Some(true),
        "同意する", "agree";
    REFUSE = "refuse", "refuse: checkup", Patient, [Consent, ConsentAll, ConsentLimit], Some(true),
        "同意しない", "refuse";
    CONTINUE = "continue", "continue", Patient, [CertificateEnding, CertificateExpired, Consent, Outage, Counter], Some(true),
        "次に進む", "go on";
    DESK_VISUAL_CHECK = "desk: visual-check", "desk: visual-check", Desk, [VisualCheck], Some(true),
        "顔写真を目視で確認する", "compare the face with the photo";
    DESK_VISUAL_MODE = "desk: visual-mode", "desk: visual-mode", Desk, [InsertCard, ChooseMethod, PinPad, PinWrong, PinLocked, Face], None,
        "目視確認モードにする", "switch the reader to visual mode";
    DESK_ORAL_CONSENT = "desk: oral-consent", "desk: { oral-consent: given }", Desk, [OralConsent], Some(true),
        "口頭の同意を記録する", "record the spoken consent";
    DESK_EMERGENCY = "desk: emergency", "desk: emergency", Desk, [InsertCard], Some(false),
        "救急時閲覧を始める", "start emergency viewing";
    DESK_NO_CARD = "desk: no-card", "desk: no-card", Desk, [InsertCard], Some(false),
        "カードがないことを伝える", "say that there is no card";
    DESK_NUMBER_INQUIRY = "desk: number-inquiry", "desk: { number-inquiry: { limit-consent: true } }", Desk, [], None,
        "資格確認書の番号で照会する", "inquire by number";
    DESK_PERSON_INQUIRY = "desk: person-inquiry", "desk: { person-inquiry: { reason: outage } }", Desk, [], None,
        "氏名や住所で照会する", "inquire by name";
    DESK_MEDICAL_INQUIRY = "desk: medical-inquiry", "desk: { medical-inquiry: { kind: drug } }", Desk, [], None,
        "診療・薬剤情報等を取得する", "fetch medical information";
    OPEN_PORTAL = "open-portal", "open-portal", Patient, [], None,
        "マイナポータルを開く", "open the portal";
    PROBE = "probe", "probe: [{ select: jpki }, { select-file: \"0018\" }, pin-status, { expect: \"63C3\" }]", Tester, [], Some(false),
        "試験者がカードを直接調べる", "a tester probes the card";
    WAIT = "wait", "wait: 1d", World, [], None,
        "時間が経つ", "time passes";
    GO_TO = "go-to", "go-to: { institution: \"1388888888\" }", World, [], Some(false),
        "別の医療機関へ行く", "go to another site";
    CHANGE_REGISTRY = "change-registry", "change-registry: { withheld-by: [] }", World, [], None,
        "登録内容が変わる", "the registry changes";
    FAULT = "fault", "fault: { card: { what: removed, command: verify } }", Harness, [], None,
        "障害を起こす", "inject a fault";
    EXPECT_SCREEN = "expect-screen", "expect-screen: { id: pin-wrong, left: 2 }", Harness, [], None,
        "画面を確かめる", "check the screen";
    EXPECT_ANSWER = "expect-answer", "expect-answer: { validity: valid, medical: none }", Harness, [], None,
        "回答を確かめる", "check the answer";
    EXPECT_NO_INQUIRY = "expect-no-inquiry", "expect-no-inquiry: confirm", Harness, [], None,
        "照会がないことを確かめる", "check that nothing was asked";
    EXPECT_PIN_TRIES = "expect-pin-tries", "expect-pin-tries: 2", Harness, [], None,
        "暗証番号の残り回数を確かめる", "check the tries left";
    EXPECT_PORTAL = "expect-portal", "expect-portal: { hidden: [insurance] }", Harness, [], None,
        "マイナポータルの表示を確かめる", "check what the portal shows";
    EXPECT_CERTIFICATE = "expect-certificate", "expect-certificate: { not-after: 2028-06-15T23:59:59+09:00 }", Harness, [], None,
        "証明書の期限を確かめる", "check how long the certificate lasts";
    EXPECT_CARD = "expect-card", "expect-card: { expires: 2033-06-15 }", Harness, [], None,
        "カードの期限を確かめる", "check how long the card lasts";
}

impl StepKind {
    /// Returns the descriptor of a step.
    pub fn of(step: &Step) -> &'static StepKind {
        match step {
            Step::PresentCard(_) => &PRESENT_CARD,
            Step::TakeCard => &TAKE_CARD,
            Step::Choose(_) => &CHOOSE,
            Step::EnterPin(_) => &ENTER_PIN,
            Step::ShowFace(_) => &SHOW_FACE,
            Step::Register(_) => &REGISTER,
            Step::Agree(_) => &AGREE,
            Step::Refuse(_) => &REFUSE,
            Step::Continue => &CONTINUE,
            Step::Desk(DeskStep::VisualCheck(_)) => &DESK_VISUAL_CHECK,
            Step::Desk(DeskStep::VisualMode) => &DESK_VISUAL_MODE,
            Step::Desk(DeskStep::OralConsent(_)) => &DESK_ORAL_CONSENT,
            Step::Desk(DeskStep::Emergency) => &DESK_EMERGENCY,
            Step::Desk(DeskStep::NoCard) => &DESK_NO_CARD,
            Step::Desk(DeskStep::NumberInquiry(_)) => &DESK_NUMBER_INQUIRY,
            Step::Desk(DeskStep::PersonInquiry(_)) => &DESK_PERSON_INQUIRY,
            Step::Desk(DeskStep::MedicalInquiry(_)) => &DESK_MEDICAL_INQUIRY,
            Step::OpenPortal(_) => &OPEN_PORTAL,
            Step::Probe(_) => &PROBE,
            Step::Wait(_) => &WAIT,
            Step::GoTo(_) => &GO_TO,
            Step::ChangeRegistry(_) => &CHANGE_REGISTRY,
            Step::Fault(_) => &FAULT,
            Step::ExpectScreen(_) => &EXPECT_SCREEN,
            Step::ExpectAnswer(_) => &EXPECT_ANSWER,
            Step::ExpectNoInquiry(_) => &EXPECT_NO_INQUIRY,
            Step::ExpectPinTries(_) => &EXPECT_PIN_TRIES,
            Step::ExpectPortal(_) => &EXPECT_PORTAL,
            Step::ExpectCertificate(_) => &EXPECT_CERTIFICATE,
            Step::ExpectCard(_) => &EXPECT_CARD,
        }
    }

    /// Tells whether a person gives this step, so that it stands in the transcript as a stimulus.
    pub fn is_stimulus(&self) -> bool {
        matches!(self.actor, Actor::Patient | Actor::Desk | Actor::Tester)
    }

    /// Makes the error for a word that is no step, or a step that needs a value.
    pub(super) fn unknown_word<E: Error>(word: &str) -> E {
        let known = STEP_KINDS.iter().find(|kind| kind.name == word);
        match known {
            Some(kind) => E::custom(format!(
                "the step `{word}` needs a value, such as `{}`",
                kind.example
            )),
            None => E::custom(format!(
                "unknown step `{word}`; expected one of {}",
                STEP_KINDS
                    .iter()
                    .map(|kind| kind.name)
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_parses_to_a_step_of_its_kind() {
        for kind in STEP_KINDS {
            let steps: Vec<Step> = serde_saphyr::from_str(&format!("- {}\n", kind.example))
                .unwrap_or_else(|error| panic!("{}: {error}", kind.example));
            assert_eq!(steps[0].kind().name, kind.name);
        }
    }

    #[test]
    fn a_bare_word_does_not_swallow_the_next_step() {
        let steps: Vec<Step> = serde_saphyr::from_str("- present-card\n- take-card\n").unwrap();
        assert_eq!(steps, [Step::PresentCard(None), Step::TakeCard]);
        let error = serde_saphyr::from_str::<Vec<Step>>("- enter-pin\n- take-card\n").unwrap_err();
        assert!(error.to_string().contains("needs a value"), "{error}");
    }

    #[test]
    fn an_unknown_step_names_the_known_ones() {
        let error = serde_saphyr::from_str::<Vec<Step>>("- takecard\n").unwrap_err();
        assert!(error.to_string().contains("take-card"), "{error}");
    }
}
