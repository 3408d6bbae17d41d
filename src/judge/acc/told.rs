//! ACC: what a reader tells of itself (rows 09 and 17); only a driver reports it.

use crate::judge::facts::{Facts, Visit};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Reader};
use crate::screen::Image;
use crate::transcript::Report;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("ACC-09", Reader, acc_09),
    rule("ACC-17", Reader, acc_17),
];

/// Characters of a medical record from which on a part of it is told apart from any other word; a
/// convention of this harness.
const PART_MIN: usize = 3;

fn acc_09(facts: &Facts<'_>) -> Vec<Outcome> {
    let kept = |visit: &Visit<'_>| -> Vec<(u64, Vec<Image>)> {
        let reports = visit.reports.iter();
        reports
            .filter_map(|(n, report)| match report {
                Report::Kept { images } => Some((*n, images.clone())),
                Report::Log { .. } => None,
            })
            .collect()
    };
    if facts.visits.iter().all(|visit| kept(visit).is_empty()) {
        return not_told(facts, "ACC-09", || {
            text!(
                "読取機が保存したものは記録に現れないので、判定しない",
                "what a reader stores is not in the transcript, so this is not judged"
            )
        });
    }
    facts.each_card(Id::literal("ACC-09"), |visit| {
        let told = kept(visit);
        let entries: Vec<u64> = told.iter().map(|(n, _)| *n).collect();
        match told.iter().find(|(_, images)| !images.is_empty()) {
            Some((n, images)) => {
                let count = images.len();
                Outcome::fail(
                    &[*n],
                    text!(
                        "受付の後に顔の画像が{count}件残っている(項目{n})。照合が済んだら捨てる",
                        "{count} face images are still there after the visit (entry {n}); they are discarded once compared"
                    ),
                )
            }
            None if entries.is_empty() => Outcome::open(
                &[],
                text!(
                    "この受付の後に残したものが報告されていない",
                    "what was kept after this visit was not reported"
                ),
            ),
            None => Outcome::pass(
                &entries,
                text!(
                    "顔の画像は残っていないと報告された",
                    "no face image was kept, its driver reports"
                ),
            ),
        }
    })
}

fn acc_17(facts: &Facts<'_>) -> Vec<Outcome> {
    let lines = || {
        let reports = facts.visits.iter().flat_map(|visit| &visit.reports);
        reports.filter_map(|(n, report)| match report {
            Report::Log { text, holds } => Some((*n, text, holds)),
            Report::Kept { .. } => None,
        })
    };
    if lines().next().is_none() {
        return not_told(facts, "ACC-17", || {
            text!(
                "読取機自身の記録が届いていないので、判定しない",
                "no log of the reader's own was reported, so this is not judged"
            )
        });
    }
    let breach = lines().find_map(|(n, text, holds)| {
        let what = match holds.first() {
            Some(alias) => alias.clone(),
            None => medical(facts, text)?,
        };
        Some(Outcome::fail(
            &[n],
            text!(
                "読取機の記録の行(項目{n})に{what}がある。伏せるか、初めから記録しない",
                "a line of the reader's own log (entry {n}) holds {what}; it is masked or not logged at all"
            ),
        ))
    });
    let count = lines().count();
    vec![breach.unwrap_or_else(|| {
        Outcome::pass(
            &lines().map(|(n, ..)| n).collect::<Vec<_>>(),
            text!(
                "報告された記録{count}行に、暗証番号も個人番号も医療情報もない",
                "none of {count} reported lines of its log holds a PIN, a My Number or medical data"
            ),
        )
        .until_the_end()
    })]
}

/// Says that nothing was told: open where it is the purpose of the scenario.
fn not_told(
    facts: &Facts<'_>,
    id: &'static str,
    why: impl Fn() -> crate::eligibility::Text,
) -> Vec<Outcome> {
    if facts.lists(Id::literal(id)) {
        return vec![Outcome::open(&[], why())];
    }
    vec![Outcome::absent(why())]
}

/// Returns what of somebody's medical record stands in a line of a log.
fn medical(facts: &Facts<'_>, line: &str) -> Option<String> {
    let registries = facts.worlds.iter().flat_map(|world| &world.registries);
    let records = registries.flat_map(|registry| &registry.medical);
    for record in records {
        let mut parts = record.text.split_whitespace();
        let part = parts.find(|part| part.chars().count() >= PART_MIN && line.contains(part));
        if part.is_some() {
            return Some("medical-data".to_owned());
        }
    }
    None
}
