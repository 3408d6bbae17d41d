//! Shows a reception on the terminal: what the patient sees, the card, the exchange, and the
//! requirements as they are decided.
//!
//! It only reads transcripts and judgements. Scenarios and a way to play them come from outside,
//! through [`Stage`]; nothing here knows a runner, a reader or a backend. Going back in time is
//! moving a cursor in the transcript (design §1).
//!
//! Life of a key: `events` reads it, `keys` turns it into an `Action`, `Model::update` changes
//! the model and may ask for something (`Request`), `view` draws the model. Plays happen on a
//! worker thread and come back as messages.
//!
//! A reader that is observed is a second source of the same screen: [`follow`] shows a transcript
//! that still grows, and whoever observes tells it through a [`Teller`].

mod arrangement;
mod aside;
mod card;
mod decode;
pub(crate) mod describe;
mod detail;
mod events;
mod fields;
mod footer;
mod keys;
mod kiosk;
mod kiosk_view;
mod library;
mod library_view;
mod live;
mod live_view;
mod model;
mod pane;
mod play;
mod requirements;
mod scene;
mod sequence;
mod slider;
mod standing;
mod symbols;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod view;
mod worker;

use std::io;
use std::sync::Arc;

use crate::eligibility::{Moment, SiteKind, Text};
use crate::judge::Judgement;
use crate::requirement;
use crate::scenario::{Scenario, StepKind, UnderTest};
use crate::transcript::Transcript;
use crate::wording::Language;

pub use live::{Answer, News, Seen, Stand, Teller, stand};
pub use symbols::ENVIRONMENT as ASCII_ENVIRONMENT;

/// Where scenarios come from and who plays them.
pub trait Stage: Send + Sync {
    /// Returns every scenario that can be chosen, in the order in which to list them.
    fn scenarios(&self) -> Vec<Listed>;

    /// Plays a scenario to its end and judges it. Called on a worker thread; may take its time.
    ///
    /// # Errors
    ///
    /// What to tell the user where it could not be played.
    fn play(&self, id: &str) -> Result<(Transcript, Judgement), String>;
}

/// A scenario as the library lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Path without extension, with `#case` where the file has cases.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What the situation is about.
    pub about: Option<Text>,
    /// Tags.
    pub tags: Vec<String>,
    /// The purpose: these must be decided.
    pub requirements: Vec<requirement::Id>,
    /// What is judged.
    pub under_test: UnderTest,
    /// When it happens.
    pub at: Moment,
    /// Where it happens.
    pub site: SiteKind,
    /// The people: name in the deck, and name in the registry.
    pub people: Vec<(String, String)>,
    /// What happens, step by step.
    pub steps: Vec<&'static StepKind>,
}

impl Listed {
    /// Lists a scenario. Nothing secret is taken over.
    pub fn of(scenario: &Scenario) -> Listed {
        Listed {
            id: scenario.id.clone(),
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            tags: scenario.tags.clone(),
            requirements: scenario.requirements.clone(),
            under_test: scenario.under_test,
            at: scenario.at,
            site: scenario.site.kind,
            people: scenario
                .people
                .iter()
                .map(|patient| (patient.name.clone(), patient.registry.person.name.clone()))
                .collect(),
            steps: scenario.steps.iter().map(StepKind::of).collect(),
        }
    }
}

/// Shows the library, or plays `start` at once, until the user leaves.
///
/// Takes the terminal over and gives it back as it was: on leaving, on a panic, on SIGINT,
/// SIGTERM, SIGHUP, SIGQUIT (which then end the process as usual) and while it is stopped.
///
/// # Errors
///
/// Where the terminal cannot be used.
pub fn run(stage: Arc<dyn Stage>, start: Option<String>, language: Language) -> io::Result<()> {
    events::run(stage, start, language)
}

/// Shows a reception of `scenario` that goes on elsewhere, as `stand` hears of it, until the user
/// leaves or nothing more comes; `answer` takes what the user answers.
///
/// Takes the terminal over as [`run`] does, but a signal only ends it: what becomes of what goes
/// on is for the caller to say.
///
/// # Errors
///
/// Where the terminal cannot be used.
pub fn follow(
    stand: Stand,
    scenario: &Scenario,
    language: Language,
    mut answer: impl FnMut(Answer),
) -> io::Result<()> {
    events::follow(stand, scenario, language, &mut answer)
}
