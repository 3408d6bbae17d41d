//! Holds that the embedded data can be read, is complete, and fits the panes that show it.

use jiff::{ToSpan, civil::date};
use unicode_width::UnicodeWidthStr;

use super::*;

/// Every id that the catalogue must have, in its order. Ids are only ever added.
const IDS: &str = "\
    ACC-01 ACC-02 ACC-03 ACC-04 ACC-05 ACC-06 ACC-07 ACC-08 ACC-09 ACC-10 ACC-11 ACC-12 ACC-13 \
    ACC-14 ACC-15 ACC-16 ACC-17 \
    IDV-01 IDV-02 IDV-03 IDV-04 IDV-05 IDV-06 IDV-07 IDV-08 IDV-09 IDV-10 IDV-11 IDV-12 IDV-13 \
    IDV-14 IDV-15 IDV-16 IDV-17 IDV-18 IDV-19 IDV-20 \
    CERT-01 CERT-02 CERT-03 CERT-04 CERT-05 CERT-06 CERT-07 CERT-08 CERT-09 CERT-10 CERT-11 \
    CERT-12 \
    REG-01 REG-02 REG-03 REG-04 REG-05 REG-06 REG-07 \
    CONS-01 CONS-02 CONS-03 CONS-04 CONS-05 CONS-06 CONS-07 CONS-08 CONS-09 CONS-10 CONS-11 \
    CONS-12 CONS-13 CONS-14 \
    ELIG-01 ELIG-02 ELIG-03 ELIG-04 ELIG-05 ELIG-06 ELIG-07 ELIG-08 ELIG-09 ELIG-10 ELIG-11 \
    ELIG-12 ELIG-13 ELIG-14 ELIG-15 ELIG-16 ELIG-17 ELIG-18 \
    DISC-01 DISC-02 DISC-03 DISC-04 DISC-05 DISC-06 DISC-07 DISC-08 DISC-09 DISC-10 \
    EMG-01 EMG-02 EMG-03 EMG-04 DIS-01 OUT-01 OUT-02 \
    PHN-01 PHN-02 PHN-03 PHN-04 CHD-01 CHD-02 CHD-03 \
    VAR-01 VAR-02 VAR-03 VAR-04 VAR-05 VAR-06";

fn row(id: &str) -> &'static Requirement {
    catalogue().get(id).unwrap()
}

/// Goes through every text of the catalogue, with a name for the failure message.
fn texts() -> impl Iterator<Item = (String, &'static Text)> {
    let catalogue = catalogue();
    let rows = catalogue.iter().flat_map(|row| {
        let parts = row.exceptions.iter().map(|exception| &exception.part);
        [&row.title, &row.rule, &row.instead]
            .into_iter()
            .chain(parts)
            .map(|text| (row.id.to_string(), text))
    });
    let sources = catalogue
        .sources
        .iter()
        .map(|it| (it.key.clone(), &it.text));
    let families = catalogue.families.iter();
    rows.chain(sources)
        .chain(families.map(|it| (it.family.to_string(), &it.title)))
}

#[test]
fn the_embedded_catalogue_can_be_read() {
    let read = Catalogue::load(include_str!("catalogue.yaml"));
    assert!(read.is_ok(), "{:?}", read.err());
}

#[test]
fn the_embedded_vectors_can_be_read() {
    let read = vectors::load(include_str!("vectors.yaml"));
    assert!(read.is_ok(), "{:?}", read.err());
}

#[test]
fn the_catalogue_has_every_id_once_and_in_order() {
    let written: Vec<String> = catalogue().iter().map(|row| row.id.to_string()).collect();
    let expected: Vec<&str> = IDS.split_whitespace().collect();
    assert_eq!(written, expected);
    assert_eq!(written.len(), 118);
}

#[test]
fn an_id_out_of_order_or_twice_is_refused() {
    let yaml = include_str!("catalogue.yaml");
    for other in ["ACC-03", "ACC-01"] {
        let broken = yaml.replacen("id: ACC-02", &format!("id: {other}"), 1);
        assert!(
            matches!(Catalogue::load(&broken), Err(LoadError::Order(..))),
            "{other}"
        );
    }
}

#[test]
fn every_id_parses_to_the_row_that_it_names() {
    for text in IDS.split_whitespace() {
        let id: Id = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(catalogue().by_id(id).unwrap().id, id);
        assert_eq!(row(text).family, id.family(), "{text}");
    }
}

#[test]
fn an_id_outside_the_catalogue_does_not_parse() {
    for text in [
        "",
        "CERT",
        "CERT-",
        "CERT-3",
        "CERT-13",
        "CERT-00",
        "CERT-003",
        "cert-03",
        "CERT_03",
        "CERT-0x",
        "DISC-11",
        "DIS-02",
        "XYZ-01",
        " CERT-03",
        "CERT-０３",
    ] {
        assert_eq!(text.parse::<Id>(), Err(UnknownId(text.to_owned())));
        assert_eq!(catalogue().get(text), None, "{text:?}");
    }
}

