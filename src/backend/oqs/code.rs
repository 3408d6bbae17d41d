//! The code tables OQSCD001–044, as far as they are used (eligibility.md §1.6), and the codes of
//! this harness where the real ones are not public: visibly synthetic, `SIM-…`.

use crate::eligibility::{
    CardClass, Care, ConsentFlag, Ground, LimitKind, LossReason, Refusal, Relation, Sex,
    TicketKind, Treatment, Validity,
};

/// A table of codes in both directions.
pub struct Table<T: 'static>(&'static [(T, &'static str)]);

impl<T: Copy + PartialEq> Table<T> {
    /// Returns the code of a value; empty where the table has none.
    pub fn code(&self, value: T) -> &'static str {
        self.0
            .iter()
            .find(|(one, _)| *one == value)
            .map_or("", |(_, code)| code)
    }

    /// Returns the value of a code, leading zeros apart.
    pub fn value(&self, code: &str) -> Option<T> {
        let bare = |code: &str| code.trim().trim_start_matches('0').to_owned();
        self.0
            .iter()
            .find(|(_, one)| bare(one) == bare(code))
            .map(|(value, _)| *value)
    }
}

/// OQSCD002: what was asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// 1: a My Number Card.
    Card,
    /// 2: what stands on a card of the insurer.
    Number,
}

/// OQSCD002.
pub const REFERENCE: Table<Reference> = Table(&[(Reference::Card, "1"), (Reference::Number, "2")]);

/// OQSCD003: how the message was dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// 1: normal.
    Normal,
    /// 2: in progress; ask again.
    InProgress,
    /// 9: abnormal, with a code and a message.
    Abnormal,
}

/// OQSCD003. One parser's comment has 3 for abnormal; two tables have 9.
pub const SEGMENT: Table<Segment> = Table(&[
    (Segment::Normal, "1"),
    (Segment::InProgress, "2"),
    (Segment::Abnormal, "9"),
]);

/// OQSCD006.
pub const VALIDITY: Table<Validity> = Table(&[
    (Validity::Valid, "1"),
    (Validity::Invalid, "2"),
    (Validity::InvalidNewerExists, "3"),
    (Validity::None, "4"),
    (Validity::Several, "5"),
    (Validity::ValidUnregistered, "6"),
]);

/// OQSCD007.
pub const SEX: Table<Sex> = Table(&[(Sex::Male, "1"), (Sex::Female, "2"), (Sex::Unset, "3")]);

/// OQSCD008.
pub const LOSS: Table<LossReason> = Table(&[
    (LossReason::Death, "01"),
    (LossReason::MedicalAid, "02"),
    (LossReason::OtherInsurance, "03"),
    (LossReason::Other, "99"),
]);

/// OQSCD009.
pub const RELATION: Table<Relation> = Table(&[(Relation::Insured, "1"), (Relation::Family, "2")]);

/// OQSCD010.
pub const CLASS: Table<CardClass> = Table(&[
    (CardClass::General, "01"),
    (CardClass::Retired, "02"),
    (CardClass::ShortTerm, "03"),
    (CardClass::ShortTermRetired, "04"),
    (CardClass::SpecialMedicalExpense, "05"),
    (CardClass::SpecialRetired, "06"),
    (CardClass::SelfDefenceForces, "07"),
    (CardClass::MedicalAid, "A1"),
]);

/// OQSCD011.
pub const LIMIT_KIND: Table<LimitKind> = Table(&[
    (LimitKind::Limit, "01"),
    (LimitKind::LimitAndReduction, "02"),
    (LimitKind::Reduction, "03"),
]);

/// OQSCD016, of which OQSCD001 is the first two.
pub const CONSENT: Table<ConsentFlag> = Table(&[
    (ConsentFlag::No, "0"),
    (ConsentFlag::Given, "1"),
    (ConsentFlag::Expired, "2"),
    (ConsentFlag::Unobtainable, "3"),
]);

/// OQSCD018.
pub const TICKET: Table<TicketKind> =
    Table(&[(TicketKind::Care, "01"), (TicketKind::Dispensing, "02")]);

/// OQSCD019.
pub const TREATMENT: Table<Treatment> = Table(&[
    (Treatment::Inpatient, "01"),
    (Treatment::Outpatient, "02"),
    (Treatment::Dental, "03"),
    (Treatment::Dispensing, "04"),
    (Treatment::HomeNursing, "05"),
]);

