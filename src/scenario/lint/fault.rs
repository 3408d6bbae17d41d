//! What is wrong with the faults that a scenario injects.

use super::{Lint, LintLevel, push};
use crate::scenario::Scenario;
use crate::scenario::load::PathItem::{Index, Key};
use crate::scenario::step::{BackendFaultKind, FaultStep, Step};

/// A backend that decides wrongly does so in a way that has a name, at every inquiry from there on.
pub(super) fn faults(scenario: &Scenario, lints: &mut Vec<Lint>) {
    for (index, step) in scenario.steps.iter().enumerate() {
        let Step::Fault(FaultStep::Backend(fault)) = step else {
            continue;
        };
        let wrong = fault.what == BackendFaultKind::Wrong;
        let message = if wrong && fault.name.is_none() {
            "`wrong` needs the `name` of a fault of a backend; `uketsuke list faults` has them"
        } else if wrong && (fault.always || fault.inquiry.is_some()) {
            "a backend that is `wrong` is so at every inquiry from here on; leave `inquiry` and `always` out"
        } else if !wrong && fault.name.is_some() {
            "only `wrong` takes a `name`"
        } else {
            continue;
        };
        let path = [Key("steps"), Index(index)];
        push(lints, LintLevel::Error, &path, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;

    fn lints(fault: &str) -> usize {
        let library = Library::bundled().unwrap();
        let source = library.sources().iter().find(|it| it.id == "pin/correct");
        let now = "2026-11-21T09:00:00+09:00".parse().unwrap();
        let mut playables = source.unwrap().playables(library.deck(), now).unwrap();
        let mut scenario = playables.remove(0).scenario;
        let step = format!("- fault: {{ backend: {{ {fault} }} }}\n");
        let steps: Vec<Step> = serde_saphyr::from_str(&step).unwrap();
        scenario.steps.extend(steps);
        let mut found = Vec::new();
        faults(&scenario, &mut found);
        found.len()
    }

    #[test]
    fn a_wrong_backend_needs_a_name_and_nothing_else() {
        assert_eq!(lints("what: wrong, name: grace-forgotten"), 0);
        assert_eq!(lints("what: down, inquiry: confirm, always: true"), 0);
        assert_eq!(lints("what: wrong"), 1);
        assert_eq!(lints("what: wrong, name: x, always: true"), 1);
        assert_eq!(lints("what: wrong, name: x, inquiry: confirm"), 1);
        assert_eq!(lints("what: down, name: x"), 1);
    }
}
