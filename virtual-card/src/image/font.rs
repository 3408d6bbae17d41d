//! The glyphs: which pixels of its cell a character makes black.
//!
//! `assets/font/README.md` says where they come from, under which licences, and how the two files
//! were made. They are searched as they lie in the program, so that loading costs nothing.

use std::array;

use unicode_width::UnicodeWidthChar;

use super::LINE_HEIGHT;

/// Width of a full-width cell in pixels.
const FULL: usize = 12;
/// Width of a half-width cell in pixels.
const HALF: usize = 6;

/// Bytes of a code point at the head of a record; the rows follow without padding.
const CODE: usize = 3;
static FULL_GLYPHS: &[u8] = include_bytes!("../../assets/font/full.bin");
static HALF_GLYPHS: &[u8] = include_bytes!("../../assets/font/half.bin");

/// The crossed boxes of characters without a glyph, a convention of this harness. An empty box
/// would be read as 口 or ロ.
const FULL_BOX: [u16; LINE_HEIGHT] = [
    0b0000_0000_0000,
    0b0111_1111_1110,
    0b0110_0000_0110,
    0b0101_0000_1010,
    0b0100_1001_0010,
    0b0100_0110_0010,
    0b0100_0110_0010,
    0b0100_1001_0010,
    0b0101_0000_1010,
    0b0110_0000_0110,
    0b0111_1111_1110,
    0b0000_0000_0000,
];
const HALF_BOX: [u16; LINE_HEIGHT] = [
    0b00_0000, 0b11_1110, 0b10_0010, 0b11_0110, 0b11_0110, 0b10_1010, 0b10_1010, 0b11_0110,
    0b11_0110, 0b10_0010, 0b11_1110, 0b00_0000,
];

/// What is drawn in one cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Glyph {
    /// 12 or 6 pixels.
    pub(super) width: usize,
    /// Rows from the top; the low `width` bits are pixels from the left, 1 for black.
    pub(super) rows: [u16; LINE_HEIGHT],
}

/// Returns the glyph of a character, or a crossed box of its width.
pub(super) fn glyph(character: char) -> Glyph {
    find(character).unwrap_or_else(|| match character.width() {
        Some(2) => Glyph {
            width: FULL,
            rows: FULL_BOX,
        },
        _ => Glyph {
            width: HALF,
            rows: HALF_BOX,
        },
    })
}

/// Returns the glyph of a character if the fonts have one.
pub(super) fn find(character: char) -> Option<Glyph> {
    find_in::<{ CODE + 18 }>(FULL_GLYPHS, character, FULL)
        .or_else(|| find_in::<{ CODE + 9 }>(HALF_GLYPHS, character, HALF))
}

/// Says whether a character takes a cell: all but marks, selectors and controls do.
pub(super) fn takes_cell(character: char) -> bool {
    // A half-width dakuten has a glyph, while Unicode counts it as a mark of no width.
    character.width().is_some_and(|width| width > 0) || find(character).is_some()
}

fn find_in<const RECORD: usize>(
    records: &'static [u8],
    character: char,
    width: usize,
) -> Option<Glyph> {
    let (records, _) = records.as_chunks::<RECORD>();
    let wanted = u32::from(character);
    let index = records.binary_search_by_key(&wanted, code).ok()?;
    let rows = records.get(index)?.get(CODE..)?;
    Some(Glyph {
        width,
        rows: array::from_fn(|y| row(rows, y * width, width)),
    })
}

fn code<const RECORD: usize>(record: &[u8; RECORD]) -> u32 {
    record
        .iter()
        .take(CODE)
        .fold(0, |code, byte| code << 8 | u32::from(*byte))
}

/// Returns the `width` bits from bit `start`.
fn row(bits: &[u8], start: usize, width: usize) -> u16 {
    (start..start + width).fold(0, |row, bit| {
        let byte = bits.get(bit / 8).copied().unwrap_or_default();
        row << 1 | u16::from(byte >> (7 - bit % 8) & 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes<const RECORD: usize>(records: &'static [u8]) -> Vec<u32> {
        let (records, rest) = records.as_chunks::<RECORD>();
        assert!(rest.is_empty(), "a record is cut short");
        records.iter().map(code).collect()
    }

    #[test]
    fn records_are_whole_sorted_and_in_one_file_only() {
        let full = codes::<{ CODE + 18 }>(FULL_GLYPHS);
        let half = codes::<{ CODE + 9 }>(HALF_GLYPHS);
        for codes in [&full, &half] {
            assert!(codes.is_sorted_by(|one, next| one < next));
            assert!(codes.iter().all(|code| char::from_u32(*code).is_some()));
        }
        assert!(half.iter().all(|code| full.binary_search(code).is_err()));
    }

    fn drawn() -> impl Iterator<Item = char> {
        codes::<{ CODE + 18 }>(FULL_GLYPHS)
            .into_iter()
            .chain(codes::<{ CODE + 9 }>(HALF_GLYPHS))
            .filter_map(char::from_u32)
    }

    #[test]
    fn every_glyph_but_a_space_has_ink_within_its_width() {
        for character in drawn() {
            let glyph = find(character).unwrap();
            let ink = glyph.rows.iter().any(|row| *row != 0);
            assert_eq!(ink, !character.is_whitespace(), "{character:?}");
            assert!(glyph.rows.iter().all(|row| row >> glyph.width == 0));
        }
    }

    #[test]
    fn no_character_looks_like_the_crossed_box() {
        let boxes = [FULL_BOX, HALF_BOX];
        assert!(drawn().all(|character| !boxes.contains(&glyph(character).rows)));
    }
}
