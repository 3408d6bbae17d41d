//! Writes what other software needs in order to check the cards' certificates: authorities,
//! revocation lists and the keys of the card-verifiable certificates. SIMULATION.

use std::io;
use std::path::{Path, PathBuf};

use rsa::pkcs8::der::pem::{self, LineEnding};

use crate::certificate::{self, Authority};
use crate::cv_certificate;
use crate::profile::Profile;

/// Why the folder could not be filled.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written; expected a folder where this user may write")]
pub struct Error {
    /// What could not be written.
    pub path: String,
    /// What the system says.
    #[source]
    pub source: io::Error,
}

/// Writes one file for each authority's certificate (`user-ca-3.pem`), one for its revocation list
/// (`user-ca-3.crl.pem`) and one for each public key of the card-verifiable certificates
/// (`cv-7000020-001.pub.pem`) into the folder, which is made where it is missing; returns their paths.
///
/// The lists name what `cards` state as revoked, and are good as long as their authority is: a
/// convention of this harness, so that the same cards give the same files on every day.
///
/// # Errors
///
/// [`Error`] when a file cannot be written; earlier ones stay.
pub fn write(folder: &Path, cards: &[Profile]) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path, source| Error {
        path: path.display().to_string(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    let mut paths = Vec::new();
    for (name, label, der) in public_keys().into_iter().chain(authorities(cards)) {
        let path = folder.join(name);
        let text = pem::encode_string(label, LineEnding::LF, &der);
        text.map_err(|error| io::Error::other(error.to_string()))
            .and_then(|text| std::fs::write(&path, text))
            .map_err(|source| failed(&path, source))?;
        paths.push(path);
    }
    Ok(paths)
}

/// Name, PEM label and DER of a file.
type Entry = (String, &'static str, Vec<u8>);

fn authorities(cards: &[Profile]) -> Vec<Entry> {
    let both = |authority: &Authority| {
        let name = authority.name();
        let list = authority.revocation_list(cards, authority.term());
        [
            (
                format!("{name}.pem"),
                "CERTIFICATE",
                authority.certificate().to_vec(),
            ),
            (format!("{name}.crl.pem"), "X509 CRL", list),
        ]
    };
    certificate::user_authorities()
        .iter()
        .chain(certificate::signature_authorities())
        .chain([certificate::untrusted_authority()])
        .flat_map(both)
        .collect()
}

/// The keys that sign what no card holds a certificate for (card.md §2.5), each under its key id.
fn public_keys() -> [Entry; 3] {
    cv_certificate::authorities().map(|authority| {
        let id = authority.key_id.to_string().replace('/', "-");
        let der = certificate::subject_public_key_info(authority.modulus);
        (format!("cv-{id}.pub.pem"), "PUBLIC KEY", der)
    })
}
