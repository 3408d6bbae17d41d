//! A suite that is interrupted, and goes on.

use std::path::Path;

use crate::program::Observing;
use crate::vpcd::Vpcd;

fn scenario(folder: &Path, name: &str) {
    let text = "title: { ja: 題, en: T }\nrequirements: [ACC-02]\nunder-test: reader\nat: now\ncard: { holder: adult }\nsteps: [present-card, take-card]\n";
    std::fs::write(folder.join(format!("{name}.yaml")), text).unwrap();
}

/// Walks through the suite with a script; says how it ended, and which scenarios were walked.
fn walk(folder: &Path, script: &str, cards: usize) -> (Option<i32>, String, String) {
    let vpcd = Vpcd::new();
    let address = vpcd.address();
    let reader = std::thread::spawn(move || {
        for _ in 0..cards {
            vpcd.take().gone();
        }
    });
    let (suite, results) = (folder.join("suite"), folder.join("results.ndjson"));
    let observing = Observing::start(&[
        "observe",
        "--suite",
        suite.to_str().unwrap(),
        "--resume",
        results.to_str().unwrap(),
        "--vpcd",
        &address,
        "--format",
        "json",
        "--",
        "sh",
        "-c",
        script,
    ]);
    let ended = observing.ends();
    reader.join().unwrap();
    ended
}

#[test]
fn an_interrupted_suite_goes_on_with_what_has_no_result() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("suite")).unwrap();
    for name in ["a", "b", "c"] {
        scenario(&folder.path().join("suite"), name);
    }
    // The second scenario is interrupted by its user.
    let script = "case $UKETSUKE_SCENARIO in *b) kill -INT $PPID; sleep 1000;; esac";
    let (code, _, stderr) = walk(folder.path(), script, 2);
    assert_eq!(code, Some(130), "{stderr}");
    assert!(
        stderr.contains("[1/3]") && stderr.contains("[2/3]"),
        "{stderr}"
    );
    assert!(!stderr.contains("[3/3]"), "{stderr}");
    let (code, stdout, stderr) = walk(folder.path(), "true", 2);
    assert!(!stderr.contains("[1/3]"), "{stderr}");
    assert!(
        stderr.contains("[2/3]") && stderr.contains("[3/3]"),
        "{stderr}"
    );
    // Nothing touched the card, so nothing is proven.
    assert_eq!(code, Some(5), "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["summary"]["inconclusive"], 3);
    let tallies = report["requirements"].as_array().unwrap();
    let of = tallies
        .iter()
        .find(|it| it["requirement"] == "ACC-02")
        .unwrap();
    assert_eq!(
        (&of["verdict"], &of["inconclusive"]),
        (&"inconclusive".into(), &3.into())
    );
}
