//! The answering side, message by message, with requests written by hand.

use std::path::Path;

use uketsuke::backend::oqs::encoding::Encoding;
use uketsuke::eligibility::{Answer, Care, Inquiry, MedicalKind};
use uketsuke::serve::exchange_folder::{Answering as _, CardUse, ExchangeFolder, Options};

use super::{Clinic, INSTITUTION, assert_holds, hanako, names, now, text_of};

/// Writes a request by hand, in the encoding that it declares.
pub fn put(root: &Path, name: &str, encoding: Encoding, header: &str, body: &str) {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"{}\" standalone=\"no\"?>\r\n<XmlMsg><MessageHeader><MedicalInstitutionCode>{INSTITUTION}</MedicalInstitutionCode>{header}</MessageHeader><MessageBody>{body}</MessageBody></XmlMsg>",
        encoding.label()
    );
    std::fs::write(root.join("req").join(name), encoding.encode(&text)).unwrap();
}

/// The search information of the adult, its elements in another order than ours.
pub const SEARCH: &str = "<QualificationConfirmSearchInfo><Birthdate>19850615</Birthdate><NewElement/><InsuredIdentificationNumber>45678</InsuredIdentificationNumber><InsuredCardSymbol>１２３</InsuredCardSymbol><InsurerNumber> 1139999</InsurerNumber><LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg></QualificationConfirmSearchInfo>";

const KEY: &str = "<InsurerNumber>01139999</InsurerNumber><InsuranceCardSymbol>１２３</InsuranceCardSymbol><InsuredPersonIdentificationNumber>４５６７８</InsuredPersonIdentificationNumber><BranchNumber>00</BranchNumber>";

pub fn folder(dir: &Path) -> ExchangeFolder {
    ExchangeFolder::create(dir, Options::default()).unwrap()
}

/// Answers one request; returns its result's text.
async fn answered(
    folder: &ExchangeFolder,
    clinic: &mut Clinic,
    name: &str,
    encoding: Encoding,
    header: &str,
    body: &str,
) -> String {
    put(folder.root(), name, encoding, header, body);
    assert_eq!(folder.round(clinic).await, 1);
    assert_eq!(names(&folder.root().join("req")), [""; 0]);
    let result = name.replacen("req_", "res_", 1);
    text_of(&folder.root().join("res").join(result), encoding)
}

#[tokio::test]
async fn a_single_inquiry_is_answered_in_its_encoding() {
    for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
        let dir = tempfile::tempdir().unwrap();
        let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
        let header = "<ArbitraryFileIdentifier>山&amp;1</ArbitraryFileIdentifier>";
        let text = answered(
            &folder,
            &mut clinic,
            "OQSsiquc01req_1.xml",
            encoding,
            header,
            SEARCH,
        )
        .await;
        assert_holds(
            &text,
            &[
                "<ProcessExecutionTime>20251220091504</ProcessExecutionTime>",
                "<QualificationConfirmationDate>20251220</QualificationConfirmationDate>",
                "<ArbitraryFileIdentifier>山&amp;1</ArbitraryFileIdentifier>",
                "<ReferenceClassification>2</ReferenceClassification>",
                "<SegmentOfResult>1</SegmentOfResult>",
                "<ProcessingResultStatus>1</ProcessingResultStatus>",
                "<QualificationValidity>1</QualificationValidity>",
                "<InsurerNumber>01139999</InsurerNumber>",
                "<InsuredCardClassification>01</InsuredCardClassification>",
                "<Name>模擬　花子</Name>",
                "<NameKana>ﾓｷﾞ ﾊﾅｺ</NameKana>",
                "<Sex1>2</Sex1>",
                "<LimitApplicationCertificateClassificationFlag>A03<",
                "SIMULATION",
            ],
        );
        // 髙 is no character of JIS90.
        let address = match encoding {
            Encoding::Utf8 => "東京都模擬区髙町1-2-3",
            Encoding::ShiftJis => "東京都模擬区&#x9AD9;町1-2-3",
        };
        assert_holds(&text, &[address]);
        assert!(!text.contains("ErrorCode"));
    }
}

#[tokio::test]
async fn another_confirmation_date_is_asked_about() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let header = "<QualificationConfirmationDate>20240401</QualificationConfirmationDate>";
    let text = answered(
        &folder,
        &mut clinic,
        "OQSsiquc01req_1.xml",
        Encoding::Utf8,
        header,
        SEARCH,
    )
    .await;
    assert_holds(&text, &["<QualificationConfirmationDate>20240401<"]);
    assert_eq!(clinic.asked[0].1.to_string(), "2024-04-01T09:15:04+09:00");
}

