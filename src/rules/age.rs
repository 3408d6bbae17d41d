//! Ages that decide something, on the JST day of the visit (convention 13).

use jiff::civil::Date;

/// Returns the day on which someone born on `birth` turns `years`: 29 February falls on the 28th.
pub fn birthday(birth: Date, years: i16) -> Date {
    let year = birth.year().saturating_add(years);
    Date::new(year, birth.month(), birth.day())
        .or_else(|_| Date::new(year, birth.month(), birth.day() - 1))
        .unwrap_or(Date::MAX)
}

/// Returns the last day on which a child is marked as before school: 31 March after the 6th
/// birthday; a child born on 1 April counts with the eve before (ELIG-09).
pub fn preschool_until(birth: Date) -> Date {
    let sixth = birthday(birth, 6);
    let early = (sixth.month(), sixth.day()) <= (4, 1);
    let year = if early {
        sixth.year()
    } else {
        sixth.year().saturating_add(1)
    };
    Date::new(year, 3, 31).unwrap_or(Date::MAX)
}

/// Returns the first day of a 高齢受給者証: the 1st of the month after the 70th birthday, for those
/// born on a 1st that day itself (ELIG-09).
pub fn elderly_from(birth: Date) -> Date {
    let seventieth = birthday(birth, 70);
    if seventieth.day() == 1 {
        return seventieth;
    }
    seventieth.last_of_month().tomorrow().unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn preschool_ends_on_31_march_after_the_sixth_birthday() {
        assert_eq!(preschool_until(date(2019, 4, 2)), date(2026, 3, 31));
        assert_eq!(preschool_until(date(2019, 4, 1)), date(2025, 3, 31));
        assert_eq!(preschool_until(date(2019, 3, 31)), date(2025, 3, 31));
    }

    #[test]
    fn the_elderly_share_begins_the_month_after_the_seventieth_birthday() {
        assert_eq!(elderly_from(date(1955, 6, 15)), date(2025, 7, 1));
        assert_eq!(elderly_from(date(1955, 6, 1)), date(2025, 6, 1));
        assert_eq!(elderly_from(date(1955, 12, 31)), date(2026, 1, 1));
    }
}
