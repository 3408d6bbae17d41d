//! OpenSC, OpenSSH and pcsc-tools as packaged: what they print of the card is held as approved
//! listings (`virtual-card/snapshots`), what they do with its keys is verified by OpenSSL.

use std::path::{Path, PathBuf};

use virtual_card::card::Card;
use virtual_card::certificate;
use virtual_card::profile::Profile;

use crate::{Bench, tool, tool_bytes, try_tool};

/// The program that presents a card.
const CARD: &str = env!("CARGO_BIN_EXE_virtual-card");

/// Returns the PKCS#11 module of OpenSC, which Debian installs in a folder named by the processor.
fn module() -> String {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    let modules = folders.map(|folder| folder.unwrap().path().join("opensc-pkcs11.so"));
    let module = modules.into_iter().find(|module| module.exists());
    module.unwrap().to_str().unwrap().to_owned()
}

/// Compares a listing with the approved one.
pub fn approve(name: &str, listing: &str) {
    let lines: Vec<_> = listing.lines().map(str::trim_end).collect();
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, lines.join("\n"));
    });
}

/// A folder of its own for the files of a test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

/// Writes the public key of a certificate as PEM and returns where.
fn public_key(folder: &Path, certificate: &[u8]) -> String {
    let arguments = ["x509", "-inform", "DER", "-noout", "-pubkey"];
    let file = path(folder, "key.pem");
    std::fs::write(&file, tool_bytes("openssl", &arguments, certificate)).unwrap();
    file
}

#[test]
fn pkcs15_tool_lists_what_a_jpki_card_has() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    approve("pkcs15-tool-dump", &tool("pkcs15-tool", &["-D"]));
}

#[test]
fn pkcs11_tool_lists_tokens_objects_and_mechanisms() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    approve("pkcs11-tool-slots", &tool("pkcs11-tool", &["-L"]));
    let objects = tool("pkcs11-tool", &["-O", "--login", "--pin", "1234"]);
    // A handle that is another one each time.
    let stable = objects
        .lines()
        .filter(|line| !line.starts_with("Profile object"));
    approve(
        "pkcs11-tool-objects",
        &stable.collect::<Vec<_>>().join("\n"),
    );
    approve("pkcs11-tool-mechanisms", &tool("pkcs11-tool", &["-M"]));
}

#[test]
fn pkcs11_tool_finds_no_error_in_its_own_test() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let printed = tool("pkcs11-tool", &["--test", "--login", "--pin", "1234"]);
    assert_eq!(printed.lines().last(), Some("No errors"), "{printed}");
    approve("pkcs11-tool-test", &printed);
}

#[test]
fn public_keys_are_those_of_the_certificates() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let profile = Profile::standard("adult").unwrap();
    let folder = folder("public-keys");
    let read = path(&folder, "read.der");
    for (id, certificate) in [
        ("01", Card::new(&profile, 0).user_certificate()),
        ("03", certificate::user_ca_der().to_vec()),
        ("04", certificate::signature_ca_der().to_vec()),
    ] {
        let mut arguments = vec!["--read-object", "--type", "pubkey", "--id", id];
        arguments.extend(["--output-file", &read]);
        tool("pkcs11-tool", &arguments);
        let arguments = ["pkey", "-pubin", "-inform", "DER", "-in", &read];
        let key = std::fs::read_to_string(public_key(&folder, &certificate)).unwrap();
        assert_eq!(tool("openssl", &arguments), key, "{id}");
    }
}

#[test]
fn both_keys_sign_every_digest_and_openssl_verifies() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let profile = Profile::standard("adult").unwrap();
    let certificates = [
        ("0", "1234", "01", Card::new(&profile, 0).user_certificate()),
        (
            "1",
            "ABC123",
            "02",
            certificate::signature(&profile).unwrap(),
        ),
    ];
    let folder = folder("both-keys");
    let (message, signature) = (path(&folder, "message"), path(&folder, "signature"));
    std::fs::write(&message, "SIMULATION").unwrap();
    for (slot, pin, id, certificate) in certificates {
        let key = public_key(&folder, &certificate);
        for (mechanism, digest) in [
            ("SHA1-RSA-PKCS", "-sha1"),
            ("SHA256-RSA-PKCS", "-sha256"),
            ("SHA384-RSA-PKCS", "-sha384"),
            ("SHA512-RSA-PKCS", "-sha512"),
        ] {
            let mut arguments = vec!["--slot-index", slot, "--login", "--pin", pin, "--sign"];
            arguments.extend(["--id", id, "--mechanism", mechanism]);
            arguments.extend(["--input-file", &message, "--output-file", &signature]);
            tool("pkcs11-tool", &arguments);
            let arguments = [
                "dgst",
                digest,
                "-verify",
                &key,
                "-signature",
                &signature,
                &message,
            ];
            assert_eq!(
                tool("openssl", &arguments).trim(),
                "Verified OK",
                "{id} {mechanism}"
            );
        }
    }
}

