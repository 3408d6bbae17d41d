//! Profile files: those that come with the crate, and what is said of broken ones.

use jiff::civil::date;
use virtual_card::profile::{Profile, ProfileError, Tries, check_digit};

use crate::profile;

const ADULT: &str = include_str!("../../profiles/adult.yaml");

#[test]
fn every_standard_profile_parses_and_is_visibly_nobody() {
    for name in Profile::standard_names() {
        let profile = profile(name);
        assert_eq!(profile.problem(), None);
        assert!(profile.holder.address.starts_with("架空県"), "{name}");
        let (first, last) = profile.my_number.split_at(11);
        assert_ne!(check_digit(first).unwrap().to_string(), last, "{name}");
        assert_eq!(profile.code_b().len(), 14, "{name}");
        assert_eq!(profile.tries, Tries::FULL);
    }
    assert_eq!(Profile::standard("nobody"), None);
}

#[test]
fn holders_have_their_ages_in_november_2026() {
    let today = date(2026, 11, 1);
    let ages = [
        ("child-10", 10),
        ("preschool", 4),
        ("infant", 0),
        ("elder-72", 72),
        ("elder-80", 80),
    ];
    for (name, age) in ages {
        let birth = profile(name).holder.birth_date;
        let lived = birth.until((jiff::Unit::Year, today)).unwrap().get_years();
        assert_eq!(lived, age, "{name}");
    }
    assert_eq!(profile("adult").holder.birth_date.year(), 1985);
}

#[test]
fn special_cards_are_special() {
    let pinless = profile("pinless");
    assert!(pinless.pins.user.is_none() && pinless.pins.signature.is_none());
    assert!(!pinless.signature_certificate);
    assert!(!profile("infant").photo);
    assert!(!profile("child-10").signature_certificate);
    let foreign = profile("foreign");
    assert!(foreign.holder.foreign && foreign.holder.name.starts_with("SIMULATION"));
    assert!(foreign.card_expires.is_some());
    assert!(profile("long-name").holder.name.len() > 127);
    assert!(profile("long-name").holder.address.len() > 127);
    let adult = profile("adult");
    assert_eq!(adult.pins.user.unwrap().as_str(), "1234");
    assert_eq!(adult.pins.signature.unwrap().as_str(), "ABC123");
}

#[test]
fn profile_survives_being_written_and_read() {
    for name in Profile::standard_names() {
        let mut profile = profile(name);
        profile.user_certificate.not_after = "2025-12-31T14:59:59Z".parse().ok();
        profile.tries.user = 1;
        let text = serde_saphyr::to_string(&profile).unwrap();
        assert_eq!(Profile::parse(&text, "written").unwrap(), profile);
    }
}

#[test]
fn debug_shows_no_secret() {
    let adult = profile("adult");
    let shown = format!("{adult:?} {:?}", virtual_card::card::Card::new(&adult, 1));
    for secret in ["1234\"", "ABC123", "4021", "900000000015", "60061520334021"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn schema_knows_the_keys() {
    let schema = schemars::schema_for!(Profile);
    let properties = schema.get("properties").unwrap();
    for key in [
        "holder",
        "user-certificate",
        "security-code",
        "accept-stand-in",
    ] {
        assert!(properties.get(key).is_some(), "{key}");
    }
}

/// Replaces one line of the adult's profile and returns the error as the user sees it.
fn error(from: &str, to: &str) -> String {
    assert!(ADULT.contains(from), "{from}");
    let text = ADULT.replace(from, to);
    Profile::parse(&text, "my-card.yaml")
        .unwrap_err()
        .to_string()
}

#[test]
fn errors_name_place_and_remedy() {
    assert_eq!(
        error("user: \"1234\"", "user: \"12345\""),
        "my-card.yaml:11: pins.user: not a PIN of 4 digits; write 4 digits in quotation marks"
    );
    assert_eq!(
        error("\"900000000015\"", "\"900000000010\""),
        "my-card.yaml:18: my-number: the check digit is right, \
         so the number could be a real person's; change the last digit"
    );
    assert_eq!(
        error("pins:", "tries: { user: 4 }\npins:"),
        "my-card.yaml:10: tries.user: more tries than this PIN has on a new card; write 0 to 3"
    );
    assert_eq!(
        error("issued: 2023", "issued: 1983"),
        "my-card.yaml:9: issued: issued before the holder was born; \
         write a date from the holder's birth on"
    );
}

#[test]
fn unknown_keys_and_broken_yaml_show_the_line() {
    for (from, to, line, wrong) in [
        ("sex: male", "sex: mail", 8, "mail"),
        ("issued:", "isued:", 9, "isued"),
        ("1985-06-15", "1985-06-31", 7, "1985-06-31"),
    ] {
        let text = ADULT.replace(from, to);
        let error = Profile::parse(&text, "my-card.yaml").unwrap_err();
        let ProfileError::Syntax { line: at, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(at, line, "{to}");
        let shown = error.to_string();
        assert!(
            shown.contains(wrong) && shown.contains("my-card.yaml"),
            "{shown}"
        );
    }
}

#[test]
fn control_characters_reach_no_terminal() {
    for text in [
        "issued: \u{1B}[31mred\n",
        "holder: { name: \"\\e[31m\" }\n",
        "\u{1B}]0;x\u{7}",
    ] {
        let shown = Profile::parse(text, "my-card.yaml")
            .unwrap_err()
            .to_string();
        assert!(!shown.contains(['\u{1B}', '\u{7}']), "{shown:?}");
    }
    let text = ADULT.replace("name: 模擬", "name: \"\\e[31m模擬\" #");
    assert_eq!(
        Profile::parse(&text, "my-card.yaml")
            .unwrap_err()
            .to_string(),
        "my-card.yaml:3: holder.name: empty, or with control characters; write plain text"
    );
}
