//! Writes a transcript entry by entry, consistent in numbers, visits and steps.

use crate::eligibility::{
    Answer, Authenticated, Bytes, CardClass, Care, CertificatePhase, Eligibility, Inquiry, Limit,
    Moment, NumberKey, Person, Qualification, Registration, RegistrationPlace, Registry, Relation,
    Sex, Site, Text, Validity,
};
use crate::judge::{Finding, Judgement, Verdict, judge};
use crate::requirement::Subject;
use crate::scenario::{CardFacts, Patient, Scenario, Step, UnderTest};
use crate::screen::{Method, Screen};
use crate::secret::{Masked, Masker, Secret};
use crate::transcript::{
    By, CardEvent, CommandApdu, Entry, Event, FORMAT, Header, Note, Reply, ResponseApdu, Role,
    Roles, SIMULATION, Stimulus, Transcript,
};

pub const JPKI: &str = "00a404 0c 0a d392f000260100000001";
pub const CARD_FACE: &str = "00a4040c0a d3921000310001010402";
pub const TEXT_INPUT: &str = "00a4040c0a d3921000310001010408";
pub const PIN_STATUS: &str = "00200080";

/// The adult of these tests: PIN `pin#1`, three tries, certificate to 2028-06-15.
pub fn adult() -> Patient {
    let date = |text: &str| text.parse().unwrap();
    Patient {
        name: "adult".to_owned(),
        card: CardFacts {
            physical_card: None,
            photo: true,
            user_pin: Some(Secret::Masked(pin("1234"))),
            user_pin_tries: 3,
            signature_certificate: true,
            not_before: "2023-07-03T10:00+09:00".parse().unwrap(),
            not_after: "2028-06-15T23:59:59+09:00".parse().unwrap(),
            serial: "01".to_owned(),
            trusted: true,
            validity: None,
            timing: None,
        },
        registry: Registry {
            previous_certificate_until: None,
            tickets: Vec::new(),
            withdrawals: Vec::new(),
            person: Person {
                name: "模擬　太郎".to_owned(),
                kana: "モギ　タロウ".to_owned(),
                birth_date: date("1985-06-15"),
                sex: Sex::Male,
                address: Some("架空県".to_owned()),
                postcode: Some("000-0001".to_owned()),
            },
            registration: Some(Registration {
                place: RegistrationPlace::Portal,
                cancelled: false,
            }),
            qualifications: vec![qualification()],
            withheld_by: Vec::new(),
            undisclosed_by: Vec::new(),
            certificate: Default::default(),
            limit: None,
            specific_diseases: Vec::new(),
            medical: Vec::new(),
            earlier_consents: Vec::new(),
        },
    }
}

pub fn qualification() -> Qualification {
    Qualification {
        class: CardClass::General,
        lost_because: None,
        insurer: "01139999".to_owned(),
        insurer_name: "模擬健康保険組合".to_owned(),
        symbol: "１２３".to_owned(),
        number: "４５".to_owned(),
        branch: None,
        relation: Relation::Insured,
        from: "2020-04-01".parse().unwrap(),
        until: None,
        share: 30,
        preschool: None,
        elderly: None,
    }
}

/// The alias of a PIN: 1234 is always the first.
pub fn pin(value: &str) -> Masked {
    let mut masker = Masker::default();
    for known in ["1234", "1111", "2222", "12345"] {
        masker.mask(known.as_bytes());
    }
    masker.mask(value.as_bytes())
}

pub struct Story {
    pub scenario: Scenario,
    pub roles: Roles,
    pub clock: String,
    entries: Vec<Entry>,
    visit: u32,
    at: Moment,
    /// Whether stimuli and steps are recorded.
    told: bool,
    /// Whether what people do is what a command is claimed to do.
    declared: bool,
    /// Who talks to the card: the reader, or a tester.
    at_the_card: Role,
}

impl Story {
    pub fn new(requirements: &[&str]) -> Story {
        let at: Moment = "2025-12-20T09:15+09:00".parse().unwrap();
        Story {
            scenario: Scenario {
                incidents: Vec::new(),
                id: "test".to_owned(),
                title: Text::new("試験", "test"),
                about: None,
                requirements: requirements.iter().map(|id| id.parse().unwrap()).collect(),
                tags: Vec::new(),
                under_test: UnderTest::Any,
                at,
                seed: 7,
                pace_ms: 2_000,
                site: Site::default(),
                people: vec![adult()],
                steps: Vec::new(),
            },
            roles: Roles {
                card: "virtual".to_owned(),
                reader: "process".to_owned(),
                backend: "embedded".to_owned(),
            },
            clock: "virtual".to_owned(),
            entries: Vec::new(),
            visit: 0,
            at,
            told: true,
            declared: false,
            at_the_card: Role::Reader,
        }
    }

    pub fn at(mut self, at: &str) -> Story {
        self.at = at.parse().unwrap();
        self.scenario.at = self.at;
        self
    }

