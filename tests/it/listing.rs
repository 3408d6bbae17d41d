//! What there is can be listed and shown, all of it, in both languages.

use serde_json::Value;

use super::uketsuke;

fn listed(what: &str) -> Vec<Value> {
    let ran = uketsuke(&["list", what, "--format", "json"]).ends_with(0);
    let list: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(
        list["simulation"]
            .as_str()
            .unwrap()
            .starts_with("SIMULATION")
    );
    let items = list[what].as_array().unwrap().clone();
    assert!(!items.is_empty(), "{what}");
    items
}

#[test]
fn every_list_has_a_line_per_item_in_both_languages() {
    for what in ["scenarios", "requirements", "faults", "steps", "people"] {
        let items = listed(what);
        let ja = uketsuke(&["list", what, "--lang", "ja"])
            .ends_with(0)
            .stdout;
        let en = uketsuke(&["list", what, "--lang", "en"])
            .ends_with(0)
            .stdout;
        // A requirement has its scenarios on a line of their own.
        let lines = if what == "requirements" { 2 } else { 1 };
        assert_eq!(ja.lines().count(), lines * items.len() + 1, "{what}");
        assert_eq!(en.lines().count(), lines * items.len() + 1, "{what}");
        assert_ne!(ja, en, "{what}");
    }
}

#[test]
fn a_requirement_has_its_scenarios_and_faults_or_says_why_it_has_none() {
    let scenarios = listed("scenarios");
    let known = |id: &Value| scenarios.iter().any(|scenario| scenario["id"] == *id);
    for row in listed("requirements") {
        let (id, listed) = (&row["id"], row["scenarios"].as_array().unwrap());
        assert!(listed.iter().all(known), "{id}: {listed:?}");
        // From the other side: the scenarios that list the row are those.
        let count = scenarios
            .iter()
            .filter(|scenario| scenario["requirements"].as_array().unwrap().contains(id))
            .count();
        assert_eq!(listed.len(), count, "{id}");
        let why = &row["why-no-scenario"];
        assert_eq!(
            why["ja"].is_string() && why["en"].is_string(),
            count == 0,
            "{id}"
        );
    }
}

#[test]
fn requirements_fit_a_terminal_and_can_be_chosen() {
    for language in ["ja", "en"] {
        let text = uketsuke(&["list", "requirements", "--lang", language])
            .ends_with(0)
            .stdout;
        for line in text.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }
    let chosen = |args: &[&str]| {
        let mut all = vec!["list", "requirements", "--format", "json"];
        all.extend(args);
        let ran = uketsuke(&all).ends_with(0);
        let list: Value = serde_json::from_str(&ran.stdout).unwrap();
        list["requirements"].as_array().unwrap().clone()
    };
    for row in chosen(&["CERT"]) {
        assert_eq!(row["family"], "CERT");
    }
    for row in chosen(&["--subject", "backend"]) {
        assert!(
            row["subjects"]
                .as_array()
                .unwrap()
                .contains(&"backend".into())
        );
    }
    let one = chosen(&["DISC-10", "--subject", "backend"]);
    assert_eq!(one.len(), 1);
    uketsuke(&["list", "requirements", "NONE"]).ends_with(4);
    uketsuke(&["list", "people", "--subject", "card"]).ends_with(2);
    uketsuke(&["list", "scenarios", "--subject", "backend"]).ends_with(2);
}

#[test]
fn a_requirement_is_shown_with_its_scenarios_and_its_faults() {
    let shown = uketsuke(&["show", "CERT-03", "ACC-09", "--lang", "en"])
        .ends_with(0)
        .stdout;
    for part in [
        "  certificate/grace  ",
        "  today/grace",
        "  grace-to-the-day  ",
        "only a driver tells it",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn everything_that_is_listed_can_be_shown() {
    let scenarios = listed("scenarios")
        .into_iter()
        .map(|item| item["id"].clone());
    let requirements = listed("requirements")
        .into_iter()
        .map(|item| item["id"].clone());
    let people = listed("people")
        .into_iter()
        .map(|item| item["name"].clone());
    let ids: Vec<String> = scenarios
        .chain(requirements)
        .chain(people)
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    let shown = |language: &str| {
        let mut args = vec!["show", "--lang", language];
        args.extend(ids.iter().map(String::as_str));
        uketsuke(&args).ends_with(0).stdout
    };
    let (ja, en) = (shown("ja"), shown("en"));
    assert!(ja.starts_with("SIMULATION") && en.starts_with("SIMULATION"));
    for id in &ids {
        // Each begins a part of its own, with a title in the language.
        let title = |shown: &str| {
            let start = format!("\n\n{id}  ");
            let (_, rest) = shown.split_once(&start).unwrap_or_else(|| panic!("{id}"));
            rest.lines().next().unwrap().to_owned()
        };
        assert_ne!(title(&ja), title(&en), "{id}");
    }
}

#[test]
fn a_scenario_is_shown_with_its_rule_and_its_numbered_steps() {
    let shown = uketsuke(&["show", "pin/correct"]).ends_with(0).stdout;
    for part in [
        "PIN typed right",
        "IDV-02",
        "one VERIFY",
        " 1  patient",
        "take-card",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("1234"), "{shown}");
}

#[test]
fn the_committed_schemas_are_current() {
    for name in [
        "scenario",
        "deck",
        "transcript",
        "result",
        "profile",
        "process",
        "driver",
        "bindings",
        "known",
        "statement",
    ] {
        let printed = uketsuke(&["schema", name]).ends_with(0).stdout;
        let path = format!("{}/docs/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            printed == committed,
            "docs/schema/{name}.json is out of date; run: uketsuke schema {name} > docs/schema/{name}.json"
        );
        let schema: Value = serde_json::from_str(&printed).unwrap();
        assert!(schema["$schema"].is_string(), "{name}");
    }
}

#[test]
fn the_scenarios_for_a_reader_can_be_chosen() {
    let ids = |args: &[&str]| {
        let all = [&["list", "scenarios", "--format", "json"], args].concat();
        let ran = uketsuke(&all).ends_with(0);
        let list: Value = serde_json::from_str(&ran.stdout).unwrap();
        let scenarios = list["scenarios"].as_array().unwrap().iter();
        let ids = scenarios.map(|it| it["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<String>>()
    };
    let (all, chosen) = (ids(&[]), ids(&["--subject", "reader"]));
    assert!(chosen.len() < all.len() && chosen.iter().all(|id| all.contains(id)));
    assert!(chosen.contains(&"pin/wrong-then-right".to_owned()));
    // A number inquiry at the desk is nothing to a reader.
    assert!(!chosen.contains(&"eligibility/lapsed-by-number".to_owned()));
    let some = ids(&["--subject", "reader", "visual/"]);
    assert!(!some.is_empty() && some.iter().all(|id| id.starts_with("visual/")));
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = uketsuke(&["completions", shell]).ends_with(0).stdout;
        assert!(script.contains("transcripts"), "{shell}");
    }
}

#[test]
fn the_doctor_names_what_it_looked_at() {
    let said = uketsuke(&["doctor"]).ends_with(0).stdout;
    for what in [
        "locale", "terminal", "size", "colours", "widths", "pcscd", "vpcd",
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }
    assert!(said.contains("ﾀﾞ=2"), "{said}");
}