#[test]
fn a_literal_id_equals_the_parsed_one() {
    const ID: Id = Id::literal("DISC-10");
    assert_eq!(Ok(ID), "DISC-10".parse());
    assert_eq!((ID.family(), ID.number()), (Family::Disc, 10));
}

#[test]
fn ids_sort_in_the_order_of_the_catalogue() {
    let mut ids: Vec<Id> = catalogue().iter().map(|row| row.id).collect();
    let in_order = ids.clone();
    ids.reverse();
    ids.sort();
    assert_eq!(ids, in_order);
}

#[test]
fn every_text_stands_in_both_languages() {
    for (name, text) in texts() {
        for (language, words) in [("ja", &text.ja), ("en", &text.en)] {
            assert!(!words.is_empty(), "{name} {language}");
            assert_eq!(words, words.trim(), "{name} {language}");
        }
        // Beside terms that stay in Japanese, the English text must be English.
        assert_ne!(text.ja, text.en, "{name}");
        assert!(text.en.contains(|c: char| c.is_ascii_lowercase()), "{name}");
    }
}

#[test]
fn rules_are_whole_sentences() {
    for row in catalogue() {
        for text in [&row.rule, &row.instead] {
            assert!(text.ja.ends_with('。'), "{}: {}", row.id, text.ja);
            assert!(text.en.ends_with('.'), "{}: {}", row.id, text.en);
            assert!(
                text.ja.contains(|c| ('\u{3041}'..='\u{3096}').contains(&c)),
                "{}: {}",
                row.id,
                text.ja
            );
        }
    }
}

#[test]
fn titles_fit_a_narrow_pane() {
    for row in catalogue() {
        let ja = row.title.ja.width();
        let en = row.title.en.width();
        assert!(ja <= 24, "{} {}: {ja}", row.id, row.title.ja);
        assert!(en <= 40, "{} {}: {en}", row.id, row.title.en);
    }
}

#[test]
fn titles_are_unique() {
    let mut seen = std::collections::BTreeSet::new();
    for row in catalogue() {
        assert!(seen.insert(&row.title.ja), "{}", row.title.ja);
        assert!(seen.insert(&row.title.en), "{}", row.title.en);
    }
}

#[test]
fn every_row_has_subjects_media_and_a_known_source() {
    let keys: Vec<&str> = catalogue()
        .sources
        .iter()
        .map(|it| it.key.as_str())
        .collect();
    for row in catalogue() {
        for count in [row.subjects.len(), row.seen_in.len()] {
            assert!(count > 0, "{}", row.id);
        }
        let known = ["–", "general PKI", "each protocol"].contains(&row.source.as_str())
            || row.source.split(", ").all(|part| {
                let key = part.split([' ', '–']).next().unwrap();
                keys.contains(&key) || part.starts_with('§')
            });
        assert!(known, "{}: {}", row.id, row.source);
    }
}

#[test]
fn a_rule_without_a_source_is_a_convention() {
    for row in catalogue().iter().filter(|row| row.source == "–") {
        assert_eq!(row.confidence, Confidence::Low, "{}", row.id);
    }
}

#[test]
fn families_stand_in_order_each_with_a_row() {
    let families: Vec<Family> = catalogue().families.iter().map(|it| it.family).collect();
    assert_eq!(families, Family::ALL);
    for family in families {
        assert!(
            catalogue().iter().any(|row| row.family == family),
            "{family}"
        );
    }
}

#[test]
fn exceptions_have_unique_names_and_differ_from_their_row() {
    for row in catalogue() {
        let mut names = std::collections::BTreeSet::new();
        for exception in &row.exceptions {
            let name = &exception.name;
            assert!(names.insert(name), "{} {name}", row.id);
            let level = exception.level.is_some_and(|it| it != row.level);
            let confidence = exception.confidence.is_some_and(|it| it != row.confidence);
            let period = exception.period.is_some();
            assert!(level || confidence || period, "{} {name}", row.id);
            if let Some(subject) = exception.subject {
                assert!(row.concerns(subject), "{} {name}", row.id);
            }
        }
    }
}

#[test]
fn dates_are_in_order() {
    for row in catalogue() {
        let exceptions = row.exceptions.iter().filter_map(|it| it.period.as_ref());
        for period in std::iter::once(&row.period).chain(exceptions) {
            if let (Some(from), Some(until)) = (period.from, period.until) {
                assert!(from < until, "{}", row.id);
            }
            for bound in [period.from, period.until].into_iter().flatten() {
                assert!(FULL_OPERATION < bound, "{}", row.id);
            }
        }
    }
}

#[test]
fn nothing_is_in_force_before_full_operation() {
    for row in catalogue() {
        assert!(!row.in_force(date(2021, 10, 19)), "{}", row.id);
    }
    assert!(row("ACC-01").in_force(date(2021, 10, 20)));
    assert!(row("CONS-06").in_force(date(2021, 10, 20)));
}

