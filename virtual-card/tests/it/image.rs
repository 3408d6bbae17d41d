//! The images of the card's texts, decoded and looked at pixel by pixel.

use proptest::prelude::*;
use virtual_card::applications::card_face::tag;
use virtual_card::image::{self, LINE_HEIGHT};
use virtual_card::profile::Profile;
use virtual_card::tlv;

use crate::face::face;
use crate::profile;

/// Decodes an image into rows of `#` for black and `.` for white.
fn rows(image: &[u8]) -> Vec<String> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(image))
        .read_info()
        .unwrap();
    let info = reader.info();
    assert_eq!(info.color_type, png::ColorType::Grayscale);
    assert_eq!(info.bit_depth, png::BitDepth::One);
    let width = info.width as usize;
    let stride = width.div_ceil(8);
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let pixel = |row: &[u8], x: usize| match row[x / 8] >> (7 - x % 8) & 1 {
        0 => '#',
        _ => '.',
    };
    pixels
        .chunks(stride)
        .map(|row| (0..width).map(|x| pixel(row, x)).collect())
        .collect()
}

fn size(image: &[u8]) -> (usize, usize) {
    let rows = rows(image);
    (rows[0].len(), rows.len())
}

/// Cuts the cell out whose left upper corner is at `x` and the top of line `line`.
fn cell(image: &[u8], x: usize, width: usize, line: usize) -> Vec<String> {
    rows(image)[line * LINE_HEIGHT..][..LINE_HEIGHT]
        .iter()
        .map(|row| row[x..x + width].to_owned())
        .collect()
}

/// From Shinonome's BDF.
const MOUNTAIN: [&str; LINE_HEIGHT] = [
    ".....#......",
    ".....#......",
    ".....#......",
    ".....#......",
    ".....#......",
    ".#...#...#..",
    ".#...#...#..",
    ".#...#...#..",
    ".#...#...#..",
    ".#...#...#..",
    ".#########..",
    ".#.......#..",
];
/// From K12, whose JIS X 0213 has what JIS X 0208 lacks.
const SAKI: [&str; LINE_HEIGHT] = [
    "............",
    "...#....#...",
    "...#.#######",
    ".#.#..#...#.",
    ".#.#.#.#.#..",
    ".#.#.#######",
    ".#.#.#....#.",
    ".#.#.####.#.",
    ".######.#.#.",
    ".#...####.#.",
    "......#.#.#.",
    ".........##.",
];
/// From Shinonome's half-width BDF.
const TWO: [&str; LINE_HEIGHT] = [
    "......", ".###..", "#...#.", "#...#.", "....#.", "...#..", "..#...", ".#....", "#.....",
    "#####.", "......", "......",
];
const CROSSED_BOX: [&str; LINE_HEIGHT] = [
    "............",
    ".##########.",
    ".##......##.",
    ".#.#....#.#.",
    ".#..#..#..#.",
    ".#...##...#.",
    ".#...##...#.",
    ".#..#..#..#.",
    ".#.#....#.#.",
    ".##......##.",
    ".##########.",
    "............",
];
const BLANK: [&str; LINE_HEIGHT] = ["............"; LINE_HEIGHT];

#[test]
fn images_of_one_line_have_the_published_sizes() {
    assert_eq!(size(&image::name("模擬　太郎")), (216, 12));
    assert_eq!(
        size(&image::address("架空県模擬市受付一丁目２番３号")),
        (288, 12)
    );
    assert_eq!(size(&image::my_number("900000000015")), (72, 12));
    assert_eq!(size(&image::security_code("4021")), (24, 12));
}

#[test]
fn glyphs_are_those_of_the_fonts() {
    let image = image::name("山　\u{FA11}山2");
    assert_eq!(cell(&image, 0, 12, 0), MOUNTAIN);
    assert_eq!(cell(&image, 12, 12, 0), BLANK);
    assert_eq!(cell(&image, 24, 12, 0), SAKI);
    assert_eq!(cell(&image, 36, 12, 0), MOUNTAIN);
    assert_eq!(cell(&image, 48, 6, 0), TWO);
    assert_eq!(cell(&image, 54, 12, 0), BLANK);
    assert_eq!(cell(&image::my_number("000000000002"), 66, 6, 0), TWO);
    assert_eq!(cell(&image::security_code("2000"), 0, 6, 0), TWO);
}

