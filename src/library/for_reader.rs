//! Which scenarios a vendor's reader can be walked through today.
//!
//! Such a reader has no date that could be set, and nothing of what surrounds it can be arranged:
//! it meets our card and people. So no scenario that states a date, and none in which the world
//! changes, the backend goes wrong, or a tester takes the card.

use super::Library;
use crate::eligibility::Moment;
use crate::requirement::{Subject, catalogue};
use crate::scenario::{
    Actor, DeskStep, Document, FaultStep, ParseError, Playable, Scenario, Source, Step, UnderTest,
};

impl Library {
    /// Returns the scenarios that apply to a reader under test, moved to the moment `now`: each
    /// lists a requirement of readers that is in force then.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where a file is broken; of a bundled one a test excludes it.
    pub fn for_reader(&self, now: Moment) -> Result<Vec<Playable>, ParseError> {
        let mut all = Vec::new();
        for source in &self.sources {
            all.extend(self.moved(source, now)?);
        }
        all.retain(|playable| {
            applies(&playable.scenario, now) && meets_a_reader(&playable.scenario)
        });
        Ok(all)
    }

    /// Returns a file's scenarios at the moment `now`; none where it cannot be moved there. One
    /// from a time in which other rules were in force is no scenario of today.
    fn moved(&self, source: &Source, now: Moment) -> Result<Vec<Playable>, ParseError> {
        let Ok(document) = Document::parse(&source.text, &source.origin)?.today() else {
            return Ok(Vec::new());
        };
        let of_now =
            |written: &Playable| catalogue().is_same_on(written.scenario.at.day(), now.day());
        let written = self.playables(source, now)?.into_iter().filter(of_now);
        let ids: Vec<String> = written.map(|it| it.scenario.id).collect();
        let moved = document.resolve(&source.id, &self.deck, now);
        let mut moved = moved.unwrap_or_default();
        moved.retain(|playable| ids.contains(&playable.scenario.id));
        Ok(moved)
    }
}

/// Tells whether the scenario is there for a requirement of readers that is in force.
fn applies(scenario: &Scenario, now: Moment) -> bool {
    let judges_readers = matches!(scenario.under_test, UnderTest::Any | UnderTest::Reader);
    let of_readers = |id: &_| {
        catalogue()
            .by_id(*id)
            .is_some_and(|row| row.concerns(Subject::Reader) && row.in_force(now.day()))
    };
    judges_readers && scenario.requirements.iter().any(of_readers)
}

/// Tells whether everything that happens is a card at a reader, and people.
fn meets_a_reader(scenario: &Scenario) -> bool {
    let beyond = |step: &Step| match step {
        Step::Fault(FaultStep::Card(_)) => false,
        Step::Fault(FaultStep::Backend(_))
        | Step::OpenPortal(_)
        | Step::Desk(
            DeskStep::NoCard
            | DeskStep::NumberInquiry(_)
            | DeskStep::PersonInquiry(_)
            | DeskStep::MedicalInquiry(_),
        ) => true,
        step => matches!(step.kind().actor, Actor::World | Actor::Tester),
    };
    let presents = |step: &Step| matches!(step, Step::PresentCard(_));
    scenario.steps.iter().any(presents) && !scenario.steps.iter().any(beyond)
}
