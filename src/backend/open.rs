//! Opens the backend that the user named.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::embedded::InProcess;
use super::{
    Absent, Access, Backend, Connector, OpenError, Outage, Pending, Spec, fhir, oqs, process,
};

/// Opens a backend. What an adapter reads and writes lives on `io`, for plays come and go on
/// runtimes of their own.
///
/// # Errors
///
/// [`OpenError`] where it cannot be used as named, or does not answer.
pub async fn open(
    spec: &Spec,
    access: &Access,
    io: Handle,
) -> Result<Arc<dyn Connector>, OpenError> {
    match spec {
        Spec::Embedded => Ok(Arc::new(InProcess)),
        Spec::Fhir(base) => fhir::open(base, access, io).await,
        Spec::Oqs(folder) => oqs::open(folder, access, io).await,
        Spec::Process(command) => process::open(command, access, io).await,
    }
}

/// The way to a backend that did not answer when it was opened: every play meets the same outage,
/// at once.
#[derive(Debug, Clone)]
pub struct Gone {
    outage: Outage,
}

impl Gone {
    /// Makes one that is gone for this reason.
    pub fn new(outage: Outage) -> Gone {
        Gone { outage }
    }
}

impl Connector for Gone {
    /// Nothing hinders a play: that nobody answers is what it shows.
    fn arranges(&self) -> bool {
        true
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        let absent = Absent::new(self.outage.clone());
        Box::pin(std::future::ready(Ok(Box::new(absent) as Box<dyn Backend>)))
    }
}
