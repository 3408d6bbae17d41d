//! The operator's terminal: what is asked there, and what a key answers.

use std::io::{Read as _, Write as _};
use std::sync::mpsc::channel;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use uketsuke::judge::{Verdict, judge};
use uketsuke::transcript::Transcript;

use crate::vpcd::Vpcd;

/// Observes on a terminal; each prompt is answered by the next of the lines, once `prompted` has
/// heard its number. Returns the exit code and what stood on the terminal.
fn operate(arguments: &[&str], lines: &[&str], prompted: impl Fn(usize)) -> (u32, String) {
    let pty = native_pty_system();
    let pair = pty.openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_uketsuke"));
    command.args(arguments);
    command.env("LANG", "ja_JP.UTF-8");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut writer = pair.master.take_writer().unwrap();
    let (mut seen, mut chunk) = (Vec::new(), [0; 4096]);
    let mut lines = lines.iter();
    let mut answered = 0;
    // The end of a terminal is an error on Linux.
    while let Ok(count @ 1..) = reader.read(&mut chunk) {
        seen.extend(&chunk[..count]);
        let prompts = String::from_utf8_lossy(&seen).matches('▶').count();
        // A prompt is whole once its line is.
        let whole = seen.ends_with(b"\n");
        if whole && prompts > answered {
            prompted(answered);
            answered = prompts;
            let line = lines.next().copied().unwrap_or_default();
            writeln!(writer, "{line}").unwrap();
        }
    }
    let status = child.wait().unwrap();
    (status.exit_code(), String::from_utf8(seen).unwrap())
}

#[test]
fn an_operator_is_led_through_a_visit_in_their_language() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("led.yaml");
    let steps = crate::STEPS;
    std::fs::write(&file, format!("title: {{ ja: 題, en: T }}\nrequirements: [IDV-02]\nunder-test: reader\nat: now\ncard: {{ holder: adult }}\nsteps:\n{steps}")).unwrap();
    let seen = folder.path().join("seen.ndjson");
    let vpcd = Vpcd::new();
    let address = vpcd.address();
    let (typing, typed) = channel();
    let (sent, done) = channel();
    let reader = std::thread::spawn(move || {
        let mut slot = vpcd.take();
        typed.recv().unwrap();
        slot.verify();
        sent.send(()).unwrap();
        slot.gone();
    });
    let arguments = [
        "observe",
        file.to_str().unwrap(),
        "--vpcd",
        &address,
        "--transcript",
        seen.to_str().unwrap(),
    ];
    // In, method chosen, PIN typed, the screen cannot be told, out.
    let (code, shown) = operate(&arguments, &["", "", "はい", "?", ""], |prompt| {
        if prompt == 2 {
            typing.send(()).unwrap();
            done.recv().unwrap();
        }
    });
    reader.join().unwrap();
    for said in [
        "SIMULATION",
        "▶ 模擬　太郎のカードを置きます。",
        "▶ 読取機で: 暗証番号1234を入力する",
        "▶ 読取機に「情報提供の同意（過去の診療・薬剤情報）」",
        "▶ カードを取り出します。",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let text = std::fs::read_to_string(&seen).unwrap();
    assert!(!text.contains("1234"), "a PIN in clear");
    let transcript = Transcript::from_ndjson(&text).unwrap();
    let story = crate::story(&transcript.entries);
    assert!(
        story.contains(&"step 2 (Confirmed)".to_owned()),
        "{story:?}"
    );
    let judgement = judge(&transcript.header.scenario, &transcript);
    let screen = judgement.findings.iter().find(|it| it.step == Some(3));
    assert_eq!(screen.unwrap().verdict, Verdict::Inconclusive);
    let pin = judgement
        .findings
        .iter()
        .filter(|it| it.verdict == Verdict::Fail);
    assert_eq!((code, pin.count()), (5, 0), "{shown}");
}
