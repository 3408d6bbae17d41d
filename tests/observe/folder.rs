//! Our backend served beside the card through the exchange folder: who writes a request file gets
//! an answer, and both stand in the transcript of the card.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle};
use uketsuke::backend::{Access, oqs};
use uketsuke::clock::system_now;
use uketsuke::eligibility::{Care, Inquiry, MedicalKind, NumberKey, Site, SiteKind};
use uketsuke::judge::Verdict;
use uketsuke::observe::{Answered, Ended, Question, Setup};
use uketsuke::transcript::Event;

use crate::scripted::{failed, findings, led, of_step};
use crate::story;

/// The insurance gives way to another between two inquiries by number; nobody is to fetch medical information.
const STEPS: &str = "under-test: any
requirements: [ELIG-04]
steps:
- present-card
- choose: pin
- enter-pin: \"1234\"
- take-card
- desk: number-inquiry
- expect-answer: { validity: valid, insurer: \"01139999\" }
- change-registry:
    qualifications:
      - { insurer: \"01139999\", insurer-name: 模擬健康保険組合, symbol: \"１２３\", number: \"４５６７８\", branch: \"00\", from: at - 6y, until: at - 20d }
      - { insurer: \"00139998\", insurer-name: 架空県模擬市国民健康保険, symbol: \"模擬\", number: \"３４３４\", branch: \"01\", from: at - 19d }
- desk: number-inquiry
- expect-answer: { validity: invalid-newer-exists, insurer: \"01139999\" }
- expect-no-inquiry: medical
";

/// A request as docs/file-exchange.md shows one, about today.
fn request() -> String {
    let day = system_now().day().strftime("%Y%m%d").to_string();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>
<XmlMsg>
  <MessageHeader>
    <QualificationConfirmationDate>{day}</QualificationConfirmationDate>
    <MedicalInstitutionCode>1399999999</MedicalInstitutionCode>
    <ArbitraryFileIdentifier>observed</ArbitraryFileIdentifier>
  </MessageHeader>
  <MessageBody>
    <QualificationConfirmSearchInfo>
      <InsurerNumber>01139999</InsurerNumber>
      <InsuredCardSymbol>１２３</InsuredCardSymbol>
      <InsuredIdentificationNumber>４５６７８</InsuredIdentificationNumber>
      <InsuredBranchNumber>00</InsuredBranchNumber>
      <Birthdate>19850615</Birthdate>
    </QualificationConfirmSearchInfo>
  </MessageBody>
</XmlMsg>
"
    )
}

/// Writes the request file `number` and returns what is answered; the bound is none that a test
/// passes by.
fn inquire(folder: &Path, number: usize) -> String {
    let (part, whole) = (
        folder.join(format!("request-{number}")),
        folder.join(format!("req/OQSsiquc01req_{number}.xml")),
    );
    std::fs::write(&part, request()).unwrap();
    std::fs::rename(part, whole).unwrap();
    let answer = folder.join(format!("res/OQSsiquc01res_{number}.xml"));
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let read = std::fs::read(&answer).unwrap_or_default();
        let text = String::from_utf8_lossy(&read).into_owned();
        if text.contains("</XmlMsg>") || text.contains("garbage") {
            return text;
        }
        assert!(Instant::now() < deadline, "no answer");
        std::thread::yield_now();
    }
}

/// Fetches medical information as nobody has asked for.
fn fetch(folder: PathBuf) {
    let inquiry = Inquiry::Medical {
        key: NumberKey {
            insurer: "01139999".to_owned(),
            symbol: "１２３".to_owned(),
            number: "４５６７８".to_owned(),
            branch: Some("00".to_owned()),
            birth_date: jiff::civil::date(1985, 6, 15),
        },
        kind: MedicalKind::Drug,
        period: None,
        care: Care::Outpatient,
        site: Site::default(),
    };
    let access = Access {
        patience: Duration::from_secs(60),
        as_it_is: true,
        ..Access::default()
    };
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let connector = oqs::open(&folder, &access, Handle::current())
            .await
            .unwrap();
        let mut backend = connector.connect().await.unwrap();
        backend.ask(&inquiry, system_now()).await.unwrap();
    });
}

