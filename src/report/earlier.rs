//! Reads an earlier report: which of its scenarios are to be played again (`run --rerun`).
//!
//! Reads both machine formats that carry every scenario, JSON and NDJSON, and of them only ids and
//! verdicts, so that a report of another version serves as well.

use serde::Deserialize;

use crate::judge::Verdict;

/// A text is no report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// It is neither of the formats.
    #[error(
        "line {line}: {why}; a report of `uketsuke run --format json` or `ndjson` was expected"
    )]
    Form {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// An NDJSON report without its last line.
    #[error("the report ends before its line with the summary, so scenarios may be missing")]
    CutShort,
}

/// What is read of a scenario.
#[derive(Deserialize)]
struct Scenario {
    id: String,
    verdict: Verdict,
}

#[derive(Deserialize)]
struct Document {
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Line {
    Scenario(Scenario),
    Summary {},
}

/// Returns the ids of the scenarios that neither passed nor were not applicable, each once, in the
/// order of the report. A known deviation is among them: it failed.
///
/// # Errors
///
/// [`EarlierError`] where the text is no whole report.
pub fn unfinished(text: &str) -> Result<Vec<String>, EarlierError> {
    let scenarios = match serde_json::from_str::<Document>(text) {
        Ok(document) => document.scenarios,
        Err(error) => {
            let first = text.lines().next().unwrap_or_default();
            if serde_json::from_str::<Line>(first).is_err() {
                return Err(form(error.line(), &error));
            }
            by_line(text)?
        }
    };
    let mut ids = Vec::new();
    for Scenario { id, verdict } in scenarios {
        if !matches!(verdict, Verdict::Pass | Verdict::NotApplicable) && !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn by_line(text: &str) -> Result<Vec<Scenario>, EarlierError> {
    let mut scenarios = Vec::new();
    let mut whole = false;
    for (index, line) in text.lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(Line::Scenario(scenario)) => scenarios.push(scenario),
            Ok(Line::Summary {}) => whole = true,
            Err(error) => return Err(form(index + 1, &error)),
        }
    }
    if whole {
        Ok(scenarios)
    } else {
        Err(EarlierError::CutShort)
    }
}

fn form(line: usize, error: &serde_json::Error) -> EarlierError {
    // The place within the line says little to people, and the number of the line is known.
    let why = error.to_string();
    let why = why
        .split_once(" at line ")
        .map_or(why.as_str(), |(why, _)| why);
    EarlierError::Form {
        line: line.max(1),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::every_verdict;
    use crate::report::{json, ndjson};

    /// Those of [`every_verdict`] that neither passed nor were not applicable.
    const LEFT: [&str; 3] = ["certificate/border#last-day", "silent", "fault/mute"];

    #[test]
    fn both_formats_give_what_did_not_pass() {
        let report = every_verdict();
        assert_eq!(unfinished(&json::render(&report)).unwrap(), LEFT);
        assert_eq!(unfinished(&ndjson::render(&report)).unwrap(), LEFT);
    }

    #[test]
    fn a_scenario_of_several_transcripts_is_named_once() {
        let mut report = every_verdict();
        report.scenarios.extend(report.scenarios.clone());
        assert_eq!(unfinished(&json::render(&report)).unwrap(), LEFT);
    }

    #[test]
    fn what_is_no_whole_report_is_refused_with_the_line() {
        let whole = ndjson::render(&every_verdict());
        let lines: Vec<&str> = whole.lines().collect();
        let cut = unfinished(&lines[..3].join("\n")).unwrap_err();
        assert!(matches!(cut, EarlierError::CutShort), "{cut}");
        let broken = [lines[0], "{", lines[5]].join("\n");
        for (text, line) in [("", 1), ("<xml/>", 1), ("{}\n", 1), (broken.as_str(), 2)] {
            let error = unfinished(text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("line {line}: ")),
                "{text}: {error}"
            );
        }
        let unknown = r#"{"scenarios":[{"id":"x","verdict":"maybe"}]}"#;
        assert!(unfinished(unknown).is_err());
    }

    #[test]
    fn fields_of_other_versions_do_not_matter() {
        let text = r#"{"new":1,"scenarios":[{"id":"a","verdict":"fail","new":2},{"id":"b","verdict":"pass"}]}"#;
        assert_eq!(unfinished(text).unwrap(), ["a"]);
    }
}
