//! The formats of fields: dates, padded insurer numbers, shares, half-width kana
//! (eligibility.md §1.4).

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization as _;

use super::Unreadable;
use super::xml::Element;
use crate::eligibility::Moment;

/// Writes a date as `yyyyMMdd`.
pub fn date(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// Writes an instant as `yyyyMMddHHmmss`, in Japan Standard Time.
pub fn date_time(at: Moment) -> String {
    let local = at.zoned().datetime();
    format!(
        "{}{:02}{:02}{:02}",
        date(local.date()),
        local.hour(),
        local.minute(),
        local.second()
    )
}

fn digits(text: &str, count: usize) -> Option<&str> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn number(text: &str, from: usize, to: usize) -> Option<i16> {
    text.get(from..to)?.parse().ok()
}

fn small(text: &str, from: usize, to: usize) -> Option<i8> {
    text.get(from..to)?.parse().ok()
}

/// Reads `yyyyMMdd`.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = digits(text, 8)?;
    Date::new(number(text, 0, 4)?, small(text, 4, 6)?, small(text, 6, 8)?).ok()
}

/// Reads `yyyyMMddHHmmss`, in Japan Standard Time.
pub fn parse_date_time(text: &str) -> Option<Moment> {
    let text = digits(text, 14)?;
    let time = (
        small(text, 8, 10)?,
        small(text, 10, 12)?,
        small(text, 12, 14)?,
    );
    let clock = jiff::civil::Time::new(time.0, time.1, time.2, 0).ok()?;
    let local = parse_date(text.get(..8)?)?.to_datetime(clock);
    format!("{local}+09:00").parse().ok()
}

/// Writes a month `YYYY-MM` as `yyyyMM`.
pub fn month(month: &str) -> String {
    month.replace('-', "")
}

/// Reads `yyyyMM` as `YYYY-MM`.
pub fn parse_month(text: &str) -> Option<String> {
    let text = digits(text, 6)?;
    let month = small(text, 4, 6)?;
    (1..=12)
        .contains(&month)
        .then(|| format!("{}-{month:02}", &text[..4]))
}

/// Writes an insurer number as a request has it: eight digits, zeros before. One that brings its
/// own padding keeps it.
pub fn insurer_in_request(number: &str) -> String {
    if number.chars().all(|c| c.is_ascii_digit()) {
        format!("{number:0>8}")
    } else {
        number.to_owned()
    }
}

/// Writes an insurer number as a result has it: eight positions, spaces before.
pub fn insurer_in_result(number: &str) -> String {
    format!("{:>8}", number.trim())
}

/// Writes a share in percent with three digits.
pub fn share(percent: u8) -> String {
    format!("{percent:03}")
}

/// Reads a share in percent.
pub fn parse_share(text: &str) -> Option<u8> {
    text.parse().ok().filter(|percent| *percent <= 100)
}

/// Writes kana in half width, parted by a half-width space. The few that have no half-width form
/// stay as they are.
pub fn half_width(kana: &str) -> String {
    kana.nfd()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{3099}' => 'ﾞ',
            '\u{309A}' => 'ﾟ',
            '。' => '｡',
            '「' => '｢',
            '」' => '｣',
            '、' => '､',
            '・' => '･',
            'ー' => 'ｰ',
            c => ('ｦ'..='ﾝ')
                .find(|half| half.to_string().nfkc().eq(std::iter::once(c)))
                .unwrap_or(c),
        })
        .collect()
}

/// Reads half-width kana as full-width ones, parted by U+3000.
pub fn full_width(kana: &str) -> String {
    kana.nfkc()
        .map(|c| if c == ' ' { '\u{3000}' } else { c })
        .collect()
}

/// Reads a field that must be there.
///
/// # Errors
///
/// [`Unreadable`] with the element's name.
pub fn needed<'a>(element: &'a Element, name: &str) -> Result<&'a str, Unreadable> {
    element.get(name).ok_or_else(|| Unreadable {
        element: format!("{}/{name}", element.name),
        what: "is missing".to_owned(),
    })
}

/// Reads a field with `parse`, where it is there and not empty.
///
/// # Errors
///
/// [`Unreadable`] with the element's name where it has no possible value.
pub fn optional<T>(
    element: &Element,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Unreadable> {
    element
        .get(name)
        .map(|text| {
            parse(text).ok_or_else(|| Unreadable {
                element: format!("{}/{name}", element.name),
                what: "has no possible value".to_owned(),
            })
        })
        .transpose()
}

/// Reads a field with `parse` that must be there.
///
/// # Errors
///
/// [`Unreadable`] with the element's name.
pub fn required<T>(
    element: &Element,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Unreadable> {
    needed(element, name)?;
    optional(element, name, parse)?.ok_or_else(|| Unreadable {
        element: format!("{}/{name}", element.name),
        what: "is missing".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn dates_are_eight_digits_and_times_fourteen() {
        assert_eq!(date(day(2023, 2, 1)), "20230201");
        assert_eq!(parse_date("20240229"), Some(day(2024, 2, 29)));
        for wrong in ["20230229", "2023021", "２０２３０２０１", "20231301", ""] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
        let at = parse_date_time("20230221174835").unwrap();
        assert_eq!(at.to_string(), "2023-02-21T17:48:35+09:00");
        assert_eq!(date_time(at), "20230221174835");
        assert_eq!(parse_month("202512").as_deref(), Some("2025-12"));
        assert_eq!(parse_month("202513"), None);
    }

    #[test]
    fn padding_differs_between_requests_and_results() {
        assert_eq!(insurer_in_request("123456"), "00123456");
        assert_eq!(insurer_in_request("  123456"), "  123456");
        assert_eq!(insurer_in_result("123456"), "  123456");
        assert_eq!(insurer_in_result("01139999"), "01139999");
    }

    #[test]
    fn shares_are_three_digits() {
        assert_eq!(share(10), "010");
        assert_eq!(parse_share("030"), Some(30));
        assert_eq!(parse_share("300"), None);
    }

    #[test]
    fn kana_go_half_width_and_come_back() {
        assert_eq!(half_width("ヤマダ　パピー"), "ﾔﾏﾀﾞ ﾊﾟﾋﾟｰ");
        assert_eq!(full_width("ﾔﾏﾀﾞ ﾊﾟﾋﾟｰ"), "ヤマダ　パピー");
        assert_eq!(full_width(&half_width("ヴァヷッヮ")), "ヴァヷッヮ");
    }
}
