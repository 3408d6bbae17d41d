//! Issues the lists of revoked certificates, which the card itself knows nothing of.

use jiff::Timestamp;

use crate::certificate::{Authority, authority, der, extension, name, signature_algorithm, signed};
use crate::profile::Profile;

impl Authority {
    /// Issues its revocation list (X.509 CRL v2), DER: the serial numbers of those certificates on
    /// these cards that it issued and that their profiles state as revoked.
    ///
    /// `term` is when the list was issued and when the next one is due. The profile does not say
    /// since when a certificate is revoked, so it is from its first moment on: a convention of this
    /// harness, as is one list for all municipalities.
    #[must_use]
    pub fn revocation_list<'a>(
        &self,
        cards: impl IntoIterator<Item = &'a Profile>,
        term: (Timestamp, Timestamp),
    ) -> Vec<u8> {
        let mut entries: Vec<_> = cards
            .into_iter()
            .flat_map(|card| [user_entry(self, card), signature_entry(self, card)])
            .flatten()
            .collect();
        entries.sort();
        entries.dedup();
        let (this_update, next_update) = term;
        let mut parts = vec![
            // Version 2.
            der::integer(&[1]),
            signature_algorithm(),
            name::issuer(self.unit),
            der::time(this_update),
            der::time(next_update),
        ];
        // The list is left out where it would be empty (RFC 5280 § 5.1.2.6).
        if !entries.is_empty() {
            parts.push(der::sequence(&entries));
        }
        // Numbers have to grow from list to list, as the seconds do.
        let number = u64::try_from(this_update.as_second()).unwrap_or_default();
        let extensions = extension::of_revocation_list(self, number);
        parts.push(der::context(0, &extensions));
        signed(self, der::sequence(&parts))
    }

    fn is(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

fn user_entry(issuer: &Authority, card: &Profile) -> Option<Vec<u8>> {
    let listed = card.user_certificate.revoked && issuer.is(authority::of_user(card));
    listed.then(|| {
        entry(
            card.user_certificate_serial(),
            card.user_certificate_not_before(),
        )
    })
}

fn signature_entry(issuer: &Authority, card: &Profile) -> Option<Vec<u8>> {
    let (since, _) = card.signature_certificate_term()?;
    let revoked = card.signature_certificate.as_ref()?.revoked;
    let listed = revoked && issuer.is(authority::of_signature(card));
    listed.then(|| entry(card.signature_certificate_serial(), since))
}

fn entry(serial: [u8; 8], since: Timestamp) -> Vec<u8> {
    der::sequence(&[der::integer(&serial), der::time(since)])
}
