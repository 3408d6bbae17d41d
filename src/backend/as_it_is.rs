//! A backend that is played with as it is: its people are bound, not arranged.

use std::collections::BTreeMap;

use super::{Asked, Backend, Cannot, Pending, World};
use crate::eligibility::{Inquiry, InquiryKind, Moment, Text, Wire};

/// Passes everything on but the world: what the backend knows, it knows already.
pub struct AsItIs {
    inner: Box<dyn Backend>,
    portal_ids: BTreeMap<String, String>,
    begun: bool,
}

impl AsItIs {
    /// Wraps a backend; `portal_ids` are its names of the people, by name in the deck.
    pub fn new(inner: Box<dyn Backend>, portal_ids: BTreeMap<String, String>) -> AsItIs {
        AsItIs {
            inner,
            portal_ids,
            begun: false,
        }
    }
}

impl Backend for AsItIs {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn is_foreign(&self) -> bool {
        self.inner.is_foreign()
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        self.inner.carries(kind)
    }

    fn arrange<'a>(
        &'a mut self,
        _world: &'a World,
        _at: Moment,
    ) -> Pending<'a, Result<(), Cannot>> {
        let again = std::mem::replace(&mut self.begun, true);
        Box::pin(std::future::ready(if again {
            Err(Cannot::Arrange(Text::new(
                "この照会先では、途中で登録内容を変えられない",
                "what this backend knows cannot be changed on the way",
            )))
        } else {
            Ok(())
        }))
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        let id = match inquiry {
            Inquiry::Portal { person } => self.portal_ids.get(person).cloned(),
            _ => None,
        };
        match id {
            Some(person) => Box::pin(async move {
                let bound = Inquiry::Portal { person };
                self.inner.ask(&bound, now).await
            }),
            None => self.inner.ask(inquiry, now),
        }
    }

    fn wire(&self) -> Option<Wire> {
        self.inner.wire()
    }
}
