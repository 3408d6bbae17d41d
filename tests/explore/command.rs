//! The command: exit codes, the file that it writes, and the same bytes whatever the jobs.

use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};
use uketsuke::scenario::Document;

fn explore(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(["explore", "--lang", "en", "--output"])
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn ended(output: &Output, code: i32) -> Result<String, Failed> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.code() == Some(code) {
        return Ok(text);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(format!("{:?}, not {code}:\n{text}\n{told}", output.status.code()).into())
}

fn finds_nothing_in_ours() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let text = ended(&explore(folder.path(), &["--cases", "60"]), 0)?;
    let empty = std::fs::read_dir(folder.path())?.next().is_none();
    if text.contains("SIMULATION") && text.contains("no breach found") && empty {
        Ok(())
    } else {
        Err(text.into())
    }
}

fn writes_what_fails() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let arguments = ["--cases", "120", "--fault", "grace-forgotten"];
    let text = ended(&explore(folder.path(), &arguments), 1)?;
    if !text.contains("BREACH CERT-03") || !text.contains("it fails for the same reason") {
        return Err(text.into());
    }
    let mut written = 0;
    for entry in std::fs::read_dir(folder.path())? {
        let path = entry?.path();
        let yaml = std::fs::read_to_string(&path)?;
        let document = Document::parse(&yaml, "explored")?;
        let titled = document.title.en.contains("SIMULATION") && document.title.ja.contains("模擬");
        if !titled || document.steps.len() > 6 {
            return Err(yaml.into());
        }
        written += 1;
        let run = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
            .args(["run", "--fault", "grace-forgotten"])
            .arg(&path)
            .output()?;
        ended(&run, 1)?;
        let sound = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
            .arg("run")
            .arg(&path)
            .output()?;
        // Where a sound backend lets the visit go on, steps that the breach made needless may lack.
        if ended(&sound, 0).is_err() {
            ended(&sound, 5)?;
        }
    }
    if written == 0 {
        Err("nothing was written".into())
    } else {
        Ok(())
    }
}

fn overwrites_nothing() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let arguments = ["--cases", "120", "--fault", "grace-forgotten"];
    ended(&explore(folder.path(), &arguments), 1)?;
    let mut theirs = Vec::new();
    for entry in std::fs::read_dir(folder.path())? {
        let path = entry?.path();
        std::fs::write(&path, "theirs")?;
        theirs.push(path);
    }
    let text = ended(&explore(folder.path(), &arguments), 1)?;
    for path in theirs {
        if std::fs::read_to_string(&path)? != "theirs" {
            return Err("a file was overwritten".into());
        }
    }
    if text.contains("was not written") {
        Ok(())
    } else {
        Err(text.into())
    }
}

fn same_bytes() -> Result<(), Failed> {
    let report = |jobs: &str| {
        let folder = tempfile::tempdir().unwrap();
        let arguments = [
            "--cases",
            "150",
            "--fault",
            "stale-insurer",
            "--format",
            "json",
            "--jobs",
            jobs,
        ];
        ended(&explore(folder.path(), &arguments), 1)
    };
    let (one, four) = (report("1")?, report("4")?);
    let value: serde_json::Value = serde_json::from_str(&one)?;
    let found = value["found"]
        .as_array()
        .is_some_and(|found| !found.is_empty());
    if one == four && found {
        Ok(())
    } else {
        Err("the reports differ".into())
    }
}

fn refuses_what_cannot_be() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    ended(&explore(folder.path(), &["--cases", "0"]), 2)?;
    // What is a file cannot become a folder.
    let file = folder.path().join("file");
    std::fs::write(&file, "mine")?;
    ended(&explore(&file, &["--cases", "1"]), 2)?;
    ended(&explore(folder.path(), &["--fault", "no-such-fault"]), 2)?;
    Ok(())
}

/// Nobody listens on port 1 of this machine; what was not reached is no breach and no pass.
fn nobody_there() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let arguments = ["--cases", "5", "--backend", "fhir:http://127.0.0.1:1/fhir"];
    let text = ended(&explore(folder.path(), &arguments), 5)?;
    if text.contains("BREACH") {
        Err(text.into())
    } else {
        Ok(())
    }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test(
            "command: nothing is found in a sound backend",
            finds_nothing_in_ours,
        ),
        Trial::test(
            "command: what fails is written and fails again",
            writes_what_fails,
        ),
        Trial::test("command: no file is overwritten", overwrites_nothing),
        Trial::test("command: the same bytes whatever the jobs", same_bytes),
        Trial::test("command: what cannot be is refused", refuses_what_cannot_be),
        Trial::test("command: nobody there is no breach", nobody_there),
    ]
}
