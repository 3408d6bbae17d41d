//! What bindings mean: template → parse → bind changes nothing but who it is.

use std::collections::{BTreeMap, BTreeSet};

use super::state::of_people;
use super::*;
use crate::eligibility::Moment;
use crate::library::Library;
use crate::scenario::{Playable, Source};

fn now() -> Moment {
    "2026-06-10T10:00+09:00".parse().unwrap()
}

fn library() -> Library {
    Library::bundled().unwrap()
}

fn bundled(library: &Library) -> Vec<Playable> {
    let sources = library.sources().iter();
    sources
        .flat_map(|source| library.playables(source, now()).unwrap())
        .collect()
}

fn playable(registry: &str, steps: &str) -> Playable {
    let text = format!(
        "title: {{ ja: 題, en: T }}\nrequirements: [ELIG-01]\nat: now\n\
         card: {{ holder: adult }}\nregistry: {{ {registry} }}\nsteps:\n{steps}"
    );
    let source = Source {
        id: "own".to_owned(),
        origin: "own.yaml".to_owned(),
        text,
    };
    let library = library();
    library.playables(&source, now()).unwrap().remove(0)
}

const BY_NUMBER: &str = "  - desk: number-inquiry\n";

fn names(states: &States) -> Vec<&str> {
    states.iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn states_are_named_by_what_differs_from_the_deck() {
    let lost = "qualifications: [{ insurer: \"01139999\", insurer-name: x, number: \"1\", \
                from: at - 6y, until: at - 20d }]";
    for (registry, name) in [
        ("", "adult"),
        (lost, "adult-lapsed"),
        ("withheld-by: [\"01139999\"]", "adult-withheld"),
        ("undisclosed-by: [\"01139999\"]", "adult-undisclosed"),
        ("registration: none", "adult-unregistered"),
        ("registration: cancelled", "adult-cancelled"),
        ("certificate: revoked", "adult-revoked"),
        ("qualifications: []", "adult-not-recorded"),
        (
            "registration: none, withheld-by: [\"01139999\"]",
            "adult-unregistered-withheld",
        ),
        // Registered elsewhere is registered.
        ("registration: atm", "adult"),
    ] {
        let playable = playable(registry, BY_NUMBER);
        let library = library();
        assert_eq!(names(&States::new([&playable], library.deck())), [name]);
    }
}

#[test]
fn states_that_would_meet_in_a_name_are_numbered() {
    let one = playable(
        "limits: [{ class: A01, from: at - 1y, until: at + 1y }]",
        BY_NUMBER,
    );
    let other = playable(
        "limits: [{ class: A02, from: at - 1y, until: at + 1y }]",
        BY_NUMBER,
    );
    let library = library();
    let states = States::new([&one, &other, &one], library.deck());
    assert_eq!(names(&states), ["adult-limit", "adult-limit-2"]);
}

#[test]
fn the_template_binds_every_scenario_to_the_same_meaning() {
    let library = library();
    let playables = bundled(&library);
    let states = States::new(&playables, library.deck());
    let text = template(&playables, library.deck());
    let bindings = Bindings::parse(&text, "template.yaml", &states, now()).unwrap();
    let mut ran = 0;
    for original in playables.iter().filter(|it| cannot_run(it).is_none()) {
        let bound = bind(original, &states, &bindings)
            .unwrap_or_else(|why| panic!("{}: {}", original.scenario.id, why.en));
        ran += 1;
        let (before, after) = (&original.scenario, &bound.scenario);
        assert_eq!(
            of_people(&before.people, now()),
            of_people(&after.people, now()),
            "{}",
            before.id
        );
        for (one, other) in before.people.iter().zip(&after.people) {
            assert_eq!(one.registry.person, other.registry.person, "{}", before.id);
            assert_eq!(one.card.not_after, other.card.not_after, "{}", before.id);
            assert_eq!(one.card.user_pin, other.card.user_pin, "{}", before.id);
            let flags = |it: &crate::scenario::Patient| it.registry.withheld_by.clone();
            assert_eq!(flags(one), flags(other), "{}", before.id);
        }
        assert_eq!(before.steps.len(), after.steps.len());
    }
    assert!(ran >= 15, "{ran}");
}

#[test]
fn all_states_of_the_template_can_stand_in_one_registry() {
    let library = library();
    let playables = bundled(&library);
    let states = States::new(&playables, library.deck());
    let text = template(&playables, library.deck());
    let bindings = Bindings::parse(&text, "template.yaml", &states, now()).unwrap();
    let (mut keys, mut serials) = (BTreeSet::new(), BTreeMap::new());
    for named in states.iter() {
        let bound = bindings.get(&named.name).unwrap();
        for held in &bound.qualifications {
            let key = (
                held.insurer.clone(),
                held.symbol.clone(),
                held.number.clone(),
                held.branch.clone(),
                bound.birth_date.to_string(),
            );
            assert!(keys.insert(key), "{}", named.name);
        }
        if bound.certificate.is_some() {
            let (mut patient, mut profile) = (named.patient.clone(), named.profile.clone());
            bind::person(&mut patient, &mut profile, bound, now()).unwrap();
            let other = serials.insert(patient.card.serial.clone(), named.name.clone());
            assert_eq!(other, None, "{}", named.name);
        }
    }
    assert!(keys.len() > 10);
}

/// The states and a valid file for one scenario of the adult.
fn one_file() -> (States, String) {
    let playable = playable("", "  - present-card\n  - take-card\n");
    let library = library();
    let states = States::new([&playable], library.deck());
    let text = template([&playable], library.deck());
    (states, text)
}

fn problem(states: &States, text: &str) -> String {
    let error = Bindings::parse(text, "b.yaml", states, now()).unwrap_err();
    error.to_string()
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let (states, text) = one_file();
    assert!(
        Bindings::parse(&text, "b.yaml", &states, now()).is_ok(),
        "{text}"
    );
    let line = |needle: &str| {
        let at = text.lines().position(|line| line.starts_with(needle));
        at.unwrap() + 1
    };
    let person = line("  adult:");
    for (from, to, place, says) in [
        (
            "  adult:",
            "  adlut:",
            format!("b.yaml:{person}:3"),
            "adult",
        ),
        (
            "    kana:",
            "    cana:",
            format!("b.yaml:{}:5", line("    kana:")),
            "cana",
        ),
        (
            "version: 1",
            "version: 2",
            format!("b.yaml:{}:1", line("version")),
            "version 2",
        ),
        // A person of another state: the insurance has ended.
        (
            "from: \"2020-06-10\"",
            "from: \"2020-06-10\", until: \"2026-06-09\"",
            format!("b.yaml:{person}:3"),
            "insured-otherwise",
        ),
        (
            "share: 30",
            "share: 10",
            format!("b.yaml:{person}:3"),
            "not in the state",
        ),
    ] {
        assert!(text.contains(from), "{from}\n{text}");
        let error = problem(&states, &text.replacen(from, to, 1));
        assert!(error.starts_with(&place), "{place} {error}");
        assert!(error.contains(says), "{says}: {error}");
    }
    let (head, adult) = text.split_once("  adult:").unwrap();
    let twice = format!("{head}  adult:{adult}  adult:{adult}");
    assert!(problem(&states, &twice).contains("twice"));
}

#[test]
fn one_person_cannot_be_in_two_states() {
    let plain = playable("", BY_NUMBER);
    let hidden = playable("undisclosed-by: [\"01139999\"]", BY_NUMBER);
    let library = library();
    let both = [&plain, &hidden];
    let states = States::new(both, library.deck());
    let text = template(both, library.deck());
    let own = "９０２４５６７８";
    assert!(text.contains(own), "{text}");
    let error = problem(&states, &text.replace(own, "４５６７８"));
    assert!(error.contains("cannot be in two states"), "{error}");
}

#[test]
fn steps_follow_the_numbers_of_the_bound_people() {
    let steps = "  - desk: { number-inquiry: { number: \"４５６７８\", birth-date: 1985-06-15 } }\n  \
                 - expect-answer: { insurer: \"01139999\" }\n  \
                 - desk: { number-inquiry: { number: \"777\", birth-date: 1985-06-16 } }\n";
    let playable = playable("", steps);
    let library = library();
    let states = States::new([&playable], library.deck());
    let text = template([&playable], library.deck())
        .replace("４５６７８", "1000")
        .replace("01139999", "06999999")
        .replace("1985-06-15", "1980-01-02");
    let bindings = Bindings::parse(&text, "b.yaml", &states, now()).unwrap();
    let bound = bind(&playable, &states, &bindings).unwrap();
    let steps = serde_json::to_value(&bound.scenario.steps).unwrap();
    let (first, last) = (
        &steps[0]["desk"]["number-inquiry"],
        &steps[2]["desk"]["number-inquiry"],
    );
    assert_eq!(first["number"], "1000");
    assert_eq!(first["birth-date"], "1980-01-02");
    assert_eq!(steps[1]["expect-answer"]["insurer"], "06999999");
    assert_eq!(
        (&last["number"], &last["birth-date"]),
        (&"777".into(), &"1985-06-16".into())
    );
    let person = &bound.scenario.people[0].registry.person;
    assert_eq!(person.birth_date, bound.profiles[0].holder.birth_date);
}

#[test]
fn a_number_written_in_another_way_cannot_follow() {
    let playable = playable("", "  - desk: { number-inquiry: { number: \"45678\" } }\n");
    let library = library();
    let states = States::new([&playable], library.deck());
    let text = template([&playable], library.deck());
    let parse = |text: &str| Bindings::parse(text, "b.yaml", &states, now()).unwrap();
    assert!(bind(&playable, &states, &parse(&text)).is_ok());
    let other = text.replace("４５６７８", "1000");
    let why = bind(&playable, &states, &parse(&other)).unwrap_err();
    assert!(why.en.contains("another way"), "{}", why.en);
}

#[test]
fn what_cannot_be_arranged_cannot_run() {
    for (at, steps, says) in [
        ("2025-12-20T09:15+09:00", BY_NUMBER, "2025-12-20"),
        (
            "now",
            "  - desk: number-inquiry\n  - wait: 1d\n",
            "time passes",
        ),
        (
            "now",
            "  - change-registry: { registration: none }\n",
            "registry",
        ),
    ] {
        let mut playable = playable("", steps);
        playable.at_now = at == "now";
        playable.scenario.at = if playable.at_now {
            now()
        } else {
            at.parse().unwrap()
        };
        let why = cannot_run(&playable).unwrap();
        assert!(why.en.contains(says) && why.ja != why.en, "{}", why.en);
    }
    assert_eq!(cannot_run(&playable("", BY_NUMBER)), None);
}

#[test]
fn who_is_not_bound_is_named() {
    let by_card = playable("registration: none", "  - present-card\n  - take-card\n");
    let library = library();
    let states = States::new([&by_card], library.deck());
    let why = bind(&by_card, &states, &Bindings::default()).unwrap_err();
    assert!(why.en.contains("adult-unregistered"), "{}", why.en);
    let text = template([&by_card], library.deck());
    let line = text
        .lines()
        .find(|it| it.contains("certificate: {"))
        .unwrap();
    let without = text.replace(line, "");
    let bindings = Bindings::parse(&without, "b.yaml", &states, now()).unwrap();
    let why = bind(&by_card, &states, &bindings).unwrap_err();
    assert!(why.en.contains("certificate"), "{}", why.en);
}
