//! What one rule says of one transcript, before it becomes a finding.

use super::difference::Difference;
use super::verdict::Verdict;
use crate::eligibility::Text;

/// Makes a [`Text`] from two format strings with the same captured values.
macro_rules! text {
    ($ja:literal, $en:literal $(,)?) => {
        $crate::eligibility::Text::new(format!($ja), format!($en))
    };
    // With names that are texts themselves: each sentence has them in its language.
    ([$($name:ident),+], $ja:literal, $en:literal $(,)?) => {
        $crate::eligibility::Text::new(
            {
                $(let $name = &$name.ja;)+
                format!($ja)
            },
            {
                $(let $name = &$name.en;)+
                format!($en)
            },
        )
    };
}
pub(super) use text;

/// A verdict with its reason and what proves it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome {
    pub verdict: Verdict,
    /// The exception of the catalogue row that this is about, by name.
    pub part: Option<&'static str>,
    pub entries: Vec<u64>,
    /// The entry that decided; absent for what held until the end.
    pub decided_at: Option<u64>,
    pub message: Text,
    /// What was found to differ, for a breach that shows in an answer.
    pub differences: Vec<Difference>,
}

impl Outcome {
    fn new(verdict: Verdict, entries: &[u64], message: Text) -> Outcome {
        let mut entries = entries.to_vec();
        entries.sort_unstable();
        entries.dedup();
        Outcome {
            verdict,
            part: None,
            decided_at: entries.last().copied(),
            entries,
            message,
            differences: Vec::new(),
        }
    }

    /// It was seen to be met; `entries` prove it.
    pub fn pass(entries: &[u64], message: Text) -> Outcome {
        Outcome::new(Verdict::Pass, entries, message)
    }

    /// It was seen to be broken; `entries` prove it.
    pub fn fail(entries: &[u64], message: Text) -> Outcome {
        Outcome::new(Verdict::Fail, entries, message)
    }

    /// It could not be decided, and why.
    pub fn open(entries: &[u64], message: Text) -> Outcome {
        Outcome {
            decided_at: None,
            ..Outcome::new(Verdict::Inconclusive, entries, message)
        }
    }

    /// The situation of the rule did not occur, and which.
    pub fn absent(message: Text) -> Outcome {
        Outcome::new(Verdict::NotApplicable, &[], message)
    }

    /// Says that this is about an exception of the row.
    pub fn part(mut self, name: &'static str) -> Outcome {
        self.part = Some(name);
        self
    }

    /// Says that it held until the end rather than from one entry on.
    pub fn until_the_end(mut self) -> Outcome {
        self.decided_at = None;
        self
    }
}

/// Combines outcomes to the worst of them; the first of the worst speaks, all of them prove and
/// say what differs.
pub(super) fn worst(outcomes: &[Outcome]) -> Option<Outcome> {
    let verdict = outcomes.iter().map(|outcome| outcome.verdict).max()?;
    let mut worst = outcomes.iter().filter(|outcome| outcome.verdict == verdict);
    let mut combined = worst.next()?.clone();
    for other in worst {
        combined.entries.extend(&other.entries);
        combined = combined.all_differ(other.differences.clone());
    }
    combined.entries.sort_unstable();
    combined.entries.dedup();
    Some(combined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_outcome_speaks_and_all_of_its_kind_prove() {
        let outcomes = [
            Outcome::pass(&[1], text!("良", "good")),
            Outcome::fail(&[5, 4], text!("悪", "bad")).differs("a", "x", "y"),
            Outcome::fail(&[9], text!("他", "other")).differs("b", "x", "y"),
            Outcome::absent(text!("無", "none")),
        ];
        let worst = worst(&outcomes).unwrap();
        assert_eq!(worst.verdict, Verdict::Fail);
        assert_eq!((worst.entries, worst.decided_at), (vec![4, 5, 9], Some(5)));
        assert_eq!(worst.message.en, "bad");
        let fields = worst.differences.iter().map(|it| it.field.as_str());
        assert_eq!(fields.collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn nothing_combines_to_nothing() {
        assert_eq!(worst(&[]), None);
    }
}