    /// Nothing but card traffic is seen, of a card of which nothing is known.
    pub fn recorded(mut self) -> Story {
        self = self.observed();
        self.roles.card = "recorded".to_owned();
        self.roles.backend = "absent".to_owned();
        self.scenario.people.clear();
        self
    }

    /// Time passes.
    pub fn later(&mut self, ms: u64) -> &mut Story {
        self.at = self.at.plus_ms(ms);
        self
    }

    /// The reader is foreign software: neither stimuli nor screens are recorded.
    pub fn observed(mut self) -> Story {
        self.roles.reader = "observed".to_owned();
        self.told = false;
        self
    }

    /// The reader is a command of which only card traffic is seen, claimed to do what people do.
    pub fn declared(mut self) -> Story {
        self = self.observed();
        self.roles.backend = "absent".to_owned();
        self.told = true;
        self.declared = true;
        self
    }

    pub fn push(&mut self, from: Role, to: Role, re: Option<u64>, event: Event) -> u64 {
        let n = self.entries.len() as u64 + 1;
        self.at = self.at.plus_ms(100);
        self.entries.push(Entry {
            wire: None,
            n,
            at: self.at,
            visit: self.visit,
            from,
            to,
            re,
            by: None,
            elapsed_ms: None,
            event,
        });
        n
    }

    pub fn card_in(&mut self) -> &mut Story {
        self.visit += 1;
        let person = "adult".to_owned();
        self.push(
            Role::Patient,
            Role::Reader,
            None,
            Event::Card(CardEvent::Presented { person }),
        );
        self
    }

    pub fn card(&mut self, event: CardEvent) -> &mut Story {
        self.push(self.at_the_card, Role::Card, None, Event::Card(event));
        self
    }

    /// A tester puts the card into a reader of their own.
    pub fn probe_in(&mut self) -> &mut Story {
        self.at_the_card = Role::Tester;
        let person = "adult".to_owned();
        self.card(CardEvent::Presented { person })
    }

    /// The tester takes the card out.
    pub fn probe_out(&mut self) -> &mut Story {
        self.card(CardEvent::Removed);
        self.at_the_card = Role::Reader;
        self
    }

    pub fn card_out(&mut self) -> &mut Story {
        self.card(CardEvent::Removed)
    }

    pub fn act(&mut self, act: &str) -> &mut Story {
        let act: Vec<Step> = serde_saphyr::from_str(&format!("- {act}\n")).unwrap();
        let mut act = act.into_iter().next().unwrap();
        if let Step::EnterPin(Secret::Plain(value)) = &act {
            act = Step::EnterPin(Secret::Masked(pin(value)));
        }
        self.scenario.steps.push(act.clone());
        if self.told {
            let step = self.scenario.steps.len() - 1;
            let by_hand = matches!(act, Step::PresentCard(_) | Step::TakeCard);
            let from = match &act {
                Step::Desk(_) => Role::Desk,
                _ => Role::Patient,
            };
            self.push(
                from,
                Role::Reader,
                None,
                Event::Stimulus(Stimulus { step, act }),
            );
            if let Some(entry) = self
                .entries
                .last_mut()
                .filter(|_| self.declared && !by_hand)
            {
                entry.by = Some(By::Declared);
            }
        }
        self
    }

    /// The last stimulus is only claimed to have been given.
    pub fn claimed(&mut self) -> &mut Story {
        let last = self.entries.iter_mut().rev();
        let mut stimuli = last.filter(|entry| matches!(entry.event, Event::Stimulus(_)));
        stimuli.next().unwrap().by = Some(By::Declared);
        self
    }

    pub fn expect(&mut self, step: &str) -> &mut Story {
        let step: Vec<Step> = serde_saphyr::from_str(&format!("- {step}\n")).unwrap();
        self.scenario.steps.extend(step);
        let step = self.scenario.steps.len() - 1;
        self.note(Note::Reached { step })
    }

    pub fn note(&mut self, note: Note) -> &mut Story {
        self.push(Role::Harness, Role::Harness, None, Event::Note(note));
        self
    }

    pub fn screen(&mut self, screen: Screen) -> &mut Story {
        if self.told {
            self.push(Role::Reader, Role::Patient, None, Event::Screen(screen));
        }
        self
    }

    pub fn methods(&mut self) -> &mut Story {
        self.screen(Screen::ChooseMethod {
            methods: vec![Method::Face, Method::Pin],
        })
    }

    /// A command and its answer: `status`, or `gone` / `mute`.
    pub fn apdu(&mut self, apdu: &str, status: &str) -> &mut Story {
        self.apdu_with(apdu, None, status, &[])
    }

