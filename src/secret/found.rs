//! Finds a secret in text that others wrote, in the forms in which one slips out.
//!
//! The forms are a convention of this harness: the characters themselves, and their codes in
//! hexadecimal as they stand in an APDU. Digits count where they stand alone, for a PIN of four
//! digits is a part of many longer numbers.

/// Secrets of other characters than digits that are shorter are words like any other.
const WORD_MIN: usize = 6;
/// What may stand between two bytes in hexadecimal.
const SEPARATORS: [char; 3] = [' ', ':', '-'];

/// Returns `text` with `mark` in each place where `secret` stands; nothing where it stands nowhere.
pub fn replaced(text: &str, secret: &[u8], mark: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let (mut at, mut found) = (0, false);
    while let Some(&c) = chars.get(at) {
        let length = in_clear(&chars, at, secret).or_else(|| in_hexadecimal(&chars, at, secret));
        match length {
            Some(length) => {
                out.push_str(mark);
                found = true;
                at += length;
            }
            None => {
                out.push(c);
                at += 1;
            }
        }
    }
    found.then_some(out)
}

/// Returns how many characters from `at` on are the secret in clear.
fn in_clear(chars: &[char], at: usize, secret: &[u8]) -> Option<usize> {
    let digits = !secret.is_empty() && secret.iter().all(u8::is_ascii_digit);
    if !digits && secret.len() < WORD_MIN {
        return None;
    }
    let here = chars.get(at..at.checked_add(secret.len())?)?;
    let same = here
        .iter()
        .zip(secret)
        .all(|(c, byte)| narrow(*c) == Some(*byte));
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .and_then(|c| narrow(*c))
            .is_some_and(|byte| byte.is_ascii_digit())
    };
    let alone = !is_digit(at.checked_sub(1)) && !is_digit(Some(at + secret.len()));
    (same && (alone || !digits)).then_some(secret.len())
}

/// Returns how many characters from `at` on are the secret's bytes in hexadecimal.
fn in_hexadecimal(chars: &[char], at: usize, secret: &[u8]) -> Option<usize> {
    if secret.len() < 4 {
        return None;
    }
    let mut next = at;
    for (index, byte) in secret.iter().enumerate() {
        if index > 0 && chars.get(next).is_some_and(|c| SEPARATORS.contains(c)) {
            next += 1;
        }
        let high = chars.get(next)?.to_digit(16)?;
        let low = chars.get(next + 1)?.to_digit(16)?;
        if high * 16 + low != u32::from(*byte) {
            return None;
        }
        next += 2;
    }
    Some(next - at)
}

/// Returns an ASCII character, full-width digits made narrow.
fn narrow(c: char) -> Option<u8> {
    match c {
        '\u{FF10}'..='\u{FF19}' => u8::try_from(u32::from(c) - 0xFF10).ok().map(|it| b'0' + it),
        c => u8::try_from(c).ok().filter(u8::is_ascii),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_found_in_the_forms_in_which_it_slips_out() {
        for (text, expected) in [
            ("PIN=1234", "PIN=#"),
            ("1234", "#"),
            ("暗証番号１２３４です", "暗証番号#です"),
            ("> 00 20 00 80 04 31 32 33 34", "> 00 20 00 80 04 #"),
            ("0020008004313233340", "0020008004#0"),
            ("31:32:33:34 and 1234", "# and #"),
        ] {
            let found = replaced(text, b"1234", "#");
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn longer_numbers_and_other_words_are_no_pin() {
        for text in [
            "12345",
            "2025-12-20T09:15:01.51234",
            "３1234",
            "123 4",
            "",
            "313233",
        ] {
            assert_eq!(replaced(text, b"1234", "#"), None, "{text}");
        }
    }

    #[test]
    fn a_password_is_found_inside_a_word_and_a_short_word_is_not_one() {
        assert_eq!(replaced("xABC123y", b"ABC123", "#").as_deref(), Some("x#y"));
        assert_eq!(replaced("ABC", b"ABC", "#"), None);
        assert_eq!(replaced("", b"", "#"), None);
    }
}
