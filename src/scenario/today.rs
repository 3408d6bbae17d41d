//! Moves a scenario to the present moment, for software whose date cannot be set.

use serde_json::Value;

use super::Document;
use crate::eligibility::Text;

/// What people read, where a date is only a word.
const WORDS: [&str; 3] = ["title", "about", "tags"];

impl Document {
    /// Returns the scenario as it would be now: relative dates move with it.
    ///
    /// # Errors
    ///
    /// The reason, where it states a date literally: then the date is its point.
    pub fn today(mut self) -> Result<Document, Text> {
        let cases = self.cases.iter_mut();
        let moments = std::iter::once(&mut self.at).chain(cases.filter_map(|it| it.at.as_mut()));
        for at in moments {
            "now".clone_into(at);
        }
        let written = serde_json::to_value(&self).unwrap_or_default();
        match literal(&written) {
            None => Ok(self),
            Some(date) => Err(Text::new(
                format!("日付{date}が決まっている。この相手の日付は設定できない"),
                format!("it states the date {date}, and the date of this software cannot be set"),
            )),
        }
    }
}

/// Finds a literal date.
fn literal(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => is_date(text).then_some(text.as_str()),
        Value::Array(items) => items.iter().find_map(literal),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !WORDS.contains(&key.as_str()))
            .find_map(|(_, member)| literal(member)),
        _ => None,
    }
}

fn is_date(text: &str) -> bool {
    let day = text.get(..10).unwrap_or_default();
    day.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(rest: &str) -> Document {
        let text = format!(
            "title: {{ ja: あ, en: 2025-12-20 }}\nrequirements: [IDV-02]\nat: 2025-12-20T09:15+09:00\n{rest}steps: [present-card, take-card]\n"
        );
        Document::parse(&text, "x.yaml").unwrap()
    }

    #[test]
    fn relative_dates_move_and_the_moment_is_now() {
        let moved = document(
            "card: { holder: adult, user-certificate: { not-after: at - 20d } }\ncases:\n  - { name: a, at: 2025-01-01T00:00+09:00 }\n",
        )
        .today()
        .unwrap();
        assert_eq!(moved.at, "now");
        assert_eq!(moved.cases[0].at.as_deref(), Some("now"));
    }

    #[test]
    fn a_literal_date_is_the_point_of_a_scenario() {
        let why = document(
            "card: { holder: adult, user-certificate: { not-after: 2025-11-30T23:59:59+09:00 } }\n",
        )
        .today()
        .unwrap_err();
        assert!(why.en.contains("2025-11-30"), "{}", why.en);
    }
}
