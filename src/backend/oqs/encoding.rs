//! The two encodings of the exchange folder: UTF-8, with or without a byte order mark, and
//! Shift_JIS with the characters of JIS90 (eligibility.md §1.2).
//!
//! Convention of this harness: a character that Shift_JIS has no place for in JIS90 (`髙`, `①`) is
//! written as a numeric character reference of XML, which every XML reader turns back.

use encoding_rs::SHIFT_JIS;

/// An encoding of the folder (OQSCD005).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Code 0.
    #[default]
    Utf8,
    /// Code 1.
    ShiftJis,
}

impl Encoding {
    /// Returns the name as an XML declaration writes it.
    pub fn label(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::ShiftJis => "Shift_JIS",
        }
    }

    /// Returns the code of `CharacterCodeIdentifier`.
    pub fn code(self) -> &'static str {
        match self {
            Encoding::Utf8 => "0",
            Encoding::ShiftJis => "1",
        }
    }

    /// Returns the encoding that a `CharacterCodeIdentifier` names.
    pub fn from_code(code: &str) -> Option<Encoding> {
        match code.trim() {
            "0" => Some(Encoding::Utf8),
            "1" => Some(Encoding::ShiftJis),
            _ => None,
        }
    }

    /// Returns the encoding that an XML declaration names, whatever the case and the common
    /// aliases of Shift_JIS.
    pub fn from_label(label: &str) -> Option<Encoding> {
        let found = encoding_rs::Encoding::for_label(label.as_bytes())?;
        if found == encoding_rs::UTF_8 {
            Some(Encoding::Utf8)
        } else {
            (found == SHIFT_JIS).then_some(Encoding::ShiftJis)
        }
    }

    /// Returns the other one.
    #[must_use]
    pub fn other(self) -> Encoding {
        match self {
            Encoding::Utf8 => Encoding::ShiftJis,
            Encoding::ShiftJis => Encoding::Utf8,
        }
    }

    /// Writes XML text in this encoding.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::ShiftJis => shift_jis(text),
        }
    }
}

/// Text as it came, with what it says of its encoding and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// What the XML declaration names.
    pub declared: Option<String>,
    /// What the bytes are; absent where plain ASCII leaves it open.
    pub actual: Option<Encoding>,
}

impl Decoded {
    /// Tells whether the declaration names another encoding than the bytes have. Without one,
    /// XML means UTF-8.
    pub fn is_misdeclared(&self) -> bool {
        let declared = match &self.declared {
            Some(label) => Encoding::from_label(label),
            None => Some(Encoding::Utf8),
        };
        match (declared, self.actual) {
            (Some(declared), Some(actual)) => declared != actual,
            (None, _) => true,
            (Some(_), None) => false,
        }
    }
}

/// Why bytes are no text of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoText {
    /// Neither UTF-8 nor Shift_JIS.
    #[error("neither UTF-8 nor Shift_JIS")]
    Unknown,
    /// UTF-16, by its byte order mark.
    #[error("UTF-16, where UTF-8 or Shift_JIS was expected")]
    Utf16,
}

/// Reads bytes in the encoding that they have, whatever the declaration says.
///
/// # Errors
///
/// [`NoText`] where they have neither of the two.
pub fn decode(bytes: &[u8]) -> Result<Decoded, NoText> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(NoText::Utf16);
    }
    let (bytes, marked) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let declared = declaration(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let actual = (marked || !text.is_ascii()).then_some(Encoding::Utf8);
        return Ok(Decoded {
            text: text.to_owned(),
            declared,
            actual,
        });
    }
    match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if !marked => Ok(Decoded {
            text: text.into_owned(),
            declared,
            actual: Some(Encoding::ShiftJis),
        }),
        _ => Err(NoText::Unknown),
    }
}

