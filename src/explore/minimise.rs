//! Makes a failing document smaller while it fails for the same reason: fewer steps, fewer
//! overrides, what is left back at what the deck says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::written::{document_of, members, value_of};
use crate::eligibility::Site;
use crate::scenario::Document;

/// How many documents are tried at most.
const TRIALS_MAX: usize = 600;
/// What the minimiser may cut, beside steps.
const CUT: [&str; 5] = ["site", "card", "registry", "others", "incidents"];

/// Returns a smaller document of which `fails` still says so, or the document itself.
pub fn minimise(document: &Document, fails: &mut dyn FnMut(&Document) -> bool) -> Document {
    let Some(mut value) = value_of(document) else {
        return document.clone();
    };
    // What was tried and does not fail is not tried again.
    let mut tried = BTreeSet::new();
    let mut changed = true;
    while std::mem::take(&mut changed) {
        let mut list = candidates(&value);
        let mut index = 0;
        while let Some(candidate) = list.get(index) {
            index += 1;
            if tried.len() >= TRIALS_MAX
                || size(candidate) >= size(&value)
                || !tried.insert(candidate.to_string())
                || !document_of(candidate).is_some_and(|document| fails(&document))
            {
                continue;
            }
            value = candidate.clone();
            list = candidates(&value);
            // What stood behind has moved up.
            index -= 1;
            changed = true;
        }
    }
    document_of(&value).unwrap_or_else(|| document.clone())
}

/// Fewer steps first, then less text.
fn size(value: &Value) -> (usize, usize) {
    (steps(value).len(), value.to_string().len())
}

fn steps(value: &Value) -> &[Value] {
    let steps = value.get("steps").and_then(Value::as_array);
    steps.map(Vec::as_slice).unwrap_or_default()
}

fn with_steps(value: &Value, steps: Vec<Value>) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.insert("steps".to_owned(), Value::Array(steps));
    }
    value
}

/// Returns smaller versions, the boldest first.
fn candidates(value: &Value) -> Vec<Value> {
    let mut found = visits_dropped(value);
    // At a border a minute earlier may be too early.
    found.extend(visits_recorded(value, "at - 1min"));
    found.extend(visits_recorded(value, "at"));
    found.extend(questions_dropped(value));
    let steps = steps(value);
    for index in 0..steps.len() {
        let rest = steps
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        found.push(with_steps(
            value,
            rest.map(|(_, step)| step.clone()).collect(),
        ));
    }
    for key in CUT {
        let Some(part) = value.get(key) else { continue };
        if key != "card" {
            let mut without = value.clone();
            if let Some(object) = without.as_object_mut() {
                object.shift_remove(key);
            }
            found.push(without);
        }
        for cut in cuts(part) {
            let mut with = value.clone();
            if let Some(object) = with.as_object_mut() {
                object.insert(key.to_owned(), cut);
            }
            found.push(with);
        }
    }
    found.extend(cut_inside_steps(value));
    found
}

/// Leaves out a whole visit, from the card's coming to its going, and everything but one visit.
fn visits_dropped(value: &Value) -> Vec<Value> {
    let all = steps(value);
    let mut found = Vec::new();
    let mut begun = None;
    for (index, step) in all.iter().enumerate() {
        if step == &json!("present-card") || step.get("present-card").is_some() {
            begun = Some(index);
        }
        if let (Some(first), true) = (begun, step == &json!("take-card")) {
            let outside = all
                .iter()
                .enumerate()
                .filter(|(at, _)| *at < first || index < *at);
            found.push(with_steps(
                value,
                outside.map(|(_, step)| step.clone()).collect(),
            ));
            let inside = all.get(first..=index).unwrap_or_default();
            found.push(with_steps(value, inside.to_vec()));
            begun = None;
        }
    }
    found
}

/// Puts the consent of a visit on record in place of the visit, given at the site where the scenario
/// begins.
fn visits_recorded(value: &Value, when: &str) -> Vec<Value> {
    let all = steps(value);
    let last = all.iter().position(|step| step == &json!("take-card"));
    let first = all.iter().position(|step| step == &json!("present-card"));
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    let (Some(inside), Some(behind)) = (all.get(first..last), all.get(last + 1..)) else {
        return Vec::new();
    };
    let before = all.get(..first).unwrap_or_default();
    let consents = inside.iter().filter_map(|step| {
        let (answer, kind) = ["agree", "refuse"]
            .into_iter()
            .find_map(|answer| Some((answer, step.get(answer)?)))?;
        (kind != "all" && kind != "limit").then(|| consent(value, when, kind, answer))
    });
    let mut recorded = with_steps(value, [before, behind].concat());
    let mut registry = members(value, "registry").cloned().unwrap_or_default();
    let earlier = registry.get("earlier-consents").and_then(Value::as_array);
    let mut earlier = earlier.cloned().unwrap_or_default();
    earlier.extend(consents);
    registry.insert("earlier-consents".to_owned(), Value::Array(earlier));
    if let Some(object) = recorded.as_object_mut() {
        object.insert("registry".to_owned(), Value::Object(registry));
    }
    vec![recorded]
}