/// OQSCD020: whether other insurance pays first.
pub const COMBINED: Table<bool> = Table(&[(false, "01"), (true, "02")]);

/// OQSCD026: whether who asks is the designated institution.
pub const DESIGNATED: Table<bool> = Table(&[(true, "0"), (false, "1")]);

/// OQSCD028.
pub const CARE: Table<Care> = Table(&[
    (Care::Outpatient, "1"),
    (Care::HomeVisit, "2"),
    (Care::Online, "3"),
    (Care::Emergency, "4"),
]);

/// The grounds of refusals, by the codes of this harness. Any other code is of a system whose
/// codes are not public: [`Ground::Unstated`].
pub const GROUND: Table<Ground> = Table(&[
    (Ground::CertificateInvalid, "SIM-101"),
    (Ground::CertificateRevoked, "SIM-102"),
    (Ground::CertificateLapsed, "SIM-103"),
    (Ground::Withheld, "SIM-104"),
    (Ground::Unregistered, "SIM-105"),
    (Ground::NotRecorded, "SIM-106"),
    (Ground::NoConsent, "SIM-107"),
    (Ground::NotAuthorised, "SIM-108"),
    (Ground::UnknownToken, "SIM-109"),
    (Ground::Unstated, "SIM-110"),
]);

/// Side information of a normal result.
pub const SIDE_INFORMATION: &str = "SIM-201";

/// What is wrong with a request file, as our answering side says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// Not XML, or XML that is refused.
    Malformed,
    /// Larger than a request may be.
    Oversize,
    /// Neither encoding, or another than declared.
    Encoding,
    /// An element is missing or has no possible value.
    Element,
    /// A reception number that was never given out.
    Reception,
    /// A form of answer that is not offered.
    Category,
    /// Several people fit a request that names one.
    Several,
    /// Too busy; to be asked again later.
    Busy,
    /// Nobody fits a registration or a request for medical information.
    Nobody,
}

impl Complaint {
    /// Returns the synthetic code.
    pub fn code(self) -> &'static str {
        match self {
            Complaint::Malformed => "SIM-301",
            Complaint::Oversize => "SIM-302",
            Complaint::Encoding => "SIM-303",
            Complaint::Element => "SIM-304",
            Complaint::Reception => "SIM-305",
            Complaint::Category => "SIM-306",
            Complaint::Several => "SIM-307",
            Complaint::Busy => "SIM-308",
            Complaint::Nobody => "SIM-309",
        }
    }

    /// Returns the message for staff.
    pub fn message(self) -> &'static str {
        match self {
            Complaint::Malformed => "要求ファイルの形式が正しくありません(模擬)",
            Complaint::Oversize => "要求ファイルが大きすぎます(模擬)",
            Complaint::Encoding => "要求ファイルの文字コードが正しくありません(模擬)",
            Complaint::Element => "要求ファイルの項目に誤りがあります(模擬)",
            Complaint::Reception => "受付番号に該当する受付がありません(模擬)",
            Complaint::Category => "PDFでの回答はしません。XMLで要求してください(模擬)",
            Complaint::Several => "該当者が複数います。枝番を指定してください(模擬)",
            Complaint::Busy => "混み合っています。しばらくしてから要求してください(模擬)",
            Complaint::Nobody => "該当者がいません(模擬)",
        }
    }

    /// Returns it as the refusal of one row.
    pub fn refusal(self) -> Refusal {
        Refusal {
            ground: Ground::Unstated,
            code: self.code().to_owned(),
            message: self.message().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_tables() {
        // eligibility.md §1.6.
        assert_eq!(SEGMENT.code(Segment::Abnormal), "9");
        assert_eq!(VALIDITY.value("3"), Some(Validity::InvalidNewerExists));
        assert_eq!(CLASS.value("A1"), Some(CardClass::MedicalAid));
        assert_eq!(CLASS.code(CardClass::General), "01");
        assert_eq!(LOSS.value("99"), Some(LossReason::Other));
        assert_eq!(CONSENT.value("0"), Some(ConsentFlag::No));
        assert_eq!(CONSENT.value("3"), Some(ConsentFlag::Unobtainable));
        assert_eq!(DESIGNATED.value("1"), Some(false));
        assert_eq!(VALIDITY.value("7"), None);
        assert_eq!(CARE.code(Care::Emergency), "4");
    }
}
