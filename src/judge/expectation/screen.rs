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
    let came: Vec<ScreenFields> = shown
        .iter()
        .map(|(_, screen)| asked_of(screen, expected))
        .collect();
    let seen = match came.as_slice() {
        [] => "-".to_owned(),
        came => came.iter().map(written).collect::<Vec<_>>().join(", "),
    };
    let (name, came) = (in_words(expected), titles(&came));
    Outcome::fail(
        &entries,
        text!(
            [name, came],
            "「{name}」の画面が期待されたが、出た画面は{came}",
            "the screen \"{name}\" was expected; shown: {came}"
        ),
    )
    .differs("screen", written(expected), seen)
}

/// Returns what a screen showed of that which is expected, where it is the screen that is expected.
fn asked_of(screen: &Screen, expected: &ScreenFields) -> ScreenFields {
    let same = screen.id() == expected.id;
    let (left, kind, preset) = shown_by(screen);
    let methods = Visit::offered(screen).map(<[_]>::to_vec);
    ScreenFields {
        id: screen.id(),
        left: left.filter(|_| same && expected.left.is_some()),
        kind: kind.filter(|_| same && expected.kind.is_some()),
        methods: methods.filter(|_| same && expected.methods.is_some()),
        preset: (same && expected.preset.is_some()).then_some(preset),
        requirement: None,
    }
}

/// Returns the titles of the screens that were shown, each in quotation marks.
fn titles(shown: &[ScreenFields]) -> Text {
    if shown.is_empty() {
        return Text::new("なし", "none");
    }
    let titles = shown.iter().map(in_words);
    let (ja, en): (Vec<_>, Vec<_>) = titles
        .map(|title| (format!("「{}」", title.ja), format!("\"{}\"", title.en)))
        .unzip();
    Text::new(ja.concat(), en.join(", "))
}

/// Returns the title of a screen, with what is expected of it or came.
fn in_words(expected: &ScreenFields) -> Text {
    let mut more = Vec::new();
    if let Some(left) = expected.left {
        let tries = if left == 1 { "try" } else { "tries" };
        more.push(text!("残り{left}回", "{left} {tries} left"));
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

fn written(expected: &ScreenFields) -> String {
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

/// Returns what a screen shows: the tries left, the consent that is asked for, and whether an answer
/// to it is chosen already.
fn shown_by(screen: &Screen) -> (Option<u8>, Option<ConsentKind>, bool) {
    let left = match screen {
        Screen::PinPad { left, .. } | Screen::PinWrong { left, .. } => *left,
        Screen::PinLocked { .. } => Some(0),
        _ => None,
    };
    match screen {
        Screen::Consent { kind, preset } => (left, Some(*kind), preset.is_some()),
        _ => (left, None, false),
    }
}

fn fits(screen: &Screen, expected: &ScreenFields) -> bool {
    let (left, kind, preset) = shown_by(screen);
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
        let expected = serde_json::from_value(json!({ "id": "pin-wrong", "left": 2 })).unwrap();
        let wrong: Screen =
            serde_json::from_value(json!({ "screen": "pin-wrong", "left": 1, "masked": true }))
                .unwrap();
        let methods = vec![Method::Pin];
        let shown = [Screen::PinLocked { methods }, wrong, Screen::Checking];
        let shown = shown.map(|screen| asked_of(&screen, &expected));
        let words = Text::new(
            "「暗証番号は使えません」「暗証番号が違います（残り1回）」「確認しています」",
            "\"PIN locked\", \"Wrong PIN (1 try left)\", \"Checking\"",
        );
        assert_eq!(titles(&shown), words);
        assert_eq!(written(&shown[1]), "pin-wrong left=1");
        assert_eq!(titles(&[]), Text::new("なし", "none"));
    }
}
