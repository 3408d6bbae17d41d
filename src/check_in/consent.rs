//! Stage 4: the consent questions, each with an answer of its own (CONS-01).

use std::collections::VecDeque;

use super::{CheckIn, Effect, Event, Stage, Turn, Visit, ignored, inquire};
use crate::eligibility::{Consent, ConsentAnswer, ConsentKind, Moment};
use crate::rules;
use crate::screen::Screen;

/// Where the questions stand.
#[derive(Debug)]
pub(super) enum Step {
    /// "Agree to all?" is shown.
    All { kinds: Vec<ConsentKind> },
    /// A question is shown.
    One {
        kind: ConsentKind,
        rest: VecDeque<ConsentKind>,
    },
}

impl CheckIn {
    /// Begins the questions that site and day call for; where there are none, asks right away.
    pub(super) fn begin_consent(&mut self, visit: Visit, now: Moment) -> Turn {
        let day = visit.day(now);
        let kinds = rules::consent::questions(&self.site, day);
        if kinds.is_empty() {
            return inquire::confirm(visit);
        }
        if rules::consent::all_at_once(&self.site, day) {
            let screen = Screen::ConsentAll {
                kinds: kinds.clone(),
            };
            return (
                Stage::Consent(Step::All { kinds }, visit),
                vec![Effect::Show(screen)],
            );
        }
        next(kinds.into(), visit)
    }

    /// Takes an event while consent is asked for.
    pub(super) fn consent(&mut self, step: Step, mut visit: Visit, event: Event) -> Turn {
        match (step, event) {
            (Step::All { kinds }, Event::ConsentAnswered { kind: None, answer }) => match answer {
                ConsentAnswer::Agree => {
                    // Yes to every kind on offer (CONS-11).
                    visit.consents = kinds
                        .into_iter()
                        .map(|kind| Consent { kind, answer })
                        .collect();
                    inquire::confirm(visit)
                }
                ConsentAnswer::Refuse => next(kinds.into(), visit),
            },
            (
                Step::One { kind, rest },
                Event::ConsentAnswered {
                    kind: Some(answered),
                    answer,
                },
            ) if answered == kind => {
                visit.consents.push(Consent { kind, answer });
                next(rest, visit)
            }
            (Step::One { kind, rest }, Event::Continued) => match preset(&visit, kind) {
                // What was answered here before counts once this visit's step is passed (CONS-09).
                Some(answer) => {
                    visit.consents.push(Consent { kind, answer });
                    next(rest, visit)
                }
                None => ignored(Stage::Consent(Step::One { kind, rest }, visit)),
            },
            (step, _) => ignored(Stage::Consent(step, visit)),
        }
    }
}

fn preset(visit: &Visit, kind: ConsentKind) -> Option<ConsentAnswer> {
    visit
        .authenticated
        .as_ref()?
        .earlier
        .iter()
        .find(|consent| consent.kind == kind)
        .map(|consent| consent.answer)
}

fn next(mut kinds: VecDeque<ConsentKind>, visit: Visit) -> Turn {
    let Some(kind) = kinds.pop_front() else {
        return inquire::confirm(visit);
    };
    let screen = Screen::Consent {
        kind,
        preset: preset(&visit, kind),
    };
    (
        Stage::Consent(Step::One { kind, rest: kinds }, visit),
        vec![Effect::Show(screen)],
    )
}
