//! The site and what the eligibility system knows, as they are from some entry on.

use crate::eligibility::{NumberKey, Qualification, Registry, Site};

/// What is true of the world from one entry on, as the scenario states it.
#[derive(Debug, Clone)]
pub(in crate::judge) struct World {
    /// The first entry of which it is true.
    pub from: u64,
    pub site: Site,
    /// One per person, in the order of the scenario.
    pub registries: Vec<Registry>,
}

/// Returns `text` as a number is compared: letters and digits in half width, kana in full width,
/// upper case, without spaces and hyphens (ELIG-06; hyphens are a convention).
pub(in crate::judge) fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let hyphen = |char: char| {
        matches!(
            char,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}'
        )
    };
    if text.is_ascii() {
        // What has one width only is as NFKC would leave it.
        let kept = text
            .chars()
            .filter(|char| !char.is_whitespace() && !hyphen(*char));
        return kept.map(|char| char.to_ascii_uppercase()).collect();
    }
    let plain: String = text
        .nfkc()
        .filter(|char| !char.is_whitespace() && !hyphen(*char))
        .collect();
    plain.to_uppercase()
}

/// Returns an insurer number without its padding.
pub(in crate::judge) fn insurer(text: &str) -> String {
    plain(text).trim_start_matches('0').to_owned()
}

/// Tells whether a key names this qualification, branch apart.
pub(in crate::judge) fn names(key: &NumberKey, qualification: &Qualification) -> bool {
    insurer(&key.insurer) == insurer(&qualification.insurer)
        && plain(&key.symbol) == plain(&qualification.symbol)
        && plain(&key.number) == plain(&qualification.number)
}

/// Tells whether a key names this qualification, branch included where it has one.
pub(in crate::judge) fn names_with_branch(key: &NumberKey, qualification: &Qualification) -> bool {
    let branch = match (&key.branch, &qualification.branch) {
        (Some(asked), Some(held)) => {
            let number = |text: &str| plain(text).trim_start_matches('0').to_owned();
            number(asked) == number(held)
        }
        _ => true,
    };
    branch && names(key, qualification)
}

/// Returns the people whom a key fits, by index: with its branch where that fits anybody.
pub(in crate::judge) fn holders(key: &NumberKey, registries: &[Registry]) -> Vec<usize> {
    let fitting = |fits: fn(&NumberKey, &Qualification) -> bool| -> Vec<usize> {
        let born = |it: &Registry| it.person.birth_date == key.birth_date;
        let held = |it: &Registry| it.qualifications.iter().any(|one| fits(key, one));
        let all = registries.iter().enumerate();
        all.filter(|(_, it)| born(it) && held(it))
            .map(|(index, _)| index)
            .collect()
    };
    let exact = fitting(names_with_branch);
    if exact.is_empty() {
        fitting(names)
    } else {
        exact
    }
}

/// Tells whether two qualifications are the same one.
pub(in crate::judge) fn same(one: &Qualification, other: &Qualification) -> bool {
    insurer(&one.insurer) == insurer(&other.insurer)
        && plain(&one.symbol) == plain(&other.symbol)
        && plain(&one.number) == plain(&other.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_whatever_their_width_and_padding() {
        assert_eq!(plain("１２３－ａ"), "123A");
        assert_eq!(plain("ｶｿｳ　１ー２"), "カソウ12");
        assert_eq!(insurer("00139999"), insurer("139999"));
        assert_ne!(insurer("139999"), insurer("139998"));
    }
}
