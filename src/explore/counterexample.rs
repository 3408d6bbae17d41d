//! From a case that fails to the smallest scenario that fails for the same reason, as a file.

use proptest::strategy::ValueTree;
use serde_json::json;

use super::draw;
use super::minimise::minimise;
use super::plan::Plan;
use super::relation::Relation;
use super::script::HOLDS_ANYWAY;
use super::search::{Explorer, Key, name};
use super::trial::{Outcome, Played, Stage, is_breach};
use super::written::yaml_of;
use crate::eligibility::{Answer, MedicalKind, Text, Validity};
use crate::requirement::catalogue;
use crate::runner;
use crate::scenario::{Document, ParseError, Playable, ScreenExpectation, Source, Step};
use crate::screen::ScreenId;
use crate::transcript::Event;

/// How often the plan is simplified at most, before the document is cut.
const SIMPLIFIED_MAX: usize = 60;

/// The smallest case that fails for one reason.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// The id, and the file's name without extension.
    pub id: String,
    /// The scenario.
    pub document: Document,
    /// The scenario as a file.
    pub yaml: String,
}

/// No counterexample could be made.
#[derive(Debug, thiserror::Error)]
pub enum NoCounterexample {
    /// The case does not fail any more: the backend answers the same case differently.
    #[error(
        "case {0} did not fail for {1} when it was played again: the backend is not repeatable"
    )]
    NotRepeatable(u32, crate::requirement::Id),
    /// The file could not be written as text.
    #[error("the scenario of case {0} could not be written as YAML")]
    Unwritten(u32),
}

impl Explorer {
    /// Makes the smallest scenario that fails for the same reason as a case.
    ///
    /// # Errors
    ///
    /// [`NoCounterexample`] where the case does not fail again, or cannot be written.
    pub fn counterexample(&self, case: u32, key: Key) -> Result<Counterexample, NoCounterexample> {
        let lost = || NoCounterexample::NotRepeatable(case, key.requirement);
        let plans = draw::plans();
        let mut tree = draw::draw(&plans, self.seed, case).ok_or_else(lost)?;
        let document = |plan: &Plan| plan.document(&self.stage.deck);
        if !self.fails(&document(&tree.current()), key) {
            return Err(lost());
        }
        let plan = simplify(tree.as_mut(), |plan| self.fails(&document(plan), key));
        let smallest = minimise(&document(&plan), &mut |document| self.fails(document, key));
        let document = self.explained(smallest, case, key);
        let yaml = yaml_of(&document).ok_or(NoCounterexample::Unwritten(case))?;
        Ok(Counterexample {
            id: name(self.seed, case),
            document,
            yaml,
        })
    }

    /// Tells whether a document fails for this reason.
    pub fn fails(&self, document: &Document, key: Key) -> bool {
        match key.relation.and_then(Relation::named) {
            Some(relation) => relation.broken_by(&self.stage, document).is_some(),
            None => match self.stage.try_out(document, "explore") {
                Outcome::Played(played) => played.breaches().contains(&key.requirement),
                _ => false,
            },
        }
    }

    /// Plays a scenario file and tells whether it fails for this reason.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the text is no scenario.
    pub fn confirms(&self, yaml: &str, origin: &str, key: Key) -> Result<bool, ParseError> {
        let source = Source {
            id: origin.to_owned(),
            origin: origin.to_owned(),
            text: yaml.to_owned(),
        };
        let playables = source.playables(&self.stage.deck, self.stage.now)?;
        if key.relation.is_some() {
            return Ok(self.fails(&Document::parse(yaml, origin)?, key));
        }
        Ok(playables
            .iter()
            .any(|playable| match self.stage.play(playable) {
                Outcome::Played(played) => played
                    .findings
                    .iter()
                    .any(|finding| is_breach(finding) && finding.requirement == key.requirement),
                _ => false,
            }))
    }

