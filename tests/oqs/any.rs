//! Messages of every form, for property tests.

use jiff::civil::Date;
use proptest::prelude::*;
use uketsuke::backend::oqs::name::Kind;
use uketsuke::backend::oqs::request::{
    Ask, InsuredKey, ListedBy, MedicalAsk, ReferenceEntry, Search, Visits,
};
use uketsuke::backend::oqs::response::Unit;
use uketsuke::eligibility::{
    ConsentKind, ConsentState, Eligibility, Ground, MedicalTicket, Moment, NumberKey, Period,
    Person, Qualification, Refusal,
};

use super::domain::{
    self, CONSENTS, card_class, care, consent_flag, elderly, loss_reason, pick, relation, sex,
    validity,
};

/// Text with what XML escapes, and with what JIS90 lacks: `髙①～—𠮷`.
pub fn text() -> impl Strategy<Value = String> {
    "[a-z<>&\"'0-9山田記号ｱ－髙①～—𠮷\\u{3000}]{1,12}"
}

fn digits() -> impl Strategy<Value = String> {
    "[0-9]{6}|[0-9]{8}"
}

fn day() -> impl Strategy<Value = Date> + Clone {
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
    let by = pick(&[ListedBy::Consent, ListedBy::Examination]);
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
        (medical, care()).prop_map(|((key, period, pdf, diagnosis), care)| {
            let ask = MedicalAsk {
                key,
                period,
                pdf,
                diagnosis,
                care,
            };
            (Kind::Drug, Ask::Medical(ask))
        }),
        (by, period(), care()).prop_map(|(by, period, care)| (
            Kind::Online,
            Ask::Visits(Visits { by, period, care })
        )),
        month().prop_map(|month| (Kind::Tickets, Ask::Tickets { month })),
    ]
}

fn person() -> impl Strategy<Value = Person> {
    let optional = || prop::option::of(text());
    (
        text(),
        "[ア-ヴーヽ]{1,6}(　[ァ-ヴ]{1,6})?",
        day(),
        sex(),
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
    let key = (
        digits(),
        text(),
        text(),
        text(),
        prop::option::of("[0-9]{2}"),
    );
    let dates = (
        day(),
        prop::option::of(day()),
        prop::option::of(loss_reason()),
    );
    let rest = (
        card_class(),
        0u8..=100,
        pick(&[None, Some(true)]),
        prop::option::of(elderly(day())),
    );
    (key, relation(), dates, rest).prop_map(
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

fn ticket() -> impl Strategy<Value = MedicalTicket> {
    let numbers = (text(), text(), text(), text(), text());
    domain::ticket(month(), day(), numbers, any::<u32>())
}

/// Limit and specific disease have no end in the folder, and a limit that is given has a time.
fn consents() -> impl Strategy<Value = Vec<ConsentState>> {
    let state = (consent_flag(), moment(), prop::option::of(moment()));
    (
        prop::sample::subsequence(CONSENTS.to_vec(), 0..=5),
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
    let lists = (
        prop::collection::vec(domain::disease("[123]", day(), any::<u32>()), 0..3),
        prop::collection::vec(ticket(), 0..3),
        consents(),
    );
    let found = (
        person(),
        prop::option::of(qualification()),
        prop::option::of(domain::limit("[AB][01][0-9]", day())),
    );
    (
        validity(),
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
    let known = pick(&[
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
