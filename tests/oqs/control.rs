//! The control folder: a world and a clock for each play.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use uketsuke::backend::oqs::control::{Arranged, Order};
use uketsuke::backend::{Pending, World};
use uketsuke::eligibility::{
    Answer, ConsentAnswer, ConsentKind, EarlierConsent, MedicalKind, Moment, Site, Validity,
};
use uketsuke::serve::exchange_folder::{ControlFolder, Controlling, ExchangeFolder, Options};

use super::adapter::{LONG, bare, connector, medical, number};
use super::{Clinic, hanako, names, now};

/// Worlds by number, as `serve` keeps them.
#[derive(Clone, Default)]
struct Worlds {
    root: PathBuf,
    clinics: Arc<Mutex<BTreeMap<String, (Clinic, ExchangeFolder)>>>,
    orders: Arc<Mutex<Vec<&'static str>>>,
}

impl Controlling for Worlds {
    fn control(&mut self, order: Order) -> Pending<'_, Result<Arranged, String>> {
        let mut clinics = self.clinics.lock().unwrap();
        let mut orders = self.orders.lock().unwrap();
        let arranged = |world: String| Arranged {
            world,
            folder: None,
        };
        let reply = match order {
            Order::Make { at, world } => {
                orders.push("make");
                let number = (orders.len()).to_string();
                let relative = format!("worlds/{number}");
                let folder = ExchangeFolder::create(&self.root.join(&relative), Options::default());
                let mut clinic = Clinic::with(world.people);
                clinic.now = at;
                clinics.insert(number.clone(), (clinic, folder.unwrap()));
                Ok(Arranged {
                    world: number,
                    folder: Some(relative),
                })
            }
            Order::Change { change, at, world } => {
                orders.push("change");
                let clinic = &mut clinics.get_mut(&change).unwrap().0;
                clinic.backend.know(&world);
                clinic.now = at;
                Ok(arranged(change))
            }
            Order::Clock { clock, at } => {
                orders.push("clock");
                match clinics.get_mut(&clock) {
                    Some((clinic, _)) => clinic.now = at,
                    None => return Box::pin(std::future::ready(Err("no such world".to_owned()))),
                }
                Ok(arranged(clock))
            }
            Order::End { end } => {
                orders.push("end");
                clinics.remove(&end);
                Ok(arranged(end))
            }
        };
        Box::pin(std::future::ready(reply))
    }
}

/// Serves orders and worlds until `asking` is done.
async fn controlled<T>(worlds: Worlds, asking: impl Future<Output = T>) -> T {
    let mut control = ControlFolder::create(&worlds.root).unwrap();
    let mut carrying = worlds.clone();
    let serving = async {
        loop {
            control.round(&mut carrying).await;
            let numbers: Vec<String> = worlds.clinics.lock().unwrap().keys().cloned().collect();
            for number in numbers {
                let taken = worlds.clinics.lock().unwrap().remove(&number);
                if let Some((mut clinic, folder)) = taken {
                    folder.round(&mut clinic).await;
                    worlds
                        .clinics
                        .lock()
                        .unwrap()
                        .insert(number, (clinic, folder));
                }
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = serving => unreachable!("it never ends"),
        asked = tokio::time::timeout(LONG * 3, asking) => asked.unwrap(),
    }
}

#[tokio::test]
async fn each_play_has_a_world_and_a_clock_of_its_own() {
    let dir = bare();
    let worlds = Worlds {
        root: dir.path().to_owned(),
        ..Worlds::default()
    };
    let orders = Arc::clone(&worlds.orders);
    fs::create_dir_all(dir.path().join("uketsuke/req")).unwrap();
    controlled(worlds.clone(), async {
        let way = connector(dir.path(), LONG).await;
        assert!(way.arranges());
        let (mut one, mut two) = (way.connect().await.unwrap(), way.connect().await.unwrap());
        one.arrange(&World::new(&[hanako()], &[]), now())
            .await
            .unwrap();
        two.arrange(&World::new(&[], &[]), now()).await.unwrap();
        let valid = |answer: Answer| match answer {
            Answer::Eligibility(found) => found.validity,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            valid(one.ask(&number(), now()).await.unwrap()),
            Validity::Valid
        );
        assert_eq!(
            valid(two.ask(&number(), now()).await.unwrap()),
            Validity::None
        );
        assert_eq!(*orders.lock().unwrap(), ["make", "make"]);

        // A consent of 09:00 covers the 24 hours that follow (CONS-02).
        let mut patient = hanako();
        patient.registry.earlier_consents = vec![EarlierConsent {
            care: uketsuke::eligibility::Care::Outpatient,
            institution: Site::default().institution,
            at: "2025-12-20T09:00:00+09:00".parse().unwrap(),
            kind: ConsentKind::Care,
            answer: ConsentAnswer::Agree,
        }];
        let later: Moment = "2025-12-22T09:15:04+09:00".parse().unwrap();
        let drugs = medical(MedicalKind::Drug);
        assert!(matches!(
            one.ask(&drugs, now()).await.unwrap(),
            Answer::Medical(_)
        ));
        assert!(matches!(
            one.ask(&drugs, later).await.unwrap(),
            Answer::Refused(_)
        ));
        assert_eq!(*orders.lock().unwrap(), ["make", "make", "clock"]);

        patient.registry.qualifications.clear();
        one.arrange(&World::new(&[patient], &[]), later)
            .await
            .unwrap();
        assert_eq!(
            valid(one.ask(&number(), later).await.unwrap()),
            Validity::None
        );
        drop((one, two));
        while worlds
            .orders
            .lock()
            .unwrap()
            .iter()
            .filter(|order| **order == "end")
            .count()
            < 2
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(orders.lock().unwrap().contains(&"change"));
}

#[tokio::test]
async fn orders_that_are_none_are_answered_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let mut worlds = Worlds {
        root: dir.path().to_owned(),
        ..Worlds::default()
    };
    let mut control = ControlFolder::create(dir.path()).unwrap();
    let folder = dir.path().join("uketsuke");
    for order in [
        "[]",
        "{\"end\": 7}",
        "garbage",
        "{\"clock\":\"9\",\"at\":\"2025-12-20T09:15:04+09:00\"}",
    ] {
        fs::write(folder.join("req/1.json"), order).unwrap();
        assert_eq!(control.round(&mut worlds).await, 1, "{order}");
        let reply = fs::read_to_string(folder.join("res/1.json")).unwrap();
        assert!(reply.starts_with("{\"error\":\""), "{reply}");
        assert_eq!(names(&folder.join("req")), [""; 0]);
    }
}
