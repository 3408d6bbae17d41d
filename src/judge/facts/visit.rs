//! One visit: from a card put in to the next one put in.

use crate::eligibility::Text;
use crate::eligibility::{ConsentAnswer, ConsentKind, Moment};
use crate::judge::outcome::Outcome;
use crate::judge::session::{Act, App, Command, USER_PIN};
use crate::scenario::{ConsentSubject, DeskStep, FaceShown, Step};
use crate::screen::{self, Screen, ScreenId};
use crate::transcript::{Entry, Report, Role};

use super::pins::Entered;
use super::{no_screens, no_traffic, not_ended};

pub(in crate::judge) use crate::screen::Method;

/// A stimulus in a visit.
#[derive(Debug, Clone, Copy)]
pub(in crate::judge) struct Given<'a> {
    pub n: u64,
    pub from: Role,
    pub act: &'a Step,
}

/// The moment at which it is proven who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge) struct Identity {
    pub n: u64,
    pub method: Method,
}

/// A consent question with what the patient answered.
#[derive(Debug, Clone, Copy)]
pub(in crate::judge) struct Question {
    pub shown: u64,
    pub kind: ConsentKind,
    pub preset: Option<ConsentAnswer>,
    pub answer: Option<(u64, ConsentAnswer)>,
    /// Whether it was answered through "agree to all".
    pub all: bool,
}

/// What a prohibition needs to be seen in before it can be said to have held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge) enum Evidence {
    Apdu,
    Screen,
}

