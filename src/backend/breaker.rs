//! Stops waiting for a backend that has fallen silent in the middle of a run.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use super::{Asked, Backend, Cannot, Connector, Outage, Pending, World};
use crate::eligibility::{Inquiry, InquiryKind, Moment, Text, Wire};

/// After so many silent plays in a row the rest is not waited for; a convention of this harness.
pub const SILENT_PLAYS_MAX: u32 = 3;

/// A connector that gives up on a backend that is silent in several plays in a row.
///
/// A play is silent where the backend was waited for and never heard, not even with garbage.
pub struct Breaker {
    inner: Arc<dyn Connector>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    silent: AtomicU32,
    tripped: AtomicBool,
    /// What the protocol cannot carry, as the first connection told.
    not_carried: OnceLock<Vec<(InquiryKind, Text)>>,
}

impl State {
    fn heard(&self) {
        self.silent.store(0, Ordering::SeqCst);
    }

    fn was_silent(&self) {
        let before = self.silent.fetch_add(1, Ordering::SeqCst);
        if before.saturating_add(1) >= SILENT_PLAYS_MAX {
            self.tripped.store(true, Ordering::SeqCst);
        }
    }
}

impl Breaker {
    /// Wraps a connector.
    pub fn new(inner: Arc<dyn Connector>) -> Breaker {
        Breaker {
            inner,
            state: Arc::default(),
        }
    }

    /// Tells whether the backend is not waited for any more.
    pub fn tripped(&self) -> bool {
        self.state.tripped.load(Ordering::SeqCst)
    }
}

impl Connector for Breaker {
    fn arranges(&self) -> bool {
        self.inner.arranges()
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        let known = self.state.not_carried.get();
        match known.and_then(|all| all.iter().find(|(one, _)| *one == kind)) {
            Some((_, reason)) => Err(reason.clone()),
            None => self.inner.carries(kind),
        }
    }

    fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
        Box::pin(async move {
            if self.tripped() {
                return Err(Outage::Down(format!(
                    "it had been silent in {SILENT_PLAYS_MAX} scenarios in a row, so it was not waited for"
                )));
            }
            match self.inner.connect().await {
                Ok(inner) => {
                    self.state.not_carried.get_or_init(|| {
                        let refused = |kind| inner.carries(kind).err().map(|why| (kind, why));
                        InquiryKind::ALL.into_iter().filter_map(refused).collect()
                    });
                    Ok(Box::new(Watched {
                        inner,
                        waited: false,
                        heard: false,
                        state: Arc::clone(&self.state),
                    }) as Box<dyn Backend>)
                }
                Err(outage) => {
                    self.state.was_silent();
                    Err(outage)
                }
            }
        })
    }
}

/// The backend of one play, which tells how the play went when it ends.
struct Watched {
    inner: Box<dyn Backend>,
    waited: bool,
    heard: bool,
    state: Arc<State>,
}

impl Watched {
    fn note(&mut self, outage: Option<&Outage>) {
        match outage {
            None | Some(Outage::Malformed(_)) => self.heard = true,
            Some(Outage::Down(_) | Outage::Silent { .. }) => self.waited = true,
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.heard {
            self.state.heard();
        } else if self.waited {
            self.state.was_silent();
        }
    }
}

impl Backend for Watched {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn is_foreign(&self) -> bool {
        self.inner.is_foreign()
    }

    fn carries(&self, kind: InquiryKind) -> Result<(), Text> {
        self.inner.carries(kind)
    }

    fn arrange<'a>(&'a mut self, world: &'a World, at: Moment) -> Pending<'a, Result<(), Cannot>> {
        Box::pin(async move {
            let arranged = self.inner.arrange(world, at).await;
            match &arranged {
                Ok(()) => self.note(None),
                Err(Cannot::Reach(outage)) => self.note(Some(outage)),
                Err(Cannot::Arrange(_)) => {}
            }
            arranged
        })
    }

    fn ask<'a>(&'a mut self, inquiry: &'a Inquiry, now: Moment) -> Asked<'a> {
        Box::pin(async move {
            let answer = self.inner.ask(inquiry, now).await;
            self.note(answer.as_ref().err());
            answer
        })
    }

    fn wire(&self) -> Option<Wire> {
        self.inner.wire()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Absent, Gone};
    use crate::eligibility::Answer;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    /// A backend that answers as it is told, by the number of the play.
    struct Told {
        plays: AtomicU32,
        replies: Vec<Result<(), Outage>>,
    }

    struct One(Result<(), Outage>);

    impl Connector for Told {
        fn arranges(&self) -> bool {
            false
        }

        fn connect(&self) -> Pending<'_, Result<Box<dyn Backend>, Outage>> {
            let play = self.plays.fetch_add(1, Ordering::SeqCst) as usize;
            let reply = self.replies[play].clone();
            Box::pin(std::future::ready(Ok(
                Box::new(One(reply)) as Box<dyn Backend>
            )))
        }
    }

    impl Backend for One {
        fn name(&self) -> &'static str {
            "process"
        }

        fn carries(&self, _kind: InquiryKind) -> Result<(), Text> {
            Ok(())
        }

        fn arrange<'a>(
            &'a mut self,
            _world: &'a World,
            _at: Moment,
        ) -> Pending<'a, Result<(), Cannot>> {
            Box::pin(std::future::ready(Ok(())))
        }

        fn ask<'a>(&'a mut self, _inquiry: &'a Inquiry, _now: Moment) -> Asked<'a> {
            let reply = self.0.clone().map(|()| Answer::Registered);
            Box::pin(std::future::ready(reply))
        }
    }

    fn silent() -> Result<(), Outage> {
        Err(Outage::Silent { limit_ms: 10 })
    }

    /// Plays once per reply and returns after how many plays nothing was asked any more.
    fn plays_asked(replies: Vec<Result<(), Outage>>) -> u32 {
        let count = replies.len();
        let told = Arc::new(Told {
            plays: AtomicU32::new(0),
            replies,
        });
        let breaker = Breaker::new(Arc::clone(&told) as Arc<dyn Connector>);
        let inquiry = Inquiry::Portal {
            person: "adult".to_owned(),
        };
        let now = "2025-12-20T09:15+09:00".parse().unwrap();
        for _ in 0..count {
            if let Ok(mut backend) = block_on(breaker.connect()) {
                let _ = block_on(backend.ask(&inquiry, now));
            }
        }
        assert_eq!(
            breaker.tripped(),
            told.plays.load(Ordering::SeqCst) < count as u32
        );
        told.plays.load(Ordering::SeqCst)
    }

    #[test]
    fn three_silent_plays_in_a_row_are_enough() {
        let replies = [silent(), silent(), silent(), silent(), Ok(())];
        assert_eq!(plays_asked(replies.to_vec()), 3);
        let replies = [silent(), silent(), Ok(()), silent(), silent(), Ok(())];
        assert_eq!(plays_asked(replies.to_vec()), 6);
        let garbage = || Err(Outage::Malformed("no XML".to_owned()));
        assert_eq!(
            plays_asked(vec![garbage(), garbage(), garbage(), Ok(())]),
            4
        );
    }

    #[test]
    fn a_backend_that_is_gone_from_the_start_meets_every_play_at_once() {
        let gone = Gone::new(Outage::Down("refused".to_owned()));
        assert!(gone.arranges());
        let backend = block_on(gone.connect()).unwrap();
        assert_eq!(backend.name(), Absent::NAME);
        assert!(backend.is_foreign());
    }
}
