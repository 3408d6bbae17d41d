//! Records receptions by hand, for tests.

use serde_json::{Value, json};

use crate::eligibility::{
    Answer, Authenticated, Care, CertificatePhase, Consent, ConsentAnswer, ConsentFlag,
    ConsentState, Eligibility, Inquiry, MedicalAnswer, MedicalKind, Moment, NumberKey, Text,
    Validity,
};
use crate::judge::{Finding, Verdict};
use crate::requirement::{Subject, catalogue};
use crate::scenario::Scenario;
use crate::screen::Screen;
use crate::transcript::{
    CardEvent, Event, Note, Recorder, Reply, Role, Roles, Stimulus, Transcript,
};

/// Records a reception step by step.
pub struct Film {
    pub scenario: Scenario,
    recorder: Recorder,
    pub at: Moment,
}

impl Film {
    /// Starts a film of a scenario.
    pub fn new(scenario: Value) -> Film {
        let scenario: Scenario = serde_json::from_value(scenario).expect("the scenario is whole");
        let roles = Roles {
            card: "virtual".to_owned(),
            reader: "reference".to_owned(),
            backend: "embedded".to_owned(),
        };
        Film {
            recorder: Recorder::new(&scenario, roles, "virtual", Vec::new()),
            at: scenario.at,
            scenario,
        }
    }

    /// Adds an entry.
    pub fn record(&mut self, from: Role, to: Role, event: Event) -> u64 {
        self.at = self.at.plus_ms(40);
        self.recorder.record(self.at, from, to, None, event)
    }

    /// The patient puts the card in.
    pub fn present(&mut self) {
        self.recorder.begin_visit();
        let person = self.scenario.people[0].name.clone();
        let event = Event::Card(CardEvent::Presented { person });
        self.record(Role::Patient, Role::Reader, event);
    }

    /// The reader lets the card go and the patient takes it.
    pub fn take(&mut self, step: usize) {
        self.record(Role::Reader, Role::Card, Event::Card(CardEvent::PowerOff));
        self.show(Screen::TakeCard);
        self.act(step);
        self.record(Role::Patient, Role::Reader, Event::Card(CardEvent::Removed));
        self.show(Screen::InsertCard);
    }

    /// The reader shows a screen.
    pub fn show(&mut self, screen: Screen) -> u64 {
        let desk = matches!(screen, Screen::VisualCheck | Screen::OralConsent);
        let to = if desk { Role::Desk } else { Role::Patient };
        self.record(Role::Reader, to, Event::Screen(screen))
    }

    /// A person does a step.
    pub fn act(&mut self, step: usize) -> u64 {
        self.at = self.at.plus_ms(1_500);
        let act = self.recorder.mask_step(&self.scenario.steps[step]);
        let desk = matches!(act, crate::scenario::Step::Desk(_));
        let from = if desk { Role::Desk } else { Role::Patient };
        self.record(from, Role::Reader, Event::Stimulus(Stimulus { step, act }))
    }

    /// A command and its answer.
    pub fn apdu(&mut self, command: &str, answer: &str) -> u64 {
        let bytes = |text: &str| hex::decode(text.replace(' ', "")).expect("hexadecimal digits");
        self.at = self.at.plus_ms(12);
        let n = self
            .recorder
            .command(self.at, Role::Reader, &bytes(command));
        self.at = self.at.plus_ms(25);
        self.recorder
            .response(self.at, Role::Reader, n, Ok(&bytes(answer)))
    }

    /// An inquiry and its answer.
    pub fn ask(&mut self, inquiry: &Inquiry, answer: Answer) -> u64 {
        self.at = self.at.plus_ms(30);
        let n = self.recorder.inquiry(self.at, Role::Reader, inquiry);
        self.at = self.at.plus_ms(350);
        self.recorder
            .answer(self.at, Role::Reader, n, &Reply::Answer(answer))
    }

    /// The harness reaches an expectation.
    pub fn reached(&mut self, step: usize) {
        let event = Event::Note(Note::Reached { step });
        self.recorder
            .record(self.at, Role::Harness, Role::Harness, None, event);
    }

    /// The reader selects the PIN.
    pub fn select_pin(&mut self) {
        self.apdu("00A4040C0AD392F000260100000001", "9000");
        self.apdu("00A4020C020018", "9000");
    }

    /// The reader reads the certificate, has the card sign and asks who it is.
    pub fn certificate_and_signature(&mut self, phase: CertificatePhase) {
        self.apdu("00A4020C02000A", "9000");
        let block = format!("30820636{}9000", "A5".repeat(252));
        self.apdu("00B0000000", &block);
        self.apdu("00B0010000", &format!("{}9000", "5A".repeat(256)));
        self.apdu("00A4020C020017", "9000");
        let digest = format!("802A008033{}00", "31".repeat(51));
        self.apdu(&digest, &format!("{}9000", "C3".repeat(256)));
        let inquiry = Inquiry::Authenticate {
            certificate: crate::eligibility::Bytes(vec![0x30; 512]),
            challenge: crate::eligibility::Bytes(vec![0x11; 32]),
            signature: crate::eligibility::Bytes(vec![0xC3; 256]),
            site: self.scenario.site.clone(),
            care: Care::Outpatient,
        };
        let answer = Answer::Authenticated(Authenticated {
            token: "token-1".to_owned(),
            registered: true,
            phase: Some(phase),
            earlier: Vec::new(),
        });
        self.ask(&inquiry, answer);
    }