    /// Says in the document what it shows, and what a sound backend answers where the row is dated.
    fn explained(&self, mut document: Document, case: u32, key: Key) -> Document {
        let id = key.requirement;
        let row = catalogue().by_id(id);
        let title = row.map_or_else(|| Text::new("", ""), |row| row.title.clone());
        document.title = Text::new(
            format!("探索で見つかった違反 {id}: {} (模擬)", title.ja),
            format!("Found by exploration, {id}: {} (SIMULATION)", title.en),
        );
        let seed = self.seed;
        let (ja, en) = match key.relation.and_then(Relation::named) {
            None => (String::new(), String::new()),
            Some(it) => (
                format!("関係「{}」による。", it.ja),
                format!(" By the relation \"{}\".", it.en),
            ),
        };
        document.about = Some(Text::new(
            format!("シード{seed}の事例{case}を縮めたもの。{ja}"),
            format!("Case {case} of seed {seed}, made smaller.{en}"),
        ));
        let before = document.requirements.clone();
        document.requirements = vec![id];
        document.steps.retain(|step| *step != HOLDS_ANYWAY);
        document.tags = vec!["explored".to_owned()];
        if self.stage.playable(&document, "x").is_ok() {
            return document;
        }
        let stated = stated(&self.stage, &document);
        if let Some(stated) = stated {
            let last = document.steps.last() == Some(&Step::TakeCard);
            let at = document.steps.len().saturating_sub(usize::from(last));
            document.steps.insert(at, stated);
        }
        if self.stage.playable(&document, "x").is_err() {
            // Better a file that plays under another purpose than none.
            document.requirements = before;
        }
        document
    }
}

/// Follows the tree of the plan to a simpler one for which `fails` still holds.
fn simplify(tree: &mut dyn ValueTree<Value = Plan>, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut simplest = tree.current();
    let mut tried = 0;
    while tried < SIMPLIFIED_MAX && tree.simplify() {
        loop {
            tried += 1;
            let plan = tree.current();
            if fails(&plan) {
                simplest = plan;
                break;
            }
            if tried >= SIMPLIFIED_MAX || !tree.complicate() {
                return simplest;
            }
        }
    }
    simplest
}

/// Returns what our own backend answers in this situation, as a step that states it.
fn stated(stage: &Stage, document: &Document) -> Option<Step> {
    let sound = Stage {
        options: runner::Options::default(),
        ..stage.clone()
    };
    let playable = lenient(&sound, document)?;
    let Outcome::Played(played) = sound.play(&playable) else {
        return None;
    };
    let mut validity: Option<Validity> = None;
    let mut refused = None;
    let mut medical: Vec<MedicalKind> = Vec::new();
    for answer in played.answers() {
        match answer {
            Answer::Eligibility(answer) => (validity, refused) = (Some(answer.validity), None),
            Answer::Refused(refusal) if validity.is_none() => refused = Some(refusal.ground),
            Answer::Medical(answer) if !answer.records.is_empty() => medical.push(answer.kind),
            _ => {}
        }
    }
    let fields = match (validity, refused) {
        (Some(validity), _) if medical.is_empty() => {
            json!({ "validity": validity, "medical": "none" })
        }
        (Some(validity), _) => json!({ "validity": validity, "medical": medical }),
        (None, Some(ground)) => json!({ "refused": ground }),
        (None, None) => return last_screen(&played).map(Step::ExpectScreen),
    };
    serde_json::from_value(fields).ok().map(Step::ExpectAnswer)
}

/// Returns the last screen that stays until somebody acts.
fn last_screen(played: &Played) -> Option<ScreenExpectation> {
    let passing = [ScreenId::InsertCard, ScreenId::Checking, ScreenId::TakeCard];
    let mut shown = played
        .transcript
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Screen(screen) => Some(screen.id()),
            _ => None,
        });
    let last = shown.rfind(|id| !passing.contains(id))?;
    Some(ScreenExpectation::Id(last))
}

/// Resolves a document although it does not yet state what a dated rule demands.
fn lenient(stage: &Stage, document: &Document) -> Option<Playable> {
    let playables = document
        .resolve("explore-sound", &stage.deck, stage.now)
        .ok()?;
    playables.into_iter().next()
}
