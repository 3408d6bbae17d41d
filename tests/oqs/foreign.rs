//! The adapter `oqs:DIR`, against software that answers in its own way or wrongly.

use std::fs;
use std::path::Path;
use std::time::Duration;

use uketsuke::backend::Outage;
use uketsuke::backend::oqs::encoding::Encoding;
use uketsuke::eligibility::{Answer, Ground, Inquiry, MedicalKind, Validity};

use super::adapter::{LONG, SHORT, bare, connect, medical, number};
use super::{names, now};

/// Plays software that answers: waits for each request, and does what `reply` says with the
/// folder, the name that its result should have, and its text.
async fn vendor(dir: &Path, times: usize, mut reply: impl FnMut(&Path, &str, &str)) {
    for _ in 0..times {
        let name = loop {
            let req = names(&dir.join("req"));
            if let Some(name) = req
                .into_iter()
                .find(|name| name.starts_with("OQS") || name.starts_with("YZK"))
            {
                break name;
            }
            tokio::task::yield_now().await;
        };
        let text = fs::read_to_string(dir.join("req").join(&name)).unwrap();
        fs::remove_file(dir.join("req").join(&name)).unwrap();
        reply(&dir.join("res"), &name.replacen("req_", "res_", 1), &text);
    }
}

/// Asks `inquiry` of a vendor who answers so often.
async fn ask_vendor(
    inquiry: &Inquiry,
    patience: Duration,
    times: usize,
    reply: impl FnMut(&Path, &str, &str),
) -> (Result<Answer, Outage>, uketsuke::eligibility::Wire) {
    let dir = bare();
    let mut backend = connect(dir.path(), patience).await;
    let both = async {
        tokio::join!(
            backend.ask(inquiry, now()),
            vendor(dir.path(), times, reply)
        )
        .0
    };
    let answer = tokio::time::timeout(LONG * 3, both).await.unwrap();
    assert_eq!(names(&dir.path().join("req")), [""; 0], "a request is left");
    (answer, backend.wire().unwrap())
}

fn result(header: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>{header}</MessageHeader><MessageBody>{body}</MessageBody></XmlMsg>"
    )
}

#[tokio::test]
async fn what_is_no_answer_is_malformed_with_the_reason() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><XmlMsg>&b;</XmlMsg>";
    let no_validity = result(
        "<SegmentOfResult>1</SegmentOfResult>",
        "<ProcessingResultStatus>1</ProcessingResultStatus>",
    );
    let wrong_code = result("<SegmentOfResult>7</SegmentOfResult>", "");
    for (bytes, why) in [
        (b"plain words".to_vec(), "outside the root"),
        (b"\xFF\xFE<\0".to_vec(), "UTF-16"),
        (bomb.into(), "document type"),
        (b"<XmlMsg><MessageHeader>".to_vec(), "ends before"),
        (b"<XmlMsg/>".to_vec(), "MessageHeader is missing"),
        (no_validity.into(), "QualificationValidity"),
        (wrong_code.into(), "SegmentOfResult"),
    ] {
        let reply = |res: &Path, name: &str, _: &str| fs::write(res.join(name), &bytes).unwrap();
        let (answer, _) = ask_vendor(&number(), Duration::from_secs(2), 1, reply).await;
        let Err(Outage::Malformed(what)) = answer else {
            panic!("{answer:?} where {why:?} was expected");
        };
        assert!(what.contains(why), "{what}: {why}");
    }
}

#[tokio::test]
async fn huge_answers_and_links_are_not_read() {
    let huge = |res: &Path, name: &str, _: &str| {
        fs::File::create(res.join(name))
            .unwrap()
            .set_len(1 << 30)
            .unwrap();
    };
    let (answer, _) = ask_vendor(&number(), LONG, 1, huge).await;
    assert!(matches!(answer, Err(Outage::Malformed(what)) if what.contains("larger")));
    let link = |res: &Path, name: &str, _: &str| {
        std::os::unix::fs::symlink("/etc/hostname", res.join(name)).unwrap();
    };
    let (answer, _) = ask_vendor(&number(), LONG, 1, link).await;
    assert!(matches!(answer, Err(Outage::Malformed(what)) if what.contains("plain file")));
}

