//! The adapter `oqs:DIR`, against our answering side.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use uketsuke::backend::{Access, Backend, Cannot, Connector, OpenError, Outage, World, oqs};
use uketsuke::eligibility::{
    Answer, Care, Ground, Inquiry, InquiryKind, MedicalKind, NumberKey, Site, Validity,
};
use uketsuke::serve::exchange_folder::{ExchangeFolder, Options, Spoil};

use super::{Clinic, hanako, names, now};

/// Long enough for a machine under load, and never waited for where an answer comes.
pub const LONG: Duration = Duration::from_secs(60);
/// For answers that never come.
pub const SHORT: Duration = Duration::from_millis(300);

pub async fn connector(dir: &Path, patience: Duration) -> Arc<dyn Connector> {
    let access = Access {
        patience,
        ..Access::default()
    };
    oqs::open(dir, &access, Handle::current()).await.unwrap()
}

pub async fn connect(dir: &Path, patience: Duration) -> Box<dyn Backend> {
    connector(dir, patience).await.connect().await.unwrap()
}

/// Makes an exchange folder that nobody serves.
pub fn bare() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("req")).unwrap();
    fs::create_dir(dir.path().join("res")).unwrap();
    dir
}

fn key() -> NumberKey {
    NumberKey {
        insurer: "1139999".to_owned(),
        symbol: "123".to_owned(),
        number: "45678".to_owned(),
        branch: None,
        birth_date: jiff::civil::date(1985, 6, 15),
    }
}

pub fn number() -> Inquiry {
    Inquiry::Number {
        key: key(),
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    }
}

pub fn medical(kind: MedicalKind) -> Inquiry {
    Inquiry::Medical {
        key: key(),
        kind,
        period: None,
        care: Care::Outpatient,
        site: Site::default(),
    }
}

/// Runs `asking` while our answering side serves the folder.
async fn served<T>(dir: &Path, clinic: &mut Clinic, asking: impl Future<Output = T>) -> T {
    let folder = ExchangeFolder::create(dir, Options::default()).unwrap();
    let (stop, stopped) = watch::channel(false);
    let both = async {
        tokio::join!(folder.serve(clinic, stopped), async {
            let asked = asking.await;
            stop.send(true).unwrap();
            asked
        })
    };
    tokio::time::timeout(LONG * 3, both).await.unwrap().1
}

#[tokio::test]
async fn a_number_inquiry_comes_back_with_its_wire() {
    let dir = bare();
    let mut clinic = Clinic::default();
    let (answer, wire) = served(dir.path(), &mut clinic, async {
        let mut backend = connect(dir.path(), LONG).await;
        let answer = backend.ask(&number(), now()).await.unwrap();
        (answer, backend.wire().unwrap())
    })
    .await;
    let Answer::Eligibility(found) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(found.validity, Validity::Valid);
    let person = found.person.unwrap();
    assert_eq!(person, hanako().registry.person);
    assert_eq!(
        found.qualification.unwrap().insurer_name,
        "模擬健康保険組合"
    );
    assert_eq!(wire.protocol, "oqs");
    assert!(wire.request.starts_with("OQSsiquc01req_20251220"));
    assert_eq!(wire.response, Some(wire.request.replace("req_", "res_")));
    assert_eq!(
        (wire.paired, wire.echoed, wire.normal),
        (Some(true), Some(true), Some(true))
    );
    assert_eq!(wire.declared_encodings, ["UTF-8", "UTF-8"]);
    assert_eq!(wire.actual_encoding.as_deref(), Some("UTF-8"));
    assert_eq!((wire.error_code, wire.error_message), (None, None));
    assert_eq!(names(&dir.path().join("req")), [""; 0]);
    assert_eq!(names(&dir.path().join("res")), [""; 0]);
}

