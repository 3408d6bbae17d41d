//! The exchange folder with real folders: messages, the adapter `oqs:DIR`, and the answering side.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod adapter;
mod answering;
mod any;
mod bad_input;
mod control;
mod document;
#[path = "../any/domain.rs"]
mod domain;
mod foreign;
mod messages;

use std::path::Path;

use uketsuke::backend::embedded::Embedded;
use uketsuke::backend::oqs::encoding::{Encoding, decode};
use uketsuke::backend::{Asked, World};
use uketsuke::eligibility::{
    ConsentAnswer, ConsentKind, EarlierConsent, Inquiry, MedicalTicket, Moment, Person, Sex,
    TicketKind, Treatment,
};
use uketsuke::library::Library;
use uketsuke::scenario::{Patient, Source};
use uketsuke::serve::exchange_folder::{Answering, Spoil};

/// The institution of the requests.
pub const INSTITUTION: &str = "1399999999";

/// Returns the moment of the tests.
pub fn now() -> Moment {
    "2025-12-20T09:15:04+09:00".parse().unwrap()
}

/// Returns an adult with a record of her own: insurer 01139999, symbol １２３, number ４５６７８,
/// branch 00 (`scenarios/deck/adult.yaml`), and with consents and a ticket at the institution.
pub fn hanako() -> Patient {
    let source = Source {
        id: "made/hanako".to_owned(),
        origin: "made".to_owned(),
        text: "title: { ja: 模擬, en: Simulated }\nrequirements: [IDV-02]\nat: 2025-12-20T09:15+09:00\ncard: { holder: adult }\nsteps: [present-card, take-card]\n".to_owned(),
    };
    let library = Library::bundled().unwrap();
    let playable = source.playables(library.deck(), now()).unwrap().remove(0);
    let mut patient = playable.scenario.people[0].clone();
    patient.registry.person = Person {
        name: "模擬　花子".to_owned(),
        kana: "モギ　ハナコ".to_owned(),
        birth_date: jiff::civil::date(1985, 6, 15),
        sex: Sex::Female,
        address: Some("東京都模擬区髙町1-2-3".to_owned()),
        postcode: Some("100-9999".to_owned()),
    };
    patient.registry.earlier_consents = vec![EarlierConsent {
        care: uketsuke::eligibility::Care::Outpatient,
        institution: INSTITUTION.to_owned(),
        at: "2025-12-20T09:00:00+09:00".parse().unwrap(),
        kind: ConsentKind::Care,
        answer: ConsentAnswer::Agree,
    }];
    patient.registry.tickets = vec![MedicalTicket {
        kind: TicketKind::Care,
        month: "2025-12".to_owned(),
        from: jiff::civil::date(2025, 12, 1),
        until: jiff::civil::date(2025, 12, 31),
        number: "00000001".to_owned(),
        treatment: Treatment::Outpatient,
        payer: "12139999".to_owned(),
        recipient: "9999999".to_owned(),
        office: "模擬福祉事務所".to_owned(),
        institution: INSTITUTION.to_owned(),
        designated: None,
        self_pay: 0,
        combined: false,
    }];
    patient
}

/// A world behind a folder: our own backend, and a clock that stands.
pub struct Clinic {
    pub backend: Embedded,
    pub people: Vec<Patient>,
    pub now: Moment,
    pub spoil: Option<Spoil>,
    pub asked: Vec<(Inquiry, Moment)>,
}

impl Default for Clinic {
    fn default() -> Clinic {
        Clinic::with(vec![hanako()])
    }
}

impl Clinic {
    pub fn spoiling(spoil: Spoil) -> Clinic {
        Clinic {
            spoil: Some(spoil),
            ..Clinic::default()
        }
    }

    pub fn with(people: Vec<Patient>) -> Clinic {
        let mut backend = Embedded::new();
        backend.know(&World::new(&people, &[]));
        Clinic {
            backend,
            people,
            now: now(),
            spoil: None,
            asked: Vec::new(),
        }
    }
}

impl Answering for Clinic {
    fn now(&self) -> Moment {
        self.now
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, at: Moment) -> Asked<'a> {
        self.asked.push((inquiry.clone(), at));
        Box::pin(std::future::ready(Ok(self.backend.answer(inquiry, at))))
    }

    fn people(&self) -> Vec<Patient> {
        self.people.clone()
    }

    fn spoil(&mut self) -> Option<Spoil> {
        self.spoil
    }
}

/// Returns the names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Returns a result's text, after checking that its encoding is what both declarations say.
pub fn text_of(path: &Path, encoding: Encoding) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let decoded = decode(&bytes).unwrap();
    assert_eq!(decoded.declared.as_deref(), Some(encoding.label()));
    assert!(decoded.actual.is_none_or(|actual| actual == encoding));
    let code = format!(
        "<CharacterCodeIdentifier>{}</CharacterCodeIdentifier>",
        encoding.code()
    );
    assert!(decoded.text.contains(&code), "{}", decoded.text);
    decoded.text
}

/// Asserts that a text holds each of the elements.
pub fn assert_holds(text: &str, elements: &[&str]) {
    for element in elements {
        assert!(text.contains(element), "{element} is missing in\n{text}");
    }
}
