//! What an exploration says in the end, as one value, and its two forms: JSON for programs with both
//! languages, text for people in theirs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reach::{Decided, Dimension, Reach};
use super::search::{Counts, Explored, Key};
use crate::eligibility::Text;
use crate::report::page::{Page, Style};
use crate::requirement::{self, catalogue};
use crate::sanitise;
use crate::scenario::Deck;
use crate::transcript::SIMULATION;
use crate::wording::Language;

/// So many reasons for discarded or inapplicable cases are shown.
const REASONS_SHOWN: usize = 10;

/// A breach with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Found {
    /// The requirement.
    pub requirement: requirement::Id,
    /// The relation that shows it, where no rule of the judge does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<&'static str>,
    /// Whether it counts towards the exit code.
    pub counts: bool,
    /// In how many cases.
    pub cases: u32,
    /// The first of them.
    pub first: u32,
    /// What was seen in the first.
    pub message: Text,
    /// The file with the smallest scenario that fails for this reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Whether that file, played from disk, failed for the same reason; absent without a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
    /// Why there is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Found {
    /// Returns why it fails.
    pub fn key(&self) -> Key {
        Key {
            requirement: self.requirement,
            relation: self.relation,
        }
    }
}

/// What an exploration came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// The adapter, where the backend is not ours.
    pub backend: Option<String>,
    /// Whether the user ended it.
    pub interrupted: bool,
    /// How many cases ended how.
    pub counts: Counts,
    /// What was breached, each reason once.
    pub found: Vec<Found>,
    /// What was reached.
    pub reach: Reach,
    /// Why cases were not played, with the number of cases.
    pub reasons: BTreeMap<String, u32>,
}

impl Report {
    /// Puts together what came of the cases, in whatever order they came.
    pub fn new(seed: u64, cases: impl IntoIterator<Item = Explored>) -> Report {
        let mut report = Report {
            seed,
            backend: None,
            interrupted: false,
            counts: Counts::default(),
            found: Vec::new(),
            reach: Reach::default(),
            reasons: BTreeMap::new(),
        };
        let mut found: BTreeMap<Key, Found> = BTreeMap::new();
        for case in cases {
            report.counts.add(&case.counts);
            report.reach.merge(case.reach);
            if let Some(reason) = case.reason {
                *report.reasons.entry(reason).or_default() += 1;
            }
            for breach in case.breaches {
                let entry = found.entry(breach.key).or_insert_with(|| Found {
                    requirement: breach.key.requirement,
                    relation: breach.key.relation,
                    counts: breach.counts,
                    cases: 0,
                    first: case.case,
                    message: breach.message.clone(),
                    file: None,
                    steps: None,
                    confirmed: None,
                    problem: None,
                });
                entry.cases += 1;
                entry.counts |= breach.counts;
                if case.case < entry.first {
                    entry.first = case.case;
                    entry.message = breach.message;
                }
            }
        }
        report.found = found.into_values().collect();
        // What counts comes first.
        report.found.sort_by_key(|found| !found.counts);
        report
    }

    /// Returns the report as JSON, indented, with a line feed at the end.
    pub fn json(&self, deck: &Deck) -> String {
        let requirements: BTreeMap<String, serde_json::Value> = self
            .reach
            .requirements()
            .into_iter()
            .map(|(id, Decided { pass, fail })| {
                (
                    id.to_string(),
                    serde_json::json!({ "pass": pass, "fail": fail }),
                )
            })
            .collect();
        let borders = self.reach.borders().into_iter().map(|(name, [before, on, after])| {
            serde_json::json!({ "name": name, "before": before, "on": on, "after": after })
        });
        let dimensions = self.reach.dimensions(deck);
        let value = serde_json::json!({
            "tool": concat!("uketsuke ", env!("CARGO_PKG_VERSION")),
            "simulation": SIMULATION,
            "seed": self.seed,
            "backend": self.backend,
            "interrupted": self.interrupted,
            "counts": self.counts,
            "found": self.found,
            "reasons": self.reasons,
            "requirements": requirements,
            "borders": borders.collect::<Vec<_>>(),
            "reached": dimensions.iter().map(|it| (it.name, of(it))).collect::<BTreeMap<_, _>>(),
            "never": self.never(deck),
        });
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        sanitise::json(&text).into_owned()
    }