#[tokio::test]
async fn many_are_handed_in_and_fetched_once_they_are_ready() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let nobody = SEARCH.replace("19850615", "19850616");
    let both = format!("{SEARCH}{nobody}");
    let utf8 = Encoding::Utf8;
    let text = answered(&folder, &mut clinic, "OQSmuquc01req_1.xml", utf8, "", &both).await;
    assert_holds(
        &text,
        &["<ReceptionNumber>SIM000000000001</ReceptionNumber>"],
    );
    let fetch = "<ReceptionNumber>SIM000000000001</ReceptionNumber>";
    let text = answered(&folder, &mut clinic, "OQSmuquc02req_2.xml", utf8, "", fetch).await;
    assert_holds(&text, &["<SegmentOfResult>2</SegmentOfResult>"]);
    let text = answered(&folder, &mut clinic, "OQSmuquc02req_3.xml", utf8, "", fetch).await;
    assert_holds(
        &text,
        &[
            fetch,
            "<SegmentOfResult>1</SegmentOfResult>",
            "<NumberOfProcessingResult>2</NumberOfProcessingResult>",
            "<NumberOfError>0</NumberOfError>",
            "<BulkConfirmUnit>",
            "<QualificationValidity>1</QualificationValidity>",
            "<QualificationValidity>4</QualificationValidity>",
        ],
    );
    // What was handed in as another message is not fetched.
    let text = answered(&folder, &mut clinic, "OQSmutic02req_4.xml", utf8, "", fetch).await;
    assert_holds(
        &text,
        &[
            "<SegmentOfResult>9</SegmentOfResult>",
            "<ErrorCode>SIM-305</ErrorCode>",
        ],
    );
}

#[tokio::test]
async fn reference_numbers_come_back_with_results_and_card_uses() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let row = |reference: &str, insurer: &str| {
        format!(
            "<ReferenceNumberRegistrationInfo><ReferenceNumber>{reference}</ReferenceNumber><InsurerNumber>{insurer}</InsurerNumber><InsuredCardSymbol>123</InsuredCardSymbol><InsuredIdentificationNumber>45678</InsuredIdentificationNumber><InsuredBranchNumber>00</InsuredBranchNumber></ReferenceNumberRegistrationInfo>"
        )
    };
    let sjis = Encoding::ShiftJis;
    let one = row("00011", " 1139999");
    let text = answered(&folder, &mut clinic, "OQSsiimm01req_1.xml", sjis, "", &one).await;
    assert_holds(
        &text,
        &[
            "<ReferenceNumber>00011</ReferenceNumber>",
            "<ProcessingResultStatus>1<",
        ],
    );
    let text = answered(
        &folder,
        &mut clinic,
        "OQSsiquc01req_2.xml",
        sjis,
        "",
        SEARCH,
    )
    .await;
    assert_holds(&text, &["<ReferenceNumber>00011</ReferenceNumber>"]);

    let two = format!("{}{}", row("00012", "01139999"), row("00013", "99999999"));
    let text = answered(&folder, &mut clinic, "OQSmuimm01req_3.xml", sjis, "", &two).await;
    assert_holds(&text, &["<ReceptionNumber>SIM000000000001<"]);
    let fetch = "<ReceptionNumber>SIM000000000001</ReceptionNumber>";
    let _ = answered(&folder, &mut clinic, "OQSmuimm02req_4.xml", sjis, "", fetch).await;
    let text = answered(&folder, &mut clinic, "OQSmuimm02req_5.xml", sjis, "", fetch).await;
    assert_holds(
        &text,
        &[
            "<BulkRegistrationUnit>",
            "<ProcessingResultCode>SIM-309<",
            "<NumberOfError>1<",
        ],
    );

    let Answer::Eligibility(found) = number(&mut clinic).await else {
        panic!("no eligibility");
    };
    let card_use = CardUse {
        result: Ok(&found),
        institution: INSTITUTION,
        care: Care::Outpatient,
        at: now(),
    };
    let name = folder.face(&card_use).unwrap();
    let again = folder.face(&card_use).unwrap();
    assert!(name.starts_with("OQSsiquc01res_face_") && name.ends_with("_20251220091504.xml"));
    assert_ne!(name, again);
    assert_eq!(names(&dir.path().join("face")).len(), 2);
    let text = text_of(&dir.path().join("face").join(name), Encoding::Utf8);
    assert_holds(
        &text,
        &[
            "<ReferenceNumber>00012</ReferenceNumber>",
            "<ReferenceClassification>1</ReferenceClassification>",
            "<ProcessExecutionTime>20251220091504</ProcessExecutionTime>",
        ],
    );
    assert!(!text.contains("QualificationConfirmSearchInfo"));
}

async fn number(clinic: &mut Clinic) -> Answer {
    let inquiry = Inquiry::Number {
        key: uketsuke::eligibility::NumberKey {
            insurer: "01139999".to_owned(),
            symbol: "123".to_owned(),
            number: "45678".to_owned(),
            branch: None,
            birth_date: jiff::civil::date(1985, 6, 15),
        },
        limit_consent: false,
        disaster: None,
        site: clinic.site(INSTITUTION),
    };
    clinic.ask(&inquiry, now()).await.unwrap()
}

