//! What the fuzz target `recording` does with its bytes; the tests of `uketsuke` include this file.

use uketsuke::eligibility::Moment;
use uketsuke::judge::judge;
use uketsuke::recording::{Format, read};
use uketsuke::transcript::Transcript;

/// Bytes are read as a log of card traffic, the first one saying whose. Whatever they are, there is
/// an error, or transcripts that can be written, read back and judged.
pub fn recording(bytes: &[u8]) {
    let Some((&first, log)) = bytes.split_first() else {
        return;
    };
    let format = match first % 2 {
        0 => Format::Pcscd,
        _ => Format::PcscSpy,
    };
    let Ok(at) = "2026-01-05T09:00:00+09:00".parse::<Moment>() else {
        unreachable!("the moment is well written");
    };
    let Ok(recordings) = read(format, log, None, at) else {
        return;
    };
    for recording in recordings {
        let text = recording.transcript.to_ndjson();
        let again = Transcript::from_ndjson(&text);
        assert_eq!(again.ok().as_ref(), Some(&recording.transcript));
        let scenario = &recording.transcript.header.scenario;
        let judgement = judge(scenario, &recording.transcript);
        assert!(!judgement.findings.is_empty());
    }
}
