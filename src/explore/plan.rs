//! A case before it is a scenario: who comes, when, under which circumstances, and what happens.

use jiff::civil::date;
use virtual_card::profile::Profile;

use super::border::Side;
use super::circumstance::{Circumstance, Ground};
use super::script;
use crate::eligibility::{EmergencyConsent, Moment, Text};
use crate::requirement;
use crate::scenario::{
    CardOverrides, Deck, Document, MedicalInquiryStep, NumberInquiryStep, PersonInquiryStep,
    RegistryOverrides, SiteChange, SiteOverrides, Span, UnderTest,
};

/// A case as it is drawn.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The moment at which it begins.
    pub at: Moment,
    /// The border at which that moment lies, if it was chosen for one.
    pub border: Option<(&'static str, Side)>,
    /// The patient, by name in the deck.
    pub person: &'static str,
    /// What is special.
    pub circumstances: Vec<Circumstance>,
    /// What happens, in order.
    pub acts: Vec<Act>,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Act {
    /// A visit with a card.
    Reception(Reception),
    /// A number inquiry; `true` where it is about the other person.
    Number(NumberInquiryStep, bool),
    /// A search by name.
    Person(PersonInquiryStep),
    /// A fetch of medical information.
    Medical(MedicalInquiryStep),
    /// A look into the portal.
    Portal,
    /// Time passes.
    Wait(Span),
    /// The next visit is elsewhere.
    GoTo(SiteChange),
    /// The registry changes.
    Change(Box<RegistryOverrides>),
}

/// How the patient proves who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By PIN, where the card has one.
    Pin,
    /// By face, where the card has a photo.
    Face,
    /// By the staff's eye.
    Visual,
}

/// A visit with a card: what the patient and staff do, as far as they are asked.
#[derive(Debug, Clone)]
pub struct Reception {
    /// The other person comes.
    pub other: bool,
    /// How identity is proven.
    pub proof: Proof,
    /// The answer to the offer of registration.
    pub registers: bool,
    /// "Agree to all", where it is asked.
    pub agrees_to_all: bool,
    /// The answers to the questions, in the order of `script::QUESTIONS`.
    pub answers: [bool; 4],
    /// Leaves a preset answer as it is.
    pub keeps_presets: bool,
    /// The answer to the question about the limit, before 2024-10-07.
    pub limit: bool,
    /// Staff make it an emergency, with this consent; always so in an ambulance.
    pub emergency: Option<EmergencyConsent>,
    /// Half of the card's signature is lost on its way (CERT-07).
    pub garbled: bool,
}

impl Plan {
    /// Makes the scenario of this plan. It lists a requirement that every answer decides, until it
    /// is known which one it is about.
    pub fn document(&self, deck: &Deck) -> Document {
        let document = Document {
            title: Text::new("探索した事例 (模擬)", "Explored case (SIMULATION)"),
            about: None,
            requirements: vec![requirement::Id::literal("ELIG-15")],
            tags: Vec::new(),
            under_test: UnderTest::Backend,
            at: self.at.to_string(),
            seed: 1,
            pace: Span::seconds(0),
            site: SiteOverrides::default(),
            card: CardOverrides {
                holder: Some(self.person.to_owned()),
                ..CardOverrides::default()
            },
            registry: RegistryOverrides::default(),
            others: Vec::new(),
            incidents: Vec::new(),
            steps: Vec::new(),
            cases: Vec::new(),
        };
        let mut ground = Ground {
            document,
            at: self.at,
            deck,
            birth: birth_of(deck, self.person),
        };
        for circumstance in &self.circumstances {
            circumstance.lay(&mut ground);
        }
        let mut document = ground.document;
        document.steps = script::steps(&self.acts, &document, self.at, deck);
        document
    }

    /// Returns the names of the circumstances, for the count of what was reached.
    pub fn circumstances(&self) -> impl Iterator<Item = &'static str> {
        self.circumstances.iter().map(Circumstance::name)
    }
}

/// Returns the card profile behind a person of the deck.
pub(super) fn profile_of(deck: &Deck, person: &str) -> Option<Profile> {
    let holder = deck.person(person)?.card.holder.clone()?;
    Profile::standard(&holder)
}

fn birth_of(deck: &Deck, person: &str) -> jiff::civil::Date {
    let profile = profile_of(deck, person);
    profile.map_or(date(1980, 1, 1), |profile| profile.holder.birth_date)
}
