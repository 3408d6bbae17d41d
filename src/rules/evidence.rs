//! Which qualification answers an inquiry (requirements.md ELIG).

use jiff::civil::Date;

use crate::eligibility::{NumberKey, Qualification, Validity};

/// Returns the validity for a card inquiry on `day`, with the qualification to show: the current
/// one whichever insurer that is, else the last one for reference (ELIG-01 … ELIG-03).
pub fn by_card(qualifications: &[Qualification], day: Date) -> (Validity, Option<&Qualification>) {
    if let Some(current) = qualifications.iter().rfind(|one| one.holds_on(day)) {
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

/// Tells whether `key` names `qualification`, whatever the padding of the insurer number and the
/// width of symbol and number; without a branch any branch fits (ELIG-06).
pub fn matches(key: &NumberKey, qualification: &Qualification) -> bool {
    let same_branch = match (&key.branch, &qualification.branch) {
        (Some(asked), Some(kept)) => normal(asked) == normal(kept),
        _ => true,
    };
    insurer(&key.insurer) == insurer(&qualification.insurer)
        && normal(&key.symbol) == normal(&qualification.symbol)
        && normal(&key.number) == normal(&qualification.number)
        && same_branch
}

/// Returns an insurer number without its padding.
pub(super) fn insurer(number: &str) -> String {
    normal(number).trim_start_matches('0').to_owned()
}

/// Returns a symbol or number in half width, without spaces.
pub(super) fn normal(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
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
        let key = NumberKey {
            branch: Some("02".to_owned()),
            ..key
        };
        assert!(!matches(&key, &qualification()));
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
