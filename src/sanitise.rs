//! The one place through which text from outside passes before a terminal, a log or a page.
//!
//! Scenario files, transcripts, file names and command lines come from others. A control character
//! in them could repaint a terminal or turn a line of text around, so it is shown as something
//! visible. Letters, marks and emoji stay as they are.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns the text with every control and format character but the line feed made visible.
pub fn visible(text: &str) -> Cow<'_, str> {
    replace(text, |c| c != '\n' && is_hidden(c), push_visible)
}

/// Returns the text on one line: as [`visible`], the line feed made visible too.
pub fn one_line(text: &str) -> Cow<'_, str> {
    replace(text, is_hidden, push_visible)
}

/// Returns JSON with every control and format character inside its strings escaped: the value
/// stays the same to the letter, and the bytes are safe to show. Line feeds between values stay.
pub fn json(text: &str) -> Cow<'_, str> {
    replace(
        text,
        |c| c != '\n' && is_hidden(c),
        |shown, c| {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        },
    )
}

fn replace(
    text: &str,
    hidden: impl Fn(char) -> bool,
    push: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            push(&mut shown, c);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Writes a hidden character: C0 and DEL as their control pictures, the rest as `<U+202E>`.
fn push_visible(shown: &mut String, c: char) {
    let picture = match u32::from(c) {
        code @ 0..=0x1F => char::from_u32(0x2400 + code),
        0x7F => Some('\u{2421}'),
        _ => None,
    };
    match picture {
        Some(picture) => shown.push(picture),
        None => {
            let _ = write!(shown, "<U+{:04X}>", u32::from(c));
        }
    }
}

/// Tells whether a terminal would act on the character instead of showing it: Unicode 17 general
/// categories Cc, Cf, Zl and Zp, and the invisible Hangul fillers.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(c,
        '\u{80}'..='\u{9F}'
        | '\u{AD}'
        | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}'
        | '\u{890}'..='\u{891}' | '\u{8E2}'
        | '\u{115F}'..='\u{1160}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{110BD}' | '\u{110CD}'
        | '\u{13430}'..='\u{1343F}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_becomes_visible() {
        assert_eq!(visible("a\u{1b}[2Jb\u{7}"), "a␛[2Jb␇");
        assert_eq!(visible("\u{9b}31m\u{7f}"), "<U+009B>31m␡");
        assert_eq!(visible("\u{202e}fdp.exe"), "<U+202E>fdp.exe");
        assert_eq!(visible("a\tb\r\nc"), "a␉b␍\nc");
        assert_eq!(one_line("a\nb"), "a␊b");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in ["暗証番号 ﾔﾏﾀﾞ 葛󠄀 🏥", "Ångström — naïve", "a\u{3000}b"]
        {
            assert!(matches!(visible(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let value = "x\u{1b}]8;;y\u{85}\u{202e}\u{e0041}\"\\\n";
        let text = serde_json::to_string(value).unwrap();
        let safe = json(&text);
        assert!(safe.is_ascii(), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), value);
    }

    proptest! {
        #[test]
        fn no_control_character_comes_through(c in "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}--\\n]", rest in "\\PC*") {
            let text = format!("{rest}{c}{rest}");
            prop_assert!(!visible(&text).contains(c.as_str()), "{c:?}");
            prop_assert!(!one_line(&text).contains(c.as_str()), "{c:?}");
            prop_assert!(!json(&text).contains(c.as_str()), "{c:?}");
        }

        #[test]
        fn any_text_becomes_safe_and_stays_so(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(|c| c != '\n' && c.is_control()));
            prop_assert_eq!(visible(&shown).into_owned(), shown.clone().into_owned());
            prop_assert!(!one_line(&text).contains('\n'));
        }

        #[test]
        fn any_json_keeps_its_value(text in any::<String>()) {
            let plain = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&json(&plain)).unwrap(), text);
        }
    }
}