#[tokio::test]
async fn silence_and_answers_to_others_are_silence() {
    let limit_ms = 300;
    let (answer, _) = ask_vendor(&number(), SHORT, 0, |_, _, _| {}).await;
    assert_eq!(answer, Err(Outage::Silent { limit_ms }));
    let other = |res: &Path, name: &str, _: &str| {
        fs::write(res.join(name.replace("res_", "res_0")), b"<XmlMsg/>").unwrap();
    };
    let (answer, wire) = ask_vendor(&number(), SHORT, 1, other).await;
    assert_eq!(answer, Err(Outage::Silent { limit_ms }));
    assert_eq!((wire.response, wire.paired), (None, None));
}

#[tokio::test]
async fn in_progress_is_asked_again_within_the_patience() {
    let busy = result("<SegmentOfResult>2</SegmentOfResult>", "");
    let done = result(
        "<SegmentOfResult>1</SegmentOfResult>",
        "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>4</QualificationValidity>",
    );
    let mut answers = vec![done, busy.clone(), busy].into_iter();
    let mut seen = Vec::new();
    let reply = |res: &Path, name: &str, text: &str| {
        seen.push((name.to_owned(), text.to_owned()));
        fs::write(res.join(name), answers.next_back().unwrap()).unwrap();
    };
    let (answer, _) = ask_vendor(&number(), LONG, 3, reply).await;
    assert!(matches!(answer, Ok(Answer::Eligibility(found)) if found.validity == Validity::None));
    assert_eq!(seen.len(), 3);
    let (first, second) = (&seen[0], &seen[1]);
    assert!(
        first.0 != second.0 && first.1 == second.1,
        "the same question, another file"
    );
}

#[tokio::test]
async fn codes_of_others_are_taken_as_they_are() {
    let abnormal = result("<SegmentOfResult>9</SegmentOfResult>", "");
    let coded = result(
        "<SegmentOfResult>9</SegmentOfResult><ErrorCode>X-1</ErrorCode><ErrorMessage>だめ</ErrorMessage>",
        "",
    );
    for (text, code, message) in [(abnormal, "", ""), (coded, "X-1", "だめ")] {
        let reply = |res: &Path, name: &str, _: &str| fs::write(res.join(name), &text).unwrap();
        let (answer, wire) = ask_vendor(&number(), LONG, 1, reply).await;
        let Ok(Answer::Refused(refusal)) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(
            (refusal.ground, refusal.code.as_str()),
            (Ground::Unstated, code)
        );
        assert_eq!(refusal.message, message);
        assert_eq!((wire.normal, wire.echoed), (Some(false), Some(false)));
        assert_eq!(wire.error_code.as_deref().unwrap_or(""), code);
    }
}

#[tokio::test]
async fn a_shift_jis_answer_is_read_and_its_declarations_are_kept() {
    let text = result(
        "<SegmentOfResult>1</SegmentOfResult><CharacterCodeIdentifier>0</CharacterCodeIdentifier>",
        "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>2</QualificationValidity><ProcessingResultMessage>有効期限</ProcessingResultMessage>",
    )
    .replace("UTF-8", "Shift_JIS");
    let bytes = Encoding::ShiftJis.encode(&text);
    let reply = |res: &Path, name: &str, _: &str| fs::write(res.join(name), &bytes).unwrap();
    let (answer, wire) = ask_vendor(&number(), LONG, 1, reply).await;
    let Ok(Answer::Eligibility(found)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(found.validity, Validity::Invalid);
    assert_eq!(found.side_information.as_deref(), Some("有効期限"));
    assert_eq!(wire.declared_encodings, ["Shift_JIS", "UTF-8"]);
    assert_eq!(wire.actual_encoding.as_deref(), Some("Shift_JIS"));
}

#[tokio::test]
async fn content_in_an_unknown_layout_is_neither_given_nor_withheld() {
    let text = result(
        "",
        "<ResultCode>1</ResultCode><CheckupInf><Value>1</Value></CheckupInf>",
    );
    let reply = |res: &Path, name: &str, _: &str| fs::write(res.join(name), &text).unwrap();
    let (answer, _) = ask_vendor(&medical(MedicalKind::Diagnosis), LONG, 1, reply).await;
    assert!(matches!(answer, Err(Outage::Down(why)) if why.contains("not public")));
}
