//! Profile files: those that come with the crate, and what is said of broken ones.

use jiff::civil::date;
use virtual_card::certificate;
use virtual_card::profile::{
    Atr, AtrBytes, Profile, ProfileError, SignatureCertificate, Token, Tries, check_digit,
};

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
        let spent = ["locked-pin", "last-try", "signature-locked"];
        assert_eq!(
            profile.tries == Tries::FULL,
            !spent.contains(name),
            "{name}"
        );
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
    assert_eq!(pinless.signature_certificate, None);
    assert!(!profile("infant").photo);
    assert_eq!(profile("child-10").signature_certificate, None);
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
fn cards_in_rare_states_are_in_them() {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let revoked = profile("revoked");
    assert!(revoked.user_certificate.revoked);
    assert!(revoked.signature_certificate.unwrap().revoked);
    assert_eq!(profile("locked-pin").tries.user, 0);
    assert_eq!(profile("last-try").tries.user, 1);
    assert_eq!(profile("signature-locked").tries.signature, 0);
    assert_eq!(profile("no-signature").signature_certificate, None);
    // Each 5th birthday after issue, 23:59:59 in Japan.
    for (name, end) in [
        ("expired", "2024-02-11T14:59:59Z"),
        ("ends-soon", "2026-12-24T14:59:59Z"),
        ("generation-1", "2023-05-09T14:59:59Z"),
    ] {
        let profile = profile(name);
        assert_eq!(profile.user_certificate_not_after(), at(end), "{name}");
        let (_, signature_end) = profile.signature_certificate_term().unwrap();
        assert_eq!(signature_end, at(end), "{name}");
        assert!(profile.card_expires() > date(2026, 12, 24), "{name}");
    }
    let rare = profile("rare-characters").holder;
    // Beyond the basic plane, IBM extension, JIS X 0213, variation selector.
    for character in ['\u{20BB7}', '\u{9AD9}', '\u{5F45}', '\u{E0100}'] {
        assert!(rare.name.contains(character), "{character:?}");
    }
    assert_eq!(profile("android").token, Token::Android);
    assert_eq!(profile("iphone").token, Token::Iphone);
}

#[test]
fn profile_survives_being_written_and_read() {
    for name in Profile::standard_names() {
        let mut profile = profile(name);
        profile.user_certificate.not_after = "2025-12-31T14:59:59Z".parse().ok();
        profile.tries.user = 1;
        profile.atr = Atr::Bytes(AtrBytes::new(&[0x3B, 0x02, 0x14, 0x50]).unwrap());
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
        "signature-certificate",
        "card-serial",
        "municipality",
        "atr",
        "token",
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
        "my-card.yaml:11:3: pins.user: not a PIN of 4 digits; write 4 digits in quotation marks"
    );
    assert_eq!(
        error("\"900000000015\"", "\"900000000010\""),
        "my-card.yaml:18:1: my-number: the check digit is right, \
         so the number could be a real person's; change the last digit"
    );
    assert_eq!(
        error("pins:", "tries: { user: 4 }\npins:"),
        "my-card.yaml:10:10: tries.user: more tries than this PIN has on a new card; write 0 to 3"
    );
    assert_eq!(
        error("issued: 2023", "issued: 1983"),
        "my-card.yaml:9:1: issued: issued before the holder was born; \
         write a date from the holder's birth on"
    );
}

#[test]
fn errors_of_rare_states_name_place_and_remedy() {
    let added = |line: &str| error("pins:", &format!("{line}\npins:"));
    assert_eq!(
        added("user-certificate: { authority-generation: 4 }"),
        "my-card.yaml:10:21: user-certificate.authority-generation: \
         no such generation of the authority; write 1, 2 or 3; 3 is the present one"
    );
    assert_eq!(
        added("signature-certificate:\n  authority-generation: 0"),
        "my-card.yaml:11:3: signature-certificate.authority-generation: \
         no such generation of the authority; write 1, 2 or 3; 3 is the present one"
    );
    assert_eq!(
        added(
            "user-certificate: { not-before: 2030-01-01T00:00:00Z, not-after: 2029-12-31T00:00:00Z }"
        ),
        "my-card.yaml:10:55: user-certificate.not-after: \
         the certificate would end before it starts; write a later moment, or leave it out"
    );
    assert_eq!(
        added("signature-certificate: { not-before: 2040-01-01T00:00:00Z }"),
        "my-card.yaml:10:1: signature-certificate.not-after: \
         the certificate would end before it starts; write a later moment, or leave it out"
    );
    assert_eq!(
        added("card-serial: \"400000012719843\""),
        "my-card.yaml:10:1: card-serial: not 15 digits of which the first is 9; \
         write 9 and 14 digits in quotation marks, or leave it out"
    );
    assert_eq!(
        added("municipality: \"1234\""),
        "my-card.yaml:10:1: municipality: not the 5 digits of a municipality; \
         write 5 digits in quotation marks, or leave it out"
    );
}