#[tokio::test]
async fn medical_information_and_its_refusal_come_back() {
    let dir = bare();
    let mut clinic = Clinic::default();
    let answers = served(dir.path(), &mut clinic, async {
        let mut backend = connect(dir.path(), LONG).await;
        let mut answers = Vec::new();
        for kind in [
            MedicalKind::Drug,
            MedicalKind::Diagnosis,
            MedicalKind::Checkup,
            MedicalKind::Surgery,
        ] {
            let answer = backend.ask(&medical(kind), now()).await.unwrap();
            answers.push((kind, answer, backend.wire().unwrap()));
        }
        answers
    })
    .await;
    for (kind, answer, wire) in answers {
        let given = matches!(kind, MedicalKind::Drug | MedicalKind::Diagnosis);
        assert_eq!(wire.normal, Some(given), "{kind:?}");
        match answer {
            Answer::Medical(found) => {
                assert!(given, "{kind:?}");
                assert_eq!((found.kind, found.records.len()), (kind, 1));
            }
            Answer::Refused(refusal) => {
                assert!(!given, "{kind:?}");
                assert_eq!(refusal.ground, Ground::NoConsent);
                assert_eq!(wire.error_code.as_deref(), Some("SIM-107"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn spoilt_answers_are_told_apart() {
    let dir = bare();
    for (spoil, malformed) in [
        (Spoil::Garbage, true),
        (Spoil::Half, true),
        (Spoil::Silent, false),
    ] {
        let mut clinic = Clinic::spoiling(spoil);
        let outage = served(dir.path(), &mut clinic, async {
            // Enough for the answer to come, on a machine under load.
            let mut backend = connect(dir.path(), Duration::from_secs(2)).await;
            backend.ask(&number(), now()).await.unwrap_err()
        })
        .await;
        assert_eq!(
            matches!(outage, Outage::Malformed(_)),
            malformed,
            "{spoil:?}: {outage}"
        );
        assert_eq!(names(&dir.path().join("res")), [""; 0]);
    }
    let mut clinic = Clinic::spoiling(Spoil::WrongEncoding);
    let wire = served(dir.path(), &mut clinic, async {
        let mut backend = connect(dir.path(), LONG).await;
        backend.ask(&number(), now()).await.unwrap();
        backend.wire().unwrap()
    })
    .await;
    assert_eq!(wire.declared_encodings, ["UTF-8", "UTF-8"]);
    assert_eq!(wire.actual_encoding.as_deref(), Some("Shift_JIS"));
    clinic.spoil = Some(Spoil::Busy);
    let answer = served(dir.path(), &mut clinic, async {
        let mut backend = connect(dir.path(), LONG).await;
        backend.ask(&number(), now()).await.unwrap()
    })
    .await;
    assert!(matches!(answer, Answer::Refused(refusal) if refusal.code == "SIM-308"));
}

#[tokio::test]
async fn two_consumers_of_one_folder_get_their_own_answers() {
    let dir = bare();
    fs::write(
        dir.path().join("res").join("OQSsiquc01res_other.xml"),
        b"not ours",
    )
    .unwrap();
    let mut clinic = Clinic::default();
    let asked = served(dir.path(), &mut clinic, async {
        let mut one = connect(dir.path(), LONG).await;
        let mut two = connect(dir.path(), LONG).await;
        let mut echoes = Vec::new();
        for _ in 0..3 {
            let (a, b) = (number(), medical(MedicalKind::Drug));
            let (a, b) = tokio::join!(one.ask(&a, now()), two.ask(&b, now()));
            assert!(matches!(a, Ok(Answer::Eligibility(_))));
            assert!(matches!(b, Ok(Answer::Medical(_))));
            echoes.extend([one.wire().unwrap().echoed, two.wire().unwrap().echoed]);
        }
        echoes
    })
    .await;
    assert_eq!(asked, [Some(true); 6]);
    assert_eq!(names(&dir.path().join("res")), ["OQSsiquc01res_other.xml"]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_said_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let open = |path: PathBuf| async move {
        oqs::open(&path, &Access::default(), Handle::current())
            .await
            .map(|_| ())
    };
    assert!(matches!(
        open(dir.path().join("none")).await,
        Err(OpenError::Usage(_))
    ));
    fs::write(dir.path().join("req"), b"").unwrap();
    fs::create_dir(dir.path().join("res")).unwrap();
    assert!(matches!(
        open(dir.path().to_owned()).await,
        Err(OpenError::Usage(_))
    ));
    fs::remove_file(dir.path().join("req")).unwrap();
    // Nothing can be written in /proc, whoever asks.
    std::os::unix::fs::symlink("/proc/self/fdinfo", dir.path().join("req")).unwrap();
    assert!(matches!(
        open(dir.path().to_owned()).await,
        Err(OpenError::Config(_))
    ));
}

#[tokio::test]
async fn a_folder_that_goes_away_is_no_connection() {
    for gone in ["req", "res"] {
        let dir = bare();
        let mut backend = connect(dir.path(), LONG).await;
        fs::remove_dir(dir.path().join(gone)).unwrap();
        let outage = backend.ask(&number(), now()).await.unwrap_err();
        assert!(matches!(outage, Outage::Down(_)), "{gone}: {outage}");
        let left = if gone == "req" { "res" } else { "req" };
        assert_eq!(names(&dir.path().join(left)), [""; 0]);
    }
}

#[tokio::test]
async fn what_the_folder_does_not_carry_is_said_in_both_languages() {
    let dir = bare();
    let mut backend = connect(dir.path(), SHORT).await;
    for kind in [InquiryKind::Number, InquiryKind::Medical] {
        assert_eq!(backend.carries(kind), Ok(()));
    }
    for kind in [
        InquiryKind::Authenticate,
        InquiryKind::Register,
        InquiryKind::Confirm,
        InquiryKind::Limit,
        InquiryKind::Person,
        InquiryKind::Portal,
    ] {
        let reason = backend.carries(kind).unwrap_err();
        assert!(!reason.ja.is_ascii() && reason.en.len() > 20);
    }
    let summary = backend
        .ask(&medical(MedicalKind::EmergencySummary), now())
        .await;
    assert!(matches!(summary, Err(Outage::Down(_))));
    let world = World::new(&[], &[]);
    assert_eq!(backend.arrange(&world, now()).await, Ok(()));
    let again = backend.arrange(&world, now()).await;
    assert!(matches!(again, Err(Cannot::Arrange(_))));
}