#[test]
fn flags_tell_how_many_tries_are_left_until_the_pin_is_locked() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let flags = |slot: usize| {
        let listing = tool("pkcs11-tool", &["-L"]);
        let mut flags = listing
            .lines()
            .filter_map(|line| line.split_once("token flags"));
        flags.nth(slot).unwrap().1.to_owned()
    };
    let wrong = |slot: &str, pin: &str| {
        let arguments = ["--slot-index", slot, "--login", "--pin", pin, "-O"];
        assert!(!try_tool("pkcs11-tool", &arguments, &[]).0);
    };
    assert!(!flags(0).contains("PIN count low") && !flags(0).contains("final"));
    wrong("0", "9999");
    assert!(flags(0).contains("user PIN count low"), "{}", flags(0));
    wrong("0", "9999");
    assert!(flags(0).contains("final user PIN try"), "{}", flags(0));
    wrong("0", "9999");
    assert!(flags(0).contains("user PIN locked"), "{}", flags(0));
    // The other counter has not moved, and its PIN still works until it is locked as well.
    assert!(!flags(1).contains("PIN count low") && !flags(1).contains("locked"));
    for _ in 0..5 {
        wrong("1", "WRONG999");
    }
    assert!(flags(1).contains("user PIN locked"), "{}", flags(1));
    wrong("1", "ABC123");
}

#[test]
fn openssh_takes_the_key_of_the_certificate() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let folder = folder("openssh");
    let profile = Profile::standard("adult").unwrap();
    let key = public_key(&folder, &Card::new(&profile, 0).user_certificate());
    let expected = tool("ssh-keygen", &["-i", "-m", "PKCS8", "-f", &key]);
    let listed = tool("ssh-keygen", &["-D", &module()]);
    let found = listed.lines().any(|line| line.starts_with(expected.trim()));
    assert!(found, "{listed}");
}

#[test]
fn pcsc_scan_sees_the_card_and_knows_its_atr() {
    let Some(_bench) = Bench::with_cards(&["adult"]) else {
        return;
    };
    let printed = tool("pcsc_scan", &["-c"]);
    assert!(printed.contains("Card inserted"), "{printed}");
    let atr = "3B 88 80 01 00 00 41 E0 B3 81 A1 00 3B";
    assert!(printed.contains(atr), "{printed}");
    approve(
        "atr-analysis",
        &without_colours(&tool("ATR_analysis", &[atr])),
    );
}

/// Takes out the colours, which this program always writes.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once('m').unwrap().1)
}

#[test]
fn script_for_continuous_integration_goes_through() {
    let Some(_bench) = Bench::with_cards(&[]) else {
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/ci/test-jpki.sh");
    let printed = tool(CARD, &["--holder", "adult", "--", script]);
    let end = printed.lines().last();
    assert_eq!(end, Some("SIMULATION: all of it went well"), "{printed}");
}

#[test]
fn command_beside_the_card_finds_it_there_and_its_end_is_that_of_the_program() {
    let Some(_bench) = Bench::with_cards(&[]) else {
        return;
    };
    let beside = |command: &[&str]| {
        let arguments = [
            &["--holder", "adult", "--second", "elder-80", "--"],
            command,
        ];
        try_tool(CARD, &arguments.concat(), &[])
    };
    let (success, printed, errors) = beside(&["opensc-tool", "--reader", "1", "--name"]);
    assert!(success && printed == b"jpki\n", "{errors}");
    let (success, _, errors) = beside(&["sh", "-c", "exit 3"]);
    assert!(
        !success && errors.contains("the card was taken out"),
        "{errors}"
    );
    let (success, _, errors) = beside(&["/nowhere"]);
    assert!(
        !success && errors.contains("/nowhere cannot be run"),
        "{errors}"
    );
}
