//! The rules that catch no fault, each with its reason.

use crate::eligibility::Text;
use crate::requirement::{Id, Subject};

/// Rule, subject, and why no fault is planted that breaks it.
const EXEMPT: &[(&str, Subject, &str, &str)] = &[(
    "EMG-01",
    Subject::Backend,
    "拒否の後は当方の読取機が何も照会しないので、照会先の誤りは現れない",
    "our reader asks nothing after a refusal, so no backend gets the chance to answer",
)];

/// Returns why no fault is planted that breaks this rule for this subject.
pub(super) fn reason(id: Id, subject: Subject) -> Option<Text> {
    EXEMPT
        .iter()
        .find(|(exempt, whose, ..)| Id::literal(exempt) == id && *whose == subject)
        .map(|(.., ja, en)| Text::new(*ja, *en))
}

/// Returns why a rule that is only recommended needs no fault.
pub(super) fn recommendation() -> Text {
    Text::new(
        "推奨事項なので、誤りを仕込むことを求めない",
        "a `should`, of which no planted fault is asked",
    )
}
