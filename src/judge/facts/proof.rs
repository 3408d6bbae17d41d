//! What card traffic proves of the certificate and the signature that a reader sent on.

use sha2::{Digest, Sha256};

use super::{Exchange, Facts, Visit};
use crate::judge::session::{Act, App, Command, USER_CERTIFICATE, USER_KEY, whole_certificate};

/// Bytes of a signature by the user key: RSA-2048 (card.md §2.1).
const SIGNATURE_LENGTH: usize = 256;

impl Facts<'_> {
    /// Returns the certificate that was read, whole, from a person's card in any visit.
    pub fn certificate_of(&self, person: usize) -> Option<Vec<u8>> {
        self.visits
            .iter()
            .filter(|visit| visit.person == Some(person))
            .find_map(|visit| whole_certificate(undisturbed(visit)).map(|(bytes, _)| bytes))
    }

    /// Tells whether the certificate sent is not the card's, or may not be: a declared fault
    /// changed what was read of it, and no other read shows what the card holds.
    pub(super) fn is_other_certificate(
        &self,
        auth: &Exchange<'_>,
        person: usize,
        certificate: &[u8],
    ) -> bool {
        if let Some(known) = self.certificate_of(person) {
            return known != certificate;
        }
        self.visit(auth.visit).is_some_and(|visit| {
            visit.commands.iter().any(|command| {
                command.garbled && command.is(Act::Read, App::Jpki, USER_CERTIFICATE)
            })
        })
    }

    /// Tells whether card traffic shows that the signature is not the card's over the challenge.
    pub(super) fn is_forged(
        &self,
        auth: &Exchange<'_>,
        challenge: &[u8],
        signature: &[u8],
    ) -> bool {
        let Some(visit) = self.visit(auth.visit) else {
            return false;
        };
        let mut signed = visit
            .commands
            .iter()
            .filter(|command| {
                command.n < auth.n && command.is(Act::Sign, App::Jpki, USER_KEY) && command.done()
            })
            .peekable();
        let digest = Sha256::digest(challenge);
        // No signature proves nothing, and half of one, or one that a declared fault changed,
        // nothing either, whoever sends it on.
        let whole = signature.len() == SIGNATURE_LENGTH;
        signature.is_empty()
            || signed.peek().is_some()
                && !signed.any(|command| {
                    // A DigestInfo of SHA-256 has 51 bytes; another digest is not compared here.
                    let over_challenge =
                        command.data.len() != 51 || command.data.ends_with(&digest);
                    whole && over_challenge && !command.garbled && command.response == signature
                })
    }
}

/// Goes through the commands of a visit that no declared fault hit.
fn undisturbed<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = &'v Command> {
    visit
        .commands
        .iter()
        .filter(|command| command.fault.is_none())
}
