//! How an answer looked on its way: names, identifiers, encodings, error codes.

use super::foreign::by_number;
use super::story::{Story, answered, valid};
use crate::eligibility::Wire;
use crate::judge::Verdict::{Fail, NotApplicable, Pass};
use crate::judge::{Judgement, Verdict, judge};
use crate::requirement::Subject;
use crate::transcript::Event;

fn file(name: &str) -> Wire {
    Wire {
        protocol: "oqs".to_owned(),
        request: "req/OQSsiquc01req_1.xml".to_owned(),
        response: Some(name.to_owned()),
        paired: Some(true),
        echoed: Some(true),
        declared_encodings: vec!["UTF-8".to_owned()],
        actual_encoding: Some("UTF-8".to_owned()),
        normal: Some(true),
        error_code: None,
        error_message: None,
        missing: Vec::new(),
    }
}

fn answer_by_file() -> Wire {
    file("res/OQSsiquc01res_1.xml")
}

/// Judges one number inquiry with such an answer, on such a way.
fn judged_on(wire: Option<Wire>, backend: &str) -> Judgement {
    let mut story = Story::new(&["ELIG-11", "ELIG-12"]);
    story.roles.backend = backend.to_owned();
    by_number(&mut story, answered(valid()));
    let mut transcript = story.transcript();
    for entry in &mut transcript.entries {
        if matches!(entry.event, Event::Answer(_)) {
            entry.wire.clone_from(&wire);
        }
    }
    judge(&story.scenario, &transcript)
}

fn of(judgement: &Judgement, id: &str) -> Verdict {
    let finding = judgement.findings.iter().find(|finding| {
        finding.requirement.to_string() == id && finding.subject == Subject::Backend
    });
    finding.unwrap().verdict
}

#[test]
fn a_file_pairs_echoes_and_has_the_encoding_that_it_says() {
    type Change = fn(&mut Wire);
    let cases: [(&str, Verdict, Change); 10] = [
        ("as it should be", Pass, |_| {}),
        ("not paired", Fail, |wire| wire.paired = Some(false)),
        ("not echoed", Fail, |wire| wire.echoed = Some(false)),
        ("another encoding", Fail, |wire| {
            wire.actual_encoding = Some("Shift_JIS".to_owned());
        }),
        ("one of two places", Fail, |wire| {
            wire.declared_encodings.push("Shift_JIS".to_owned());
        }),
        ("ASCII fits any", Pass, |wire| {
            wire.declared_encodings.push("Shift_JIS".to_owned());
            wire.actual_encoding = None;
        }),
        ("another name of it", Pass, |wire| {
            wire.declared_encodings = vec!["Windows-31J".to_owned()];
            wire.actual_encoding = Some("shift_jis".to_owned());
        }),
        ("no identifier in face", Pass, |wire| {
            wire.response = Some("face/OQSface_1.xml".to_owned());
            wire.echoed = Some(false);
        }),
        ("nothing shown", NotApplicable, |wire| {
            wire.paired = None;
            wire.echoed = None;
            wire.declared_encodings.clear();
        }),
        ("another protocol", NotApplicable, |wire| {
            wire.protocol = "fhir".to_owned();
            wire.paired = Some(false);
        }),
    ];
    for (name, expect, change) in cases {
        let mut wire = answer_by_file();
        change(&mut wire);
        let judgement = judged_on(Some(wire), "oqs");
        assert_eq!(of(&judgement, "ELIG-11"), expect, "{name}");
    }
    assert_eq!(of(&judged_on(None, "embedded"), "ELIG-11"), NotApplicable);
}

#[test]
fn an_abnormal_result_has_code_and_message_and_a_normal_one_no_code() {
    let text = |text: &str| Some(text.to_owned());
    for (normal, code, message, expect) in [
        (true, None, None, Pass),
        (true, None, text("付帯情報"), Pass),
        (true, text("SIM-1"), text("誤り"), Fail),
        (true, text(" "), None, Pass),
        (false, text("SIM-1"), text("誤り"), Pass),
        (false, None, text("誤り"), Fail),
        (false, text("SIM-1"), text(""), Fail),
    ] {
        let wire = Wire {
            normal: Some(normal),
            error_code: code,
            error_message: message,
            ..answer_by_file()
        };
        let judgement = judged_on(Some(wire.clone()), "oqs");
        assert_eq!(of(&judgement, "ELIG-12"), expect, "{wire:?}");
    }
}

#[test]
fn what_is_wrong_on_the_way_is_named() {
    type Change = fn(&mut Wire);
    let cases: [(&str, Change, (&str, &str, &str)); 4] = [
        (
            "ELIG-11",
            |wire| wire.paired = Some(false),
            (
                "wire.response",
                "req/OQSsiquc01req_1.xml",
                "res/OQSsiquc01res_1.xml",
            ),
        ),
        (
            "ELIG-11",
            |wire| wire.echoed = Some(false),
            ("wire.echoed", "true", "false"),
        ),
        (
            "ELIG-11",
            |wire| wire.actual_encoding = Some("Shift_JIS".to_owned()),
            ("wire.encoding", "UTF-8", "Shift_JIS"),
        ),
        (
            "ELIG-12",
            |wire| wire.error_code = Some("SIM-1".to_owned()),
            ("wire.error-code", "absent", "SIM-1"),
        ),
    ];
    for (id, change, (field, expected, got)) in cases {
        let mut wire = answer_by_file();
        change(&mut wire);
        let judgement = judged_on(Some(wire), "oqs");
        let mut findings = judgement.findings.iter();
        let finding = findings
            .find(|it| it.requirement.to_string() == id)
            .unwrap();
        let [one] = finding.differences.as_slice() else {
            panic!("{:?}", finding.differences);
        };
        let told = (one.field.as_str(), one.expected.as_str(), one.got.as_str());
        assert_eq!(told, (field, expected, got));
    }
    let wire = Wire {
        normal: Some(false),
        error_message: Some(" ".to_owned()),
        ..answer_by_file()
    };
    let judgement = judged_on(Some(wire), "oqs");
    let mut findings = judgement.findings.iter();
    let finding = findings
        .find(|it| it.requirement.to_string() == "ELIG-12")
        .unwrap();
    let fields: Vec<&str> = finding
        .differences
        .iter()
        .map(|it| it.field.as_str())
        .collect();
    assert_eq!(fields, ["wire.error-code", "wire.error-message"]);
}