/// Last day out of force and first day in force, or the reverse for an end.
#[test]
fn dated_rows_change_on_their_day() {
    let starts = [
        ("IDV-10", date(2024, 12, 2)),
        ("IDV-11", date(2023, 12, 15)),
        ("CERT-03", date(2024, 12, 2)),
        ("CERT-04", date(2024, 12, 2)),
        ("CERT-09", date(2025, 9, 19)),
        ("CERT-11", date(2024, 12, 2)),
        ("REG-01", date(2024, 1, 1)),
        ("CONS-07", date(2024, 10, 7)),
        ("CONS-09", date(2025, 2, 1)),
        ("CONS-10", date(2023, 5, 11)),
        ("CONS-11", date(2024, 10, 7)),
        ("OUT-02", date(2023, 7, 10)),
        ("PHN-01", date(2025, 9, 19)),
        ("PHN-02", date(2025, 9, 19)),
        ("PHN-03", date(2025, 9, 19)),
        ("PHN-04", date(2025, 9, 19)),
        ("CHD-03", date(2024, 12, 2)),
        ("VAR-03", date(2025, 8, 1)),
        ("VAR-05", date(2024, 12, 2)),
    ];
    let ends = [
        ("CERT-05", date(2024, 12, 2)),
        ("CONS-06", date(2024, 10, 7)),
        ("VAR-04", date(2025, 12, 2)),
    ];
    for (id, day) in starts {
        assert!(!row(id).in_force(day - 1.day()), "{id}");
        assert!(row(id).in_force(day), "{id}");
    }
    for (id, day) in ends {
        assert!(row(id).in_force(day - 1.day()), "{id}");
        assert!(!row(id).in_force(day), "{id}");
    }
    let dated = catalogue()
        .iter()
        .filter(|row| row.period != Period::default());
    assert_eq!(dated.count(), starts.len() + ends.len());
}

#[test]
fn a_subject_may_owe_less_than_the_row_says() {
    let row = row("CERT-02");
    assert_eq!(row.level_for(Subject::Reader), Level::Must);
    assert_eq!(row.confidence_for(Subject::Reader), Confidence::High);
    assert_eq!(row.level_for(Subject::Backend), Level::Should);
    assert_eq!(row.confidence_for(Subject::Backend), Confidence::Medium);
}

#[test]
fn a_part_may_differ_without_changing_the_row() {
    let idv = row("IDV-02");
    assert_eq!(idv.confidence_for(Subject::Reader), Confidence::High);
    let part = idv.exception("exactly-one").unwrap();
    assert_eq!(part.confidence, Some(Confidence::Medium));
    let hospital = row("EMG-03").exception("hospital").unwrap();
    let period = hospital.period.as_ref().unwrap();
    assert!(!period.contains(date(2024, 12, 8)));
    assert!(period.contains(date(2024, 12, 9)));
    assert_eq!(idv.exception("hospital"), None);
}

#[test]
fn a_row_survives_json() {
    for row in catalogue() {
        let json = serde_json::to_string(row).unwrap();
        assert_eq!(&serde_json::from_str::<Requirement>(&json).unwrap(), row);
    }
    let json = serde_json::to_value(row("CERT-05")).unwrap();
    assert_eq!(json["id"], "CERT-05");
    assert_eq!(json["seen-in"][0], "query");
    assert_eq!(json["in-force"]["until"], "2024-12-02");
}

#[test]
fn an_id_outside_the_catalogue_is_refused_in_a_file() {
    assert!(serde_json::from_str::<Id>("\"CERT-03\"").is_ok());
    let error = serde_json::from_str::<Id>("\"CERT-99\"").unwrap_err();
    assert!(error.to_string().contains("`CERT-99`"), "{error}");
}

#[test]
fn the_schema_of_an_id_offers_every_id() {
    let schema = schemars::schema_for!(Id);
    assert_eq!(schema.as_value()["enum"].as_array().unwrap().len(), 118);
}

#[test]
fn vectors_have_their_days_in_order() {
    let vectors = vectors();
    assert_eq!((vectors.days.len(), vectors.instants.len()), (16, 6));
    assert_eq!(vectors.validity.len(), 20);
    for day in &vectors.days {
        assert!(!day.source.is_empty(), "{}", day.last_day);
        assert!(day.alert_from.iter().all(|alert| alert < &day.last_day));
        assert!(day.grace_from.is_none_or(|from| day.last_day < from));
        assert!(day.grace_until.is_none_or(|until| day.last_day < until));
        // G is a month's end: the day after it is a first.
        assert!(
            day.grace_until
                .is_none_or(|g| g.tomorrow().unwrap().day() == 1)
        );
    }
    for card in &vectors.validity {
        assert!(!card.source.is_empty(), "{card:?}");
        let order = [
            card.birth,
            card.issued,
            card.certificate_until,
            card.card_until,
        ];
        assert!(order.is_sorted(), "{card:?}");
    }
    for pair in vectors.instants.windows(2) {
        assert!(pair[0].at < pair[1].at);
    }
}