#[tokio::test]
async fn medical_information_needs_a_recorded_consent() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mut clinic) = (folder(dir.path()), Clinic::default());
    let utf8 = Encoding::Utf8;
    let drugs = "<FileCategory>2</FileCategory><PrDiInfClassification>1</PrDiInfClassification><MedicalTreatmentFlag>1</MedicalTreatmentFlag>";
    let text = answered(
        &folder,
        &mut clinic,
        "YZKsiquc01req_1.xml",
        utf8,
        KEY,
        drugs,
    )
    .await;
    assert_holds(
        &text,
        &[
            "<ResultCode>1</ResultCode>",
            "<MeTrMonth>202511</MeTrMonth>",
            "<DrugN>模擬錠 5mg 1日1回 28日分</DrugN>",
        ],
    );
    assert!(!text.contains("diagnosis"));
    let all = drugs.replace("PrDiInfClassification>1", "PrDiInfClassification>2");
    let text = answered(&folder, &mut clinic, "YZKsiquc01req_2.xml", utf8, KEY, &all).await;
    assert_holds(
        &text,
        &[
            "<SimulatedKind>diagnosis</SimulatedKind>",
            "模擬診療所 外来 再診",
            "<SimulatedRefusal>",
            "<SimulatedCode>SIM-107</SimulatedCode>",
        ],
    );
    let text = answered(
        &folder,
        &mut clinic,
        "TKKsiquc01req_3.xml",
        utf8,
        KEY,
        drugs,
    )
    .await;
    assert_holds(
        &text,
        &["<ResultCode>SIM-107</ResultCode>", "<MessageContents>"],
    );
    let pdf = drugs.replace("FileCategory>2", "FileCategory>1");
    let text = answered(&folder, &mut clinic, "YZKsiquc01req_4.xml", utf8, KEY, &pdf).await;
    assert_holds(&text, &["<ResultCode>SIM-306</ResultCode>"]);
    let stranger = KEY.replace("４５６７８", "９");
    let text = answered(
        &folder,
        &mut clinic,
        "YZKsiquc01req_5.xml",
        utf8,
        &stranger,
        drugs,
    )
    .await;
    assert_holds(&text, &["<ResultCode>SIM-309</ResultCode>"]);
    let kinds: Vec<MedicalKind> = clinic
        .asked
        .iter()
        .filter_map(|(inquiry, _)| match inquiry {
            Inquiry::Medical { kind, .. } => Some(*kind),
            _ => None,
        })
        .collect();
    assert_eq!(
        kinds,
        [
            MedicalKind::Drug,
            MedicalKind::Drug,
            MedicalKind::Diagnosis,
            MedicalKind::Surgery,
            MedicalKind::Checkup
        ]
    );
}

#[tokio::test]
async fn lists_name_who_agreed_and_who_has_tickets() {
    let dir = tempfile::tempdir().unwrap();
    let mut other = hanako();
    other.name = "other".to_owned();
    other.registry.person.name = "模擬　他人".to_owned();
    other.registry.person.birth_date = jiff::civil::date(1980, 1, 1);
    other.registry.earlier_consents.clear();
    other.registry.tickets.clear();
    let mut clinic = Clinic::with(vec![hanako(), other]);
    let folder = folder(dir.path());
    let utf8 = Encoding::Utf8;
    let info = |what: &str| {
        format!("<QualificationConfirmSearchInfo>{what}</QualificationConfirmSearchInfo>")
    };
    let days = |what: &str, from: &str, flag: &str| {
        info(&format!(
            "<{what}From>{from}</{what}From><{what}To>20251220</{what}To><MedicalTreatmentFlag>{flag}</MedicalTreatmentFlag>"
        ))
    };
    let cases = [
        (
            "OQSmuhvq",
            days("ConsentDate", "20251220", "2"),
            "<PharmacistsInfoConsTime>20251220090000<",
        ),
        (
            "OQSmuonq",
            days("ExaminationDate", "20251201", "3"),
            "<PharmacistsInfoConsFlg>1<",
        ),
        (
            "OQSmutic",
            info("<MedicalTreatmentMonth>202512</MedicalTreatmentMonth>"),
            "<IssueNumber>00000001<",
        ),
    ];
    for (n, (prefix, body, holds)) in cases.into_iter().enumerate() {
        let name = |step: &str, n: usize| format!("{prefix}{step}req_{n}.xml");
        let text = answered(&folder, &mut clinic, &name("01", n), utf8, "", &body).await;
        let number = format!("<ReceptionNumber>SIM{:012}</ReceptionNumber>", n + 1);
        assert_holds(&text, &[&number]);
        let _ = answered(&folder, &mut clinic, &name("02", 10 + n), utf8, "", &number).await;
        let text = answered(&folder, &mut clinic, &name("02", 20 + n), utf8, "", &number).await;
        assert_holds(
            &text,
            &[
                holds,
                "<Name>模擬　花子</Name>",
                "<NumberOfProcessingResult>1<",
            ],
        );
        assert!(!text.contains("他人"));
    }
}
