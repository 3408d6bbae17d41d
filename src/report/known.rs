//! Known deviations: breaches that the user knows of and accepts until a day (`run --known`).
//!
//! Pure: the day on which an entry is compared comes as an argument. A known deviation changes no
//! verdict, only what counts: the scenario keeps its `fail`, and says what is left without it.
//! Nothing but a fail can be known. What is undecided from such a breach on follows from it and does
//! not count; what was undecided before it does. That is a convention of this harness.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Judged;
use crate::judge::{Deviation, Finding, Verdict};
use crate::requirement::{self, Subject, catalogue};
use crate::scenario::PathItem::{Index, Key};
use crate::scenario::{self, ParseError, PathItem};

/// The version of the format that this program reads.
const VERSION: u32 = 1;

/// A file of known deviations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Document {
    /// Version of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// The deviations.
    #[serde(default)]
    pub known: Vec<Known>,
}

/// A requirement whose breach is accepted until a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Known {
    /// The requirement that is broken.
    pub requirement: requirement::Id,
    /// Who breaks it; any subject of the requirement if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The ids of the scenarios in which it is; all if absent. `*` stands for any characters, and
    /// the id of a file for each of its cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenarios: Option<Vec<String>>,
    /// Why it is accepted, for whoever reads the report: a ticket, a promise.
    pub reason: String,
    /// The last day (JST) on which it is.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
}

/// What became of a known deviation in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was met, and is accepted.
    Active,
    /// It was met, but its last day is past: it counts as a fail again.
    Expired,
    /// It was not met: where `judged` is not 0, the entry can go.
    Stale,
}

/// A known deviation with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Account {
    /// The requirement.
    pub requirement: requirement::Id,
    /// Who breaks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The scenarios, as the file has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenarios: Option<Vec<String>>,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
    /// What became of it.
    pub state: State,
    /// In how many scenarios the requirement failed as the entry says.
    pub failed: usize,
    /// In how many of the scenarios that the entry covers the requirement was judged at all.
    pub judged: usize,
}

impl Document {
    /// Reads a file of known deviations; `origin` is its name in errors.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the place: no such file format, an unknown requirement, a subject that it
    /// does not concern, no reason, no scenario, an entry that stands twice.
    pub fn parse(text: &str, origin: &str) -> Result<Document, ParseError> {
        let document: Document = scenario::parse(text, origin).map_err(|mut error| {
            if error.message.contains("a scenario begins with") {
                error.message =
                    "the file says nothing; it begins with `version: 1` and `known:`".to_owned();
            }
            error
        })?;
        let fault = |path: &[PathItem], message: String| {
            Err(scenario::error_at_item(origin, text, path, message))
        };
        if document.version != VERSION {
            let version = document.version;
            let message = format!("version {version} is unknown; this program reads {VERSION}");
            return fault(&[Key("version")], message);
        }
        for (index, entry) in document.known.iter().enumerate() {
            let earlier = document.known.get(..index).unwrap_or_default();
            if let Some((key, message)) = entry.fault(earlier) {
                return fault(&[Key("known"), Index(index), Key(key)], message);
            }
        }
        Ok(document)
    }

    /// Marks the findings that are known deviations on the day `today`, and returns what became of
    /// each entry. `conventions` as on the command line.
    pub fn apply(&self, scenarios: &mut [Judged], today: Date, conventions: bool) -> Vec<Account> {
        for judged in &mut *scenarios {
            let id = judged.id.clone();
            let failed = judged.findings.iter_mut();
            for finding in failed.filter(|it| it.verdict == Verdict::Fail) {
                finding.known = self.deviation(&id, finding, today);
            }
            judged.without_known = without_known(judged, conventions);
        }
        let accounts = self.known.iter();
        accounts
            .map(|entry| entry.account(scenarios, today))
            .collect()
    }

    /// Finds the deviation that a failed finding is: one that is accepted before one that is not.
    fn deviation(&self, id: &str, finding: &Finding, today: Date) -> Option<Deviation> {
        let fitting = || self.known.iter().filter(|it| it.covers(id, finding));
        let entry = fitting()
            .find(|it| today <= it.until)
            .or_else(|| fitting().next())?;
        Some(Deviation {
            reason: entry.reason.clone(),
            until: entry.until,
            expired: entry.until < today,
        })
    }
}

