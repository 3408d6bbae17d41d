//! Results of card uses, pushed into `face` as a reader's software does.

use std::io;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::{CardUse, ExchangeFolder};
use crate::backend::oqs::code::{Reference, Segment};
use crate::backend::oqs::folder::write_whole;
use crate::backend::oqs::name;
use crate::backend::oqs::response::{Body, Header, Response, Unit};

static COUNTER: AtomicU64 = AtomicU64::new(0);

impl ExchangeFolder {
    /// Writes the result of a card use, as a single result without search information. Returns
    /// the file's name. Blocking.
    ///
    /// How a refused card appears is not public: convention of this harness,
    /// `ProcessingResultStatus` 2 with the synthetic code.
    ///
    /// # Errors
    ///
    /// Where `face` cannot be written; nothing is left half-written.
    pub fn face(&self, card_use: &CardUse<'_>) -> io::Result<String> {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let seed = format!("{}-{}-{number}", card_use.at, std::process::id());
        let mut token = URL_SAFE_NO_PAD.encode(Sha256::digest(seed));
        // As long as the one that was seen in a public sample.
        token.truncate(16);
        let references = match card_use.result {
            Ok(found) => self
                .0
                .memory
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .references(card_use.institution, found.qualification.as_ref()),
            Err(_) => Vec::new(),
        };
        let response = Response {
            header: Header {
                executed: Some(card_use.at),
                date: Some(card_use.at.day()),
                institution: card_use.institution.to_owned(),
                identifier: Some(token.clone()),
                reference: Some(Reference::Card),
                segment: Some(Segment::Normal),
                encoding: Some(self.0.options.encoding.unwrap_or_default()),
                ..Header::default()
            },
            body: Body::Single(Box::new(Unit {
                search: None,
                result: card_use.result.cloned().map_err(Clone::clone),
                references,
            })),
        };
        let file = name::face(&token, card_use.at);
        write_whole(&self.0.root.join("face"), &file, &response.write())?;
        Ok(file)
    }
}
