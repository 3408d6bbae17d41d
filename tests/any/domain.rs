//! Any value of the domain, for properties: every word there is, and what is made of words and
//! dates. Which texts and dates there may be, each protocol says for itself.

use jiff::civil::Date;
use proptest::option;
use proptest::prelude::*;
use uketsuke::eligibility::{
    CardClass, Care, ConsentFlag, ConsentKind, ElderlyCertificate, Limit, LimitKind, LossReason,
    MedicalTicket, Relation, Sex, SpecificDisease, TicketKind, Treatment, Validity,
};

pub fn pick<T: Clone + std::fmt::Debug + 'static>(
    values: &[T],
) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(values.to_vec())
}

pub fn sex() -> impl Strategy<Value = Sex> {
    pick(&[Sex::Male, Sex::Female, Sex::Unset])
}

pub fn care() -> impl Strategy<Value = Care> {
    pick(&[
        Care::Outpatient,
        Care::HomeVisit,
        Care::Online,
        Care::Emergency,
    ])
}

pub const CONSENTS: [ConsentKind; 5] = [
    ConsentKind::Care,
    ConsentKind::Checkup,
    ConsentKind::Surgery,
    ConsentKind::SpecificDisease,
    ConsentKind::Limit,
];

pub fn consent_flag() -> impl Strategy<Value = ConsentFlag> {
    pick(&[
        ConsentFlag::No,
        ConsentFlag::Given,
        ConsentFlag::Expired,
        ConsentFlag::Unobtainable,
    ])
}

pub fn validity() -> impl Strategy<Value = Validity> {
    pick(&Validity::ALL)
}

pub fn relation() -> impl Strategy<Value = Relation> {
    pick(&[Relation::Insured, Relation::Family])
}

pub fn card_class() -> impl Strategy<Value = CardClass> {
    pick(&[
        CardClass::General,
        CardClass::Retired,
        CardClass::ShortTerm,
        CardClass::ShortTermRetired,
        CardClass::SpecialMedicalExpense,
        CardClass::SpecialRetired,
        CardClass::SelfDefenceForces,
        CardClass::MedicalAid,
    ])
}

pub fn loss_reason() -> impl Strategy<Value = LossReason> {
    pick(&[
        LossReason::Death,
        LossReason::MedicalAid,
        LossReason::OtherInsurance,
        LossReason::Other,
    ])
}

pub fn elderly(
    day: impl Strategy<Value = Date> + Clone,
) -> impl Strategy<Value = ElderlyCertificate> {
    (0..=100_u8, day.clone(), day).prop_map(|(share, from, until)| ElderlyCertificate {
        share,
        from,
        until,
    })
}

pub fn limit(
    class: impl Strategy<Value = String>,
    day: impl Strategy<Value = Date> + Clone,
) -> impl Strategy<Value = Limit> {
    let kind = pick(&[
        LimitKind::Limit,
        LimitKind::LimitAndReduction,
        LimitKind::Reduction,
    ]);
    (class, kind, day.clone(), day.clone(), option::of(day)).prop_map(
        |(class, kind, from, until, long_term)| Limit {
            class,
            kind,
            from,
            until,
            long_term,
        },
    )
}

pub fn disease(
    category: impl Strategy<Value = String>,
    day: impl Strategy<Value = Date> + Clone,
    self_pay: impl Strategy<Value = u32>,
) -> impl Strategy<Value = SpecificDisease> {
    (category, day.clone(), option::of(day), option::of(self_pay)).prop_map(
        |(category, from, until, self_pay)| SpecificDisease {
            category,
            from,
            until,
            self_pay,
        },
    )
}

/// `numbers` are those of ticket, payer, recipient, office and institution.
pub fn ticket(
    month: impl Strategy<Value = String>,
    day: impl Strategy<Value = Date> + Clone,
    numbers: impl Strategy<Value = (String, String, String, String, String)>,
    self_pay: impl Strategy<Value = u32>,
) -> impl Strategy<Value = MedicalTicket> {
    let kind = pick(&[TicketKind::Care, TicketKind::Dispensing]);
    let treatment = pick(&[
        Treatment::Inpatient,
        Treatment::Outpatient,
        Treatment::Dental,
        Treatment::Dispensing,
        Treatment::HomeNursing,
    ]);
    let money = (option::of(any::<bool>()), self_pay, any::<bool>());
    (kind, treatment, month, (day.clone(), day), numbers, money).prop_map(
        |(kind, treatment, month, (from, until), numbers, money)| MedicalTicket {
            kind,
            month,
            from,
            until,
            number: numbers.0,
            treatment,
            payer: numbers.1,
            recipient: numbers.2,
            office: numbers.3,
            institution: numbers.4,
            designated: money.0,
            self_pay: money.1,
            combined: money.2,
        },
    )
}
