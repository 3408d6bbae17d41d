//! What a file says of insurance and cannot be.

use jiff::Span;
use jiff::civil::Date;

use super::super::load::PathItem::{self, Index, Key};
use super::super::{Patient, Scenario};
use super::{Lint, LintLevel, push};
use crate::eligibility::Qualification;

/// Refuses what no registry holds, for each person of a scenario.
pub(super) fn insurance(scenario: &Scenario, lints: &mut Vec<Lint>) {
    let day = scenario.at.day();
    for (index, patient) in scenario.people.iter().enumerate() {
        let mut path = Vec::new();
        if let Some(other) = index.checked_sub(1) {
            path.extend([Key("others"), Index(other)]);
        }
        path.push(Key("registry"));
        for (key, problem) in problems(patient, day) {
            let mut path: Vec<PathItem> = path.clone();
            path.push(Key(key));
            push(lints, LintLevel::Error, &path, problem);
        }
    }
}

fn problems(patient: &Patient, day: Date) -> Vec<(&'static str, String)> {
    let registry = &patient.registry;
    let mut problems = Vec::new();
    if let Some(limit) = &registry.limit {
        let problem = unknown_class(&limit.class).or_else(|| {
            let holds = limit.from <= day && day <= limit.until;
            holds.then(|| unfit_class(&limit.class, patient, day))?
        });
        problems.extend(problem.map(|problem| ("limits", problem)));
    }
    for one in &registry.qualifications {
        if one.lost_because.is_some() && one.until.is_none() {
            let problem = "lost-because without a last day; add until, such as until: at - 20d";
            problems.push(("qualifications", problem.to_owned()));
        }
    }
    for disease in &registry.specific_diseases {
        if !matches!(disease.category.as_str(), "1" | "2" | "3") {
            let problem = format!(
                "category {:?}: a specific disease is 1 (dialysis), 2 (haemophilia) or 3 (HIV)",
                disease.category
            );
            problems.push(("specific-diseases", problem));
        }
    }
    for ticket in &registry.tickets {
        if !digits(&ticket.payer, 8) || !digits(&ticket.recipient, 7) {
            let problem = format!(
                "payer {:?}, recipient {:?}: a payer number has 8 digits and a recipient number 7",
                ticket.payer, ticket.recipient
            );
            problems.push(("tickets", problem));
        }
    }
    problems
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Says so where a class is not in the table (OQSCD012).
fn unknown_class(class: &str) -> Option<String> {
    let known = class
        .split_at_checked(1)
        .and_then(|(letter, number)| {
            let number: u8 = number.parse().ok().filter(|_| digits(number, 2))?;
            Some((letter, number))
        })
        .is_some_and(|(letter, number)| match letter {
            "A" => (1..=6).contains(&number),
            "B" => (1..=10).contains(&number),
            _ => false,
        });
    (!known)
        .then(|| format!("class {class:?}: the classes of a limit are A01 to A06 and B01 to B10"))
}

/// Says so where a class is not for the person's age (OQSCD012). In the month of the 70th birthday
/// either letter may stand.
fn unfit_class(class: &str, patient: &Patient, day: Date) -> Option<String> {
    let birth = patient.registry.person.birth_date;
    let turns = |years: i16| birth.saturating_add(Span::new().years(years));
    let late = day >= turns(75) || late_elderly(&patient.registry.qualifications, day);
    let fits = match class {
        "B04" => day >= turns(70) && !late,
        "B09" | "B10" => late,
        _ if class.starts_with('A') => day <= turns(70).last_of_month() && !late,
        _ => day >= turns(70) || late,
    };
    (!fits).then(|| {
        format!(
            "class {class} is not for somebody born on {birth}: A01 to A06 are for people under 70, B01 to B08 for those from 70 on, B04 to 74 only, B09 and B10 for 後期高齢者"
        )
    })
}

/// Tells whether the person is with a 後期高齢者医療広域連合, which people with a disability may be
/// from 65 on. That such insurer numbers begin with 39 is common knowledge (法別番号), not in the
/// reference documents.
fn late_elderly(qualifications: &[Qualification], day: Date) -> bool {
    qualifications
        .iter()
        .any(|one| one.holds_on(day) && one.insurer.len() == 8 && one.insurer.starts_with("39"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_six_classes_under_70_and_ten_from_70_on() {
        for class in ["A01", "A06", "B01", "B10"] {
            assert_eq!(unknown_class(class), None, "{class}");
        }
        for class in ["A00", "A07", "B11", "C01", "A1", "A001", "あ01", ""] {
            assert!(unknown_class(class).is_some(), "{class}");
        }
    }
}