/// Returns the encoding that an XML declaration at the start names. Both encodings write it in
/// the bytes of ASCII.
fn declaration(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(200))?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let head = std::str::from_utf8(head.get(..end)?).ok()?;
    let (_, rest) = head.strip_prefix("<?xml")?.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?
        .split_once(quote)
        .map(|(label, _)| label.to_owned())
}

fn shift_jis(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        if c.is_ascii() {
            bytes.push(c as u8);
            continue;
        }
        let one: &str = c.encode_utf8(&mut buffer);
        let (encoded, _, unmappable) = SHIFT_JIS.encode(one);
        // The encoder folds some characters into others (U+00A5 into the backslash's place): what
        // does not come back as it was is not written.
        let returns = || SHIFT_JIS.decode_without_bom_handling(&encoded).0 == one;
        if !unmappable && is_jis90(&encoded) && returns() {
            bytes.extend_from_slice(&encoded);
        } else {
            bytes.extend_from_slice(format!("&#x{:X};", u32::from(c)).as_bytes());
        }
    }
    bytes
}

/// Tells whether encoded bytes stand in JIS X 0201 or in rows 1–8 and 16–84 of JIS X 0208:1990.
/// The other lead bytes are a vendor's extension.
fn is_jis90(encoded: &[u8]) -> bool {
    match encoded {
        [single] => single.is_ascii() || (0xA1..=0xDF).contains(single),
        [lead, _] => matches!(lead, 0x81..=0x84 | 0x88..=0x9F | 0xE0..=0xEA),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_told_by_their_bytes() {
        let utf8 =
            decode("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>模擬</a>".as_bytes()).unwrap();
        assert_eq!(utf8.actual, Some(Encoding::Utf8));
        assert!(!utf8.is_misdeclared());
        // 模擬 in Shift_JIS, from the code table of JIS X 0208: rows 44-47 and 21-28.
        let bytes = b"<?xml version='1.0' encoding='shift_jis'?><a>\x96\xCD\x8B\x5B</a>";
        let sjis = decode(bytes).unwrap();
        assert!(sjis.text.ends_with("<a>模擬</a>"));
        assert_eq!(sjis.actual, Some(Encoding::ShiftJis));
        assert_eq!(sjis.declared.as_deref(), Some("shift_jis"));
        assert!(!sjis.is_misdeclared());
    }

    #[test]
    fn a_mark_is_dropped_and_means_utf_8() {
        let marked = decode(b"\xEF\xBB\xBF<a/>").unwrap();
        assert_eq!(
            (marked.text.as_str(), marked.actual),
            ("<a/>", Some(Encoding::Utf8))
        );
        assert_eq!(decode(b"<a/>").unwrap().actual, None);
    }

    #[test]
    fn another_declaration_than_the_bytes_is_noticed() {
        let lies = decode(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\x96\xCD</a>").unwrap();
        assert!(lies.is_misdeclared());
        assert!(decode("<a>模</a>".as_bytes()).is_ok_and(|text| !text.is_misdeclared()));
        assert!(
            decode(b"<?xml version=\"1.0\" encoding=\"EUC-JP\"?><a/>")
                .unwrap()
                .is_misdeclared()
        );
    }

    #[test]
    fn what_is_neither_is_refused() {
        assert_eq!(decode(b"\xFF\xFE<\0a\0"), Err(NoText::Utf16));
        assert_eq!(decode(b"<a>\x82\xFF</a>"), Err(NoText::Unknown));
        assert_eq!(decode(b"\xEF\xBB\xBF<a>\x96\xCD</a>"), Err(NoText::Unknown));
    }

    #[test]
    fn what_jis90_lacks_is_written_as_a_reference() {
        let bytes = Encoding::ShiftJis.encode("ｱ山①髙¥～");
        // ｱ is B1 in JIS X 0201, 山 is 8E52; 髙 (U+9AD9), ① and ¥ have no place of their own,
        // and FF5E is what 8160 comes back as.
        assert_eq!(bytes, b"\xB1\x8E\x52&#x2460;&#x9AD9;&#xA5;\x81\x60");
    }
}
