//! Which qualification answers an inquiry (requirements.md ELIG).

use jiff::civil::Date;

use crate::eligibility::{CardClass, NumberKey, Qualification, Validity};

/// Returns the validity for a card inquiry on `day`, with the qualification to show: the current
/// one whichever insurer that is, else the last one for reference (ELIG-01 … ELIG-03).
///
/// Of an insurance and 医療扶助 that hold together the insurance is shown, for it pays first: a
/// convention of this harness.
pub fn by_card(qualifications: &[Qualification], day: Date) -> (Validity, Option<&Qualification>) {
    let current = || qualifications.iter().filter(|one| one.holds_on(day));
    let insured = current().rfind(|one| one.class != CardClass::MedicalAid);
    if let Some(current) = insured.or_else(|| current().next_back()) {
        return (Validity::Valid, Some(current));
    }
    match qualifications
        .iter()
        .filter(|one| one.from <= day)
        .max_by_key(|one| one.until)
    {
        Some(last) => (Validity::Invalid, Some(last)),
        None => (Validity::None, None),
    }
}

/// Returns the validity for a number inquiry on `day` about `asked`, one of the person's
/// `qualifications`: a newer one is mentioned and not shown (ELIG-04).
pub fn by_number(asked: &Qualification, qualifications: &[Qualification], day: Date) -> Validity {
    if asked.holds_on(day) {
        Validity::Valid
    } else if qualifications
        .iter()
        .any(|one| one.from > asked.from && one.holds_on(day))
    {
        Validity::InvalidNewerExists
    } else {
        Validity::Invalid
    }
}

/// Returns which of several records under one number is meant: the one that holds on `day`, else
/// the latest. A card for a short term is renewed under the same number.
pub fn latest<T>(
    records: &[T],
    qualification: impl Fn(&T) -> &Qualification,
    day: Date,
) -> Option<&T> {
    records
        .iter()
        .filter(|one| qualification(one).holds_on(day))
        .max_by_key(|one| qualification(one).from)
        .or_else(|| records.iter().max_by_key(|one| qualification(one).from))
}

/// Tells whether `key` names `qualification`, whatever the padding of the insurer number and the
/// width of symbol and number; without a branch any branch fits (ELIG-06).
pub fn matches(key: &NumberKey, qualification: &Qualification) -> bool {
    let same_branch = match (&key.branch, &qualification.branch) {
        (Some(asked), Some(kept)) => unpadded(asked) == unpadded(kept),
        _ => true,
    };
    unpadded(&key.insurer) == unpadded(&qualification.insurer)
        && normal(&key.symbol) == normal(&qualification.symbol)
        && normal(&key.number) == normal(&qualification.number)
        && same_branch
}

/// Returns an insurer or branch number without its padding.
pub(super) fn unpadded(number: &str) -> String {
    normal(number).trim_start_matches('0').to_owned()
}

/// Returns a text as names and addresses are compared: width and spaces do not count.
pub(super) fn folded(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// Returns a symbol or number as it is compared: letters and digits in half width and upper case,
/// kana in full width, without spaces. Hyphens do not count either, for they come in many widths:
/// a convention of this harness.
fn normal(text: &str) -> String {
    folded(text)
        .chars()
        .filter(|c| !is_hyphen(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

/// Tells whether a character is a hyphen or one of those typed for it, the long vowel mark of
/// kana among them.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::Relation;
    use jiff::civil::date;

    fn qualification() -> Qualification {
        Qualification {
            class: crate::eligibility::CardClass::General,
            lost_because: None,
            insurer: "01139999".to_owned(),
            insurer_name: "模擬健康保険組合".to_owned(),
            symbol: "１２３".to_owned(),
            number: "４５６".to_owned(),
            branch: Some("01".to_owned()),
            relation: Relation::Insured,
            from: date(2020, 4, 1),
            until: Some(date(2025, 3, 31)),
            share: 30,
            preschool: None,
            elderly: None,
        }
    }

    #[test]
    fn padding_width_and_an_absent_branch_do_not_count() {
        let key = NumberKey {
            insurer: "  1139999".to_owned(),
            symbol: "123".to_owned(),
            number: "456".to_owned(),
            branch: None,
            birth_date: date(1985, 6, 15),
        };
        assert!(matches(&key, &qualification()));
        let other = NumberKey {
            branch: Some("02".to_owned()),
            ..key
        };
        assert!(!matches(&other, &qualification()));
    }

    fn key(symbol: &str, number: &str, branch: &str) -> NumberKey {
        NumberKey {
            insurer: "1139999".to_owned(),
            symbol: symbol.to_owned(),
            number: number.to_owned(),
            branch: Some(branch.to_owned()),
            birth_date: date(1985, 6, 15),
        }
    }

    #[test]
    fn kana_hyphens_case_and_the_padding_of_a_branch_do_not_count() {
        let kept = Qualification {
            symbol: "カソウａ－１".to_owned(),
            ..qualification()
        };
        assert!(matches(&key("ｶｿｳA1", "456", "1"), &kept));
        assert!(matches(&key("カソウa‐１", "4 5 6", "01"), &kept));
        assert!(!matches(&key("カソウａ－２", "456", "01"), &kept));
        assert!(!matches(&key("カソウａ－１", "456", "10"), &kept));
    }

    #[test]
    fn of_one_number_the_record_that_holds_is_meant_and_else_the_latest() {
        let first = qualification();
        let second = Qualification {
            from: date(2025, 4, 1),
            until: Some(date(2025, 9, 30)),
            ..qualification()
        };
        let all = [second.clone(), first.clone()];
        let on = |day| latest(&all, |one| one, day);
        assert_eq!(on(date(2025, 3, 31)), Some(&first));
        assert_eq!(on(date(2025, 4, 1)), Some(&second));
        assert_eq!(on(date(2025, 10, 1)), Some(&second));
        assert_eq!(
            latest(&[] as &[Qualification], |one| one, date(2025, 4, 1)),
            None
        );
    }

    #[test]
    fn an_insurance_goes_before_medical_aid_and_aid_before_nothing() {
        let insurance = qualification();
        let aid = Qualification {
            class: CardClass::MedicalAid,
            insurer: "12139996".to_owned(),
            from: date(2024, 4, 1),
            until: None,
            ..qualification()
        };
        let all = [insurance.clone(), aid.clone()];
        let together = by_card(&all, date(2025, 3, 31));
        assert_eq!(together, (Validity::Valid, Some(&insurance)));
        let alone = by_card(&all, date(2025, 4, 1));
        assert_eq!(alone, (Validity::Valid, Some(&aid)));
    }

    #[test]
    fn a_lapsed_qualification_is_shown_for_reference() {
        let all = [qualification()];
        assert_eq!(
            by_card(&all, date(2025, 4, 1)),
            (Validity::Invalid, Some(&all[0]))
        );
        assert_eq!(by_card(&all, date(2025, 3, 31)).0, Validity::Valid);
        assert_eq!(by_card(&[], date(2025, 3, 31)), (Validity::None, None));
    }
}
