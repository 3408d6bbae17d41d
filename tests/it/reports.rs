//! The reports of a run: the same whatever the jobs, the language and the place.

use std::path::Path;

use serde_json::Value;
use uketsuke::transcript::Transcript;

use super::{SCENARIO, file, files_in, program, text, transcript, uketsuke};

const FORMATS: [&str; 3] = ["json", "ndjson", "junit"];

/// Writes a dozen scenarios, some of them cases of one file.
fn dozen(folder: &Path) {
    for index in 0..9 {
        file(
            folder,
            &format!("topic-{}/s{index}.yaml", index % 3),
            SCENARIO,
        );
    }
    let cases = "cases:\n  - { name: one }\n  - { name: two }\n  - { name: three }\n";
    file(folder, "cases.yaml", &format!("{SCENARIO}{cases}"));
}

#[test]
fn the_bytes_depend_on_nothing_but_the_scenarios() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    dozen(one.path());
    dozen(two.path());
    for format in FORMATS {
        let args = ["run", text(one.path()), "--format", format, "--jobs", "1"];
        let first = program(&args).output().unwrap();
        let args = [
            "run",
            text(two.path()),
            "--format",
            format,
            "--jobs",
            "7",
            "--lang",
            "ja",
        ];
        let second = program(&args)
            .env("LANG", "ja_JP.UTF-8")
            .env("TZ", "America/New_York")
            .env("TMPDIR", two.path())
            .env("COLUMNS", "40")
            .output()
            .unwrap();
        assert!(!first.stdout.is_empty());
        assert_eq!(first.stdout, second.stdout, "{format}");
    }
    let text_of = |jobs| uketsuke(&["run", text(one.path()), "--jobs", jobs]).stdout;
    assert_eq!(text_of("1"), text_of("5"));
}

#[test]
fn json_has_the_form_of_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    dozen(folder.path());
    let ran = uketsuke(&["run", text(folder.path()), "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(report["tool"].as_str().unwrap().starts_with("uketsuke "));
    assert!(
        report["simulation"]
            .as_str()
            .unwrap()
            .starts_with("SIMULATION")
    );
    let scenarios = report["scenarios"].as_array().unwrap();
    let ids: Vec<&str> = scenarios
        .iter()
        .map(|s| s["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids[..4],
        ["cases#one", "cases#two", "cases#three", "topic-0/s0"]
    );
    let summary = report["summary"].as_object().unwrap();
    let keys: Vec<&String> = summary.keys().collect();
    assert_eq!(
        keys,
        ["pass", "inconclusive", "fail", "error", "not-applicable"]
    );
    let counted: u64 = summary.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!((counted, scenarios.len()), (12, 12));
    for scenario in scenarios {
        assert!(summary.contains_key(scenario["verdict"].as_str().unwrap()));
        assert_eq!(
            scenario["title"]["ja"].as_str().unwrap().chars().next(),
            Some('題')
        );
    }
}

#[test]
fn junit_is_read_back_with_every_scenario_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    dozen(folder.path());
    let ran = uketsuke(&["run", text(folder.path()), "--format", "junit"]);
    let report = quick_junit::Report::deserialize_from_str(&ran.stdout).unwrap();
    let json = uketsuke(&["run", text(folder.path()), "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let count =
        |verdict: &str| usize::try_from(json["summary"][verdict].as_u64().unwrap()).unwrap();
    assert_eq!(report.tests, 12);
    assert_eq!(report.failures, count("fail"));
    assert_eq!(report.errors, count("inconclusive") + count("error"));
    let cases = &report.test_suites[0].test_cases;
    let place = |index: usize| {
        let class = cases[index].classname.as_ref().unwrap();
        format!("{} {}", class.as_str(), cases[index].name.as_str())
    };
    assert_eq!(place(0), "scenarios cases#one");
    assert_eq!(place(3), "topic-0 s0");
    let properties = &cases[0].properties;
    let requirement = properties.iter().find(|p| p.name.as_str() == "requirement");
    assert_eq!(requirement.unwrap().value.as_str(), "IDV-02");
}

#[test]
fn ndjson_has_a_line_per_scenario_and_the_summary_last() {
    let folder = tempfile::tempdir().unwrap();
    dozen(folder.path());
    let ran = uketsuke(&["run", text(folder.path()), "--format", "ndjson"]);
    let lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 13);
    assert!(lines[..12].iter().all(|line| line["kind"] == "scenario"));
    assert_eq!(lines[12]["kind"], "summary");
}

#[test]
fn text_speaks_the_language_of_the_user() {
    let output = program(&["run", "pin/correct"])
        .env("LC_ALL", "ja_JP.UTF-8")
        .output()
        .unwrap();
    let japanese = String::from_utf8(output.stdout).unwrap();
    assert!(japanese.contains("暗証番号が正しい"), "{japanese}");
    let english = uketsuke(&["run", "pin/correct", "--lang", "en"]).stdout;
    assert!(english.contains("PIN typed right"), "{english}");
    for text in [japanese, english] {
        assert!(
            text.lines().next().unwrap().contains("SIMULATION"),
            "{text}"
        );
    }
}

#[test]
fn a_report_file_is_whole_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "report.json", "before");
    let to_file = uketsuke(&[
        "run",
        "pin/correct",
        "--format",
        "json",
        "--output",
        text(&path),
    ]);
    assert_eq!(to_file.stdout, "");
    let direct = uketsuke(&["run", "pin/correct", "--format", "json"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), direct.stdout);
    assert_eq!(to_file.code, direct.code);
    assert_eq!(files_in(folder.path()), ["report.json"]);
}

