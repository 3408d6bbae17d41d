//! Our backend served beside the card: one transcript, in order, on one clock.

use std::sync::mpsc::channel;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use uketsuke::backend::{Access, fhir};
use uketsuke::eligibility::{Answer, Inquiry, NumberKey, Site};
use uketsuke::observe::{Ended, Progress};

use crate::vpcd::Vpcd;
use crate::{SELECT_JPKI, setup, story, watch};

/// Asks after somebody whom nobody knows.
fn ask(base: &str) -> Answer {
    let key = NumberKey {
        insurer: "99123456".to_owned(),
        symbol: "記号".to_owned(),
        number: "123".to_owned(),
        branch: None,
        birth_date: jiff::civil::date(1980, 4, 1),
    };
    let inquiry = Inquiry::Number {
        key,
        limit_consent: false,
        disaster: None,
        site: Site::default(),
    };
    let access = Access {
        patience: Duration::from_secs(20),
        ..Access::default()
    };
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let connector = fhir::open(base, &access, Handle::current()).await.unwrap();
        let mut backend = connector.connect().await.unwrap();
        backend
            .ask(&inquiry, uketsuke::clock::system_now())
            .await
            .unwrap()
    })
}

#[test]
fn card_traffic_and_inquiries_stand_in_one_transcript_in_order() {
    let vpcd = Vpcd::new();
    let folder = tempfile::tempdir().unwrap();
    let used = folder.path().join("used");
    let mut setup = setup(&vpcd);
    setup.fhir = Some(([127, 0, 0, 1], 0).into());
    // The program is told where our backend is, and ends once the reader is done.
    let script = format!(
        "echo at $UKETSUKE_FHIR; until [ -e {} ]; do :; done",
        used.display()
    );
    setup.command = ["sh", "-c", &script].map(Into::into).to_vec();
    let (served, base) = channel::<String>();
    let reader = std::thread::spawn(move || {
        let base = base.recv().unwrap();
        let mut slot = vpcd.take();
        assert_eq!(slot.apdu(SELECT_JPKI).as_deref(), Some("9000"));
        ask(&base);
        assert_eq!(slot.apdu(SELECT_JPKI).as_deref(), Some("9000"));
        std::fs::write(used, "").unwrap();
        slot.gone();
        base
    });
    let mut said = Vec::new();
    let steps = "- present-card\n- take-card\n";
    let observed = watch(steps, &setup, None, |progress| match progress {
        Progress::Serving { fhir: Some(base) } => served.send(base.to_owned()).unwrap(),
        Progress::Said(line) => said.push(line.to_owned()),
        _ => {}
    })
    .unwrap();
    let base = reader.join().unwrap();
    assert_eq!(said, [format!("at {base}")]);
    assert_eq!(observed.ended, Ended::Complete);
    assert_eq!(observed.transcript.header.roles.backend, "embedded");
    let entries = &observed.transcript.entries;
    assert_eq!(
        story(entries)[2..8],
        [
            SELECT_JPKI,
            "9000",
            "inquiry",
            "answer",
            SELECT_JPKI,
            "9000"
        ]
    );
    assert!(entries.iter().all(|entry| entry.visit == 1));
    assert!(entries.windows(2).all(|two| two[0].n + 1 == two[1].n));
    assert_eq!(entries[5].re, Some(entries[4].n));
}
