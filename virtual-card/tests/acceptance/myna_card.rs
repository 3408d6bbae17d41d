//! The examples of the crate `myna-card`, unmodified, as a program for real cards has them.
//!
//! `UKETSUKE_MYNA_CARD` names the folder into which `cargo install --example` put them; without it
//! each test says that it was left out.

use std::path::{Path, PathBuf};

use virtual_card::card::Card;
use virtual_card::profile::Profile;

use crate::programs::{approve, folder};
use crate::{Bench, tool};

/// Returns the path of an example; nothing when the crate is not installed.
fn example(name: &str) -> Option<String> {
    let Some(programs) = std::env::var_os("UKETSUKE_MYNA_CARD") else {
        println!("left out: set UKETSUKE_MYNA_CARD to try the programs of the crate myna-card");
        return None;
    };
    let program: PathBuf = Path::new(&programs).join(name);
    Some(program.to_str().unwrap().to_owned())
}

/// Says whether what stands in brackets is no complaint, or the only one that is allowed: our
/// authorities are not those of real cards.
fn is_allowed(outcome: &str) -> bool {
    let unknown_authority = "no CA key for 証明者鍵ID 7";
    // The same complaint about the X.509 certificates.
    let unknown_root = "no root this crate carries signed this certificate";
    outcome == "verified"
        || outcome == "ok"
        || outcome.starts_with(unknown_authority)
        || outcome.ends_with(unknown_root)
}

#[test]
fn read_card_reads_all_and_misses_nothing_but_the_real_authority() {
    let Some(program) = example("read_card") else {
        return;
    };
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let profile = Profile::standard("adult").unwrap();
    let out = folder("read-card");
    let (code_a, code_b, birth) = (profile.code_a(), profile.code_b(), profile.birth_digits());
    let mut arguments = vec!["--pin", "1234", "--birth-date", &birth];
    arguments.extend(["--code-a", &code_a, "--code-b", &code_b]);
    arguments.extend(["--out", out.to_str().unwrap()]);
    let printed = tool(&program, &arguments);
    let outcomes: Vec<_> = printed
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .map(|(outcome, _)| outcome)
        // The number in `chain[0]` is no outcome.
        .filter(|outcome| outcome.parse::<u8>().is_err())
        .collect();
    assert!(outcomes.len() >= 12, "{printed}");
    for outcome in outcomes {
        assert!(is_allowed(outcome), "[{outcome}] in\n{printed}");
    }
    let folder = out.to_str().unwrap();
    // The number opens a file, so a listing that is kept does not show it.
    let listing = printed.replace(folder, "OUT").replace(&code_a, "…");
    approve("myna-card-read-card", &listing);
    let certificate = std::fs::read(out.join("auth.der")).unwrap();
    assert_eq!(certificate, Card::new(&profile, 0).user_certificate());
}

#[test]
fn secure_messaging_reads_the_same_encrypted_as_plain() {
    let Some(program) = example("secure_messaging") else {
        return;
    };
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let printed = tool(&program, &["1234"]);
    let code_a = Profile::standard("adult").unwrap().code_a();
    approve("myna-card-secure-messaging", &printed.replace(&code_a, "…"));
    let end = printed.lines().last();
    assert_eq!(end, Some("plain and encrypted reads agree."), "{printed}");
}