#[test]
fn request_files_and_card_traffic_stand_in_one_transcript_and_are_judged() {
    for sound in [true, false] {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().to_owned();
        let served = Setup {
            oqs: Some(folder.clone()),
            ..Setup::default()
        };
        let observed = led(STEPS, served, move |question, hands| {
            match question {
                Question::Give(2) => hands.slot().verify(),
                Question::Give(4) => {
                    let answer = inquire(&folder, 1);
                    assert!(answer.contains("<QualificationValidity>1<"), "{answer}");
                }
                Question::Give(7) => {
                    let answer = inquire(&folder, 2);
                    assert!(answer.contains("<QualificationValidity>3<"), "{answer}");
                    if !sound {
                        fetch(folder.clone());
                    }
                }
                _ => {}
            }
            Answered::Enter
        });
        assert_eq!(observed.ended, Ended::Complete);
        let entries = &observed.transcript.entries;
        let told = story(entries);
        let asked = told.iter().position(|it| it == "inquiry").unwrap();
        assert_eq!(told[asked - 1], "step 4 (Confirmed)");
        assert_eq!(
            told[asked + 1..asked + 4],
            ["answer", "reached 5", "changed 6"]
        );
        assert_eq!(observed.transcript.header.clock, "system");
        assert!(entries.is_sorted_by_key(|entry| entry.at));
        for step in [5, 8] {
            assert_eq!(of_step(&observed, step), Verdict::Pass, "step {step}");
        }
        let row = |it: &&uketsuke::judge::Finding| {
            it.requirement.to_string() == "ELIG-04" && it.step.is_none()
        };
        let found = findings(&observed);
        let decided: Vec<_> = found.iter().filter(row).map(|it| it.verdict).collect();
        assert!(decided.contains(&Verdict::Pass), "{decided:?}");
        let caught = failed(&observed).contains(&"ELIG-04 at step 9".to_owned());
        assert_eq!(caught, !sound, "{:?}", failed(&observed));
    }
}

/// At a pharmacy the first answer by file is none.
const GARBAGE: &str = "requirements: [ACC-11]
steps:
- present-card
- take-card
- go-to: { kind: pharmacy }
- fault: { backend: { what: garbage, inquiry: number } }
- present-card
- take-card
- desk: number-inquiry
- expect-answer: none
- desk: number-inquiry
- expect-answer: { validity: valid }
";

#[test]
fn a_fault_strikes_the_file_that_it_waits_for_and_the_site_is_that_of_the_reader() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().to_owned();
    let served = Setup {
        oqs: Some(folder.clone()),
        ..Setup::default()
    };
    let observed = led(GARBAGE, served, move |question, _| {
        match question {
            Question::Give(6) => assert!(!inquire(&folder, 1).contains("<XmlMsg>")),
            Question::Give(8) => assert!(inquire(&folder, 2).contains("<XmlMsg>")),
            _ => {}
        }
        Answered::Enter
    });
    let entries = &observed.transcript.entries;
    let faults = story(entries);
    let faults = faults.iter().filter(|it| it.starts_with("backend"));
    assert_eq!(faults.collect::<Vec<_>>(), ["backend garbage"]);
    for step in [7, 9] {
        assert_eq!(of_step(&observed, step), Verdict::Pass, "step {step}");
    }
    let asked_at = entries.iter().filter_map(|entry| match &entry.event {
        Event::Inquiry(Inquiry::Number { site, .. }) => Some(site.kind),
        _ => None,
    });
    let pharmacy = SiteKind::Pharmacy;
    assert_eq!(asked_at.collect::<Vec<_>>(), [pharmacy, pharmacy]);
    assert_eq!(failed(&observed), Vec::<String>::new());
}
