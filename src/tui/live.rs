//! A reception that goes on while it is looked at: what comes of it, and what the user answers.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::eligibility::Text;
use crate::judge::{Judgement, Verdict};
use crate::transcript::Transcript;

use super::events::Arrival;
use super::keys::Action;
use super::model::{Message, Model, Played, Request};
use super::play::Growth;

/// How many remarks are kept: more than any terminal shows.
const SAID_MAX: usize = 500;

/// What has been recorded, and what the judge says of it.
pub type Seen = Played;

/// What becomes known of a reception that goes on.
#[derive(Debug)]
pub enum News {
    /// More was recorded.
    Seen {
        /// What, as if what the user is asked to do had been done.
        seen: Box<Seen>,
        /// The entry that stands for what the user is asked to do.
        asked: Option<u64>,
    },
    /// Something is worth a line.
    Said(Text),
    /// The user is asked.
    Asked {
        /// What.
        what: Text,
        /// The keys that answer.
        keys: Text,
    },
    /// It is over.
    Over {
        /// All that was recorded.
        seen: Box<Seen>,
        /// What was strange about it.
        remarks: Vec<Text>,
    },
    /// Nothing more comes.
    Gone,
}

/// What the user answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Enter,
    /// Yes.
    Yes,
    /// No.
    No,
    /// They cannot tell.
    Unknown,
}

/// Where the terminal UI hears of a reception that goes on.
#[derive(Debug)]
pub struct Stand {
    pub(super) sender: Sender<Arrival>,
    pub(super) receiver: Receiver<Arrival>,
}

/// What was recorded last, until it is looked at: a terminal that is slow misses some, and nothing
/// piles up.
pub type Newest = Arc<Mutex<Option<News>>>;

/// Tells the terminal UI. Dropped, it says that nothing more comes.
#[derive(Debug)]
pub struct Teller {
    sender: Sender<Arrival>,
    newest: Newest,
}

impl Teller {
    /// Tells what has become known.
    pub fn tell(&self, news: News) {
        let message = match news {
            News::Seen { .. } => {
                let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
                if newest.replace(news).is_some() {
                    return;
                }
                Message::Newest(Arc::clone(&self.newest))
            }
            other => Message::News(other),
        };
        // Nobody listens any more once the user has left.
        let _ = self.sender.send(Arrival::Message(message));
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.tell(News::Gone);
    }
}

/// Makes a place to hear of a reception, and who tells of it.
pub fn stand() -> (Teller, Stand) {
    let (sender, receiver) = channel();
    let teller = Teller {
        sender: sender.clone(),
        newest: Newest::default(),
    };
    (teller, Stand { sender, receiver })
}

/// What the user is asked.
#[derive(Debug)]
pub struct Question {
    /// What.
    pub what: Text,
    /// The keys that answer.
    pub keys: Text,
}

/// What is known of a reception that goes on, beside its transcript.
#[derive(Debug, Default)]
pub struct Live {
    /// What was said, the newest last.
    pub said: VecDeque<Text>,
    /// What is asked now.
    pub question: Option<Question>,
    /// Whether it is over.
    pub over: bool,
    /// The user wants to leave while it goes on, and is asked whether they do.
    pub parting: bool,
}

impl Live {
    fn say(&mut self, text: Text) {
        if self.said.len() >= SAID_MAX {
            self.said.pop_front();
        }
        self.said.push_back(text);
    }
}

impl Model {
    /// Takes in what has become known of a reception that goes on.
    pub(super) fn hear(&mut self, news: News) -> Option<Request> {
        let live = self.live.as_mut()?;
        match news {
            News::Said(text) => live.say(text),
            News::Asked { what, keys } => live.question = Some(Question { what, keys }),
            News::Seen { seen, asked } => self.grown(seen, Growth::More { asked }),
            News::Over { seen, remarks } => {
                for remark in remarks {
                    live.say(remark);
                }
                live.question = None;
                live.parting = false;
                live.over = true;
                self.grown(seen, Growth::Last);
            }
            // What could not even begin has nothing to show.
            News::Gone if !live.over => return Some(Request::Quit),
            News::Gone => {}
        }
        None
    }

    /// Takes in what was recorded last.
    pub(super) fn hear_newest(&mut self, newest: &Newest) -> Option<Request> {
        let news = newest.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.hear(news?)
    }

    fn grown(&mut self, seen: Box<Seen>, growth: Growth) {
        if let Some(play) = self.play_mut() {
            play.grow(Arc::from(seen), growth);
        }
    }

    /// Does what a key asks for while a reception goes on; nothing where it does what it always
    /// does.
    pub(super) fn key_in_live(&mut self, action: Action) -> Option<Option<Request>> {
        let live = self.live.as_mut()?;
        match action {
            Action::Back if live.over || live.parting => Some(Some(Request::Quit)),
            Action::Back => {
                live.parting = true;
                Some(None)
            }
            Action::Answer(answer) => {
                let asked = live.question.take().is_some();
                Some(asked.then_some(Request::Answer(answer)))
            }
            // What goes on elsewhere cannot be run again from here.
            Action::Again => Some(None),
            _ => None,
        }
    }
}

/// Makes what nothing has been recorded of yet.
pub(super) fn blank(transcript: Transcript) -> Seen {
    Seen {
        transcript,
        judgement: Judgement {
            verdict: Verdict::Inconclusive,
            findings: Vec::new(),
        },
    }
}
