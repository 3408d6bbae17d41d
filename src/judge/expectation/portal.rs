//! Compares what the portal is expected to show with what it showed.

use crate::eligibility::{Answer, InquiryKind, PortalSection};
use crate::judge::difference::{portal as sections, word};
use crate::judge::facts::Facts;
use crate::judge::outcome::{Outcome, text};
use crate::scenario::PortalExpectation;

pub(in crate::judge) fn portal(facts: &Facts<'_>, n: u64, expected: &PortalExpectation) -> Outcome {
    let last = facts
        .exchanges
        .iter()
        .rev()
        .find(|exchange| exchange.n < n && exchange.inquiry.kind() == InquiryKind::Portal);
    let Some(exchange) = last else {
        return Outcome::open(
            &[n],
            text!(
                "マイナポータルは開かれていない",
                "the portal was never opened"
            ),
        );
    };
    let Some(Answer::Portal(view)) = exchange.answer() else {
        return Outcome::open(&exchange.entries(), crate::judge::cert::backend::silent());
    };
    let names = |shown: Vec<&PortalSection>| {
        let names: Vec<String> = shown.into_iter().map(word).collect();
        names.join(", ")
    };
    let missing: Vec<_> = expected
        .shown
        .iter()
        .filter(|it| !view.shown.contains(it))
        .collect();
    let extra: Vec<_> = expected
        .hidden
        .iter()
        .filter(|it| view.shown.contains(it))
        .collect();
    if missing.is_empty() && extra.is_empty() {
        return Outcome::pass(
            &exchange.entries(),
            text!(
                "期待どおりの表示だった",
                "the portal shows what was expected"
            ),
        );
    }
    let mut differences = sections(&expected.shown, &view.shown, true);
    differences.extend(sections(&expected.hidden, &view.shown, false));
    let (missing, extra) = (names(missing), names(extra));
    Outcome::fail(
        &exchange.entries(),
        text!(
            "マイナポータルの表示が期待と違う。ない: {missing} / 余計: {extra}",
            "the portal differs from what was expected; missing: {missing}; too much: {extra}"
        ),
    )
    .all_differ(differences)
}
