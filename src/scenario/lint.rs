//! What is wrong or doubtful in a scenario that parses.

mod fault;
mod insurance;

use jiff::civil::Date;

use super::load::PathItem::{self, Index, Key};
use super::load::{ParseError, place_of};
use super::step::{DeskStep, Step};
use super::{Scenario, Source};
use crate::eligibility::SiteKind;
use crate::requirement::{self, Family, Period, catalogue};

/// How grave a lint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintLevel {
    /// The scenario can be played.
    Warning,
    /// The scenario is not played.
    Error,
}

/// One thing that is wrong or doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// How grave.
    pub level: LintLevel,
    /// The way to the place in the file.
    pub path: Vec<PathItem>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Lint {
    /// Returns the lint as an error at its place in the file.
    pub fn at(&self, source: &Source) -> ParseError {
        ParseError::at(
            &source.origin,
            &source.text,
            place_of(&source.text, &self.path),
            self.message.clone(),
        )
    }

    /// Returns what keeps a scenario from being played.
    pub fn errors(scenario: &Scenario) -> Vec<Lint> {
        Lint::all(scenario)
            .into_iter()
            .filter(|lint| lint.level == LintLevel::Error)
            .collect()
    }

    /// Returns everything, errors first.
    pub fn all(scenario: &Scenario) -> Vec<Lint> {
        let mut lints = Vec::new();
        visits(scenario, &mut lints);
        purpose(scenario, &mut lints);
        literals(scenario, &mut lints);
        card(scenario, &mut lints);
        insurance::insurance(scenario, &mut lints);
        fault::faults(scenario, &mut lints);
        lints.sort_by_key(|lint| std::cmp::Reverse(lint.level));
        lints
    }
}

fn push(lints: &mut Vec<Lint>, level: LintLevel, path: &[PathItem], message: impl Into<String>) {
    lints.push(Lint {
        level,
        path: path.to_vec(),
        message: message.into(),
    });
}

/// A visit begins and ends, and its steps stand inside it: else the scenario never finishes.
fn visits(scenario: &Scenario, lints: &mut Vec<Lint>) {
    let mut present: Option<usize> = None;
    for (index, step) in scenario.steps.iter().enumerate() {
        let path = [Key("steps"), Index(index)];
        let kind = step.kind();
        match (kind.card_in, present) {
            (Some(true), None) => push(
                lints,
                LintLevel::Error,
                &path,
                format!(
                    "`{}` needs a card in the reader; put `present-card` before it",
                    kind.name
                ),
            ),
            (Some(false), Some(_)) => push(
                lints,
                LintLevel::Error,
                &path,
                format!(
                    "`{}` while a card is in the reader; put `take-card` before it",
                    kind.name
                ),
            ),
            _ => {}
        }
        match step {
            Step::PresentCard(_) => present = Some(index),
            Step::TakeCard => present = None,
            _ => {}
        }
    }
    if let Some(index) = present {
        push(
            lints,
            LintLevel::Error,
            &[Key("steps"), Index(index)],
            "this visit never ends: the card stays in the reader. Add `take-card` at the end",
        );
    }
    if scenario.steps.is_empty() {
        push(
            lints,
            LintLevel::Error,
            &[Key("steps")],
            "nothing happens in this scenario; add steps, such as `- present-card` and `- take-card`",
        );
    }
}

/// Returns the days that the scenario reaches by waiting, its first among them.
fn days(scenario: &Scenario) -> Vec<Date> {
    let mut now = scenario.at;
    let mut days = vec![now.day()];
    for step in &scenario.steps {
        if let Step::Wait(span) = step
            && let Ok(later) = span.after(now)
        {
            now = later;
            days.push(now.day());
        }
    }
    days
}

/// The purpose is stated, known, and in force on a day of the scenario.
fn purpose(scenario: &Scenario, lints: &mut Vec<Lint>) {
    if scenario.requirements.is_empty() {
        push(
            lints,
            LintLevel::Error,
            &[Key("requirements")],
            "name at least one requirement that this scenario decides, such as [IDV-02]; `uketsuke list requirements` lists all",
        );
    }
    for (index, id) in scenario.requirements.iter().enumerate() {
        if let Some(requirement) = catalogue().by_id(*id)
            && !days(scenario).iter().any(|day| requirement.in_force(*day))
        {
            push(
                lints,
                LintLevel::Warning,
                &[Key("requirements"), Index(index)],
                format!(
                    "{id} is not in force on {}; it will be not applicable",
                    scenario.at.day()
                ),
            );
        }
    }
}

/// A scenario for a dated rule states what must come out: the judge shares no dates with us.
fn literals(scenario: &Scenario, lints: &mut Vec<Lint>) {
    let of_the_card =
        |step: &Step| matches!(step, Step::ExpectCertificate(_) | Step::ExpectCard(_));
    let states_validity = scenario.steps.iter().any(of_the_card);
    let validity = requirement::Id::literal("CERT-08");
    if scenario.requirements.contains(&validity) && !states_validity {
        push(
            lints,
            LintLevel::Error,
            &[Key("requirements")],
            format!(
                "{validity} is a dated rule: state what must come out, with expect-certificate or expect-card"
            ),
        );
        return;
    }
    let dated = scenario.requirements.iter().find(|id| {
        catalogue().by_id(**id).is_some_and(|requirement| {
            requirement.family == Family::Cert || requirement.period != Period::default()
        })
    });
    let literal = scenario.steps.iter().any(|step| {
        matches!(
            step,
            Step::ExpectAnswer(_) | Step::ExpectScreen(_) | Step::ExpectNoInquiry(_)
        ) || of_the_card(step)
    });
    if let Some(id) = dated
        && !literal
    {
        push(
            lints,
            LintLevel::Error,
            &[Key("requirements")],
            format!(
                "{id} is a dated rule: state what must come out, with expect-answer or expect-screen"
            ),
        );
    }
}

/// What the card says can be true (convention 12), and fits the site.
fn card(scenario: &Scenario, lints: &mut Vec<Lint>) {
    for patient in &scenario.people {
        if patient.card.not_after < patient.card.not_before {
            push(
                lints,
                LintLevel::Error,
                &[Key("card"), Key("user-certificate")],
                "the user certificate ends before it begins",
            );
        }
    }
    let emergency = scenario
        .steps
        .iter()
        .any(|step| matches!(step, Step::Desk(DeskStep::OralConsent(_))));
    if emergency && !matches!(scenario.site.kind, SiteKind::Ambulance | SiteKind::Hospital) {
        push(
            lints,
            LintLevel::Error,
            &[Key("site")],
            "spoken consent is recorded in an ambulance or at a hospital; set site: { kind: ambulance }",
        );
    }
}