#[cfg(unix)]
#[test]
fn a_report_file_is_as_readable_as_any_other() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let usual = file(folder.path(), "usual", "");
    let fresh = folder.path().join("fresh.json");
    uketsuke(&[
        "run",
        "pin/correct",
        "--format",
        "json",
        "--output",
        text(&fresh),
    ]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&fresh), mode(&usual));
    // A link stays one, and what it leads to is replaced.
    let link = folder.path().join("link.json");
    symlink(&usual, &link).unwrap();
    uketsuke(&[
        "run",
        "pin/correct",
        "--format",
        "json",
        "--output",
        text(&link),
    ]);
    assert!(link.is_symlink());
    assert!(std::fs::read_to_string(&usual).unwrap().starts_with('{'));
}

#[test]
fn transcripts_stand_where_their_ids_say_and_are_judged_again_alike() {
    let folder = tempfile::tempdir().unwrap();
    dozen(&folder.path().join("in"));
    let out = folder.path().join("out");
    let input = folder.path().join("in");
    let ran = uketsuke(&[
        "run",
        text(&input),
        "--transcripts",
        text(&out),
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let scenarios = report["scenarios"].as_array().unwrap();
    let ids: Vec<&str> = scenarios
        .iter()
        .map(|s| s["id"].as_str().unwrap())
        .collect();
    let mut expected: Vec<String> = ids.iter().map(|id| format!("{id}.ndjson")).collect();
    expected.sort();
    assert_eq!(files_in(&out), expected);
    let paths: Vec<String> = ids
        .iter()
        .map(|id| text(&out.join(format!("{id}.ndjson"))).to_owned())
        .collect();
    let read = Transcript::from_ndjson(&std::fs::read_to_string(&paths[0]).unwrap()).unwrap();
    assert!(read.entries.len() > 10, "{} entries", read.entries.len());
    let mut args = vec!["judge", "--format", "json"];
    args.extend(paths.iter().map(String::as_str));
    let again = uketsuke(&args).ends_with(ran.code);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    for (one, two) in scenarios.iter().zip(again["scenarios"].as_array().unwrap()) {
        assert_eq!(one["id"], two["id"]);
        assert_eq!(one["verdict"], two["verdict"]);
        assert_eq!(one["findings"], two["findings"]);
    }
}

#[test]
fn the_same_transcript_is_judged_the_same_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = transcript(folder.path(), "pin/correct");
    for format in FORMATS {
        let one = uketsuke(&["judge", text(&path), "--format", format]);
        let two = uketsuke(&["judge", text(&path), "--format", format, "--lang", "ja"]);
        assert_eq!(one.stdout, two.stdout, "{format}");
        assert!(one.stdout.contains("recorded.ndjson"), "{}", one.stdout);
    }
}
