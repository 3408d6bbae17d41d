//! Tests of the worlds of a server.

use jiff::civil::date;

use super::*;
use crate::eligibility::{Eligibility, NumberKey, Site, Validity};
use crate::scenario::{Deck, Document};

const DECK: &str = r#"
title: { ja: 大人, en: Adult }
card: { holder: adult }
registry:
  registration: portal
  qualifications:
    - { insurer: "01139999", insurer-name: I, symbol: "123", number: "45678", branch: "00",
        relation: insured, from: 2019-04-01, until: 2025-12-31, share: 30 }
"#;

const SCENARIO: &str = r#"
title: { ja: 題, en: T }
requirements: [ELIG-04]
at: 2025-12-20T09:15+09:00
card: { holder: adult }
steps: []
"#;

const AT: &str = "2025-12-20T09:15+09:00";

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

fn world() -> World {
    let mut deck = Deck::default();
    deck.add("adult", DECK, "adult.yaml").unwrap();
    let document = Document::parse(SCENARIO, "x.yaml").unwrap();
    let playables = document.resolve("x", &deck, moment(AT)).unwrap();
    World::of(&playables[0].scenario)
}

fn number() -> Inquiry {
    Inquiry::Number {
        key: NumberKey {
            insurer: "01139999".to_owned(),
            symbol: "123".to_owned(),
            number: "45678".to_owned(),
            branch: None,
            birth_date: date(1985, 6, 15),
        },
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    }
}

async fn worlds(world: &World) -> Worlds {
    let clock = WorldClock::new(Some(moment(AT)), Pace::Fixed);
    Worlds::new(world, clock, None).await
}

async fn found(live: &LiveWorld) -> Eligibility {
    match live.ask(&number()).await.answer {
        Ok(Answer::Eligibility(eligibility)) => *eligibility,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_world_has_people_and_a_clock_of_its_own() {
    let worlds = worlds(&world()).await;
    let mut nobody = world();
    nobody.people.clear();
    let empty = worlds.arrange(&nobody, moment(AT)).await.unwrap();
    let full = worlds.arrange(&world(), moment(AT)).await.unwrap();
    let (empty, full) = (
        worlds.arranged(empty).unwrap(),
        worlds.arranged(full).unwrap(),
    );
    assert_eq!(found(&empty).await.validity, Validity::None);
    assert_eq!(found(&full).await.validity, Validity::Valid);
    // The qualification ends with 2025.
    full.set_clock(moment("2026-01-01T00:00+09:00"));
    assert_eq!(found(&full).await.validity, Validity::Invalid);
    assert_eq!(found(worlds.served()).await.validity, Validity::Valid);
}

#[tokio::test]
async fn an_ended_world_is_gone_and_whoever_watches_it_is_told() {
    let worlds = worlds(&world()).await;
    let id = worlds.arrange(&world(), moment(AT)).await.unwrap();
    let ended = worlds.arranged(id).unwrap().ended();
    assert!(!*ended.borrow());
    assert!(worlds.end(id));
    assert!(*ended.borrow());
    assert!(worlds.arranged(id).is_none());
    assert!(!worlds.end(id));
}

#[tokio::test]
async fn the_number_of_worlds_is_bounded_and_idle_ones_go() {
    let empty = World {
        people: Vec::new(),
        incidents: Vec::new(),
    };
    let worlds = worlds(&empty).await;
    for _ in 0..WORLDS_MAX {
        worlds.arrange(&empty, moment(AT)).await.unwrap();
    }
    assert_eq!(worlds.arrange(&empty, moment(AT)).await, Err(TooMany));
    worlds.evict_after(Duration::ZERO);
    assert!(worlds.is_empty());
    assert!(worlds.arrange(&empty, moment(AT)).await.is_ok());
}

#[tokio::test]
async fn a_backend_fault_comes_and_goes_while_the_server_runs() {
    let mut nobody = world();
    nobody.people.clear();
    let worlds = worlds(&nobody).await;
    let served = worlds.served();
    assert_eq!(found(served).await.validity, Validity::None);
    let fault = "nobody-found-is-failure".parse().unwrap();
    worlds.faults().set(vec![fault]);
    let asking = served.ask(&number()).await;
    assert!(
        matches!(asking.answer, Ok(Answer::Refused(_))),
        "{asking:?}"
    );
    worlds.faults().set(Vec::new());
    assert_eq!(found(served).await.validity, Validity::None);
}

#[tokio::test]
async fn what_a_fault_swallows_is_not_decided() {
    let worlds = worlds(&world()).await;
    worlds.faults().set(vec!["busy:2".parse().unwrap()]);
    let served = worlds.served();
    assert_eq!(served.ask(&number()).await.fault, None);
    let swallowed = served.ask(&number()).await;
    assert_eq!(swallowed.fault, Some(WireFault::Busy));
    assert!(swallowed.answer.is_err());
    assert_eq!(served.ask(&number()).await.fault, None);
    assert_eq!(worlds.asked(), 3);
}