/// One visit.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Visit<'a> {
    pub number: u32,
    pub first: u64,
    pub last: u64,
    pub at: Moment,
    /// Where the card was put in.
    pub presented: Option<u64>,
    /// Whose card, by index.
    pub person: Option<usize>,
    pub removed: Option<u64>,
    pub power_off: Vec<u64>,
    /// Where the card lost its power by a declared fault.
    pub power_lost: Vec<u64>,
    pub resets: Vec<u64>,
    pub screens: Vec<(u64, &'a Screen)>,
    /// What the reader told of itself.
    pub reports: Vec<(u64, &'a Report)>,
    pub stimuli: Vec<Given<'a>>,
    pub commands: Vec<Command>,
    /// Entries of declared faults.
    pub faults: Vec<u64>,
    pub cut_short: bool,
    /// Whether staff had switched the reader to visual mode before or during the visit.
    pub visual_mode: Option<u64>,
    /// Whether staff had started emergency viewing, or the site is an ambulance.
    pub emergency: bool,
}

impl<'a> Visit<'a> {
    /// Begins a visit with its first entry.
    pub fn new(entry: &Entry, visual_mode: Option<u64>, emergency: bool) -> Visit<'a> {
        Visit {
            number: entry.visit,
            first: entry.n,
            last: entry.n,
            at: entry.at,
            presented: None,
            person: None,
            removed: None,
            power_off: Vec::new(),
            power_lost: Vec::new(),
            resets: Vec::new(),
            screens: Vec::new(),
            reports: Vec::new(),
            stimuli: Vec::new(),
            commands: Vec::new(),
            faults: Vec::new(),
            cut_short: false,
            visual_mode,
            emergency,
        }
    }

    /// Tells whether the visit came to an end: card out, or a screen that gives up or completes.
    pub fn ended(&self) -> bool {
        let gave_up = self.screens.iter().any(|(_, screen)| {
            matches!(
                screen.id(),
                ScreenId::TakeCard | ScreenId::Counter | ScreenId::Outage | ScreenId::Unreadable
            )
        });
        let powered_off = self.screens.is_empty() && !self.power_off.is_empty();
        !self.cut_short && (self.removed.is_some() || gave_up || powered_off)
    }

    /// Judges a prohibition: broken where seen, held only where it would have been seen.
    pub fn prohibition(
        &self,
        evidence: Evidence,
        breach: Option<(Vec<u64>, Text)>,
        held: Text,
    ) -> Outcome {
        if let Some((entries, message)) = breach {
            return Outcome::fail(&entries, message);
        }
        match evidence {
            Evidence::Apdu if self.commands.is_empty() => Outcome::open(&[], no_traffic()),
            Evidence::Screen if self.screens.is_empty() => Outcome::open(&[], no_screens()),
            _ if !self.ended() => Outcome::open(&[], not_ended(self.number)),
            _ => Outcome::pass(&[], held).until_the_end(),
        }
    }

    /// Returns the first screen of this id at or after an entry.
    pub fn shown(&self, id: ScreenId, from: u64) -> Option<u64> {
        self.screens
            .iter()
            .find(|(n, screen)| *n >= from && screen.id() == id)
            .map(|(n, _)| *n)
    }

    /// Returns the first screen of any of these ids at or after an entry.
    pub fn shown_any(&self, ids: &[ScreenId], from: u64) -> Option<(u64, ScreenId)> {
        self.screens
            .iter()
            .find(|(n, screen)| *n >= from && ids.contains(&screen.id()))
            .map(|(n, screen)| (*n, screen.id()))
    }

    /// Returns the first screen after an entry, waiting screens apart.
    pub fn next_screen(&self, after: u64) -> Option<(u64, &'a Screen)> {
        self.screens
            .iter()
            .find(|(n, screen)| *n > after && screen.id() != ScreenId::Checking)
            .copied()
    }

    /// Returns the first stimulus after an entry.
    pub fn next_stimulus(&self, after: u64) -> Option<u64> {
        self.stimuli
            .iter()
            .find(|given| given.n > after)
            .map(|given| given.n)
    }

    /// Returns the moment at which the card was gone or silent for good: taken out, or lost.
    pub fn card_gone(&self) -> Option<u64> {
        let lost = self
            .commands
            .iter()
            .find(|command| command.lost.as_deref() == Some("gone"))
            .and_then(|command| command.answer_n);
        [self.removed, lost].into_iter().flatten().min()
    }

    /// Tells whether the way of the visit was disturbed by a declared fault at or after an entry.
    pub fn fault_since(&self, n: u64) -> bool {
        self.faults.iter().any(|fault| *fault >= n)
    }

    /// Tells whether the reader cannot know what is selected on the card at an entry: the card is
    /// gone, has lost its power by a declared fault, or the answer to a SELECT was not its own.
    pub fn misled_before(&self, n: u64) -> bool {
        let selects = || {
            let before = self.commands.iter().filter(move |it| it.n < n);
            before.filter(|it| matches!(it.act, Act::SelectApp | Act::SelectFile))
        };
        let since = selects()
            .filter(|command| command.act == Act::SelectApp && command.fault.is_none())
            .map(|command| command.n)
            .max()
            .unwrap_or(0);
        let lost_power = self.power_lost.iter().any(|it| since < *it && *it < n);
        let other_app = selects().any(|it| it.n > since && it.act == Act::SelectApp);
        let other_file = selects().next_back().is_some_and(|it| it.fault.is_some());
        lost_power || other_app || other_file || self.card_gone().is_some_and(|gone| gone < n)
    }

    /// Returns when it was first proven who is there, and how.
    pub fn identity(&self) -> Option<Identity> {
        let pin = self
            .commands
            .iter()
            .find(|command| command.is(Act::Verify, App::Jpki, USER_PIN) && command.done())
            .map(|command| Identity {
                n: command.answer_n.unwrap_or(command.n),
                method: Method::Pin,
            });
        let seen = self.stimuli.iter().find_map(|given| {
            let method = match given.act {
                Step::ShowFace(FaceShown::Match) => Method::Face,
                Step::Desk(DeskStep::VisualCheck(FaceShown::Match)) => Method::Visual,
                _ => return None,
            };
            Some(Identity { n: given.n, method })
        });
        [pin, seen]
            .into_iter()
            .flatten()
            .min_by_key(|identity| identity.n)
    }

    /// Returns what the card has told of the tries left of the user PIN, newest last.
    pub fn user_pin_tries(&self) -> impl Iterator<Item = (u64, u8)> + '_ {
        self.commands.iter().filter_map(|command| {
            let told = command.tries_told()?;
            // A card that answers a query with anything but 63Cx breaks ACC-12; a reader that
            // cannot make sense of it breaks nothing.
            let query = command.is(Act::PinStatus, App::Jpki, USER_PIN)
                && command.status_text().starts_with("63C");
            let about = query || command.is(Act::Verify, App::Jpki, USER_PIN);
            let left = Some(told).filter(|_| about)?;
            Some((command.answer_n?, left))
        })
    }

    /// Returns where the card told that the user PIN is locked.
    pub fn locked(&self) -> Option<u64> {
        self.user_pin_tries()
            .find(|(_, left)| *left == 0)
            .map(|(n, _)| n)
    }

    /// Returns the PINs that the patient confirmed.
    pub fn entered(&self) -> Vec<Entered> {
        self.stimuli
            .iter()
            .filter_map(|given| match given.act {
                Step::EnterPin(secret) => Some(Entered {
                    n: given.n,
                    secret: secret.masked().cloned(),
                    length: secret.length(),
                }),
                _ => None,
            })
            .collect()
    }

    /// Returns every consent question that was shown, with its answer.
    pub fn questions(&self) -> Vec<Question> {
        let mut questions: Vec<Question> = Vec::new();
        for (n, screen) in &self.screens {
            match screen {
                Screen::Consent { kind, preset } => {
                    questions.push(self.question(*n, *kind, *preset));
                }
                Screen::ConsentLimit => {
                    questions.push(self.question(*n, ConsentKind::Limit, None));
                }
                Screen::ConsentAll { kinds } => {
                    if let Some(answered) = self.agreed_to_all(*n) {
                        questions.extend(kinds.iter().map(|kind| Question {
                            shown: *n,
                            kind: *kind,
                            preset: None,
                            answer: Some((answered, ConsentAnswer::Agree)),
                            all: true,
                        }));
                    }
                }
                _ => {}
            }
        }
        questions
    }

    fn question(&self, shown: u64, kind: ConsentKind, preset: Option<ConsentAnswer>) -> Question {
        // What does not fit the question is no answer to it: a reader lets it pass.
        let answer = self.replies_to(shown).find_map(|given| {
            let answer = match given.act {
                Step::Agree(subject) if subject.kind() == Some(kind) => ConsentAnswer::Agree,
                Step::Refuse(subject) if subject.kind() == Some(kind) => ConsentAnswer::Refuse,
                Step::Continue => preset?,
                _ => return None,
            };
            Some((given.n, answer))
        });
        Question {
            shown,
            kind,
            preset,
            answer,
            all: false,
        }
    }

    fn agreed_to_all(&self, shown: u64) -> Option<u64> {
        self.replies_to(shown)
            .find(|given| matches!(given.act, Step::Agree(ConsentSubject::All)))
            .map(|given| given.n)
    }

    /// Returns what the patient did while this screen stood, in order.
    fn replies_to(&self, shown: u64) -> impl Iterator<Item = &Given<'a>> {
        let next = self
            .screens
            .iter()
            .find(|(n, _)| *n > shown)
            .map_or(u64::MAX, |(n, _)| *n);
        self.stimuli
            .iter()
            .filter(move |given| given.from == Role::Patient && given.n > shown && given.n < next)
    }

    /// Returns the ways on offer on a screen that offers any.
    pub fn offered(screen: &Screen) -> Option<&[screen::Method]> {
        match screen {
            Screen::ChooseMethod { methods } | Screen::PinLocked { methods } => Some(methods),
            _ => None,
        }
    }
}
