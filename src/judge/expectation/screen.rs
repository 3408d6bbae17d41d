//! Compares the screen that is expected with those that were shown.

use crate::eligibility::{ConsentKind, Text};
use crate::judge::difference::word;
use crate::judge::facts::{Facts, Visit, no_screens};
use crate::judge::outcome::{Outcome, text};
use crate::scenario::ScreenFields;
use crate::screen::Screen;
use crate::transcript::Event;

pub(super) fn screen(facts: &Facts<'_>, n: u64, expected: &ScreenFields) -> Outcome {
    let since = facts
        .entries
        .iter()
        .filter(|entry| entry.n < n && matches!(entry.event, Event::Stimulus(_)))
        .map(|entry| entry.n)
        .max()
        .unwrap_or(0);
    let shown: Vec<(u64, &Screen)> = facts
        .entries
        .iter()
        .filter(|entry| since < entry.n && entry.n < n)
        .filter_map(|entry| match &entry.event {
            Event::Screen(screen) => Some((entry.n, screen)),
            _ => None,
        })
        .collect();
    let name = expected.id.title();
    if let Some((at, _)) = shown.iter().find(|(_, screen)| fits(screen, expected)) {
        return Outcome::pass(
            &[*at],
            text!(
                [name],
                "期待どおり「{name}」の画面が出た",
                "the screen \"{name}\" was shown, as expected"
            ),
        );
    }
    let any = facts
        .entries
        .iter()
        .any(|entry| matches!(entry.event, Event::Screen(_)));
    if !any {
        return Outcome::open(&[n], no_screens());
    }
    let mut entries: Vec<u64> = shown.iter().map(|(n, _)| *n).collect();
    entries.push(n);
    let seen: Vec<&str> = shown.iter().map(|(_, screen)| screen.id().name()).collect();
    let seen = if seen.is_empty() {
        "-".to_owned()
    } else {
        seen.join(", ")
    };
    let (name, came) = (in_words(expected), titles(&shown));
    Outcome::fail(
        &entries,
        text!(
            [name, came],
            "「{name}」の画面が期待されたが、出た画面は{came}",
            "the screen \"{name}\" was expected; shown: {came}"
        ),
    )
    .differs("screen", wanted(expected), seen)
}

/// Returns the titles of the screens that were shown, each in quotation marks.
fn titles(shown: &[(u64, &Screen)]) -> Text {
    if shown.is_empty() {
        return Text::new("なし", "none");
    }
    let titles = shown.iter().map(|(_, screen)| screen.id().title());
    let (ja, en): (Vec<_>, Vec<_>) = titles
        .map(|title| (format!("「{}」", title.ja), format!("\"{}\"", title.en)))
        .unzip();
    Text::new(ja.concat(), en.join(", "))
}

/// Returns the title of an expected screen, with what is expected of it.
fn in_words(expected: &ScreenFields) -> Text {
    let mut more = Vec::new();
    if let Some(left) = expected.left {
        more.push(text!("残り{left}回", "{left} tries left"));
    }
    more.extend(expected.kind.map(ConsentKind::title));
    more.extend(expected.methods.iter().flatten().map(|it| it.title()));
    more.extend(expected.preset.map(|preset| match preset {
        true => text!("回答が選択済み", "with an answer already chosen"),
        false => text!("回答は未選択", "with no answer chosen"),
    }));
    let title = expected.id.title();
    if more.is_empty() {
        return title;
    }
    let (ja, en): (Vec<_>, Vec<_>) = more.into_iter().map(|it| (it.ja, it.en)).unzip();
    Text::new(
        format!("{}（{}）", title.ja, ja.join("、")),
        format!("{} ({})", title.en, en.join(", ")),
    )
}

fn wanted(expected: &ScreenFields) -> String {
    let mut wanted = expected.id.name().to_owned();
    if let Some(left) = expected.left {
        wanted.push_str(&format!(" left={left}"));
    }
    if let Some(kind) = expected.kind {
        wanted.push_str(&format!(" kind={}", word(&kind)));
    }
    if let Some(methods) = &expected.methods {
        wanted.push_str(&format!(" methods={methods:?}"));
    }
    if let Some(preset) = expected.preset {
        wanted.push_str(&format!(" preset={preset}"));
    }
    wanted
}

fn fits(screen: &Screen, expected: &ScreenFields) -> bool {
    let left = match screen {
        Screen::PinPad { left, .. } | Screen::PinWrong { left, .. } => *left,
        Screen::PinLocked { .. } => Some(0),
        _ => None,
    };
    let (kind, preset) = match screen {
        Screen::Consent { kind, preset } => (Some(*kind), preset.is_some()),
        _ => (None, false),
    };
    let methods = Visit::offered(screen).map(|methods| {
        let mut methods = methods.to_vec();
        methods.sort_unstable();
        methods
    });
    let wanted_methods = expected.methods.clone().map(|mut methods| {
        methods.sort_unstable();
        methods
    });
    screen.id() == expected.id
        && expected.left.is_none_or(|wanted| left == Some(wanted))
        && expected.kind.is_none_or(|wanted| kind == Some(wanted))
        && expected.preset.is_none_or(|wanted| preset == wanted)
        && wanted_methods.is_none_or(|wanted| methods == Some(wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::screen::Method;

    #[test]
    fn screens_are_named_in_the_language_of_the_sentence() {
        let expected = serde_json::from_value(json!({ "id": "pin-wrong", "left": 2 })).unwrap();
        let words = Text::new("暗証番号が違います（残り2回）", "Wrong PIN (2 tries left)");
        assert_eq!(in_words(&expected), words);
        let expected = json!({ "id": "consent", "kind": "care", "preset": true });
        let expected = serde_json::from_value(expected).unwrap();
        let words = Text::new(
            "情報提供の同意（過去の診療・薬剤情報、回答が選択済み）",
            "Consent (past care and drugs, with an answer already chosen)",
        );
        assert_eq!(in_words(&expected), words);
        let methods = vec![Method::Pin];
        let shown = [(1, &Screen::PinLocked { methods }), (2, &Screen::Checking)];
        let words = Text::new(
            "「暗証番号は使えません」「確認しています」",
            "\"PIN locked\", \"Checking\"",
        );
        assert_eq!(titles(&shown), words);
        assert_eq!(titles(&[]), Text::new("なし", "none"));
    }
}