#[test]
fn name_and_address_may_be_as_long_as_the_certificates_file_has_room() {
    let with = |name: usize, address: usize| {
        let mut profile = profile("adult");
        profile.holder.name = "模".repeat(name);
        profile.holder.address = "架".repeat(address);
        profile
    };
    assert_eq!(with(100, 120).problem(), None);
    let key = |profile: Profile| profile.problem().map(|(key, _, _)| key);
    assert_eq!(key(with(101, 1)), Some("holder.name"));
    assert_eq!(key(with(100, 121)), Some("holder.address"));
    assert_eq!(key(with(1, 220)), Some("holder.address"));
    // JPKI 0001 has 2560 bytes (inferred), and what stands in it is never cut.
    for full in [with(100, 120), with(1, 219)] {
        let certificate = certificate::signature(&full).unwrap();
        assert!(certificate.len() <= 2560, "{}", certificate.len());
    }
}

#[test]
fn signature_certificate_is_yes_no_or_what_differs() {
    let read = |line: &str| {
        let text = ADULT.replace("pins:", &format!("signature-certificate: {line}\npins:"));
        Profile::parse(&text, "my-card.yaml").map(|profile| profile.signature_certificate)
    };
    let usual = SignatureCertificate::default();
    assert_eq!(read("true").unwrap(), Some(usual.clone()));
    assert_eq!(read("false").unwrap(), None);
    let special = SignatureCertificate {
        not_after: "2025-01-31T14:59:59Z".parse().ok(),
        generation: 2,
        authority_generation: 1,
        revoked: true,
        ..usual
    };
    let text = "{ not-after: 2025-01-31T14:59:59Z, generation: 2, \
                authority-generation: 1, revoked: true }";
    assert_eq!(read(text).unwrap(), Some(special));
    for (text, expected) in [
        ("perhaps", "true, false, or a mapping"),
        ("{ until: 2025 }", "until"),
    ] {
        let shown = read(text).unwrap_err().to_string();
        assert!(shown.contains("my-card.yaml:10:"), "{shown}");
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn atr_is_named_or_literal_and_refused_where_malformed() {
    let read = |line: &str| {
        let text = ADULT.replace("pins:", &format!("atr: {line}\npins:"));
        Profile::parse(&text, "my-card.yaml").map(|profile| profile.atr.bytes().to_vec())
    };
    // card.md §1.1.
    for (name, hexadecimal) in [
        ("contactless", "3B8880010000 41E0B381A1003B"),
        ("contactless-05", "3B888001000005E0B381A1007F"),
        ("contactless-newer", "3B888001004B51FF0081D100BC"),
        ("contactless-newer-b3", "3B888001004B51FFB381D1000F"),
        ("contact", "3BE000FF8131FE4514"),
        ("contact-newer", "3BDA13FF8131FB468012392F31C173C601C03B"),
        ("contact-c5", "3BC5FF8131FB458073C6010000"),
        ("contact-f5", "3BF59100FF918171FE400042000100D1D6"),
        ("contact-f5-b3", "3BF59100FF918171FE4000420001B3A115"),
        ("resident-card", "3B888001000014E0B38191005E"),
    ] {
        let expected = hex::decode(hexadecimal.replace(' ', "")).unwrap();
        assert_eq!(read(name).unwrap(), expected, "{name}");
        let literal = format!("{{ bytes: \"{hexadecimal}\" }}");
        assert_eq!(read(&literal).unwrap(), expected, "{name}");
    }
    for (atr, expected) in [
        ("contactles", "contactless-newer"),
        ("{ bytes: \"3B88\" }", "ends before the bytes"),
        (
            "{ bytes: \"3B888001000041E0B381A10000\" }",
            "TCK, must be 3B",
        ),
    ] {
        let shown = read(atr).unwrap_err().to_string();
        assert!(shown.contains("my-card.yaml:10:"), "{shown}");
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn numbers_of_card_and_municipality_are_nobodys_unless_stated() {
    let mut serials = Vec::new();
    for name in Profile::standard_names() {
        let profile = profile(name);
        let serial = profile.card_serial();
        assert!(serial.len() == 15 && serial.starts_with('9'), "{serial}");
        assert_eq!(profile.municipality(), "99999");
        serials.push(serial);
    }
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), Profile::standard_names().len());
    let stated = "card-serial: \"900000000000001\"\nmunicipality: \"88888\"\npins:";
    let profile = Profile::parse(&ADULT.replace("pins:", stated), "written").unwrap();
    assert_eq!(profile.card_serial(), "900000000000001");
    assert_eq!(profile.municipality(), "88888");
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
        "my-card.yaml:3:3: holder.name: empty, or with control characters; write plain text"
    );
}