    /// Returns what was never reached, by name, per dimension.
    pub fn never(&self, deck: &Deck) -> BTreeMap<&'static str, Vec<String>> {
        let mut never = BTreeMap::new();
        let undecided = self.reach.requirements().into_iter();
        let undecided = undecided.filter(|(_, decided)| *decided == Decided::default());
        never.insert(
            "requirements",
            undecided.map(|(id, _)| id.to_string()).collect(),
        );
        let sides = self.reach.borders().into_iter().flat_map(|(name, counts)| {
            let sides = super::border::Side::ALL.into_iter().zip(counts);
            sides
                .filter(|(_, count)| *count == 0)
                .map(move |(side, _)| format!("{name} ({})", side.name()))
        });
        never.insert("borders", sides.collect());
        for dimension in self.reach.dimensions(deck) {
            let missed = dimension
                .values
                .into_iter()
                .filter(|(_, count)| *count == 0);
            never.insert(dimension.name, missed.map(|(name, _)| name).collect());
        }
        never.retain(|_, names: &mut Vec<String>| !names.is_empty());
        never
    }

    /// Returns the report as text.
    pub fn text(&self, deck: &Deck, language: Language, color: bool) -> String {
        let mut page = Page::new(language, color);
        let tool = concat!("uketsuke ", env!("CARGO_PKG_VERSION"));
        page.push_styled(Style::Faint, &format!("{tool} · {SIMULATION}"));
        page.end_line();
        self.summary(&mut page);
        for found in &self.found {
            breach(&mut page, found);
        }
        if self.found.is_empty() && self.counts.played > 0 {
            page.push_styled(
                Style::Good,
                page_pick(language, "✓ 違反なし", "✓ no breach found"),
            );
            page.end_line();
        }
        for (reason, count) in self.reasons.iter().take(REASONS_SHOWN) {
            page.line(&format!("  {count} × {reason}"));
        }
        self.reached(&mut page, deck);
        page.into_string()
    }

    fn summary(&self, page: &mut Page) {
        let counts = &self.counts;
        let (cases, seed) = (counts.cases, self.seed);
        let heading = match page.language() {
            Language::Ja => format!("シード{seed}の{cases}件を探索"),
            Language::En => format!("explored {cases} cases of seed {seed}"),
        };
        page.heading(&heading);
        let words = [
            (counts.played, "再生", "played"),
            (
                counts.receptions,
                "カードによる受付",
                "receptions with a card",
            ),
            (counts.compared, "関係の比較", "compared for a relation"),
            (counts.discarded, "成り立たない事例", "discarded"),
            (counts.not_applicable, "対象外", "not applicable"),
            (counts.unreached, "照会先に届かず", "met nobody"),
            (counts.broken, "エラー", "error"),
            (
                counts.unmet_steps,
                "画面が出なかった手順",
                "steps that met no screen",
            ),
        ];
        let words: Vec<String> = words
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, ja, en)| match page.language() {
                Language::Ja => format!("{ja} {count}"),
                Language::En => format!("{count} {en}"),
            })
            .collect();
        page.line(&words.join(" · "));
        if self.interrupted {
            page.line(page_pick(
                page.language(),
                "中断: ここまでの結果",
                "interrupted: what was found so far",
            ));
        }
    }

    fn reached(&self, page: &mut Page, deck: &Deck) {
        let language = page.language();
        page.heading(page_pick(
            language,
            "要件ごとに判定した件数 (合格/違反)",
            "cases that decided a requirement (pass/fail)",
        ));
        let decided: Vec<String> = self
            .reach
            .requirements()
            .into_iter()
            .filter(|(_, decided)| *decided != Decided::default())
            .map(|(id, decided)| format!("{id} {}/{}", decided.pass, decided.fail))
            .collect();
        for line in decided.chunks(8) {
            page.line(&format!("  {}", line.join("  ")));
        }
        page.heading(page_pick(
            language,
            "境界の -1秒/0/+1秒 の件数",
            "cases at -1 s/0/+1 s of a border",
        ));
        for (name, [before, on, after]) in self.reach.borders() {
            let name = match language {
                Language::Ja => super::border::in_japanese(name),
                Language::En => name,
            };
            page.line(&format!("  {name}: {before}/{on}/{after}"));
        }
        page.heading(page_pick(
            language,
            "一度も届かなかったもの",
            "never reached",
        ));
        for (dimension, names) in self.never(deck) {
            page.line(&format!("  {dimension}: {}", names.join(", ")));
        }
    }
}

fn of(dimension: &Dimension) -> BTreeMap<&str, u32> {
    let values = dimension.values.iter();
    values
        .map(|(name, count)| (name.as_str(), *count))
        .collect()
}

fn page_pick(language: Language, ja: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Ja => ja,
        Language::En => en,
    }
}

fn breach(page: &mut Page, found: &Found) {
    let id = found.requirement;
    let language = page.language();
    let pick = |text: &Text| match language {
        Language::Ja => text.ja.clone(),
        Language::En => text.en.clone(),
    };
    let title = catalogue()
        .by_id(id)
        .map(|row| pick(&row.title))
        .unwrap_or_default();
    let (style, word) = match (found.counts, language) {
        (true, Language::Ja) => (Style::Bad, "✗ 違反"),
        (true, Language::En) => (Style::Bad, "✗ BREACH"),
        (false, Language::Ja) => (Style::Doubtful, "? 注意 (推奨事項・本ハーネスの取り決め)"),
        (false, Language::En) => (Style::Doubtful, "? REMARK (a should, or a convention)"),
    };
    page.push_styled(style, word);
    let relation = found
        .relation
        .map(|name| format!(" [{name}]"))
        .unwrap_or_default();
    let (cases, first) = (found.cases, found.first);
    page.line(&match language {
        Language::Ja => format!(" {id}{relation} {title}: {cases}件、最初は事例{first}"),
        Language::En => format!(" {id}{relation} {title}: in {cases} cases, the first is {first}"),
    });
    page.block(4, &pick(&found.message));
    if let (Some(file), Some(steps)) = (&found.file, found.steps) {
        let again = match (found.confirmed, language) {
            (Some(true), Language::Ja) => "再生して同じ理由で不合格",
            (Some(true), Language::En) => "played from disk, it fails for the same reason",
            (_, Language::Ja) => "再生しても同じ理由では不合格にならない",
            (_, Language::En) => "played from disk, it does NOT fail for the same reason",
        };
        page.block(
            4,
            &match language {
                Language::Ja => format!("{file} ({steps}手順): {again}"),
                Language::En => format!("{file} ({steps} steps): {again}"),
            },
        );
    }
    if let Some(problem) = &found.problem {
        page.block(4, problem);
    }
}
