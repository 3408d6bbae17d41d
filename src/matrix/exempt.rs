//! The rules that catch no fault, each with its reason.

use crate::eligibility::Text;
use crate::requirement::{Id, Subject};

/// Rule, subject, and why no fault is planted that breaks it.
const EXEMPT: &[(&str, Subject, &str, &str)] = &[(
    "EMG-01",
    Subject::Backend,
    "拒否の後は当方のリーダーが何も照会しないので、照会先の誤りは現れない",
    "our reader asks nothing after a refusal, so no backend gets the chance to answer",
)];

/// Rules on readers of which this version has no faulty reader: the suite is one for backends.
const WITHOUT_A_FAULTY_READER: &[&str] = &["IDV-12", "IDV-19", "ELIG-08", "CHD-02"];

/// Returns why no fault is planted that breaks this rule for this subject.
pub(super) fn reason(id: Id, subject: Subject) -> Option<Text> {
    if subject == Subject::Reader
        && WITHOUT_A_FAULTY_READER
            .iter()
            .any(|exempt| Id::literal(exempt) == id)
    {
        return Some(Text::new(
            "この版には、これを破る誤ったリーダーがまだない",
            "this version has no faulty reader that breaks it yet",
        ));
    }
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