    /// The reader asks for eligibility.
    pub fn confirm(&mut self, consents: Vec<Consent>) -> u64 {
        let states = consents.iter().map(|consent| ConsentState {
            kind: consent.kind,
            flag: match consent.answer {
                ConsentAnswer::Agree => ConsentFlag::Given,
                ConsentAnswer::Refuse => ConsentFlag::No,
            },
            at: None,
            until: None,
        });
        let registry = &self.scenario.people[0].registry;
        let answer = Answer::Eligibility(Box::new(Eligibility {
            tickets: Vec::new(),
            validity: Validity::Valid,
            person: Some(registry.person.clone()),
            qualification: registry.qualifications.first().cloned(),
            limit: None,
            specific_diseases: Vec::new(),
            consents: states.collect(),
            side_information: None,
        }));
        let inquiry = Inquiry::Confirm {
            token: "token-1".to_owned(),
            consents,
            emergency: None,
        };
        self.ask(&inquiry, answer)
    }

    /// The reader fetches drug information.
    pub fn medical(&mut self) -> u64 {
        let registry = self.scenario.people[0].registry.clone();
        let inquiry = Inquiry::Medical {
            period: None,
            key: NumberKey {
                insurer: "01139999".to_owned(),
                symbol: "１２３".to_owned(),
                number: "４５６７８".to_owned(),
                branch: None,
                birth_date: registry.person.birth_date,
            },
            kind: MedicalKind::Drug,
            care: Care::Outpatient,
            site: self.scenario.site.clone(),
        };
        let answer = Answer::Medical(MedicalAnswer {
            kind: MedicalKind::Drug,
            records: registry.medical,
        });
        self.ask(&inquiry, answer)
    }

    /// Ends the film.
    pub fn finish(self) -> Transcript {
        self.recorder.finish()
    }
}

/// Returns a scenario as it stands in a header.
pub fn scenario(id: &str, title: (&str, &str), about: (&str, &str), rest: Value) -> Value {
    let mut scenario = json!({
        "id": id,
        "title": { "ja": title.0, "en": title.1 },
        "about": { "ja": about.0, "en": about.1 },
        "requirements": rest["requirements"],
        "tags": rest["tags"],
        "at": rest["at"],
        "seed": 7,
        "pace-ms": 1500,
        "site": { "kind": "clinic", "institution": "1399999999" },
        "people": [{
            "name": "adult",
            "card": {
                "photo": true,
                "user-pin": "1234",
                "user-pin-tries": 3,
                "signature-certificate": true,
                "not-before": "2020-12-01T10:00:00+09:00",
                "not-after": rest["not-after"],
                "serial": "0a1b2c",
                "trusted": true
            },
            "registry": {
                "person": {
                    // Half-width kana with voicing marks stand in real insurance data.
                    "name": "模擬　ﾀﾞｲｽｹ", "kana": "モギ　ダイスケ",
                    "birth-date": "1985-04-01", "sex": "male"
                },
                "registration": { "place": "portal" },
                "qualifications": [{
                    "insurer": "01139999", "insurer-name": "模擬健康保険組合",
                    "symbol": "１２３", "number": "４５６７８", "branch": "00",
                    "relation": "insured", "from": "2020-04-01", "share": 30
                }],
                "medical": [{ "kind": "drug", "month": "2025-11", "text": "模擬錠 5mg 1日1回 28日分" }]
            }
        }],
        "steps": rest["steps"],
    });
    if rest["tags"].is_null() {
        scenario["tags"] = json!([]);
    }
    scenario
}

/// Returns a finding on the first subject of its requirement.
pub fn finding(
    id: &str,
    verdict: Verdict,
    at: Option<u64>,
    entries: &[u64],
    message: (&str, &str),
) -> Finding {
    let requirement = catalogue().get(id).expect("the requirement exists");
    let subject = requirement
        .subjects
        .first()
        .copied()
        .unwrap_or(Subject::Reader);
    Finding {
        requirement: requirement.id,
        subject,
        level: requirement.level_for(subject),
        confidence: requirement.confidence_for(subject),
        source: requirement.source.clone(),
        verdict,
        message: Text::new(message.0, message.1),
        entries: entries.to_vec(),
        decided_at: at,
        listed: false,
        step: None,
        differences: Vec::new(),
        known: None,
    }
}
