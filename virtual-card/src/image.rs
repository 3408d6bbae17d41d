//! Draws the texts of a card as the images its files hold (card.md §2.3). SIMULATION.
//!
//! Pure: the same text gives the same bytes. An image is a PNG of one bit per pixel, greyscale,
//! black on white. That and the sizes of one line are those of the published test card; the
//! rest is a convention of this harness:
//!
//! - full-width characters take cells of 12 by 12 pixels, half-width ones 6 by 12;
//! - a text longer than a line goes on in further lines of 12 pixels below, so that the height is a
//!   multiple of 12; a cell is never cut, and an empty text is one blank line;
//! - a character that the fonts (`assets/font/`) lack is a crossed box, which no name contains;
//! - combining marks join the character before them where Unicode has the two as one; other marks,
//!   variation selectors and control characters take no cell and are not drawn.

mod font;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};
use unicode_normalization::char::compose;

use crate::kept::Kept;
use font::Glyph;

/// Height of a line in pixels.
pub const LINE_HEIGHT: usize = 12;
/// Width of the image of 氏名 in pixels: 18 full-width cells.
pub const NAME_WIDTH: usize = 216;
/// Width of the image of 住所 in pixels: 24 full-width cells.
pub const ADDRESS_WIDTH: usize = 288;
/// Width of the image of 個人番号 in pixels: 12 half-width cells.
pub const MY_NUMBER_WIDTH: usize = 72;
/// Width of the image of the security code in pixels: 4 half-width cells.
pub const SECURITY_CODE_WIDTH: usize = 24;

/// Draws 氏名, for DF25 of the card face; 216 by 12 pixels if it fits in a line.
#[must_use]
pub fn name(text: &str) -> Vec<u8> {
    draw(text, NAME_WIDTH)
}

/// Draws 住所, for DF26 of the card face; 288 by 12 pixels if it fits in a line.
#[must_use]
pub fn address(text: &str) -> Vec<u8> {
    draw(text, ADDRESS_WIDTH)
}

/// Draws 個人番号, for DF41 of the My Number image; 72 by 12 pixels for 12 digits.
#[must_use]
pub fn my_number(text: &str) -> Vec<u8> {
    draw(text, MY_NUMBER_WIDTH)
}

/// Draws the security code, for DF2A of the card face; 24 by 12 pixels for 4 digits.
#[must_use]
pub fn security_code(text: &str) -> Vec<u8> {
    draw(text, SECURITY_CODE_WIDTH)
}

/// Says whether the fonts have a glyph for the character, so that it is not a crossed box.
#[must_use]
pub fn is_drawn(character: char) -> bool {
    font::find(character).is_some()
}

/// Images by text and width. Deflating costs more than all the rest of a card's face, and names and
/// addresses come again.
static IMAGES: Kept<(String, usize), Vec<u8>> = Kept::new(1_024);

fn draw(text: &str, width: usize) -> Vec<u8> {
    // A vector takes all that is written, and the length fits the width and height: no error.
    let image = IMAGES.get((text.to_owned(), width), || drawn(text, width).ok());
    image.unwrap_or_default()
}

fn drawn(text: &str, width: usize) -> Result<Vec<u8>, EncodingError> {
    let lines = lines(glyphs(text), width);
    let stride = width.div_ceil(8);
    let mut pixels = vec![0xFF; stride * LINE_HEIGHT * lines.len()];
    for (line, glyphs) in pixels.chunks_mut(stride * LINE_HEIGHT).zip(&lines) {
        let mut left = 0;
        for glyph in glyphs {
            for (row, bits) in line.chunks_mut(stride).zip(glyph.rows) {
                ink(row, left, glyph.width, bits);
            }
            left += glyph.width;
        }
    }
    encode(width, LINE_HEIGHT * lines.len(), &pixels)
}

/// Turns a text into the glyphs that take cells.
fn glyphs(text: &str) -> Vec<Glyph> {
    let mut characters: Vec<char> = Vec::new();
    for character in text.chars() {
        let joined = characters
            .last_mut()
            .and_then(|last| compose(*last, character).map(|both| *last = both));
        if joined.is_none() && font::takes_cell(character) {
            characters.push(character);
        }
    }
    characters.into_iter().map(font::glyph).collect()
}

/// Breaks glyphs into lines of at most `width` pixels; at least one line.
fn lines(glyphs: Vec<Glyph>, width: usize) -> Vec<Vec<Glyph>> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut used = 0;
    for glyph in glyphs {
        if used + glyph.width > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        used += glyph.width;
        line.push(glyph);
    }
    lines.push(line);
    lines
}

/// Makes the pixels black, from `left`, whose bits are set in the low `width` bits.
fn ink(row: &mut [u8], left: usize, width: usize, bits: u16) {
    for column in (0..width).filter(|column| bits >> (width - 1 - column) & 1 == 1) {
        let x = left + column;
        if let Some(byte) = row.get_mut(x / 8) {
            *byte &= !(0x80 >> (x % 8));
        }
    }
}

/// Encodes pixels, 1 for white, each row padded to whole bytes.
fn encode(width: usize, height: usize, pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut image = Vec::new();
    let mut encoder = Encoder::new(&mut image, width as u32, height as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::High);
    // Filters work on whole bytes; eight pixels are not like the eight before.
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(text: &str) -> Vec<usize> {
        glyphs(text).iter().map(|glyph| glyph.width).collect()
    }

    fn cells(text: &str, width: usize) -> Vec<usize> {
        lines(glyphs(text), width).iter().map(Vec::len).collect()
    }

    #[test]
    fn line_is_broken_where_the_next_cell_does_not_fit() {
        assert_eq!(cells("", 36), [0]);
        assert_eq!(cells("山山山", 36), [3]);
        assert_eq!(cells("山山山山", 36), [3, 1]);
        assert_eq!(cells("1山山山", 36), [3, 1]);
        assert_eq!(cells("123456山", 36), [6, 1]);
    }

    #[test]
    fn cells_are_full_or_half_width() {
        assert_eq!(widths("山ア　Ａ１"), [12; 5]);
        assert_eq!(widths("Aé1 ｱﾞ"), [6; 6]);
    }

    #[test]
    fn marks_and_selectors_take_no_cell() {
        // か with a combining dakuten is が; the base of a variation sequence stands for it.
        assert_eq!(glyphs("か\u{3099}"), glyphs("が"));
        assert_eq!(glyphs("葛\u{E0100}"), glyphs("葛"));
        assert_eq!(glyphs("辻\u{FE00}"), glyphs("辻"));
        assert_eq!(glyphs("山\u{20DD}\u{200D}\n\u{7F}"), glyphs("山"));
        assert_eq!(glyphs("\u{3099}"), []);
    }
}
