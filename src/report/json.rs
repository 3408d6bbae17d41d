//! The report as one JSON document (design §5).

use super::Report;
use crate::sanitise;

/// Returns the report as JSON, indented, with a line feed at the end.
pub fn render(report: &Report) -> String {
    // Our own types with string keys always serialise.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    sanitise::json(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::every_verdict;

    #[test]
    fn the_form_is_that_of_the_contract() {
        let report = every_verdict();
        let text = render(&report);
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["tool", "simulation", "seed", "summary", "scenarios"]);
        assert_eq!(
            value["summary"],
            serde_json::json!({"pass": 1, "inconclusive": 1, "fail": 1, "error": 1, "not-applicable": 1})
        );
        insta::assert_json_snapshot!(value["scenarios"][1]["findings"][1], @r#"
        {
          "requirement": "CERT-03",
          "subject": "reader",
          "level": "must",
          "confidence": "H",
          "source": "S3, E §1.5",
          "verdict": "fail",
          "message": {
            "ja": "理由 <b>\u001b[31m",
            "en": "reason <b>\u001b[31m"
          },
          "entries": [
            4,
            5
          ],
          "decided-at": 5,
          "listed": true
        }
        "#);
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}
