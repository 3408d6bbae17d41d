//! The eve and the day of every dated rule of the catalogue.

use jiff::civil::{Date, date};
use uketsuke::eligibility::{ConsentFlag, ConsentKind, MedicalKind, Moment};
use uketsuke::requirement::catalogue;

use super::desk::{Desk, moment};

/// A dated rule: what is asked on the eve and on the day, and what must come back.
struct Border {
    id: &'static str,
    /// The first day of the new state.
    day: Date,
    /// Who and where.
    lines: &'static str,
    ask: fn(&mut Desk, Moment) -> String,
    eve: &'static str,
    after: &'static str,
}

const ADULT: &str = "card: { holder: adult }";
const NEVER_REGISTERED: &str = "card: { holder: adult }\nregistry: { registration: none }";
const AN_HOUR_AGO: &str = "site: { kind: hospital, offers: [care, checkup, surgery, limit] }\n\
    card: { holder: adult }\nregistry:\n  earlier-consents:\n    \
    - { institution: \"1399999999\", at: at - 1h, kind: care, answer: agree }\n    \
    - { institution: \"1399999999\", at: at - 1h, kind: surgery, answer: agree }\n  medical:\n    \
    - { kind: diagnosis, on: 2022-06-15, text: 模擬 }\n    \
    - { kind: surgery, on: 2023-02-15, text: 模擬 }";

const INFANT: &str = "card: { holder: infant }";
const PINLESS: &str = "card: { holder: pinless }";
const CHILD: &str = "card: { holder: child-10 }";
const PHONE: &str = "card: { holder: phone-android }";
const NEW_PHONE: &str = "card: { holder: phone-android }\nregistry: { registration: none }";
const ENDED: &str = "card: { holder: adult, user-certificate: { not-after: 2024-11-15 } }";
const LONG_ENDED: &str = "card: { holder: adult, user-certificate: { not-after: 2024-08-31 } }";
const EARLY_ENDED: &str = "card: { holder: adult, user-certificate: { not-after: 2024-09-01 } }";
const CARD_ENDED: &str = "card: { holder: adult, card-expires: 2024-11-15, user-certificate: { not-after: 2024-11-15 } }";

const LAPSED: &str = "refused: CertificateLapsed";
const UNKNOWN: &str = "refused: CertificateInvalid";

fn limit(desk: &mut Desk, at: Moment) -> String {
    let shown = desk.visit(at, &[], &[ConsentKind::Care]).limit;
    shown.map_or("none", |_| "limit").to_owned()
}

fn by_number(desk: &mut Desk, at: Moment) -> String {
    format!("{:?}", desk.number(at).validity)
}

fn carried(desk: &mut Desk, at: Moment) -> String {
    format!("{:?}", desk.carried(at))
}

fn surgery(desk: &mut Desk, at: Moment) -> String {
    desk.fetch(at, MedicalKind::Surgery)
}

/// How many of two agreements are flagged as given.
fn both_given(desk: &mut Desk, at: Moment) -> String {
    let kinds = [ConsentKind::Care, ConsentKind::Checkup];
    let told = desk.visit(at, &kinds, &[]).consents;
    let given = told.iter().filter(|it| it.flag == ConsentFlag::Given);
    given.count().to_string()
}

macro_rules! borders {
    ($($id:literal ($year:literal-$month:literal-$day:literal) $lines:ident, $ask:expr => $eve:expr, $after:expr;)*) => {
        &[$(Border {
            id: $id, day: date($year, $month, $day), lines: $lines, ask: $ask, eve: $eve, after: $after,
        },)*]
    };
}

