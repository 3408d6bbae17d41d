//! 医療扶助: the tickets of the month (requirements.md ELIG-10, eligibility.md §2).
//!
//! The sources say that tickets come back with a designated-institution match, and that before the
//! month's ticket is recorded the system shows 未委託・未登録. The rest is convention of this harness
//! and is said so at each function.

use jiff::civil::Date;

use crate::eligibility::{CardClass, MedicalTicket, Qualification, Validity};

/// Returns the tickets of the month of `day`, each with whether `institution` is the designated
/// one (ELIG-10).
pub fn tickets_of_month(
    tickets: &[MedicalTicket],
    day: Date,
    institution: &str,
) -> Vec<MedicalTicket> {
    let month = format!("{:04}-{:02}", day.year(), day.month());
    tickets
        .iter()
        .filter(|ticket| ticket.month == month)
        .map(|ticket| MedicalTicket {
            designated: Some(ticket.institution == institution),
            ..ticket.clone()
        })
        .collect()
}

/// Returns the validity of what holds, once the tickets of the month are known: who is on
/// 医療扶助 alone and has none yet is valid-unregistered (ELIG-10, `should`, convention).
pub fn with_tickets(
    validity: Validity,
    qualification: Option<&Qualification>,
    tickets: &[MedicalTicket],
) -> Validity {
    let on_aid = qualification.is_some_and(|one| one.class == CardClass::MedicalAid);
    if validity == Validity::Valid && on_aid && tickets.is_empty() {
        Validity::ValidUnregistered
    } else {
        validity
    }
}

/// Tells whether the qualification counts: valid, with or without the ticket of the month.
pub fn is_valid(validity: Validity) -> bool {
    matches!(validity, Validity::Valid | Validity::ValidUnregistered)
}

/// Tells whether medical information is kept under a qualification of this class: not for 自衛官
/// and 医療扶助 (eligibility.md §3.5; for 医療扶助 from an undated page, so a convention of ours).
pub fn has_medical_information(class: CardClass) -> bool {
    !matches!(class, CardClass::SelfDefenceForces | CardClass::MedicalAid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::{Relation, TicketKind, Treatment};
    use jiff::civil::date;

    fn ticket(month: &str, institution: &str) -> MedicalTicket {
        MedicalTicket {
            kind: TicketKind::Care,
            month: month.to_owned(),
            from: date(2025, 12, 1),
            until: date(2025, 12, 31),
            number: "1".to_owned(),
            treatment: Treatment::Outpatient,
            payer: "12139996".to_owned(),
            recipient: "9000009".to_owned(),
            office: "模擬福祉事務所".to_owned(),
            institution: institution.to_owned(),
            designated: None,
            self_pay: 0,
            combined: false,
        }
    }

    fn of(class: CardClass) -> Qualification {
        Qualification {
            class,
            lost_because: None,
            insurer: "12139996".to_owned(),
            insurer_name: String::new(),
            symbol: String::new(),
            number: "9000009".to_owned(),
            branch: None,
            relation: Relation::Insured,
            from: date(2025, 4, 1),
            until: None,
            share: 0,
            preschool: None,
            elderly: None,
        }
    }

    #[test]
    fn only_the_tickets_of_the_month_come_with_the_match_of_the_institution() {
        let all = [
            ticket("2025-11", "1399999999"),
            ticket("2025-12", "1399999999"),
            ticket("2025-12", "1399999998"),
            ticket("2026-01", "1399999999"),
        ];
        let given = tickets_of_month(&all, date(2025, 12, 31), "1399999999");
        let designated: Vec<_> = given.iter().map(|it| it.designated).collect();
        assert_eq!(designated, [Some(true), Some(false)]);
        let later = tickets_of_month(&all, date(2026, 1, 1), "1399999999");
        assert_eq!(later.len(), 1);
        assert_eq!(later[0].month, "2026-01");
    }

    #[test]
    fn only_medical_aid_without_a_ticket_is_valid_unregistered() {
        let aid = of(CardClass::MedicalAid);
        let insured = of(CardClass::General);
        let some = [ticket("2025-12", "1399999999")];
        for (validity, qualification, tickets, expected) in [
            (Validity::Valid, &aid, &[][..], Validity::ValidUnregistered),
            (Validity::Valid, &aid, &some[..], Validity::Valid),
            (Validity::Valid, &insured, &[][..], Validity::Valid),
            (Validity::Invalid, &aid, &[][..], Validity::Invalid),
        ] {
            assert_eq!(
                with_tickets(validity, Some(qualification), tickets),
                expected
            );
        }
    }
}
