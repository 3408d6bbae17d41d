//! Hand-made transcripts with judgements, as a runner and a judge would hand them over, and a
//! stage that plays them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::eligibility::{CertificatePhase, Consent, ConsentAnswer, ConsentKind, Text};
use crate::judge::{Finding, Judgement, Verdict};
use crate::screen::{Method, Screen};
use crate::transcript::{Event, Note, Role, Transcript};
use crate::tui::{Listed, Stage};

use super::film::{Film, finding, scenario};

/// A PIN typed wrong once, then right; consent to one kind; done. All passes.
pub fn wrong_then_right() -> (Transcript, Judgement) {
    let mut film = Film::new(wrong_then_right_scenario());
    film.show(Screen::InsertCard);
    film.present();
    let choice = film.show(Screen::ChooseMethod {
        methods: vec![Method::Face, Method::Pin],
    });
    film.act(1);
    film.select_pin();
    film.apdu("00200080", "63C3");
    film.show(Screen::PinPad {
        left: Some(3),
        keys: "7294013865".to_owned(),
        masked: None,
    });
    film.act(2);
    let wrong = film.apdu("002000800439393939", "63C2");
    let told = film.show(Screen::PinWrong {
        left: Some(2),
        keys: "3816590472".to_owned(),
        masked: None,
    });
    film.reached(3);
    film.act(4);
    let right = film.apdu("002000800431323334", "9000");
    film.show(Screen::Checking);
    film.certificate_and_signature(CertificatePhase::Valid);
    film.show(Screen::Consent {
        kind: ConsentKind::Care,
        preset: None,
    });
    film.act(5);
    film.show(Screen::Consent {
        kind: ConsentKind::Checkup,
        preset: None,
    });
    film.act(6);
    film.show(Screen::Checking);
    let eligible = film.confirm(vec![
        Consent {
            kind: ConsentKind::Care,
            answer: ConsentAnswer::Agree,
        },
        Consent {
            kind: ConsentKind::Checkup,
            answer: ConsentAnswer::Refuse,
        },
    ]);
    film.medical();
    film.show(Screen::Done);
    film.reached(7);
    film.take(8);
    let mut findings = wrong_then_right_findings([choice, wrong, told, right, eligible]);
    for finding in &mut findings {
        finding.listed = ["IDV-02", "IDV-05"].contains(&finding.requirement.to_string().as_str());
    }
    let judgement = Judgement {
        verdict: Verdict::Pass,
        findings,
    };
    (film.finish(), judgement)
}

fn wrong_then_right_scenario() -> Value {
    scenario(
        "pin/wrong-then-right",
        ("暗証番号を一度間違える", "PIN wrong once, then right"),
        (
            "患者が暗証番号を一度間違え、二度目に正しく入力する。残り回数の表示と、入力ごとに照合が一回だけであることを見る。",
            "The patient mistypes the PIN once and then gets it right. Shows the tries left and one VERIFY per entry.",
        ),
        json!({
            "requirements": ["IDV-02", "IDV-05"],
            "tags": ["pin", "training"],
            "at": "2025-12-20T09:15:00+09:00",
            "not-after": "2027-11-30T23:59:59+09:00",
            "steps": [
                "present-card", { "choose": "pin" }, { "enter-pin": "9999" },
                { "expect-screen": { "id": "pin-wrong", "left": 2 } }, { "enter-pin": "1234" },
                { "agree": "care" }, { "refuse": "checkup" }, { "expect-screen": "done" }, "take-card"
            ]
        }),
    )
}

