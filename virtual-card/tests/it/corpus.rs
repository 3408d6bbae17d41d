//! The corpus of the fuzz targets, gone through by the ordinary tests.

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

fn check(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join(target)).unwrap() {
        run(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 0, "no corpus for {target}");
}

#[test]
fn commands_of_the_corpus_are_answered() {
    check("apdu", targets::apdu);
}

#[test]
fn objects_of_the_corpus_are_read_or_refused() {
    check("tlv", targets::tlv);
}

#[test]
fn frames_of_the_corpus_are_the_same_however_they_are_cut() {
    check("vpcd_frame", targets::vpcd_frame);
}