#[test]
fn longer_texts_go_on_below() {
    let image = image::name(&"山".repeat(18));
    assert_eq!(size(&image), (216, 12));
    let image = image::name(&format!("{}山", "一".repeat(18)));
    assert_eq!(size(&image), (216, 24));
    assert_eq!(cell(&image, 0, 12, 1), MOUNTAIN);
    assert_eq!(cell(&image, 12, 12, 1), BLANK);
    // A full-width cell that would be cut at the edge starts the next line.
    let image = image::address(&format!("1{}", "山".repeat(24)));
    assert_eq!(size(&image), (288, 24));
    assert_eq!(cell(&image, 0, 12, 1), MOUNTAIN);
    assert_eq!(size(&image::address(&"あ".repeat(49))), (288, 36));
}

#[test]
fn empty_text_is_a_blank_line() {
    let image = image::name("");
    assert_eq!(rows(&image), vec![".".repeat(216); 12]);
}

#[test]
fn character_without_glyph_is_a_crossed_box() {
    // A character of CJK extension G.
    assert!(!image::is_drawn('\u{30EDE}'));
    assert_eq!(cell(&image::name("\u{30EDE}山"), 0, 12, 0), CROSSED_BOX);
    assert_eq!(cell(&image::name("\u{30EDE}山"), 12, 12, 0), MOUNTAIN);
    let thai = image::name("ก2");
    assert_ne!(cell(&thai, 0, 6, 0), cell(&image::name(" "), 0, 6, 0));
    assert_eq!(cell(&thai, 6, 6, 0), TWO);
}

#[test]
fn rare_characters_of_names_are_told_from_common_ones() {
    for (rare, common) in [
        ('\u{9AD9}', '高'),
        ('\u{FA11}', '崎'),
        ('\u{20BB7}', '吉'),
        ('\u{9089}', '邊'),
        ('\u{5FB7}', '徳'),
        ('\u{6FF5}', '濱'),
        ('\u{6801}', '柳'),
        ('\u{5F45}', '弓'),
        ('\u{20B9F}', '叱'),
        ('\u{FA10}', '塚'),
        ('\u{FA19}', '神'),
    ] {
        assert!(image::is_drawn(rare), "{rare} has no glyph");
        let drawn = |character: char| image::name(&character.to_string());
        assert_ne!(drawn(rare), drawn(common), "{rare}");
    }
}

#[test]
fn every_standard_holder_is_drawn_without_a_crossed_box() {
    for name in Profile::standard_names() {
        let holder = profile(name).holder;
        let text = format!("{}{}", holder.name, holder.address);
        // A variation selector takes no cell.
        let undrawn = |one: &char| !image::is_drawn(*one) && !('\u{E0100}'..).contains(one);
        let missing: String = text.chars().filter(undrawn).collect();
        assert_eq!(missing, "", "{name}");
    }
}

#[test]
fn card_face_holds_the_images_of_its_holder() {
    for name in Profile::standard_names() {
        let profile = profile(name);
        if profile.token.is_phone() {
            continue;
        }
        let file = face(name);
        let (outer, _) = tlv::read(&file).unwrap();
        let value = |tag| tlv::find(outer.value, tag).unwrap();
        assert_eq!(value(tag::NAME), image::name(&profile.holder.name));
        assert_eq!(value(tag::ADDRESS), image::address(&profile.holder.address));
        let code = image::security_code(&profile.security_code);
        assert_eq!(value(tag::SECURITY_CODE), code);
    }
}

/// card.md §2.3: the test card's files are 169, 340, 145 and 106 bytes long.
#[test]
fn images_are_not_much_larger_than_the_published_ones() {
    let adult = profile("adult");
    let limit = |published: usize| published + 30;
    assert!(image::name(&adult.holder.name).len() <= limit(169));
    assert!(image::address(&adult.holder.address).len() <= limit(340));
    assert!(image::my_number(&adult.my_number).len() <= limit(145));
    assert!(image::security_code(&adult.security_code).len() <= limit(106));
}

proptest! {
    #[test]
    fn any_text_is_drawn_in_whole_lines_the_same_each_time(text in any::<String>()) {
        for (draw, width) in [
            (image::name as fn(&str) -> Vec<u8>, 216),
            (image::address, 288),
            (image::my_number, 72),
            (image::security_code, 24),
        ] {
            let image = draw(&text);
            let (drawn_width, height) = size(&image);
            prop_assert_eq!(drawn_width, width);
            prop_assert!(height > 0 && height % LINE_HEIGHT == 0);
            prop_assert_eq!(draw(&text), image);
        }
    }

    #[test]
    fn text_of_full_width_cells_has_as_many_lines_as_it_needs(count in 0_usize..100) {
        let (_, height) = size(&image::name(&"山".repeat(count)));
        prop_assert_eq!(height, LINE_HEIGHT * count.div_ceil(18).max(1));
    }
}
