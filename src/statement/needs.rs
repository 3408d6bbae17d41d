//! Which rows of the catalogue and which steps need which function of a reader.
//!
//! Which row rests on which function is a convention of this harness. A row that only forbids
//! rests on none: a reader without a face check still must not read the My Number.

use super::{Function, Phone};
use crate::eligibility::{ConsentKind, SiteKind};
use crate::requirement::Id;
use crate::scenario::{ConsentSubject, DeskStep, Scenario, Step};
use crate::screen::{Method, ScreenId};

const PHONES: &[Function] = &[
    Function::Phone(Phone::Android),
    Function::Phone(Phone::Iphone),
];
/// The ways that stay open without a PIN.
const WITHOUT_PIN: &[Function] = &[Function::Face, Function::VisualCheck];

/// The rows for a reader that ask for a function: one of those named is needed.
const ROWS: &[(&str, &[Function])] = &[
    ("IDV-07", WITHOUT_PIN),
    ("IDV-11", WITHOUT_PIN),
    ("IDV-13", &[Function::Face]),
    ("IDV-16", &[Function::Face]),
    ("IDV-19", &[Function::VisualCheck]),
    ("REG-01", &[Function::Registration]),
    ("REG-02", &[Function::Registration]),
    ("CONS-05", &[Function::Consent(ConsentKind::Checkup)]),
    ("CONS-06", &[Function::Consent(ConsentKind::Limit)]),
    ("CONS-09", &[Function::LastAnswers]),
    ("CONS-10", &[Function::Consent(ConsentKind::Surgery)]),
    ("CONS-11", &[Function::AgreeToAll]),
    (
        "EMG-01",
        &[Function::Emergency, Function::Site(SiteKind::Ambulance)],
    ),
    ("PHN-01", PHONES),
    ("PHN-02", PHONES),
    ("PHN-03", PHONES),
    ("PHN-04", PHONES),
    ("VAR-02", &[Function::Site(SiteKind::OnlineCare)]),
];

/// Returns the functions of which a row needs one; nothing where it needs none.
pub(super) fn of_row(id: Id) -> Option<&'static [Function]> {
    let row = ROWS.iter().find(|(row, _)| Id::literal(row) == id);
    row.map(|(_, needs)| *needs)
}

/// Returns what a scenario needs of a reader: one function of each.
pub(super) fn of_scenario(scenario: &Scenario) -> Vec<Vec<Function>> {
    let comes_to_the_reader = |step: &Step| {
        matches!(
            step,
            Step::PresentCard(_) | Step::Desk(DeskStep::NoCard | DeskStep::Emergency)
        )
    };
    if !scenario.steps.iter().any(comes_to_the_reader) {
        return Vec::new();
    }
    let mut needs = vec![vec![Function::Site(scenario.site.kind)]];
    if scenario.requirements.contains(&Id::literal("CONS-09")) {
        needs.push(vec![Function::LastAnswers]);
    }
    // Who is there is told by sight where an emergency is received: no mode of its own.
    let by_sight = scenario.site.kind == SiteKind::Ambulance
        || scenario
            .steps
            .iter()
            .any(|step| matches!(step, Step::Desk(DeskStep::Emergency)));
    for step in &scenario.steps {
        let of_step = of_step(scenario, step).into_iter();
        needs.extend(of_step.filter(|need| !(by_sight && need.contains(&Function::VisualCheck))));
    }
    needs
}

fn of_step(scenario: &Scenario, step: &Step) -> Vec<Vec<Function>> {
    match step {
        Step::PresentCard(name) => {
            let patient = scenario.patient(name.as_deref());
            let phone = patient.is_some_and(|it| it.card.physical_card.is_some());
            if phone {
                vec![PHONES.to_vec()]
            } else {
                Vec::new()
            }
        }
        Step::Choose(method) => of_method(*method),
        Step::ShowFace(_) => of_method(Method::Face),
        Step::Desk(DeskStep::VisualMode | DeskStep::VisualCheck(_)) => of_method(Method::Visual),
        Step::Desk(DeskStep::Emergency) => vec![vec![Function::Emergency]],
        Step::Register(_) => vec![vec![Function::Registration]],
        Step::Agree(subject) | Step::Refuse(subject) => vec![vec![of_subject(*subject)]],
        Step::GoTo(site) => site
            .kind
            .map(|kind| vec![Function::Site(kind)])
            .into_iter()
            .collect(),
        Step::ExpectScreen(expected) => {
            let fields = expected.fields();
            let mut needs: Vec<Vec<Function>> = of_screen(fields.id)
                .or(fields.kind.map(Function::Consent))
                .map(|function| vec![function])
                .into_iter()
                .collect();
            let methods = fields.methods.unwrap_or_default();
            needs.extend(methods.into_iter().flat_map(of_method));
            if fields.preset == Some(true) {
                needs.push(vec![Function::LastAnswers]);
            }
            needs
        }
        _ => Vec::new(),
    }
}

/// Every reader takes the PIN: it is no function of its own.
fn of_method(method: Method) -> Vec<Vec<Function>> {
    match method {
        Method::Face => vec![vec![Function::Face]],
        Method::Visual => vec![vec![Function::VisualCheck]],
        Method::Pin => Vec::new(),
    }
}

fn of_subject(subject: ConsentSubject) -> Function {
    subject
        .kind()
        .map_or(Function::AgreeToAll, Function::Consent)
}

fn of_screen(screen: ScreenId) -> Option<Function> {
    match screen {
        ScreenId::Face => Some(Function::Face),
        ScreenId::VisualCheck => Some(Function::VisualCheck),
        ScreenId::OfferRegistration => Some(Function::Registration),
        ScreenId::ConsentAll => Some(Function::AgreeToAll),
        ScreenId::ConsentLimit => Some(Function::Consent(ConsentKind::Limit)),
        _ => None,
    }
}