/// One row per dated rule. Where a rule binds the reader or the desk, the backend makes no
/// difference between eve and day, and the row says so.
static BORDERS: &[Border] = borders! {
    "IDV-10" (2024-12-2) INFANT, Desk::told => "Valid", "Valid";
    "IDV-11" (2023-12-15) PINLESS, by_number => "Valid", "Valid";
    "CERT-03" (2024-12-2) ENDED, Desk::told => LAPSED, "Grace";
    "CERT-04" (2024-12-2) LONG_ENDED, Desk::told => LAPSED, LAPSED;
    "CERT-05" (2024-12-2) EARLY_ENDED, Desk::told => LAPSED, "Grace";
    "CERT-09" (2025-9-19) PHONE, Desk::told => UNKNOWN, "Valid";
    "CERT-11" (2024-12-2) CARD_ENDED, Desk::told => LAPSED, "Grace";
    "REG-01" (2024-1-1) NEVER_REGISTERED, Desk::register => "registered", "registered";
    "CONS-06" (2024-10-7) ADULT, limit => "none", "limit";
    "CONS-07" (2024-10-7) ADULT, limit => "none", "limit";
    // The consent of an hour ago is one of the eve, then one of the day.
    "CONS-09" (2025-2-1) AN_HOUR_AGO, carried => "[]", "[Care, Surgery]";
    "CONS-10" (2023-5-11) AN_HOUR_AGO, surgery => "", "2023-02";
    "CONS-11" (2024-10-7) ADULT, both_given => "2", "2";
    "OUT-02" (2023-7-10) ADULT, by_number => "Valid", "Valid";
    "PHN-01" (2025-9-19) PHONE, Desk::told => UNKNOWN, "Valid";
    "PHN-02" (2025-9-19) PHONE, Desk::told => UNKNOWN, "Valid";
    "PHN-03" (2025-9-19) NEW_PHONE, Desk::register => UNKNOWN, "refused: Unregistered";
    "PHN-04" (2025-9-19) PHONE, Desk::told => UNKNOWN, "Valid";
    "CHD-03" (2024-12-2) CHILD, by_number => "Valid", "Valid";
    "VAR-03" (2025-8-1) ADULT, by_number => "Valid", "Valid";
    "VAR-03" (2026-4-1) ADULT, by_number => "Valid", "Valid";
    "VAR-04" (2025-12-2) ADULT, by_number => "Valid", "Valid";
    "VAR-05" (2024-12-2) ADULT, by_number => "Valid", "Valid";
};

fn at_nine(day: Date) -> Moment {
    moment(&format!("{day}T09:00:00+09:00"))
}

#[test]
fn the_backend_changes_on_the_day_of_each_dated_rule_and_not_before() {
    for row in BORDERS {
        let eve = at_nine(row.day.yesterday().unwrap());
        let day = at_nine(row.day);
        for (at, expected) in [(eve, row.eve), (day, row.after)] {
            let mut desk = Desk::new(at, row.lines);
            assert_eq!((row.ask)(&mut desk, at), expected, "{} on {at}", row.id);
        }
    }
}

/// Emergency viewing at hospitals (EMG-03) is dated by an exception and tested in its own place.
#[test]
fn every_dated_rule_of_the_catalogue_has_its_border_here() {
    for row in catalogue() {
        for bound in [row.period.from, row.period.until].into_iter().flatten() {
            let stood_on = BORDERS
                .iter()
                .any(|it| it.id == row.id.to_string() && it.day == bound);
            assert!(stood_on, "{} {bound}", row.id);
        }
    }
    let days: Vec<Date> = BORDERS.iter().map(|it| it.day).collect();
    assert!(days.iter().all(|day| date(2021, 10, 20) < *day));
}

#[test]
fn nothing_of_the_catalogue_is_in_force_before_full_operation_and_the_backend_answers() {
    let eve = date(2021, 10, 19);
    assert!(catalogue().iter().all(|row| !row.in_force(eve)));
    let mut desk = Desk::new(at_nine(eve), ADULT);
    assert_eq!(desk.told(at_nine(eve)), "Valid");
}

#[test]
fn diagnoses_are_given_from_11_september_2022() {
    for (day, expected) in [(date(2022, 9, 10), ""), (date(2022, 9, 11), "2022-06")] {
        let mut desk = Desk::new(at_nine(day), AN_HOUR_AGO);
        let diagnoses = desk.fetch(at_nine(day), MedicalKind::Diagnosis);
        assert_eq!(diagnoses, expected, "{day}");
    }
}
