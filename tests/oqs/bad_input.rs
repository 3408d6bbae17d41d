//! What the answering side does with files that are no requests, and with folders that are no use.

use std::fs;
use std::time::Duration;

use uketsuke::backend::oqs::encoding::Encoding;
use uketsuke::serve::exchange_folder::{ExchangeFolder, Options, Spoil};

use super::answering::{SEARCH, folder, put};
use super::{Clinic, assert_holds, names, text_of};

const REQUEST: &str = "OQSsiquc01req_1.xml";
const RESULT: &str = "OQSsiquc01res_1.xml";

/// Options under which a request that is not whole is refused at the first look.
fn at_once() -> Options {
    Options {
        settle: Duration::ZERO,
        ..Options::default()
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_a_synthetic_code() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><XmlMsg>&c;</XmlMsg>";
    let utf16: Vec<u8> = "\u{FEFF}<XmlMsg/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let lies = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><A>模擬</A></XmlMsg>";
    let deep = format!("{}{}", "<a>".repeat(30), "</a>".repeat(30));
    let cases: [(Vec<u8>, &str); 10] = [
        (b"no XML at all".to_vec(), "SIM-301"),
        (vec![], "SIM-301"),
        (b"\x00\x01\xFF\xFE\x80".to_vec(), "SIM-303"),
        (bomb.into(), "SIM-301"),
        (deep.into(), "SIM-301"),
        (utf16, "SIM-303"),
        (Encoding::ShiftJis.encode(lies), "SIM-303"),
        (vec![b' '; (1 << 20) + 1], "SIM-302"),
        (b"<XmlMsg><MessageHeader>".to_vec(), "SIM-301"),
        (
            b"<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>".to_vec(),
            "SIM-304",
        ),
    ];
    for (bytes, code) in cases {
        let dir = tempfile::tempdir().unwrap();
        let folder = ExchangeFolder::create(dir.path(), at_once()).unwrap();
        let mut clinic = Clinic::default();
        fs::write(dir.path().join("req").join(REQUEST), &bytes).unwrap();
        let start = &bytes[..bytes.len().min(30)];
        assert_eq!(folder.round(&mut clinic).await, 1, "{start:?}");
        let path = dir.path().join("res").join(RESULT);
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        let code = format!("<ErrorCode>{code}</ErrorCode>");
        assert_holds(
            &text,
            &[
                "<SegmentOfResult>9</SegmentOfResult>",
                &code,
                "<ErrorMessage>",
            ],
        );
        assert_eq!(names(&dir.path().join("req")), [""; 0]);
        assert!(clinic.asked.is_empty());
    }
}

#[tokio::test]
async fn a_request_that_is_still_being_written_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let patient = Options {
        settle: Duration::from_secs(3_600),
        ..Options::default()
    };
    let folder = ExchangeFolder::create(dir.path(), patient).unwrap();
    let mut clinic = Clinic::default();
    put(dir.path(), REQUEST, Encoding::ShiftJis, "", SEARCH);
    let path = dir.path().join("req").join(REQUEST);
    let whole = fs::read(&path).unwrap();
    // Cuts before, in and after a character of two bytes.
    for cut in [0, 40, 300, 301, 302, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(folder.round(&mut clinic).await, 0, "{cut}");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(folder.round(&mut clinic).await, 1);
    let text = text_of(&dir.path().join("res").join(RESULT), Encoding::ShiftJis);
    assert_holds(&text, &["<QualificationValidity>1<"]);
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let req = dir.path().join("req");
    for name in [
        "readme.txt",
        "OQSsiquc01req_a\nb.xml",
        "OQSsiquc01res_1.xml",
        ".hidden",
        "CIPsiquc01req_1.xml",
    ] {
        fs::write(req.join(name), b"<XmlMsg/>").unwrap();
    }
    fs::create_dir(req.join("OQSsiquc01req_folder.xml")).unwrap();
    let secret = dir.path().join("secret.xml");
    fs::write(&secret, "<XmlMsg/>").unwrap();
    std::os::unix::fs::symlink(&secret, req.join("OQSsiquc01req_link.xml")).unwrap();
    let before = names(&req);
    assert_eq!(folder.round(&mut clinic).await, 0);
    assert_eq!(names(&req), before);
    assert_eq!(names(&dir.path().join("res")), [""; 0]);
}

#[tokio::test]
async fn a_request_stays_until_its_answer_can_be_written_and_is_asked_once() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let res = dir.path().join("res");
    fs::remove_dir(&res).unwrap();
    put(dir.path(), REQUEST, Encoding::Utf8, "", SEARCH);
    for _ in 0..3 {
        assert_eq!(folder.round(&mut clinic).await, 0);
        assert_eq!(names(&dir.path().join("req")), [REQUEST]);
    }
    fs::create_dir(&res).unwrap();
    assert_eq!(folder.round(&mut clinic).await, 1);
    assert_eq!(names(&dir.path().join("req")), [""; 0]);
    assert_eq!(names(&res), [RESULT]);
    assert_eq!(clinic.asked.len(), 1);
}

