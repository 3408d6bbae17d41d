//! The exchange folder beside FHIR: one registry, one clock, one transcript.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use uketsuke::backend::{Access, World};
use uketsuke::eligibility::{Answer, Inquiry, NumberKey, Site, Validity};

use super::client::{AT, Server, inquiry};

fn key() -> NumberKey {
    NumberKey {
        insurer: "01139999".to_owned(),
        symbol: "123".to_owned(),
        number: "45678".to_owned(),
        branch: None,
        birth_date: "1985-06-15".parse().unwrap(),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

#[test]
fn a_card_in_use_is_pushed_into_face_and_counts_over_fhir_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&["--fhir", "0", "--oqs", folder.path().to_str().unwrap()]);
    let used = server.post(
        "/uketsuke/face",
        &json!({ "person": "adult", "consents": ["care", "checkup"] }),
    );
    let pushed: Value = used.json();
    assert_eq!(pushed["accepted"], true, "{pushed}");
    assert_eq!(pushed["validity"], "valid");
    let face = folder.path().join("face");
    assert_eq!(names(&face), [pushed["file"].as_str().unwrap()]);
    let file = std::fs::read_to_string(face.join(&names(&face)[0])).unwrap();
    // 01139999 is the insurer of `adult` in the deck.
    assert!(file.contains("01139999"), "{file}");

    server.type_line("face elder-80 care");
    let second = (0..100_000).any(|_| names(&face).len() == 2);
    assert!(second, "nothing was pushed for the line that was typed");
    assert_eq!(server.submit(&inquiry()).in_force(), Some(true));
    assert_eq!(server.stop().code, Some(0));
}

#[test]
fn a_card_that_is_refused_is_pushed_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--fhir", "0", "--oqs", folder.path().to_str().unwrap()]);
    // Years after the certificate of `adult` has ended, which is issued to a fifth birthday.
    let set = server.post(
        "/uketsuke/clock",
        &json!({ "at": "2031-01-01T09:00+09:00" }),
    );
    assert_eq!(set.status, 204);
    let used = server.post("/uketsuke/face", &json!({ "person": "adult" }));
    let pushed = used.json();
    assert_eq!(pushed["accepted"], false, "{pushed}");
    assert_eq!(pushed["refusal"]["ground"], "certificate-lapsed");
    assert_eq!(names(&folder.path().join("face")).len(), 1);
}

#[test]
fn a_card_that_there_is_not_cannot_be_used() {
    let server = Server::start(&["--fhir", "0", "--scenario", "pin/correct"]);
    let used = server.post("/uketsuke/face", &json!({ "person": "elder-80" }));
    assert_eq!(used.status, 422);
    assert!(used.json()["error"].as_str().unwrap().contains("adult"));
}

#[test]
fn worlds_are_arranged_through_files_and_answer_in_folders_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--oqs", folder.path().to_str().unwrap()]);
    let library = uketsuke::library::Library::bundled().unwrap();
    let source = library
        .sources()
        .iter()
        .find(|source| source.id == "pin/correct")
        .unwrap();
    let at = AT.parse().unwrap();
    let playable = library.playables(source, at).unwrap().remove(0);
    let world = World::of(&playable.scenario);
    let inquiry = Inquiry::Number {
        key: key(),
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answer = runtime.block_on(async {
        let access = Access {
            patience: Duration::from_secs(30),
            ..Access::default()
        };
        let io = tokio::runtime::Handle::current();
        let connector = uketsuke::backend::oqs::open(folder.path(), &access, io)
            .await
            .unwrap();
        assert!(connector.arranges());
        let mut backend = connector.connect().await.unwrap();
        backend.arrange(&world, at).await.unwrap();
        assert_eq!(names(&folder.path().join("worlds")), ["1"]);
        backend.ask(&inquiry, at).await.unwrap()
    });
    let Answer::Eligibility(eligibility) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(eligibility.validity, Validity::Valid);
    assert_eq!(server.stop().code, Some(0));
    assert!(names(&folder.path().join("worlds")).is_empty());
}