fn wrong_then_right_findings(entries: [u64; 5]) -> Vec<Finding> {
    let [choice, wrong, told, right, eligible] = entries;
    vec![
        finding(
            "ACC-02",
            Verdict::Pass,
            None,
            &[right],
            ("個人番号に触れなかった", "the My Number was never touched"),
        ),
        finding(
            "ACC-05",
            Verdict::Pass,
            None,
            &[],
            ("同じデータへの署名はない", "no data was signed twice"),
        ),
        finding(
            "IDV-02",
            Verdict::Pass,
            Some(right),
            &[wrong, right],
            ("入力2回に対して照合2回", "2 entries, 2 VERIFYs"),
        ),
        finding(
            "IDV-05",
            Verdict::Pass,
            Some(told),
            &[wrong, told],
            (
                "カードの申告どおり、あと2回と表示した",
                "2 tries left was shown, as the card reported",
            ),
        ),
        finding(
            "IDV-06",
            Verdict::Inconclusive,
            None,
            &[],
            (
                "パッドの表示が2回だけ。3回以上で判定する",
                "only 2 pads were shown; 3 are needed",
            ),
        ),
        finding(
            "IDV-16",
            Verdict::Pass,
            Some(choice),
            &[choice],
            ("顔認証と暗証番号を示した", "face and PIN were offered"),
        ),
        finding(
            "ELIG-01",
            Verdict::Pass,
            Some(eligible),
            &[eligible],
            (
                "現在の資格を答えた",
                "the current qualification was returned",
            ),
        ),
        finding(
            "DISC-01",
            Verdict::NotApplicable,
            None,
            &[],
            (
                "閲覧制限のない患者",
                "nothing is withheld from this patient",
            ),
        ),
    ]
}

/// A certificate in grace; the backend returns medical information all the same. Fails.
pub fn expired() -> (Transcript, Judgement) {
    let mut film = Film::new(expired_scenario());
    film.show(Screen::InsertCard);
    film.present();
    film.show(Screen::ChooseMethod {
        methods: vec![Method::Face, Method::Pin],
    });
    film.act(1);
    film.select_pin();
    film.apdu("00200080", "63C3");
    film.show(Screen::PinPad {
        left: Some(3),
        keys: "7294013865".to_owned(),
        masked: None,
    });
    film.act(2);
    let right = film.apdu("002000800431323334", "9000");
    film.certificate_and_signature(CertificatePhase::Grace);
    let notice = film.show(Screen::CertificateExpired);
    film.act(3);
    film.confirm(vec![]);
    let leak = film.medical();
    film.show(Screen::Done);
    film.reached(4);
    film.take(5);
    let mut failed = finding(
        "CERT-03",
        Verdict::Fail,
        Some(leak),
        &[notice, leak],
        (
            "猶予期間中に薬剤情報を返した。診療・薬剤情報なしの回答が必要",
            "drug information was returned within the grace period, where eligibility alone was expected",
        ),
    );
    failed.listed = true;
    let findings = vec![
        finding(
            "ACC-05",
            Verdict::Fail,
            Some(right),
            &[right],
            ("同じデータに二度署名した", "the same data was signed twice"),
        ),
        finding(
            "IDV-02",
            Verdict::Pass,
            Some(right),
            &[right],
            ("入力1回に対して照合1回", "1 entry, 1 VERIFY"),
        ),
        failed,
    ];
    let judgement = Judgement {
        verdict: Verdict::Fail,
        findings,
    };
    (film.finish(), judgement)
}

fn expired_scenario() -> Value {
    scenario(
        "certificate/expired-in-grace",
        (
            "期限切れ後の猶予期間",
            "Certificate expired, within the grace period",
        ),
        (
            "電子証明書の期限が切れて20日。資格は確認できるが、診療・薬剤情報は渡さない。",
            "The certificate ended 20 days ago. Eligibility yes, medical information no.",
        ),
        json!({
            "requirements": ["CERT-03"],
            "tags": ["certificate"],
            "at": "2025-12-20T09:15:00+09:00",
            "not-after": "2025-11-30T23:59:59+09:00",
            "steps": [
                "present-card", { "choose": "pin" }, { "enter-pin": "1234" },
                "continue", { "expect-answer": { "medical": "none" } }, "take-card"
            ]
        }),
    )
}

