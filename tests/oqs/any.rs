//! Messages of every form, for property tests.

use jiff::civil::Date;
use proptest::prelude::*;
use uketsuke::backend::oqs::name::Kind;
use uketsuke::backend::oqs::request::{
    Ask, InsuredKey, ListedBy, MedicalAsk, ReferenceEntry, Search, Visits,
};
use uketsuke::backend::oqs::response::Unit;
use uketsuke::eligibility::{
    CardClass, Care, ConsentFlag, ConsentKind, ConsentState, ElderlyCertificate, Eligibility,
    Ground, Limit, LimitKind, LossReason, MedicalTicket, Moment, NumberKey, Period, Person,
    Qualification, Refusal, Relation, Sex, SpecificDisease, TicketKind, Treatment, Validity,
};

pub fn one_of<T: Clone + std::fmt::Debug + 'static>(
    values: &[T],
) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(values.to_vec())
}

/// Text with what XML escapes, and with what JIS90 lacks: `髙①～—𠮷`.
pub fn text() -> impl Strategy<Value = String> {
    "[a-z<>&\"'0-9山田記号ｱ－髙①～—𠮷\\u{3000}]{1,12}"
}

fn digits() -> impl Strategy<Value = String> {
    "[0-9]{6}|[0-9]{8}"
}

fn day() -> impl Strategy<Value = Date> {
    (1930i16..2090, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d))
}

pub fn moment() -> impl Strategy<Value = Moment> {
    (1_600_000_000i64..1_900_000_000)
        .prop_map(|second| Moment(jiff::Timestamp::from_second(second).unwrap()))
}

pub fn month() -> impl Strategy<Value = String> {
    (2020..2030, 1..=12).prop_map(|(year, month)| format!("{year}-{month:02}"))
}

fn number_key() -> impl Strategy<Value = NumberKey> {
    let branch = prop::option::of("[0-9]{2}");
    (digits(), text(), text(), branch, day()).prop_map(
        |(insurer, symbol, number, branch, birth_date)| NumberKey {
            insurer: format!("{insurer:0>8}"),
            symbol,
            number,
            branch,
            birth_date,
        },
    )
}

fn insured_key() -> impl Strategy<Value = InsuredKey> {
    number_key().prop_map(|key| InsuredKey {
        insurer: key.insurer,
        symbol: key.symbol,
        number: key.number,
        branch: key.branch,
    })
}

fn search() -> impl Strategy<Value = Search> {
    (number_key(), any::<bool>(), prop::option::of(text())).prop_map(
        |(key, limit_consent, identifier)| Search {
            key,
            limit_consent,
            identifier,
        },
    )
}

fn period() -> impl Strategy<Value = Period> {
    (day(), day()).prop_map(|(from, until)| Period { from, until })
}

pub fn entry() -> impl Strategy<Value = ReferenceEntry> {
    (text(), insured_key()).prop_map(|(reference, key)| ReferenceEntry { reference, key })
}

pub fn ask() -> impl Strategy<Value = (Kind, Ask)> {
    let people = (
        prop::option::of(day()),
        prop::collection::vec(search(), 1..4),
    );
    let medical = (
        insured_key(),
        prop::option::of(period()),
        any::<bool>(),
        any::<bool>(),
    );
    let cares = [
        Care::Outpatient,
        Care::HomeVisit,
        Care::Online,
        Care::Emergency,
    ];
    let by = one_of(&[ListedBy::Consent, ListedBy::Examination]);
    prop_oneof![
        people.prop_map(|(date, searches)| {
            let kind = if searches.len() == 1 {
                Kind::Single
            } else {
                Kind::Bulk
            };
            (kind, Ask::People { date, searches })
        }),
        text().prop_map(|reception| (Kind::BulkResult, Ask::Fetch { reception })),
        prop::collection::vec(entry(), 1..4)
            .prop_map(|entries| (Kind::RegisterBulk, Ask::Register(entries))),
        (medical, one_of(&cares)).prop_map(|((key, period, pdf, diagnosis), care)| {
            let ask = MedicalAsk {
                key,
                period,
                pdf,
                diagnosis,
                care,
            };
            (Kind::Drug, Ask::Medical(ask))
        }),
        (by, period(), one_of(&cares)).prop_map(|(by, period, care)| (
            Kind::Online,
            Ask::Visits(Visits { by, period, care })
        )),
        month().prop_map(|month| (Kind::Tickets, Ask::Tickets { month })),
    ]
}

fn person() -> impl Strategy<Value = Person> {
    let sex = one_of(&[Sex::Male, Sex::Female, Sex::Unset]);
    let optional = || prop::option::of(text());
    (
        text(),
        "[ア-ヴーヽ]{1,6}(　[ァ-ヴ]{1,6})?",
        day(),
        sex,
        optional(),
        optional(),
    )
        .prop_map(|(name, kana, birth_date, sex, address, postcode)| Person {
            name,
            kana,
            birth_date,
            sex,
            address,
            postcode,
        })
}

