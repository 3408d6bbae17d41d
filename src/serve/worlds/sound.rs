//! The sound backend behind the faults of a world.

use std::sync::{Arc, Mutex};

use super::lock;
use crate::backend::embedded::Embedded;
use crate::backend::{Asked, Backend, Cannot, Pending, World};
use crate::eligibility::{Inquiry, InquiryKind, Moment, Text};

/// The sound backend of a world, shared by whatever faults stand before it in turn: what it has
/// recorded stays when they change.
#[derive(Debug, Clone, Default)]
pub(super) struct Core(Arc<Mutex<Embedded>>);

impl Backend for Core {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn carries(&self, _kind: InquiryKind) -> Result<(), Text> {
        Ok(())
    }

    fn arrange<'a>(&'a mut self, world: &'a World, _at: Moment) -> Pending<'a, Result<(), Cannot>> {
        lock(&self.0).know(world);
        Box::pin(std::future::ready(Ok(())))
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        let answer = lock(&self.0).answer(inquiry, now);
        Box::pin(std::future::ready(Ok(answer)))
    }
}