impl Known {
    /// Says what is wrong with an entry, and at which of its keys.
    fn fault(&self, earlier: &[Known]) -> Option<(&'static str, String)> {
        if self.reason.trim().is_empty() {
            let message = "a reason is missing; say why the deviation is accepted".to_owned();
            return Some(("reason", message));
        }
        let patterns = self.scenarios.as_deref();
        if patterns.is_some_and(|it| it.is_empty() || it.iter().any(|one| one.trim().is_empty())) {
            let message =
                "no scenario stands here; name some, or leave `scenarios` out for all".to_owned();
            return Some(("scenarios", message));
        }
        let row = catalogue().by_id(self.requirement);
        if let (Some(row), Some(subject)) = (row, self.subject)
            && !row.concerns(subject)
        {
            let subjects: Vec<String> = row.subjects.iter().map(Subject::to_string).collect();
            let subjects = subjects.join(", ");
            let message = format!("{} does not concern the {subject}, but: {subjects}", row.id);
            return Some(("subject", message));
        }
        let same = |it: &&Known| {
            (it.requirement, it.subject, &it.scenarios)
                == (self.requirement, self.subject, &self.scenarios)
        };
        earlier.iter().find(same).map(|_| {
            let message = "the same deviation stands further up; keep one".to_owned();
            ("requirement", message)
        })
    }

    /// Tells whether a finding in the scenario of that id is what this entry is about.
    fn covers(&self, id: &str, finding: &Finding) -> bool {
        finding.requirement == self.requirement
            && self.subject.is_none_or(|it| it == finding.subject)
            && self
                .scenarios
                .as_ref()
                .is_none_or(|patterns| patterns.iter().any(|it| names(it, id)))
    }

    fn account(&self, scenarios: &[Judged], today: Date) -> Account {
        let with = |wanted: fn(Verdict) -> bool| {
            let has = |judged: &&Judged| {
                let mut findings = judged.findings.iter();
                findings.any(|it| self.covers(&judged.id, it) && wanted(it.verdict))
            };
            scenarios.iter().filter(has).count()
        };
        let failed = with(|verdict| verdict == Verdict::Fail);
        Account {
            requirement: self.requirement,
            subject: self.subject,
            scenarios: self.scenarios.clone(),
            reason: self.reason.clone(),
            until: self.until,
            state: match failed {
                0 => State::Stale,
                _ if today <= self.until => State::Active,
                _ => State::Expired,
            },
            failed,
            judged: with(|verdict| verdict != Verdict::NotApplicable),
        }
    }
}

/// Returns what a failed scenario counts as without what is accepted; nothing where none of it is.
fn without_known(judged: &Judged, conventions: bool) -> Option<Verdict> {
    let accepted: Vec<&Finding> = judged
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail && finding.is_accepted())
        .collect();
    if judged.verdict != Verdict::Fail || accepted.is_empty() {
        return None;
    }
    let proof = accepted.iter().flat_map(|finding| &finding.entries);
    let first = proof.min().copied().unwrap_or(0);
    let left = judged.findings.iter().filter_map(|finding| {
        let counts = match finding.verdict {
            Verdict::Fail => finding.counts(conventions) && !finding.is_accepted(),
            Verdict::Inconclusive => {
                finding.listed && finding.entries.last().is_some_and(|last| *last < first)
            }
            verdict => verdict == Verdict::Error,
        };
        counts.then_some(finding.verdict)
    });
    Some(left.max().unwrap_or(Verdict::Pass))
}

/// Tells whether a pattern names the scenario of that id, or the file of which it is a case.
fn names(pattern: &str, id: &str) -> bool {
    let file = id.split_once('#').map_or(id, |(file, _)| file);
    matches(pattern, id) || matches(pattern, file)
}

/// Compares with a pattern in which `*` stands for any characters: what stands before the first
/// and after the last must be there, and the rest in its order.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = text
        .strip_prefix(head)
        .and_then(|text| text.strip_suffix(tail));
    let Some(mut inner) = inner else {
        return false;
    };
    for part in middle.split('*') {
        match inner.split_once(part) {
            Some((_, after)) => inner = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;