fn qualification() -> impl Strategy<Value = Qualification> {
    let class = one_of(&[
        CardClass::General,
        CardClass::Retired,
        CardClass::ShortTerm,
        CardClass::ShortTermRetired,
        CardClass::SpecialMedicalExpense,
        CardClass::SpecialRetired,
        CardClass::SelfDefenceForces,
        CardClass::MedicalAid,
    ]);
    let lost = one_of(&[
        LossReason::Death,
        LossReason::MedicalAid,
        LossReason::OtherInsurance,
        LossReason::Other,
    ]);
    let elderly = (0u8..=100, day(), day()).prop_map(|(share, from, until)| ElderlyCertificate {
        share,
        from,
        until,
    });
    let key = (
        digits(),
        text(),
        text(),
        text(),
        prop::option::of("[0-9]{2}"),
    );
    let dates = (day(), prop::option::of(day()), prop::option::of(lost));
    let relation = one_of(&[Relation::Insured, Relation::Family]);
    let rest = (
        class,
        0u8..=100,
        one_of(&[None, Some(true)]),
        prop::option::of(elderly),
    );
    (key, relation, dates, rest).prop_map(
        |((insurer, insurer_name, symbol, number, branch), relation, dates, rest)| Qualification {
            insurer,
            insurer_name,
            symbol,
            number,
            branch,
            relation,
            from: dates.0,
            until: dates.1,
            lost_because: dates.2,
            class: rest.0,
            share: rest.1,
            preschool: rest.2,
            elderly: rest.3,
        },
    )
}

fn limit() -> impl Strategy<Value = Limit> {
    let kind = one_of(&[
        LimitKind::Limit,
        LimitKind::LimitAndReduction,
        LimitKind::Reduction,
    ]);
    ("[AB][01][0-9]", kind, day(), day(), prop::option::of(day())).prop_map(
        |(class, kind, from, until, long_term)| Limit {
            class,
            kind,
            from,
            until,
            long_term,
        },
    )
}

fn disease() -> impl Strategy<Value = SpecificDisease> {
    (
        "[123]",
        day(),
        prop::option::of(day()),
        prop::option::of(any::<u32>()),
    )
        .prop_map(|(category, from, until, self_pay)| SpecificDisease {
            category,
            from,
            until,
            self_pay,
        })
}

fn ticket() -> impl Strategy<Value = MedicalTicket> {
    let kind = one_of(&[TicketKind::Care, TicketKind::Dispensing]);
    let treatment = one_of(&[
        Treatment::Inpatient,
        Treatment::Outpatient,
        Treatment::Dental,
        Treatment::Dispensing,
        Treatment::HomeNursing,
    ]);
    let who = (text(), text(), text(), text(), text());
    let money = (prop::option::of(any::<bool>()), any::<u32>(), any::<bool>());
    (kind, treatment, month(), (day(), day()), who, money).prop_map(
        |(kind, treatment, month, (from, until), who, money)| MedicalTicket {
            kind,
            month,
            from,
            until,
            number: who.0,
            treatment,
            payer: who.1,
            recipient: who.2,
            office: who.3,
            institution: who.4,
            designated: money.0,
            self_pay: money.1,
            combined: money.2,
        },
    )
}

/// Limit and specific disease have no end in the folder, and a limit that is given has a time.
fn consents() -> impl Strategy<Value = Vec<ConsentState>> {
    let kinds = vec![
        ConsentKind::Care,
        ConsentKind::Checkup,
        ConsentKind::Surgery,
        ConsentKind::SpecificDisease,
        ConsentKind::Limit,
    ];
    let flag = one_of(&[
        ConsentFlag::No,
        ConsentFlag::Given,
        ConsentFlag::Expired,
        ConsentFlag::Unobtainable,
    ]);
    let state = (flag, moment(), prop::option::of(moment()));
    (
        prop::sample::subsequence(kinds, 0..=5),
        prop::collection::vec(state, 5),
    )
        .prop_map(|(kinds, states)| {
            kinds
                .into_iter()
                .zip(states)
                .map(|(kind, (flag, at, until))| ConsentState {
                    kind,
                    flag,
                    at: Some(at),
                    until: until.filter(|_| kind < ConsentKind::SpecificDisease),
                })
                .collect()
        })
}

fn eligibility() -> impl Strategy<Value = Eligibility> {
    let validity = one_of(&[
        Validity::Valid,
        Validity::Invalid,
        Validity::InvalidNewerExists,
        Validity::None,
        Validity::Several,
        Validity::ValidUnregistered,
    ]);
    let lists = (
        prop::collection::vec(disease(), 0..3),
        prop::collection::vec(ticket(), 0..3),
        consents(),
    );
    let found = (
        person(),
        prop::option::of(qualification()),
        prop::option::of(limit()),
    );
    (
        validity,
        prop::option::of((found, lists)),
        prop::option::of(text()),
    )
        .prop_map(|(validity, found, side_information)| {
            let (found, lists) = found.unzip();
            let (specific_diseases, tickets, consents) = lists.unwrap_or_default();
            let (person, qualification, limit) = match found {
                Some((person, qualification, limit)) => (Some(person), qualification, limit),
                None => (None, None, None),
            };
            Eligibility {
                validity,
                person,
                qualification,
                limit,
                specific_diseases,
                tickets,
                consents,
                side_information,
            }
        })
}

pub fn refusal() -> impl Strategy<Value = Refusal> {
    let known = one_of(&[
        (Ground::NoConsent, "SIM-107"),
        (Ground::Withheld, "SIM-104"),
        (Ground::Unstated, "E9999"),
    ]);
    (known, text()).prop_map(|((ground, code), message)| Refusal {
        ground,
        code: code.to_owned(),
        message,
    })
}

pub fn unit() -> impl Strategy<Value = Unit> {
    let result = prop_oneof![
        3 => eligibility().prop_map(Ok),
        1 => refusal().prop_map(Err),
    ];
    (prop::option::of(search()), result, prop::option::of(text())).prop_map(
        |(mut search, result, reference)| {
            // Results pad with spaces: what was padded with zeros is eight digits long already.
            if let Some(search) = &mut search {
                search.key.insurer = format!("{:0>8}", search.key.insurer);
            }
            let about = result.as_ref().is_ok_and(|found| found.person.is_some());
            Unit {
                search,
                references: reference.filter(|_| about).into_iter().collect(),
                result,
            }
        },
    )
}
