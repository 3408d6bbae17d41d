//! Holds that statements are read as they are written, and exclude what they say and no more.

use super::*;
use crate::eligibility::Moment;
use crate::library::Library;
use crate::requirement::{Subject, catalogue};

fn read(rest: &str) -> Statement {
    Statement::parse(&format!("version: 1\nreader: R\n{rest}"), "s.yaml").unwrap()
}

fn scenario(id: &str) -> Scenario {
    let library = Library::bundled().unwrap();
    let source = library.sources().iter().find(|it| it.id == id).unwrap();
    let now: Moment = "2025-12-20T09:15:00+09:00".parse().unwrap();
    library.playables(source, now).unwrap().remove(0).scenario
}

#[test]
fn what_is_left_out_is_claimed() {
    let statement = read("");
    assert_eq!(statement.lacking(), []);
    let rows = catalogue().iter();
    assert!(
        rows.map(|row| row.id)
            .all(|id| statement.excludes_row(id).is_none())
    );
    for id in [
        "face/match",
        "registration/on-the-spot",
        "consent/agree-to-all",
    ] {
        assert_eq!(statement.excludes(&scenario(id)), None, "{id}");
    }
}

#[test]
fn each_key_lacks_what_it_leaves_out() {
    let cases: [(&str, &[Function]); 8] = [
        ("identity: [pin, visual]", &[Function::Face]),
        ("identity: [pin, face]", &[Function::VisualCheck]),
        ("phones: [android]", &[Function::Phone(Phone::Iphone)]),
        ("registration: false", &[Function::Registration]),
        (
            "consents: [care, checkup, limit, specific-disease]",
            &[Function::Consent(ConsentKind::Surgery)],
        ),
        ("agree-to-all: false", &[Function::AgreeToAll]),
        (
            "last-answers: false\nemergency: false",
            &[Function::LastAnswers, Function::Emergency],
        ),
        (
            "sites: [clinic, hospital, pharmacy, eligibility-only, home-visit, disaster]",
            &[
                Function::Site(SiteKind::Ambulance),
                Function::Site(SiteKind::OnlineCare),
            ],
        ),
    ];
    for (text, lacking) in cases {
        assert_eq!(read(text).lacking(), lacking, "{text}");
    }
}

/// Scenarios that need a function, and others of the same kind that do not. Written by hand from
/// what happens in them.
#[test]
fn a_scenario_that_needs_what_is_lacking_is_excluded() {
    let cases = [
        ("identity: [pin, visual]", "face/match", "pin/correct"),
        (
            "identity: [pin, visual]",
            "pin/wrong-then-face",
            "visual/staff-match",
        ),
        ("identity: [pin, face]", "visual/staff-match", "face/match"),
        (
            "identity: [pin, face]",
            "pin/locked-then-visual",
            "emergency/unconscious",
        ),
        (
            "identity: [pin, face]",
            "visual/staff-mismatch",
            "emergency/hospital-unconscious",
        ),
        ("phones: []", "phone/the-day-before", "pin/correct"),
        (
            "registration: false",
            "registration/declined",
            "registration/made-elsewhere",
        ),
        (
            "consents: [care, checkup]",
            "consent/surgery-of-its-own",
            "consent/agree-both",
        ),
        ("consents: []", "pin/correct", "certificate/lapsed"),
        (
            "agree-to-all: false",
            "consent/agree-to-all",
            "consent/refuse-all",
        ),
        (
            "last-answers: false",
            "consent/carried-over",
            "consent/before-carry-over",
        ),
        (
            "emergency: false",
            "emergency/hospital-unconscious",
            "emergency/unconscious",
        ),
        ("sites: [clinic]", "emergency/unconscious", "pin/correct"),
        (
            "sites: [clinic]",
            "variants/online-care",
            "disaster/by-number",
        ),
        (
            "sites: [clinic]",
            "variants/eligibility-only-then-clinic",
            "pin/last-try-right",
        ),
    ];
    for (text, excluded, left) in cases {
        let statement = read(text);
        let why = statement.excludes(&scenario(excluded));
        let why = why.unwrap_or_else(|| panic!("{text}: {excluded} needs it"));
        assert!(
            why.en
                .starts_with("the statement says that the reader has no "),
            "{}",
            why.en
        );
        assert_eq!(statement.excludes(&scenario(left)), None, "{text}: {left}");
    }
}

#[test]
fn one_of_several_ways_is_enough() {
    let id = |text: &str| text.parse().unwrap();
    assert!(
        read("phones: [iphone]")
            .excludes_row(id("PHN-02"))
            .is_none()
    );
    assert!(read("phones: []").excludes_row(id("PHN-02")).is_some());
    assert!(
        read("identity: [pin, face]")
            .excludes_row(id("IDV-07"))
            .is_none()
    );
    assert!(read("identity: [pin]").excludes_row(id("IDV-07")).is_some());
    // What is forbidden is forbidden to every reader.
    for row in [
        "ACC-02", "ACC-03", "IDV-01", "IDV-08", "IDV-12", "CONS-01", "REG-03",
    ] {
        let bare = read("identity: [pin]\nphones: []\nregistration: false\nconsents: []");
        assert!(bare.excludes_row(id(row)).is_none(), "{row}");
    }
}

#[test]
fn every_row_that_needs_a_function_concerns_the_reader() {
    let bare = read(
        "identity: [pin]\nphones: []\nregistration: false\nconsents: []\nagree-to-all: false\n\
         last-answers: false\nemergency: false\nsites: [disaster]",
    );
    let excluded: Vec<String> = catalogue()
        .iter()
        .filter(|row| bare.excludes_row(row.id).is_some())
        .inspect(|row| assert!(row.concerns(Subject::Reader), "{}", row.id))
        .map(|row| row.id.to_string())
        .collect();
    assert_eq!(excluded.len(), 18, "{excluded:?}");
}

#[test]
fn errors_show_the_place() {
    let cases = [
        (
            "version: 2\nreader: R\n",
            "s.yaml:1:10: version 2 is unknown",
        ),
        ("version: 1\nreader: ' '\n", "s.yaml:2:9: a name is missing"),
        (
            "version: 1\nreader: R\nidentity: [face]\n",
            "s.yaml:3:11: `pin` is missing",
        ),
        (
            "version: 1\nreader: R\nsites: []\n",
            "s.yaml:3:8: no site stands here",
        ),
        (
            "version: 1\nreader: R\nphones: [iphone, iphone]\n",
            "s.yaml:3:18: the same word stands further up",
        ),
        (
            "version: 1\nreader: R\nfacial: true\n",
            "s.yaml:3:1: unknown field",
        ),
        ("version: 1\nreader: R\nphones: [pager]\n", "s.yaml:3:"),
        (
            "version: 1\nreader: R\nregistration: yes\n",
            "s.yaml:3:15: ",
        ),
        ("version: 1\n", "reader"),
        ("", "it begins with `version: 1` and `reader:`"),
    ];
    for (text, said) in cases {
        let error = Statement::parse(text, "s.yaml").unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn the_summary_names_the_reader_and_what_it_lacks() {
    let all = read("").summary();
    assert_eq!(all.en, "R: it has every function");
    let some = read("phones: []\nregistration: false").summary();
    assert_eq!(
        some.en,
        "R: it has no Android phone, no iPhone, no registration on the spot"
    );
    assert_eq!(
        some.ja,
        "R: 次の機能がない: Android、iPhone、その場での利用登録"
    );
}