    pub fn apdu_with(
        &mut self,
        apdu: &str,
        secret: Option<Masked>,
        status: &str,
        data: &[u8],
    ) -> &mut Story {
        let apdu = Bytes(hex::decode(apdu.replace(' ', "")).unwrap());
        let command = Event::Command(CommandApdu {
            apdu,
            secret,
            convention: false,
        });
        let re = self.push(self.at_the_card, Role::Card, None, command);
        let is_status = status.len() == 4 && status != "gone" && status != "mute";
        let response = Event::Response(ResponseApdu {
            status: is_status.then(|| status.to_owned()),
            data: Bytes(data.to_vec()),
            withheld: None,
            lost: (!is_status).then(|| status.to_owned()),
        });
        self.push(Role::Card, self.at_the_card, Some(re), response);
        self
    }

    pub fn select(&mut self, file: &str) -> &mut Story {
        self.apdu(&format!("00a4020c02{file}"), "9000")
    }

    /// VERIFY of the user PIN, the JPKI application and 0018 being selected.
    pub fn verify(&mut self, value: &str, status: &str) -> &mut Story {
        let apdu = format!("00200080{:02x}", value.len());
        self.apdu_with(&apdu, Some(pin(value)), status, &[])
    }

    pub fn at_the_pin(&mut self) -> &mut Story {
        self.apdu(JPKI, "9000").select("0018")
    }

    pub fn ask(&mut self, from: Role, inquiry: Inquiry, reply: Reply) -> u64 {
        let re = self.push(from, Role::Backend, None, Event::Inquiry(inquiry));
        self.push(Role::Backend, from, Some(re), Event::Answer(reply));
        re
    }

    pub fn authenticate(&mut self, phase: Option<CertificatePhase>) -> &mut Story {
        self.authenticated(Answer::Authenticated(Authenticated {
            token: format!("token-{}", self.visit),
            registered: true,
            phase,
            earlier: Vec::new(),
        }))
    }

    pub fn authenticated(&mut self, answer: Answer) -> &mut Story {
        let inquiry = Inquiry::Authenticate {
            certificate: Bytes(vec![0x30, 0x01, 0x00]),
            challenge: Bytes(vec![1]),
            signature: Bytes(vec![2]),
            site: self.scenario.site.clone(),
            care: Care::Outpatient,
        };
        self.ask(Role::Reader, inquiry, Reply::Answer(answer));
        self
    }

    pub fn confirm(&mut self, answer: Answer) -> &mut Story {
        let inquiry = Inquiry::Confirm {
            token: format!("token-{}", self.visit),
            consents: Vec::new(),
            emergency: None,
        };
        self.ask(Role::Reader, inquiry, Reply::Answer(answer));
        self
    }

    /// Staff ask with the numbers of the patient.
    pub fn by_number(&mut self, limit_consent: bool, answer: Answer) -> &mut Story {
        let held = qualification();
        let inquiry = Inquiry::Number {
            disaster: None,
            key: NumberKey {
                insurer: held.insurer,
                symbol: held.symbol,
                number: held.number,
                branch: None,
                birth_date: self.scenario.people[0].registry.person.birth_date,
            },
            limit_consent,
            site: Site::default(),
        };
        self.ask(Role::Desk, inquiry, Reply::Answer(answer));
        self
    }

    pub fn transcript(&self) -> Transcript {
        Transcript {
            header: Header {
                format: FORMAT.to_owned(),
                simulation: SIMULATION.to_owned(),
                tool: "test".to_owned(),
                roles: self.roles.clone(),
                clock: self.clock.clone(),
                statement: None,
                scenario: self.scenario.clone(),
            },
            entries: self.entries.clone(),
        }
    }

    pub fn judgement(&self) -> Judgement {
        judge(&self.scenario, &self.transcript())
    }

    /// Returns the findings on a row for a subject, expectations apart.
    pub fn findings(&self, id: &str, subject: Subject) -> Vec<Finding> {
        let id = id.parse().unwrap();
        self.judgement()
            .findings
            .into_iter()
            .filter(|it| it.requirement == id && it.subject == subject && it.step.is_none())
            .collect()
    }

    /// Returns the worst verdict on a row for a subject.
    pub fn verdict(&self, id: &str, subject: Subject) -> Verdict {
        let findings = self.findings(id, subject);
        findings.iter().map(|it| it.verdict).max().unwrap()
    }

    pub fn reader(&self, id: &str) -> Verdict {
        self.verdict(id, Subject::Reader)
    }

    pub fn backend(&self, id: &str) -> Verdict {
        self.verdict(id, Subject::Backend)
    }
}

pub fn valid() -> Eligibility {
    Eligibility {
        tickets: Vec::new(),
        validity: Validity::Valid,
        person: Some(adult().registry.person),
        qualification: Some(qualification()),
        limit: None::<Limit>,
        specific_diseases: Vec::new(),
        consents: Vec::new(),
        side_information: None,
    }
}

pub fn answered(eligibility: Eligibility) -> Answer {
    Answer::Eligibility(Box::new(eligibility))
}
