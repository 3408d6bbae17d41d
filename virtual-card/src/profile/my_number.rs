//! The check digit of 個人番号, known here so that no profile carries a number that could be real.

/// Returns the check digit that a 個人番号 with these first 11 digits would have, or nothing when
/// they are not 11 digits (行政手続番号利用法 総務省令第85号 第5条).
#[must_use]
pub fn check_digit(first: &str) -> Option<u8> {
    if first.len() != 11 || !first.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let sum: u32 = first
        .bytes()
        .rev()
        .zip(1_u32..)
        .map(|(digit, place)| {
            let weight = if place <= 6 { place + 1 } else { place - 5 };
            u32::from(digit - b'0') * weight
        })
        .sum();
    let rest = sum % 11;
    Some(if rest <= 1 { 0 } else { (11 - rest) as u8 })
}

#[cfg(test)]
mod tests {
    use super::check_digit;

    #[test]
    fn check_digit_follows_the_ordinance() {
        // The example numbers that forms and manuals print: 1234 5678 901(8).
        assert_eq!(check_digit("12345678901"), Some(8));
        assert_eq!(check_digit("00000000000"), Some(0));
        assert_eq!(check_digit("1234567890"), None);
        assert_eq!(check_digit("1234567890x"), None);
    }
}