#[tokio::test]
async fn consumers_may_take_results_and_ask_again_under_the_same_name() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let result = dir.path().join("res").join(RESULT);
    for taken in [true, false, true] {
        put(dir.path(), REQUEST, Encoding::Utf8, "", SEARCH);
        assert_eq!(folder.round(&mut clinic).await, 1);
        assert!(result.exists());
        if taken {
            fs::rename(&result, dir.path().join("trash.xml")).unwrap();
        }
    }
    assert_eq!(clinic.asked.len(), 3);
    // A request that is taken back before it was read is no error.
    put(dir.path(), REQUEST, Encoding::Utf8, "", SEARCH);
    fs::remove_file(dir.path().join("req").join(REQUEST)).unwrap();
    assert_eq!(folder.round(&mut clinic).await, 0);
}

#[tokio::test]
async fn faults_on_demand_spoil_the_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let result = dir.path().join("res").join(RESULT);
    let mut whole = 0;
    for spoil in [
        None,
        Some(Spoil::Half),
        Some(Spoil::Garbage),
        Some(Spoil::WrongEncoding),
        Some(Spoil::IdentifierLost),
        Some(Spoil::Busy),
        Some(Spoil::Silent),
    ] {
        clinic.spoil = spoil;
        let header = "<ArbitraryFileIdentifier>A1</ArbitraryFileIdentifier>";
        put(dir.path(), REQUEST, Encoding::Utf8, header, SEARCH);
        assert_eq!(folder.round(&mut clinic).await, 1);
        let bytes = fs::read(&result).unwrap_or_default();
        let decoded = uketsuke::backend::oqs::encoding::decode(&bytes);
        match spoil {
            None => {
                assert_holds(&decoded.unwrap().text, &["<ArbitraryFileIdentifier>A1<"]);
                whole = bytes.len();
            }
            Some(Spoil::Half) => assert_eq!(bytes.len(), whole / 2),
            Some(Spoil::Garbage) => assert!(decoded.is_err()),
            Some(Spoil::WrongEncoding) => assert!(decoded.unwrap().is_misdeclared()),
            Some(Spoil::IdentifierLost) => {
                let text = decoded.unwrap().text;
                assert!(!text.contains("ArbitraryFileIdentifier"), "{text}");
            }
            Some(Spoil::Busy) => assert_holds(&decoded.unwrap().text, &["<ErrorCode>SIM-308<"]),
            Some(Spoil::Silent) => assert!(bytes.is_empty()),
        }
        let _ = fs::remove_file(&result);
    }
}

#[tokio::test]
async fn stopping_finishes_what_is_under_way() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    put(dir.path(), REQUEST, Encoding::Utf8, "", SEARCH);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let serving = async {
        folder.serve(&mut clinic, stopped).await;
    };
    let stopping = async {
        let result = dir.path().join("res").join(RESULT);
        while !result.exists() {
            tokio::task::yield_now().await;
        }
        stop.send(true).unwrap();
    };
    let both = async { tokio::join!(serving, stopping) };
    tokio::time::timeout(Duration::from_secs(60), both)
        .await
        .unwrap();
    assert_eq!(names(&dir.path().join("res")), [RESULT]);
    assert_eq!(names(&dir.path().join("req")), [""; 0]);
}

#[test]
fn a_folder_that_cannot_be_made_is_said_at_once() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"").unwrap();
    assert!(ExchangeFolder::create(&dir.path().join("file"), Options::default()).is_err());
    // Nothing can be written in /proc, whoever asks.
    fs::create_dir(dir.path().join("ro")).unwrap();
    std::os::unix::fs::symlink("/proc/self/fdinfo", dir.path().join("ro").join("res")).unwrap();
    assert!(ExchangeFolder::create(&dir.path().join("ro"), Options::default()).is_err());
}
