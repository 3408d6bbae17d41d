//! Certificates and revocation lists before OpenSSL, as `--authorities` hands them out.

use std::path::{Path, PathBuf};
use std::process::Command;

use virtual_card::certificate;
use virtual_card::profile::Profile;

use crate::{tool_bytes, try_tool, wanted};

/// The folder that the program fills, and the certificates of cards beside it.
struct Trust {
    folder: PathBuf,
}

impl Trust {
    /// Fills a folder of this test's own.
    fn written(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        let written = Command::new(env!("CARGO_BIN_EXE_virtual-card"))
            .arg("--authorities")
            .arg(&folder)
            .output()
            .unwrap();
        assert!(written.status.success());
        Self { folder }
    }

    /// Lets OpenSSL verify a certificate with one authority and its list, a day before the end.
    fn verify(&self, profile: &Profile, der: &[u8], authority: &str) -> (bool, String) {
        let arguments = ["x509", "-inform", "DER"];
        let pem = tool_bytes("openssl", &arguments, der);
        let end = profile.user_certificate_not_after().as_second();
        let at = (end - 86_400).to_string();
        let file = |ending: &str| {
            let path = self.folder.join(format!("{authority}{ending}"));
            path.to_str().unwrap().to_owned()
        };
        let (authority, list) = (file(".pem"), file(".crl.pem"));
        let mut arguments = vec!["verify", "-x509_strict", "-crl_check", "-attime", &at];
        arguments.extend(["-CAfile", &authority, "-CRLfile", &list]);
        let (verified, _, errors) = try_tool("openssl", &arguments, &pem);
        (verified, errors)
    }
}

#[test]
fn openssl_refuses_revoked_certificates_and_takes_the_others() {
    if !wanted() {
        return;
    }
    let trust = Trust::written("trust-revoked");
    for name in Profile::standard_names() {
        let profile = Profile::standard(name).unwrap();
        let generation = match *name {
            "generation-1" => 1,
            "expired" => 2,
            _ => 3,
        };
        let user = certificate::user(&profile);
        let signature = certificate::signature(&profile);
        let both = [("user-ca", Some(user)), ("signature-ca", signature)];
        for (line, der) in both {
            let Some(der) = der else { continue };
            let authority = format!("{line}-{generation}");
            let (verified, errors) = trust.verify(&profile, &der, &authority);
            assert_eq!(verified, *name != "revoked", "{name} {line}: {errors}");
            if *name == "revoked" {
                assert!(errors.contains("certificate revoked"), "{errors}");
            }
        }
    }
}

#[test]
fn openssl_tells_the_generations_apart() {
    if !wanted() {
        return;
    }
    let trust = Trust::written("trust-generations");
    let profile = Profile::standard("generation-1").unwrap();
    let user = certificate::user(&profile);
    for (authority, expected) in [
        ("user-ca-1", true),
        ("user-ca-2", false),
        ("user-ca-3", false),
        ("untrusted-ca", false),
    ] {
        let (verified, errors) = trust.verify(&profile, &user, authority);
        assert_eq!(verified, expected, "{authority}: {errors}");
    }
}

#[test]
fn openssl_verifies_every_list() {
    if !wanted() {
        return;
    }
    let trust = Trust::written("trust-lists");
    let authorities = certificate::user_authorities()
        .iter()
        .chain(certificate::signature_authorities())
        .chain([certificate::untrusted_authority()]);
    for name in authorities.map(certificate::Authority::name) {
        let file = |ending: &str| {
            let path = trust.folder.join(format!("{name}{ending}"));
            path.to_str().unwrap().to_owned()
        };
        let (authority, list) = (file(".pem"), file(".crl.pem"));
        let arguments = ["crl", "-in", &list, "-noout", "-CAfile", &authority];
        let (verified, _, errors) = try_tool("openssl", &arguments, &[]);
        assert!(verified && errors.contains("verify OK"), "{name}: {errors}");
    }
    for key in ["cv-7000020-001", "cv-7000023-001", "cv-7000033-001"] {
        let path = trust.folder.join(format!("{key}.pub.pem"));
        let arguments = ["pkey", "-pubin", "-in", path.to_str().unwrap(), "-noout"];
        tool_bytes("openssl", &arguments, &[]);
    }
}
