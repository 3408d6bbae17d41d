//! 自己情報提供不可 and 不開示 take information away and never add any.

use super::Relation;
use super::facts::told;
use crate::eligibility::Text;
use crate::explore::trial::Played;
use crate::requirement::Id;
use crate::scenario::{Document, Step};

/// What is told of somebody with a flag is told of them without it too, all else the same.
pub(super) const FLAGS_ONLY_WITHHOLD: Relation = Relation {
    name: "flags-only-withhold",
    requirement: Id::literal("DISC-07"),
    ja: "フラグは情報を減らすだけで、増やさない",
    en: "a flag only takes information away",
    variant,
    compare,
};

fn variant(document: &Document) -> Option<Document> {
    let changes = document
        .steps
        .iter()
        .any(|step| matches!(step, Step::ChangeRegistry(_)));
    let registry = &document.registry;
    let flagged = [&registry.withheld_by, &registry.undisclosed_by]
        .into_iter()
        .any(|flags| flags.as_ref().is_some_and(|flags| !flags.is_empty()));
    if changes || !flagged {
        return None;
    }
    let mut plain = document.clone();
    plain.registry.withheld_by = Some(Vec::new());
    plain.registry.undisclosed_by = Some(Vec::new());
    Some(plain)
}

fn compare(flagged: &Played, plain: &Played) -> Option<Text> {
    let plain = told(plain);
    let flagged = told(flagged);
    let more = flagged.difference(&plain).next()?;
    Some(Text::new(
        format!("フラグのない人には出ない情報が、フラグのある人には出る: {more}"),
        format!("told with a flag and not without it: {more}"),
    ))
}