fn consent(value: &Value, when: &str, kind: &Value, answer: &str) -> Value {
    let site = members(value, "site");
    let institution = site.and_then(|site| site.get("institution")).cloned();
    let institution = institution.unwrap_or_else(|| json!(Site::default().institution));
    let mut entry =
        json!({ "institution": institution, "at": when, "kind": kind, "answer": answer });
    let care = match site
        .and_then(|site| site.get("kind"))
        .and_then(Value::as_str)
    {
        Some("home-visit") => Some("home-visit"),
        Some("online-care") => Some("online"),
        _ => None,
    };
    if let (Some(entry), Some(care)) = (entry.as_object_mut(), care) {
        entry.insert("care".to_owned(), json!(care));
    }
    entry
}

/// Lets the site put fewer questions, and takes the answers to the others away.
fn questions_dropped(value: &Value) -> Vec<Value> {
    let kinds = ["care", "checkup", "surgery", "specific-disease", "limit"];
    let asked = |step: &Value, kind: &str| {
        ["agree", "refuse"]
            .iter()
            .any(|key| step.get(key) == Some(&json!(kind)))
    };
    let with_offers = |offers: Vec<&str>| {
        let kept = steps(value).iter().filter(|step| {
            !kinds
                .iter()
                .any(|kind| asked(step, kind) && !offers.contains(kind))
        });
        let mut with = with_steps(value, kept.cloned().collect());
        let mut site = members(value, "site").cloned().unwrap_or_default();
        site.insert("offers".to_owned(), json!(offers));
        if let Some(object) = with.as_object_mut() {
            object.insert("site".to_owned(), Value::Object(site));
        }
        with
    };
    let mut found = vec![with_offers(Vec::new())];
    found.extend(kinds.iter().map(|kind| with_offers(vec![kind])));
    found
}

/// Returns versions of a value with one member or element less, at any depth.
fn cuts(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(object) => {
            let mut found = Vec::new();
            for (key, inner) in object {
                let mut without = object.clone();
                without.shift_remove(key);
                found.push(Value::Object(without));
                for cut in cuts(inner) {
                    let mut with = object.clone();
                    with.insert(key.clone(), cut);
                    found.push(Value::Object(with));
                }
            }
            found
        }
        Value::Array(items) => {
            let mut found = Vec::new();
            for index in 0..items.len() {
                let mut without = items.clone();
                let item = without.remove(index);
                found.push(Value::Array(without));
                for cut in cuts(&item) {
                    let mut with = items.clone();
                    if let Some(place) = with.get_mut(index) {
                        *place = cut;
                    }
                    found.push(Value::Array(with));
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

fn cut_inside_steps(value: &Value) -> Vec<Value> {
    let all = steps(value);
    let mut found = Vec::new();
    for (index, step) in all.iter().enumerate() {
        for cut in cuts(step) {
            let mut with = all.to_vec();
            if let Some(place) = with.get_mut(index) {
                *place = cut;
            }
            found.push(with_steps(value, with));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Step;

    fn document(steps: &str) -> Document {
        let text = format!(
            "title: {{ ja: あ, en: a }}\nrequirements: [ELIG-15]\nat: 2025-12-20T09:15+09:00\n\
             site: {{ kind: hospital }}\ncard: {{ holder: adult, photo: false }}\nsteps: [{steps}]\n"
        );
        Document::parse(&text, "test").unwrap()
    }

    #[test]
    fn what_does_not_matter_goes() {
        let before = document(
            "open-portal, present-card, choose: pin, agree: care, take-card, present-card, take-card",
        );
        let after = minimise(&before, &mut |document| {
            document.steps.contains(&Step::OpenPortal(None)) && document.card.photo.is_some()
        });
        assert_eq!(after.steps, [Step::OpenPortal(None)]);
        assert_eq!(after.site.kind, None);
        assert_eq!(after.card.photo, Some(false));
    }

    #[test]
    fn a_question_goes_with_its_answer() {
        let before = document("present-card, agree: care, refuse: checkup, take-card");
        let asks = |document: &Document, kind: &str| {
            let offers = document.site.offers.clone();
            let asked = offers.is_none_or(|it| it.iter().any(|it| format!("{it:?}") == kind));
            let answers = format!("{:?}", document.steps).contains(kind);
            asked == answers
        };
        let after = minimise(&before, &mut |document| {
            document.steps.contains(&Step::TakeCard)
                && asks(document, "Care")
                && asks(document, "Checkup")
        });
        assert_eq!(after.steps, [Step::TakeCard]);
    }

    #[test]
    fn what_cannot_be_cut_stays() {
        let before = document("present-card, take-card");
        assert_eq!(minimise(&before, &mut |_| false), before);
    }
}
