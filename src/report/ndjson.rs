//! The report as a line of JSON per scenario and a last line with the summary.

use serde::Serialize;

use super::known::Account;
use super::tally::Tally;
use super::{Judged, Report, Summary};
use crate::sanitise;
use crate::statement::Statement;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Line<'a> {
    Scenario {
        simulation: &'a str,
        #[serde(flatten)]
        judged: &'a Judged,
    },
    Summary {
        tool: &'a str,
        simulation: &'a str,
        seed: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        backend: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        statement: Option<&'a Statement>,
        summary: Summary,
        #[serde(skip_serializing_if = "is_empty")]
        known: &'a [Account],
        #[serde(skip_serializing_if = "none")]
        requirements: &'a [Tally],
    },
}

fn is_empty(known: &&[Account]) -> bool {
    known.is_empty()
}

fn none(tallies: &&[Tally]) -> bool {
    tallies.is_empty()
}

/// Returns the report as NDJSON; `kind` is `scenario`, and `summary` on the last line.
pub fn render(report: &Report) -> String {
    let simulation = report.simulation.as_str();
    let mut text = String::new();
    let scenarios = report
        .scenarios
        .iter()
        .map(|judged| Line::Scenario { simulation, judged });
    let summary = Line::Summary {
        tool: &report.tool,
        simulation,
        seed: report.seed,
        backend: report.backend.as_deref(),
        statement: report.statement.as_ref(),
        summary: report.summary,
        known: &report.known,
        requirements: &report.requirements,
    };
    for line in scenarios.chain(std::iter::once(summary)) {
        // Our own types with string keys always serialise.
        text.push_str(&serde_json::to_string(&line).unwrap_or_default());
        text.push('\n');
    }
    sanitise::json(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::tests::every_verdict;

    #[test]
    fn a_line_per_scenario_and_the_summary_last() {
        let report = every_verdict();
        let text = render(&report);
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), report.scenarios.len() + 1);
        assert_eq!(lines[1]["kind"], "scenario");
        assert_eq!(lines[1]["id"], "certificate/border#last-day");
        assert_eq!(lines[1]["findings"][1]["requirement"], "CERT-03");
        let last = lines.last().unwrap();
        assert_eq!(last["kind"], "summary");
        assert_eq!(last["summary"]["not-applicable"], 1);
        assert!(lines.iter().all(|line| {
            line["simulation"]
                .as_str()
                .unwrap()
                .starts_with("SIMULATION")
        }));
    }
}