/// Staff compare the face twice, on two visits; the stand-in unlocks the card. Inconclusive.
pub fn visual() -> (Transcript, Judgement) {
    let mut film = Film::new(scenario(
        "visual/two-visits",
        ("目視で二度受付する", "Visual check on two visits"),
        (
            "職員が顔写真と見比べる。",
            "Staff compare the face with the photo.",
        ),
        json!({
            "requirements": ["IDV-08"],
            "at": "2025-12-20T09:15:00+09:00",
            "not-after": "2027-11-30T23:59:59+09:00",
            "steps": [
                { "desk": "visual-mode" }, "present-card", { "desk": "visual-check" }, "take-card",
                { "wait": "1d" }, "present-card", { "desk": { "visual-check": "mismatch" } }, "take-card"
            ]
        }),
    ));
    film.show(Screen::InsertCard);
    film.act(0);
    film.present();
    film.show(Screen::VisualCheck);
    film.act(2);
    film.apdu("00A4040C0AD392F000260100000001", "9000");
    film.apdu("00A4020C020016", "9000");
    film.apdu("80A206C1047F210100", "9000");
    film.apdu("80A200C1045F370100", "9000");
    film.apdu("0084000010", &format!("{}9000", "77".repeat(16)));
    let unlocked = film.apdu("0082000004DEADBEEF", "9000");
    film.certificate_and_signature(CertificatePhase::Valid);
    film.confirm(vec![]);
    film.show(Screen::Done);
    film.take(3);
    film.at = film.at.plus_ms(86_400_000);
    let event = Event::Note(Note::Waited { step: 4 });
    film.record(Role::Harness, Role::Harness, event);
    film.present();
    film.show(Screen::VisualCheck);
    film.act(6);
    film.show(Screen::Counter);
    film.record(
        Role::Harness,
        Role::Card,
        Event::Fault("mute\u{1b}[2J".to_owned()),
    );
    film.take(7);
    let mut finding = finding(
        "IDV-08",
        Verdict::Inconclusive,
        None,
        &[unlocked],
        (
            "職員の操作が足りず、決められない",
            "too little was seen of what staff did",
        ),
    );
    finding.listed = true;
    let judgement = Judgement {
        verdict: Verdict::Inconclusive,
        findings: vec![finding],
    };
    (film.finish(), judgement)
}

/// A stage that plays the films, and some scenarios that cannot be played.
pub struct Films {
    films: BTreeMap<String, (Transcript, Judgement)>,
}

impl Films {
    /// Makes the stage.
    pub fn new() -> Films {
        let films = [wrong_then_right(), expired(), visual()];
        Films {
            films: films
                .into_iter()
                .map(|(transcript, judgement)| {
                    (
                        transcript.header.scenario.id.clone(),
                        (transcript, judgement),
                    )
                })
                .collect(),
        }
    }
}

impl Stage for Films {
    fn scenarios(&self) -> Vec<Listed> {
        let mut listed: Vec<Listed> = self
            .films
            .values()
            .map(|(transcript, _)| Listed::of(&transcript.header.scenario))
            .collect();
        let mut broken = listed[0].clone();
        broken.id = "outage/backend-down".to_owned();
        broken.title = Text::new("照会先が応答しない", "The eligibility system is down");
        broken.requirements = vec!["ELIG-13".parse().expect("an id")];
        listed.push(broken.clone());
        for case in ["at-noon", "at-night"] {
            broken.id = format!("outage/silent#{case}");
            broken.title = Text::new(
                format!("時間内に答えがない ({case})"),
                format!("No answer in time ({case})"),
            );
            listed.push(broken.clone());
        }
        listed.sort_by(|one, other| one.id.cmp(&other.id));
        listed
    }

    fn play(&self, id: &str) -> Result<(Transcript, Judgement), String> {
        self.films
            .get(id)
            .cloned()
            .ok_or_else(|| format!("no film of {id}, expected one of the three"))
    }
}
